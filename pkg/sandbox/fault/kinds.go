package fault

import (
	"slices"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// The kinds of faults.
const (
	// Throttle refuses with the service's throttling error; nothing happens.
	Throttle = "throttle"
	// Error500 and Error503 refuse with the service's internal and unavailable errors;
	// nothing happens.
	Error500 = "error500"
	Error503 = "error503"
	// Error refuses with the rule's own status, code and message; nothing happens.
	Error = "error"
	// Expired refuses as each service does when the caller's credentials have expired; nothing
	// happens.
	Expired = "expired"
	// DropBefore closes the connection; nothing happens.
	DropBefore = "drop-before"
	// DropAfter closes the connection after the request has had its effect.
	DropAfter = "drop-after"
	// ResetBefore and ResetAfter do as the two above, but with a TCP reset.
	ResetBefore = "reset-before"
	ResetAfter  = "reset-after"
	// ErrorAfter answers with the internal error after the request has had its effect.
	ErrorAfter = "error-after"
	// Latency lets the request take longer before its effect, by Latency.
	Latency = "latency"
	// LatencyAfter lets the answer come later, by Latency; the effect has happened by then.
	LatencyAfter = "latency-after"
	// ShortBody promises the whole answer, sends half of it and closes the connection. The request
	// has its effect.
	ShortBody = "short-body"
	// CutBody sends half of the answer as if it were all: JSON or XML that breaks off. The request
	// has its effect.
	CutBody = "cut-body"
	// Stale lets reads of Fargate profiles and their tags show the time before the last write.
	Stale = "stale"
	// CreateFailed and DeleteFailed accept the request; the transition that it begins ends in
	// CREATE_FAILED or DELETE_FAILED, with Code, Message and ResourceIDs as the health issue.
	CreateFailed = "create-failed"
	DeleteFailed = "delete-failed"
	// ByActor lets somebody else change the cluster just before or after the request.
	ByActor = "actor"
	// Silence takes the request and never answers: the connection is closed after Latency, five
	// minutes without one, unless the client goes before; nothing happens.
	Silence = "silence"
	// Redirect sends the client to Location with Status, 307 without one; nothing happens.
	Redirect = "redirect"
	// NotFound answers that what is read does not exist.
	NotFound = "not-found"
	// Omit, Empty, Duplicate and Nameless distort a list: it lacks Name, has no name
	// at all, has Name twice, or holds an empty name. Name is the last one of the page where it is not
	// given. Nameless also takes the name from a profile that is described.
	Omit      = "omit"
	Empty     = "empty"
	Duplicate = "duplicate"
	Nameless  = "nameless"
	// SameToken and EndlessPages let a list go on for ever: each page leads to itself, or to
	// yet another one that is empty.
	SameToken    = "same-token"
	EndlessPages = "endless-pages"
	// NoMember, NoContent and HTML answer with success and without what AWS always sends:
	// an empty object, an empty 204, a page of HTML. The request has its effect.
	NoMember  = "no-member"
	NoContent = "no-content"
	HTML      = "html"
	// Huge makes the answer Size bytes long, 1 GiB without one; the request has its effect.
	Huge = "huge"
)

// stage says when a fault acts.
type stage int

const (
	delays   stage = iota // the request takes longer
	lingers               // the answer takes longer
	before                // an answer without the effect
	after                 // another answer, or a broken one, after the effect
	outcomes              // the end of the transition that begins
	stale                 // what a read sees
	lists                 // what a list shows
	actors                // what others do
)

// kind is what faults of one kind do. A kind with answer writes the answer itself, of the real one where the
// request has had its effect; refuse returns the refusal that replaces the real answer. Of those that take the
// place of the answer, kinds with neither close the connection.
type kind struct {
	name   string
	stage  stage
	only   []string // the operations that it can do anything to; all where it is empty
	refuse func(*wire.Call, Fault) *wire.Refusal
	answer func(*wire.Call, Fault, wire.Reply) wire.Reply
}

var (
	nameLists    = []string{"eks:ListClusters", "eks:ListFargateProfiles"}
	namelessOnes = []string{"eks:DescribeFargateProfile", "eks:ListClusters", "eks:ListFargateProfiles"}
	staleReads   = []string{"eks:DescribeFargateProfile", "eks:ListFargateProfiles", "eks:ListTagsForResource"}
	pagedReads   = []string{
		"iam:ListRoles", "iam:ListRoleTags", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies",
		"ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints",
		"ec2:DescribeNatGateways", "ec2:DescribeInternetGateways", "eks:ListClusters", "eks:ListFargateProfiles",
	}
	deniableReads = []string{
		"eks:DescribeCluster", "eks:ListFargateProfiles", "eks:DescribeFargateProfile", "eks:ListTagsForResource",
		"iam:GetRole",
	}
)

// kinds are in the order of their names.
var kinds = []kind{
	{name: ByActor, stage: actors},
	{name: CreateFailed, stage: outcomes, only: []string{"eks:CreateFargateProfile"}},
	{name: CutBody, stage: after, answer: cutBody},
	{name: DeleteFailed, stage: outcomes, only: []string{"eks:DeleteFargateProfile"}},
	{name: DropAfter, stage: after},
	{name: DropBefore, stage: before},
	{name: Duplicate, stage: lists, only: nameLists},
	{name: Empty, stage: lists, only: nameLists},
	{name: EndlessPages, stage: lists, only: pagedReads},
	{name: Error, stage: before, refuse: ownError},
	{name: ErrorAfter, stage: after, refuse: internalError},
	{name: Error500, stage: before, refuse: internalError},
	{name: Error503, stage: before, refuse: unavailable},
	{name: Expired, stage: before, refuse: expired},
	{name: HTML, stage: after, answer: html},
	{name: Huge, stage: after, answer: huge},
	{name: Latency, stage: delays},
	{name: LatencyAfter, stage: lingers},
	{name: Nameless, stage: lists, only: namelessOnes},
	{name: NoContent, stage: after, answer: noContent},
	{name: NoMember, stage: after, answer: noMember},
	{name: NotFound, stage: before, only: deniableReads, refuse: notFound},
	{name: Omit, stage: lists, only: nameLists},
	{name: Redirect, stage: before, answer: redirect},
	{name: ResetAfter, stage: after},
	{name: ResetBefore, stage: before},
	{name: SameToken, stage: lists, only: pagedReads},
	{name: ShortBody, stage: after, answer: shortBody},
	{name: Silence, stage: before},
	{name: Stale, stage: stale, only: staleReads},
	{name: Throttle, stage: before, refuse: throttled},
}

// kindOf returns the kind of that name, nil where there is none.
func kindOf(name string) *kind {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return nil
	}
	return &kinds[i]
}

// Kinds returns the names of all kinds, sorted.
func Kinds() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}
