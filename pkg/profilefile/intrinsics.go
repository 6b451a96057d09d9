package profilefile

// This file holds the intrinsic functions of CloudFormation that a template answers by itself
// (CloudFormation Template Reference, intrinsic functions and condition functions).

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
)

// ref is Ref: the Default of a parameter, or the name of a cluster that the template makes.
func (r *resolver) ref(name string, line int) (document.Value, error) {
	open := func(why string) error { return &unanswered{line, "Ref " + document.Shorten(name), why} }
	if name == "AWS::NoValue" {
		return nil, nil
	}
	if strings.HasPrefix(name, "AWS::") {
		return nil, open("only the stack knows it")
	}
	if parameter := document.Get(r.parameters, name); parameter != nil {
		return r.parameter(name, parameter, line)
	}
	resource, err := document.AsFields(document.Get(r.resources, name), "Resources."+name)
	if err != nil {
		return nil, err
	}
	if resource == nil {
		return nil, open("there is no parameter or resource of that name")
	}
	var way []string
	switch scalar(document.Get(resource, "Type")) {
	case "AWS::EKS::Cluster":
		way = []string{"Properties", "Name"}
	case "Custom::AWSCDK-EKS-Cluster":
		way = []string{"Properties", "Config", "name"}
	default:
		return nil, open("only the stack knows it")
	}
	// Ref gives a cluster's name (AWS::EKS::Cluster, return values). Of one without a name the logical id
	// stands for it, as for a profile.
	v := document.Value(nil)
	for i, key := range way {
		fields := resource
		if i > 0 {
			if v, err = r.resolve(v); err != nil {
				return nil, err
			}
			if fields, err = document.AsFields(v, "Resources."+name+"."+way[i-1]); err != nil {
				return nil, err
			}
		}
		v = document.Get(fields, key)
	}
	if v, err = r.resolve(v); err != nil {
		return nil, err
	}
	if v == nil {
		return literal{name, line}, nil
	}
	text, err := document.AsText(v, "Resources."+name+"."+strings.Join(way, "."))
	return literal{text, line}, err
}

// parameter gives the Default of a parameter.
func (r *resolver) parameter(name string, v document.Value, line int) (document.Value, error) {
	open := func(why string) error { return &unanswered{line, "Ref " + document.Shorten(name), why} }
	fields, err := document.AsFields(v, "Parameters."+name)
	if err != nil {
		return nil, err
	}
	value, kind := document.Get(fields, "Default"), scalar(document.Get(fields, "Type"))
	switch {
	case value == nil || value.Kind() == document.Null:
		return nil, open("the parameter has no Default")
	case strings.HasPrefix(kind, "AWS::SSM::"):
		return nil, open("its Default is the name of an SSM parameter, whose value only the stack knows")
	case value.Kind() != document.Text && !plainScalar.MatchString(scalar(value)):
		return nil, document.At(value.Line(), "Parameters.%s.Default is %s (%s), not text; put it in quotes", name, value.Kind(), document.Shorten(scalar(value)))
	case kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<"):
		texts := strings.Split(value.Text(), ",")
		for i := range texts {
			texts[i] = strings.TrimSpace(texts[i])
		}
		return literals{texts, line}, nil
	}
	return literal{value.Text(), line}, nil
}

// sub is Fn::Sub: ${Name} stands for what Ref gives or for a variable of its own, ${!Name} for itself.
func (r *resolver) sub(v document.Value) (document.Value, error) {
	var variables []document.Field
	text := v
	if v.Kind() == document.List {
		items, err := arguments(v, "Fn::Sub", 2, 2)
		if err != nil {
			return nil, err
		}
		text = items[0]
		if variables, err = document.AsFields(items[1], "the second value of Fn::Sub"); err != nil {
			return nil, err
		}
	}
	if text.Kind() != document.Text {
		return nil, document.At(v.Line(), "Fn::Sub wants text, or a list of text and a mapping")
	}
	var out strings.Builder
	rest := text.Text()
	for {
		before, after, found := strings.Cut(rest, "${")
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			out.WriteString(rest)
			break
		}
		out.WriteString(before)
		rest = behind
		if written, isLiteral := strings.CutPrefix(name, "!"); isLiteral {
			out.WriteString("${" + written + "}")
			continue
		}
		s, err := r.variable(strings.TrimSpace(name), variables, text.Line())
		if err != nil {
			return nil, err
		}
		if out.WriteString(s); out.Len() > maxResolved {
			break // whoever asked says that it is too long
		}
	}
	return literal{out.String(), v.Line()}, nil
}

// variable is what ${name} stands for.
func (r *resolver) variable(name string, variables []document.Field, line int) (string, error) {
	what := "Fn::Sub ${" + document.Shorten(name) + "}"
	if own := document.Get(variables, name); own != nil {
		return r.plain(own, what)
	}
	if strings.Contains(name, ".") {
		return "", &unanswered{line, what, "only the stack knows it"}
	}
	if *r.steps--; *r.steps < 0 {
		return "", document.At(line, "the functions of this template refer to each other more than %d times", maxFunctions)
	}
	v, err := r.ref(name, line)
	if v == nil && err == nil {
		err = &unanswered{line, what, "it is no value"}
	}
	if err != nil {
		return "", err
	}
	return r.plain(v, what)
}

// join is Fn::Join.
func (r *resolver) join(v document.Value) (document.Value, error) {
	items, err := arguments(v, "Fn::Join", 2, 2)
	if err != nil {
		return nil, err
	}
	delimiter, err := r.plain(items[0], "Fn::Join")
	if err != nil {
		return nil, err
	}
	list, err := r.listOf(items[1], "Fn::Join")
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	for i, item := range list {
		s, err := r.plain(item, "Fn::Join")
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out.WriteString(delimiter)
		}
		if out.WriteString(s); out.Len() > maxResolved {
			break // whoever asked says that it is too long
		}
	}
	return literal{out.String(), v.Line()}, nil
}

// listOf gives the elements of a list inside a function.
func (r *resolver) listOf(v document.Value, what string) ([]document.Value, error) {
	line := v.Line()
	v, err := r.resolve(v)
	if err != nil {
		return nil, err
	}
	if v == nil || v.Kind() != document.List {
		return nil, &unanswered{line, what, "a part of it is no list"}
	}
	return v.Items()
}

// split is Fn::Split.
func (r *resolver) split(v document.Value) (document.Value, error) {
	items, err := arguments(v, "Fn::Split", 2, 2)
	if err != nil {
		return nil, err
	}
	delimiter, err := r.plain(items[0], "Fn::Split")
	if err != nil {
		return nil, err
	}
	text, err := r.plain(items[1], "Fn::Split")
	if err != nil {
		return nil, err
	}
	if delimiter == "" {
		return nil, document.At(v.Line(), "Fn::Split wants a delimiter that is not empty")
	}
	return literals{strings.Split(text, delimiter), v.Line()}, nil
}

// choose is Fn::Select, whose index counts from 0.
func (r *resolver) choose(v document.Value) (document.Value, error) {
	items, err := arguments(v, "Fn::Select", 2, 2)
	if err != nil {
		return nil, err
	}
	text, err := r.plain(items[0], "Fn::Select")
	if err != nil {
		return nil, err
	}
	list, err := r.listOf(items[1], "Fn::Select")
	if err != nil {
		return nil, err
	}
	index, err := strconv.Atoi(text)
	if err != nil || index < 0 || index >= len(list) {
		return nil, document.At(v.Line(), "Fn::Select wants element %s of a list of %d, counted from 0", document.Shorten(text), len(list))
	}
	return r.resolve(list[index])
}

// findInMap is Fn::FindInMap. Mappings hold no functions.
func (r *resolver) findInMap(v document.Value) (document.Value, error) {
	items, err := arguments(v, "Fn::FindInMap", 3, 4)
	if err != nil {
		return nil, err
	}
	keys := make([]string, 3)
	for i := range keys {
		if keys[i], err = r.plain(items[i], "Fn::FindInMap"); err != nil {
			return nil, err
		}
	}
	fallback, err := r.fallback(items[3:])
	if err != nil {
		return nil, err
	}
	what := "Fn::FindInMap " + document.Shorten(strings.Join(keys, "."))
	fields, path := r.mappings, "Mappings"
	for i, key := range keys {
		found := document.Get(fields, key)
		path += "." + document.Shorten(key)
		switch {
		case fallback != nil && (found == nil || found.Kind() == document.Null):
			return r.resolve(fallback)
		case found == nil || found.Kind() == document.Null:
			return nil, &unanswered{v.Line(), what, "there is no " + path}
		case i == len(keys)-1:
			return found, nil
		}
		if fields, err = document.AsFields(found, path); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// fallback is the DefaultValue that may follow the keys (AWS::LanguageExtensions, Fn::FindInMap).
func (r *resolver) fallback(rest []document.Value) (document.Value, error) {
	if len(rest) == 0 {
		return nil, nil
	}
	fields, err := document.AsFields(rest[0], "the fourth value of Fn::FindInMap")
	return document.Get(fields, "DefaultValue"), err
}

// branch is Fn::If.
func (r *resolver) branch(v document.Value) (document.Value, error) {
	items, err := arguments(v, "Fn::If", 3, 3)
	if err != nil {
		return nil, err
	}
	holds, err := r.named(scalar(items[0]), items[0].Line())
	if err != nil {
		return nil, err
	}
	if holds {
		return r.resolve(items[1])
	}
	return r.resolve(items[2])
}

// named tells whether a condition of the template holds.
func (r *resolver) named(name string, line int) (bool, error) {
	condition := document.Get(r.conditions, name)
	if condition == nil {
		return false, document.At(line, "there is no condition %q in the template", document.Shorten(name))
	}
	return r.condition(condition)
}

// condition works out a condition.
func (r *resolver) condition(v document.Value) (bool, error) {
	if *r.steps--; *r.steps < 0 {
		return false, document.At(v.Line(), "the functions of this template refer to each other more than %d times", maxFunctions)
	}
	name, argument, err := function(v)
	if err != nil {
		return false, err
	}
	switch name {
	case "Condition":
		return r.named(scalar(argument), v.Line())
	case "Fn::Equals":
		items, err := arguments(argument, name, 2, 2)
		if err != nil {
			return false, err
		}
		a, err := r.plain(items[0], name)
		if err != nil {
			return false, err
		}
		b, err := r.plain(items[1], name)
		return a == b, err
	case "Fn::Not":
		items, err := arguments(argument, name, 1, 1)
		if err != nil {
			return false, err
		}
		holds, err := r.condition(items[0])
		return !holds, err
	case "Fn::And", "Fn::Or":
		items, err := arguments(argument, name, 2, 10)
		if err != nil {
			return false, err
		}
		return r.several(items, name == "Fn::Or")
	}
	return false, document.At(v.Line(), "%s is no condition; Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition are", condition(name, v))
}

// several is Fn::Or where one that holds decides, and Fn::And where one that does not. One that decides
// makes those that only the stack knows unimportant.
func (r *resolver) several(items []document.Value, decides bool) (bool, error) {
	var open error
	for _, item := range items {
		switch holds, err := r.condition(item); {
		case err != nil:
			open = err
		case holds == decides:
			return decides, nil
		}
	}
	return !decides, open
}

// condition is what a message calls something that is no condition.
func condition(name string, v document.Value) string {
	if name != "" {
		return name
	}
	return fmt.Sprintf("what stands here (%s)", v.Kind())
}
