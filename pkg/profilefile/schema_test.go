package profilefile

// These tests hold the JSON Schema against Check, in both directions: a validator that is not fgctl's judges each text
// of the parser's tests, every example and profiles made at random.

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/fgctl/fgctl/pkg/fargate"
)

var compiledSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("schema.json")
})

// schemaFault is what the schema says against a text; loads is false where the text is not of one document or more
// that a general reader of JSON or YAML takes.
func schemaFault(t interface{ Fatal(...any) }, text string) (fault string, loads bool) {
	s, err := compiledSchema()
	if err != nil {
		t.Fatal(err)
	}
	documents, err := load(text)
	if err != nil || len(documents) == 0 {
		return "", false
	}
	for _, d := range documents {
		plain, err := json.Marshal(d)
		if err != nil {
			return "", false
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(instance); err != nil {
			return err.Error(), true
		}
	}
	return "", true
}

// load reads documents of JSON or else of YAML.
func load(text string) ([]any, error) {
	for _, next := range []interface{ Decode(any) error }{
		json.NewDecoder(strings.NewReader(text)), yaml.NewDecoder(strings.NewReader(text)),
	} {
		var out []any
		for {
			var v any
			err := next.Decode(&v)
			if errors.Is(err, io.EOF) {
				return out, nil
			}
			if err != nil {
				break
			}
			if v != nil {
				out = append(out, v)
			}
		}
	}
	return nil, errors.New("neither JSON nor YAML")
}

// beyond are words of faults that no schema can say: of a text and not of its values, or of keys that are only near to
// known ones.
var beyond = []string{"occurs twice", "a boolean (yes)", "iam: unknown key", "metadata: unknown key", "the document: unknown key", "is the same as selectors", "fargateProfiles has no profile", "annotations: unknown key"}

// schemaAgrees fails where Check and the schema do not say the same of a text.
func schemaAgrees(t interface {
	Fatal(args ...any)
	Errorf(format string, args ...any)
}, text string,
) {
	fault, loads := schemaFault(t, text)
	if !loads {
		return
	}
	_, problems := Check([]Text{{"f", []byte(text)}})
	faults := slices.DeleteFunc(problems, func(p Problem) bool { return p.Warning || p.Rule == ruleEmpty })
	sayable := slices.ContainsFunc(faults, func(p Problem) bool {
		// Python's patterns know no classes of Unicode, so the schema takes all beyond ASCII for letters.
		if strings.Contains(p.Message, "is not a profile name") && strings.ContainsFunc(p.Message, func(r rune) bool { return r > 127 }) {
			return false
		}
		return !slices.ContainsFunc(beyond, func(words string) bool { return strings.Contains(p.Message, words) })
	})
	switch {
	case fault != "" && len(faults) == 0:
		t.Errorf("the schema refuses what Check takes: %s\n%s", fault, text)
	case fault == "" && sayable:
		t.Errorf("the schema takes what Check refuses: %+v\n%s", faults, text)
	}
}

// Its patterns are the same to every validator: of editors, of Go, and of Python, whose re refuses \p{L}.
func TestSchemaPatternsArePortable(t *testing.T) {
	for _, m := range regexp.MustCompile(`"pattern": ("[^"]*")`).FindAllStringSubmatch(Schema(), -1) {
		if strings.Contains(m[1], `\\p`) || strings.Contains(m[1], "(?") {
			t.Errorf("%s is not for every validator", m[1])
		}
	}
}

func TestSchemaOfExamples(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../../examples", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".yaml", ".json"}, filepath.Ext(path)) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := Parse(path, data)
		if err != nil || len(f.Profiles) == 0 {
			return nil //nolint:nilerr // it is no file of profiles
		}
		seen++
		schemaAgrees(t, string(data))
		if fault, _ := schemaFault(t, string(data)); fault != "" {
			t.Errorf("%s: %s", path, fault)
		}
		if filepath.Ext(path) == ".yaml" && !strings.Contains(string(data), "# yaml-language-server: $schema=https://raw.githubusercontent.com/fgctl/fgctl/main/docs/fargateprofiles.schema.json\n") {
			t.Errorf("%s does not name its schema for editors", path)
		}
		return nil
	})
	if err != nil || seen < 3 {
		t.Errorf("%d examples, %v", seen, err)
	}
}

// Each rule of the service, at its limit and beyond it.
func TestSchemaOfRules(t *testing.T) {
	profile := func(rest string) string { return `{"name": "web", "selectors": [{"namespace": "web"}]` + rest + `}` }
	selector := func(s string) string { return `{"name": "web", "selectors": [` + s + `]}` }
	labels := func(s string) string { return selector(`{"namespace": "web", "labels": {` + s + `}}`) }
	n := func(count int, text string) string { return strings.Repeat(text, count) }
	for _, c := range []struct {
		text string
		want bool
	}{
		{profile(""), true},
		{`{"selectors": [{"namespace": "web"}]}`, true},
		{`{"name": null, "selectors": [{"namespace": "web"}]}`, true},
		{`{"name": "", "selectors": [{"namespace": "web"}]}`, true},
		{`{"name": "` + n(100, "é") + `", "selectors": [{"namespace": "web"}]}`, true},
		{`{"name": "` + n(101, "é") + `", "selectors": [{"namespace": "web"}]}`, false},
		{`{"name": "eks-web", "selectors": [{"namespace": "web"}]}`, false},
		{`{"name": "-web", "selectors": [{"namespace": "web"}]}`, false},
		{`{"name": "a.b", "selectors": [{"namespace": "web"}]}`, false},
		{`{"name": 1, "selectors": [{"namespace": "web"}]}`, false},
		{`{"name": "web"}`, false},
		{`{"name": "web", "selectors": []}`, false},
		{`{"name": "web", "selectors": null}`, false},
		{selector(`{"namespace": "a"}, {"namespace": "b"}, {"namespace": "c"}, {"namespace": "d"}, {"namespace": "e"}`), true},
		{selector(`{"namespace": "a"}, {"namespace": "b"}, {"namespace": "c"}, {"namespace": "d"}, {"namespace": "e"}, {"namespace": "f"}`), false},
		{selector(`{"namespace": "a"}, {"namespace": "a"}`), false},
		{selector(`{"namespace": "a"}, {"namespace": "a", "labels": {}}`), false}, // equal, which only fgctl can tell
		{selector(`null`), false},
		{selector(`{}`), false},
		{selector(`{"namespace": null}`), false},
		{selector(`{"namespace": "*"}`), true},
		{selector(`{"namespace": "a-*-?"}`), true},
		{selector(`{"namespace": "Web"}`), false},
		{selector(`{"namespace": "-a"}`), false},
		{selector(`{"namespace": "a."}`), false},
		{selector(`{"namespace": "` + n(63, "a") + `"}`), true},
		{selector(`{"namespace": "` + n(64, "a") + `"}`), false},
		{selector(`{"namespace": "a", "label": {}}`), false},
		{labels(`"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"`), true},
		{labels(`"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6"`), false},
		{labels(`"a": ""`), true},
		{labels(`"a": null`), true},
		{labels(`"a": "*"`), true},
		{labels(`"a": "-"`), false},
		{labels(`"a": "b c"`), false},
		{labels(`"a": "` + n(63, "b") + `"`), true},
		{labels(`"a": "` + n(64, "b") + `"`), false},
		{labels(`"a": true`), false},
		{labels(`"": "a"`), false},
		{labels(`"example.com/a_b": "a"`), true},
		{labels(`"*/*": "a"`), true},
		{labels(`"/a": "a"`), false},
		{labels(`"a/": "a"`), false},
		{labels(`"a/b/c": "a"`), false},
		{labels(`"Example.com/a": "a"`), false},
		{labels(`"` + n(253, "a") + `/` + n(63, "b") + `": "a"`), true},
		{labels(`"` + n(64, "b") + `": "a"`), false},
		{profile(`, "podExecutionRoleARN": "arn:aws:iam::111122223333:role/a/b"`), true},
		{profile(`, "podExecutionRoleARN": ""`), true},
		{profile(`, "podExecutionRoleARN": "fargate-pods"`), false},
		{profile(`, "podExecutionRoleARN": "arn:aws:iam::1:role/a"`), false},
		{profile(`, "podExecutionRoleArn": "arn:aws:iam::111122223333:role/a"`), false},
		{profile(`, "subnets": ["subnet-0a"]`), true},
		{profile(`, "subnets": ["subnet-0a", "subnet-0a"]`), false},
		{profile(`, "subnets": ["vpc-0a"]`), false},
		{profile(`, "subnets": [null]`), false},
		{profile(`, "tags": {"a": "", "b": null}`), true},
		{profile(`, "tags": {"": "a"}`), false},
		{profile(`, "tags": {"` + n(128, "é") + `": "` + n(256, "é") + `"}`), true},
		{profile(`, "tags": {"` + n(129, "a") + `": "a"}`), false},
		{profile(`, "tags": {"a": "` + n(257, "a") + `"}`), false},
		{profile(`, "tags": {"AWS:a": "a"}`), false},
		{profile(`, "tags": {"a": "aws:a"}`), false},
		{profile(`, "status": null, "health": {"issues": [{"code": "A", "message": "b", "resourceIds": []}]}`), true},
		{profile(`, "health": {"issues": [null]}`), false},
		{`{"fargateProfile": {"fargateProfileName": "eks-a", "selectors": [{"namespace": "web"}]}}`, false},
		{`{"fargateProfile": {"fargateProfileName": "a", "selectors": [{"namespace": "web", "new": 1}], "new": 1}}`, true},
		{`{"kind": "ClusterConfig", "iam": {"fargatePodExecutionRoleARN": "x"}, "fargateProfiles": [` + profile("") + `]}`, false},
		{`{"fargateProfile": {"fargateProfileName": "a"}}`, false},
		{`{"fargateProfile": null}`, false},
		{`{"apiVersion": "eksctl.io/v1alpha5", "metadata": {"name": "a"}}`, false},
		{`{"kind": "ClusterConfig", "fargateProfiles": [` + selector("") + `]}`, false},
	} {
		_, problems := Check([]Text{{"f", []byte(c.text)}})
		ok := !slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning })
		if ok != c.want {
			t.Errorf("Check: %+v\n%s", problems, c.text)
		}
		schemaAgrees(t, c.text)
	}
}

// Profiles made at random: most are refused, for reasons of every kind.
func TestSchemaAgreesOnAnyProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.OneOf(profiles(), nearlyRight()).Draw(t, "profile")
		text, err := json.Marshal([]Item{ItemOf(p)})
		if err != nil {
			t.Fatal(err)
		}
		schemaAgrees(t, string(text))
	})
}

// nearlyRight generates profiles of which most parts are right.
func nearlyRight() *rapid.Generator[fargate.Profile] {
	word := rapid.OneOf(rapid.StringMatching(`[a-z][a-z0-9]{0,5}`), rapid.StringMatching(`[a-z*?]([-a-z*?._/]{0,4}[a-z*?])?`))
	return rapid.Custom(func(t *rapid.T) fargate.Profile {
		p := fargate.Profile{Name: word.Draw(t, "name"), Tags: rapid.MapOfN(word, word, 0, 2).Draw(t, "tags")}
		for range rapid.IntRange(1, 3).Draw(t, "selectors") {
			p.Selectors = append(p.Selectors, fargate.Selector{
				Namespace: word.Draw(t, "namespace"), Labels: rapid.MapOfN(word, word, 0, 2).Draw(t, "labels"),
			})
		}
		return p
	})
}
