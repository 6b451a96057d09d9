package world_test

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// Every key of a world file, and every kind of fault, is described in docs/sandbox.md.
func TestDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	told := func(word string) {
		t.Helper()
		for _, before := range []string{"`", ".", "{", " "} {
			for _, after := range []string{"`", ",", "}"} {
				if strings.Contains(string(page), before+word+after) {
					return
				}
			}
		}
		t.Errorf("docs/sandbox.md does not tell of %q", word)
	}
	seen := map[reflect.Type]bool{reflect.TypeFor[time.Time](): true, reflect.TypeFor[sandbox.Range](): true}
	var walk func(reflect.Type)
	walk = func(kind reflect.Type) {
		for kind.Kind() == reflect.Slice || kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if kind.Kind() != reflect.Struct || seen[kind] {
			return
		}
		seen[kind] = true
		for i := range kind.NumField() {
			key, _, _ := strings.Cut(kind.Field(i).Tag.Get("yaml"), ",")
			told(key)
			walk(kind.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[sandbox.World]())
	for _, kind := range sandbox.FaultKinds() {
		told(kind)
	}
}
