package trust

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
	// are not known. The uuid that ends a profile's ARN is EKS's to make; any will do here.
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
	// Reason is one sentence: why not, naming the condition and the value that it does not cover.
	Reason string
	// Trusted are the principals that the policy's Allow statements name, in the order of the document.
	Trusted []string
	// Unjudged are the conditions that could not be judged and matter to the outcome, as they stand in the
	// document; a Refused may have some of a Deny that would count once the rest is put right.
	Unjudged []string
}

// Judge returns whether the policy lets the request pass: a Deny that holds wins, else an Allow that holds is needed
// (IAM User Guide, Policy evaluation logic).
func (p Policy) Judge(r Request) Judgement {
	allow, deny := no, no
	var denial string
	var failures, openAllow, openDeny []string
	trusted := no
	for i, s := range p.statements {
		who := s.applies(r)
		if who == no {
			continue
		}
		holds, unmet, open := s.holds(r)
		verdict := min(who, holds)
		if who == unknown {
			open = append(open, fmt.Sprintf("statement %d: whether its principals (%s) take in the service",
				i+1, strings.Join(s.principals.names(), ", ")))
		}
		switch {
		case s.deny && verdict == yes && deny != yes:
			denial = s.denial(i+1, r)
		case s.deny && verdict == unknown:
			openDeny = append(openDeny, open...)
		case verdict == unknown:
			openAllow = append(openAllow, open...)
		case !s.deny && verdict == no:
			trusted = max(trusted, who)
			for _, c := range unmet {
				failures = append(failures, c.failure(r))
			}
		}
		if s.deny {
			deny = max(deny, verdict)
		} else {
			allow = max(allow, verdict)
		}
	}
	if allow == yes {
		openAllow = nil // what is allowed once needs no other Allow
	}
	j := Judgement{Trusted: p.trusted()}
	switch {
	case len(p.repeated) > 0:
		j.Outcome, j.Unjudged, j.Reason = Undecided, p.repeated, strings.Join(p.repeated, "; ")
	case deny == yes:
		j.Outcome, j.Reason = Refused, denial
	case allow == no:
		j.Outcome, j.Reason, j.Unjudged = Refused, p.whyNot(r, trusted, failures), openDeny
	case deny == unknown || allow == unknown:
		j.Outcome, j.Unjudged = Undecided, slices.Concat(openAllow, openDeny)
		j.Reason = "it depends on what cannot be judged beforehand: " + strings.Join(j.Unjudged, "; ")
	default:
		j.Outcome, j.Reason = Allowed, r.Service+" may assume the role"
	}
	return j
}

// denial says what the statement of that number denies, and under which conditions.
func (s statement) denial(number int, r Request) string {
	text := fmt.Sprintf("statement %d denies %s to %s", number, r.Action, r.Service)
	if len(s.conditions) == 0 {
		return text
	}
	var conditions []string
	for _, c := range s.conditions {
		conditions = append(conditions, c.String())
	}
	return text + " under the condition " + strings.Join(conditions, " and ")
}

// whyNot says why no statement allows the request: the conditions that failed, where there are any;
// trusted reports whether their statements are about the service.
func (p Policy) whyNot(r Request, trusted truth, failures []string) string {
	switch {
	case len(failures) > 0 && trusted == yes:
		return fmt.Sprintf("%s is trusted, but %s", r.Service, strings.Join(failures, ", and "))
	case len(failures) > 0:
		return fmt.Sprintf("%s is perhaps trusted, but %s", r.Service, strings.Join(failures, ", and "))
	}
	var actions []string
	for _, s := range p.statements {
		if s.deny || s.notPrincipal || s.principals.includes(r.Service) != yes {
			continue
		}
		for _, a := range s.actions {
			if s.notAction {
				a = "all but " + a
			}
			actions = append(actions, a)
		}
	}
	if len(actions) > 0 {
		return fmt.Sprintf("%s is trusted, but not with the action %s (the policy allows %s)",
			r.Service, r.Action, strings.Join(actions, ", "))
	}
	names := p.trusted()
	if len(names) == 0 {
		return "it trusts nobody, so not " + r.Service
	}
	return fmt.Sprintf("it trusts %s, not %s", strings.Join(names, ", "), r.Service)
}

// TrustsInstances reports whether an Allow statement names Amazon EC2, as the trust policy of a role for nodes does:
// ec2.amazonaws.com, in China with .cn behind it.
func (p Policy) TrustsInstances() bool {
	return slices.ContainsFunc(p.statements, func(s statement) bool {
		return !s.deny && !s.notPrincipal && slices.ContainsFunc(s.principals.byKind["Service"], func(service string) bool {
			return strings.EqualFold(strings.TrimSuffix(service, ".cn"), instancesService)
		})
	})
}

// instancesService is the principal by which EC2 instances have a role.
const instancesService = "ec2.amazonaws.com"

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

// includes reports whether the principals take in the service. {"AWS": "*"} is everyone for anonymous users
// (IAM User Guide, AWS JSON policy elements: Principal), but whether that takes in a service is not
// documented plainly, nor is whether the case of a service's name counts: neither is decided.
func (p principals) includes(service string) truth {
	if p.everyone {
		return yes
	}
	found := no
	for _, s := range p.byKind["Service"] {
		switch {
		case s == "*" || s == service:
			return yes
		case strings.EqualFold(s, service):
			found = unknown
		}
	}
	if slices.Contains(p.byKind["AWS"], "*") {
		found = unknown
	}
	return found
}

// applies reports whether the statement is about the request at all.
func (s statement) applies(r Request) truth {
	who := s.principals.includes(r.Service)
	if s.notPrincipal {
		who = who.not()
	}
	action := slices.ContainsFunc(s.actions, func(a string) bool {
		return glob(strings.ToLower(a), strings.ToLower(r.Action))
	})
	return min(who, truthOf(action != s.notAction))
}

// holds reports whether all conditions hold; unmet are those that do not, and open are, as text, those that
// cannot be judged.
func (s statement) holds(r Request) (all truth, unmet []condition, open []string) {
	all = yes
	for _, c := range s.conditions {
		verdict := c.judge(r)
		all = min(all, verdict)
		switch verdict {
		case no:
			unmet = append(unmet, c)
		case unknown:
			open = append(open, c.String())
		}
	}
	return all, unmet, open
}
