package env

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/fgctl/fgctl/pkg/lifecycle"
	"github.com/fgctl/fgctl/pkg/output"
)

// Env is the environment of one run of fgctl. A copy shares standard input, the debug log and Ending with the original.
type Env struct {
	Streams *output.Streams
	Clock   lifecycle.Clock
	// Args is the command line after the program's name.
	Args []string
	// Version is that of fgctl, for the requests that it sends.
	Version string
	Global  Global
	// Sources maps flags whose value does not come from the command line to where it comes from: the name of a
	// variable, or the file, line and key of a setting.
	Sources map[string]string
	// Settings sets the flags of a command that the command line left alone, and notes their Sources.
	Settings func(cmd *cobra.Command) error
	Ending   *Ending

	input *input
	dump  *lockedBuffer
}

// Global is the values of the flags that every command has, and of --cluster.
type Global struct {
	Verbose     int
	Color       string
	DumpLogs    bool
	Region      string
	Profiles    []string
	EndpointURL string
	Cluster     string
}

// Profile returns the AWS credentials profile; it is empty where there are none or several.
func (g Global) Profile() string {
	if len(g.Profiles) != 1 {
		return ""
	}
	return g.Profiles[0]
}

// Place is a cluster and its region; an empty region leaves the choice to the SDK.
type Place struct {
	Cluster string
	Region  string
	// Account is the AWS credentials profile, where a run has several.
	Account string
	// ambient reports whether the region comes from the environment or the settings file, so that a command line
	// need not name it.
	ambient bool
}

// String returns the place as messages name one of several: demo (us-east-1, profile prod).
func (p Place) String() string {
	where := p.Region
	if p.Account != "" {
		where += ", profile " + p.Account
	}
	if p.Cluster == "" {
		return where
	}
	return fmt.Sprintf("%s (%s)", p.Cluster, where)
}

// FlagPlace returns the place that the flags name, as far as they do.
func (e *Env) FlagPlace() Place {
	return Place{Cluster: e.Global.Cluster, Region: e.Global.Region, ambient: e.IsSetting("region")}
}

// The levels of --verbose. VerboseErrors is the lowest, at which only errors are written.
const (
	VerboseErrors   = 1
	VerboseWarnings = 2
	VerboseInfo     = 3
	VerboseRequests = 4
	VerboseBodies   = 5
)

// New returns the environment of a run with the command line args.
func New(s *output.Streams, clock lifecycle.Clock, args []string) *Env {
	return &Env{
		Streams: s, Clock: clock, Args: args, Sources: map[string]string{},
		Settings: func(*cobra.Command) error { return nil },
		Ending:   &Ending{}, input: &input{streams: s},
		dump: &lockedBuffer{},
	}
}

// Report returns a report in one of output.ReportFormats. GitHub's step summary goes where GitHub Actions says.
func (e *Env) Report(format, title string, rules []output.Rule) *output.Report {
	return &output.Report{
		Out: e.Streams.Out, Format: format, Title: title, Version: e.Version, Rules: rules,
		Summary: os.Getenv("GITHUB_STEP_SUMMARY"),
	}
}

// atVerbosity returns the environment with another --verbose.
func (e *Env) atVerbosity(level int) *Env {
	other := *e
	other.Global.Verbose = level
	return &other
}

// Given reports whether a flag is set on the command line itself, not by the environment or a file.
func (e *Env) Given(cmd *cobra.Command, flag string) bool {
	return cmd.Flags().Changed(flag) && !e.IsSetting(flag)
}

// IsSetting reports whether the value of a flag comes from the environment or the settings file.
func (e *Env) IsSetting(flag string) bool { return e.Sources[flag] != "" }

// Info writes a line to Err at the default verbosity and above.
func (e *Env) Info(format string, args ...any) { e.say(VerboseInfo, "", format, args...) }

// Warn writes a warning to Err unless --verbose is below 2.
func (e *Env) Warn(format string, args ...any) {
	e.say(VerboseWarnings, warning, format, args...)
}

const warning = "Warning: "

func (e *Env) say(level int, prefix, format string, args ...any) {
	if e.Global.Verbose < level {
		return
	}
	text := output.CleanLines(fmt.Sprintf(format, args...))
	if e.Streams.ErrWidth > 0 || strings.Contains(text, "\n") {
		text = strings.TrimPrefix(output.Message(prefix, text, e.Streams.ErrWidth), prefix)
	}
	e.put(prefix, text)
}

// put writes text that is laid out behind its prefix.
func (e *Env) put(prefix, text string) {
	if prefix != "" {
		prefix = e.Streams.Warn(strings.TrimSpace(prefix)) + " "
	}
	_, _ = fmt.Fprintln(e.Streams.Err, prefix+text)
}

// Checklist writes items to Err, under a heading where any is shown: all of them at the default verbosity, fewer below,
// and with the details of those that passed only above it; one of several lists says on one line what passed.
func (e *Env) Checklist(heading string, items []output.Item, several bool) error {
	if e.Global.Verbose <= VerboseInfo {
		items = output.Brief(items, several)
	}
	shown := make([]output.Item, 0, len(items))
	for _, item := range items {
		level := VerboseInfo
		switch item.Mark {
		case output.Fail:
			level = 0
		case output.Warning:
			level = VerboseWarnings
		}
		if e.Global.Verbose >= level {
			shown = append(shown, item)
		}
	}
	if heading != "" && len(shown) > 0 {
		e.say(0, "", "%s", heading)
	}
	return output.Checklist(e.Streams, shown)
}

// Progress returns a progress that shows itself at the default verbosity and above.
func (e *Env) Progress() *output.Progress {
	s := *e.Streams
	if e.Global.Verbose < VerboseInfo {
		s.Err, s.ErrTerminal = io.Discard, false
	}
	return output.NewProgress(&s, e.Clock.Now)
}

// Ending is what the end of an interrupted run depends on; the command sets it and another goroutine reads it.
type Ending struct {
	// Child is set while a command of the user's runs, whose end fgctl waits for.
	Child atomic.Bool
	// onward is the command line that resumes what the run has begun to change.
	onward atomic.Pointer[string]
}

// ResumeWith sets the command line that resumes what the run has begun to change.
func (e *Ending) ResumeWith(command string) { e.onward.Store(&command) }

// Resume returns the command line of ResumeWith, empty where nothing has begun.
func (e *Ending) Resume() string {
	if command := e.onward.Load(); command != nil {
		return *command
	}
	return ""
}
