package account

import (
	"fmt"
	"strings"
	"testing"
)

func TestTagFault(t *testing.T) {
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint(i)] = ""
	}
	for _, test := range []struct {
		tags map[string]string
		want string
	}{
		{nil, ""},
		{map[string]string{"team": strings.Repeat("ä", 256)}, ""},
		{many, "A resource can have at most 50 tags."},
		{map[string]string{"": "x"}, "A tag key must have 1 to 128 characters: "},
		{map[string]string{strings.Repeat("k", 129): ""}, "A tag key must have 1 to 128 characters: " + strings.Repeat("k", 129)},
		{map[string]string{"k": strings.Repeat("v", 257)}, "The value of a tag must have at most 256 characters: k"},
		{map[string]string{"AWS:x": ""}, "The prefix aws: is reserved in tags: AWS:x"},
	} {
		if got := TagFault(test.tags); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
