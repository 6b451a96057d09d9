package fargate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// A generated name stays a valid pod label value.
const maxGenerated = 63

// DefaultName returns the name of a profile that was given none: fp-web for the one plain selector
// namespace=web, fp-web-1f3a9c with a hash of all selectors where labels, wildcards or several
// selectors make fp-web ambiguous. Equal selectors, in any order, have the same name, so that a
// script that runs twice does not make two profiles.
func DefaultName(selectors []Selector) string {
	if len(selectors) == 0 {
		return ""
	}
	namespaces := make([]string, 0, len(selectors))
	for _, s := range selectors {
		words := strings.FieldsFunc(strings.ToLower(s.Namespace), func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9')
		})
		if len(words) > 0 {
			namespaces = append(namespaces, strings.Join(words, "-"))
		}
	}
	slices.Sort(namespaces)
	base := "fp"
	if len(namespaces) > 0 {
		base += "-" + namespaces[0]
	}
	plain := len(selectors) == 1 && len(selectors[0].Labels) == 0 && base == "fp-"+selectors[0].Namespace
	if plain && len(base) <= maxGenerated {
		return base
	}
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(texts(selectors))), "\n")))
	return withSuffix(base, "-"+hex.EncodeToString(sum[:])[:6], maxGenerated)
}

var numbered = form(`^(.+)-([1-9][0-9]*)$`)

// SuccessorName returns the name of a replacement: web is followed by web-2, web-2 by web-3. Names that
// taken holds are passed over.
func SuccessorName(name string, taken func(name string) bool) string {
	base, number := name, big.NewInt(1)
	if m := numbered().FindStringSubmatch(name); m != nil {
		base = m[1]
		number.SetString(m[2], 10)
	}
	for {
		number.Add(number, big.NewInt(1))
		next := withSuffix(base, "-"+number.String(), MaxNameLength)
		if !taken(next) {
			return next
		}
	}
}

var counted = form(`^((?:[0-9]-)*)(.*)$`)

// EarlierName returns the name of a replacement that is to sort before the name, so that new pods hit it while both
// are there: web is preceded by 9-web, that by 8-web, and 0-web by 0-9-web. It is empty where no such name sorts
// before. Names that taken holds are passed over.
func EarlierName(name string, taken func(name string) bool) string {
	m := counted().FindStringSubmatch(name)
	stem, rest, digit := m[1], m[2], 9
	if n := len(stem); n > 0 {
		stem, digit = stem[:n-2], int(stem[n-2]-'0')-1
	}
	for range 3 {
		for ; digit >= 0; digit-- {
			prefix := fmt.Sprintf("%s%d-", stem, digit)
			runes := []rune(rest)
			next := strings.TrimRight(prefix+string(runes[:min(len(runes), MaxNameLength-len(prefix))]), "-_")
			if SortsBefore(next, name) && !taken(next) {
				return next
			}
		}
		stem, digit = stem+"0-", 9
	}
	return ""
}

// SortsBefore reports whether EKS takes the profile a before b for pods that match both, by bytes and without regard
// to case: the EKS User Guide says "alphanumeric sorting by profile name" and no more.
func SortsBefore(a, b string) bool { return a < b && strings.ToLower(a) < strings.ToLower(b) }

// TemporaryName returns the name of the profile that stands in while a replacement keeps its name.
func TemporaryName(name string, taken func(name string) bool) string {
	temporary := withSuffix(name, "-tmp", MaxNameLength)
	for i := 2; taken(temporary); i++ {
		temporary = withSuffix(name, fmt.Sprintf("-tmp-%d", i), MaxNameLength)
	}
	return temporary
}

// withSuffix appends the suffix, cutting the base so that the whole has at most limit characters.
func withSuffix(base, suffix string, limit int) string {
	runes := []rune(base)
	if room := limit - len(suffix); len(runes) > room {
		runes = runes[:max(room, 0)]
	}
	return strings.TrimRight(string(runes), "-_") + suffix
}
