package sandbox

// This file answers IAM: roles, their trust policies and what is attached to them. IAM is one for all
// regions. The texts are IAM's unless a comment says otherwise.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// iamActions are the operations of IAM that the sandbox knows.
var iamActions = map[string]func(*Server, *call) (any, *refusal){
	"GetRole":                  (*Server).getRole,
	"ListRoles":                (*Server).listRoles,
	"ListRoleTags":             (*Server).listRoleTags,
	"ListAttachedRolePolicies": (*Server).listAttachedPolicies,
	"ListRolePolicies":         (*Server).listInlinePolicies,
	"CreateRole":               (*Server).createRole,
	"DeleteRole":               (*Server).deleteRole,
	"AttachRolePolicy":         (*Server).attachPolicy,
	"DetachRolePolicy":         (*Server).detachPolicy,
	"UpdateAssumeRolePolicy":   (*Server).updateTrust,
}

// serviceRoleName is the service-linked role that EKS makes with an account's first profile.
const serviceRoleName = "AWSServiceRoleForAmazonEKSForFargate"

// fargateService is the principal that the service-linked role trusts.
const fargateService = "eks-fargate.amazonaws.com"

func (st *state) serviceRoleARN() string {
	return st.arn("iam", "", "role/aws-service-role/eks-fargate.amazonaws.com/"+serviceRoleName)
}

// serviceRole makes the service-linked role where it does not exist yet (EKS User Guide, Using roles for
// Amazon EKS on Fargate).
func (st *state) serviceRole(now time.Time) {
	if st.role(serviceRoleName) != nil {
		return
	}
	st.addRole(Role{
		Name: serviceRoleName, Path: "/aws-service-role/eks-fargate.amazonaws.com/", Created: now,
		Trust:    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks-fargate.amazonaws.com"},"Action":"sts:AssumeRole"}]}`,
		Policies: []string{"arn:" + st.world.Partition + ":iam::aws:policy/aws-service-role/AmazonEKSForFargateServiceRolePolicy"},
	}, now)
}

// role finds a role by name. IAM keeps names apart without regard to case, but finds them as written.
func (st *state) role(name string) *role {
	for _, r := range st.roles {
		if r.Name == name {
			return r
		}
	}
	return nil
}

func (st *state) addRole(r Role, now time.Time) *role {
	if r.Created.IsZero() {
		r.Created = now.Add(-24 * time.Hour)
	}
	added := &role{Role: r, seq: st.next(), unseen: r.UnseenFor}
	added.id = fmt.Sprintf("AROASANDBOX%010d", added.seq)
	st.roles = append(st.roles, added)
	return added
}

// roleXML is a Role as IAM writes it; the trust policy is URL-encoded by RFC 3986 (IAM API, Role).
type roleXML struct {
	Path        string          `xml:"Path"`
	Name        string          `xml:"RoleName"`
	ID          string          `xml:"RoleId"`
	ARN         string          `xml:"Arn"`
	Created     string          `xml:"CreateDate"`
	Trust       string          `xml:"AssumeRolePolicyDocument"`
	Description string          `xml:"Description,omitempty"`
	MaxSession  int             `xml:"MaxSessionDuration"`
	Tags        *memberOf[pair] `xml:"Tags,omitempty"`
}

type pair struct{ Key, Value string }

// memberOf makes a Query list, which is present even when it is empty.
type memberOf[T any] struct {
	Items []T `xml:"member"`
}

// show is the role; ListRoles leaves tags out, GetRole does not (IAM API, ListRoles).
func (s *Server) show(r *role, tags bool) roleXML {
	out := roleXML{
		Path: r.path(), Name: r.Name, ID: r.id, ARN: s.world.RoleARN(r.Role), Created: r.Created.UTC().Format(time.RFC3339),
		Trust: strings.ReplaceAll(url.QueryEscape(r.Trust), "+", "%20"), Description: r.Description, MaxSession: 3600,
	}
	if tags && len(r.Tags) > 0 {
		out.Tags = pairs(r.Tags)
	}
	return out
}

func pairs(tags map[string]string) *memberOf[pair] {
	list := &memberOf[pair]{}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		list.Items = append(list.Items, pair{k, tags[k]})
	}
	return list
}

func noSuchRole(name string) *refusal {
	return &refusal{Status: http.StatusNotFound, Code: "NoSuchEntity", Message: "The role with name " + name + " cannot be found."}
}

// theRole finds the role of a request and judges the permission.
func (s *Server) theRole(c *call) (*role, *refusal) {
	name := c.query.Get("RoleName")
	if !roleNameSyntax.MatchString(name) {
		return nil, invalidRoleName()
	}
	r := s.state.role(name)
	arn := s.state.arn("iam", "", "role/"+name)
	if r != nil {
		arn = s.world.RoleARN(r.Role)
	}
	if refused := s.permit(c, "iam:"+c.operation, arn); refused != nil {
		return nil, refused
	}
	if r == nil {
		return nil, noSuchRole(name)
	}
	return r, nil
}

var roleNameSyntax = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

func invalidRoleName() *refusal {
	return &refusal{Status: http.StatusBadRequest, Code: "ValidationError", Message: "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"}
}

func (s *Server) getRole(c *call) (any, *refusal) {
	r, refused := s.theRole(c)
	if refused != nil {
		return nil, refused
	}
	return struct{ Role roleXML }{s.show(r, true)}, nil
}

// iamPage is a page of an IAM list.
type iamPage struct {
	List      named
	Truncated bool   `xml:"IsTruncated"`
	Marker    string `xml:"Marker,omitempty"`
}

// pageOf pages a list by Marker and MaxItems (1 to 1000, 100 when absent).
func pageOf[T any](s *Server, c *call, name string, items []T, seq func(int, T) int) (any, *refusal) {
	size := 100
	if text := c.query.Get("MaxItems"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return nil, &refusal{Status: http.StatusBadRequest, Code: "ValidationError", Message: "MaxItems must be a number from 1 to 1000"} // not AWS's text
		}
		size = n
	}
	type numbered struct {
		seq  int
		item T
	}
	all := make([]numbered, len(items))
	for i, item := range items {
		all[i] = numbered{seq(i, item), item}
	}
	part, next, ok := page(all, func(n numbered) int { return n.seq }, c.query.Get("Marker"), s.pageSize(size))
	if !ok {
		return nil, &refusal{Status: http.StatusBadRequest, Code: "ValidationError", Message: "Invalid Marker."} // not AWS's text
	}
	list := memberOf[T]{}
	for _, n := range part {
		list.Items = append(list.Items, n.item)
	}
	next = c.following(c.query.Get("Marker"), next)
	return iamPage{named{name, list}, next != "", next}, nil
}

func inOrder[T any](i int, _ T) int { return i + 1 }

func (s *Server) listRoles(c *call) (any, *refusal) {
	if refused := s.permit(c, "iam:ListRoles", s.state.arn("iam", "", "role/")); refused != nil {
		return nil, refused
	}
	var shown []roleXML
	var seqs []int
	for _, r := range s.state.roles {
		if strings.HasPrefix(r.path(), c.query.Get("PathPrefix")) {
			shown = append(shown, s.show(r, false))
			seqs = append(seqs, r.seq)
		}
	}
	return pageOf(s, c, "Roles", shown, func(i int, _ roleXML) int { return seqs[i] })
}

func (s *Server) listRoleTags(c *call) (any, *refusal) {
	r, refused := s.theRole(c)
	if refused != nil {
		return nil, refused
	}
	return pageOf(s, c, "Tags", pairs(r.Tags).Items, inOrder)
}

func (s *Server) listAttachedPolicies(c *call) (any, *refusal) {
	r, refused := s.theRole(c)
	if refused != nil {
		return nil, refused
	}
	type attached struct {
		Name string `xml:"PolicyName"`
		ARN  string `xml:"PolicyArn"`
	}
	var list []attached
	for _, arn := range r.Policies {
		list = append(list, attached{arn[strings.LastIndex(arn, "/")+1:], arn})
	}
	return pageOf(s, c, "AttachedPolicies", list, inOrder)
}

func (s *Server) listInlinePolicies(c *call) (any, *refusal) {
	r, refused := s.theRole(c)
	if refused != nil {
		return nil, refused
	}
	return pageOf(s, c, "PolicyNames", r.InlinePolicies, inOrder)
}

// readTrust takes a trust policy from the request.
func readTrust(c *call, parameter string) (string, *refusal) {
	document := c.query.Get(parameter)
	var policy struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(document), &policy) != nil {
		return "", &refusal{Status: http.StatusBadRequest, Code: "MalformedPolicyDocument", Message: "This policy contains invalid Json"}
	}
	if policy.Statement == nil {
		return "", &refusal{Status: http.StatusBadRequest, Code: "MalformedPolicyDocument", Message: "Syntax errors in policy."}
	}
	return document, nil
}
