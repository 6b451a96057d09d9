// Package policy is the sandbox's own reading of IAM policies: trust policies of roles and identity-based
// policies of callers. It is written apart from pkg/trust on purpose, so that each can prove the other wrong.
// The rules are those of the IAM User Guide: policy evaluation logic, Principal, condition operators.
package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/glob"
)

// Request is what a policy is asked about. Keys are the condition keys that the request carries, in lower
// case; every other key is absent from it.
type Request struct {
	Service  string // the principal, for trust policies: a service,
	Caller   string // or the ARN of a user
	Action   string
	Resource string // for identity-based policies
	Keys     map[string]string
}

// Statement is one statement of a policy.
type Statement struct {
	Sid                   string
	Effect                string
	Principal             json.RawMessage
	NotPrincipal          json.RawMessage
	Action, NotAction     many
	Resource, NotResource many
	Condition             map[string]map[string]many
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
		text, isText := v.(string)
		if !isText {
			data, err := json.Marshal(v)
			if err != nil {
				return err
			}
			text = string(data)
		}
		*m = append(*m, text)
	}
	return nil
}

// Trusts reports whether a role's trust policy allows the request. What cannot be read allows nothing.
func Trusts(document string, r Request) bool {
	var policy struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(document), &policy) != nil {
		return false
	}
	var statements []Statement
	if json.Unmarshal(policy.Statement, &statements) != nil {
		statements = make([]Statement, 1)
		if json.Unmarshal(policy.Statement, &statements[0]) != nil {
			return false
		}
	}
	statements = slices.DeleteFunc(statements, func(s Statement) bool { return !s.trusts(r) })
	for i := range statements {
		statements[i].Resource, statements[i].NotResource = nil, nil // the role itself is the resource
	}
	allowed, denied := Judge(statements, r)
	return allowed && !denied
}

// trusts reports whether the statement is about the principal.
func (s Statement) trusts(r Request) bool {
	if s.Principal != nil {
		return names(s.Principal, r)
	}
	return s.NotPrincipal != nil && !names(s.NotPrincipal, r)
}

// names reports whether a Principal names the one who asks: "*", {"AWS":"*"} or {"Service": …}, and for users their
// ARN or their account.
func names(principal json.RawMessage, r Request) bool {
	var everyone string
	if json.Unmarshal(principal, &everyone) == nil {
		return everyone == "*"
	}
	var kinds map[string]many
	if json.Unmarshal(principal, &kinds) != nil {
		return false
	}
	if slices.Contains(kinds["AWS"], "*") {
		return true
	}
	if parts := strings.Split(r.Caller, ":"); len(parts) == 6 {
		root := "arn:" + parts[1] + ":iam::" + parts[4] + ":root"
		return slices.ContainsFunc(kinds["AWS"], func(p string) bool { return p == r.Caller || p == root || p == parts[4] })
	}
	return slices.Contains(kinds["Service"], r.Service) || slices.Contains(kinds["Service"], "*")
}

// Judge reports whether some statement allows the request and whether one denies it; a denial wins.
func Judge(statements []Statement, r Request) (allowed, denied bool) {
	for _, s := range statements {
		if s.covers(r) {
			allowed = allowed || s.Effect == "Allow"
			denied = denied || s.Effect == "Deny"
		}
	}
	return allowed, denied
}

// covers reports whether the statement is about the request, whoever makes it.
func (s Statement) covers(r Request) bool {
	action := func(p string) bool { return glob.Match(strings.ToLower(p), strings.ToLower(r.Action)) }
	resource := func(p string) bool { return glob.Match(p, r.Resource) }
	switch {
	case s.Action == nil && s.NotAction == nil,
		s.Action != nil && !slices.ContainsFunc(s.Action, action),
		s.Action == nil && slices.ContainsFunc(s.NotAction, action),
		s.Resource != nil && !slices.ContainsFunc(s.Resource, resource),
		s.NotResource != nil && slices.ContainsFunc(s.NotResource, resource):
		return false
	}
	for operator, keys := range s.Condition {
		for key, values := range keys {
			if actual, present := r.Keys[strings.ToLower(key)]; !holds(operator, values, actual, present) {
				return false
			}
		}
	}
	return true
}

// holds judges one condition key.
func holds(operator string, values []string, actual string, present bool) bool {
	operator, forAll, ifExists := qualified(operator)
	if operator == "Null" {
		return slices.Contains(values, map[bool]string{true: "false", false: "true"}[present])
	}
	compare := comparison(operator)
	if compare == nil {
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

// qualified takes from an operator what says how it counts absent keys and keys of several values.
func qualified(operator string) (bare string, forAll, ifExists bool) {
	bare, forAll = strings.CutPrefix(operator, "ForAllValues:")
	bare, _ = strings.CutPrefix(bare, "ForAnyValue:")
	bare, ifExists = strings.CutSuffix(bare, "IfExists")
	return bare, forAll, ifExists
}

// comparison returns how an operator compares a condition's value with the request's, nil for an operator that
// the sandbox does not know; a negated one shares its positive's.
func comparison(operator string) func(pattern, value string) bool {
	switch operator {
	case "StringEquals", "StringNotEquals":
		return func(p, v string) bool { return p == v }
	case "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase":
		return strings.EqualFold
	case "StringLike", "StringNotLike":
		return glob.Match
	case "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike":
		return arnLike
	}
	return nil
}

// arnLike compares the six parts of an ARN one by one, each with wildcards.
func arnLike(pattern, arn string) bool {
	p, a := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(p) != 6 || len(a) != 6 {
		return false
	}
	for i := range p {
		if !glob.Match(p[i], a[i]) {
			return false
		}
	}
	return true
}

// ServiceNameKey is the condition key of iam:CreateServiceLinkedRole (Service Authorization Reference, IAM):
// the service for which the role is made.
const ServiceNameKey = "iam:awsservicename"

// Read reads an identity-based policy, whose conditions may be on the keys alone; without any they may be on all. The
// error says what is wrong with it or what the sandbox does not know.
func Read(document string, keys ...string) ([]Statement, error) {
	var policy struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strict([]byte(document), &policy); err != nil {
		return nil, err
	}
	var list []Statement
	if trimmed := bytes.TrimSpace(policy.Statement); len(trimmed) > 0 && trimmed[0] == '{' {
		list = make([]Statement, 1)
		if err := strict(trimmed, &list[0]); err != nil {
			return nil, err
		}
	} else if err := strict(trimmed, &list); err != nil {
		return nil, fmt.Errorf("the Statement: %w", err)
	}
	for i, s := range list {
		if err := s.check(keys); err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	return list, nil
}

// check returns what is wrong with a statement of an identity-based policy.
func (s Statement) check(known []string) error {
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny":
		return fmt.Errorf("the Effect is %q, not Allow or Deny", s.Effect)
	case s.Principal != nil || s.NotPrincipal != nil:
		return errors.New("an identity-based policy has no Principal")
	case (s.Action == nil) == (s.NotAction == nil):
		return errors.New("it needs either Action or NotAction")
	case (s.Resource == nil) == (s.NotResource == nil):
		return errors.New("it needs either Resource or NotResource")
	}
	for operator, keys := range s.Condition {
		for key := range keys {
			bare, _, _ := qualified(operator)
			fits := func(k string) bool { return strings.EqualFold(k, key) }
			if (bare != "Null" && comparison(bare) == nil) || (len(known) > 0 && !slices.ContainsFunc(known, fits)) {
				return fmt.Errorf("the sandbox knows no condition %s on %s", operator, key)
			}
		}
	}
	return nil
}

// strict reads one JSON value without unknown members.
func strict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("it is not a policy: %w", err)
	}
	if decoder.More() {
		return errors.New("it is not a policy: something follows the document")
	}
	return nil
}

// Split takes "action on resource" apart; without a resource it is *.
func Split(text string) (action, resource string) {
	action, resource, found := strings.Cut(text, " on ")
	if !found {
		resource = "*"
	}
	return strings.TrimSpace(action), strings.TrimSpace(resource)
}

// Listed reports whether a list of "action on resource" holds a permission. IAM compares actions without case.
func Listed(list []string, action, resource string) bool {
	return slices.ContainsFunc(list, func(text string) bool {
		a, r := Split(text)
		return glob.Match(strings.ToLower(a), strings.ToLower(action)) && glob.Match(r, resource)
	})
}
