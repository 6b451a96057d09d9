package cloud

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// maxPages and maxItems are far above any real answer: a server that sends ever new tokens ends there.
const (
	maxPages = 1000
	maxItems = 100_000
)

// pages collects the items of all pages of an answer. Fetch is called with the token of the page to read, nil for
// the first; read returns the page's items and the token of the next one. An empty page with a token is legal in
// AWS; a token that comes twice is not, and is an error, because the items read so far are not all.
func pages[Page, Item any](
	ctx context.Context, action string,
	fetch func(token *string) (*Page, error), read func(*Page) (items []Item, next *string),
) ([]Item, error) {
	var all []Item
	seen := map[string]bool{}
	var token *string
	for range maxPages {
		page, err := fetch(token)
		if err != nil {
			return nil, wrap(ctx, action, err)
		}
		items, next := read(page)
		all = append(all, items...)
		switch {
		case next == nil || *next == "":
			return all, nil
		case len(all) > maxItems:
			return nil, endless(action, fmt.Sprintf("there are more than %d entries", maxItems))
		case seen[*next]:
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

// converted returns the items as fgctl's own, sorted by key.
func converted[In, Out any](items []In, convert func(In) Out, key func(Out) string) []Out {
	out := make([]Out, 0, len(items))
	for _, item := range items {
		out = append(out, convert(item))
	}
	slices.SortFunc(out, func(a, b Out) int { return cmp.Compare(key(a), key(b)) })
	return out
}
