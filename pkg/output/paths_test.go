package output

import (
	"errors"
	"strings"
	"testing"
)

// A format is judged before anything is read, and what is wrong with it is named with what to write.
func TestCheckPaths(t *testing.T) {
	for format, want := range map[string]string{
		"table": "", "jsonpath": "", "custom-columns": "", "go-template={{.}}": "",
		"jsonpath={[*].name}": "", "jsonpath=[*].name": "", "jsonpath={..name}": "", "jsonpath={.}": "", "jsonpath=text {@}": "",
		`jsonpath={[?(@.status=="ACTIVE")].name}`: "",
		"jsonpath=":                         "the template is missing; for the names: {[*].name}",
		"jsonpath={.items[*].name}":         "the profiles are a list without items; for their names: jsonpath={[*].name}",
		"jsonpath=.items":                   "the profiles are a list without items",
		"jsonpath={range .items[*]}{end}":   "the profiles are a list without items",
		"jsonpath={[*].name":                "not a JSONPath template such as {[*].name}: ",
		"jsonpath={[*}":                     "not a JSONPath template such as {[*].name}: ",
		"custom-columns=N:.name":            "",
		"custom-columns=N:{.name},A B:.x.y": "",
		"custom-columns=":                   `column "" is not of the form HEADER:.path, such as NAME:.name`,
		"custom-columns=N":                  `column "N" is not of the form HEADER:.path`,
		"custom-columns=:.name":             `column ":.name" is not of the form HEADER:.path`,
		"custom-columns=N:name":             `column "N:name" is not of the form HEADER:.path`,
		"custom-columns=N:.name,":           `column "" is not of the form HEADER:.path`,
		"custom-columns=N:.name,B:.a[":      "column B: not a JSONPath template such as {[*].name}: ",
	} {
		err := CheckPaths(format)
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", format, err, want)
		}
	}
}

// What does not fit what was read is refused as kubectl refuses it, with the format and what to look at; a field that is
// missing is nothing.
func TestPathsThatDoNotFit(t *testing.T) {
	for format, want := range map[string]string{
		"jsonpath={[9].name}":                             "it does not fit the profiles that were read, which -o json shows: ",
		"jsonpath={[0].name[0]}":                          "it does not fit the profiles that were read, which -o json shows: ",
		"jsonpath={range [*].none[*]}{[0]}{end}":          "a range over nothing begins with an index such as [0]; begin with a field",
		"custom-columns=N:.name,S:.selectors[1].labels":   "column S: it does not fit the profiles that were read, which -o json shows: ",
		"custom-columns=N:.name[0]":                       "column N: it does not fit ",
		"jsonpath={[*].none}":                             "",
		"jsonpath={range [*].none[*]}{.x}{end}":           "",
		"custom-columns=N:.name,X:.none.at[0],Y:.none[*]": "",
	} {
		s, out, _ := buffers()
		err := Profiles(s, ProfileOptions{Format: format}, someProfiles())
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", format, err)
			}
			continue
		}
		var refused *PathError
		if !errors.As(err, &refused) || errors.Unwrap(err) == nil || out.Len() > 0 ||
			!strings.HasPrefix(err.Error(), `invalid value "`+format+`" for --output: `) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v and %q, want %q", format, err, out, want)
		}
	}
}
