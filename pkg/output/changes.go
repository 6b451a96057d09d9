package output

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/plan"
)

// marks begin the line of a change.
var marks = map[plan.ChangeKind]string{
	plan.Added: "+", plan.Changed: "~", plan.Removed: "-", plan.Unmanaged: "?", plan.Same: "=",
}

// Changes returns how a file and a cluster differ in lines for people, broken to fit so many columns.
func Changes(cluster string, changes []plan.Change, width int) string {
	lines := []planLine{{text: fmt.Sprintf("Cluster %s: %s", cluster, CountChanges(changes))}}
	var out strings.Builder
	for _, l := range append(lines, changeLines(changes)...) {
		out.WriteString(strings.Join(Wrap(Clean(l.text), width, l.hang), "\n") + "\n")
	}
	return out.String()
}

// changeLines writes each change, and below it how the profile differs.
func changeLines(changes []plan.Change) []planLine {
	var out []planLine
	for _, c := range changes {
		out = append(out, planLine{text: fmt.Sprintf("  %s %s %s", marks[c.Kind], c.Name, becomes(c)), hang: "      "})
		for _, d := range c.Differences {
			d.Have = cmp.Or(d.Have, "none")
			out = append(out, planLine{text: "      " + d.String(), hang: "        "})
		}
	}
	return out
}

// becomes says what a change does to its profile.
func becomes(c plan.Change) string {
	lives := ""
	if c.Before != "" && c.Before != c.Name {
		lives = "(now " + c.Before + ") "
	}
	switch {
	case c.Action == plan.StepCreate && c.Before != "":
		return lives + "is removed, as it is of no use, and created"
	case c.Action == plan.StepCreate:
		return "is created"
	case c.Action == plan.StepWait:
		return lives + "is being created already"
	case c.Action == "replace" && c.After == c.Before:
		return lives + "is replaced under its own name"
	case c.Action == "replace":
		return lives + "is replaced by " + c.After
	case c.Action == "finish" && c.After == c.Before:
		return lives + "is being replaced under its own name, which is finished"
	case c.Action == "finish":
		return lives + "is being replaced by " + c.After + ", which is finished"
	case c.Action == plan.StepTag:
		return lives + "is tagged in place"
	case c.Action == plan.StepDelete:
		return lives + "is not in the file and is deleted"
	case c.Kind == plan.Removed:
		return lives + "is not in the file any more and stays; --prune deletes it"
	case c.Kind == plan.Unmanaged:
		return "is not in the file, was not made by apply, and stays"
	}
	return lives + "is as the file has it"
}

// CountChanges says in words how many changes of each kind there are.
func CountChanges(changes []plan.Change) string {
	var parts []string
	for _, kind := range []plan.ChangeKind{plan.Added, plan.Changed, plan.Removed, plan.Same, plan.Unmanaged} {
		n := 0
		for _, c := range changes {
			if c.Kind == kind {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	if len(parts) == 0 {
		return "no profiles"
	}
	return strings.Join(parts, ", ")
}

// ChangesMarkdown returns how a file and a cluster differ as GitHub's Markdown, for the comment of a pull request.
func ChangesMarkdown(cluster string, changes []plan.Change) string {
	var out strings.Builder
	fmt.Fprintf(&out, "### Fargate profiles of cluster %s\n\n%s\n\n", code(cluster), CountChanges(changes))
	if len(changes) == 0 {
		return out.String()
	}
	out.WriteString("| profile | what becomes of it | field | now | file |\n|---|---|---|---|---|\n")
	for _, c := range changes {
		name, what := marks[c.Kind]+" "+code(c.Name), Clean(becomes(c))
		if len(c.Differences) == 0 {
			fmt.Fprintf(&out, "| %s | %s | | | |\n", name, what)
		}
		for _, d := range c.Differences {
			fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", name, what,
				code(d.Field), code(cmp.Or(d.Have, "none")), code(d.Want))
			name, what = "", ""
		}
	}
	return out.String()
}

// ChangeRules are the rules of ChangeEntries: the kinds of a change.
func ChangeRules() []Rule {
	const page = "applying.md#diff"
	return []Rule{
		{ID: string(plan.Added), Meaning: "the file has a profile that the cluster does not have", Page: page},
		{ID: string(plan.Changed), Meaning: "a profile is not as the file has it", Page: page},
		{ID: string(plan.Removed), Meaning: "a profile that apply made is not in the file any more", Page: page},
		{ID: string(plan.Unmanaged), Meaning: "a profile that apply did not make is not in the file", Page: page},
	}
}

// ChangeEntries returns the changes of a cluster for a report, errors where apply has something to do. The place stands
// for a folder where a profile is in no file.
func ChangeEntries(cluster, place string, changes []plan.Change) []Entry {
	out := make([]Entry, len(changes))
	for i, c := range changes {
		out[i] = Entry{
			Suite: cluster, Name: c.Name, File: c.File, Line: c.Line, Place: place + "/" + c.Name,
			Text: "profile " + c.Name + " of cluster " + cluster + " " + becomes(c),
		}
		for _, d := range c.Differences {
			d.Have = cmp.Or(d.Have, "none")
			out[i].Text += "\n" + d.String()
		}
		switch {
		case c.Action != "none":
			out[i] = out[i].Found("error", string(c.Kind))
		case c.Kind != plan.Same:
			out[i] = out[i].Found("note", string(c.Kind))
		}
	}
	return out
}
