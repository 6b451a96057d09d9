package manifest

// The line of a field by its path, for those few fields that something is said about.

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// podLines finds the lines of a pod's fields.
type podLines struct {
	value  document.Value
	fields []document.Field // of the value
	asked  int
	late   bool // the text is gone
}

// of returns the line of a field; 0 where that is not known any more, or where nobody reads so much.
func (p *podLines) of(path string) int {
	if p.asked++; p.late || p.asked > maxLines {
		return 0
	}
	return lineOf(p.value, p.fields, path)
}

// lineOf returns the line of a field of the object, whose fields these are, or of the nearest part above the field that
// is there. Paths are names joined by dots, indexes from 0 and keys that hold a dot in brackets:
// metadata.annotations[eks.amazonaws.com/compute-type], spec.containers[0].image.
func lineOf(object document.Value, fields []document.Field, path string) int {
	line, at := object.Line(), object
	for path != "" {
		var step string
		step, path = nextStep(path)
		if at.Kind() == document.List {
			items, _ := at.Items()
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(items) {
				return line
			}
			at, line = items[n], items[n].Line()
		} else {
			i := slices.IndexFunc(fields, func(f document.Field) bool { return f.Key == step })
			if i < 0 {
				return line
			}
			at, line = fields[i].Value, fields[i].Line
		}
		if path != "" {
			fields, _ = at.Fields() // what is wrong with them is reported where they are read
		}
	}
	return line
}

// nextStep cuts the first step off a path.
func nextStep(path string) (step, rest string) {
	if inner, ok := strings.CutPrefix(path, "["); ok {
		step, rest, _ = strings.Cut(inner, "]")
	} else {
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			return path, ""
		}
		step, rest = path[:end], path[end:]
	}
	return step, strings.TrimPrefix(rest, ".")
}
