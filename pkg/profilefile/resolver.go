package profilefile

// This file reads parts of a CloudFormation template with the intrinsic functions in them worked out,
// as far as the template itself says what they give.

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
)

const (
	// So many functions of a template are worked out; conditions that use each other several times over
	// would go on for ever.
	maxFunctions = 10_000
	// What a function gives is no longer than that; an alias can make texts of any length.
	maxResolved = 64 << 10
)

// resolver works out the functions of one template.
type resolver struct {
	parameters, mappings, conditions, resources []document.Field
	// lenient leaves out what only the stack knows, in the place of a fault.
	lenient bool
	steps   *int
}

// newResolver takes from a template what functions refer to.
func newResolver(errs *Errors, template, resources []document.Field) *resolver {
	section := func(name string) []document.Field {
		fields, err := document.AsFields(document.Get(template, name), name)
		errs.Add(err)
		return fields
	}
	steps := maxFunctions
	return &resolver{
		parameters: section("Parameters"), mappings: section("Mappings"), conditions: section("Conditions"),
		resources: resources, steps: &steps,
	}
}

// leniently is the same resolver for what match does not need.
func (r *resolver) leniently() *resolver {
	out := *r
	out.lenient = true
	return &out
}

// unanswered is a function whose result the template does not hold.
type unanswered struct {
	line int
	what string // as Ref ClusterName
	why  string
}

func (e *unanswered) Error() string { return e.what + ": " + e.why }

// fault keeps why a part could not be read.
func (r *resolver) fault(errs *Errors, err error, path string) {
	var open *unanswered
	switch {
	case !errors.As(err, &open):
		errs.Add(err)
	case !r.lenient:
		errs.Add(document.At(open.line, "%s: %s has no answer in the template: %s; write the value out where it stands, or as the Default of a parameter",
			path, open.what, open.why))
	}
}

// mapping reads a mapping; nil and null have no fields.
func (r *resolver) mapping(errs *Errors, v document.Value, path string) []document.Field {
	v, err := r.resolve(v)
	if err != nil {
		r.fault(errs, err, path)
		return nil
	}
	fields, err := document.AsFields(v, path)
	errs.Add(err)
	return fields
}

// items reads a list without the elements that are no value (AWS::NoValue).
func (r *resolver) items(errs *Errors, v document.Value, path string) []document.Value {
	v, err := r.resolve(v)
	if err != nil {
		r.fault(errs, err, path)
		return nil
	}
	items, err := document.AsItems(v, path)
	errs.Add(err)
	var out []document.Value
	for i, item := range items {
		item, err := r.resolve(item)
		if err != nil {
			r.fault(errs, err, fmt.Sprintf("%s[%d]", path, i))
			if r.lenient {
				return nil // a part of a list would mislead
			}
		} else if item != nil {
			out = append(out, item)
		}
	}
	return out
}

// texts reads a list of texts.
func (r *resolver) texts(errs *Errors, v document.Value, path string) []string {
	var out []string
	for i, item := range r.items(errs, v, path) {
		s, _ := r.scalar(errs, item, fmt.Sprintf("%s[%d]", path, i))
		out = append(out, s)
	}
	return out
}

// text reads one text field.
func (r *resolver) text(errs *Errors, fields []document.Field, key, path string) string {
	s, _ := r.scalar(errs, document.Get(fields, key), path+"."+key)
	return s
}

// scalar reads a text; ok tells whether it could be.
func (r *resolver) scalar(errs *Errors, v document.Value, path string) (s string, ok bool) {
	v, err := r.resolve(v)
	if err != nil {
		r.fault(errs, err, path)
		return "", false
	}
	// CloudFormation takes numbers and booleans for text where text is wanted (AWS CloudFormation Validate,
	// template-model, coercion).
	if v != nil && plainScalar.MatchString(scalar(v)) {
		return v.Text(), true
	}
	s, err = document.AsText(v, path)
	errs.Add(err)
	return s, err == nil
}

// resolve gives a value with the function that it may be worked out; functions further inside are left.
// It is nil for no value (AWS::NoValue).
func (r *resolver) resolve(v document.Value) (document.Value, error) {
	if v == nil {
		return nil, nil
	}
	name, argument, err := function(v)
	if err != nil {
		return nil, err
	}
	out := v
	if name != "" {
		if *r.steps--; *r.steps < 0 {
			return nil, document.At(v.Line(), "the functions of this template refer to each other more than %d times", maxFunctions)
		}
		if out, err = r.call(name, argument); err != nil || out == nil {
			return nil, err
		}
		if len(out.Text()) > maxResolved {
			return nil, document.At(v.Line(), "%s gives more than %d KiB", name, maxResolved>>10)
		}
	}
	if out.Kind() == document.Text && strings.Contains(out.Text(), "{{resolve:") {
		return nil, &unanswered{v.Line(), document.Shorten(out.Text()), "it is a dynamic reference, which only the stack resolves"}
	}
	return out, nil
}

// function recognises an intrinsic function, in its short form (!Sub) or its long one (Fn::Sub), and
// gives its full name and its argument.
func function(v document.Value) (name string, argument document.Value, err error) {
	if tag := document.Tag(v); tag != "" {
		if name = tag[1:]; name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		return name, untagged{v}, nil
	}
	if v.Kind() != document.Mapping {
		return "", nil, nil
	}
	fields, err := v.Fields()
	if err != nil || len(fields) != 1 || fields[0].Key != "Ref" && fields[0].Key != "Condition" && !strings.HasPrefix(fields[0].Key, "Fn::") {
		return "", nil, err
	}
	return fields[0].Key, fields[0].Value, nil
}

// untagged is the argument of a function in its short form.
type untagged struct{ document.Value }

// literal is a text that a function gives.
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

// literals is a list that a function gives.
type literals struct {
	texts []string
	line  int
}

// Kind, Line, Text, Fields and Items make it a value.
func (l literals) Kind() document.Kind               { return document.List }
func (l literals) Line() int                         { return l.line }
func (l literals) Text() string                      { return "" }
func (l literals) Fields() ([]document.Field, error) { return nil, nil }
func (l literals) Items() ([]document.Value, error) {
	out := make([]document.Value, len(l.texts))
	for i, text := range l.texts {
		out[i] = literal{text, l.line}
	}
	return out, nil
}

// call works out one function (CloudFormation Template Reference, intrinsic functions).
func (r *resolver) call(name string, v document.Value) (document.Value, error) {
	switch name {
	case "Ref":
		return r.ref(scalar(v), v.Line())
	case "Fn::Sub":
		return r.sub(v)
	case "Fn::Join":
		return r.join(v)
	case "Fn::Split":
		return r.split(v)
	case "Fn::Select":
		return r.choose(v)
	case "Fn::FindInMap":
		return r.findInMap(v)
	case "Fn::If":
		return r.branch(v)
	}
	return nil, &unanswered{v.Line(), strings.TrimSpace(name + " " + argument(v)), "only the stack knows it"}
}

// argument is what a message shows of a function's argument.
func argument(v document.Value) string {
	if s := scalar(v); s != "" {
		return document.Shorten(s)
	}
	items, _ := v.Items() // what cannot be shown is left out
	var out []string
	for _, item := range items {
		out = append(out, scalar(item))
	}
	return document.Shorten(strings.Join(out, "."))
}

// plainScalar are the numbers and booleans of YAML and JSON whose text does not depend on who reads them.
var plainScalar = regexp.MustCompile(`^(true|false|0|[1-9][0-9]{0,14})$`)

// plain gives the text of a value inside a function; what names the function.
func (r *resolver) plain(v document.Value, what string) (string, error) {
	line := 0
	if v != nil {
		line = v.Line()
	}
	v, err := r.resolve(v)
	if err != nil {
		return "", err
	}
	switch {
	case v == nil:
		return "", &unanswered{line, what, "a part of it is no value"}
	case v.Kind() == document.Text, plainScalar.MatchString(scalar(v)):
		return v.Text(), nil
	}
	return "", &unanswered{v.Line(), what, fmt.Sprintf("a part of it is %s, not text", v.Kind())}
}

// arguments gives the elements of a function's argument, of which there must be so many.
func arguments(v document.Value, name string, least, most int) ([]document.Value, error) {
	items, err := v.Items()
	if err != nil {
		return nil, err
	}
	if v.Kind() != document.List || len(items) < least || len(items) > most {
		count := fmt.Sprint(least)
		if most > least {
			count = fmt.Sprintf("%d to %d", least, most)
		}
		return nil, document.At(v.Line(), "%s wants a list of %s values", name, count)
	}
	return items, nil
}
