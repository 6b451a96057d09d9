package profilefile

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// The functions of CloudFormation that one resource needs are worked out, as far as the template itself says what
// they return (CloudFormation Template Reference, intrinsic functions and condition functions). All others stay open.

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

// open is the error of a value that the template does not hold.
type open struct {
	what, why string // as Ref ClusterName, the parameter has no Default
	at        node
}

// Error returns what is open.
func (o open) Error() string { return o.what + ": " + o.why }

const onlyTheStack = "only the stack knows it"

func (n node) staysOpen(what, why string) error { return open{what, why, n} }

// accept reports whether err is nil. Another one is a fault, unless n may be open: then the first is recorded.
func (n node) accept(err error) bool {
	var unknown open
	switch {
	case err == nil:
		return true
	case !errors.As(err, &unknown):
		n.p.add(err)
	case n.open == nil:
		n.p.fault(unknown.at.line(), "%s: %s has no answer in the template: %s; write the value out where it stands, "+
			"or as the Default of a parameter", unknown.at.path, unknown.what, unknown.why)
	case *n.open == "":
		*n.open = unknown.Error()
	}
	return false
}

// resolved returns the value with the function that it may be worked out; functions further inside are left. It is nil
// for a missing part and for no value (AWS::NoValue).
func (n node) resolved() (document.Value, error) {
	if n.template == nil || n.value == nil {
		return n.value, nil
	}
	name, argument, err := function(n.value)
	out := n.value
	if name != "" {
		out, err = n.child(argument, n.path).call(name)
	}
	if err != nil || out == nil {
		return nil, err
	}
	switch text := scalar(out); {
	case len(text) > maxResolved && name != "":
		return nil, document.At(n.line(), "%s returns more than %d KiB", name, maxResolved>>10)
	case strings.Contains(text, "{{resolve:"):
		return nil, n.staysOpen(document.Shorten(text), "it is a dynamic reference, which only the stack resolves")
	}
	return out, nil
}

// step counts a function; more than any template needs are an error.
func (n node) step() error {
	if n.template.steps--; n.template.steps >= 0 {
		return nil
	}
	return document.At(n.line(), "the functions of this template refer to each other more than %d times", maxFunctions)
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
func (n node) call(name string) (document.Value, error) {
	if err := n.step(); err != nil {
		return nil, err
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
	return nil, n.staysOpen(strings.TrimSpace(name+" "+shown(n.value)), why)
}

// shown returns what a message shows of a function's argument.
func shown(v document.Value) string {
	texts := []string{scalar(v)}
	items, _ := v.Items() // what cannot be shown is left out
	for i, item := range items {
		texts = append(texts[:i], scalar(item))
	}
	return document.Shorten(strings.Join(texts, "."))
}

// arguments returns the elements of a function's argument.
func (n node) arguments(name string, least, most int) ([]node, error) {
	items, err := n.value.Items()
	if err == nil && (len(items) < least || len(items) > most) {
		count := strconv.Itoa(least)
		if most > least {
			count = fmt.Sprintf("%d to %d", least, most)
		}
		err = document.At(n.line(), "%s takes a list of %s values", name, count)
	}
	out := make([]node, 0, len(items))
	for _, item := range items {
		out = append(out, n.child(item, n.path))
	}
	return out, err
}

// part returns the text of a part of a function, which what names.
func (n node) part(what string) (string, error) {
	v, err := n.resolved()
	if err == nil && (v == nil || v.Kind() == document.Null) {
		err = n.staysOpen(what, "a part of it is no value")
	}
	if err != nil {
		return "", err
	}
	return n.child(v, n.path).asText()
}

// ref is Ref: the Default of a parameter, or the name of a cluster that the template makes. Of a cluster without a
// name, as of a profile, the logical id stands for it.
func (n node) ref(name string) (document.Value, error) {
	t, what := n.template, "Ref "+document.Shorten(name)
	switch {
	case name == "AWS::NoValue":
		return nil, nil
	case t.parameters.has(name):
		return n.parameter(t.parameters.get(name).object(), what)
	case !strings.HasPrefix(name, "AWS::") && !t.resources.has(name):
		return nil, n.staysOpen(what, "there is no parameter or resource of that name")
	}
	resource := t.resources.get(name).object()
	cluster := resource.get("Properties").leaving(n.open).object()
	named := cluster.get("Name")
	switch resource.scalar("Type") {
	case "AWS::EKS::Cluster":
	case "Custom::AWSCDK-EKS-Cluster":
		named = cluster.get("Config").object().get("name")
	default:
		return nil, n.staysOpen(what, onlyTheStack)
	}
	text, err := named.asText()
	return literal{cmp.Or(text, name), n.line()}, err
}

// parameter returns the Default of a parameter.
func (n node) parameter(parameter object, what string) (document.Value, error) {
	value, kind := parameter.get("Default"), parameter.scalar("Type")
	switch {
	case value.isEmpty():
		return nil, n.staysOpen(what, "the parameter has no Default")
	case strings.HasPrefix(kind, "AWS::SSM::"):
		return nil, n.staysOpen(what, "its Default is the name of an SSM parameter, whose value only the stack knows")
	case kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<"):
		return nil, n.staysOpen(what, "it is a list")
	}
	value.template = n.template
	text, err := value.asText()
	return literal{text, n.line()}, err
}

// sub is Fn::Sub: ${Name} stands for what Ref returns or for a variable of its own, ${!Name} for itself.
func (n node) sub() (document.Value, error) {
	text, own := n, object{}
	if n.value.Kind() == document.List {
		arguments, err := n.arguments("Fn::Sub", 2, 2)
		if err != nil {
			return nil, err
		}
		text, own = arguments[0], arguments[1].object()
	}
	if text.value.Kind() != document.Text {
		return nil, document.At(n.line(), "Fn::Sub takes text, or a list of text and a mapping")
	}
	var out strings.Builder
	rest := text.value.Text()
	for {
		before, after, found := strings.Cut(rest, "${")
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed || out.Len() > maxResolved { // resolved reports that it is too long
			out.WriteString(rest)
			return literal{out.String(), n.line()}, nil
		}
		s, err := text.variable(strings.TrimSpace(name), own)
		if err != nil {
			return nil, err
		}
		out.WriteString(before + s)
		rest = behind
	}
}

// variable returns what ${name} stands for.
func (n node) variable(name string, own object) (string, error) {
	what := "Fn::Sub ${" + document.Shorten(name) + "}"
	if written, isLiteral := strings.CutPrefix(name, "!"); isLiteral {
		return "${" + written + "}", nil
	}
	switch {
	case own.has(name):
		return own.get(name).part(what)
	case strings.Contains(name, "."):
		return "", n.staysOpen(what, onlyTheStack)
	}
	v, err := n.child(literal{name, n.line()}, n.path).call("Ref")
	switch {
	case err != nil:
		return "", err
	case v == nil:
		return "", n.staysOpen(what, "it is no value")
	}
	return v.Text(), nil
}

// join is Fn::Join.
func (n node) join() (document.Value, error) {
	arguments, err := n.arguments("Fn::Join", 2, 2)
	if err != nil {
		return nil, err
	}
	delimiter, err := arguments[0].part("Fn::Join")
	if err != nil {
		return nil, err
	}
	list, err := arguments[1].resolved()
	if err != nil {
		return nil, err
	}
	items, err := document.AsItems(list, n.path)
	var out strings.Builder
	for i, item := range items {
		s, err := n.child(item, n.path).part("Fn::Join")
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out.WriteString(delimiter)
		}
		if out.WriteString(s); out.Len() > maxResolved {
			break // resolved reports that it is too long
		}
	}
	return literal{out.String(), n.line()}, err
}

// findInMap is Fn::FindInMap. A DefaultValue may follow the keys (AWS::LanguageExtensions).
func (n node) findInMap() (document.Value, error) {
	arguments, err := n.arguments("Fn::FindInMap", 3, 4)
	if err != nil {
		return nil, err
	}
	found := n.template.mappings.node
	for _, argument := range arguments[:3] {
		key, err := argument.part("Fn::FindInMap")
		if err != nil {
			return nil, err
		}
		found = found.object().get(key)
	}
	switch {
	case !found.isEmpty():
		return found.value, nil
	case len(arguments) == 4:
		return arguments[3].object().get("DefaultValue").resolved()
	}
	return nil, n.staysOpen("Fn::FindInMap "+shown(n.value), "there is no "+document.Shorten(found.path))
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
