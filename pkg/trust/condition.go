package trust

// This file judges conditions (IAM User Guide, IAM JSON policy elements: Condition operators).

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// truth is a judgement in three values.
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

// condition is one operator with one key and its values.
type condition struct {
	operator, key string
	values        []string
}

// String writes the condition as it would stand in the document.
func (c condition) String() string {
	return fmt.Sprintf("%s %s %s", c.operator, c.key, strings.Join(c.values, " or "))
}

// operators are those that can be judged for an ARN or an account known beforehand.
var operators = map[string]struct {
	fits    func(pattern, value string) bool
	negated bool
}{
	// ArnEquals and ArnLike behave the same, and so do their negations (IAM User Guide, Amazon Resource
	// Name condition operators).
	"arnlike":                   {fits: fitsARN},
	"arnequals":                 {fits: fitsARN},
	"arnnotlike":                {fits: fitsARN, negated: true},
	"arnnotequals":              {fits: fitsARN, negated: true},
	"stringlike":                {fits: glob},
	"stringnotlike":             {fits: glob, negated: true},
	"stringequals":              {fits: func(p, v string) bool { return p == v }},
	"stringnotequals":           {fits: func(p, v string) bool { return p == v }, negated: true},
	"stringequalsignorecase":    {fits: strings.EqualFold},
	"stringnotequalsignorecase": {fits: strings.EqualFold, negated: true},
}

// judge tells whether the condition holds. Keys and operators that cannot be judged beforehand, and
// values with policy variables, give unknown.
func (c condition) judge(r Request) truth {
	name := strings.ToLower(c.operator)
	name, ifExists := strings.CutSuffix(name, "ifexists")
	operator, known := operators[name]
	var value string
	switch strings.ToLower(c.key) {
	case "aws:sourcearn":
		value = r.SourceARN
	case "aws:sourceaccount":
		value = r.SourceAccount
	default:
		return unknown
	}
	if !known {
		return unknown
	}
	if value == "" {
		// An absent key fails a plain operator, satisfies a negated one and any with IfExists (IAM User
		// Guide, Condition operators); here it means that the caller does not know it.
		if ifExists {
			return yes
		}
		return unknown
	}
	unsure := false
	for _, pattern := range c.values {
		switch {
		case strings.Contains(pattern, "${"):
			unsure = true
		case operator.fits(pattern, value):
			return truthOf(!operator.negated)
		}
	}
	if unsure {
		return unknown
	}
	return truthOf(operator.negated)
}

func parseConditions(raw map[string]map[string]json.RawMessage) ([]condition, error) {
	var out []condition
	for _, operator := range slices.Sorted(maps.Keys(raw)) {
		for _, key := range slices.Sorted(maps.Keys(raw[operator])) {
			values, err := oneOrMany[any](raw[operator][key])
			if err != nil {
				return nil, fmt.Errorf("condition %s %s: %w", operator, key, err)
			}
			c := condition{operator: operator, key: key}
			for _, v := range values {
				switch v.(type) {
				case string, bool, float64:
					c.values = append(c.values, fmt.Sprint(v))
				default:
					return nil, fmt.Errorf("condition %s %s: a value is neither a text nor a number nor a boolean", operator, key)
				}
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// fitsARN compares the six parts of two ARNs one by one, with * and ? in each (IAM User Guide, Amazon
// Resource Name condition operators).
func fitsARN(pattern, arn string) bool {
	p, a := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(p) != 6 || len(a) != 6 {
		return false
	}
	for i := range p {
		if !glob(p[i], a[i]) {
			return false
		}
	}
	return true
}

// glob matches a whole text, case-sensitively: * is none or many characters, ? is one.
func glob(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
