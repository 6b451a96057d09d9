package sandbox

// This file is the sandbox's own reading of role trust policies: whether a service may assume a role.
// It is written apart from pkg/trust on purpose, so that each can prove the other wrong. The rules are
// those of the IAM User Guide: policy evaluation logic, Principal, Condition operators.

import (
	"encoding/json"
	"slices"
	"strings"
)

// assumption is a service's wish to assume a role.
type assumption struct {
	service, action, sourceARN, sourceAccount string
}

// many is a JSON value that may be one string or a list of strings. Numbers and booleans count by
// their text, as IAM reads them in conditions.
type many []string

// UnmarshalJSON reads either form.
func (m *many) UnmarshalJSON(data []byte) error {
	var list []any
	if err := json.Unmarshal(data, &list); err != nil {
		var one any
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		list = []any{one}
	}
	*m = make(many, 0, len(list))
	for _, v := range list {
		if text, ok := v.(string); ok {
			*m = append(*m, text)
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		*m = append(*m, string(text))
	}
	return nil
}

type statement struct {
	Effect       string
	Principal    json.RawMessage
	NotPrincipal json.RawMessage
	Action       many
	NotAction    many
	Condition    map[string]map[string]many
}

// trusts reports whether the policy allows the assumption: some Allow fits and no Deny does.
func trusts(document string, want assumption) bool {
	var policy struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(document), &policy) != nil {
		return false
	}
	var statements []statement
	if json.Unmarshal(policy.Statement, &statements) != nil {
		var one statement
		if json.Unmarshal(policy.Statement, &one) != nil {
			return false
		}
		statements = []statement{one}
	}
	allowed := false
	for _, st := range statements {
		if !st.fits(want) {
			continue
		}
		switch st.Effect {
		case "Deny":
			return false
		case "Allow":
			allowed = true
		}
	}
	return allowed
}

func (st statement) fits(want assumption) bool {
	switch {
	case st.Principal != nil && !names(st.Principal, want.service):
		return false
	case st.Principal == nil && (st.NotPrincipal == nil || names(st.NotPrincipal, want.service)):
		return false
	}
	action := func(pattern string) bool { return glob(strings.ToLower(pattern), strings.ToLower(want.action)) }
	switch {
	case st.Action != nil && !slices.ContainsFunc(st.Action, action):
		return false
	case st.Action == nil && (st.NotAction == nil || slices.ContainsFunc(st.NotAction, action)):
		return false
	}
	for operator, keys := range st.Condition {
		for key, values := range keys {
			if !holds(operator, key, values, want) {
				return false
			}
		}
	}
	return true
}

// names reports whether a Principal names the service: "*", {"AWS":"*"} or {"Service": …}.
func names(principal json.RawMessage, service string) bool {
	var everyone string
	if json.Unmarshal(principal, &everyone) == nil {
		return everyone == "*"
	}
	var kinds map[string]many
	if json.Unmarshal(principal, &kinds) != nil {
		return false
	}
	return slices.Contains(kinds["AWS"], "*") || slices.Contains(kinds["Service"], service) || slices.Contains(kinds["Service"], "*")
}

// holds judges one condition key. Only aws:SourceArn and aws:SourceAccount are in the request; any other
// key is absent from it.
func holds(operator, key string, values []string, want assumption) bool {
	actual, present := "", false
	switch strings.ToLower(key) {
	case "aws:sourcearn":
		actual, present = want.sourceARN, true
	case "aws:sourceaccount":
		actual, present = want.sourceAccount, true
	}
	operator, forAll := strings.CutPrefix(operator, "ForAllValues:")
	operator, _ = strings.CutPrefix(operator, "ForAnyValue:")
	operator, ifExists := strings.CutSuffix(operator, "IfExists")
	if operator == "Null" {
		return slices.Contains(values, map[bool]string{true: "false", false: "true"}[present])
	}
	compare, known := operators[operator]
	if !known {
		return false
	}
	negated := strings.Contains(operator, "Not")
	if !present {
		// An absent key meets a negated operator, and every operator with IfExists or ForAllValues.
		return negated || ifExists || forAll
	}
	met := slices.ContainsFunc(values, func(v string) bool { return compare(v, actual) })
	return met != negated
}

// operators compare a condition's value with the request's; negated ones share their positive's.
var operators = map[string]func(pattern, value string) bool{
	"StringEquals":              func(p, v string) bool { return p == v },
	"StringNotEquals":           func(p, v string) bool { return p == v },
	"StringEqualsIgnoreCase":    strings.EqualFold,
	"StringNotEqualsIgnoreCase": strings.EqualFold,
	"StringLike":                glob,
	"StringNotLike":             glob,
	"ArnEquals":                 arnLike,
	"ArnNotEquals":              arnLike,
	"ArnLike":                   arnLike,
	"ArnNotLike":                arnLike,
}

// arnLike compares the six parts of an ARN one by one, each with wildcards.
func arnLike(pattern, arn string) bool {
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
