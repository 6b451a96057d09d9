// Package spelling finds the word that a misspelt one was most likely meant to be. It knows nothing of
// commands or files; whoever asks says which words there are. Start reading at Nearest.
package spelling

import "strings"

// longest is the length in bytes from which on a word is no misspelling of anything.
const longest = 64

// Nearest returns the word of known that is nearest to word, the first of several, whatever the case of
// their letters. It is empty where none is near: where more than a third of word's letters, and more than
// one, would have to change. A word of three letters and more is also near to what it is the beginning of.
func Nearest(word string, known []string) string {
	if len(word) > longest {
		return ""
	}
	best, least := "", max(1, len(word)/3)+1
	word = strings.ToLower(word)
	for _, k := range known {
		lower := strings.ToLower(k)
		d := distance(word, lower)
		if len(word) > 2 && strings.HasPrefix(lower, word) {
			d = min(d, 1)
		}
		if d < least && d < len(word) {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to turn one word
// into the other (Damerau and Levenshtein, each letter touched once).
func distance(a, b string) int {
	// before, above and row are the rows of the table of distances between the beginnings of a and b.
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, above, row = above, row, before
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
