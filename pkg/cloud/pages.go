package cloud

// This file walks the pages of an answer and cannot be led in circles.

import (
	"context"
	"fmt"
)

// maxPages and maxItems are far above any real answer: a server that gives ever new tokens ends there.
const (
	maxPages = 1000
	maxItems = 100_000
)

// pages collects all pages of an answer. Fetch gets the token of the page to read, nil for the first,
// and returns the page's items and the token of the next one. An empty page with a token is legal in AWS;
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
		if len(all) > maxItems {
			return nil, endless(action, fmt.Sprintf("there are more than %d entries", maxItems))
		}
		if seen[*next] {
			return nil, endless(action, "the same page token came twice")
		}
		seen[*next] = true
		token = next
	}
	return nil, endless(action, fmt.Sprintf("there are more than %d pages", maxPages))
}

// endless is the error of an answer of pages that does not end.
func endless(action, why string) error {
	return &Error{Class: Senseless, Action: action, Status: 200, Message: (&senselessError{why}).Error()}
}
