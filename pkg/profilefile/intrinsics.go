package profilefile

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// The functions of CloudFormation that one resource needs are worked out, as far as the template itself says what
// they return (CloudFormation Template Reference, intrinsic functions). All others stay open.

const (
	// maxFunctions is how many functions of a template are worked out; conditions that use each other several
	// times over would go on for ever.
	maxFunctions = 10_000
	// maxResolved is the greatest length of a function's result; an alias can make texts of any length.
	maxResolved = 64 << 10
)

// template is what the functions of a template refer to.
type template struct {
	parameters, mappings, conditions, resources object
	steps                                       int
}

// open is a value that the template does not hold.
type open struct{ what, why string } // as Ref ClusterName, the parameter has no Default

// String returns what is open, or nothing for the zero value.
func (o open) String() string {
	if o.what == "" {
		return ""
	}
	return o.what + ": " + o.why
}

const onlyTheStack = "only the stack knows it"

// staysOpen reports a fault, or where n may be open, records what is.
func (n node) staysOpen(what, why string) (document.Value, bool) {
	switch {
	case n.open == nil:
		n.p.fault(n.line(), "%s: %s has no answer in the template: %s; write the value out where it stands, "+
			"or as the Default of a parameter", n.path, what, why)
	case n.open.what == "":
		*n.open = open{what, why}
	}
	return nil, false
}

// resolved returns the value with the function that it may be worked out, and reports whether that could be done;
// functions further inside are left. It is nil for a missing part and for no value (AWS::NoValue).
func (n node) resolved() (document.Value, bool) {
	if n.template == nil || n.value == nil {
		return n.value, true
	}
	name, argument, err := function(n.value)
	if err != nil {
		n.p.add(err)
		return nil, false
	}
	out := n.value
	if name != "" {
		var ok bool
		if out, ok = n.child(argument, n.path).call(name); !ok || out == nil {
			return nil, ok
		}
	}
	switch text := scalar(out); {
	case len(text) > maxResolved && name != "":
		n.p.fault(n.line(), "%s returns more than %d KiB", name, maxResolved>>10)
		return nil, false
	case strings.Contains(text, "{{resolve:"):
		return n.staysOpen(document.Shorten(text), "it is a dynamic reference, which only the stack resolves")
	}
	return out, true
}

// step reports whether there is more to be worked out than any template needs; that is a fault.
func (n node) step() bool {
	if n.template.steps--; n.template.steps >= 0 {
		return true
	}
	n.p.fault(n.line(), "the functions of this template refer to each other more than %d times", maxFunctions)
	return false
}

// function recognises an intrinsic function, in its short form (!Sub) or its long one (Fn::Sub), and returns its
// full name and its argument.
func function(v document.Value) (name string, argument document.Value, err error) {
	if tag := document.Tag(v); tag != "" {
		if name = tag[1:]; name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		return name, untagged{v}, nil
	}
	fields, err := v.Fields()
	if err != nil || len(fields) != 1 {
		return "", nil, err
	}
	if name = fields[0].Key; name != "Ref" && name != "Condition" && !strings.HasPrefix(name, "Fn::") {
		return "", nil, nil
	}
	return name, fields[0].Value, nil
}

// untagged is the argument of a function in its short form.
type untagged struct{ document.Value }

// literal is the text that a function returns.
type literal struct {
	text string
	line int
}

// Kind, Line, Text, Fields and Items make it a value.
func (l literal) Kind() document.Kind               { return document.Text }
func (l literal) Line() int                         { return l.line }
func (l literal) Text() string                      { return l.text }
func (l literal) Fields() ([]document.Field, error) { return nil, nil }
func (l literal) Items() ([]document.Value, error)  { return nil, nil }

// call works out a function; n is its argument.
func (n node) call(name string) (document.Value, bool) {
	if !n.step() {
		return nil, false
	}
	why := "fgctl does not work it out"
	switch name {
	case "Ref":
		return n.ref(scalar(n.value))
	case "Fn::Sub":
		return n.sub()
	case "Fn::Join":
		return n.join()
	case "Fn::FindInMap":
		return n.findInMap()
	case "Fn::If":
		return n.choice()
	case "Fn::GetAtt", "Fn::ImportValue", "Fn::GetAZs":
		why = onlyTheStack
	}
	return n.staysOpen(strings.TrimSpace(name+" "+shown(n.value)), why)
}

// shown returns what a message shows of a function's argument.
func shown(v document.Value) string {
	if s := scalar(v); s != "" {
		return document.Shorten(s)
	}
	items, _ := v.Items() // what cannot be shown is left out
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = scalar(item)
	}
	return document.Shorten(strings.Join(out, "."))
}

// arguments returns the elements of a function's argument, nil where there are not so many.
func (n node) arguments(name string, least, most int) []node {
	items, err := n.value.Items()
	n.p.add(err)
	if err == nil && (len(items) < least || len(items) > most) {
		count := fmt.Sprint(least)
		if most > least {
			count = fmt.Sprintf("%d to %d", least, most)
		}
		n.p.fault(n.line(), "%s wants a list of %s values", name, count)
		return nil
	}
	var out []node
	for _, item := range items {
		out = append(out, n.child(item, n.path))
	}
	return out
}

// part returns the text of a part of a function, which what names.
func (n node) part(what string) (string, bool) {
	v, ok := n.resolved()
	if !ok {
		return "", false
	}
	if v == nil || v.Kind() == document.Null {
		_, ok = n.staysOpen(what, "a part of it is no value")
		return "", ok
	}
	return n.child(v, n.path).scalar()
}

// ref is Ref: the Default of a parameter, or the name of a cluster that the template makes. Of a cluster without a
// name, as of a profile, the logical id stands for it.
func (n node) ref(name string) (document.Value, bool) {
	t, what := n.template, "Ref "+document.Shorten(name)
	switch {
	case name == "AWS::NoValue":
		return nil, true
	case t.parameters.has(name):
		return n.parameter(t.parameters.get(name).object(), what)
	case !strings.HasPrefix(name, "AWS::") && !t.resources.has(name):
		return n.staysOpen(what, "there is no parameter or resource of that name")
	}
	resource := t.resources.get(name).object()
	cluster := resource.get("Properties").leaving(n.open).object()
	switch resource.scalar("Type") {
	case "AWS::EKS::Cluster":
		text, ok := cluster.get("Name").scalar()
		return literal{cmp.Or(text, name), n.line()}, ok
	case "Custom::AWSCDK-EKS-Cluster":
		text, ok := cluster.get("Config").object().get("name").scalar()
		return literal{cmp.Or(text, name), n.line()}, ok
	}
	return n.staysOpen(what, onlyTheStack)
}

// parameter returns the Default of a parameter.
func (n node) parameter(parameter object, what string) (document.Value, bool) {
	value, kind := parameter.get("Default"), parameter.scalar("Type")
	switch {
	case value.isEmpty():
		return n.staysOpen(what, "the parameter has no Default")
	case strings.HasPrefix(kind, "AWS::SSM::"):
		return n.staysOpen(what, "its Default is the name of an SSM parameter, whose value only the stack knows")
	case kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<"):
		return n.staysOpen(what, "it is a list")
	case isCoerced(value.value):
		return literal{value.value.Text(), n.line()}, true
	}
	text, ok := value.scalar()
	return literal{text, n.line()}, ok
}

// sub is Fn::Sub: ${Name} stands for what Ref returns or for a variable of its own, ${!Name} for itself.
func (n node) sub() (document.Value, bool) {
	text, own := n, object{}
	if n.value.Kind() == document.List {
		arguments := n.arguments("Fn::Sub", 2, 2)
		if arguments == nil {
			return nil, false
		}
		text, own = arguments[0], arguments[1].object()
	}
	if text.value.Kind() != document.Text {
		n.p.fault(n.line(), "Fn::Sub wants text, or a list of text and a mapping")
		return nil, false
	}
	var out strings.Builder
	rest := text.value.Text()
	for {
		before, after, found := strings.Cut(rest, "${")
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed || out.Len() > maxResolved { // resolved reports that it is too long
			out.WriteString(rest)
			return literal{out.String(), n.line()}, true
		}
		s, ok := text.variable(strings.TrimSpace(name), own)
		if !ok {
			return nil, false
		}
		out.WriteString(before + s)
		rest = behind
	}
}

// variable returns what ${name} stands for.
func (n node) variable(name string, own object) (string, bool) {
	what := "Fn::Sub ${" + document.Shorten(name) + "}"
	if written, isLiteral := strings.CutPrefix(name, "!"); isLiteral {
		return "${" + written + "}", true
	}
	if own.has(name) {
		return own.get(name).part(what)
	}
	if strings.Contains(name, ".") {
		_, ok := n.staysOpen(what, onlyTheStack)
		return "", ok
	}
	v, ok := n.child(literal{name, n.line()}, n.path).call("Ref")
	if ok && v == nil {
		_, ok = n.staysOpen(what, "it is no value")
	}
	if !ok {
		return "", false
	}
	return v.Text(), true
}

// join is Fn::Join.
func (n node) join() (document.Value, bool) {
	arguments := n.arguments("Fn::Join", 2, 2)
	if arguments == nil {
		return nil, false
	}
	delimiter, ok := arguments[0].part("Fn::Join")
	list, okList := arguments[1].resolved()
	if !ok || !okList {
		return nil, false
	}
	items, err := document.AsItems(list, n.path)
	n.p.add(err)
	var out strings.Builder
	for i, item := range items {
		s, ok := n.child(item, n.path).part("Fn::Join")
		if !ok {
			return nil, false
		}
		if i > 0 {
			out.WriteString(delimiter)
		}
		if out.WriteString(s); out.Len() > maxResolved {
			break // resolved reports that it is too long
		}
	}
	return literal{out.String(), n.line()}, err == nil
}

// findInMap is Fn::FindInMap. A DefaultValue may follow the keys (AWS::LanguageExtensions).
func (n node) findInMap() (document.Value, bool) {
	arguments := n.arguments("Fn::FindInMap", 3, 4)
	if arguments == nil {
		return nil, false
	}
	found := n.template.mappings.node
	for _, argument := range arguments[:3] {
		key, ok := argument.part("Fn::FindInMap")
		if !ok {
			return nil, false
		}
		found = found.object().get(key)
	}
	if !found.isEmpty() {
		return found.value, true
	}
	if len(arguments) == 4 {
		return arguments[3].object().get("DefaultValue").resolved()
	}
	return n.staysOpen("Fn::FindInMap "+shown(n.value), "there is no "+document.Shorten(found.path))
}

// isCoerced reports whether a value is a number or boolean that CloudFormation takes for text (AWS CloudFormation
// Validate, template-model, coercion), and whose text does not depend on who reads it.
func isCoerced(v document.Value) bool {
	if v == nil || v.Kind() != document.Bool && v.Kind() != document.Number {
		return false
	}
	n, err := strconv.ParseUint(v.Text(), 10, 49)
	return v.Text() == "true" || v.Text() == "false" || err == nil && v.Text() == strconv.FormatUint(n, 10)
}
