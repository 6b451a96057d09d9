package output

// JSON and YAML of the same shape. Both keep every character of the data, but those that a terminal would act upon are
// written as escapes.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// Encode writes v as JSON or YAML where the format is one of these, and reports whether it is.
func Encode(w io.Writer, format string, v any) (done bool, err error) {
	switch format {
	case "json":
		return true, JSON(w, v)
	case "yaml":
		return true, YAML(w, v)
	}
	return false, nil
}

// JSON writes v indented by two spaces, with a line break at the end. < > & stay readable.
func JSON(w io.Writer, v any) error { return JSONWithin(w, v, "") }

// JSONWithin is JSON with the prefix before every line but the first, for a value inside of a text.
func JSONWithin(w io.Writer, v any, prefix string) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, escape(text), prefix, "  "); err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}

// jsonLines writes each of the items as JSON on a line of its own.
func jsonLines(w io.Writer, items []any) error {
	for _, item := range items {
		text, err := marshal(item)
		if err != nil {
			return err
		}
		if _, err := w.Write(escape(text)); err != nil {
			return err
		}
	}
	return nil
}

// YAML writes v in the shape that its json tags give it, with the keys in the order of its JSON,
// indented by two spaces.
func YAML(w io.Writer, v any) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	node, err := readNode(jsontext.NewDecoder(bytes.NewBuffer(text)))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(node); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	_, err = w.Write(escape(out.Bytes()))
	return err
}

func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// readNode reads one value of JSON as a YAML node; the keys keep their order.
func readNode(dec *jsontext.Decoder) (*yaml.Node, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	node := &yaml.Node{Kind: yaml.SequenceNode}
	switch token.Kind() {
	case jsontext.KindString:
		return textNode(token.String()), nil
	case jsontext.KindBeginObject:
		node.Kind = yaml.MappingNode
	case jsontext.KindBeginArray:
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: token.String()}, nil
	}
	for kind := dec.PeekKind(); kind != jsontext.KindEndObject && kind != jsontext.KindEndArray; kind = dec.PeekKind() {
		child, err := readNode(dec)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, child)
	}
	if len(node.Content) == 0 {
		node.Style = yaml.FlowStyle
	}
	_, err = dec.ReadToken()
	return node, err
}

// base60 are numbers of base 60 in YAML 1.1 and text in YAML 1.2.
var base60 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`)
})

// textNode lets the YAML library choose the quotes (1 and null need them). It keeps text between double quotes, the
// only form that knows escapes, where it has line breaks or steering characters: the library's own choice of style
// for such text cannot always be read back. So it does with what only YAML 1.1 takes for something else than text.
func textNode(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if strings.ContainsFunc(text, func(r rune) bool { return control(r) || reorders(r) }) || document.IsOldBool(text) ||
		strings.Contains(text, ":") && base60().MatchString(text) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// escape writes the steering characters that the encoders leave alone as \u escapes, which both
// formats read the same. Such characters stand only inside double quotes.
func escape(text []byte) []byte {
	steers := func(r rune) bool { return r != '\n' && (control(r) || reorders(r)) }
	// Bytes are looked at first, which is several times as fast as runes, and most text is ASCII.
	odd := func(b byte) bool { return b >= 0x7f || b < ' ' && b != '\n' }
	if !slices.ContainsFunc(text, odd) || !bytes.ContainsFunc(text, steers) {
		return text
	}
	var out bytes.Buffer
	for _, r := range string(text) {
		if steers(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.Bytes()
}
