package manifest

// The line of a field by its path, for those few fields that something is said about.

import (
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// podLines finds the lines of a pod's fields.
type podLines struct {
	value document.Value
	asked int
	late  bool // the text is gone
}

// of returns the line of a field; 0 where that is not known any more, or where nobody reads so much.
func (p *podLines) of(path string) int {
	if p.asked++; p.late || p.asked > maxLines {
		return 0
	}
	return lineOf(p.value, path)
}

// lineOf returns the line of a field of the object, or of the nearest part above the field that is there. Paths are
// names joined by dots, indexes from 0 and keys that hold a dot in brackets:
// metadata.annotations[eks.amazonaws.com/compute-type], spec.containers[0].image.
func lineOf(object document.Value, path string) int {
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
			continue
		}
		field, ok := document.Find(at, step)
		if !ok {
			return line
		}
		at, line = field.Value, field.Line
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
