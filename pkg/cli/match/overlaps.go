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
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/output"
)

// checkOverlaps judges the flags of match --overlaps, all faults at once.
func (o *options) checkOverlaps(e *env.Env, cmd *cobra.Command) error {
	faults := []error{e.NoneEmpty(cmd)}
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
	if len(profiles) > declared.MostJudged {
		return env.Usagef("--overlaps compares at most %d profiles, and these are %d; a cluster has ten unless its "+
			"quota is raised", declared.MostJudged, len(profiles))
	}
	found := comparison{overlaps: fargate.Overlaps(profiles), redundant: fargate.Redundancies(profiles)}
	for _, o := range found.overlaps {
		if o.Counts {
			found.counting++
		}
	}
	if !opts.quiet {
		if err := found.print(e, opts.output, guide.origins); err != nil {
			return err
		}
	}
	if found.counting > 0 && !slices.Contains(opts.failOn, env.FailOnNone) {
		return &env.RefusedError{} // the output has said why
	}
	return nil
}

// comparison is what profiles have in common; counting is how many of the overlaps are of profiles that take pods.
type comparison struct {
	overlaps  []fargate.ProfileOverlap
	redundant []fargate.Redundancy
	counting  int
}

// print writes what was found; the origins are those of the profiles.
func (c *comparison) print(e *env.Env, format string, origins map[string]declared.Origin) error {
	if done, err := output.Encode(e.Streams.Out, format, c.encoded()); done {
		return err
	}
	if slices.Contains(output.ReportFormats, format) {
		return c.report(e, format, origins)
	}
	if len(c.overlaps) > 0 {
		header := []string{"PROFILE", "SELECTOR", "PROFILE", "SELECTOR", "SMALLEST POD OF BOTH", "TAKEN BY"}
		if err := output.Table(e.Streams, header, overlapRows(c.overlaps)); err != nil {
			return err
		}
	}
	text := output.Text{Width: e.Streams.Width}
	if c.counting > 0 {
		text.Add("\n")
		text.Say(0, "Of several profiles EKS takes the first by name (EKS User Guide; older AWS texts say: one at random).")
		text.Say(0, "→ make the selectors disjoint, or settle it with the pod label %s: NAME", kube.ProfileLabel)
	}
	if len(c.redundant) > 0 && len(c.overlaps) > 0 {
		text.Add("\n")
	}
	for _, r := range c.redundant {
		text.Say(0, "%s", r)
	}
	if len(c.overlaps)+len(c.redundant) > 0 {
		text.Add("\n")
	}
	text.Say(0, "%s", c.summary())
	_, err := io.WriteString(e.Streams.Out, text.String())
	return err
}

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

// report writes the report for CI. The rules are those of fgctl check, which finds the same.
func (c *comparison) report(e *env.Env, format string, origins map[string]declared.Origin) error {
	const overlap, adds = "profile-overlap", "selector-redundant"
	report := e.Report(format, "fgctl match --overlaps", []output.Rule{
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
	for i, row := range overlapRows(c.overlaps) {
		o, level := c.overlaps[i], "note"
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
	for _, r := range c.redundant {
		name := fmt.Sprintf("%s %d", r.Selector.Profile, r.Selector.Index)
		entries = append(entries, entry(r.Selector.Profile, name, r.String()).Found("warning", adds))
	}
	if len(entries) == 0 {
		entries = append(entries, output.Entry{Suite: "overlaps", Name: "no overlap"})
	}
	return report.Write(entries, c.summary())
}

// summary counts what was found.
func (c *comparison) summary() string {
	count := func(n int, what string) string {
		if n == 0 {
			return "no " + what
		}
		return output.Count(n, what)
	}
	text := count(c.counting, "overlap")
	if idle := len(c.overlaps) - c.counting; idle > 0 {
		text += fmt.Sprintf(" (and %d with a profile that takes no pods)", idle)
	}
	return text + ", " + count(len(c.redundant), "redundant selector") + "."
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

func (c *comparison) encoded() overlapsOutput {
	out := overlapsOutput{Overlaps: []overlapOutput{}, Redundant: []redundancyOutput{}}
	for _, o := range c.overlaps {
		item := overlapOutput{Selectors: selectorOutputs(o.A, o.B), TakenBy: o.TakenBy, Counts: o.Counts}
		if o.Witness.Namespace != "" {
			item.Pod = &podOutput{Namespace: o.Witness.Namespace, Labels: o.Witness.Labels}
		}
		out.Overlaps = append(out.Overlaps, item)
	}
	for _, r := range c.redundant {
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
