package iam

import (
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/policy"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// cannotSimulate refuses what the sandbox cannot judge: a guess would be taken for AWS's answer.
func cannotSimulate(why string) *wire.Refusal {
	return wire.BadRequest("InvalidInput", "The fgctl sandbox cannot simulate this: "+why)
}

// statementsOf reads the policies of a role.
func statementsOf(c *account.Call, r *account.Role) (statements []policy.Statement, refused *wire.Refusal) {
	read := func(what, document string) *wire.Refusal {
		list, err := policy.Read(document)
		switch {
		case document == "":
			return cannotSimulate("it does not have the document of " + what + " of the role " + r.Name)
		case err != nil:
			return cannotSimulate(what + " of the role " + r.Name + ": " + err.Error())
		case strings.Contains(document, "${"):
			return cannotSimulate(what + " of the role " + r.Name + " has a policy variable")
		}
		statements = append(statements, list...)
		return nil
	}
	if r.Boundary != "" {
		return nil, cannotSimulate("the role " + r.Name + " has a permissions boundary")
	}
	for _, name := range r.InlinePolicies {
		if refused := read("the inline policy "+name, r.Documents[name]); refused != nil {
			return nil, refused
		}
	}
	for _, arn := range r.Role.Policies {
		document := ""
		if p := findPolicy(c, arn); p != nil {
			document = p.Document
		}
		if refused := read("the policy "+arn, document); refused != nil {
			return nil, refused
		}
	}
	return statements, nil
}

// simulate says what the caller or a role may do by the policies that the sandbox knows.
func simulate(c *account.Call) (any, *wire.Refusal) {
	for _, unknown := range []string{"PolicyInputList", "PermissionsBoundaryPolicyInputList", "ResourcePolicy"} {
		if c.Query.Has(unknown) || c.Query.Has(unknown+".member.1") {
			return nil, cannotSimulate("it does not know the parameter " + unknown)
		}
	}
	keys, refused := contextOf(c)
	if refused != nil {
		return nil, refused
	}
	source := theSource(c)
	if source == c.Caller() {
		return results(c, c.Decide, nil)
	}
	role := c.RoleOf(source)
	if role == nil {
		// Not AWS's text.
		return nil, wire.NotFound("NoSuchEntity", "The fgctl sandbox knows no user or role "+source+".")
	}
	statements, refused := statementsOf(c, role)
	if refused != nil {
		return nil, refused
	}
	return results(c, func(action, resource string) (allowed, denied bool) {
		return policy.Judge(statements, policy.Request{Action: action, Resource: resource, Keys: keys})
	}, missing(statements, keys))
}

// contextOf returns the context keys of the request, in lower case.
func contextOf(c *account.Call) (keys map[string]string, refused *wire.Refusal) {
	keys = map[string]string{}
	for _, at := range c.List("ContextEntries.member") {
		key, values := c.Query.Get(at+".ContextKeyName"), c.Values(at+".ContextKeyValues.member")
		if len(values) != 1 {
			return nil, cannotSimulate("the context key " + key + " needs exactly one value")
		}
		keys[strings.ToLower(key)] = values[0]
	}
	return keys, nil
}

// missing returns the condition keys of the statements that the request does not have, sorted.
func missing(statements []policy.Statement, keys map[string]string) (names []string) {
	for _, s := range statements {
		for _, condition := range s.Condition {
			for key := range condition {
				if _, has := keys[strings.ToLower(key)]; !has {
					names = append(names, key)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// results judges each action on each resource.
func results(
	c *account.Call, judge func(action, resource string) (allowed, denied bool), missing []string,
) (any, *wire.Refusal) {
	type result struct {
		Action   string               `xml:"EvalActionName"`
		Resource string               `xml:"EvalResourceName"`
		Decision string               `xml:"EvalDecision"`
		Missing  wire.Members[string] `xml:"MissingContextValues"`
		Matched  wire.Members[string] `xml:"MatchedStatements"`
	}
	resources := c.Values("ResourceArns.member")
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	actions := c.Values("ActionNames.member")
	list := make([]result, 0, len(actions)*len(resources))
	for _, action := range actions {
		for _, resource := range resources {
			r := result{Action: action, Resource: resource, Decision: "implicitDeny"}
			r.Missing.List = missing
			if allowed, denied := judge(action, resource); denied {
				r.Decision = "explicitDeny"
			} else if allowed {
				r.Decision = "allowed"
			}
			list = append(list, r)
		}
	}
	return page(c, "EvaluationResults", list, account.InOrder)
}
