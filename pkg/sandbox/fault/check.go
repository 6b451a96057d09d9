package fault

import (
	"net/url"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/glob"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// MaxFaults is how many faults there can be at once: every request asks each of them.
const MaxFaults = 1000

// Report is called with each thing that is wrong, and where it is.
type Report func(path, format string, args ...any)

// OneOf demands that the value is one of those allowed, of which the first is "".
func (report Report) OneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		report(path, "%q is none of %s", value, strings.Join(allowed[1:], ", "))
	}
}

// Check reports all that is wrong with a fault that stands at a path.
func (f Fault) Check(report Report, at string) {
	k := kindOf(f.Kind)
	switch {
	case k == nil:
		report(at+".kind", "%q is none of %s", f.Kind, strings.Join(Kinds(), ", "))
	case f.Operation != "" && k.only != nil &&
		!slices.ContainsFunc(k.only, func(o string) bool { return glob.Match(f.Operation, o) }):
		report(at+".operation", "%q is not for %s, which is for %s", f.Operation, f.Kind, strings.Join(k.only, ", "))
	}
	if f.Operation == "" {
		report(at+".operation", "missing; write a pattern like eks:CreateFargateProfile or *")
	}
	if len(f.Operation) > wire.MaxText || len(f.Profile) > wire.MaxText {
		report(at, "operation and profile can have at most %d characters", wire.MaxText)
	}
	f.checkChoice(report, at)
	if f.RetryAfter < 0 {
		report(at+".retryAfter", "cannot be negative")
	}
	if err := f.Latency.Check(); err != nil {
		report(at+".latency", "%v", err)
	}
	if f.Reads < 0 || f.Lag < 0 {
		report(at, "reads and lag cannot be negative")
	}
	if f.Reads > 0 && f.Lag > 0 {
		report(at+".lag", "reads and lag exclude each other")
	}
	if f.Size < 0 {
		report(at+".size", "cannot be negative")
	}
	f.checkPlaces(report, at)
	f.checkKind(report, at)
}

// checkChoice judges how a fault chooses its requests.
func (f Fault) checkChoice(report Report, at string) {
	if f.Nth < 0 || f.Times < 0 || f.Every < 0 || f.From < 0 {
		report(at, "nth, times, from and every cannot be negative")
	}
	if f.Nth > 0 && f.Every > 0 {
		report(at+".every", "nth and every exclude each other")
	}
	if f.From > 0 && (f.Nth > 0 || f.Times > 0 || f.Every > 0) {
		report(at+".from", "from stands alone, without nth, times and every")
	}
	if f.After < 0 || f.Until < 0 {
		report(at, "after and until cannot be negative")
	}
	if f.Until > 0 && f.Until <= f.After {
		report(at+".until", "%s is not later than after, %s", f.Until, f.After)
	}
}

// checkPlaces refuses what is for faults of other kinds.
func (f Fault) checkPlaces(report Report, at string) {
	if f.Name != "" && f.Kind != Omit && f.Kind != Duplicate {
		report(at+".name", "is for faults of the kinds %s and %s", Omit, Duplicate)
	}
	if f.Size != 0 && f.Kind != Huge {
		report(at+".size", "is for faults of the kind %s", Huge)
	}
	if f.Location != "" && f.Kind != Redirect {
		report(at+".location", "is for faults of the kind %s", Redirect)
	}
	if (f.Reads != 0 || f.Lag != 0) && f.Kind != Stale {
		report(at, "reads and lag are for faults of the kind %s", Stale)
	}
	if f.Actor != nil && f.Kind != ByActor {
		report(at+".actor", "is for faults of the kind %s", ByActor)
	}
}

// checkKind judges what a kind needs.
func (f Fault) checkKind(report Report, at string) {
	switch f.Kind {
	case Latency, LatencyAfter:
		if f.Latency.IsZero() {
			report(at+".latency", "missing; write a span like 1s..2s")
		}
	case Error:
		if f.Status < 400 || f.Status > 599 || f.Code == "" {
			report(at, "an error needs a status from 400 to 599 and a code")
		}
	case CreateFailed, DeleteFailed:
		checkHealthCode(report, at, f.Code)
	case Redirect:
		if target, err := url.Parse(f.Location); err != nil || f.Location == "" || target.String() == "" {
			report(at+".location", "%q is not a URL; write one like http://127.0.0.1:8080/", f.Location)
		}
		if !slices.Contains([]int{0, 301, 302, 303, 307, 308}, f.Status) {
			report(at+".status", "%d is none of 301, 302, 303, 307, 308", f.Status)
		}
	case ByActor:
		if f.Actor == nil {
			report(at+".actor", "missing; say what the actor does, like {action: delete, name: web}")
			return
		}
		f.Actor.check(report, at+".actor")
	}
}

func (a Actor) check(report Report, at string) {
	if a.Action == "" {
		report(at+".action", "missing")
	}
	report.OneOf(at+".action", a.Action, "", ActorCreate, ActorDelete, ActorRecreate, ActorTag, ActorUntag, ActorUpdate)
	report.OneOf(at+".when", a.When, "", BeforeRequest, AfterRequest)
	needs := func(key string, missing bool) {
		if missing {
			report(at+"."+key, "missing")
		}
	}
	states := []string{""}
	switch a.Action {
	case ActorCreate:
		states = append(states, "ACTIVE", "CREATING")
		needs("role", a.Role == "")
		needs("selectors", len(a.Selectors) == 0)
	case ActorRecreate:
		states = append(states, "ACTIVE", "CREATING")
	case ActorDelete:
		states = append(states, "DELETING")
	case ActorTag:
		needs("tags", len(a.Tags) == 0)
	case ActorUntag:
		needs("keys", len(a.Keys) == 0)
	case ActorUpdate:
		if a.For <= 0 {
			report(at+".for", "must be longer than 0s")
		}
	}
	if len(states) > 1 {
		report.OneOf(at+".status", a.Status, states...)
	} else if a.Status != "" {
		report(at+".status", "is for actors that create, delete and recreate")
	}
}

// Check reports all that is wrong with a failure that stands at a path.
func (f Failure) Check(report Report, at string) {
	if f.Times < 0 {
		report(at+".times", "cannot be negative")
	}
	checkHealthCode(report, at, f.Code)
}

func checkHealthCode(report Report, at, code string) {
	report.OneOf(at+".code", code, append([]string{""}, HealthCodes()...)...)
}
