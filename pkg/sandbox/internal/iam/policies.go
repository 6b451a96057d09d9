package iam

import (
	"cmp"
	_ "embed" // the policies of AWS
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// encoded returns a policy as IAM writes it: URL-encoded by RFC 3986 (IAM API).
func encoded(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func putInline(c *account.Call, r *account.Role) (any, *wire.Refusal) {
	name := c.Query.Get("PolicyName")
	if !entityName(name, 128) {
		return nil, invalidName("policyName")
	}
	document, refused := readPolicy(c, "PolicyDocument")
	if refused != nil {
		return nil, refused
	}
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
	document := cmp.Or(r.Documents[name], `{"Version":"2012-10-17","Statement":[]}`) // a world names inline policies only
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

//go:embed managed.json
var managedJSON []byte

// managedPolicy is a policy of AWS. Its document is empty where the sandbox does not have it.
type managedPolicy struct {
	Version  string
	Document json.RawMessage
}

// managed are the policies of AWS that people of the field attach, by their paths and names, as the AWS Managed Policy
// Reference had them in April 2026. ReadOnlyAccess is too long to be kept here.
var managed = sync.OnceValue(func() map[string]managedPolicy {
	policies := map[string]managedPolicy{}
	if err := json.Unmarshal(managedJSON, &policies); err != nil {
		panic(err)
	}
	return policies
})

// findPolicy returns the policy of an ARN, AWS's or the account's own, nil where there is none.
func findPolicy(c *account.Call, arn string) *account.Policy {
	if name, ok := strings.CutPrefix(arn, "arn:"+c.World.Partition+":iam::aws:policy/"); ok {
		m, known := managed()[name]
		if !known {
			return nil
		}
		return &account.Policy{
			ARN: arn, ID: "ANPASANDBOX0000000000", Version: m.Version, Created: c.Created,
			Document: strings.ReplaceAll(string(m.Document), "arn:aws:", "arn:"+c.World.Partition+":"),
		}
	}
	return account.First(c.Policies, func(p *account.Policy) bool { return p.ARN == arn })
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
	Tags        *wire.Members[wire.Tag]
}

func showPolicy(c *account.Call, p *account.Policy) any {
	return struct{ Policy policyXML }{policyOf(c, p)}
}

// listPolicies shows AWS's policies as far as the sandbox knows them, then the account's own. It leaves out what
// GetPolicy alone shows (IAM API, ListPolicies).
func listPolicies(c *account.Call) (any, *wire.Refusal) {
	var list []policyXML
	add := func(p *account.Policy) {
		shown := policyOf(c, p)
		shown.Description, shown.Tags = "", nil
		unused := c.Query.Get("OnlyAttached") == "true" && shown.Attachments == 0
		if !unused && strings.HasPrefix(shown.Path, c.Query.Get("PathPrefix")) {
			list = append(list, shown)
		}
	}
	if c.Query.Get("Scope") != "Local" {
		for _, name := range slices.Sorted(maps.Keys(managed())) {
			add(findPolicy(c, "arn:"+c.World.Partition+":iam::aws:policy/"+name))
		}
	}
	if c.Query.Get("Scope") != "AWS" {
		for _, p := range c.Policies {
			add(p)
		}
	}
	return page(c, "Policies", list, account.InOrder)
}

func policyOf(c *account.Call, p *account.Policy) policyXML {
	_, path, _ := strings.Cut(p.ARN, ":policy")
	slash := strings.LastIndex(path, "/")
	out := policyXML{
		Name: path[slash+1:], ID: p.ID, ARN: p.ARN, Path: path[:slash+1], Version: p.Version,
		Attachable:  !strings.HasPrefix(path, "/aws-service-role/"),
		Description: p.Description, Created: p.Created.UTC().Format(time.RFC3339),
		Tags: &wire.Members[wire.Tag]{List: wire.Tags(p.Tags)},
	}
	out.Updated = out.Created
	for _, r := range c.Roles {
		if slices.Contains(r.Role.Policies, p.ARN) {
			out.Attachments++
		}
	}
	return out
}

func createPolicy(c *account.Call) (any, *wire.Refusal) {
	name := c.Query.Get("PolicyName")
	if !entityName(name, 128) {
		return nil, invalidName("policyName")
	}
	path, refused := pathOf(c)
	if refused != nil {
		return nil, refused
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
		ARN: arn, Version: "v1", Document: document, Description: c.Query.Get("Description"), Tags: c.Tags(), Created: c.Now,
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
	if version != p.Version || p.Document == "" {
		// Not AWS's text: AWS knows the documents of all its policies.
		return nil, wire.NotFound("NoSuchEntity", "The fgctl sandbox knows no version "+version+" of "+p.ARN+".")
	}
	shown := versionOf(p)
	shown.Document = encoded(p.Document)
	return struct{ PolicyVersion versionXML }{shown}, nil
}

// versionXML is a PolicyVersion as IAM writes it; a policy of the sandbox has one.
type versionXML struct {
	Document string `xml:",omitempty"`
	ID       string `xml:"VersionId"`
	Default  bool   `xml:"IsDefaultVersion"`
	Created  string `xml:"CreateDate"`
}

func versionOf(p *account.Policy) versionXML {
	return versionXML{ID: p.Version, Default: true, Created: p.Created.UTC().Format(time.RFC3339)}
}

func listPolicyVersions(c *account.Call, p *account.Policy) (any, *wire.Refusal) {
	return page(c, "Versions", []versionXML{versionOf(p)}, account.InOrder)
}

func deletePolicy(c *account.Call, p *account.Policy) (any, *wire.Refusal) {
	i := slices.Index(c.Policies, p)
	if i < 0 {
		// Not AWS's text.
		return nil, &wire.Refusal{Status: 403, Code: "AccessDenied", Message: "The policy " + p.ARN + " belongs to AWS."}
	}
	has := func(r *account.Role) bool { return slices.Contains(r.Role.Policies, p.ARN) || r.Boundary == p.ARN }
	if slices.ContainsFunc(c.Roles, has) {
		return nil, wire.Conflict("DeleteConflict", "Cannot delete a policy attached to entities.")
	}
	c.Policies = slices.Delete(c.Policies, i, i+1)
	return nil, nil
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
