// Package message is what EKS, Fargate's scheduler and Kubernetes' own say of profiles and pods: for each known text
// its cause, its cure and where it was seen. It is data and a search in it; start reading at Explain, then at the
// tables.
package message

import (
	"regexp"
	"strings"
	"sync"
)

// Meaning is what one part of a text says.
type Meaning struct {
	// Code names the entry of the table; it does not change.
	Code string `json:"code"`
	// Said is the part of the text that was recognised.
	Said string `json:"said"`
	// By is who says so: EKS, fargate-scheduler, default-scheduler, the EKS health check, or Fargate (an annotation).
	By string `json:"by"`
	// Cause and Cure are sentences without a full stop; the parts of the text are filled in.
	Cause string `json:"cause"`
	Cure  string `json:"cure"`
	// Command is a command line that cures or shows more, without the cluster; empty where there is none.
	Command string `json:"command,omitempty"`
	// Source is where the text was seen or is documented.
	Source string `json:"source"`
	// Parts are the names that the text holds, such as volume, claim, capability, field, profile.
	Parts map[string]string `json:"parts,omitempty"`
	// Passing reports whether the state may end by itself: waiting or trying again is a cure.
	Passing bool `json:"passing"`
}

// entry is a row of a table. Its pattern's named groups are the parts that {name} in the other texts stands for.
type entry struct {
	code, pattern, by    string
	cause, cure, command string
	source, example      string
	passing              bool
	compiled             *regexp.Regexp
	// ambiguous reports whether other services say the same: it counts alone, or where the text is about Fargate.
	ambiguous bool
	// general reports whether the entry only begins a message: it is left out where the fault is named behind it.
	general bool
}

// most is how much of a text is read; messages of AWS and of schedulers are far shorter.
const most = 64 << 10

// Explain returns what is known in a text, in the order of the tables; the same part is explained once. It is empty
// where nothing is known.
func Explain(text string) []Meaning {
	if len(text) > most {
		text = text[:most]
	}
	text = strings.ReplaceAll(text, `\"`, `"`) // in JSON
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	type found struct {
		Meaning
		begin, end int
		general    bool
	}
	var all []found
	bare := strings.Trim(text, " \"'`.:;,()[]{}")
	for _, e := range tables() {
		if e.ambiguous && e.compiled.FindString(bare) != bare && !ofFargate().MatchString(text) {
			continue
		}
		for _, at := range e.compiled.FindAllStringSubmatchIndex(text, -1) {
			all = append(all, found{e.meaning(text, at), at[0], at[1], e.general})
		}
	}
	var out []Meaning
	for i, f := range all {
		covered := false
		for j, other := range all {
			within := i != j && !other.general && other.begin <= f.begin && f.end <= other.end &&
				other.end-other.begin > f.end-f.begin
			named := f.general && !other.general && other.By == f.By && other.end > f.begin
			covered = covered || within || named
		}
		if !covered && !has(out, f.Meaning) {
			out = append(out, f.Meaning)
		}
	}
	return out
}

// ofFargate finds what tells that a text is about EKS and its profiles.
var ofFargate = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)fargate|\beks\b|\bhealth\b|resourceIds|wanted target`)
})

// has reports whether a meaning is among others: an event repeats what a condition says.
func has(all []Meaning, m Meaning) bool {
	for _, other := range all {
		if other.Code == m.Code && other.Cause == m.Cause {
			return true
		}
	}
	return false
}

// meaning fills the parts of a text into the texts of an entry.
func (e *entry) meaning(text string, at []int) Meaning {
	m := Meaning{
		Code: e.code, Said: text[at[0]:at[1]], By: e.by, Source: e.source, Passing: e.passing, Parts: map[string]string{},
	}
	var pairs []string
	command := e.command
	for i, name := range e.compiled.SubexpNames() {
		if name == "" {
			continue
		}
		value := ""
		if at[2*i] >= 0 {
			value = strings.TrimSpace(text[at[2*i]:at[2*i+1]])
		}
		place := "{" + name + "}"
		if value != "" {
			m.Parts[name] = value
			pairs = append(pairs, place, value)
			continue
		}
		pairs = append(pairs, " "+place, "", place, "")
		if strings.Contains(command, place) {
			command = "" // it needs what the text does not say
		}
	}
	fill := strings.NewReplacer(pairs...)
	m.Cause, m.Cure, m.Command = fill.Replace(e.cause), fill.Replace(e.cure), fill.Replace(command)
	return m
}

// Known is a row of the tables, for the page of docs that lists them.
type Known struct {
	Meaning
	// Example is a text that the row recognises, as it was seen.
	Example string
}

// All returns every row with an example, explained; the order is that of the tables.
func All() []Known {
	all := tables()
	out := make([]Known, 0, len(all))
	for _, e := range all {
		at := e.compiled.FindStringSubmatchIndex(e.example)
		out = append(out, Known{Meaning: e.meaning(e.example, at), Example: e.example})
	}
	return out
}

// tables returns all entries with their patterns compiled.
var tables = sync.OnceValue(func() []*entry {
	var out []*entry
	for _, table := range [][]entry{schedulerSays(), provisioningSays(), refusals(), healthCodes()} {
		for _, e := range table {
			e.compiled = regexp.MustCompile("(?i)" + e.pattern)
			out = append(out, &e)
		}
	}
	return out
})
