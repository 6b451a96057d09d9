package cli

// This file decides whether a run of match has the answer yes: which verdicts and findings of a pod count
// as a failure.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/output"
)

// The conditions of --fail-on.
const (
	failErrors   = "errors"
	failWarnings = "warnings"
)

var (
	matchVerdicts = []string{string(fargate.VerdictMatched), string(fargate.VerdictAmbiguous), string(fargate.VerdictUnmatched), string(fargate.VerdictExcluded)}
	// matchFailOn are the values of --fail-on; matchFailDefault those that hold without it.
	matchFailDefault = []string{string(fargate.VerdictUnmatched), string(fargate.VerdictAmbiguous), string(fargate.VerdictExcluded)}
	matchFailOn      = append(slices.Clone(matchFailDefault), failErrors, failWarnings)
)

// failSeverities are the conditions that are about findings.
var failSeverities = map[string]fargate.Severity{failErrors: fargate.SeverityError, failWarnings: fargate.SeverityWarning}

// matchGate tells good pods from bad ones.
type matchGate struct {
	failOn []string
	expect string // the profile that every pod has to go to; empty for any

	failed     int // pods that fail
	unexpected int // pods that do not go to expect
}

// failures are the reasons why a pod fails, in few words each; none for a good one.
func (g *matchGate) failures(e fargate.Explanation) []string {
	var out []string
	if slices.Contains(g.failOn, string(e.Verdict)) {
		out = append(out, string(e.Verdict))
	}
	if g.expect != "" && e.Profile != g.expect {
		out = append(out, "not on "+g.expect)
	}
	for _, condition := range []string{failErrors, failWarnings} {
		if slices.Contains(g.failOn, condition) && e.Counts(failSeverities[condition]) {
			out = append(out, condition)
		}
	}
	return out
}

// add counts a pod.
func (g *matchGate) add(e fargate.Explanation) {
	if g.expect != "" && e.Profile != g.expect {
		g.unexpected++
	}
	if len(g.failures(e)) > 0 {
		g.failed++
	}
}

// answer is no where a pod fails. The output has said why, unless it is about a profile that only the
// command line knows.
func (g *matchGate) answer(pods int) error {
	switch {
	case g.failed == 0:
		return nil
	case g.unexpected > 0:
		return &refusedError{err: fmt.Errorf("%d of %s would not run on profile %s, which --expect-profile wants", g.unexpected, output.CountPods(pods), g.expect)}
	}
	return &refusedError{}
}

// checkExpected warns of an expectation that no pod can meet, which is most likely misspelt.
func (a *app) checkExpected(expect string, profiles []fargate.Profile) {
	names := namesOf(profiles)
	if expect == "" || slices.Contains(names, expect) {
		return
	}
	a.warn("--expect-profile: there is no profile %q%s", expect, didYouMean(expect, names, ""))
}

// oneOfEach judges a flag with several values; it returns the faults of all.
func (a *app) oneOfEach(flag string, values, allowed []string) []error {
	var faults []error
	for _, v := range values {
		if !slices.Contains(allowed, v) {
			faults = append(faults, fmt.Errorf("%s %q is none of %s", a.named(flag), v, strings.Join(allowed, ", ")))
		}
	}
	return faults
}
