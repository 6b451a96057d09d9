package profilefile

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// lines returns the lines of the parts of a profile that rules judge, by the names that fargate.Validate has for them.
// A part of a mapping is there under its key and, because rules name the value that they refuse, under its value too.
func (o object) lines(f form) map[string]int {
	e := Entry{lines: map[string]int{}}
	e.noteLine("name", fieldLine(o.fields, f.name))
	e.noteLine("podExecutionRoleARN", fieldLine(o.fields, f.role))
	e.noteLine("selectors", fieldLine(o.fields, f.selectors))
	e.noteLine("subnets", fieldLine(o.fields, f.subnets))
	e.noteMap("tags", o.fields, f.tags)
	// Faults of lists and mappings are reported where they are read.
	subnets, _ := document.AsItems(document.Get(o.fields, f.subnets), "")
	for i, subnet := range subnets {
		e.noteLine(fmt.Sprintf("subnets[%d]", i), subnet.Line())
	}
	selectors, _ := document.AsItems(document.Get(o.fields, f.selectors), "")
	for i, selector := range selectors {
		path := fmt.Sprintf("selectors[%d]", i)
		e.noteLine(path, selector.Line())
		fields, _ := document.AsFields(selector, "")
		e.noteLine(path+".namespace", fieldLine(fields, f.namespace))
		e.noteMap(path+".labels", fields, f.labels)
	}
	return e.lines
}

// noteLine notes the line of a part; 0 is none.
func (e *Entry) noteLine(part string, line int) {
	if e.lines != nil && line > 0 {
		e.lines[part] = line
	}
}

// noteMap notes the lines of a mapping that is a field, and of its parts.
func (e *Entry) noteMap(part string, fields []document.Field, key string) {
	e.noteLine(part, fieldLine(fields, key))
	pairs, _ := document.AsFields(document.Get(fields, key), "")
	for _, f := range pairs {
		e.noteLine(partOf(part, f.Key), f.Line)
		if text := scalar(f.Value); e.lines[partOf(part, text)] == 0 {
			e.noteLine(partOf(part, text), f.Value.Line())
		}
	}
}

// lineOf returns the line of what a fault is about: as near as is known.
func (e *Entry) lineOf(f fargate.Fault) int {
	field := f.Field
	for field != "" {
		if line := e.lines[partOf(field, f.Value)]; line > 0 {
			return line
		}
		if line := e.lines[field]; line > 0 {
			return line
		}
		field = enclosing(field)
	}
	return e.Line
}

func partOf(field, value string) string { return field + "=" + value }

// enclosing returns what a field is a part of: of selectors[0].labels it is selectors[0], of that selectors.
func enclosing(field string) string {
	return field[:max(strings.LastIndexAny(field, ".["), 0)]
}

// fieldLine returns the line of a key, 0 where it is missing.
func fieldLine(fields []document.Field, key string) int {
	for _, f := range fields {
		if f.Key == key {
			return f.Line
		}
	}
	return 0
}
