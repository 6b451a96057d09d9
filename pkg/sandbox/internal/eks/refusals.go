package eks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/policy"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// change is a create or a delete of a profile that is being judged.
type change struct {
	*account.Call
	verb    string // as the texts have it
	name    string
	request createRequest
	cluster *account.Cluster
	profile *account.Profile // the one of the name, nil where there is none
	// subnets are those of the request, or the ones that EKS chose.
	subnets []string
	// arn is what the profile's ARN would be; conditions of the role's trust policy are judged on it.
	arn string
}

// who says whose changes a refusal holds for.
type who int

const (
	creates who = 1 << iota // CreateFargateProfile
	deletes                 // DeleteFargateProfile
	actors                  // also where a competing actor makes the change
)

// stage says what a refusal needs to know.
type stage int

const (
	ofRequest stage = iota // only the request
	ofCluster              // the cluster, the network and the role
)

// refusal is one reason to refuse a change. find returns the text, empty where there is nothing to refuse.
type refusal struct {
	holds who
	stage stage
	code  string
	find  func(*change) string
}

// judge returns the first refusal of a stage that holds for all of those who make the change.
func (n *change) judge(w who, s stage) *wire.Refusal {
	for _, r := range refusals {
		if r.stage != s || r.holds&w != w {
			continue
		}
		if text := r.find(n); text != "" {
			return exception(n.Call, r.code, text)
		}
	}
	return nil
}

// refusals are in the order in which EKS judges. It is measured for name characters, namespace format and label-key
// format (before the cluster is looked up) and for selector count and private subnets (after); the rest is placed
// where it is likeliest. Texts without a remark are AWS's own, as reported in public by those who met them.
var refusals = []refusal{
	{creates, ofRequest, invalidParameter, badName},
	{creates, ofRequest, invalidParameter, badNamespace},
	{creates, ofRequest, invalidParameter, badLabel},
	{creates, ofRequest, invalidParameter, badTags},
	{creates, ofCluster, invalidRequest, clusterNotReady},
	{creates, ofCluster, invalidParameter, badSelectors},
	{creates | actors, ofCluster, inUse, nameTaken},
	{deletes | actors, ofCluster, notFound, nameUnknown},
	{creates | deletes | actors, ofCluster, inUse, clusterBusy},
	{creates | actors, ofCluster, limitExceeded, noFreeSlot},
	{creates, ofCluster, invalidRequest, noServiceRole},
	{creates, ofCluster, invalidRequest, cannotFindSubnets},
	{creates, ofCluster, invalidParameter, badSubnets},
	{creates, ofCluster, accessDenied, cannotPassRole},
	{creates, ofCluster, invalidParameter, badRole},
}

func badName(n *change) string {
	for i, r := range n.name {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && (i == 0 || (r != '-' && r != '_')) {
			return "The Fargate profile name parameter contains invalid characters. It should begin with letter or " +
				"digit and can have any of the following characters: the set of Unicode letters, digits, hyphens and " +
				"underscores."
		}
	}
	switch {
	case n.name == "":
		return "The Fargate profile name parameter is missing." // not AWS's text
	case utf8.RuneCountInString(n.name) > 100:
		return "The Fargate profile name parameter should not be greater than 100 characters."
	case strings.HasPrefix(n.name, "eks-"):
		// Whether the prefix is compared without case is not known; the text says 'eks-'.
		return "The fargate profile name starts with the reserved prefix: 'eks-'."
	}
	return ""
}

// syntax holds what namespaces and labels must look like: Kubernetes' own syntax plus the wildcards.
var syntax = sync.OnceValue(func() (s struct{ namespace, labelName, labelPrefix, roleARN *regexp.Regexp }) {
	s.namespace = regexp.MustCompile(`^[a-z0-9*?]([-a-z0-9*?]*[a-z0-9*?])?$`)
	s.labelName = regexp.MustCompile(`^[A-Za-z0-9*?]([-A-Za-z0-9_.*?]*[A-Za-z0-9*?])?$`)
	s.labelPrefix = regexp.MustCompile(`^[a-z0-9*?]([-a-z0-9.*?]*[a-z0-9*?])?$`)
	s.roleARN = regexp.MustCompile(`^arn:[a-z-]+:iam::([0-9]{12}):role/(.+)$`)
	return s
})

func badNamespace(n *change) string {
	for _, s := range n.request.Selectors {
		if s.Namespace != "" && (len(s.Namespace) > 63 || !syntax().namespace.MatchString(s.Namespace)) {
			return "The namespace provided is invalid."
		}
	}
	return ""
}

func badLabel(n *change) string {
	for _, s := range n.request.Selectors {
		for key, value := range s.Labels {
			if !labelKey(key) || !labelValue(value) {
				return "Selector label provided is invalid."
			}
		}
	}
	return ""
}

// labelKey judges a qualified name.
func labelKey(key string) bool {
	prefix, name, prefixed := strings.Cut(key, "/")
	if !prefixed {
		prefix, name = "", key
	}
	if prefixed && (len(prefix) > 253 || !syntax().labelPrefix.MatchString(prefix)) {
		return false
	}
	return name != "" && labelValue(name)
}

// labelValue judges a label's value. Whether EKS takes an empty value is not known; Kubernetes does.
func labelValue(value string) bool {
	return value == "" || (len(value) <= 63 && syntax().labelName.MatchString(value))
}

func badTags(n *change) string {
	return account.TagFault(n.request.Tags) // an empty map passes, as eksctl sends it
}

func clusterNotReady(n *change) string {
	if n.cluster.Status != "ACTIVE" {
		return "Cluster '" + n.cluster.Name + "' is not in ACTIVE status"
	}
	if n.cluster.OutpostARN != "" {
		return "Fargate profiles are not supported on a local cluster on AWS Outposts." // not AWS's text
	}
	return ""
}

func badSelectors(n *change) string {
	selectors, quotas := n.request.Selectors, n.World.Quotas
	if len(selectors) == 0 {
		return "Fargate Profile requires at least one selector."
	}
	if len(selectors) > quotas.Selectors {
		return fmt.Sprintf("Request contains more than %d Selectors", quotas.Selectors)
	}
	if slices.ContainsFunc(selectors, func(s world.Selector) bool { return s.Namespace == "" }) {
		return "Fargate Profile must have at least one selector with at least one namespace value."
	}
	if slices.ContainsFunc(selectors, func(s world.Selector) bool { return len(s.Labels) > quotas.Labels }) {
		return fmt.Sprintf("Request contains Selector with more than %d Label pairs", quotas.Labels)
	}
	return ""
}

func nameTaken(n *change) string {
	if n.profile != nil {
		return "A Fargate Profile already exists with this name in this cluster."
	}
	return ""
}

func nameUnknown(n *change) string {
	if n.profile == nil {
		return "No Fargate Profile found with name: " + n.name + "."
	}
	return ""
}

func clusterBusy(n *change) string {
	cannot := "Cannot " + n.verb + " Fargate Profile " + n.name + " because cluster " + n.cluster.Name + " currently has "
	if n.cluster.Updating(n.Now) {
		return cannot + "an update in progress"
	}
	if p := n.cluster.InTransition(); p != nil {
		return cannot + "Fargate profile " + p.Name + " in status " + p.Status
	}
	return ""
}

func noFreeSlot(n *change) string {
	if quota := n.World.Quotas.Profiles; len(n.cluster.Profiles) >= quota {
		// Not AWS's text.
		return fmt.Sprintf("Fargate Profile limit of %d exceeded for cluster %s", quota, n.cluster.Name)
	}
	return ""
}

func noServiceRole(n *change) string {
	arn := n.ServiceRoleARN()
	if !n.May("iam:GetRole", arn) {
		return "Failed to validate if SLR: " + account.ServiceRoleName +
			" already exists due to missing permissions for 'iam:GetRole'"
	}
	if n.Role(account.ServiceRoleName) == nil && !n.May("iam:CreateServiceLinkedRole", arn) {
		// Not AWS's text.
		return "Failed to create SLR: " + account.ServiceRoleName +
			" due to missing permissions for 'iam:CreateServiceLinkedRole'"
	}
	return ""
}

// cannotFindSubnets is for a create without subnets: EKS looks for them with the caller's permissions. The text is
// AWS's; the exception is a guess by the one for the service-linked role.
func cannotFindSubnets(n *change) string {
	for _, action := range []string{"ec2:DescribeSubnets", "ec2:DescribeRouteTables"} {
		if len(n.request.Subnets) == 0 && !n.May(action, "*") {
			return fmt.Sprintf("Missing permissions for %q", action)
		}
	}
	return ""
}

// badSubnets refuses subnets that Fargate cannot use, and chooses the cluster's private ones where none were given.
func badSubnets(n *change) string {
	if len(n.subnets) == 0 {
		n.subnets = n.World.PrivateSubnets(&n.cluster.Cluster)
		if len(n.subnets) == 0 {
			return "No private subnets were found for cluster " + n.cluster.Name // not AWS's text
		}
	}
	vpc := n.World.VPCOf(&n.cluster.Cluster)
	for _, id := range n.subnets {
		provided := "Subnet " + id + " provided in Fargate Profile is "
		subnet, in := n.World.Subnet(id)
		switch {
		case subnet == nil || in.Region != n.Region:
			return "The subnet ID '" + id + "' does not exist" // EC2's text; EKS's wording around it is not known
		case in.ID != vpc:
			return provided + "not in the VPC of the cluster" // not AWS's text
		case subnet.OutpostARN != "":
			return provided + "on an Outpost" // not AWS's text
		case !n.World.Supports(subnet):
			return "Fargate Profile creation for the Availability Zone " + subnet.Zone + " for Subnet " + id +
				" is not supported"
		}
	}
	for _, id := range n.subnets {
		if !n.World.Private(id) {
			return "Subnet " + id + " provided in Fargate Profile is not a private subnet"
		}
	}
	return ""
}

func cannotPassRole(n *change) string {
	if refused := n.Permit("iam:PassRole", n.request.Role); refused != nil {
		return refused.Message
	}
	return ""
}

// badRole refuses a role that EKS cannot assume for the profile. EKS says the same of a wrong principal, of a
// condition that does not cover the profile, and of a role that IAM has not made known yet. What it says of a role
// that does not exist is not known; it cannot tell it from one that is not known yet.
func badRole(n *change) string {
	m := syntax().roleARN.FindStringSubmatch(n.request.Role)
	if m == nil {
		return "The role ARN '" + n.request.Role + "' is not valid" // not AWS's text
	}
	if m[1] != n.World.Account {
		return "The role " + n.request.Role + " is not of the cluster's account" // not AWS's text
	}
	r := n.Role(m[2][strings.LastIndex(m[2], "/")+1:])
	if r != nil && n.World.RoleARN(r.Role) == n.request.Role && r.Seen(n.Now) && policy.Trusts(r.Trust, policy.Request{
		Service: "eks-fargate-pods.amazonaws.com", Action: "sts:AssumeRole",
		Keys: map[string]string{"aws:sourcearn": n.arn, "aws:sourceaccount": n.World.Account},
	}) {
		return ""
	}
	return "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal"
}
