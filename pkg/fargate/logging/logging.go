// Package logging holds the rules by which Fargate takes the configuration of its log router: the ConfigMap aws-logging
// in the namespace aws-observability (EKS User Guide, Start AWS Fargate logging for your cluster).
package logging

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// Namespace is where the ConfigMap has to be. It needs a label of the same name with the value LabelValue.
	Namespace = "aws-observability"
	// LabelValue is the value of the label that marks the namespace.
	LabelValue = "enabled"
	// ConfigMap is the name of the ConfigMap.
	ConfigMap = "aws-logging"
	// Source names where the rules are from.
	Source = "EKS User Guide, Start AWS Fargate logging for your cluster; aws-for-fluent-bit#261"

	maxCharacters = 5300
	configMapName = "ConfigMap " + Namespace + "/" + ConfigMap
)

// Config is the configuration of the log router as far as it is known.
type Config struct {
	// NamespaceLabels are those of the namespace; nil where the namespace is not known.
	NamespaceLabels map[string]string
	// Data is the ConfigMap's; nil where the ConfigMap is not known.
	Data map[string]string
}

// Fault is something that keeps the log router from being configured: the pods run, and their logs go nowhere.
type Fault struct {
	// Object names the object, Field the place in it: data[output.conf].
	Object, Field string
	// Line is that in the text of the field, counted from 1; 0 for the whole of it.
	Line int
	// Message says what is wrong, Hint what to do.
	Message, Hint string
}

// String is the fault in one line.
func (f Fault) String() string {
	place := f.Object + ": " + f.Field
	if f.Line > 0 {
		place += fmt.Sprintf(", line %d", f.Line)
	}
	return place + ": " + f.Message + "; " + f.Hint
}

// section is what one key of the ConfigMap may hold.
type section struct {
	key, name string
	required  []string
	plugins   []string // empty where any may be named
}

var sections = []section{
	{"filters.conf", "FILTER", []string{"name", "match"}, []string{
		"grep", "parser", "record_modifier", "rewrite_tag", "throttle", "nest", "modify", "kubernetes",
	}},
	{"output.conf", "OUTPUT", []string{"name", "match"}, []string{
		"es", "firehose", "kinesis_firehose", "cloudwatch", "cloudwatch_logs", "kinesis",
	}},
	{"parsers.conf", "PARSER", []string{"name", "format"}, nil},
}

// owned are the keys of the filter kubernetes that Fargate sets itself.
var owned = []string{"kube_url", "kube_ca_file", "kube_token_command", "kube_token_file"}

// Faults returns everything that is wrong with what is known, in the order of the objects and of their lines.
func (c Config) Faults() []Fault {
	var faults []Fault
	if value, ok := c.NamespaceLabels[Namespace]; c.NamespaceLabels != nil && value != LabelValue {
		message := "the label " + Namespace + " is missing"
		if ok {
			message = fmt.Sprintf("the label %s has the value %q", Namespace, value)
		}
		faults = append(faults, Fault{
			Object: "Namespace " + Namespace, Field: "metadata.labels", Message: message,
			Hint: "set it: " + Namespace + ": " + LabelValue,
		})
	}
	if c.Data == nil {
		return faults
	}
	characters := 0
	for _, text := range c.Data {
		characters += utf8.RuneCountInString(text)
	}
	if characters > maxCharacters {
		faults = append(faults, Fault{
			Object: configMapName, Field: "data",
			Message: fmt.Sprintf("it has %d characters, and Fargate takes %d", characters, maxCharacters),
			Hint:    "remove comments and what is not needed",
		})
	}
	for i := range sections {
		j := judge{section: &sections[i], faults: faults}
		j.text(c.Data[sections[i].key])
		faults = j.faults
		if sections[i].name == "OUTPUT" && j.count == 0 {
			faults = append(faults, Fault{
				Object: configMapName, Field: "data[output.conf]", Message: "there is no [OUTPUT], so nothing is logged",
				Hint: "add one of " + strings.Join(sections[i].plugins, ", "),
			})
		}
	}
	return faults
}

// judge goes over the text of one key.
type judge struct {
	*section
	faults []Fault
	count  int // of sections of the right name

	line          int
	begun         int               // the line where the section began, 0 before the first
	foreign       bool              // the section does not belong here
	keys          map[string]string // of the section, in lower case
	outer, inner  int               // indentation of sections and of their keys
	wrongIndented bool              // is reported once
}

func (j *judge) fault(line int, hint, format string, args ...any) {
	j.faults = append(j.faults, Fault{
		Object: configMapName, Field: "data[" + j.key + "]", Line: line, Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

func (j *judge) text(text string) {
	j.outer, j.inner = -1, -1
	for line := range strings.Lines(text) {
		j.line++
		word := strings.TrimSpace(line)
		if word == "" || word[0] == '#' {
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		if strings.Contains(word, "${") {
			j.fault(j.line, "write the value itself", "variables of the environment are not allowed: %q", word)
		}
		if word[0] == '[' {
			j.end()
			j.begin(strings.Trim(word, "[] \t"))
			j.indented(indent, &j.outer, indent <= j.inner || j.inner < 0)
			continue
		}
		key, value, _ := strings.Cut(strings.ReplaceAll(word, "\t", " "), " ")
		key = strings.ToLower(key)
		j.indented(indent, &j.inner, indent > j.outer)
		if j.keys != nil {
			j.keys[key] = strings.TrimSpace(value)
		}
		if slices.Contains(owned, key) && j.name == "FILTER" {
			j.fault(j.line, "remove it", "Fargate sets %s itself", strings.Fields(word)[0])
		}
	}
	j.end()
}

// indented compares a line with those of its sort before.
func (j *judge) indented(indent int, of *int, fits bool) {
	if *of < 0 {
		*of = indent
	}
	if (indent != *of || !fits) && !j.wrongIndented {
		j.wrongIndented = true
		j.fault(j.line, "indent all sections alike, and all keys alike and more than the sections",
			"the indentation is not that of the lines before")
	}
}

func (j *judge) begin(name string) {
	j.begun, j.keys, j.foreign = j.line, map[string]string{}, !strings.EqualFold(name, j.name)
	if !j.foreign {
		j.count++
		return
	}
	for _, s := range sections {
		if strings.EqualFold(s.name, name) {
			j.fault(j.line, "move it to "+s.key, "[%s] belongs under %s", s.name, s.key)
			return
		}
	}
	j.fault(j.line, "remove it; Fargate sets up service and input itself",
		"[%s] is not accepted; [FILTER], [OUTPUT] and [PARSER] are", name)
}

// end judges the section that was read.
func (j *judge) end() {
	if j.begun == 0 || j.foreign {
		return
	}
	for _, key := range j.required {
		if j.keys[key] == "" {
			j.fault(j.begun, "add it", "[%s] has no %s", j.name, key)
		}
	}
	plugin := j.keys["name"]
	if plugin != "" && len(j.plugins) > 0 && !slices.Contains(j.plugins, strings.ToLower(plugin)) {
		j.fault(j.begun, "use one of "+strings.Join(j.plugins, ", "), "%q is not a supported %s", plugin,
			strings.ToLower(j.name))
	}
}

// With returns the configuration with what another one knows.
func (c Config) With(more Config) Config {
	if more.NamespaceLabels != nil {
		c.NamespaceLabels = maps.Clone(more.NamespaceLabels)
	}
	if more.Data != nil {
		c.Data = maps.Clone(more.Data)
	}
	return c
}
