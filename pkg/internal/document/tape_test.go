package document

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// tree is a value as plain data, with the line of every part.
func tree(t *testing.T, v Value) any {
	t.Helper()
	switch v.Kind() {
	case Mapping:
		fields, err := v.Fields()
		if err != nil {
			return "line " + err.Error()
		}
		var out []any
		for _, f := range fields {
			out = append(out, f.Key, f.Line, tree(t, f.Value))
		}
		return []any{v.Line(), "mapping", out}
	case List:
		items, err := v.Items()
		if err != nil {
			t.Fatal(err)
		}
		var out []any
		for _, item := range items {
			out = append(out, tree(t, item))
		}
		return []any{v.Line(), "list", out}
	case Null, Bool, Number, Text:
	}
	return []any{v.Line(), v.Kind().String(), v.Text()}
}

// What the tape takes is valid JSON, and the same as what encoding/json and the slow walk make of it; what
// it does not take is cut off or invalid, nested very deep, or no UTF-8.
func FuzzTape(f *testing.F) {
	for _, text := range []string{
		`{"a":1,"b":[true,false,null,"x\u00e9\n",-1.5e+3,0],"c":{"d":{}}}`, "{\n\"a\" :\n[ ]\n,\"a\":2}", `"\ud800"`, `[1,]`, `{"a"}`, `01`, `-`, `1.`, `tru`, "\"\xff\"", `"é"`,
		strings.Repeat("[", 300) + strings.Repeat("]", 300),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var tp tape
		size, lines, result := tp.read([]byte(text+" "), 1)
		if result != tapeDone {
			shallow := strings.Count(text, "[")+strings.Count(text, "{") < tapeDepth
			if json.Valid([]byte(text)) && utf8.ValidString(text) && shallow && text == strings.Trim(text, " \t\r\n") {
				t.Fatalf("%q is valid and was not taken", text)
			}
			return
		}
		raw := text[:min(size, len(text))]
		if !json.Valid([]byte(raw)) || strings.Count(raw, "\n") != lines {
			t.Fatalf("%q was taken as %q with %d line breaks", text, raw, lines)
		}
		fast, slow := tree(t, tp.root()), tree(t, jsonValue{raw: []byte(raw), line: 1})
		if !reflect.DeepEqual(fast, slow) {
			t.Fatalf("%q:\nfast %v\nslow %v", raw, fast, slow)
		}
		if kept := tree(t, Keep(tp.root())); !reflect.DeepEqual(kept, slow) {
			t.Fatalf("%q: kept %v", raw, kept)
		}
	})
}

// Valid values are taken, whatever is in them, up to a depth.
func TestTapeTakesValidJSON(t *testing.T) {
	for text, want := range map[string]tapeResult{
		`{"a":[1,2.5,-0,1e9,true,false,null,"\u0041\\\""],"b":{}}`: tapeDone,
		"[]": tapeDone, `""`: tapeDone, "12": tapeDone, `"é"`: tapeDone,
		`{"a":`: tapeShort, `[1,2`: tapeShort, `"abc`: tapeShort, `"\u00`: tapeShort, "tr": tapeShort,
		`{"a" 1}`: tapeOther, `[1 2]`: tapeOther, `"` + "\n" + `"`: tapeOther, `"\x"`: tapeOther, "\"\xff\"": tapeOther, "01": tapeDone, "trux": tapeOther, "-x": tapeOther,
		strings.Repeat("[", tapeDepth+1) + strings.Repeat("]", tapeDepth+1): tapeOther,
		strings.Repeat("[", tapeDepth) + strings.Repeat("]", tapeDepth):     tapeDone,
	} {
		var tp tape
		end := " "
		if want == tapeShort {
			end = ""
		}
		if size, _, result := tp.read([]byte(text+end), 1); result != want || result == tapeDone && size != len(text) && text != "01" {
			t.Errorf("%.40s: result %d, %d of %d bytes", text, result, size, len(text))
		}
	}
}

// An element that is larger than the buffer, or that only encoding/json takes, is read all the same.
func TestElementsOfEverySize(t *testing.T) {
	big := strings.Repeat("x", 2*bufferSize)
	deep := strings.Repeat("[", tapeDepth+5) + strings.Repeat("]", tapeDepth+5)
	text := `{"items":[{"a":"1"},` + "\n" + `{"a":"` + big + `"},` + "\n" + deep + `,{"a":"2"}]}`
	var got []string
	err := Read(strings.NewReader(text), Options{Stream: "items"}, func(p Part) error {
		if p.Item == 0 {
			return nil
		}
		fields, err := p.Value.Fields()
		if err != nil {
			return err
		}
		if len(fields) == 0 {
			got = append(got, "deep")
			return nil
		}
		got = append(got, fields[0].Value.Text())
		if fields[0].Line != map[int]int{1: 1, 2: 2, 4: 3}[p.Item] {
			t.Errorf("item %d is at line %d", p.Item, fields[0].Line)
		}
		return nil
	})
	if err != nil || !reflect.DeepEqual(got, []string{"1", big, "deep", "2"}) {
		t.Errorf("%d items, %v", len(got), err)
	}
	stop := errors.New("stop")
	if err := Read(strings.NewReader(text), Options{Stream: "items"}, func(Part) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
