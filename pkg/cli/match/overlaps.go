package match

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/output"
)

// checkOverlaps judges the flags of match --overlaps, all faults at once.
func (o *options) checkOverlaps(e *env.Env, cmd *cobra.Command) error {
	var faults []error
	for _, flag := range []string{"filename", "recursive", "namespace", "expect-profile", "only", "all"} {
		if e.Given(cmd, flag) {
			faults = append(faults, fmt.Errorf("--overlaps compares profiles and reads no pods; leave out --%s", flag))
		}
	}
	if e.Given(cmd, "fail-on") && !slices.Equal(o.failOn, []string{env.FailOnNone}) {
		faults = append(faults, e.InvalidValue(cmd, "fail-on", strings.Join(o.failOn, ","),
			"must be none with --overlaps, which reads no pods"))
	}
	o.preferCluster(e, cmd)
	faults = append(append(faults, o.CheckFleet(e, cmd, false)), slices.Concat(o.fleetFaults(), o.priceFaults())...)
	faults = append(faults, o.CheckTimeout(e, cmd), e.OneOf(cmd, "output", o.output, formats))
	return env.UsageFaults(cmd, faults...)
}

// runOverlaps prints the pairs of selectors of different profiles that some pod fits both of, and the
// selectors that others make redundant. Overlaps of profiles that take pods end it with the answer no.
func runOverlaps(ctx context.Context, e *env.Env, opts options) error {
	profiles, guide, err := readProfiles(ctx, e, opts)
	if err != nil {
		return err
	}
	if len(profiles) > env.MostJudged {
		return env.Usagef("--overlaps compares at most %d profiles, and these are %d; a cluster has ten unless its "+
			"quota is raised", env.MostJudged, len(profiles))
	}
	overlaps, redundant := fargate.Overlaps(profiles), fargate.Redundancies(profiles)
	if err := printOverlaps(e, opts, guide.origins, overlaps, redundant); err != nil {
		return err
	}
	for _, o := range overlaps {
		if o.Counts && !slices.Contains(opts.failOn, env.FailOnNone) {
			return &env.RefusedError{} // the output has said why
		}
	}
	return nil
}

func printOverlaps(e *env.Env, opts options, origins map[string]env.Origin, overlaps []fargate.ProfileOverlap,
	redundant []fargate.Redundancy,
) error {
	if opts.quiet {
		return nil
	}
	if done, err := output.Encode(e.Streams.Out, opts.output, overlapReport(overlaps, redundant)); done {
		return err
	}
	counting := 0
	for _, o := range overlaps {
		if o.Counts {
			counting++
		}
	}
	summary := overlapSummary(counting, len(overlaps)-counting, len(redundant)) + "."
	if slices.Contains(output.ReportFormats, opts.output) {
		return opts.reportOverlaps(e, origins, overlaps, redundant, summary)
	}
	if len(overlaps) > 0 {
		if err := output.Table(e.Streams, overlapHeader, overlapRows(overlaps)); err != nil {
			return err
		}
	}
	text := output.Text{Width: e.Streams.Width}
	if counting > 0 {
		text.Add("\n")
		text.Say(0, "Of several profiles EKS takes the first by name (EKS User Guide; older AWS texts say: one at random).")
		text.Say(0, "→ make the selectors disjoint, or settle it with the pod label %s: NAME", kube.ProfileLabel)
	}
	if len(redundant) > 0 && len(overlaps) > 0 {
		text.Add("\n")
	}
	for _, r := range redundant {
		text.Say(0, "%s", r)
	}
	if len(overlaps)+len(redundant) > 0 {
		text.Add("\n")
	}
	text.Say(0, "%s", summary)
	_, err := io.WriteString(e.Streams.Out, text.String())
	return err
}

var overlapHeader = []string{"PROFILE", "SELECTOR", "PROFILE", "SELECTOR", "SMALLEST POD OF BOTH", "TAKEN BY"}

func overlapRows(overlaps []fargate.ProfileOverlap) [][]string {
	rows := make([][]string, len(overlaps))
	for i, o := range overlaps {
		taker := cmp.Or(o.TakenBy, "-")
		var idle []string
		for _, r := range []fargate.SelectorRef{o.A, o.B} {
			if !r.Status.TakesPods() {
				idle = append(idle, fmt.Sprintf("%s is %s", r.Profile, r.Status))
			}
		}
		if len(idle) > 0 {
			taker += " (" + strings.Join(idle, ", ") + ")"
		}
		pod := "not found"
		if o.Witness.Namespace != "" {
			pod = o.Witness.Shape()
		}
		rows[i] = []string{o.A.Profile, numberedSelector(o.A), o.B.Profile, numberedSelector(o.B), pod, taker}
	}
	return rows
}

func numberedSelector(r fargate.SelectorRef) string {
	return fmt.Sprintf("%d: %s", r.Index, r.Selector)
}

// reportOverlaps writes the report for CI. The rules are those of fgctl check, which finds the same.
func (o *options) reportOverlaps(e *env.Env, origins map[string]env.Origin, overlaps []fargate.ProfileOverlap,
	redundant []fargate.Redundancy, summary string,
) error {
	const overlap, adds = "profile-overlap", "selector-redundant"
	report := e.Report(o.output, "fgctl match --overlaps", []output.Rule{
		{ID: overlap, Meaning: "one pod can match two profiles", Page: "codes.md#" + overlap},
		{ID: adds, Meaning: "a selector adds nothing to others", Page: "codes.md#" + adds},
	})
	var entries []output.Entry
	entry := func(profile, name, text string) output.Entry {
		from := origins[profile]
		return output.Entry{
			Suite: "overlaps", Name: name, File: from.File, Line: from.Line, Place: "profiles/" + profile, Text: text,
		}
	}
	for i, row := range overlapRows(overlaps) {
		o, level := overlaps[i], "note"
		if o.Counts {
			level = "error"
		}
		text := fmt.Sprintf("selector %s of profile %s and selector %s of profile %s take the same pods",
			row[1], row[0], row[3], row[2])
		if o.Witness.Namespace != "" {
			text += fmt.Sprintf(", for example %s, which %s takes", row[4], row[5])
		}
		name := fmt.Sprintf("%s %d, %s %d", o.A.Profile, o.A.Index, o.B.Profile, o.B.Index)
		entries = append(entries, entry(o.A.Profile, name, text).Found(level, overlap))
	}
	for _, r := range redundant {
		name := fmt.Sprintf("%s %d", r.Selector.Profile, r.Selector.Index)
		entries = append(entries, entry(r.Selector.Profile, name, r.String()).Found("warning", adds))
	}
	if len(entries) == 0 {
		entries = append(entries, output.Entry{Suite: "overlaps", Name: "no overlap"})
	}
	return report.Write(entries, summary)
}

// overlapSummary counts what was found.
func overlapSummary(counting, idle, redundant int) string {
	count := func(n int, one, many string) string {
		switch n {
		case 0:
			return "no " + one
		case 1:
			return "1 " + one
		}
		return fmt.Sprintf("%d %s", n, many)
	}
	text := count(counting, "overlap", "overlaps")
	if idle > 0 {
		text += fmt.Sprintf(" (and %d with a profile that takes no pods)", idle)
	}
	return text + ", " + count(redundant, "redundant selector", "redundant selectors")
}

// The shape of -o json and -o yaml; it does not change, but fields may be added.
type (
	overlapsOutput struct {
		Overlaps  []overlapOutput    `json:"overlaps"`
		Redundant []redundancyOutput `json:"redundant"`
	}
	overlapOutput struct {
		Selectors []selectorOutput `json:"selectors"`
		Pod       *podOutput       `json:"pod"`
		TakenBy   string           `json:"takenBy"`
		Counts    bool             `json:"counts"`
	}
	podOutput struct {
		Namespace string            `json:"namespace"`
		Labels    map[string]string `json:"labels"`
	}
	selectorOutput struct {
		Profile   string            `json:"profile"`
		Status    fargate.Status    `json:"status"`
		Index     int               `json:"index"`
		Namespace string            `json:"namespace"`
		Labels    map[string]string `json:"labels"`
	}
	redundancyOutput struct {
		Selector selectorOutput   `json:"selector"`
		Within   bool             `json:"within"`
		By       []selectorOutput `json:"by"`
	}
)

func overlapReport(overlaps []fargate.ProfileOverlap, redundant []fargate.Redundancy) overlapsOutput {
	out := overlapsOutput{Overlaps: []overlapOutput{}, Redundant: []redundancyOutput{}}
	for _, o := range overlaps {
		item := overlapOutput{Selectors: selectorOutputs(o.A, o.B), TakenBy: o.TakenBy, Counts: o.Counts}
		if o.Witness.Namespace != "" {
			item.Pod = &podOutput{Namespace: o.Witness.Namespace, Labels: o.Witness.Labels}
		}
		out.Overlaps = append(out.Overlaps, item)
	}
	for _, r := range redundant {
		out.Redundant = append(out.Redundant,
			redundancyOutput{Selector: selectorOutputs(r.Selector)[0], Within: r.Within, By: selectorOutputs(r.By...)})
	}
	return out
}

func selectorOutputs(refs ...fargate.SelectorRef) []selectorOutput {
	out := make([]selectorOutput, len(refs))
	for i, r := range refs {
		labels := r.Selector.Labels
		if labels == nil {
			labels = map[string]string{}
		}
		// A profile of a file that states no status counts as ACTIVE.
		out[i] = selectorOutput{
			Profile: r.Profile, Status: cmp.Or(r.Status, fargate.StatusActive), Index: r.Index,
			Namespace: r.Selector.Namespace, Labels: labels,
		}
	}
	return out
}
