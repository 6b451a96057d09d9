package sandbox

import (
	"github.com/fgctl/fgctl/pkg/sandbox/fault"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// What most callers write of a world and of what disturbs it. The other parts are in the packages world and fault,
// which describe all of them.
type (
	// World is one AWS account as the sandbox shows it.
	World = world.World
	// Delays say how long transitions take.
	Delays = world.Delays
	// Cluster is one EKS cluster.
	Cluster = world.Cluster
	// Profile is a Fargate profile.
	Profile = world.Profile
	// Selector is one selector of a profile.
	Selector = world.Selector
	// Issue is one health issue of a profile or a cluster.
	Issue = world.Issue
	// Subnet is one subnet of a VPC.
	Subnet = world.Subnet
	// Route is one route.
	Route = world.Route
	// Endpoint is one VPC endpoint.
	Endpoint = world.Endpoint
	// Role is one IAM role.
	Role = world.Role
	// Permissions are all that the caller may do.
	Permissions = world.Permissions
	// AccessEntry lets an IAM principal into a cluster.
	AccessEntry = world.AccessEntry
	// WorldError is all that is wrong with a world.
	WorldError = world.Error
	// Fault is one rule by which requests are disturbed.
	Fault = fault.Fault
	// Failure chooses creates or deletes that end in CREATE_FAILED or DELETE_FAILED.
	Failure = fault.Failure
	// Actor is what somebody else does just before or after a request.
	Actor = fault.Actor
	// Range is a span of time.
	Range = fault.Range
	// Change is one change of a profile's status.
	Change = account.Change
)

// The kinds of faults.
const (
	FaultThrottle     = fault.Throttle
	FaultError500     = fault.Error500
	FaultError503     = fault.Error503
	FaultError        = fault.Error
	FaultExpired      = fault.Expired
	FaultDropBefore   = fault.DropBefore
	FaultDropAfter    = fault.DropAfter
	FaultResetBefore  = fault.ResetBefore
	FaultResetAfter   = fault.ResetAfter
	FaultErrorAfter   = fault.ErrorAfter
	FaultLatency      = fault.Latency
	FaultLatencyAfter = fault.LatencyAfter
	FaultShortBody    = fault.ShortBody
	FaultCutBody      = fault.CutBody
	FaultStale        = fault.Stale
	FaultCreateFailed = fault.CreateFailed
	FaultDeleteFailed = fault.DeleteFailed
	FaultActor        = fault.ByActor
	FaultSilence      = fault.Silence
	FaultRedirect     = fault.Redirect
	FaultNotFound     = fault.NotFound
	FaultOmit         = fault.Omit
	FaultEmpty        = fault.Empty
	FaultDuplicate    = fault.Duplicate
	FaultNameless     = fault.Nameless
	FaultSameToken    = fault.SameToken
	FaultEndlessPages = fault.EndlessPages
	FaultNoMember     = fault.NoMember
	FaultNoContent    = fault.NoContent
	FaultHTML         = fault.HTML
	FaultHuge         = fault.Huge
)

// What an actor does.
const (
	ActorCreate   = fault.ActorCreate
	ActorDelete   = fault.ActorDelete
	ActorRecreate = fault.ActorRecreate
	ActorTag      = fault.ActorTag
	ActorUntag    = fault.ActorUntag
	ActorUpdate   = fault.ActorUpdate
)

// MaxWorldBytes is the greatest size of a world file.
const MaxWorldBytes = world.MaxBytes

// DefaultWorld returns the built-in world: the cluster demo in us-east-1 with private, public and main-table subnets, a
// good role and a bad one.
func DefaultWorld() World { return world.Default() }

// DefaultWorldFile returns the built-in world as a commented YAML file, a starting point for one's own.
func DefaultWorldFile() []byte { return world.DefaultFile() }

// ParseWorld reads a world file. The error is a *WorldError with every fault.
func ParseWorld(data []byte) (World, error) { return world.Parse(data) }

// FaultKinds returns all kinds of faults, sorted.
func FaultKinds() []string { return fault.Kinds() }
