package sandbox

// This file is the table of what CreateFargateProfile refuses, in the order in which it judges. It is
// the sandbox's own reading of the service, kept apart from the rules that fgctl checks by.
//
// The order is measured for name characters, namespace format and label-key format (before the cluster
// is looked up) and for selector count and private subnets (after); the rest is placed where it is
// likeliest. Texts without a remark are AWS's own, as reported in public by those who met them.

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// createCheck is one reason to refuse a create.
type createCheck struct {
	name  string
	judge func(*creation) *refusal
}

// invalid makes a check that answers InvalidParameterException with the text that find gives.
func invalid(name string, find func(*creation) string) createCheck {
	return createCheck{name, func(n *creation) *refusal {
		if text := find(n); text != "" {
			return n.invalidParameter(text)
		}
		return nil
	}}
}

// inUse makes a check that answers ResourceInUseException with the text that find gives.
func inUse(name string, find func(*creation) string) createCheck {
	return createCheck{name, func(n *creation) *refusal {
		if text := find(n); text != "" {
			return n.exception(http.StatusConflict, "ResourceInUseException", text)
		}
		return nil
	}}
}

// invalidRequest makes a check that answers InvalidRequestException with the text that find gives.
func invalidRequest(name string, find func(*creation) string) createCheck {
	return createCheck{name, func(n *creation) *refusal {
		if text := find(n); text != "" {
			return n.exception(http.StatusBadRequest, "InvalidRequestException", text)
		}
		return nil
	}}
}

// checksBeforeCluster need only the request.
var checksBeforeCluster = []createCheck{
	invalid("name characters", func(n *creation) string {
		for i, r := range n.request.Name {
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) && (i == 0 || (r != '-' && r != '_')) {
				return "The Fargate profile name parameter contains invalid characters. It should begin with letter or digit and can have any of the following characters: the set of Unicode letters, digits, hyphens and underscores."
			}
		}
		if n.request.Name == "" {
			return "The Fargate profile name parameter is missing." // not AWS's text
		}
		return ""
	}),
	invalid("name length", func(n *creation) string {
		if utf8.RuneCountInString(n.request.Name) > 100 {
			return "The Fargate profile name parameter should not be greater than 100 characters."
		}
		return ""
	}),
	invalid("name prefix", func(n *creation) string {
		// Whether the prefix is compared without case is not known; the text says 'eks-'.
		if strings.HasPrefix(n.request.Name, "eks-") {
			return "The fargate profile name starts with the reserved prefix: 'eks-'."
		}
		return ""
	}),
	invalid("namespace format", func(n *creation) string {
		for _, s := range n.request.Selectors {
			if s.Namespace != "" && (len(s.Namespace) > 63 || !namespaceSyntax.MatchString(s.Namespace)) {
				return "The namespace provided is invalid."
			}
		}
		return ""
	}),
	invalid("label format", func(n *creation) string {
		for _, s := range n.request.Selectors {
			for key, value := range s.Labels {
				if !labelKey(key) || !labelValue(value) {
					return "Selector label provided is invalid."
				}
			}
		}
		return ""
	}),
	invalid("tags", func(n *creation) string {
		if n.hasTags && len(n.request.Tags) == 0 {
			return "tags must hold at least one tag." // not AWS's text; the model's TagMap has min 1
		}
		return tagFault(n.request.Tags)
	}),
}

// checksAfterCluster need the cluster, the network and the role.
var checksAfterCluster = []createCheck{
	invalidRequest("cluster active", func(n *creation) string {
		if n.cluster.Status != "ACTIVE" {
			return "Cluster '" + n.cluster.Name + "' is not in ACTIVE status"
		}
		return ""
	}),
	invalidRequest("outposts", func(n *creation) string {
		if n.cluster.OutpostARN != "" {
			return "Fargate profiles are not supported on a local cluster on AWS Outposts." // not AWS's text
		}
		return ""
	}),
	invalid("selectors", func(n *creation) string {
		selectors, quotas := n.request.Selectors, n.server.world.Quotas
		if len(selectors) == 0 {
			return "Fargate Profile requires at least one selector."
		}
		if len(selectors) > quotas.Selectors {
			return fmt.Sprintf("Request contains more than %d Selectors", quotas.Selectors)
		}
		if slices.ContainsFunc(selectors, func(s Selector) bool { return s.Namespace == "" }) {
			return "Fargate Profile must have at least one selector with at least one namespace value."
		}
		if slices.ContainsFunc(selectors, func(s Selector) bool { return len(s.Labels) > quotas.Labels }) {
			return fmt.Sprintf("Request contains Selector with more than %d Label pairs", quotas.Labels)
		}
		for i, s := range selectors {
			if slices.ContainsFunc(selectors[:i], func(o Selector) bool { return o.Namespace == s.Namespace && maps.Equal(o.Labels, s.Labels) }) {
				return "Request contains duplicate Selectors" // not AWS's text
			}
		}
		return ""
	}),
	inUse("name taken", func(n *creation) string {
		if n.cluster.find(n.request.Name) != nil {
			return "A Fargate Profile already exists with this name in this cluster."
		}
		return ""
	}),
	inUse("cluster update", func(n *creation) string {
		if n.cluster.updating(n.server.state, n.now) {
			return "Cannot create Fargate Profile " + n.request.Name + " because cluster " + n.cluster.Name + " currently has an update in progress"
		}
		return ""
	}),
	inUse("one in transition", func(n *creation) string {
		if p := n.cluster.inTransition(); p != nil {
			return "Cannot create Fargate Profile " + n.request.Name + " because cluster " + n.cluster.Name + " currently has Fargate profile " + p.Name + " in status " + p.Status
		}
		return ""
	}),
	{"quota", func(n *creation) *refusal {
		if quota := n.server.world.Quotas.Profiles; len(n.cluster.profiles) >= quota {
			// Not AWS's text.
			return n.exception(http.StatusBadRequest, "ResourceLimitExceededException", fmt.Sprintf("Fargate Profile limit of %d exceeded for cluster %s", quota, n.cluster.Name))
		}
		return nil
	}},
	invalidRequest("service-linked role", func(n *creation) string {
		arn := n.server.state.serviceRoleARN()
		if !n.server.may("iam:GetRole", arn) {
			return "Failed to validate if SLR: AWSServiceRoleForAmazonEKSForFargate already exists due to missing permissions for 'iam:GetRole'"
		}
		if n.server.state.role(serviceRoleName) == nil && !n.server.may("iam:CreateServiceLinkedRole", arn) {
			// Not AWS's text.
			return "Failed to create SLR: AWSServiceRoleForAmazonEKSForFargate due to missing permissions for 'iam:CreateServiceLinkedRole'"
		}
		return ""
	}),
	invalidRequest("permissions for subnets", func(n *creation) string {
		// With no subnets given EKS looks for them with the caller's permissions. The text is AWS's;
		// the exception is a guess by the one for the service-linked role.
		for _, action := range []string{"ec2:DescribeSubnets", "ec2:DescribeRouteTables"} {
			if len(n.request.Subnets) == 0 && !n.server.may(action, "*") {
				return fmt.Sprintf("Missing permissions for %q", action)
			}
		}
		return ""
	}),
	invalid("subnets", (*creation).judgeSubnets),
	{"pass role", func(n *creation) *refusal {
		return n.server.permit(n.call, "iam:PassRole", n.request.Role)
	}},
	invalid("role", (*creation).judgeRole),
}

// namespaceSyntax is a DNS-1123 label plus the wildcards.
var namespaceSyntax = regexp.MustCompile(`^[a-z0-9*?]([-a-z0-9*?]*[a-z0-9*?])?$`)

var (
	labelNameSyntax   = regexp.MustCompile(`^[A-Za-z0-9*?]([-A-Za-z0-9_.*?]*[A-Za-z0-9*?])?$`)
	labelPrefixSyntax = regexp.MustCompile(`^[a-z0-9*?]([-a-z0-9.*?]*[a-z0-9*?])?$`)
)

// labelKey judges a Kubernetes qualified name plus wildcards.
func labelKey(key string) bool {
	prefix, name, prefixed := strings.Cut(key, "/")
	if !prefixed {
		prefix, name = "", key
	}
	if prefixed && (len(prefix) > 253 || !labelPrefixSyntax.MatchString(prefix)) {
		return false
	}
	return len(name) <= 63 && labelNameSyntax.MatchString(name)
}

// labelValue judges a Kubernetes label value plus wildcards. Whether EKS takes an empty value is not
// known; Kubernetes does.
func labelValue(value string) bool {
	return value == "" || (len(value) <= 63 && labelNameSyntax.MatchString(value))
}

// tagFault judges tags as AWS limits them (EKS API, TagMap); the texts are not AWS's.
func tagFault(tags map[string]string) string {
	if len(tags) > 50 {
		return "A resource can have at most 50 tags."
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value := tags[key]
		switch {
		case utf8.RuneCountInString(key) < 1 || utf8.RuneCountInString(key) > 128:
			return "A tag key must have 1 to 128 characters: " + key
		case utf8.RuneCountInString(value) > 256:
			return "The value of a tag must have at most 256 characters: " + key
		case strings.HasPrefix(strings.ToLower(key), "aws:"), strings.HasPrefix(strings.ToLower(value), "aws:"):
			return "The prefix aws: is reserved in tags: " + key
		}
	}
	return ""
}

// judgeSubnets refuses subnets that Fargate cannot use, and chooses the cluster's private ones where
// none were given.
func (n *creation) judgeSubnets() string {
	st := n.server.state
	if len(n.subnets) == 0 {
		n.subnets = st.privateSubnets(n.cluster)
		if len(n.subnets) == 0 {
			return "No private subnets were found for cluster " + n.cluster.Name // not AWS's text
		}
	}
	vpc := st.vpcOf(n.cluster)
	for _, id := range n.subnets {
		subnet, in := st.world.Subnet(id)
		if subnet == nil || in.Region != n.region {
			return "The subnet ID '" + id + "' does not exist" // EC2's text; EKS's wording around it is not known
		}
		if in.ID != vpc {
			return "Subnet " + id + " provided in Fargate Profile is not in the VPC of the cluster" // not AWS's text
		}
		if subnet.OutpostARN != "" {
			return "Subnet " + id + " provided in Fargate Profile is on an Outpost" // not AWS's text
		}
		if slices.Contains(n.server.world.UnsupportedZones, subnet.Zone) || slices.Contains(n.server.world.UnsupportedZones, subnet.ZoneID) {
			return "Fargate Profile creation for the Availability Zone " + subnet.Zone + " for Subnet " + id + " is not supported"
		}
	}
	for _, id := range n.subnets {
		if !st.private(id) {
			return "Subnet " + id + " provided in Fargate Profile is not a private subnet"
		}
	}
	return ""
}

// misconfiguredTrust is what EKS says whenever it cannot assume the role: wrong principal, a condition
// that does not cover the profile, or a role that IAM has not made known yet.
const misconfiguredTrust = "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service Principal"

var roleARNSyntax = regexp.MustCompile(`^arn:[a-z-]+:iam::([0-9]{12}):role/(.+)$`)

// judgeRole refuses a role that EKS cannot assume for the profile.
func (n *creation) judgeRole() string {
	m := roleARNSyntax.FindStringSubmatch(n.request.Role)
	if m == nil {
		return "The role ARN '" + n.request.Role + "' is not valid" // not AWS's text
	}
	if m[1] != n.server.world.Account {
		return "The role " + n.request.Role + " is not of the cluster's account" // not AWS's text
	}
	r := n.server.state.role(m[2][strings.LastIndex(m[2], "/")+1:])
	// What EKS says of a role that does not exist is not known. It cannot tell it from a role that is
	// not known yet, for which the text is.
	if r == nil || n.server.world.RoleARN(r.Role) != n.request.Role {
		return misconfiguredTrust
	}
	if r.unseen > 0 {
		r.unseen--
		return misconfiguredTrust
	}
	if n.now.Before(r.visible) {
		return misconfiguredTrust
	}
	if !trusts(r.Trust, assumption{
		service: "eks-fargate-pods.amazonaws.com", action: "sts:AssumeRole",
		sourceARN: n.arn, sourceAccount: n.server.world.Account,
	}) {
		return misconfiguredTrust
	}
	return ""
}
