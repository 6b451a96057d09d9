package world

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// Error is all that is wrong with a world.
type Error struct{ Faults []Problem }

// Problem is one fault. Line is 0 where the world was made in Go; Path is the place
// (clusters[0].vpc), empty where the YAML itself is wrong.
type Problem struct {
	Line    int
	Path    string
	Message string
}

// Error lists the faults, one a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// String is the fault in one line.
func (f Problem) String() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", f.Line)
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	return b.String() + f.Message
}

// baseWorld is what a world file starts from: the built-in delays, so that a file need not name them.
func baseWorld() World {
	return World{Delays: Delays{Create: 2 * time.Second, Delete: 3 * time.Second}}
}

// Parse reads a world file. The error is a *Error with every fault.
func Parse(data []byte) (World, error) {
	if faults := tooMuch(data); len(faults) > 0 {
		return World{}, &Error{Faults: faults}
	}
	w := baseWorld()
	decoder := strict(data)
	err := decoder.Decode(&w)
	if errors.Is(err, io.EOF) {
		return World{}, &Error{Faults: []Problem{
			{Line: 1, Message: "the world is empty; `fgctl sandbox world` prints one to start from"},
		}}
	}
	var faults []Problem
	if err != nil {
		faults = yamlFaults(err)
	} else if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return World{}, &Error{Faults: []Problem{{Message: "a world is one YAML document; this file has several"}}}
	}
	if err != nil && !errors.As(err, new(*yaml.TypeError)) {
		return World{}, &Error{Faults: faults}
	}

	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return World{}, &Error{Faults: yamlFaults(err)}
	}
	taken := map[int]bool{}
	for _, f := range faults {
		taken[f.Line] = true
	}
	for _, f := range w.check() {
		f.Line = lineOf(&root, f.Path)
		// What could not be read there would be reported a second time as missing.
		if !taken[f.Line] {
			faults = append(faults, f)
		}
	}
	if len(faults) > 0 {
		slices.SortStableFunc(faults, func(a, b Problem) int { return a.Line - b.Line })
		return World{}, &Error{Faults: faults}
	}
	return w.WithDefaults(), nil
}

var yamlErrors = sync.OnceValue(func() (e struct{ line, unknown, wrongType *regexp.Regexp }) {
	e.line = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)
	e.unknown = regexp.MustCompile(`^field (.*) not found in type .*$`)
	e.wrongType = regexp.MustCompile(`^cannot unmarshal !!(\S+)(?: (.*))? into (\S+)$`)
	return e
})

// yamlFaults turns the YAML library's words, which name Go types, into ours.
func yamlFaults(err error) []Problem {
	texts := []string{err.Error()}
	if typeError, ok := errors.AsType[*yaml.TypeError](err); ok {
		texts = typeError.Errors
	}
	more := len(texts) - maxReported
	if more > 0 {
		texts = texts[:maxReported]
	}
	faults := make([]Problem, 0, len(texts))
	for _, text := range texts {
		var f Problem
		if m := yamlErrors().line.FindStringSubmatch(text); m != nil {
			f.Line, _ = strconv.Atoi(m[1])
			text = text[len(m[0]):]
		}
		text = strings.TrimPrefix(text, "yaml: ")
		if m := yamlErrors().unknown.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("unknown key %q", m[1])
		} else if m := yamlErrors().wrongType.FindStringSubmatch(text); m != nil {
			text = fmt.Sprintf("%s %s where %s is wanted", yamlNoun(m[1]), strings.TrimSpace(m[2]), goNoun(m[3]))
			text = strings.Replace(text, "  ", " ", 1)
		}
		f.Message = text
		faults = append(faults, f)
	}
	if more > 0 {
		faults = append(faults, Problem{Message: fmt.Sprintf("and %d more faults", more)})
	}
	return faults
}

// yamlNoun names a YAML tag for people.
func yamlNoun(tag string) string {
	switch tag {
	case "str":
		return "text"
	case "int", "float":
		return "number"
	case "bool":
		return "the boolean"
	case "seq":
		return "a list"
	case "map":
		return "a mapping"
	}
	return tag
}

// goNoun names a Go type for people.
func goNoun(kind string) string {
	switch {
	case kind == "time.Duration":
		return "a duration like 2s"
	case kind == "time.Time":
		return "a time like 2025-01-31T12:00:00Z"
	case strings.HasPrefix(kind, "[]"):
		return "a list"
	case strings.HasPrefix(kind, "map["), strings.HasPrefix(kind, "world."), strings.HasPrefix(kind, "fault."):
		return "a mapping"
	case kind == "bool":
		return "true or false"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		return "a whole number"
	case kind == "string":
		return "text"
	}
	return kind
}

// lineOf finds the line of a path like clusters[0].profiles[1].role; where the path ends early (an
// absent key) it is the line of what is there.
func lineOf(root *yaml.Node, path string) int {
	node := root
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	line := node.Line
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next, at := child(node, step)
		if next == nil {
			break
		}
		node, line = next, at
	}
	return line
}

// child returns the element or the value that a step of a path leads to, nil where it is not there, and its line: of
// a value its key's.
func child(node *yaml.Node, step string) (*yaml.Node, int) {
	for node.Kind == yaml.AliasNode && node.Alias != nil {
		node = node.Alias
	}
	switch node.Kind {
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(node.Content) {
			return node.Content[i], node.Content[i].Line
		}
	case yaml.MappingNode: // of a key that is there twice, the last
		for i := len(node.Content) - 2; i >= 0; i -= 2 {
			if node.Content[i].Value == step {
				return node.Content[i+1], node.Content[i].Line
			}
		}
	}
	return nil, 0
}
