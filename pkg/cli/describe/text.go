package describe

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/output"
)

// text writes the description for people: a word, then what it is.
func (d *description) text(e *env.Env) string {
	out := output.Text{Width: e.Streams.Width}
	const column = 14
	say := func(word string, lines ...string) {
		if len(lines) == 0 {
			lines = []string{"<none>"}
		}
		for i, line := range lines {
			if i > 0 {
				word = ""
			}
			out.SayAfter(fmt.Sprintf("%-*s", column, word), column+2, line)
		}
	}
	say("Name:", d.Name)
	say("Cluster:", fmt.Sprintf("%s in %s", d.Cluster, d.Region))
	say("Status:", string(d.Status))
	if d.CreatedAt != nil {
		say("Created:", fmt.Sprintf("%s (%s ago)", d.CreatedAt.Format(time.RFC3339), age(e.Clock.Now().Sub(*d.CreatedAt))))
	}
	selectors := make([]string, len(d.Selectors))
	for i, s := range d.Selectors {
		selectors[i] = fmt.Sprintf("%d. %s", i+1, s)
	}
	say("Selectors:", selectors...)
	say("Role:", d.PodExecutionRoleARN)
	subnets := make([]string, len(d.Subnets))
	for i, s := range d.Subnets {
		subnets[i] = s.ID
		if s.Zone != nil {
			subnets[i] += fmt.Sprintf("  %s, %d free addresses", *s.Zone, *s.FreeAddresses)
		}
	}
	say("Subnets:", subnets...)
	tags := make([]string, 0, len(d.Tags))
	for _, key := range slices.Sorted(maps.Keys(d.Tags)) {
		tags = append(tags, key+"="+d.Tags[key])
	}
	say("Tags:", tags...)
	var issues []string
	for _, issue := range d.Health {
		issues = append(issues, issue.String())
		if remedy := issue.Remedy(); remedy != "" {
			issues = append(issues, "  → "+remedy)
		}
	}
	say("Health:", issues...)
	if d.Replacement != "" {
		say("Replacement:", d.Replacement)
	}
	say("Pods:", d.podLines()...)
	say("ARN:", d.ARN)
	return out.String()
}

func (d *description) podLines() []string {
	if d.Pods == nil {
		return []string{"<not read>"}
	}
	lines := make([]string, len(d.Pods))
	for i, p := range d.Pods {
		lines[i] = fmt.Sprintf("%s in namespace %s: %s", p.Owner, p.Namespace, output.Count(p.Pods, "pod"))
		if p.Pending > 0 {
			lines[i] += fmt.Sprintf(", %d Pending", p.Pending)
		}
	}
	return lines
}

// age writes a time that has passed in its largest unit, as kubectl does.
func age(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", max(0, int(d.Seconds())))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}
