package cli

// This file holds the plan of delete and replace: the steps in their order, and what becomes of pods, by
// the selectors of the profiles that go and, with --pods, by the pods themselves.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// changePlan is what a command is going to do. Its JSON form is a public contract: fields may be added.
type changePlan struct {
	Cluster string `json:"cluster"`
	// Action is delete, replace, resume, abort, tag (tags alone change, in place) or none.
	Action string `json:"action"`
	// Differences tell how the successor differs from the original, a line each.
	Differences []string       `json:"differences"`
	Steps       []planStep     `json:"steps"`
	Selectors   []planSelector `json:"selectors"`
	// Pods and Budgets are what --pods showed.
	Pods    []fargate.PodImpact    `json:"pods"`
	Budgets []fargate.BrokenBudget `json:"budgets"`
	// Uncovered reports whether pods would be left without a profile.
	Uncovered bool `json:"uncovered"`
	// Request is the body of the creation that comes first; absent where nothing is created.
	Request *createRequest `json:"request,omitempty"`
	// podsRead is how many pods and workloads --pods held, -1 without it.
	podsRead int
}

// planStep is one transition. Action is create, delete, wait or tag.
type planStep struct {
	Action  string `json:"action"`
	Profile string `json:"profile"`
	// Until says what ends the step.
	Until string `json:"until"`
	// Means says what the step does to pods; empty for nothing.
	Means string `json:"means"`
}

// planSelector is what becomes of the pods of a selector that goes.
type planSelector struct {
	Profile  string           `json:"profile"`
	Index    int              `json:"index"`
	Selector fargate.Selector `json:"selector"`
	// Covered is whole, part or none; By are the profiles that take some of its pods.
	Covered fargate.Extent `json:"covered"`
	By      []string       `json:"by"`
	// Loses is a pod that is left without a profile; null where there is none.
	Loses *podShape `json:"loses"`
	// Undecided reports whether the selectors are too involved for an exact answer; Covered is then the worse one.
	Undecided bool `json:"undecided,omitempty"`
	// idle reports whether the profile took no pods, so that nothing is lost; ambiguous, whether each of By takes all.
	idle, ambiguous bool
}

// podShape is a pod as selectors see it.
type podShape struct {
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
}

func (s podShape) String() string {
	return fargate.Pod{Namespace: s.Namespace, Labels: s.Labels}.Shape()
}

func newPlan(cluster, action string) *changePlan {
	return &changePlan{
		Cluster: cluster, Action: action, Differences: []string{}, Steps: []planStep{}, Selectors: []planSelector{},
		Pods: []fargate.PodImpact{}, Budgets: []fargate.BrokenBudget{}, podsRead: -1,
	}
}

// cover fills in what the profiles that are left do for the selectors of one that goes.
func (p *changePlan) cover(goes fargate.Profile, left []fargate.Profile) {
	for _, c := range fargate.Coverage(goes.Selectors, left) {
		s := planSelector{Profile: goes.Name, Index: c.Index, Selector: c.Selector, Covered: c.Extent, By: []string{}, Undecided: c.Unsure, idle: goes.Status != fargate.StatusActive}
		s.By = append(s.By, c.Profiles()...)
		s.ambiguous = len(c.Alone) > 0 && len(s.By) > 1
		if c.Loses != nil {
			s.Loses = &podShape{c.Loses.Namespace, c.Loses.Labels}
			if s.Loses.Labels == nil {
				s.Loses.Labels = map[string]string{}
			}
		}
		p.Selectors = append(p.Selectors, s)
		p.Uncovered = p.Uncovered || !s.idle && c.Extent != fargate.ExtentWhole
	}
}

// losers returns the names of the profiles whose pods would be left without one, in the order of the steps.
func (p *changePlan) losers() []string {
	var out []string
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, s := range p.Selectors {
		if !s.idle && s.Covered != fargate.ExtentWhole {
			add(s.Profile)
		}
	}
	for _, i := range p.Pods {
		if i.Fate == fargate.FatePending {
			add(i.From)
		}
	}
	return out
}

// addPodsFlag adds --pods.
func (a *app) addPodsFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringSliceVar(files, "pods", nil, "tell what becomes of these pods: the output of kubectl get pods -A -o json, or manifests; - reads stdin")
	mustComplete(cmd, "pods", completeFiles)
}

// checkFiles judges whether the files of --pods and --config-file can be read, before anything is.
func checkFiles(cmd *cobra.Command, pods []string, configFile string) error {
	var faults []error
	if configFile == "-" && slices.Contains(pods, "-") {
		faults = append(faults, &usageError{err: errors.New("--config-file - and --pods - both want standard input; give one of them a file"), command: cmd.CommandPath()})
	}
	if configFile != "" && configFile != "-" {
		if _, err := os.Stat(configFile); err != nil {
			faults = append(faults, usagef("--config-file: %s: %w", configFile, withoutPath(err)))
		}
	}
	if _, err := manifest.Files(pods, false); err != nil {
		faults = append(faults, usagef("--pods: %w", err))
	}
	return errors.Join(faults...)
}

// podImpact is what --pods showed of a change; read is -1 without it.
type podImpact struct {
	*fargate.Impact
	budgets []fargate.DisruptionBudget
	read    int
}

// readImpact reads the pods and finds what becomes of each when the profiles named go.
func (a *app) readImpact(ctx context.Context, files []string, before, after []fargate.Profile, going ...string) (*podImpact, error) {
	x := &podImpact{Impact: fargate.NewImpact(before, after, going...), read: -1}
	if len(files) == 0 {
		return x, nil
	}
	x.read = 0
	err := a.readPods(ctx, podInput{files: files, budgets: func(b fargate.DisruptionBudget) { x.budgets = append(x.budgets, b) }}, func(pod fargate.Pod) error {
		x.read++
		x.Add(pod)
		return nil
	})
	return x, err
}

// addImpact tells of the pods that were read.
func (p *changePlan) addImpact(x *podImpact) {
	if x.read < 0 {
		return
	}
	p.podsRead, p.Pods, p.Budgets = x.read, x.Pods(), x.Broken(x.budgets)
	p.Uncovered = p.Uncovered || slices.ContainsFunc(p.Pods, func(i fargate.PodImpact) bool { return i.Fate == fargate.FatePending })
}

// addPods reads the pods and tells of them.
func (a *app) addPods(ctx context.Context, p *changePlan, files []string, before, after []fargate.Profile, going ...string) error {
	x, err := a.readImpact(ctx, files, before, after, going...)
	if err == nil {
		p.addImpact(x)
	}
	return err
}

// answerFlags are the flags that answer the question before the fact.
type answerFlags struct {
	yes    bool
	failOn []string
}

// failOnUncovered is the value of --fail-on of delete and replace.
const failOnUncovered = "uncovered"

func (f *answerFlags) addTo(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	cmd.Flags().StringSliceVar(&f.failOn, "fail-on", nil, "uncovered: stop, with exit 3, before any pod loses its profile")
	mustComplete(cmd, "fail-on", completeFixed([]string{failOnUncovered}))
}

// check judges --fail-on. What a setting holds besides may be meant for match.
func (f *answerFlags) check(a *app, cmd *cobra.Command) error {
	var faults []error
	for _, value := range f.failOn {
		if a.applied["fail-on"] == "" || !slices.Contains(matchFailOn, value) {
			faults = append(faults, a.oneOf(cmd, "fail-on", value, []string{failOnUncovered}))
		}
	}
	return errors.Join(faults...)
}

// approve asks for what the plan says, on a terminal and unless yes answers: with y, or where pods would be
// left without a profile, with the names of the profiles that have them.
func (a *app) approve(ctx context.Context, p *changePlan, yes bool, question string) error {
	if yes || !a.interactive() {
		return nil
	}
	losers := p.losers()
	if len(losers) == 0 {
		agreed, err := a.confirm(ctx, question)
		if err == nil && !agreed {
			err = errNotAgreed
		}
		return err
	}
	what := "the profile's name"
	if len(losers) > 1 {
		what = "the profiles' names"
	}
	wanted := strings.Join(losers, " ")
	answer, err := a.prompt(ctx, fmt.Sprintf("%s Pods of %s would be left without a profile; to agree type %s: ", question, strings.Join(losers, ", "), what))
	if err != nil {
		return err
	}
	switch typed := strings.Join(strings.Fields(strings.ReplaceAll(answer, ",", " ")), " "); typed {
	case wanted:
		return nil
	case "":
		return errNotAgreed
	default:
		return &refusedError{fmt.Errorf("cancelled; nothing was changed (%q is not %s %q)", typed, what, wanted)}
	}
}

var errNotAgreed = &refusedError{errors.New("cancelled; nothing was changed")}
