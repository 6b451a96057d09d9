// Package world holds what a sandbox is made of: one AWS account as a world file spells it out in YAML, or as a test
// fills it in Go, and the reading and checking of such files.
package world

import (
	"cmp"
	_ "embed"
	"slices"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
)

// APIVersion is the version of world files that this package reads. A key that is taken away or changes its meaning
// makes a new one.
const APIVersion = "sandbox.fgctl.dev/v1"

// World is one AWS account as the sandbox shows it. The zero value of a quota or of PageSize means AWS's own default.
type World struct {
	// APIVersion is the version of the file's keys, APIVersion when empty.
	APIVersion string `yaml:"apiVersion,omitempty"`
	// Region is where clusters and VPCs lie that name no region of their own.
	Region string `yaml:"region,omitempty"`
	// Account is the twelve-digit account number.
	Account string `yaml:"account,omitempty"`
	// Partition is aws, aws-cn, aws-us-gov …
	Partition string `yaml:"partition,omitempty"`
	// Delays say how long transitions take.
	Delays Delays `yaml:"delays,omitempty"`
	// Quotas limit what can be created.
	Quotas Quotas `yaml:"quotas,omitempty"`
	// PageSize is the most items that any list operation returns at once, whatever the caller asks for;
	// 0 means AWS's defaults. A small one forces clients to page.
	PageSize int `yaml:"pageSize,omitempty"`
	// Latency is how long each request takes at least and at most, drawn from a generator seeded by Seed.
	Latency fault.Range `yaml:"latency,omitempty"`
	// Speed is how many times faster than the surroundings' clock the sandbox's goes: transitions, delays
	// and lags follow it, latencies do not. 0 means 1.
	Speed float64 `yaml:"speed,omitempty"`
	// Seed makes latencies and generated identifiers repeatable.
	Seed uint64 `yaml:"seed,omitempty"`

	Clusters []Cluster `yaml:"clusters,omitempty"`
	VPCs     []VPC     `yaml:"vpcs,omitempty"`
	Roles    []Role    `yaml:"roles,omitempty"`

	// UnsupportedZones are availability zones, by name or id, where Fargate is not offered.
	UnsupportedZones []string `yaml:"unsupportedZones,omitempty"`
	// MissingPermissions are IAM actions that the caller lacks: "ec2:DescribeRouteTables", "iam:*", or
	// limited to resources, "iam:GetRole on arn:aws:iam::111122223333:role/fargate-*".
	MissingPermissions []string `yaml:"missingPermissions,omitempty"`
	// Permissions, where it is not nil, is all that the caller may do.
	Permissions *Permissions `yaml:"permissions,omitempty"`
	// FailCreates and FailDeletes are transitions that end in CREATE_FAILED and DELETE_FAILED.
	FailCreates []fault.Failure `yaml:"failCreates,omitempty"`
	FailDeletes []fault.Failure `yaml:"failDeletes,omitempty"`
	// Faults disturb requests.
	Faults []fault.Fault `yaml:"faults,omitempty"`
}

// Delays say how long the service takes. A delay of 0 ends the transition by the next request.
type Delays struct {
	// Create is the time from CREATING to ACTIVE or CREATE_FAILED.
	Create time.Duration `yaml:"create"`
	// Delete is the time from DELETING until the profile is gone or DELETE_FAILED.
	Delete time.Duration `yaml:"delete"`
	// RolePropagation is the time after IAM CreateRole or UpdateAssumeRolePolicy during which EKS does
	// not see the change and refuses the role's trust policy.
	RolePropagation time.Duration `yaml:"rolePropagation,omitempty"`
	// Stack is the time in which CloudFormation makes or deletes a stack. Its role is there, or gone, at once.
	Stack time.Duration `yaml:"stack,omitempty"`
	// Cluster is the time in which EKS creates or deletes a cluster, Update that of an update of its configuration.
	Cluster time.Duration `yaml:"cluster,omitempty"`
	Update  time.Duration `yaml:"update,omitempty"`
}

// Quotas are the limits that AWS can raise on request (EKS service quotas); 0 means AWS's default.
type Quotas struct {
	// Profiles per cluster, 10 by default.
	Profiles int `yaml:"profiles,omitempty"`
	// Selectors per profile, 5 by default.
	Selectors int `yaml:"selectors,omitempty"`
	// Labels per selector, 5 by default.
	Labels int `yaml:"labels,omitempty"`
}

// Cluster is one EKS cluster.
type Cluster struct {
	Name string `yaml:"name"`
	// Region is the world's when empty.
	Region string `yaml:"region,omitempty"`
	// Status is ACTIVE when empty.
	Status          string `yaml:"status,omitempty"`
	Version         string `yaml:"version,omitempty"`
	PlatformVersion string `yaml:"platformVersion,omitempty"`
	// AuthenticationMode is API, API_AND_CONFIG_MAP or CONFIG_MAP.
	AuthenticationMode string   `yaml:"authenticationMode,omitempty"`
	VPC                string   `yaml:"vpc,omitempty"`
	Subnets            []string `yaml:"subnets,omitempty"`
	// Role is the cluster's own role, an ARN or a name; eks-cluster when empty.
	Role string `yaml:"role,omitempty"`
	// SecurityGroups are those that the cluster was given, ClusterSecurityGroup is the one that EKS made.
	SecurityGroups       []string `yaml:"securityGroups,omitempty"`
	ClusterSecurityGroup string   `yaml:"clusterSecurityGroup,omitempty"`
	// EndpointPublicAccess and EndpointPrivateAccess say who reaches the Kubernetes API, true when absent;
	// PublicAccessCIDRs limit the first, 0.0.0.0/0 when absent.
	EndpointPublicAccess  *bool    `yaml:"endpointPublicAccess,omitempty"`
	EndpointPrivateAccess *bool    `yaml:"endpointPrivateAccess,omitempty"`
	PublicAccessCIDRs     []string `yaml:"publicAccessCIDRs,omitempty"`
	// AccessEntries, Nodegroups, Addons and PodIdentities are what the cluster has of these.
	AccessEntries []AccessEntry `yaml:"accessEntries,omitempty"`
	Nodegroups    []Nodegroup   `yaml:"nodegroups,omitempty"`
	Addons        []string      `yaml:"addons,omitempty"`
	PodIdentities []PodIdentity `yaml:"podIdentities,omitempty"`
	// HideVPC leaves vpcId out of DescribeCluster's answer, as some imitations of AWS do.
	HideVPC bool `yaml:"hideVPC,omitempty"`
	// OutpostARN makes it a local cluster on an Outpost.
	OutpostARN string `yaml:"outpostARN,omitempty"`
	// Updating is how long, from the start of the sandbox, the cluster has an update in progress
	// although it is ACTIVE.
	Updating time.Duration `yaml:"updating,omitempty"`
	// Updates are further times with an update in progress.
	Updates  []Update          `yaml:"updates,omitempty"`
	Issues   []Issue           `yaml:"issues,omitempty"`
	Tags     map[string]string `yaml:"tags,omitempty"`
	Created  time.Time         `yaml:"created,omitempty"`
	Profiles []Profile         `yaml:"profiles,omitempty"`
}

// AccessEntry lets an IAM principal into a cluster.
type AccessEntry struct {
	// Principal is the ARN.
	Principal string `yaml:"principal"`
	// Type is STANDARD when empty, or EC2_LINUX, FARGATE_LINUX and so on.
	Type string `yaml:"type,omitempty"`
	// Username is the principal's ARN when empty.
	Username string            `yaml:"username,omitempty"`
	Groups   []string          `yaml:"groups,omitempty"`
	Tags     map[string]string `yaml:"tags,omitempty"`
	Created  time.Time         `yaml:"created,omitempty"`
}

// Nodegroup is a managed node group. Role is an ARN or a name, Status ACTIVE when empty.
type Nodegroup struct {
	Name    string   `yaml:"name"`
	Role    string   `yaml:"role"`
	Subnets []string `yaml:"subnets,omitempty"`
	Status  string   `yaml:"status,omitempty"`
}

// PodIdentity lets pods of a service account assume a role.
type PodIdentity struct {
	Namespace      string `yaml:"namespace"`
	ServiceAccount string `yaml:"serviceAccount"`
}

// Update is a time in which a cluster has an update in progress although it is ACTIVE. EKS refuses to
// create and delete profiles then.
type Update struct {
	// After is when it begins, from the start of the sandbox; For is how long it takes.
	After time.Duration `yaml:"after,omitempty"`
	For   time.Duration `yaml:"for"`
}

// Profile is a Fargate profile: in a world file one that exists from the start, and what
// Server.Profiles reports.
type Profile struct {
	Name string `yaml:"name"`
	// ARN is generated when empty.
	ARN string `yaml:"arn,omitempty"`
	// Role is an ARN, or the name of a role of the world.
	Role string `yaml:"role"`
	// Subnets are the cluster's private ones when empty.
	Subnets   []string   `yaml:"subnets,omitempty"`
	Selectors []Selector `yaml:"selectors"`
	// Status is ACTIVE when empty. A profile that begins CREATING or DELETING ends that after the
	// world's delay.
	Status  string            `yaml:"status,omitempty"`
	Issues  []Issue           `yaml:"issues,omitempty"`
	Tags    map[string]string `yaml:"tags,omitempty"`
	Created time.Time         `yaml:"created,omitempty"`
}

// Selector is one selector of a profile.
type Selector = fault.Selector

// Issue is one health issue of a profile or a cluster.
type Issue struct {
	Code        string   `yaml:"code" json:"code"`
	Message     string   `yaml:"message" json:"message"`
	ResourceIDs []string `yaml:"resourceIDs,omitempty" json:"resourceIds"`
}

// Role is one IAM role.
type Role struct {
	Name string `yaml:"name"`
	// Path is / when empty.
	Path        string `yaml:"path,omitempty"`
	Description string `yaml:"description,omitempty"`
	// Trust is the trust policy, a JSON document.
	Trust string `yaml:"trust"`
	// Policies are the ARNs of attached managed policies, InlinePolicies the names of inline ones.
	Policies       []string          `yaml:"policies,omitempty"`
	InlinePolicies []string          `yaml:"inlinePolicies,omitempty"`
	Tags           map[string]string `yaml:"tags,omitempty"`
	Created        time.Time         `yaml:"created,omitempty"`
	// UnseenFor is how many creates with this role EKS refuses because IAM's news have not reached it.
	UnseenFor int `yaml:"unseenFor,omitempty"`
}

// Permissions are all that the caller may do. Both lists add up; a Deny of a policy wins.
type Permissions struct {
	// Allow are IAM actions: "eks:CreateFargateProfile", "iam:Get*", or limited to resources,
	// "iam:PassRole on arn:aws:iam::111122223333:role/fargate-*".
	Allow []string `yaml:"allow,omitempty"`
	// Policies are identity-based policies as IAM has them, JSON documents. Of conditions the sandbox
	// knows only those on iam:AWSServiceName; any other makes the world impossible.
	Policies []string `yaml:"policies,omitempty"`
}

// The states of a profile (EKS API, FargateProfile.status).
const (
	Creating     = "CREATING"
	Active       = "ACTIVE"
	Deleting     = "DELETING"
	CreateFailed = "CREATE_FAILED"
	DeleteFailed = "DELETE_FAILED"
)

//go:embed default_world.yaml
var defaultWorld []byte

// DefaultFile is the built-in world as a commented YAML file, a starting point for one's own.
func DefaultFile() []byte { return append([]byte(nil), defaultWorld...) }

// Default is the built-in world: the cluster demo in us-east-1 with private, public and
// main-table subnets, a good role and a bad one.
func Default() World { return parsedDefault().Clone() }

var parsedDefault = sync.OnceValue(func() World {
	w, err := Parse(defaultWorld)
	if err != nil {
		panic("sandbox: the built-in world is broken: " + err.Error()) // a test parses it
	}
	return w
})

// find returns a pointer to the item of a list that fits, nil where there is none.
func find[T any](list []T, fits func(T) bool) *T {
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return &list[i]
	}
	return nil
}

// Cluster finds a cluster by name, nil where there is none. The pointer is into the world.
func (w *World) Cluster(name string) *Cluster {
	return find(w.Clusters, func(c Cluster) bool { return c.Name == name })
}

// Role finds a role by name, nil where there is none. The pointer is into the world.
func (w *World) Role(name string) *Role {
	return find(w.Roles, func(r Role) bool { return r.Name == name })
}

// Subnet finds a subnet and its VPC by the subnet's id, nil where there is none.
func (w *World) Subnet(id string) (*Subnet, *VPC) {
	for i := range w.VPCs {
		if s := find(w.VPCs[i].Subnets, func(s Subnet) bool { return s.ID == id }); s != nil {
			return s, &w.VPCs[i]
		}
	}
	return nil, nil
}

// RouteTable finds a route table by id, nil where there is none.
func (w *World) RouteTable(id string) *RouteTable {
	for i := range w.VPCs {
		if t := find(w.VPCs[i].RouteTables, func(t RouteTable) bool { return t.ID == id }); t != nil {
			return t
		}
	}
	return nil
}

// RoleARN returns the ARN of one of the world's roles, path included.
func (w *World) RoleARN(r Role) string {
	return w.ARN("iam", "", "role"+r.FullPath()+r.Name)
}

// RoleOf returns the ARN of the role of a name; what is none, such as an ARN, it returns as it is.
func (w *World) RoleOf(name string) string {
	if r := w.Role(name); r != nil {
		return w.RoleARN(*r)
	}
	return name
}

// FullPath returns the role's path, / where it has none.
func (r Role) FullPath() string { return cmp.Or(r.Path, "/") }

// WithDefaults returns a copy in which everything is filled in that a world need not say.
func (w World) WithDefaults() World {
	w = w.Clone()
	set(&w.Region, "us-east-1")
	set(&w.Account, "111122223333")
	set(&w.Partition, "aws")
	set(&w.Quotas.Profiles, 10)
	set(&w.Quotas.Selectors, 5)
	set(&w.Quotas.Labels, 5)
	for i := range w.Clusters {
		c := &w.Clusters[i]
		set(&c.Region, w.Region)
		set(&c.Status, "ACTIVE")
		set(&c.Version, "1.36")
		set(&c.PlatformVersion, "eks.6")
		set(&c.AuthenticationMode, "API_AND_CONFIG_MAP")
		set(&c.ClusterSecurityGroup, "sg-0aaa0000000000001")
	}
	for i := range w.VPCs {
		v := &w.VPCs[i]
		set(&v.Region, w.Region)
		for j := range v.Endpoints {
			set(&v.Endpoints[j].Type, "Interface")
			set(&v.Endpoints[j].State, "available") // in small letters, as the examples of AWS's CLI reference have it
		}
	}
	return w
}

// ARN returns the ARN of something in the world's account.
func (w *World) ARN(service, region, resource string) string {
	return "arn:" + w.Partition + ":" + service + ":" + region + ":" + w.Account + ":" + resource
}

// set fills in a value that is not there.
func set[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}
