package profilefile

import (
	"cmp"
	"errors"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// choice is Fn::If.
func (n node) choice() (document.Value, error) {
	arguments, err := n.arguments("Fn::If", 3, 3)
	if err != nil {
		return nil, err
	}
	holds, err := arguments[0].holds()
	switch {
	case err != nil:
		return nil, err
	case holds:
		return arguments[1].resolved()
	}
	return arguments[2].resolved()
}

// holds reports whether the condition that n names holds.
func (n node) holds() (bool, error) {
	condition := document.Get(n.template.conditions.fields, scalar(n.value))
	if condition == nil {
		return false, document.At(n.line(), "there is no condition %q in the template", document.Shorten(scalar(n.value)))
	}
	return n.child(condition, n.path).condition()
}

// condition works out a condition.
func (n node) condition() (bool, error) {
	name, argument, err := function(n.value)
	if err == nil {
		err = n.step()
	}
	if err != nil {
		return false, err
	}
	c := n.child(argument, n.path)
	if name == "Condition" {
		return c.holds()
	}
	arguments, ok := conditionArguments[name]
	if !ok {
		return false, document.At(n.line(), "%s is not a condition; Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition are",
			cmp.Or(name, "what stands here ("+n.value.Kind().String()+")"))
	}
	items, err := c.arguments(name, arguments.least, arguments.most)
	switch {
	case err != nil:
		return false, err
	case name == "Fn::Equals":
		return equal(items[0], items[1])
	case name == "Fn::Not":
		holds, err := items[0].condition()
		return !holds, err
	}
	return several(items, name == "Fn::Or")
}

// conditionArguments are how many arguments the functions of conditions take.
var conditionArguments = map[string]struct{ least, most int }{
	"Fn::Equals": {2, 2}, "Fn::Not": {1, 1}, "Fn::And": {2, 10}, "Fn::Or": {2, 10},
}

// equal is Fn::Equals.
func equal(a, b node) (bool, error) {
	left, err := a.part("Fn::Equals")
	if err != nil {
		return false, err
	}
	right, err := b.part("Fn::Equals")
	return left == right, err
}

// several is Fn::Or, which one condition that holds decides, and Fn::And, which one that does not hold decides.
// Where one decides, those that only the stack knows do not matter.
func several(conditions []node, decides bool) (bool, error) {
	var unknown error
	for _, c := range conditions {
		holds, err := c.condition()
		switch {
		case err == nil && holds == decides:
			return decides, nil
		case err != nil && !errors.As(err, new(open)):
			return false, err
		case unknown == nil:
			unknown = err
		}
	}
	return !decides, unknown
}
