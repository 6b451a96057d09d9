package document

// A value of YAML, and the parsing of one document's text.

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

const (
	// An alias makes a value be seen again. The values that a document expands to may exceed those
	// that are written by this factor before it counts as an expansion attack ("billion laughs").
	maxExpansion = 20
	// So many values may a document expand to whatever its size.
	freeNodes = 100_000
)

// yamlValue is a node of a document. An alias stands for the node it refers to.
type yamlValue struct {
	node   *yaml.Node
	offset int // lines of the source before the text that was parsed
}

// value follows an alias; yaml.v3 never lets one alias refer to another.
func (v yamlValue) value(node *yaml.Node) yamlValue {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		node = node.Alias
	}
	return yamlValue{node, v.offset}
}

func (v yamlValue) Line() int { return v.node.Line + v.offset }

func (v yamlValue) Text() string { return v.node.Value }

func (v yamlValue) Kind() Kind {
	switch v.node.Kind {
	case yaml.MappingNode:
		return Mapping
	case yaml.SequenceNode:
		return List
	case yaml.ScalarNode, yaml.AliasNode, yaml.DocumentNode:
	}
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if v.node.Style&(quoted|yaml.TaggedStyle) == 0 && IsOldBool(v.node.Value) {
		return Bool
	}
	switch v.node.ShortTag() {
	case "!!null":
		return Null
	case "!!bool":
		return Bool
	case "!!int", "!!float":
		return Number
	}
	return Text
}

// IsOldBool reports whether a text is a word that YAML 1.1, and so kubectl and eksctl, take for a boolean when it is
// not quoted, beside true and false.
func IsOldBool(text string) bool {
	switch text {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return true
	}
	return false
}

func (v yamlValue) Items() ([]Value, error) {
	if v.node.Kind != yaml.SequenceNode {
		return nil, nil
	}
	out := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		out[i] = v.value(n)
	}
	return out, nil
}

func (v yamlValue) Fields() ([]Field, error) {
	if v.node.Kind != yaml.MappingNode {
		return nil, nil
	}
	var out []Field
	var merged []yamlValue
	seen := map[string]int{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, value := v.value(v.node.Content[i]), v.value(v.node.Content[i+1])
		if key.node.Kind != yaml.ScalarNode {
			return nil, At(key.Line(), "a mapping's key is %s, not text%s", key.Kind(), templateHint(key))
		}
		if key.node.ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		name := key.Text()
		if first, ok := seen[name]; ok {
			return nil, duplicate(name, first, key.Line())
		}
		seen[name] = key.Line()
		out = append(out, Field{Key: name, Line: key.Line(), Value: value})
	}
	for _, m := range merged {
		sources := []Value{m}
		if m.Kind() == List {
			var err error
			if sources, err = m.Items(); err != nil {
				return nil, err
			}
		}
		for _, source := range sources {
			if source.Kind() != Mapping {
				return nil, At(m.Line(), "<< merges %s; it wants a mapping or a list of mappings", source.Kind())
			}
			more, err := source.Fields()
			if err != nil {
				return nil, err
			}
			for _, f := range more {
				if _, ok := seen[f.Key]; !ok {
					seen[f.Key] = f.Line
					out = append(out, f)
				}
			}
		}
	}
	return out, nil
}

// parseYAML returns the roots of the documents in text, which begins after offset lines of the source.
// A document without content has a null root.
func parseYAML(text []byte, offset int) (roots []Value, err error) {
	defer func() {
		// yaml.v3 turns its own failures into errors; a fault of its scanner must not end the process.
		if r := recover(); r != nil {
			err = At(offset+1, "the document cannot be parsed: %v", r)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
			return roots, nil
		} else if err != nil {
			return roots, explainYAML(err.Error(), text, offset)
		}
		if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
			if err := checkAliases(&doc, offset); err != nil {
				return roots, err
			}
			roots = append(roots, yamlValue{offset: offset}.value(doc.Content[0]))
		}
	}
}

// count is the number of nodes as they were written.
func count(n *yaml.Node) int {
	sum := 1
	for _, c := range n.Content {
		sum += count(c)
	}
	return sum
}

// checkAliases refuses a document that its aliases make endless, or large beyond measure.
func checkAliases(doc *yaml.Node, offset int) error {
	e := expansion{offset: offset, most: freeNodes + maxExpansion*count(doc), sizes: map[*yaml.Node]int{}}
	_, err := e.size(doc)
	return err
}

// expansion counts the values that nodes stand for. Each is counted once, however many aliases refer to it.
type expansion struct {
	offset, most int
	sizes        map[*yaml.Node]int // of nodes with an anchor; 0 for one that is being counted
}

func (e *expansion) size(n *yaml.Node) (int, error) {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		size, known := e.sizes[n.Alias]
		if known && size == 0 {
			return 0, At(n.Line+e.offset, "the alias *%s stands inside the value that it refers to", n.Value)
		} else if known {
			return size, nil
		}
		n = n.Alias
	}
	if n.Anchor != "" {
		e.sizes[n] = 0
	}
	sum := 1
	for _, c := range n.Content {
		size, err := e.size(c)
		if err != nil {
			return 0, err
		}
		if sum += size; sum > e.most {
			return 0, At(n.Line+e.offset, "the aliases of this document expand to more than %d times its size",
				maxExpansion)
		}
	}
	if n.Anchor != "" {
		e.sizes[n] = sum
	}
	return sum, nil
}

var yamlPlace = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^yaml: (?:line (\d+): )?(?s:(.*))$`)
})

// explainYAML makes a fault of the parser's message: with the line in the source and, for the faults
// that people make most, what to do.
func explainYAML(message string, text []byte, offset int) error {
	line := 1
	if m := yamlPlace().FindStringSubmatch(message); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
			// The parser, unlike the scanner, counts lines from 0.
			if strings.HasPrefix(m[2], "did not find expected") {
				line++
			}
			// At the end of the text both point behind its last line.
			line = min(line, max(1, breaks(bytes.TrimRight(text, "\r\n"))+1))
		}
		message = m[2]
	}
	if _, name, ok := strings.Cut(message, "unknown anchor '"); ok { // the parser gives no line
		name, _, _ = strings.Cut(name, "'")
		line = 1 + breaks(text[:max(0, bytes.Index(text, []byte("*"+name)))])
	}
	message = withoutText(message)
	hint := bracesHint(text)
	if hint == "" && bytes.Contains(lineOf(text, line), []byte("${")) {
		hint = variableHint
	}
	if message == "control characters are not allowed" { // the parser gives no line
		if at := bytes.IndexFunc(text, control); at >= 0 {
			line = breaks(text[:at]) + 1
			if text[at] == 0 {
				message, hint = "there is a NUL character in it", "; is it a binary file, or UTF-16? Save it as UTF-8"
			}
		}
	}
	if hint == "" {
		if tab := tabLine(text); tab > 0 && strings.Contains(message, "cannot start any token") {
			line, message, hint = tab, "a tab indents the line", "; YAML wants spaces"
		}
	}
	return At(offset+line, "invalid YAML: %s%s", message, hint)
}

// withoutText returns a message of the YAML parser without the words of the text that a few of them quote: what was
// taken for an alias or a tag may be a password.
func withoutText(message string) string {
	switch {
	case strings.Contains(message, "unknown anchor '"):
		return "an alias refers to no anchor; put text that begins with * in quotes"
	case strings.Contains(message, "anchor '"):
		return "an alias stands inside the value that it refers to"
	case strings.Contains(message, "cannot decode "):
		return "a value does not fit its tag; put text that begins with ! in quotes"
	}
	return message
}

// control reports whether a character is one that no YAML may hold (YAML 1.2, 5.1).
func control(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c >= 0x7f && c < 0xa0 && c != 0x85 ||
		c == 0xfffe || c == 0xffff
}

// tabLine is the first line whose indentation holds a tab, counted from 1, or 0.
func tabLine(text []byte) int {
	for i, line := range bytes.Split(text, []byte("\n")) {
		indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
		if bytes.IndexByte(indent, '\t') >= 0 && len(bytes.TrimSpace(line)) > 0 {
			return i + 1
		}
	}
	return 0
}

// IsTemplate reports whether a fault comes of the text being a template of Helm or the like.
func IsTemplate(fault error) bool {
	text := fault.Error()
	return strings.Contains(text, helmHint) || strings.Contains(text, variableHint)
}

const (
	helmHint     = "; this looks like a Helm template: run `helm template` first and give its output"
	variableHint = "; this looks like a variable: fill it in first, as envsubst or Flux does, and give what comes out"
)

// lineOf returns a line of a text, counted from 1.
func lineOf(text []byte, line int) []byte {
	for ; line > 1; line-- {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	text, _, _ = bytes.Cut(text, []byte("\n"))
	return text
}

// bracesHint recognises a template by its double braces.
func bracesHint(text []byte) string {
	if bytes.Contains(text, []byte("{{")) {
		return helmHint
	}
	return ""
}

// templateHint recognises a template that happens to be YAML: {{ .Values.name }} is a mapping whose key
// is a mapping, and ${REPLICAS} is text.
func templateHint(v Value) string {
	if v.Kind() == Text && strings.Contains(v.Text(), "${") {
		return variableHint
	}
	y, ok := v.(yamlValue)
	if !ok || y.node.Kind != yaml.MappingNode || y.node.Style&yaml.FlowStyle == 0 {
		return ""
	}
	if c := y.node.Content; len(c) > 0 && c[0].Kind == yaml.MappingNode || y.node.Line == 0 {
		return helmHint
	} else if len(c) > 0 && strings.HasPrefix(c[0].Value, ".") {
		return helmHint
	}
	return ""
}

func duplicate(key string, first, line int) error {
	return At(line, "the key %q occurs twice; it is also in line %d", Shorten(key), first)
}

func tooLarge(what string, most int) string {
	return fmt.Sprintf("the %s is larger than %d MiB", what, most>>20)
}

func breaks(text []byte) int { return bytes.Count(text, []byte("\n")) }

const notUTF8 = "the text is not UTF-8; save the file as UTF-8"
