package output

// This file writes JSON and YAML of the same shape. Both keep every character of the data, but those
// that a terminal would act upon are written as escapes.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// JSON writes v indented by two spaces, with a line break at the end. < > & stay readable.
func JSON(w io.Writer, v any) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return err
	}
	_, err = w.Write(escape(out.Bytes()))
	return err
}

// YAML writes v in the shape that its json tags give it, with the keys in the order of its JSON,
// indented by two spaces.
func YAML(w io.Writer, v any) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	node, err := nextNode(decoder)
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

// nextNode reads one JSON value as a YAML node; going by tokens keeps the order of the keys.
func nextNode(decoder *json.Decoder) (*yaml.Node, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		node := &yaml.Node{Kind: yaml.SequenceNode}
		if t == '{' {
			node.Kind = yaml.MappingNode
		}
		for decoder.More() {
			child, err := nextNode(decoder)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, child)
		}
		if len(node.Content) == 0 {
			node.Style = yaml.FlowStyle
		}
		_, err := decoder.Token()
		return node, err
	case string:
		return textNode(t)
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: t.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(t)}, nil
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}, nil
	}
}

// textNode lets the YAML library choose the quotes ("on" and "1" need them), but keeps text with line
// breaks or steering characters between double quotes, the only form that knows escapes.
func textNode(text string) (*yaml.Node, error) {
	if strings.ContainsFunc(text, func(r rune) bool { return control(r) || reorders(r) }) {
		// The library's own choice of style for such text cannot always be read back.
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.DoubleQuotedStyle}, nil
	}
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if needsNoQuotes(text) {
		return node, nil
	}
	if err := node.Encode(text); err != nil {
		return nil, err
	}
	return node, nil
}

// needsNoQuotes tells whether text needs no quotes for sure. It is a short cut: asking the library takes as long as
// writing hundreds of such texts.
func needsNoQuotes(text string) bool {
	if text == "" || !letter(text[0]) || text[len(text)-1] == ' ' {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if !letter(c) && (c < '0' || c > '9') && strings.IndexByte("-_./ ()=,;", c) < 0 {
			return false
		}
	}
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return true
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// escape writes the steering characters that the encoders leave alone as \u escapes, which both
// formats read the same. Such characters stand only inside double quotes.
func escape(text []byte) []byte {
	steers := func(r rune) bool { return r != '\n' && (control(r) || reorders(r)) }
	if !bytes.ContainsFunc(text, steers) {
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
