package eks

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// createRequest is the body of CreateFargateProfile.
type createRequest struct {
	Name      string            `json:"fargateProfileName"`
	Role      string            `json:"podExecutionRoleArn"`
	Subnets   []string          `json:"subnets"`
	Selectors []world.Selector  `json:"selectors"`
	Token     string            `json:"clientRequestToken"`
	Tags      map[string]string `json:"tags"`
}

// named finds the name of the profile; the operation itself reports a body that is not JSON.
func named(c *wire.Call) {
	var body struct {
		Name string `json:"fargateProfileName"`
	}
	_ = json.Unmarshal(c.Body, &body)
	c.Profile = body.Name
}

func createProfile(c *account.Call) (any, *wire.Refusal) {
	n := &change{Call: c, verb: "create", name: c.Profile}
	if refused := read(c, &n.request); refused != nil {
		return nil, refused
	}
	if len(n.request.Tags) > 0 {
		if refused := c.Permit("eks:TagResource", theProfile(c)); refused != nil {
			return nil, refused
		}
	}
	if refused := n.judge(creates, ofRequest); refused != nil {
		return nil, refused
	}
	cl := c.Find(c.Region, c.Cluster)
	if cl == nil {
		return nil, noCluster(c)
	}

	// The same token with the same request returns the first profile, whatever has become of its status (EKS API,
	// clientRequestToken). A token is forgotten with its profile.
	token := n.request.Token
	n.request.Token = ""
	text, _ := json.Marshal(n.request, json.Deterministic(true)) // strings and lists of strings always marshal
	if t, known := cl.Tokens[token]; known && token != "" {
		if p := cl.Find(c.Profile); p != nil && p.ARN == t.ARN && t.Request == string(text) {
			return show(cl, p), nil
		}
		if slices.ContainsFunc(cl.Profiles, func(p *account.Profile) bool { return p.ARN == t.ARN }) {
			// Not AWS's text: what EKS says to a token that comes with another request is not known.
			return nil, exception(c, invalidParameter, "The clientRequestToken was used before with other parameters.")
		}
	}

	n.cluster, n.profile, n.subnets = cl, cl.Find(n.name), n.request.Subnets
	n.arn = c.ProfileARN(cl, n.name)
	if refused := n.judge(creates, ofCluster); refused != nil {
		return nil, refused
	}
	c.EnsureServiceRole(c.Now)
	cl.LetNodesIn(n.request.Role, c.Now)
	cl.Writing(c.Now)
	p := c.Add(cl, world.Profile{
		Name: n.name, ARN: n.arn, Role: n.request.Role, Subnets: slices.Clone(n.subnets),
		Selectors: n.request.Selectors, Tags: maps.Clone(n.request.Tags),
	}, c.Now, c.Stroke.Outcome())
	if token != "" {
		cl.Tokens[token] = account.Token{Request: string(text), ARN: p.ARN}
	}
	return show(cl, p), nil
}

// read takes the body of a request. The names of its members count as they are written; encoding/json would take them
// in any case, which AWS does not. The code of the refusal is AWS's, the text is not.
func read(c *account.Call, request any) *wire.Refusal {
	if err := json.Unmarshal(c.Body, request); err != nil {
		return wire.BadRequest("SerializationException", "The body is not the JSON of this request: "+err.Error())
	}
	return nil
}

func deleteProfile(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	n := &change{Call: c, verb: "Delete", name: c.Profile, cluster: cl, profile: cl.Find(c.Profile)}
	if refused := n.judge(deletes, ofCluster); refused != nil {
		return nil, refused
	}
	cl.Writing(c.Now)
	c.BeginDelete(cl, n.profile, c.Now, c.Stroke.Outcome())
	return show(cl, n.profile), nil
}
