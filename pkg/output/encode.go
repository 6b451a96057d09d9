package output

// This file writes JSON and YAML of the same shape. Both keep every character of the data, but those
// that a terminal would act upon are written as escapes.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
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
	reader := jsonReader{text}
	node, err := reader.next()
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

// jsonReader reads JSON as encoding/json writes it, without space. Its own Decoder takes as long for the tokens of many
// pods as the YAML library takes to write them.
type jsonReader struct {
	left []byte
}

// next reads one value as a YAML node; the keys keep their order.
func (r *jsonReader) next() (*yaml.Node, error) {
	switch begin := r.left[0]; begin {
	case '{', '[':
		node := &yaml.Node{Kind: yaml.SequenceNode}
		if begin == '{' {
			node.Kind = yaml.MappingNode
		}
		for r.left = r.left[1:]; r.left[0] != '}' && r.left[0] != ']'; {
			child, err := r.next()
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, child)
			if r.left[0] == ',' || r.left[0] == ':' {
				r.left = r.left[1:]
			}
		}
		r.left = r.left[1:]
		if len(node.Content) == 0 {
			node.Style = yaml.FlowStyle
		}
		return node, nil
	case '"':
		quoted := r.take(textEnd(r.left))
		text := string(quoted[1 : len(quoted)-1])
		if !strings.Contains(text, `\`) {
			return textNode(text), nil
		}
		err := json.Unmarshal(quoted, &text)
		return textNode(text), err
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: string(r.take(bytes.IndexAny(r.left, ",]}\n")))}, nil
}

// take takes the first n bytes.
func (r *jsonReader) take(n int) []byte {
	taken := r.left[:n]
	r.left = r.left[n:]
	return taken
}

// textEnd returns the length of the text that begins here, its quotes included.
func textEnd(in []byte) int {
	for i := 1; ; i++ {
		switch in[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// oldYAML tells what is text in YAML 1.2, and a truth value or a number of base 60 in 1.1.
func oldYAML(text string) bool {
	switch text {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return true
	}
	return strings.Contains(text, ":") && base60.MatchString(text)
}

var base60 = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`)

// textNode lets the YAML library choose the quotes (1 and null need them). It keeps text between double quotes, the
// only form that knows escapes, where it has line breaks or steering characters: the library's own choice of style
// for such text cannot always be read back. So it does with what only YAML 1.1 takes for something else than text.
func textNode(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if strings.ContainsFunc(text, func(r rune) bool { return control(r) || reorders(r) }) || oldYAML(text) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

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
