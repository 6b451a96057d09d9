package profilefile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// Text is a file to check.
type Text struct {
	Source string
	Data   []byte
}

// Problem is something that is wrong with a file, or that users regret.
type Problem struct {
	// Source, Document and Line are the place; Document and Line count from 1 and are 0 where unknown.
	Source   string
	Document int
	Line     int
	// Profile is the name of the profile, and Path the place in the document, as fargateProfiles[0].selectors[1]; they
	// are empty where the problem is not of one profile.
	Profile, Path string
	// Rule is the id of one of Rules.
	Rule string
	// Warning reports whether EKS takes it.
	Warning       bool
	Message, Hint string
	// missing reports whether something is not there.
	missing bool
}

// at names the line of a problem.
func (p Problem) at() string { return fmt.Sprint(p.Line, " ", p.Source) }

// Rule is a kind of problem.
type Rule struct {
	ID string
	// Meaning says it in words, without a full stop.
	Meaning string
	// Warning reports whether its problems are warnings.
	Warning bool
}

// The rules that are not of a single field of a profile.
const (
	ruleForm      = "form"
	ruleEmpty     = "empty"
	ruleDuplicate = "duplicate"
	ruleOverlap   = "overlap"
	ruleQuota     = "quota"
)

// Rules returns all rules of Check.
func Rules() []Rule {
	return []Rule{
		{ruleForm, "the file is not read as it is written: its syntax, its kind, a key or the type of a value", false},
		{ruleEmpty, "the files hold no Fargate profile", false},
		{ruleDuplicate, "a cluster has one profile of a name", false},
		{"name", "EKS refuses the name of the profile", false},
		{"selectors", "EKS refuses the selectors together: their number, or two that are equal", false},
		{"namespace", "EKS refuses the namespace of a selector", false},
		{"labels", "EKS refuses a label of a selector, or their number", false},
		{"podExecutionRoleARN", "this is not the ARN of a role", false},
		{"subnets", "this is not the id of a subnet, or it is there twice", false},
		{"tags", "AWS refuses a tag, or their number", false},
		{"pin", "no pod can ask for the profile by its name", true},
		{"system-pods", "a wildcard takes the pods of kube-system too", true},
		{"redundant", "other selectors of the profile take all pods of a selector", true},
		{ruleOverlap, "two profiles of the file take the same pods", true},
		{ruleQuota, "the cluster would have more profiles than EKS allows unless the quota was raised", true},
	}
}

// Check judges files that belong together by all rules that need no AWS, and returns with their problems, in the order
// of the files, how many profiles there are. The kinds of files are those of Parse.
func Check(files []Text) (profiles int, problems []Problem) {
	var all []found
	listed := false
	for _, file := range files {
		p := &parser{accepted: accepted, noting: true}
		parsed, err := p.parse(file.Source, file.Data)
		problems = append(problems, ofForm(file.Source, err)...)
		listed = listed || parsed.Listed
		for _, e := range parsed.Profiles {
			if e.Name == "" {
				e.Name = fargate.DefaultName(e.Selectors)
			}
			all = append(all, found{e, file.Source})
		}
	}
	if !listed && len(all) == 0 && len(problems) == 0 {
		for _, file := range files {
			problems = append(problems, Problem{
				Source: file.Source, Rule: ruleEmpty, Message: "there is no Fargate profile in it",
				Hint: "add a list fargateProfiles, [] for none",
			})
		}
	}
	misread := map[string]bool{}
	for _, p := range problems {
		misread[p.at()] = true
	}
	for i := range all {
		problems = append(problems, slices.DeleteFunc(all[i].judge(), func(p Problem) bool {
			return p.missing && misread[p.at()] // it is there, but not as what it should be
		})...)
	}
	problems = append(problems, together(all)...)
	return len(all), ordered(files, problems)
}

// ofForm are the problems of reading a file.
func ofForm(source string, err error) []Problem {
	var errs Errors
	errs.Add(err)
	out := make([]Problem, 0, len(errs))
	for _, e := range errs {
		out = append(out, Problem{Source: source, Document: e.Document, Line: e.Line, Rule: ruleForm, Message: e.Message})
	}
	return out
}

// found is a profile and the file that it is in.
type found struct {
	Entry
	source string
}

// problem is one of the profile.
func (p *found) problem(rule string, warning bool, f fargate.Fault) Problem {
	return Problem{
		Source: p.source, Document: p.Document, Line: p.lineOf(f), Profile: p.Name,
		Path: strings.TrimSuffix(p.Path+"."+f.Field, "."), Rule: rule, Warning: warning,
		Message: f.Message, Hint: f.Hint,
		missing: p.Misread(f),
	}
}

// Misread reports whether a fault says that something is missing of a profile that was not read as it is written: then
// it is most likely there, and its own fault is reported by Parse.
func (e *Entry) Misread(f fargate.Fault) bool {
	return e.misread && f.Value == "" && (strings.HasSuffix(f.Field, ".namespace") ||
		strings.HasPrefix(f.Field, "subnets[") || f.Field == "selectors" && len(e.Selectors) == 0)
}

// judge returns the problems of the profile alone.
func (p *found) judge() []Problem {
	faults, warnings := fargate.Validate(p.Profile)
	out := make([]Problem, 0, len(faults)+len(warnings))
	for _, f := range faults {
		field := f.Field[strings.LastIndex(f.Field, ".")+1:]
		rule, _, _ := strings.Cut(field, "[")
		out = append(out, p.problem(rule, false, f))
	}
	for _, w := range warnings {
		out = append(out, p.problem(w.Code, true, w))
	}
	return out
}

// mostCompared is how many profiles are compared with each other; their selectors are within EKS's limits.
const mostCompared = 100

// together returns the problems that the profiles of a cluster have with each other.
func together(all []found) []Problem {
	var out []Problem
	clusters := map[place][]*found{}
	var order []place
	for i := range all {
		at := place{all[i].Cluster, all[i].Region}
		if clusters[at] == nil {
			order = append(order, at)
		}
		clusters[at] = append(clusters[at], &all[i])
	}
	for _, at := range order {
		own := clusters[at]
		out = append(out, sameNames(own)...)
		if n := len(own); n > fargate.MaxProfiles {
			hint := "raise quota L-33415657, or join selectors"
			if n > mostCompared {
				hint += fmt.Sprintf("; overlaps are not looked for among more than %d", mostCompared)
			}
			extra := own[fargate.MaxProfiles]
			out = append(out, extra.problem(ruleQuota, true, fargate.Fault{
				Message: fmt.Sprintf("the cluster would have %d profiles; the quota is %d", n, fargate.MaxProfiles), Hint: hint,
			}))
		}
		if len(own) <= mostCompared {
			out = append(out, overlaps(own)...)
		}
	}
	return out
}

// sameNames returns the problems of names that several profiles have, or that those without a name get.
func sameNames(profiles []*found) []Problem {
	var out []Problem
	first := map[string]*found{}
	for _, p := range profiles {
		before := first[p.Name]
		if before == nil || p.Name == "" {
			first[p.Name] = p
			continue
		}
		where := fmt.Sprintf("line %d", before.Line)
		if before.source != p.source {
			where = document.SourceName(before.source) + ", " + where
		}
		out = append(out, p.problem(ruleDuplicate, false, fargate.Fault{
			Field: "name", Hint: "choose another name",
			Message: fmt.Sprintf("the profile name %q occurs twice; it is also in %s", document.Shorten(p.Name), where),
		}))
	}
	return out
}

// overlaps returns the profiles that can take the same pods; those with faults are left out.
func overlaps(own []*found) []Problem {
	byName := map[string]*found{}
	var profiles []fargate.Profile
	for _, p := range own {
		if faults, _ := fargate.Validate(p.Profile); len(faults) > 0 || byName[p.Name] != nil {
			continue
		}
		byName[p.Name] = p
		profile := p.Profile
		profile.Status = "" // it may be of the past
		profiles = append(profiles, profile)
	}
	var out []Problem
	for _, o := range fargate.Overlaps(profiles) {
		if o.Witness.Namespace == "" {
			continue
		}
		a, b := byName[o.A.Profile], byName[o.B.Profile]
		out = append(out, b.problem(ruleOverlap, true, fargate.Fault{
			Field: fmt.Sprintf("selectors[%d]", o.B.Index-1),
			Message: fmt.Sprintf("a pod in %s matches this selector and selector %d of profile %s; EKS would run it on %s",
				o.Witness.Shape(), o.A.Index, a.Name, o.TakenBy),
			Hint: "make the selectors disjoint, or pin pods with the label " + kube.ProfileLabel,
		}))
	}
	return out
}

// ordered returns the problems in the order of the files, each once: what one place says of several profiles is one
// problem.
func ordered(files []Text, problems []Problem) []Problem {
	index := map[string]int{}
	for i, f := range files {
		index[f.Source] = i
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(index[a.Source], index[b.Source]), cmp.Compare(a.Line, b.Line))
	})
	type key struct {
		source, rule, message string
		line                  int
	}
	seen := map[key]bool{}
	var out []Problem
	for _, p := range problems {
		k := key{p.Source, p.Rule, p.Message, p.Line}
		if p.Line == 0 || !seen[k] {
			out = append(out, p)
		}
		seen[k] = true
	}
	return out
}
