package check

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/output"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// cluster is what the checks say of a cluster, in the form of -o json; it does not change, but fields may be added.
type cluster struct {
	// Account is the AWS credentials profile, where there are several.
	Account string   `json:"awsProfile,omitempty"`
	Cluster string   `json:"cluster"`
	Region  string   `json:"region"`
	Summary summary  `json:"summary"`
	Results []result `json:"results"`
	// Price is what the pods of --pods cost.
	Price *costs `json:"price,omitempty"`

	// profiles are the names of those that were checked, siblings all that the cluster has.
	profiles []string
	siblings []fargate.Profile
}

// summary counts profiles and results.
type summary struct {
	Profiles int `json:"profiles"`
	Passed   int `json:"passed"`
	Warnings int `json:"warnings"`
	Faults   int `json:"faults"`
	Skipped  int `json:"skipped"`
}

// result is the outcome of a check; Profile is empty for one of the cluster itself.
type result struct {
	Profile string `json:"profile,omitempty"`
	preflight.Result
	// Command cures it; empty where that takes more than one.
	Command string `json:"command,omitempty"`
}

// newCluster puts together what the checks say.
func newCluster(e *env.Env, at env.Place, region string, audited preflight.Audited) cluster {
	c := cluster{Account: at.Account, Cluster: at.Cluster, Region: region, Results: []result{}, siblings: audited.Siblings}
	for _, r := range audited.Cluster {
		c.add(result{Result: r})
	}
	for _, p := range audited.Profiles {
		c.profiles = append(c.profiles, p.Name)
		for _, r := range p.Results {
			c.add(result{p.Name, r, cure(e, at, p.Profile, r)})
		}
		for _, r := range judgeTags(e, at, audited.Siblings, p.Profile) {
			c.add(result{Profile: p.Name, Result: r})
		}
	}
	c.Summary.Profiles = len(c.profiles)
	return c
}

// judgeTags judges what fgctl has written into the tags of a profile.
func judgeTags(e *env.Env, at env.Place, siblings []fargate.Profile, p fargate.Profile) []preflight.Result {
	good := preflight.Result{Check: preflight.CheckTags, Level: preflight.Pass, Message: "fgctl's tags agree"}
	left := preflight.Result{
		Check: preflight.CheckReplacement, Level: preflight.Pass, Message: "no unfinished replacement",
	}
	if faults := decision.TagFaults(siblings, p); len(faults) > 0 {
		good = preflight.NewResult(preflight.CheckTags, preflight.Warn, preflight.CodeTags, faults...)
		good.Hint = "delete the profile that is not wanted, or remove its tags: aws eks untag-resource --resource-arn " +
			p.ARN + " --tag-keys " + strings.Join(slices.Sorted(maps.Keys(decision.OwnTags(p.Tags))), " ")
		return []preflight.Result{good, left}
	}
	if text := e.UnfinishedReplacement(at, siblings, p); text != "" {
		left = preflight.NewResult(preflight.CheckReplacement, preflight.Warn, preflight.CodeReplacement,
			strings.ReplaceAll(text, "\n", "; "))
	}
	return []preflight.Result{good, left}
}

// cure returns the command that helps where something is the matter with a profile.
func cure(e *env.Env, at env.Place, p fargate.Profile, r preflight.Result) string {
	bad := r.Level == preflight.Fail || r.Level == preflight.Warn
	switch {
	case !bad:
	case r.Check == "status" && r.Level == preflight.Warn && p.Status == fargate.StatusCreating:
		return e.WaitCommand(at, p.Name, "active")
	case r.Check == "status" && r.Level == preflight.Warn && p.Status == fargate.StatusDeleting:
		return e.WaitCommand(at, p.Name, "deleted")
	case r.Check == "status" && p.Status != fargate.StatusActive:
		return e.On(at, "delete", env.FargateProfile, p.Name)
	case p.Status == fargate.StatusActive && (r.Check == "role" || r.Check == "role-use"):
		return e.On(at, "replace", env.FargateProfile, p.Name, "--create-pod-execution-role")
	}
	return ""
}

func (c *cluster) add(r result) {
	switch c.Results = append(c.Results, r); r.Level {
	case preflight.Pass:
		c.Summary.Passed++
	case preflight.Warn:
		c.Summary.Warnings++
	case preflight.Fail:
		c.Summary.Faults++
	case preflight.Skipped:
		c.Summary.Skipped++
	}
}

// of returns the results of a profile, of the cluster itself for an empty name.
func (c *cluster) of(profile string) []result {
	var out []result
	for _, r := range c.Results {
		if r.Profile == profile {
			out = append(out, r)
		}
	}
	return out
}

// text is everything that a result says, as lines.
func (r result) text() string {
	lines := append([]string{r.Message}, r.Details...)
	if r.Hint != "" {
		lines = append(lines, "→ "+r.Hint)
	}
	if r.Command != "" {
		lines = append(lines, "→ "+r.Command)
	}
	return strings.Join(lines, "\n")
}

// codes are the codes of a result, each once.
func (r result) codes() []string {
	var out []string
	for _, f := range r.Findings {
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	return out
}

// codes are those of the cluster's faults and warnings, each with how often it was found where that is more than once.
func (c *cluster) codes() string {
	count := map[string]int{}
	for _, r := range c.Results {
		if r.Level == preflight.Fail || r.Level == preflight.Warn {
			for _, code := range r.codes() {
				count[code]++
			}
		}
	}
	out := make([]string, 0, len(count))
	for _, code := range slices.Sorted(maps.Keys(count)) {
		if n := count[code]; n > 1 {
			code += "×" + strconv.Itoa(n)
		}
		out = append(out, code)
	}
	return cmp.Or(strings.Join(out, ","), "-")
}

// where names what a result is of.
func (r result) where(c cluster) string {
	if r.Profile == "" {
		return "cluster " + c.Cluster
	}
	return "profile " + r.Profile + " of cluster " + c.Cluster
}

// counts says what came of the checks of a cluster.
func (c *cluster) counts() string {
	s := c.Summary
	return fmt.Sprintf("cluster %s (%s), profiles %d: faults %d, warnings %d, skipped %d, passed %d", c.Cluster, c.Region,
		s.Profiles, s.Faults, s.Warnings, s.Skipped, s.Passed)
}

func (o *options) print(e *env.Env, all []cluster) error {
	switch o.output {
	case "json":
		return output.JSON(e.Streams.Out, map[string][]cluster{"clusters": all})
	case "text":
		return o.text(e, all)
	}
	return o.report(e, all)
}

// text prints a table of the clusters where there are several, and of each what did not pass; all checks, a line for
// each that passed, where there is one profile, and with details at --verbose 4.
func (o *options) text(e *env.Env, all []cluster) error {
	if o.Several() {
		rows := make([][]string, len(all))
		for i, c := range all {
			s := c.Summary
			rows[i] = append(o.Columns(c.Account, c.Cluster, c.Region), strconv.Itoa(s.Profiles), strconv.Itoa(s.Faults),
				strconv.Itoa(s.Warnings), strconv.Itoa(s.Skipped), c.codes())
		}
		header := append(o.Columns("ACCOUNT", "CLUSTER", "REGION"), "PROFILES", "FAULTS", "WARNINGS", "SKIPPED", "CODES")
		if err := output.Table(e.Streams, header, rows); err != nil {
			return err
		}
	}
	// The checklist is the result here, so it goes to Out.
	out := *e.Streams
	out.Err, out.ErrTerminal, out.ErrWidth = out.Out, out.OutTerminal, out.Width
	for _, c := range all {
		details := e.Global.Verbose >= env.VerboseRequests
		for _, profile := range append([]string{""}, c.profiles...) {
			items := c.items(profile, details || !o.Several() && len(c.profiles) == 1)
			if !details {
				items = output.Brief(items, false)
			}
			if err := c.checklist(&out, profile, items, o.Several()); err != nil {
				return err
			}
		}
		if c.Price != nil {
			if err := c.Price.print(&out); err != nil {
				return err
			}
		}
		e.Info("%s", c.counts())
	}
	return nil
}

// items are the results of a profile or of the cluster itself; what passed is among them where the list is whole.
func (c *cluster) items(profile string, whole bool) (items []output.Item) {
	for _, r := range c.of(profile) {
		if !whole && r.Level == preflight.Pass {
			continue
		}
		item := output.Item{Mark: output.Mark(r.Level), Name: r.Check, Text: r.Message, Details: r.Details, Hint: r.Hint}
		if bad := r.Level == preflight.Fail || r.Level == preflight.Warn; bad {
			item.Text += " [" + strings.Join(r.codes(), ", ") + "]"
		}
		if r.Command != "" && item.Hint != "" {
			item.Details = append(slices.Clone(item.Details), item.Hint)
		}
		item.Hint = cmp.Or(r.Command, r.Hint)
		items = append(items, item)
	}
	return items
}

// checklist prints items below a line that names the profile, or the cluster itself.
func (c *cluster) checklist(out *output.Streams, profile string, items []output.Item, several bool) error {
	if len(items) == 0 {
		return nil
	}
	head := "cluster " + c.Cluster
	if profile != "" {
		head = "profile " + profile
		if several {
			head += " of cluster " + c.Cluster
		}
	}
	if _, err := io.WriteString(out.Out, output.Clean(head)+"\n"); err != nil {
		return err
	}
	return output.Checklist(out, items)
}

// report writes a test for each check of each profile. Code scanning wants files, so a profile stands as one:
// clusters/REGION/CLUSTER/PROFILE.
func (o *options) report(e *env.Env, all []cluster) error {
	codes := preflight.Codes()
	rules := make([]output.Rule, len(codes))
	for i, c := range codes {
		rules[i] = output.Rule{ID: c.Name, Meaning: c.Meaning, Page: "codes.md#" + c.Name}
	}
	var entries []output.Entry
	headlines := make([]string, len(all))
	for i, c := range all {
		headlines[i] = c.counts()
		for _, r := range c.Results {
			entries = append(entries, o.entry(c, r))
		}
	}
	return e.Report(o.output, "fgctl check", rules).Write(entries, headlines...)
}

func (o *options) entry(c cluster, r result) output.Entry {
	entry := output.Entry{
		Suite: c.Cluster + " (" + c.Region + ")", Class: c.Cluster + "." + cmp.Or(r.Profile, c.Cluster), Name: r.Check,
		Place: strings.TrimSuffix("clusters/"+c.Region+"/"+c.Cluster+"/"+r.Profile, "/"),
		Type:  strings.Join(r.codes(), ","), Text: r.text(),
	}
	level := ""
	switch r.Level {
	case preflight.Fail:
		level, entry.Failure = "error", r.Message
	case preflight.Warn:
		level = "warning"
		if o.failOn == env.FailOnWarnings {
			entry.Failure = r.Message
		}
	case preflight.Skipped:
		level, entry.Skipped = "note", true
	case preflight.Pass:
		return entry
	}
	findings := r.Findings
	if o.output == "github" { // which shows ten of a step at most
		findings = []preflight.Finding{{Code: strings.Join(r.codes(), ", ")}}
	}
	for _, f := range findings {
		one := r
		if f.Message != "" {
			one.Message, one.Details = f.Message, nil
		}
		entry.Findings = append(entry.Findings, output.Finding{
			Level: level, Rule: f.Code, Where: r.where(c), Text: r.where(c) + ": " + one.text(),
		})
	}
	return entry
}
