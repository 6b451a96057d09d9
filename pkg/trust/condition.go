package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// truth is a judgement in three values; the lesser of two is their conjunction, the greater their
// disjunction.
type truth int

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// not turns a truth round; what is unknown stays so.
func (t truth) not() truth { return yes - t }

// condition is one operator with one key and its values.
type condition struct {
	operator, key string
	values        []string
}

// String writes the condition as it would stand in the document.
func (c condition) String() string {
	return fmt.Sprintf("%s %s %s", c.operator, c.key, strings.Join(c.values, " or "))
}

// comparison is what an operator does with each value; a negated operator holds when none fits.
type comparison struct {
	fits    func(pattern, value string) bool
	arn     bool
	negated bool
}

// comparison returns what the operator does, and whether it can be judged for an ARN or an account known beforehand.
// Its IfExists form differs only where the key is absent, and a key that the caller knows is there.
func (c condition) comparison() (operator comparison, known bool) {
	name, _ := strings.CutSuffix(strings.ToLower(c.operator), "ifexists")
	operator.negated = strings.Contains(name, "not")
	switch name {
	// ArnEquals and ArnLike behave the same, and so do their negations (IAM User Guide, Amazon Resource
	// Name condition operators).
	case "arnlike", "arnequals", "arnnotlike", "arnnotequals":
		operator.fits, operator.arn = fitsARN, true
	case "stringlike", "stringnotlike":
		operator.fits = glob
	case "stringequals", "stringnotequals":
		operator.fits = func(pattern, value string) bool { return pattern == value }
	case "stringequalsignorecase", "stringnotequalsignorecase":
		operator.fits = strings.EqualFold
	default:
		return comparison{}, false
	}
	return operator, true
}

// value returns the request's value for the condition's key; empty when it is not known. Keys are not
// case-sensitive (IAM User Guide, AWS global condition context keys).
func (c condition) value(r Request) string {
	switch strings.ToLower(c.key) {
	case "aws:sourcearn":
		return r.SourceARN
	case "aws:sourceaccount":
		return r.SourceAccount
	}
	return ""
}

// judge reports whether the condition holds. Keys and operators that cannot be judged beforehand, and
// values with policy variables, are unknown. A key without a value is not known, rather than absent, so
// that neither IfExists nor a negation makes it hold.
func (c condition) judge(r Request) truth {
	operator, known := c.comparison()
	value := c.value(r)
	if !known || value == "" {
		return unknown
	}
	found := no
	for _, pattern := range c.values {
		found = max(found, operator.judge(pattern, value))
	}
	if operator.negated {
		return found.not()
	}
	return found
}

// judge reports whether one value of a condition fits. A lone "*" is no ARN, and what the ARN operators
// make of it is not documented.
func (o comparison) judge(pattern, value string) truth {
	if strings.Contains(pattern, "${") || o.arn && pattern == "*" {
		return unknown
	}
	return truthOf(o.fits(pattern, value))
}

// failure says that the condition does not hold for the request, in one clause.
func (c condition) failure(r Request) string {
	if operator, _ := c.comparison(); operator.negated {
		return fmt.Sprintf("the condition %s rules out %s", c, c.value(r))
	}
	return fmt.Sprintf("the condition %s does not cover %s", c, c.value(r))
}

func parseConditions(raw map[string]map[string]json.RawMessage) ([]condition, error) {
	var out []condition
	for _, operator := range slices.Sorted(maps.Keys(raw)) {
		for _, key := range slices.Sorted(maps.Keys(raw[operator])) {
			values, err := parseValues(raw[operator][key])
			if err != nil {
				return nil, fmt.Errorf("condition %s %s: %w", operator, key, err)
			}
			out = append(out, condition{operator: operator, key: key, values: values})
		}
	}
	return out, nil
}

// parseValues reads the values of a condition key. Numbers and booleans count by their text as it stands
// in the document (IAM User Guide, Grammar of the IAM JSON policy language): a number must not lose a
// digit, for an account may be written as one.
func parseValues(raw json.RawMessage) ([]string, error) {
	parts, err := oneOrMany[json.RawMessage](raw)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, part := range parts {
		text := string(part)
		switch text[0] {
		case '"':
			if err := json.Unmarshal(part, &text); err != nil {
				return nil, err
			}
		case '{', '[', 'n':
			return nil, errors.New("a value is neither a text nor a number nor a boolean")
		}
		out = append(out, text)
	}
	return out, nil
}
