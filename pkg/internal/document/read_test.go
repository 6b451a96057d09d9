package document

// These tests state which documents a text holds, where they lie and how its faults are reported.

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// show writes every part of a text as "number[.item]@line value".
func show(t *testing.T, text string, opts Options) (parts []string, err error) {
	t.Helper()
	err = Read(strings.NewReader(text), opts, func(p Part) error {
		s, err := render(p.Value, 0)
		if err != nil {
			return err
		}
		at := fmt.Sprint(p.Document)
		if p.Item > 0 {
			at += "." + fmt.Sprint(p.Item)
		}
		parts = append(parts, fmt.Sprintf("%s@%d %s", at, p.Value.Line(), s))
		return nil
	})
	return parts, err
}

// render writes a value as JSON-like text, with its tag, a mapping's keys with their lines.
func render(v Value, depth int) (string, error) {
	s, err := renderUntagged(v, depth)
	if tag := Tag(v); tag != "" {
		s = tag + " " + s
	}
	return s, err
}

func renderUntagged(v Value, depth int) (string, error) {
	if depth > 50 {
		return "…", nil
	}
	switch v.Kind() {
	case Mapping:
		fields, err := v.Fields()
		if err != nil {
			return "", err
		}
		var out []string
		for _, f := range fields {
			s, err := render(f.Value, depth+1)
			if err != nil {
				return "", err
			}
			out = append(out, fmt.Sprintf("%s@%d:%s", f.Key, f.Line, s))
		}
		return "{" + strings.Join(out, " ") + "}", nil
	case List:
		items, err := v.Items()
		if err != nil {
			return "", err
		}
		var out []string
		for _, item := range items {
			s, err := render(item, depth+1)
			if err != nil {
				return "", err
			}
			out = append(out, s)
		}
		return "[" + strings.Join(out, " ") + "]", nil
	case Text:
		return fmt.Sprintf("%q", v.Text()), nil
	case Null, Bool, Number:
	}
	return strings.Fields(v.Kind().String())[len(strings.Fields(v.Kind().String()))-1] + "(" + v.Text() + ")", nil
}

func TestReadDocuments(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
	}{
		{"one", "a: b\n", `1@1 {a@1:"b"}`},
		{"no line break at the end", "a: b", `1@1 {a@1:"b"}`},
		{"empty", "", ""},
		{"only comments", "# a\n\n  # b\n", ""},
		{"marker at the start", "---\na: b\n", `1@2 {a@2:"b"}`},
		{"comment before the first marker", "# a\n---\na: b\n", `1@3 {a@3:"b"}`},
		{"two", "a: b\n---\nc: d\n", `1@1 {a@1:"b"}|2@3 {c@3:"d"}`},
		{"an empty one between counts", "a: b\n---\n# nothing\n---\nc: d\n", `1@1 {a@1:"b"}|3@5 {c@5:"d"}`},
		{"trailing marker", "a: b\n---\n", `1@1 {a@1:"b"}`},
		{"end marker", "a: b\n...\n---\nc: d\n...\n", `1@1 {a@1:"b"}|2@4 {c@4:"d"}`},
		{"end marker without a new start", "a: b\n...\nc: d\n", `1@1 {a@1:"b"}|2@3 {c@3:"d"}`},
		{"content on the marker's line", "--- {a: b}\n--- # c\nd: e\n", `1@1 {a@1:"b"}|2@3 {d@3:"e"}`},
		{"directive", "%YAML 1.1\n---\na: b\n", `1@3 {a@3:"b"}`},
		{"no marker within a line", "a: ---\nb: x---y\n", `1@1 {a@1:"---" b@2:"x---y"}`},
		{"indented dashes are text", "a: |\n  ---\n  b\n", `1@1 {a@1:"---\nb\n"}`},
		{"CRLF", "a: b\r\n---\r\nc: d\r\n", `1@1 {a@1:"b"}|2@3 {c@3:"d"}`},
		{"CR alone", "a: b\r---\rc: d\r", `1@1 {a@1:"b"}|2@3 {c@3:"d"}`},
		{"CR alone after a comment", "# x\ra: b\r", `1@2 {a@2:"b"}`},
		{"CR alone after a marker's comment", "--- # x\ra: b\r", `1@2 {a@2:"b"}`},
		{"byte order mark", "\ufeffa: b\n", `1@1 {a@1:"b"}`},
		{"byte order mark before a marker", "\ufeff---\na: b\n", `1@2 {a@2:"b"}`},
		{"byte order mark in JSON", "\ufeff{\"a\":1}", `1@1 {a@1:number(1)}`},
		{"files joined with their marks", "a: b\n---\n\ufeffc: d\n", `1@1 {a@1:"b"}|2@3 {c@3:"d"}`},
		{"anchors and merge keys", "x: &x {a: b, c: d}\ny:\n  <<: *x\n  a: e\n", `1@1 {x@1:{a@1:"b" c@1:"d"} y@2:{a@4:"e" c@1:"d"}}`},
		{"merge list, first wins", "- &x {a: 1}\n- &y {a: 2, b: 2}\n- <<: [*x, *y]\n", `1@1 [{a@1:number(1)} {a@2:number(2) b@2:number(2)} {a@1:number(1) b@2:number(2)}]`},
		{"a quoted << is no merge", "\"<<\": b\n", `1@1 {<<@1:"b"}`},
		{
			"kinds", "[a, '1', 1, 1.5, 1e3, yes, 'yes', n, true, ~, null, '', 2001-01-01, 1:30, !!str 1, !!str yes]",
			`1@1 ["a" "1" number(1) number(1.5) number(1e3) boolean(yes) "yes" boolean(n) boolean(true) null(~) null(null) "" "2001-01-01" "1:30" "1" "yes"]`,
		},
		{"tags of the author's own", "[!Ref on, !Sub 'a', !Join [b], !If {c: d}, !Sub &s e, *s]", `1@1 [!Ref "on" !Sub "a" !Join ["b"] !If {c@1:"d"} !Sub "e" !Sub "e"]`},
		{"flow style is YAML", "{a: b}", `1@1 {a@1:"b"}`},
		{"JSON", "{\"a\": [1, {\"b\":\n null}, \"\\u00e9\\n\"],\n\"c\": true}", `1@1 {a@1:[number(1) {b@1:null(null)} "é\n"] c@3:boolean(true)}`},
		{"JSON with brackets in its texts", `{"a":"}]\"{[","b":[]}`, `1@1 {a@1:"}]\"{[" b@1:[]}`},
		{"several JSON documents", "{\"a\":1}\n{\"a\":2} {\"a\":3}[{}]", `1@1 {a@1:number(1)}|2@2 {a@2:number(2)}|3@2 {a@2:number(3)}|4@2 [{}]`},
		{"JSON indented by tabs", "{\n\t\"a\":\t1\n}", `1@1 {a@2:number(1)}`},
		{"JSON between YAML's markers", "{\"a\":1}\n---\n{\"a\":\n2}\n---\na: 3\n", `1@1 {a@1:number(1)}|2@3 {a@3:number(2)}|3@6 {a@6:number(3)}`},
		{"null document", "null\n---\na: b\n", `2@3 {a@3:"b"}`},
		{"scalar document", "hello\n", `1@1 "hello"`},
		{"JSON scalars", "[-1.5e+3,true,false,null,\"\"]", `1@1 [number(-1.5e+3) boolean(true) boolean(false) null(null) ""]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := show(t, c.text, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got, "|"); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

func TestReadStreamsAList(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
	}{
		{
			"list", "{\"kind\":\"List\",\n\"items\":[{\"a\":1},\n{\"a\":2}],\"z\":\n3}",
			`1.1@2 {a@2:number(1)}|1.2@3 {a@3:number(2)}|1@1 {kind@1:"List" items@2:[] z@3:number(3)}`,
		},
		{"empty list", `{"items":[ ]}`, `1@1 {items@1:[]}`},
		{"not a list", `{"items":{"a":[1]}}`, `1@1 {items@1:{a@1:[number(1)]}}`},
		{"deeper items are not streamed", `{"spec":{"items":[1]}}`, `1@1 {spec@1:{items@1:[number(1)]}}`},
		{"scalars as elements", `{"items":[1 , "a",null]}`, `1.1@1 number(1)|1.2@1 "a"|1@1 {items@1:[]}`},
		{"empty object", ` { } `, `1@1 {}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := show(t, c.text, Options{Stream: "items"})
			if err != nil {
				t.Fatal(err)
			}
			if s := strings.Join(got, "|"); s != c.want {
				t.Errorf("got  %s\nwant %s", s, c.want)
			}
		})
	}
}

func TestReadFaults(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	for _, c := range []struct {
		name, text string
		parts      int
		want       string
	}{
		{"tab", "a:\n\tb: c\n", 0, "document 1, line 2: invalid YAML: a tab indents the line; YAML wants spaces"},
		{"missing colon", "a: b\nc\nd: e\n", 0, "document 1, line 2: invalid YAML: could not find expected ':'"},
		{"bad mapping", "a: b: c\n", 0, "document 1, line 1: invalid YAML: mapping values are not allowed in this context"},
		{"bad indentation", "a:\n  b: c\n d: e\n", 0, "document 1, line 3: invalid YAML: did not find expected key"},
		{"left open", "x: y\n---\na: [b,\n", 1, "document 2, line 3: invalid YAML: did not find expected node content"},
		{"text left open", "a: \"b\n", 0, "document 1, line 1: invalid YAML: found unexpected end of stream"},
		{"unknown anchor", "a: *b\n", 0, "document 1, line 1: invalid YAML: an alias refers to no anchor; put text that begins with * in quotes"},
		{"the others are read", "a: b\n---\na: [\n---\nc: d\n---\ne: f: g\n", 2, "document 2, line 3: invalid YAML: did not find expected node content\ndocument 4, line 7: invalid YAML: mapping values are not allowed in this context"},
		{"template", "a: b\nc: {{ .Values.x }}{{ y }}\n", 0, "document 1, line 2: invalid YAML: did not find expected key; this looks like a Helm template: run `helm template` first and give its output"},
		{"template that is YAML", "a: {{ .Values.x }}\n", 0, "document 1, line 1: a mapping's key is a mapping, not text; this looks like a Helm template: run `helm template` first and give its output"},
		{"control statement", "{{- if .Values.x }}\na: b\n{{- end }}\n", 0, "document 1, line 1: invalid YAML: did not find expected node content; this looks like a Helm template: run `helm template` first and give its output"},
		{"not UTF-8", "a: b\n---\nb: c\nc: \xff\xfe\n", 1, "document 2, line 4: the text is not UTF-8; save the file as UTF-8"},
		{"UTF-16", "\xff\xfea\x00", 0, "document 1, line 1: the text is UTF-16; save the file as UTF-8"},
		{"control character", "a: b\nc: \x01\n", 0, "document 1, line 2: invalid YAML: control characters are not allowed"},
		{"NUL", "a: b\n---\nc: d\ne: \x00\n", 1, "document 2, line 4: invalid YAML: there is a NUL character in it; is it a binary file, or UTF-16? Save it as UTF-8"},
		{"UTF-16 without a mark", "a\x00:\x00 \x00b\x00\n\x00", 0, "document 1, line 1: invalid YAML: there is a NUL character in it; is it a binary file, or UTF-16? Save it as UTF-8"},
		{"many directives", "a: b\n...\n" + strings.Repeat("%TAG !a! b\n", 101) + "---\na: b\n", 1, "document 2, line 3: more than 100 lines that begin with % stand before the document"},
		{"key twice", "a: b\nc: d\na: e\n", 0, `document 1, line 3: the key "a" occurs twice; it is also in line 1`},
		{"long line", "a: b\n---\nb: " + long + "\n---\nc: d\n", 2, "document 2, line 2: the document that begins here is larger than 8 MiB; a long list is read as JSON without a limit"},
		{"merge of a scalar", "a: b\n<<: c\n", 0, "document 1, line 2: << merges text; it wants a mapping or a list of mappings"},
		{"merges itself", "&a\n<<: *a\n", 0, "document 1, line 2: the alias *a stands inside the value that it refers to"},
		{"JSON cut off", "{\"a\":\n[1,", 0, "document 1, line 2: invalid JSON: the document ends too early"},
		{"JSON cut off in the top", "{\"items\":[\n{}\n", 1, "document 1, line 3: invalid JSON: the document ends too early"},
		{"JSON without a comma", "{\"a\": 1\n\"b\": 2}", 0, `document 1, line 2: invalid JSON: invalid character '"' after object value (expecting ',' or '}')`},
		{"JSON without a value", "{\"a\":\n,}", 0, "document 1, line 2: invalid JSON: invalid character ',' at start of value"},
		{"JSON with a comma at the end", "{\"a\": {\"b\":1,\n}}", 0, "document 1, line 2: invalid JSON: invalid character '}' at start of string (expecting '\"')"},
		{"JSON list with a comma at the end", "{\"items\": [1,\n]}", 1, "document 1, line 1: invalid JSON: invalid character ',' at start of value"},
		{"JSON text left open", "{\"a\": \"b\n}", 0, "document 1, line 1: invalid JSON: invalid character '\\n' in string (expecting non-control character)"},
		{"JSON with a word", "{\"a\": b}", 0, "document 1, line 1: invalid JSON: invalid character 'b' at start of value"},
		{"JSON key twice", "{\"a\": 1,\n\"a\": 2}", 0, `document 1, line 2: the key "a" occurs twice; it is also in line 1`},
		{"JSON key twice, deeper", "{\"a\": {\"b\":1,\n\"b\": 2}}", 0, `document 1, line 2: the key "b" occurs twice; it is also in line 1`},
		{"JSON not UTF-8", "{\"a\":\n\"\xff\"}", 0, "document 1, line 2: the text is not UTF-8; save the file as UTF-8"},
		{"JSON too large", "{\"a\":\n\"" + long + "\"}", 0, "document 1, line 2: the JSON value that begins here is larger than 8 MiB"},
		{"JSON too large in many parts", "{" + strings.Repeat(`"a`+strings.Repeat("a", 1<<20)+`":1,`, 1) + manyKeys() + "}", 0, "document 1, line 1: the document is larger than 8 MiB"},
		{"JSON too deep", "{\"a\":" + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", 0, "document 1, line 1: invalid JSON: exceeded max depth"},
		{"YAML too deep", "a: " + strings.Repeat("[", 20000), 0, "document 1, line 1: invalid YAML: exceeded max depth of 10000"},
		{"billion laughs", laughs(), 0, "document 1, line 1: the aliases of this document expand to more than 20 times its size"},
		{"billion laughs that nothing looks at", "a:\n- b\n" + "c: " + laughs() + "\n", 0, "document 1, line 3: the aliases of this document expand to more than 20 times its size"},
		{"a list that contains itself", "a: &a\n- b\n- *a\n", 0, "document 1, line 3: the alias *a stands inside the value that it refers to"},
	} {
		t.Run(c.name, func(t *testing.T) {
			parts, err := show(t, c.text, Options{Stream: "items"})
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if len(parts) != c.parts {
				t.Errorf("%d parts were read, want %d", len(parts), c.parts)
			}
		})
	}
}

// laughs is a YAML document of a kilobyte that its aliases expand to a billion texts.
func laughs() string {
	var b strings.Builder
	b.WriteString("{a0: &a0 [lol]")
	for i := 1; i <= 10; i++ {
		fmt.Fprintf(&b, ", a%d: &a%d [%s]", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	return b.String() + "}"
}

// manyKeys are more keys than a document may hold.
func manyKeys() string {
	var b strings.Builder
	for i := range 700_000 {
		fmt.Fprintf(&b, `"key%07d":1,`, i)
	}
	return b.String() + `"z":1`
}

func TestReadStopsAfterManyFaults(t *testing.T) {
	_, err := show(t, strings.Repeat("---\na: b: c\n", 1000), Options{})
	var all Errors
	if !errors.As(err, &all) || len(all) != maxErrors+1 {
		t.Fatalf("got %d faults", len(all))
	}
}

func TestReadGivesOtherErrorsAsTheyAre(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, text := range []string{"a: b\n", `{"items":[`, `{"a":`, ``} {
		r := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
		if err := Read(r, Options{Stream: "items"}, func(Part) error { return nil }); !errors.Is(err, broken) {
			t.Errorf("%q: got %v", text, err)
		}
	}
	stop := errors.New("stop")
	for _, text := range []string{"a: b\n---\nc: d\n", `{"items":[1,2]}`} {
		calls := 0
		err := Read(strings.NewReader(text), Options{Stream: "items"}, func(Part) error { calls++; return stop })
		if !errors.Is(err, stop) || calls != 1 {
			t.Errorf("%q: got %v after %d calls", text, err, calls)
		}
	}
}

// A slow reader that returns a byte at a time must not change what is read.
func TestReadByteByByte(t *testing.T) {
	text := "{\"kind\":\"List\",\"items\":[{\"a\":\"x\\\"]\"},\n2, [3]],\"b\":{}}\n---\nc: d\n"
	want, err := show(t, text, Options{Stream: "items"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = Read(iotest.OneByteReader(strings.NewReader(text)), Options{Stream: "items"}, func(p Part) error {
		s, err := render(p.Value, 0)
		got = append(got, s)
		return err
	})
	if err != nil || len(got) != len(want) {
		t.Fatalf("got %v, %v; want %v", got, err, want)
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"a: b\n---\n# c\n...\nd: [e, *f]\n", "%YAML 1.1\n---\na: &a {b: *a}\n", `{"items":[{"a":1},2],"b":{}}`, "{\"a\":1}\n---\n[1]",
		"{{ .x }}", "&a\n<<: *a\n", "\ufeffa: |\n  x\r\n", laughs(), "{\"a\":\"\\ud83d\\ude00\"", "[[{\"", "a: \"b", "? [a]\n: b\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("over 5s for %q", text)) }).Stop()
		for _, opts := range []Options{{}, {Stream: "items"}, {OnlyYAML: true}} {
			parts, err := show(t, text, opts)
			if err != nil {
				if err.Error() == "" {
					t.Fatal("a fault without words")
				}
				var one *Error
				if errors.As(err, &one) && (one.Line < 1 || one.Line > strings.Count(text, "\n")+strings.Count(text, "\r")+len(text)+2) {
					t.Fatalf("a line outside of the text: %v", err)
				}
			}
			_ = parts
		}
	})
}

// JSON may be larger than YAML, whose tree takes many times the memory of its text.
func TestReadLargerJSON(t *testing.T) {
	opts := Options{MaxBytes: 20 << 10, MaxJSONBytes: 200 << 10}
	list := "[" + strings.Repeat("1,", 20<<10) + "1]"
	for text, ok := range map[string]bool{`{"a":` + list + "}": true, "{a: " + list + "}\n": false, `{"a":[` + strings.Repeat(list+",", 9) + "1]}": false} {
		if _, err := show(t, text, opts); (err == nil) != ok {
			t.Errorf("%d bytes, %.5s: %v", len(text), text, err)
		}
	}
}

// repeat is a text without end.
type repeat struct {
	text, rest string
	read       int // how many bytes were taken
}

func (r *repeat) Read(p []byte) (n int, _ error) {
	for n < len(p) {
		if r.rest == "" {
			r.rest = r.text
		}
		read := copy(p[n:], r.rest)
		r.rest, n = r.rest[read:], n+read
	}
	r.read += n
	return n, nil
}

// An input without end that holds nothing is not read without end.
func TestEndlessInput(t *testing.T) {
	const large = "document 1, line 1: the document that begins here is larger than 1 MiB; a long list is read as JSON without a limit"
	for _, c := range []struct{ name, head, text, want string }{
		{"/dev/zero", "", "\x00", "document 1, line 1: invalid YAML: there is a NUL character in it; is it a binary file, or UTF-16? Save it as UTF-8"},
		{"zeros after a document", "a: b\n---\n", strings.Repeat("\x00", 99), "document 2, line 3: invalid YAML: there is a NUL character in it"},
		{"yes", "", "y\n", large},
		{"a line", "", "yes ", large},
		{"blank lines", "", "\n", large},
		{"comments", "", "# yes\n", large},
		{"empty documents", "", "---\n", "nothing is in the last 4 MiB, so reading ends here"},
		{"directives", "", "%YAML 1.2\n", large},
		{"blanks before JSON", "{", " \n", "nothing is in the last 4 MiB"},
		{"blanks within JSON", `{"items":[{"a":1}`, " ", "document 1, line 1: nothing is in the last 4 MiB, so reading ends here"},
		{"nulls of JSON", "{}", "null\n", "nothing is in the last 4 MiB, so reading ends here"},
		{"text of JSON", `{"items":["`, "a", "document 1, line 1: the JSON value that begins here is larger than 1 MiB"},
		{"depth of JSON", `{"items":[`, "[", "document 1, line 1: invalid JSON: exceeded max depth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			endless := &repeat{text: c.text}
			err := Read(io.MultiReader(strings.NewReader(c.head), endless), Options{Stream: "items", MaxBytes: 1 << 20}, func(Part) error { return nil })
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if endless.read > 16<<20 {
				t.Errorf("%d bytes were read", endless.read)
			}
		})
	}
}
