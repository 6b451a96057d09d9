package sandbox

// What misleads a client that believes every answer: things that are there and are not shown, lists that
// are not what they seem, pages without end.

import "slices"

// notFoundReads are the operations that can deny what is there.
var notFoundReads = []string{
	"eks:DescribeCluster", "eks:ListFargateProfiles", "eks:DescribeFargateProfile", "eks:ListTagsForResource", "iam:GetRole",
}

// nameLists are the operations whose answers are lists of names.
var nameLists = []string{"eks:ListClusters", "eks:ListFargateProfiles"}

// pagedReads are the operations that answer in pages.
var pagedReads = append([]string{
	"iam:ListRoles", "iam:ListRoleTags", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies",
	"ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints",
	"ec2:DescribeNatGateways", "ec2:DescribeInternetGateways",
}, nameLists...)

// notFound is the refusal of a read whose subject does not exist.
func notFound(c *call, _ Fault) *refusal {
	switch c.operation {
	case "DescribeFargateProfile":
		return c.noProfile()
	case "ListTagsForResource":
		return c.noResource()
	case "GetRole":
		return noSuchRole(c.query.Get("RoleName"))
	}
	return c.noCluster()
}

// listed returns the names that a list shows.
func (c *call) listed(names []string, next string) []string {
	for _, r := range c.lists {
		at := len(names) - 1
		if r.Name != "" {
			at = slices.Index(names, r.Name)
		}
		switch {
		case r.Kind == FaultEmpty:
			names = []string{}
		case r.Kind == FaultNameless:
			names = append(names, "")
		case r.Kind == FaultOmit && at >= 0 && (r.Name != "" || next == ""):
			names = slices.Delete(names, at, at+1)
		case r.Kind == FaultDuplicate && at >= 0:
			names = append(names, names[at])
		}
	}
	return names
}

// nameless reports whether a profile is described without its name.
func (c *call) nameless() bool {
	return slices.ContainsFunc(c.lists, func(r *faultRule) bool { return r.Kind == FaultNameless })
}

// beyond is a place in a list behind every item.
const beyond = 1 << 40

// following returns the token of the next page, given the request's own and the right one.
func (c *call) following(token, next string) string {
	for _, r := range c.lists {
		switch r.Kind {
		case FaultEmpty:
			next = ""
		case FaultSameToken:
			if token != "" {
				next = token
			} else if next == "" {
				next = writeToken(beyond)
			}
		case FaultEndlessPages:
			if next == "" {
				after, _ := readToken(token) // a bad token has been refused
				next = writeToken(max(after, beyond) + 1)
			}
		}
	}
	return next
}
