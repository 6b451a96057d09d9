package sandbox

// This file holds what faults do to the requests that they hit. A fault acts before the request's
// effect, after it, on its outcome, on what a read sees, or on the finished answer; a new kind is a new
// row in faultKinds.

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of faults.
const (
	// FaultThrottle refuses with the service's throttling error; nothing happens.
	FaultThrottle = "throttle"
	// FaultError500 and FaultError503 refuse with the service's internal and unavailable errors;
	// nothing happens.
	FaultError500 = "error500"
	FaultError503 = "error503"
	// FaultError refuses with the rule's own status, code and message; nothing happens.
	FaultError = "error"
	// FaultExpired refuses as each service does when the caller's credentials have expired; nothing
	// happens.
	FaultExpired = "expired"
	// FaultDropBefore closes the connection; nothing happens.
	FaultDropBefore = "drop-before"
	// FaultDropAfter closes the connection after the request has had its effect.
	FaultDropAfter = "drop-after"
	// FaultResetBefore and FaultResetAfter do as the two above, but with a TCP reset.
	FaultResetBefore = "reset-before"
	FaultResetAfter  = "reset-after"
	// FaultErrorAfter answers with the internal error after the request has had its effect.
	FaultErrorAfter = "error-after"
	// FaultLatency lets the request take longer before its effect, by Latency.
	FaultLatency = "latency"
	// FaultLatencyAfter lets the answer come later, by Latency; the effect has happened by then.
	FaultLatencyAfter = "latency-after"
	// FaultShortBody promises the whole answer, sends half of it and closes the connection. The request
	// has its effect.
	FaultShortBody = "short-body"
	// FaultCutBody sends half of the answer as if it were all: JSON or XML that breaks off. The request
	// has its effect.
	FaultCutBody = "cut-body"
	// FaultStale lets reads of Fargate profiles and their tags show the time before the last write.
	FaultStale = "stale"
	// FaultCreateFailed and FaultDeleteFailed accept the request; the transition that it begins ends in
	// CREATE_FAILED or DELETE_FAILED, with Code, Message and ResourceIDs as the health issue.
	FaultCreateFailed = "create-failed"
	FaultDeleteFailed = "delete-failed"
	// FaultActor lets somebody else change the cluster just before or after the request.
	FaultActor = "actor"
	// FaultSilence takes the request and never answers: the connection is closed after Latency, five
	// minutes without one, unless the client goes before; nothing happens.
	FaultSilence = "silence"
	// FaultRedirect sends the client to Location with Status, 307 without one; nothing happens.
	FaultRedirect = "redirect"
	// FaultNotFound answers that what is read does not exist.
	FaultNotFound = "not-found"
	// FaultOmit, FaultEmpty, FaultDuplicate and FaultNameless distort a list: it lacks Name, has no name
	// at all, has Name twice, or holds an empty name. Name is the last one of the page where it is not
	// given. FaultNameless also takes the name from a profile that is described.
	FaultOmit      = "omit"
	FaultEmpty     = "empty"
	FaultDuplicate = "duplicate"
	FaultNameless  = "nameless"
	// FaultSameToken and FaultEndlessPages let a list go on for ever: each page leads to itself, or to
	// yet another one that is empty.
	FaultSameToken    = "same-token"
	FaultEndlessPages = "endless-pages"
	// FaultNoMember, FaultNoContent and FaultHTML answer with success and without what AWS always sends:
	// an empty object, an empty 204, a page of HTML. The request has its effect.
	FaultNoMember  = "no-member"
	FaultNoContent = "no-content"
	FaultHTML      = "html"
	// FaultHuge makes the answer Size bytes long, 1 GiB without one; the request has its effect.
	FaultHuge = "huge"
)

// FaultKinds are all kinds of faults, sorted.
func FaultKinds() []string { return slices.Sorted(maps.Keys(faultKinds)) }

// HealthCodes are the codes of the health issues of a Fargate profile (EKS API, FargateProfileIssue).
func HealthCodes() []string {
	return []string{"PodExecutionRoleAlreadyInUse", "AccessDenied", "ClusterUnreachable", "InternalFailure"}
}

// expiredText is what EKS, IAM and STS say of credentials whose time is over.
const expiredText = "The security token included in the request is expired"

// stage says when a fault acts.
type stage int

const (
	stageDelay   stage = iota // the request takes longer
	stageLinger               // the answer takes longer
	stageBefore               // an answer without the effect
	stageAfter                // another answer, or a broken one, after the effect
	stageOutcome              // the end of the transition that begins
	stageStale                // what a read sees
	stageList                 // what a list shows
	stageActor                // what others do
)

// faultKinds is what each kind does. A kind with answer writes the answer itself, of the real one where
// the request has had its effect; refuse returns the refusal that replaces the real answer. Of those that
// take the place of the answer, kinds with neither close the connection.
var faultKinds = map[string]struct {
	stage  stage
	refuse func(*call, Fault) *refusal
	answer func(*call, Fault, reply) reply
}{
	FaultLatency:      {stage: stageDelay},
	FaultLatencyAfter: {stage: stageLinger},
	FaultThrottle:     {stage: stageBefore, refuse: func(c *call, _ Fault) *refusal { return c.protocol.throttled }},
	FaultError500:     {stage: stageBefore, refuse: func(c *call, _ Fault) *refusal { return c.protocol.internal }},
	FaultError503:     {stage: stageBefore, refuse: func(c *call, _ Fault) *refusal { return c.protocol.unavailable }},
	FaultError: {stage: stageBefore, refuse: func(_ *call, f Fault) *refusal {
		return &refusal{Status: f.Status, Code: f.Code, Message: f.Message}
	}},
	FaultExpired:      {stage: stageBefore, refuse: func(c *call, _ Fault) *refusal { return c.protocol.expired }},
	FaultNotFound:     {stage: stageBefore, refuse: notFound},
	FaultRedirect:     {stage: stageBefore, answer: redirect},
	FaultDropBefore:   {stage: stageBefore},
	FaultResetBefore:  {stage: stageBefore},
	FaultSilence:      {stage: stageBefore},
	FaultDropAfter:    {stage: stageAfter},
	FaultResetAfter:   {stage: stageAfter},
	FaultErrorAfter:   {stage: stageAfter, refuse: func(c *call, _ Fault) *refusal { return c.protocol.internal }},
	FaultShortBody:    {stage: stageAfter, answer: shortBody},
	FaultCutBody:      {stage: stageAfter, answer: cutBody},
	FaultNoMember:     {stage: stageAfter, answer: noMember},
	FaultNoContent:    {stage: stageAfter, answer: noContent},
	FaultHTML:         {stage: stageAfter, answer: html},
	FaultHuge:         {stage: stageAfter, answer: huge},
	FaultStale:        {stage: stageStale},
	FaultOmit:         {stage: stageList},
	FaultEmpty:        {stage: stageList},
	FaultDuplicate:    {stage: stageList},
	FaultNameless:     {stage: stageList},
	FaultSameToken:    {stage: stageList},
	FaultEndlessPages: {stage: stageList},
	FaultCreateFailed: {stage: stageOutcome},
	FaultDeleteFailed: {stage: stageOutcome},
	FaultActor:        {stage: stageActor},
}

// onlyFor are the operations that a kind can do anything to; the others do anything to all.
var onlyFor = map[string][]string{
	FaultCreateFailed: {"eks:CreateFargateProfile"},
	FaultDeleteFailed: {"eks:DeleteFargateProfile"},
	FaultStale:        staleReads,
	FaultNotFound:     notFoundReads,
	FaultOmit:         nameLists,
	FaultEmpty:        nameLists,
	FaultDuplicate:    nameLists,
	FaultNameless:     append([]string{"eks:DescribeFargateProfile"}, nameLists...),
	FaultSameToken:    pagedReads,
	FaultEndlessPages: pagedReads,
}

// check finds what is wrong with a fault in a world.
func (f Fault) check(c *checker, at string, w *World) {
	if f.Operation == "" {
		c.fault(at+".operation", "missing; write a pattern like eks:CreateFargateProfile or *")
	} else if only := onlyFor[f.Kind]; only != nil && !slices.ContainsFunc(only, func(o string) bool { return glob(f.Operation, o) }) {
		c.fault(at+".operation", "%q is not for %s, which is for %s", f.Operation, f.Kind, strings.Join(only, ", "))
	}
	if len(f.Operation) > maxText || len(f.Profile) > maxText {
		c.fault(at, "operation and profile can have at most %d characters", maxText)
	}
	if _, ok := faultKinds[f.Kind]; !ok {
		c.fault(at+".kind", "%q is none of %s", f.Kind, strings.Join(FaultKinds(), ", "))
	}
	f.checkChoice(c, at)
	if f.RetryAfter < 0 {
		c.fault(at+".retryAfter", "cannot be negative")
	}
	if err := f.Latency.check(); err != nil {
		c.fault(at+".latency", "%v", err)
	}
	if (f.Kind == FaultLatency || f.Kind == FaultLatencyAfter) && f.Latency == (Range{}) {
		c.fault(at+".latency", "missing; write a span like 1s..2s")
	}
	switch f.Kind {
	case FaultError:
		if f.Status < 400 || f.Status > 599 || f.Code == "" {
			c.fault(at, "an error needs a status from 400 to 599 and a code")
		}
	case FaultCreateFailed, FaultDeleteFailed:
		checkHealthCode(c, at, f.Code)
	}
	f.checkAnswer(c, at)
	if f.Reads < 0 || f.Lag < 0 {
		c.fault(at, "reads and lag cannot be negative")
	}
	if f.Reads > 0 && f.Lag > 0 {
		c.fault(at+".lag", "reads and lag exclude each other")
	}
	if (f.Reads != 0 || f.Lag != 0) && f.Kind != FaultStale {
		c.fault(at, "reads and lag are for faults of the kind %s", FaultStale)
	}
	switch {
	case f.Kind == FaultActor && f.Actor == nil:
		c.fault(at+".actor", "missing; say what the actor does, like {action: delete, name: web}")
	case f.Kind != FaultActor && f.Actor != nil:
		c.fault(at+".actor", "is for faults of the kind %s", FaultActor)
	case f.Actor != nil:
		f.Actor.check(c, at+".actor", w)
	}
}

// checkChoice judges how a fault chooses its requests.
func (f Fault) checkChoice(c *checker, at string) {
	if f.Nth < 0 || f.Times < 0 || f.Every < 0 || f.From < 0 {
		c.fault(at, "nth, times, from and every cannot be negative")
	}
	if f.Nth > 0 && f.Every > 0 {
		c.fault(at+".every", "nth and every exclude each other")
	}
	if f.From > 0 && (f.Nth > 0 || f.Times > 0 || f.Every > 0) {
		c.fault(at+".from", "from stands alone, without nth, times and every")
	}
	if f.After < 0 || f.Until < 0 {
		c.fault(at, "after and until cannot be negative")
	}
	if f.Until > 0 && f.Until <= f.After {
		c.fault(at+".until", "%s is not later than after, %s", f.Until, f.After)
	}
}

func (f Failure) check(c *checker, at string) {
	if f.Times < 0 {
		c.fault(at+".times", "cannot be negative")
	}
	checkHealthCode(c, at, f.Code)
}

func checkHealthCode(c *checker, at, code string) {
	c.oneOf(at+".code", code, append([]string{""}, HealthCodes()...))
}

// failure is how the transition ends that the request begins.
func (r *faultRule) failure() *Failure {
	return &Failure{Code: r.Code, Message: r.Message, ResourceIDs: slices.Clone(r.ResourceIDs)}
}

// replaced is the answer that a fault puts in the place of the real one.
func (r *faultRule) replaced(c *call, whole reply) reply {
	kind := faultKinds[r.Kind]
	if kind.answer != nil {
		return kind.answer(c, r.Fault, whole)
	}
	if kind.refuse == nil {
		return reply{dropped: true, reset: r.Kind == FaultResetBefore || r.Kind == FaultResetAfter, code: r.Kind}
	}
	out := c.refuse(kind.refuse(c, r.Fault))
	if r.RetryAfter > 0 {
		out.header = out.header.Clone()
		out.header.Set("Retry-After", strconv.Itoa(int((r.RetryAfter+time.Second-1)/time.Second)))
	}
	return out
}

// drop closes the connection where it is, with a TCP reset if that is wanted and possible.
func drop(w http.ResponseWriter, reset bool) {
	if reset {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // what is left is a close, which is near enough
			}
			_ = conn.Close() // it is to be gone, and is
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// joined puts two remarks together.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return fmt.Sprintf("%s; %s", a, b)
}
