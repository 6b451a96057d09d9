package world_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// keysOf calls told with each key of a type and of the types within.
func keysOf(kind reflect.Type, told func(kind reflect.Type, key string, field reflect.Type)) {
	for kind.Kind() == reflect.Slice || kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind.Kind() != reflect.Struct || kind == reflect.TypeFor[time.Time]() || kind == reflect.TypeFor[sandbox.Range]() {
		return
	}
	for i := range kind.NumField() {
		key, _, _ := strings.Cut(kind.Field(i).Tag.Get("yaml"), ",")
		told(kind, key, kind.Field(i).Type)
		keysOf(kind.Field(i).Type, told)
	}
}

// Every key of a world file, and every kind of fault, is described in docs/sandbox.md, in the section of its list.
func TestDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	section := func(key string) string {
		for _, text := range strings.Split(string(page), "\n### ") {
			if heading, _, _ := strings.Cut(text, "\n"); slices.Contains(strings.Fields(heading), key) {
				return text
			}
		}
		_, rest, _ := strings.Cut(string(page), "\n### Keys at the top")
		return rest
	}
	told := func(text, word string) {
		t.Helper()
		if !regexp.MustCompile("[`.{ ]" + word + "[`,}]").MatchString(text) {
			t.Errorf("docs/sandbox.md does not tell of %q in its section", word)
		}
	}
	world := reflect.TypeFor[sandbox.World]()
	for i := range world.NumField() {
		key, _, _ := strings.Cut(world.Field(i).Tag.Get("yaml"), ",")
		told(section("Keys at the top"), key)
		keysOf(world.Field(i).Type, func(_ reflect.Type, inner string, _ reflect.Type) { told(section(key), inner) })
	}
	for _, kind := range sandbox.FaultKinds() {
		told(section("faults"), kind)
	}
}

// The comments of the built-in world show every key in its place, and they are a world themselves once they are none.
func TestDefaultWorldShowsEveryKey(t *testing.T) {
	comment := regexp.MustCompile(`(?m)^( *)# ?( *(?:- |\{|[A-Za-z]+:(?: |$)).*)$`)
	full := comment.ReplaceAll(sandbox.DefaultWorldFile(), []byte("$1$2"))
	if _, err := sandbox.ParseWorld(full); err != nil {
		t.Errorf("without # the comments are no world: %v", err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(full, &document); err != nil {
		t.Fatal(err)
	}
	shown := map[reflect.Type][]string{}
	var walk func(*yaml.Node, reflect.Type)
	walk = func(node *yaml.Node, kind reflect.Type) {
		for kind.Kind() == reflect.Slice || kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if node.Kind == yaml.SequenceNode {
			for _, item := range node.Content {
				walk(item, kind)
			}
		}
		if node.Kind != yaml.MappingNode || kind.Kind() != reflect.Struct {
			return
		}
		for i := range kind.NumField() {
			key, _, _ := strings.Cut(kind.Field(i).Tag.Get("yaml"), ",")
			for at := 0; at < len(node.Content); at += 2 {
				if node.Content[at].Value == key {
					shown[kind] = append(shown[kind], key)
					walk(node.Content[at+1], kind.Field(i).Type)
				}
			}
		}
	}
	walk(document.Content[0], reflect.TypeFor[sandbox.World]())
	keysOf(reflect.TypeFor[sandbox.World](), func(kind reflect.Type, key string, _ reflect.Type) {
		if !slices.Contains(shown[kind], key) {
			t.Errorf("default_world.yaml does not show %q of %s", key, kind)
		}
	})
}
