package cloud

// This file walks the pages of an answer and cannot be led in circles.

import (
	"context"
	"fmt"
)

// maxPages is far above any real answer: a server that gives ever new tokens ends there.
const maxPages = 1000

// pages collects all pages of an answer. Fetch gets the token of the page to read, nil for the first,
// and gives the page's items and the token of the next one. An empty page with a token is legal in AWS;
// a token that comes twice is not, and ends in an error, because the items read so far are not all.
func pages[T any](ctx context.Context, action string, fetch func(token *string) (items []T, next *string, err error)) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	var token *string
	for range maxPages {
		items, next, err := fetch(token)
		if err != nil {
			return nil, wrap(ctx, action, err)
		}
		all = append(all, items...)
		if next == nil || *next == "" {
			return all, nil
		}
		if seen[*next] {
			return nil, &Error{Class: Other, Action: action, Message: fmt.Sprintf("the answer gave the page token %q twice, so it never ends", *next)}
		}
		seen[*next] = true
		token = next
	}
	return nil, &Error{Class: Other, Action: action, Message: fmt.Sprintf("the answer has more than %d pages", maxPages)}
}
