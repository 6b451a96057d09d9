package match

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/support"
	"github.com/fgctl/fgctl/pkg/output"
)

var (
	verdicts = []string{
		string(fargate.VerdictMatched), string(fargate.VerdictAmbiguous), string(fargate.VerdictUnmatched),
		string(fargate.VerdictExcluded),
	}
	// failDefault are the values of --fail-on that hold without it; env.FailOnPods are all.
	failDefault = []string{
		string(fargate.VerdictUnmatched), string(fargate.VerdictAmbiguous), string(fargate.VerdictExcluded),
	}
)

// failSeverities are the conditions that are about findings.
var failSeverities = map[string]support.Severity{
	env.FailOnErrors:   support.SeverityError,
	env.FailOnWarnings: support.SeverityWarning,
}

// gate decides which pods fail.
type gate struct {
	failOn []string
	expect string // the profile that every pod has to go to; empty for any

	failed     int // pods that fail
	unexpected int // pods that do not go to expect
}

// failures are the reasons why a pod fails, in few words each; none for a good one.
func (g *gate) failures(e fargate.Explanation) []string {
	var out []string
	if slices.Contains(g.failOn, string(e.Verdict)) && (e.OnFargate() || !e.OfDaemonSet()) {
		out = append(out, string(e.Verdict))
	}
	if g.expect != "" && e.Profile != g.expect {
		out = append(out, "not on "+g.expect)
	}
	for _, condition := range []string{env.FailOnErrors, env.FailOnWarnings} {
		if slices.Contains(g.failOn, condition) && e.Counts(failSeverities[condition]) {
			out = append(out, condition)
		}
	}
	return out
}

// add counts a pod.
func (g *gate) add(e fargate.Explanation) {
	if g.expect != "" && e.Profile != g.expect {
		g.unexpected++
	}
	if len(g.failures(e)) > 0 {
		g.failed++
	}
}

// answer is no where a pod fails, or what was not judged. The output has said why, unless it is about a profile that
// only the command line knows.
func (g *gate) answer(summary fargate.Summary) error {
	var reasons []error
	if g.unexpected > 0 {
		reasons = append(reasons, fmt.Errorf("%d of %s would not run on profile %s, which --expect-profile wants",
			g.unexpected, output.Count(summary.Pods, "pod"), g.expect))
	}
	n := summary.NotJudged()
	switch {
	case n > 0 && g.failsSkipped():
		reasons = append(reasons, fmt.Errorf("%d not judged that may make pods, which --fail-on skipped refuses", n))
	case summary.Pods == 0 && !slices.Contains(g.failOn, env.FailOnNone):
		reasons = append(reasons, errors.New("no pod was judged: all that may make pods was left out"))
	}
	if g.failed == 0 && len(reasons) == 0 {
		return nil
	}
	return &env.RefusedError{Err: errors.Join(reasons...)}
}

// failsSkipped reports whether what was not judged fails.
func (g *gate) failsSkipped() bool { return slices.Contains(g.failOn, env.FailOnSkipped) }

// warnUnexpected warns of an expectation that no pod can meet, which is most likely misspelt.
func warnUnexpected(e *env.Env, expect string, profiles []fargate.Profile) {
	names := fargate.Names(profiles)
	if expect != "" && !slices.Contains(names, expect) {
		e.Warn("--expect-profile: there is no profile %q%s", expect, env.DidYouMean(expect, names, ""))
	}
}
