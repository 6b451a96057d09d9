package iam

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/policy"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// encoded returns a policy as IAM writes it: URL-encoded by RFC 3986 (IAM API).
func encoded(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func putInline(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	document, refused := readPolicy(c, "PolicyDocument")
	if refused != nil {
		return nil, refused
	}
	name := c.Query.Get("PolicyName")
	if !slices.Contains(r.InlinePolicies, name) {
		r.InlinePolicies = append(slices.Clone(r.InlinePolicies), name)
	}
	r.Documents[name] = document
	return nil, nil
}

// inline finds the inline policy that a request names.
func inline(c *account.Call, r *account.Role) (name string, refused *wire.Refusal) {
	name = c.Query.Get("PolicyName")
	if !slices.Contains(r.InlinePolicies, name) {
		return "", wire.NotFound("NoSuchEntity", "The role policy with name "+name+" cannot be found.")
	}
	return name, nil
}

func getInline(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	name, refused := inline(c, r)
	if refused != nil {
		return nil, refused
	}
	document := r.Documents[name]
	if document == "" {
		document = `{"Version":"2012-10-17","Statement":[]}` // a world names inline policies only
	}
	return struct{ RoleName, PolicyName, PolicyDocument string }{r.Name, name, encoded(document)}, nil
}

func deleteInline(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	name, refused := inline(c, r)
	if refused != nil {
		return nil, refused
	}
	r.InlinePolicies = slices.DeleteFunc(slices.Clone(r.InlinePolicies), func(n string) bool { return n == name })
	delete(r.Documents, name)
	return nil, nil
}

// managed are the policies of AWS that people of the field attach, by their paths and names, with the documents that
// the sandbox judges by.
var managed = []struct{ name, document string }{
	{"AmazonEKSFargatePodExecutionRolePolicy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` +
		`"ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:GetDownloadUrlForLayer","ecr:BatchGetImage"],` +
		`"Resource":"*"}]}`},
	{"AdministratorAccess", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`},
	{"AmazonEC2ContainerRegistryPullOnly", ""},
	{"AmazonEC2ContainerRegistryReadOnly", ""},
	{"AmazonEKSClusterPolicy", ""},
	{"AmazonEKSServicePolicy", ""},
	{"AmazonEKSVPCResourceController", ""},
	{"AmazonEKSWorkerNodePolicy", ""},
	{"AmazonEKS_CNI_Policy", ""},
	{"AmazonElasticFileSystemClientFullAccess", ""},
	{"AmazonSSMManagedInstanceCore", ""},
	{"CloudWatchAgentServerPolicy", ""},
	{"CloudWatchLogsFullAccess", ""},
	{"ReadOnlyAccess", ""},
	{"aws-service-role/AmazonEKSForFargateServiceRolePolicy", ""},
	{"service-role/AmazonEBSCSIDriverPolicy", ""},
	{"service-role/AmazonEFSCSIDriverPolicy", ""},
}

// findPolicy returns the policy of an ARN, AWS's or the account's own, nil where there is none.
func findPolicy(c *account.Call, arn string) *account.Policy {
	if name, ok := strings.CutPrefix(arn, "arn:"+c.World.Partition+":iam::aws:policy/"); ok {
		for _, m := range managed {
			if m.name == name {
				return &account.Policy{ARN: arn, Document: m.document, ID: "ANPASANDBOX0000000000", Created: c.Created}
			}
		}
		return nil
	}
	if i := slices.IndexFunc(c.Policies, func(p *account.Policy) bool { return p.ARN == arn }); i >= 0 {
		return c.Policies[i]
	}
	return nil
}

// policyXML is a Policy as IAM writes it.
type policyXML struct {
	Name        string `xml:"PolicyName"`
	ID          string `xml:"PolicyId"`
	ARN         string `xml:"Arn"`
	Path        string
	Version     string `xml:"DefaultVersionId"`
	Attachments int    `xml:"AttachmentCount"`
	Boundaries  int    `xml:"PermissionsBoundaryUsageCount"`
	Attachable  bool   `xml:"IsAttachable"`
	Description string `xml:",omitempty"`
	Created     string `xml:"CreateDate"`
	Updated     string `xml:"UpdateDate"`
	Tags        wire.Members[wire.Tag]
}

func showPolicy(c *account.Call, p *account.Policy) any {
	_, path, _ := strings.Cut(p.ARN, ":policy")
	slash := strings.LastIndex(path, "/")
	out := policyXML{
		Name: path[slash+1:], ID: p.ID, ARN: p.ARN, Path: path[:slash+1], Version: "v1", Attachable: true,
		Description: p.Description, Created: p.Created.UTC().Format(time.RFC3339),
		Tags: wire.Members[wire.Tag]{List: wire.Tags(p.Tags)},
	}
	out.Updated = out.Created
	for _, r := range c.Roles {
		if slices.Contains(r.Role.Policies, p.ARN) {
			out.Attachments++
		}
	}
	return struct{ Policy policyXML }{out}
}

func createPolicy(c *account.Call) (any, *wire.Refusal) {
	name, path := c.Query.Get("PolicyName"), c.Query.Get("Path")
	if path == "" {
		path = "/"
	}
	arn := c.ARN("iam", "", "policy"+path+name)
	if refused := c.Permit("iam:CreatePolicy", arn); refused != nil {
		return nil, refused
	}
	document, refused := readPolicy(c, "PolicyDocument")
	if refused != nil {
		return nil, refused
	}
	if findPolicy(c, arn) != nil {
		return nil, wire.Conflict("EntityAlreadyExists",
			"A policy called "+name+" already exists. Duplicate names are not allowed.")
	}
	p := &account.Policy{
		ARN: arn, Document: document, Description: c.Query.Get("Description"), Tags: c.Tags(), Created: c.Now,
		ID: "ANPASANDBOX" + strings.ToUpper(c.UUID()[:8]),
	}
	c.Policies = append(c.Policies, p)
	return showPolicy(c, p), nil
}

// ofPolicy finds the policy of a request and asks for the permission on it.
func ofPolicy(run func(*account.Call, *account.Policy) (any, *wire.Refusal)) func(*account.Call) (any, *wire.Refusal) {
	return func(c *account.Call) (any, *wire.Refusal) {
		arn := c.Query.Get("PolicyArn")
		if refused := c.Permit(c.FullName(), arn); refused != nil {
			return nil, refused
		}
		p := findPolicy(c, arn)
		if p == nil {
			return nil, wire.NotFound("NoSuchEntity", "Policy "+arn+" was not found.")
		}
		return run(c, p)
	}
}

func getPolicy(c *account.Call, p *account.Policy) (any, *wire.Refusal) { return showPolicy(c, p), nil }

func getPolicyVersion(c *account.Call, p *account.Policy) (any, *wire.Refusal) {
	version := c.Query.Get("VersionId")
	if version != "v1" || p.Document == "" {
		// Not AWS's text: AWS knows the documents of all its policies.
		return nil, wire.NotFound("NoSuchEntity", "The fgctl sandbox knows no version "+version+" of "+p.ARN+".")
	}
	type versionXML struct {
		Document string
		ID       string `xml:"VersionId"`
		Default  bool   `xml:"IsDefaultVersion"`
		Created  string `xml:"CreateDate"`
	}
	return struct{ PolicyVersion versionXML }{
		versionXML{encoded(p.Document), version, true, p.Created.UTC().Format(time.RFC3339)},
	}, nil
}

func createServiceLinkedRole(c *account.Call) (any, *wire.Refusal) {
	service := c.Query.Get("AWSServiceName")
	if service != account.FargateService {
		// Not AWS's text.
		return nil, wire.BadRequest("InvalidInput", "The fgctl sandbox makes the service-linked role of "+
			account.FargateService+" only, not that of "+service+".")
	}
	if refused := c.Permit("iam:CreateServiceLinkedRole", c.ServiceRoleARN()); refused != nil {
		return nil, refused
	}
	if c.Role(account.ServiceRoleName) != nil {
		return nil, wire.BadRequest("InvalidInput", "Service role name "+account.ServiceRoleName+
			" has been taken in this account, please try a different suffix.")
	}
	c.EnsureServiceRole(c.Now)
	return struct{ Role roleXML }{show(c, c.Role(account.ServiceRoleName), true)}, nil
}

// simulate says what the caller or a role may do by the policies that the sandbox knows.
func simulate(c *account.Call) (any, *wire.Refusal) {
	source := c.Query.Get("PolicySourceArn")
	var statements []policy.Statement
	var role *account.Role
	if source != c.Caller() {
		i := slices.IndexFunc(c.Roles, func(r *account.Role) bool { return c.World.RoleARN(r.Role) == source })
		if i < 0 {
			// Not AWS's text.
			return nil, wire.NotFound("NoSuchEntity", "The fgctl sandbox knows no user or role "+source+".")
		}
		role = c.Roles[i]
		documents := make([]string, 0, len(role.InlinePolicies)+len(role.Role.Policies))
		for _, name := range role.InlinePolicies {
			documents = append(documents, role.Documents[name])
		}
		for _, arn := range role.Role.Policies {
			if p := findPolicy(c, arn); p != nil {
				documents = append(documents, p.Document)
			}
		}
		for _, d := range documents {
			list, _ := policy.Read(d) // what the sandbox cannot read allows nothing
			statements = append(statements, list...)
		}
	}
	decide := func(action, resource string) string {
		allowed, denied := c.Decide(action, resource)
		if role != nil {
			allowed, denied = policy.Judge(statements, policy.Request{Action: action, Resource: resource})
		}
		switch {
		case denied:
			return "explicitDeny"
		case allowed:
			return "allowed"
		}
		return "implicitDeny"
	}
	type result struct {
		Action   string               `xml:"EvalActionName"`
		Resource string               `xml:"EvalResourceName"`
		Decision string               `xml:"EvalDecision"`
		Missing  wire.Members[string] `xml:"MissingContextValues"`
		Matched  wire.Members[string] `xml:"MatchedStatements"`
	}
	resources := c.Values("ResourceArns.member")
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	actions := c.Values("ActionNames.member")
	results := make([]result, 0, len(actions)*len(resources))
	for _, action := range actions {
		for _, resource := range resources {
			results = append(results, result{Action: action, Resource: resource, Decision: decide(action, resource)})
		}
	}
	return page(c, "EvaluationResults", results, account.InOrder)
}
