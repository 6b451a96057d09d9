package profilefile

import (
	"cmp"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// Conditions are worked out where the template says all that decides them (CloudFormation Template Reference,
// condition functions).

// choice is Fn::If.
func (n node) choice() (document.Value, bool) {
	arguments := n.arguments("Fn::If", 3, 3)
	if arguments == nil {
		return nil, false
	}
	holds, ok := arguments[0].holds()
	switch {
	case !ok:
		return nil, false
	case holds:
		return arguments[1].resolved()
	}
	return arguments[2].resolved()
}

// holds reports whether the condition that n names holds; ok is false where that cannot be said.
func (n node) holds() (yes, ok bool) {
	condition := document.Get(n.template.conditions.fields, scalar(n.value))
	if condition == nil {
		n.p.fault(n.line(), "there is no condition %q in the template", document.Shorten(scalar(n.value)))
		return false, false
	}
	return n.child(condition, n.path).condition()
}

// condition works out a condition.
func (n node) condition() (holds, ok bool) {
	name, argument, err := function(n.value)
	if err != nil {
		n.p.add(err)
		return false, false
	}
	if !n.step() {
		return false, false
	}
	c := n.child(argument, n.path)
	switch name {
	case "Condition":
		return c.holds()
	case "Fn::Equals":
		if items := c.arguments(name, 2, 2); items != nil {
			a, okA := items[0].part(name)
			b, okB := items[1].part(name)
			return a == b, okA && okB
		}
	case "Fn::Not":
		if items := c.arguments(name, 1, 1); items != nil {
			holds, ok = items[0].condition()
			return !holds, ok
		}
	case "Fn::And", "Fn::Or":
		return several(c.arguments(name, 2, 10), name == "Fn::Or")
	default:
		n.p.fault(n.line(), "%s is no condition; Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition are",
			cmp.Or(name, "what stands here ("+n.value.Kind().String()+")"))
	}
	return false, false
}

// several is Fn::Or, which one condition that holds decides, and Fn::And, which one that does not hold decides.
// Where one decides, those that only the stack knows do not matter.
func several(conditions []node, decides bool) (holds, ok bool) {
	var unknown open
	ok = conditions != nil
	for _, c := range conditions {
		holds, known := c.leaving(&unknown).condition()
		if known && holds == decides {
			return decides, true
		}
		ok = ok && known
	}
	if unknown.what != "" {
		conditions[0].staysOpen(unknown.what, unknown.why)
	}
	return !decides, ok
}
