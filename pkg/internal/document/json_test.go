package document

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// plain is a value as encoding/json decodes it into an any.
func plain(v Value) (any, error) {
	switch v.Kind() {
	case Mapping:
		fields, err := v.Fields()
		out := map[string]any{}
		for _, f := range fields {
			inner, bad := plain(f.Value)
			out[f.Key], err = inner, errors.Join(err, bad)
		}
		return out, err
	case List:
		items, err := v.Items()
		out := []any{}
		for _, item := range items {
			inner, bad := plain(item)
			out, err = append(out, inner), errors.Join(err, bad)
		}
		return out, err
	case Null:
		return nil, nil
	case Bool:
		return v.Text() == "true", nil
	case Number:
		return json.Number(v.Text()), nil
	case Text:
	}
	return v.Text(), nil
}

// JSON is what encoding/json takes for it, and each value is the same, also when it is kept.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{
		`{"a":1,"b":[true,false,null,"x\u00e9\n",-1.5e+3,0],"c":{"d":{}}}`, "{\n\"a\" :\n[ ]\n,\"a\":2}", `["\ud800"]`, `[1,]`, `{"a"}`,
		`[01]`, `[-]`, `[1.]`, `[tru]`, "[\"\xff\"]", `["é"]`, strings.Repeat("[", 300) + strings.Repeat("]", 300), "[]---",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !looksLikeJSON([]byte(text)) || strings.Count(text, "[")+strings.Count(text, "{") > 100 {
			return
		}
		var kept []Value
		err := Read(strings.NewReader(text), Options{}, func(p Part) error {
			kept = append(kept, Keep(p.Value))
			return nil
		})
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
			if err == nil && len(kept) == 1 && !strings.Contains(text, "-") { // YAML's separator may end a document
				t.Fatalf("%q is no JSON and was taken", text)
			}
			return
		}
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var want any
		if bad := decoder.Decode(&want); bad != nil || err != nil && !strings.Contains(err.Error(), "surrogate") {
			t.Fatalf("%q: %v, %v", text, bad, err)
		}
		if err != nil {
			return // half a character, of which encoding/json makes another one
		}
		got, err := plain(kept[0])
		if err != nil && strings.Contains(err.Error(), "occurs twice") {
			return
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\ngot  %v, %v\nwant %v", text, got, err, want)
		}
	})
}

// An element that is larger than the buffer is read all the same.
func TestElementsOfEverySize(t *testing.T) {
	big := strings.Repeat("x", 2*bufferSize)
	text := `{"items":[{"a":"1"},` + "\n" + `{"a":"` + big + `"},` + "\n" + `[[]],{"a":"2"}]}`
	var got []string
	err := Read(strings.NewReader(text), Options{Stream: "items"}, func(p Part) error {
		fields, err := p.Value.Fields()
		if err != nil || p.Item == 0 {
			return err
		}
		if len(fields) == 0 {
			got = append(got, "list")
			return nil
		}
		got = append(got, fields[0].Value.Text())
		if fields[0].Line != map[int]int{1: 1, 2: 2, 4: 3}[p.Item] {
			t.Errorf("item %d is at line %d", p.Item, fields[0].Line)
		}
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, []string{"1", big, "list", "2"}) {
		t.Errorf("%d items, %v", len(got), err)
	}
	stop := errors.New("stop")
	if err := Read(strings.NewReader(text), Options{Stream: "items"}, func(Part) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
