package trust

// This file judges a policy as a whole: a Deny that holds wins, else an Allow that holds is needed (IAM
// User Guide, Policy evaluation logic).

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Request is who wants to assume the role, and on whose behalf.
type Request struct {
	// Service is the service principal, eks-fargate-pods.amazonaws.com.
	Service string
	// Action is sts:AssumeRole.
	Action string
	// SourceARN and SourceAccount are the values of aws:SourceArn and aws:SourceAccount; empty where they
	// are not known.
	SourceARN     string
	SourceAccount string
}

// Outcome is the answer.
type Outcome int

// The outcomes. Undecided means that a condition cannot be judged beforehand.
const (
	Refused Outcome = iota
	Undecided
	Allowed
)

// Judgement is the answer with its reason.
type Judgement struct {
	Outcome Outcome
	// Reason is one sentence.
	Reason string
	// Trusted are the principals that the policy's Allow statements name, in the order of the document.
	Trusted []string
	// Unjudged are the conditions that could not be judged, as they stand in the document.
	Unjudged []string
}

// Judge tells whether the policy lets the request pass.
func (p Policy) Judge(r Request) Judgement {
	j := Judgement{Trusted: p.trusted()}
	allow, deny := no, no
	var failed, denial string
	for i, s := range p.statements {
		who := s.applies(r)
		if who == no {
			continue
		}
		holds, unmet, unjudged := s.holds(r)
		verdict := min(who, holds)
		if verdict == unknown {
			j.Unjudged = append(j.Unjudged, unjudged...)
			if who == unknown {
				j.Unjudged = append(j.Unjudged, fmt.Sprintf("statement %d: whether its principals (%s) take in the service", i+1, strings.Join(s.principals.names(), ", ")))
			}
		}
		if s.deny {
			if verdict > deny {
				deny, denial = verdict, fmt.Sprintf("statement %d denies %s to %s", i+1, r.Action, r.Service)
			}
			continue
		}
		if verdict == no && failed == "" {
			failed = fmt.Sprintf("%s is trusted, but the condition %s does not cover %s", r.Service, unmet, r.valueOf(unmet))
		}
		allow = max(allow, verdict)
	}
	switch {
	case deny == yes:
		j.Outcome, j.Reason = Refused, denial
	case allow == no && failed != "":
		j.Outcome, j.Reason = Refused, failed
	case allow == no:
		j.Outcome, j.Reason = Refused, p.whyNot(r)
	case deny == unknown || allow == unknown:
		j.Outcome = Undecided
		j.Reason = "it depends on what cannot be judged beforehand: " + strings.Join(j.Unjudged, "; ")
	default:
		j.Outcome, j.Reason, j.Unjudged = Allowed, r.Service+" may assume the role", nil
	}
	return j
}

func (p Policy) whyNot(r Request) string {
	trusted := p.trusted()
	for _, s := range p.statements {
		if !s.deny && s.names(r.Service) {
			return fmt.Sprintf("%s is trusted, but not with the action %s (the policy allows %s)", r.Service, r.Action, strings.Join(s.actions, ", "))
		}
	}
	if len(trusted) == 0 {
		return "it trusts nobody, so not " + r.Service
	}
	return fmt.Sprintf("it trusts %s, not %s", strings.Join(trusted, ", "), r.Service)
}

func (p Policy) trusted() []string {
	var out []string
	for _, s := range p.statements {
		if s.deny {
			continue
		}
		for _, name := range s.principals.names() {
			if s.notPrincipal {
				name = "all but " + name
			}
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

func (p principals) names() []string {
	if p.everyone {
		return []string{"*"}
	}
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(p.byKind)) {
		out = append(out, p.byKind[kind]...)
	}
	return out
}

// names tells whether a positive Principal names the service.
func (s statement) names(service string) bool {
	return !s.notPrincipal && s.principals.includes(service) == yes
}

// includes tells whether the principals take in the service. {"AWS": "*"} is everyone too (IAM User
// Guide, AWS JSON policy elements: Principal), but whether that takes in a service is not documented
// plainly, so it is not decided.
func (p principals) includes(service string) truth {
	if p.everyone {
		return yes
	}
	for _, s := range p.byKind["Service"] {
		if s == "*" || strings.EqualFold(s, service) {
			return yes
		}
	}
	if slices.Contains(p.byKind["AWS"], "*") {
		return unknown
	}
	return no
}

// applies tells whether the statement is about the request at all.
func (s statement) applies(r Request) truth {
	who := s.principals.includes(r.Service)
	if s.notPrincipal {
		who = yes - who
	}
	action := slices.ContainsFunc(s.actions, func(a string) bool {
		return glob(strings.ToLower(a), strings.ToLower(r.Action))
	})
	return min(who, truthOf(action != s.notAction))
}

// holds tells whether all conditions hold; unmet is the first that does not.
func (s statement) holds(r Request) (all truth, unmet string, unjudged []string) {
	all = yes
	for _, c := range s.conditions {
		switch c.judge(r) {
		case no:
			if all != no {
				unmet = c.String()
			}
			all = no
		case unknown:
			all = min(all, unknown)
			unjudged = append(unjudged, c.String())
		}
	}
	return all, unmet, unjudged
}

// valueOf gives the value that an unmet condition was judged for.
func (r Request) valueOf(condition string) string {
	if strings.Contains(strings.ToLower(condition), "aws:sourceaccount") {
		return r.SourceAccount
	}
	return r.SourceARN
}
