package env

import (
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/shell"
)

// Command returns the command line of the words, which a shell reads back as they were.
func Command(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shell.Quote(w)
	}
	return strings.Join(quoted, " ")
}

// Again returns the command line of this run, with more words. Where the run has read standard input as a file, a
// comment says so.
func (e *Env) Again(more ...string) string { return e.command(slices.Concat(e.Args, more)) }

// AgainAs returns the command line of this run with another verb, for the profile of this name.
func (e *Env) AgainAs(verb, instead, name string) string {
	words := slices.Clone(e.Args)
	if i := slices.Index(words, verb); i >= 0 {
		words[i] = instead
		if i+2 <= len(words) && !slices.Contains(words, name) {
			words = slices.Insert(words, i+2, name)
		}
	}
	return e.command(words)
}

func (e *Env) command(words []string) string {
	command := Command(slices.Concat([]string{"fgctl"}, words)...)
	if e.input.isFile.Load() {
		command += " # with the same standard input"
	}
	return command
}

// names reports whether the command line itself has a flag of this name.
func (e *Env) names(flag string) bool {
	return flag != "" && slices.ContainsFunc(e.Args, func(arg string) bool {
		return arg == "--"+flag || strings.HasPrefix(arg, "--"+flag+"=") || flag == "cluster" && strings.HasPrefix(arg, "-c")
	})
}

// On returns a command line of fgctl for a place, and for the account and endpoint of this run. What the
// environment or the settings file says is left to them.
func (e *Env) On(p Place, words ...string) string {
	words = append([]string{"fgctl"}, words...)
	if p.Cluster != "" {
		words = append(words, "--cluster", p.Cluster)
	}
	if p.Region != "" && !p.ambient {
		words = append(words, "--region", p.Region)
	}
	switch {
	case p.Account != "":
		words = append(words, "--profile", p.Account)
	case e.Global.Profile() != "" && !e.IsSetting("profile"):
		words = append(words, "--profile", e.Global.Profile())
	}
	if e.Global.EndpointURL != "" && !e.IsSetting("endpoint-url") {
		words = append(words, "--endpoint-url", e.Global.EndpointURL)
	}
	return Command(words...)
}

// WaitCommand returns the command line that waits until a profile is active or deleted.
func (e *Env) WaitCommand(p Place, name, state string) string {
	return e.On(p, "wait", FargateProfile, name, "--for", state)
}

// TellWait says which command waits for what EKS has accepted.
func (e *Env) TellWait(name, command string) { e.Info("to wait for profile %s:\n%s", name, command) }
