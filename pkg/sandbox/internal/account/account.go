// Package account is the AWS account of a world as it changes while a sandbox runs: profiles with their transitions
// in time, roles, the tokens of creates, and what the caller may do. Nothing happens in the background: Settle
// brings the account to an instant. It is not safe for concurrent use.
package account

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/glob"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/policy"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// Account is the account of a world.
type Account struct {
	World    world.World
	Clusters []*Cluster
	Roles    []*Role
	Policies []*Policy // the account's own
	Stacks   []*Stack
	Created  time.Time
	// EC2Tags are the tags of things in a VPC that requests have changed, by id.
	EC2Tags map[string]map[string]string
	// Sessions are those of assumed roles, by their access keys.
	Sessions map[string]Session
	// Asked counts how often each IAM action was asked for, granted or not.
	Asked map[string]int

	ids              *rand.Rand
	sequence         int
	creates, deletes []failures
	grants           []policy.Statement // the statements of the world's policies
}

// failures are a rule for transitions that fail, with how often it has done so.
type failures struct {
	fault.Failure
	hit int
}

// Role is an IAM role.
type Role struct {
	world.Role
	Seq     int
	ID      string
	Visible time.Time // when EKS sees the role as it is now
	Unseen  int       // creates that EKS still refuses
	// MaxSession is in seconds; Documents are those of the inline policies that were put, by name.
	MaxSession int
	Boundary   string // the ARN of its permissions boundary
	Documents  map[string]string
}

// Session is that of an assumed role.
type Session struct{ ID, ARN string }

// Policy is a managed policy. Document is empty where the sandbox does not know it.
type Policy struct {
	ARN, ID, Version, Document, Description string
	Tags                                    map[string]string
	Created                                 time.Time
}

// Stack is a stack of CloudFormation.
type Stack struct {
	ID, Name, Region, Description string
	Created, Deleted              time.Time // Deleted is zero where the stack is not deleted
	Capabilities                  []string
	Tags                          map[string]string
	Roles                         []string // the names of those that it made
	Token, DeleteToken            string   // the clientRequestTokens of its changes
	Protected                     bool     // against DeleteStack
	Outputs                       []Output
}

// Output is one output of a stack.
type Output struct{ Key, Value, Export string }

// New returns the account of a world that has been checked, as it is at an instant.
func New(w world.World, now time.Time) (*Account, error) {
	//nolint:gosec // the same seed is to make the same ids
	a := &Account{
		World: w, Created: now, Asked: map[string]int{}, EC2Tags: map[string]map[string]string{},
		Sessions: map[string]Session{}, ids: rand.New(rand.NewPCG(w.Seed, 2)),
	}
	if w.Permissions != nil {
		for _, document := range w.Permissions.Policies {
			statements, err := policy.Read(document, policy.ServiceNameKey)
			if err != nil {
				return nil, err
			}
			a.grants = append(a.grants, statements...)
		}
	}
	for _, r := range w.Roles {
		a.AddRole(r, now)
		for _, arn := range r.Policies {
			if strings.HasPrefix(arn, a.ARN("iam", "", "policy/")) {
				id := fmt.Sprintf("ANPASANDBOX%010d", a.Next())
				a.Policies = append(a.Policies, &Policy{ARN: arn, ID: id, Version: "v1", Created: now})
			}
		}
	}
	for _, f := range w.FailCreates {
		a.creates = append(a.creates, failures{Failure: f})
	}
	for _, f := range w.FailDeletes {
		a.deletes = append(a.deletes, failures{Failure: f})
	}
	for _, c := range w.Clusters {
		a.AddCluster(c, now)
	}
	return a, nil
}

// Next returns a new sequence number.
func (a *Account) Next() int {
	a.sequence++
	return a.sequence
}

// ARN returns the ARN of something in the account.
func (a *Account) ARN(service, region, resource string) string {
	return a.World.ARN(service, region, resource)
}

// ProfileARN returns the ARN of a new profile; a profile that is made again has another.
func (a *Account) ProfileARN(cl *Cluster, name string) string {
	return a.ARN("eks", cl.Region, "fargateprofile/"+cl.Name+"/"+name+"/"+a.UUID())
}

// UUID returns a new identifier.
func (a *Account) UUID() string {
	hi, lo := a.ids.Uint64(), a.ids.Uint64()
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x",
		hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&(1<<48-1))
}

// Find returns the cluster of a region, nil where there is none.
func (a *Account) Find(region, name string) *Cluster {
	return First(a.Clusters, func(c *Cluster) bool { return c.Name == name && c.Region == region })
}

// Named returns the cluster of a name, which may be region/name, nil where there is none.
func (a *Account) Named(name string) *Cluster {
	if region, rest, found := strings.Cut(name, "/"); found {
		return a.Find(region, rest)
	}
	return First(a.Clusters, func(c *Cluster) bool { return c.Name == name })
}

// Role returns the role of a name, nil where there is none. IAM keeps names apart without regard to case, but finds
// them as written.
func (a *Account) Role(name string) *Role {
	return First(a.Roles, func(r *Role) bool { return r.Name == name })
}

// RoleOf returns the role of an ARN, nil where there is none.
func (a *Account) RoleOf(arn string) *Role {
	return First(a.Roles, func(r *Role) bool { return a.World.RoleARN(r.Role) == arn })
}

// First returns the first of a list that fits, nil where there is none.
func First[T any](list []*T, fits func(*T) bool) *T {
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return list[i]
	}
	return nil
}

// AddRole adds a role.
func (a *Account) AddRole(r world.Role, now time.Time) *Role {
	if r.Created.IsZero() {
		r.Created = now.Add(-24 * time.Hour)
	}
	added := &Role{Role: r, Seq: a.Next(), Unseen: r.UnseenFor, MaxSession: 3600, Documents: map[string]string{}}
	added.ID = fmt.Sprintf("AROASANDBOX%010d", added.Seq)
	a.Roles = append(a.Roles, added)
	return added
}

// The service-linked role that EKS makes with an account's first profile (EKS User Guide, Using roles for Amazon EKS
// on Fargate), and the principal that it trusts.
const (
	ServiceRoleName = "AWSServiceRoleForAmazonEKSForFargate"
	FargateService  = "eks-fargate.amazonaws.com"
	serviceRolePath = "/aws-service-role/" + FargateService + "/"
)

// ServiceRoleARN returns the ARN of the service-linked role, whether or not it exists.
func (a *Account) ServiceRoleARN() string {
	return a.ARN("iam", "", "role"+serviceRolePath+ServiceRoleName)
}

// EnsureServiceRole makes the service-linked role where it does not exist yet.
func (a *Account) EnsureServiceRole(now time.Time) {
	if a.Role(ServiceRoleName) != nil {
		return
	}
	a.AddRole(world.Role{
		Name: ServiceRoleName, Path: serviceRolePath, Created: now,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
			`"Principal":{"Service":"` + FargateService + `"},"Action":"sts:AssumeRole"}]}`,
		Policies: []string{
			"arn:" + a.World.Partition + ":iam::aws:policy/aws-service-role/AmazonEKSForFargateServiceRolePolicy",
		},
	}, now)
}

// Caller returns the ARN of the caller.
func (a *Account) Caller() string { return a.ARN("iam", "", "user/sandbox") }

// May reports whether the caller has a permission: everything, or exactly what the world's permissions say, and in
// both cases not what its missing permissions name.
func (a *Account) May(action, resource string) bool {
	a.Asked[action]++
	allowed, denied := a.Decide(action, resource)
	return allowed && !denied
}

// Decide returns what May judges by, and counts nothing.
func (a *Account) Decide(action, resource string) (allowed, denied bool) {
	if policy.Listed(a.World.MissingPermissions, action, resource) {
		return false, false
	}
	if a.World.Permissions == nil {
		return true, false
	}
	request := policy.Request{Action: action, Resource: resource}
	if action == "iam:CreateServiceLinkedRole" {
		request.Keys = map[string]string{policy.ServiceNameKey: FargateService}
	}
	allowed, denied = policy.Judge(a.grants, request)
	return allowed || policy.Listed(a.World.Permissions.Allow, action, resource), denied
}

// chooseFailure returns how a transition fails by the world's failures, nil where it does not.
func chooseFailure(rules []failures, cluster, profile string) *fault.Failure {
	fits := func(pattern, name string) bool { return pattern == "" || glob.Match(pattern, name) }
	for i := range rules {
		r := &rules[i]
		if fits(r.Cluster, cluster) && fits(r.Profile, profile) && (r.Times == 0 || r.hit < r.Times) {
			r.hit++
			return &r.Failure
		}
	}
	return nil
}

// Seen reports whether EKS sees the role as it is now, which it does not at once; each create asks once.
func (r *Role) Seen(now time.Time) bool {
	if r.Unseen > 0 {
		r.Unseen--
		return false
	}
	return !now.Before(r.Visible)
}
