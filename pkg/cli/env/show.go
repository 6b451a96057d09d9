package env

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// Runner returns the runner of a sequence, and a function that ends its display.
func (e *Env) Runner(ctx context.Context, client *cloud.Client) (r *lifecycle.Runner, stop func()) {
	e.Ending.ResumeWith(e.Again())
	progress := e.Progress()
	return &lifecycle.Runner{
		EKS: client, IAM: client, Clock: e.Clock, Report: progress, Deadline: deadlineOf(ctx).end, Token: rand.Text,
	}, progress.Stop
}

// Asking shows on a terminal that AWS is asked about a cluster, from half a second on until stop is called, which has
// to be before anything else is printed.
func (e *Env) Asking(cluster string) (stop func()) {
	if e.Global.Verbose != VerboseInfo { // above it, each request has a line
		return func() {}
	}
	progress := e.Progress()
	late := time.AfterFunc(time.Second/2, func() { progress.Await("cluster " + cluster) })
	return func() {
		late.Stop()
		progress.Drop()
	}
}

// ShowChecks prints the report of the pre-flight as a checklist, under the profile's name where it is one of several.
func (e *Env) ShowChecks(report preflight.Report, several bool) error {
	heading := ""
	if several {
		heading = fmt.Sprintf("profile %s:", report.Profile.Name)
	}
	items := make([]output.Item, len(report.Results))
	for i, r := range report.Results {
		items[i] = output.Item{
			Mark: output.Mark(r.Level), Name: r.Check, Text: r.Message, Details: r.Details, Hint: r.Hint,
		}
	}
	return e.Checklist(heading, items, several)
}

// PreflightFailed returns the refusal that names the causes of all failed checks, and the command to run when these are
// mended, or the flags to change in it; nil where none failed.
func (e *Env) PreflightFailed(reports ...preflight.Report) error {
	failed := map[string][]string{} // the profiles by what failed
	var causes, flags []string
	for _, report := range reports {
		for _, r := range report.Results {
			if r.Level != preflight.Fail {
				continue
			}
			if failed[r.Message] == nil {
				causes = append(causes, r.Message)
			}
			failed[r.Message] = append(failed[r.Message], report.Profile.Name)
			for _, found := range r.Findings {
				if flag := preflight.FlagAtFault(found.Code); e.names(flag) && !slices.Contains(flags, "--"+flag) {
					flags = append(flags, "--"+flag)
				}
			}
		}
	}
	if len(causes) == 0 {
		return nil
	}
	for i, cause := range causes {
		if len(reports) > 1 {
			causes[i] = fmt.Sprintf("%s (profile %s)", cause, strings.Join(failed[cause], ", "))
		}
	}
	cure := "fix this, then run: " + e.Again()
	if len(flags) > 0 { // the same command would fail again
		cure = fmt.Sprintf("fix this (%s), then run it again", strings.Join(flags, ", "))
	}
	return Refusef("nothing was changed; the pre-flight failed: %s\n%s", strings.Join(causes, "; "), cure)
}

// ShowWarnings prints what EKS takes but users regret.
func (e *Env) ShowWarnings(warnings fargate.Faults) {
	for _, w := range warnings {
		e.Warn("%s", w)
	}
}

// ShowProfiles prints changed profiles in the format of --output, or without one what was done as a sentence for each.
func (e *Env) ShowProfiles(format string, profiles []fargate.Profile, sentences []string) error {
	if format != "" {
		return output.Profiles(e.Streams, output.ProfileOptions{Format: format},
			[]output.ClusterProfiles{{Profiles: profiles}})
	}
	for _, s := range sentences {
		if _, err := fmt.Fprintln(e.Streams.Out, output.Clean(s)); err != nil {
			return err
		}
	}
	return nil
}
