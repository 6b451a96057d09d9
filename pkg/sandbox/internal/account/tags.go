package account

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// TooManyTags judges the number of a resource's tags; the text is not AWS's.
func TooManyTags(tags map[string]string) string {
	if len(tags) > 50 {
		return "A resource can have at most 50 tags."
	}
	return ""
}

// TagFault judges tags as AWS limits them (EKS API, TagMap); the texts are not AWS's.
func TagFault(tags map[string]string) string {
	if text := TooManyTags(tags); text != "" {
		return text
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value := tags[key]
		switch {
		case utf8.RuneCountInString(key) < 1 || utf8.RuneCountInString(key) > 128:
			return "A tag key must have 1 to 128 characters: " + key
		case utf8.RuneCountInString(value) > 256:
			return "The value of a tag must have at most 256 characters: " + key
		case strings.HasPrefix(strings.ToLower(key), "aws:"), strings.HasPrefix(strings.ToLower(value), "aws:"):
			return "The prefix aws: is reserved in tags: " + key
		}
	}
	return ""
}
