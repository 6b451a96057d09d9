package fargate

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// Profile is one Fargate profile, as the user wants it or as EKS reports it. Everything but Tags is
// immutable in EKS (CloudFormation schema AWS::EKS::FargateProfile, createOnlyProperties).
type Profile struct {
	// Name is unique in the cluster.
	Name string
	// ARN is given by EKS: arn:<partition>:eks:<region>:<account>:fargateprofile/<cluster>/<name>/<uuid>.
	// It is empty for a profile that does not exist yet; a re-created profile gets another one.
	ARN string
	// Cluster is the name of the EKS cluster.
	Cluster string
	// Status is empty where no status is known (a profile that was read from a file).
	Status Status
	// CreatedAt is the time that EKS reports; zero where unknown.
	CreatedAt time.Time
	// PodExecutionRoleARN is the role that the Fargate infrastructure assumes to pull images.
	PodExecutionRoleARN string
	// Selectors choose pods; a pod hits the profile when any of them matches.
	Selectors []Selector
	// Subnets are the ids of the private subnets that pods run in.
	Subnets []string
	// Tags are AWS tags, the only part that can change.
	Tags map[string]string
	// Issues is EKS's account of what is wrong with the profile (DescribeFargateProfile, health.issues).
	Issues []HealthIssue
}

// Selector chooses pods by namespace and labels; the package selector has its rules.
type Selector = selector.Selector

// HealthIssue is one entry of a profile's health.issues.
type HealthIssue struct {
	Code        string   `json:"code" yaml:"code"`
	Message     string   `json:"message" yaml:"message"`
	ResourceIDs []string `json:"resourceIds,omitempty" yaml:"resourceIds,omitempty"`
}

// String returns the issue in EKS's words, with what it concerns.
func (i HealthIssue) String() string {
	text := i.Code + ": " + i.Message
	if len(i.ResourceIDs) > 0 {
		text += " (" + strings.Join(i.ResourceIDs, ", ") + ")"
	}
	return text
}

// RoleInUse reports whether EKS says that the profile's role is used elsewhere, by EC2 nodes.
func (i HealthIssue) RoleInUse() bool { return i.Code == "PodExecutionRoleAlreadyInUse" }

// Remedy says what to do about the issue; it is empty where EKS's message says all that is known.
func (i HealthIssue) Remedy() string {
	if i.RoleInUse() {
		// EKS User Guide, pod execution role: it must be another one than that of a node group.
		return "the profile needs another role, which no EC2 node uses: --pod-execution-role-arn or " +
			"--create-pod-execution-role"
	}
	return ""
}

// Status is the state of a profile, in EKS's own words (EKS API, FargateProfile.status).
type Status string

// The states of a profile.
const (
	StatusCreating     Status = "CREATING"
	StatusActive       Status = "ACTIVE"
	StatusDeleting     Status = "DELETING"
	StatusCreateFailed Status = "CREATE_FAILED"
	StatusDeleteFailed Status = "DELETE_FAILED"
)

// InTransition reports whether the profile blocks every other creation and deletion in its cluster.
func (s Status) InTransition() bool { return s == StatusCreating || s == StatusDeleting }

// TakesPods reports whether new pods can hit a profile in this state. Only ACTIVE profiles count; a
// profile from a file that states no status counts as ACTIVE.
func (s Status) TakesPods() bool { return s == StatusActive || s == "" }

// Clone copies the profile deeply, so that the copy can be changed.
func (p Profile) Clone() Profile {
	p.Selectors = slices.Clone(p.Selectors)
	for i, s := range p.Selectors {
		p.Selectors[i] = s.Clone()
	}
	p.Subnets = slices.Clone(p.Subnets)
	p.Tags = maps.Clone(p.Tags)
	p.Issues = slices.Clone(p.Issues)
	return p
}

// Names returns the names of profiles, in their order.
func Names(profiles []Profile) []string {
	out := make([]string, len(profiles))
	for i, p := range profiles {
		out[i] = p.Name
	}
	return out
}

// Named returns the profile of the name, nil where there is none.
func Named(profiles []Profile, name string) *Profile {
	i := slices.IndexFunc(profiles, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &profiles[i]
}

// Without returns the profiles whose names the others do not have.
func Without(profiles []Profile, others ...Profile) []Profile {
	return slices.DeleteFunc(slices.Clone(profiles), func(p Profile) bool { return Named(others, p.Name) != nil })
}
