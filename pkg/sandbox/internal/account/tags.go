package account

import (
	"cmp"
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

// WithTags returns tags with those that a request adds, and what is wrong with these or with their number.
func WithTags(tags, added map[string]string) (merged map[string]string, fault string) {
	merged = Tags(tags)
	maps.Copy(merged, added)
	return merged, cmp.Or(TagFault(added), TooManyTags(merged))
}

// WithoutTags returns tags without those of the keys. The map itself stays, which belongs to the past too.
func WithoutTags(tags map[string]string, keys []string) map[string]string {
	left := Tags(tags)
	maps.DeleteFunc(left, func(key, _ string) bool { return slices.Contains(keys, key) })
	return left
}

// Tags returns a copy of tags that is never nil.
func Tags(tags map[string]string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, tags)
	return out
}
