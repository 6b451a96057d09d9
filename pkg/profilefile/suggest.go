package profilefile

// This file finds the key that a misspelt one was most likely meant to be.

import (
	"fmt"
	"strings"
)

// suggestion is what to say of an unknown key: the nearest known one where it is near enough, else all
// of them.
func suggestion(key string, known []string) string {
	best, least := "", len(key)+1
	for _, k := range known {
		if d := distance(strings.ToLower(key), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best != "" && least <= max(1, len(best)/3) {
		return fmt.Sprintf("did you mean %s?", best)
	}
	return "known keys are " + strings.Join(known, ", ")
}

// distance is the number of letters to add, drop or change between two words (Levenshtein). Words
// longer than any key are far from all.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
