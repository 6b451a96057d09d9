package eks

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

// clusterRequest is the body of CreateCluster and of UpdateClusterConfig, as far as the sandbox knows it.
type clusterRequest struct {
	Name    string            `json:"name"`
	Version string            `json:"version"`
	Role    string            `json:"roleArn"`
	Token   string            `json:"clientRequestToken"`
	Tags    map[string]string `json:"tags"`
	VPC     struct {
		Subnets        []string `json:"subnetIds"`
		SecurityGroups []string `json:"securityGroupIds"`
		Public         *bool    `json:"endpointPublicAccess"`
		Private        *bool    `json:"endpointPrivateAccess"`
		CIDRs          []string `json:"publicAccessCidrs"`
	} `json:"resourcesVpcConfig"`
	Access struct {
		Mode      string `json:"authenticationMode"`
		Bootstrap *bool  `json:"bootstrapClusterCreatorAdminPermissions"`
	} `json:"accessConfig"`
	Logging clusterLogging `json:"logging"`
}

// clusterSyntax is what the name of a new cluster must look like (EKS API, CreateCluster).
var clusterSyntax = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)
})

// clusterName finds the name of the cluster that a request creates; a body that is not JSON is reported later.
func clusterName(c *wire.Call) {
	var body struct {
		Name string `json:"name"`
	}
	_ = json.Unmarshal(c.Body, &body)
	c.Cluster = body.Name
}

func createCluster(c *account.Call) (any, *wire.Refusal) {
	var request clusterRequest
	if refused := read(c, &request); refused != nil {
		return nil, refused
	}
	switch {
	case !clusterSyntax().MatchString(c.Cluster):
		return nil, exception(c, invalidParameter, "The name parameter contains invalid characters. It should begin with "+
			"letter or digit and can have any of the following characters: the set of Unicode letters, digits, hyphens and "+
			"underscores.")
	case !syntax().roleARN.MatchString(request.Role):
		return nil, exception(c, invalidParameter, "The role ARN '"+request.Role+"' is not valid") // not AWS's text
	}
	if refused := cmp.Or(c.Permit("iam:PassRole", request.Role), refuseLogs(c, request.Logging)); refused != nil {
		return nil, refused
	}
	if cl := c.Find(c.Region, c.Cluster); cl != nil {
		if _, again := sentBefore(c, cl, request.Token); again {
			return showCluster(c, cl), nil
		}
		return nil, exception(c, inUse, "Cluster already exists with name: "+c.Cluster)
	}
	made := world.Cluster{
		Name: c.Cluster, Region: c.Region, Version: cmp.Or(request.Version, versions[0].version), Role: request.Role,
		Tags: request.Tags, Subnets: request.VPC.Subnets, Status: "CREATING", Created: c.Now,
		AuthenticationMode: cmp.Or(request.Access.Mode, "CONFIG_MAP"), // by default (EKS User Guide, access entries)
	}
	if supportOf(made.Version, c.Now) == unsupported {
		return nil, exception(c, invalidParameter, "unsupported Kubernetes version "+made.Version)
	}
	if made.VPC = c.World.VPCOf(&made); made.VPC == "" {
		// Not AWS's text.
		return nil, exception(c, invalidParameter, "None of the subnets of the cluster exists.")
	}
	private := false // the default of the API (EKS API, VpcConfigRequest)
	made.EndpointPrivateAccess = &private
	made.ClusterSecurityGroup = "sg-" + strings.ReplaceAll(c.UUID(), "-", "")[:17]
	apply(&made, request)
	if made.AuthenticationMode != "CONFIG_MAP" && yes(request.Access.Bootstrap) {
		// The creator is a cluster admin by an access entry (EKS API, CreateAccessConfigRequest).
		made.AccessEntries = []world.AccessEntry{{Principal: c.Caller(), Created: c.Now}}
	}
	cl := c.AddCluster(made, c.Now)
	log(cl, request.Logging)
	remember(c, cl, request.Token, cl.ARN)
	cl.Becomes("ACTIVE", c.Now.Add(c.World.Delays.Cluster))
	return showCluster(c, cl), nil
}

// sentBefore reports whether a client sends again, with its token, what the cluster has done, and returns the id of
// that.
func sentBefore(c *account.Call, cl *account.Cluster, token string) (id string, again bool) {
	t, known := cl.Tokens[c.Operation+" "+token]
	return t.ARN, known && token != "" && t.Request == string(c.Body)
}

func remember(c *account.Call, cl *account.Cluster, token, id string) {
	cl.Tokens[c.Operation+" "+token] = account.Token{Request: string(c.Body), ARN: id}
}

// apply changes what a request states of the network and of the access.
func apply(cl *world.Cluster, request clusterRequest) {
	if request.VPC.Subnets != nil {
		cl.Subnets = request.VPC.Subnets
	}
	if request.VPC.SecurityGroups != nil {
		cl.SecurityGroups = request.VPC.SecurityGroups
	}
	if request.VPC.Public != nil {
		cl.EndpointPublicAccess = request.VPC.Public
	}
	if request.VPC.Private != nil {
		cl.EndpointPrivateAccess = request.VPC.Private
	}
	if request.VPC.CIDRs != nil {
		cl.PublicAccessCIDRs = request.VPC.CIDRs
	}
	if request.Access.Mode != "" {
		cl.AuthenticationMode = request.Access.Mode
	}
}

func deleteCluster(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	switch {
	case len(cl.Profiles) > 0:
		return nil, exception(c, inUse, "Cluster has Fargate Profiles in ACTIVE/CREATING state")
	case len(cl.Nodegroups) > 0:
		return nil, exception(c, inUse, "Cluster has nodegroups attached")
	case cl.Updating(c.Now):
		// Not AWS's text.
		return nil, exception(c, inUse, "Cluster "+cl.Name+" currently has an update in progress")
	}
	cl.Status = world.Deleting
	cl.Becomes(account.Gone, c.Now.Add(c.World.Delays.Cluster))
	return showCluster(c, cl), nil
}

// updateCluster changes the cluster at once; the update that says so is in progress for the world's delay, and
// EKS refuses changes of profiles meanwhile.
func updateCluster(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	var request clusterRequest
	var raw map[string]jsontext.Value
	if refused := cmp.Or(read(c, &request), read(c, &raw), refuseLogs(c, request.Logging)); refused != nil {
		return nil, refused
	}
	if id, again := sentBefore(c, cl, request.Token); again {
		c.Resource = id
		return describeUpdate(c, cl)
	}
	switch {
	case cl.Status != world.Active:
		return nil, exception(c, invalidRequest, "Cluster '"+cl.Name+"' is not in ACTIVE status")
	case cl.Updating(c.Now):
		// Not AWS's text.
		return nil, exception(c, inUse, "Cluster "+cl.Name+" currently has an update in progress")
	}
	kind, params := paramsOf(raw)
	switch mode := request.Access.Mode; {
	case kind == "":
		return nil, exception(c, invalidParameter,
			"The fgctl sandbox updates resourcesVpcConfig, accessConfig and logging only; the request has none of them.")
	case mode != "" && nextMode[cl.AuthenticationMode] != mode:
		return nil, exception(c, invalidParameter,
			"Unsupported authentication mode update from "+cl.AuthenticationMode+" to "+mode)
	}
	u := account.ClusterUpdate{
		ID: c.UUID(), Type: kind, Params: params, Created: c.Now, Ends: c.Now.Add(c.World.Delays.Update),
	}
	apply(&cl.Cluster, request)
	log(cl, request.Logging)
	cl.ClusterUpdates = append(cl.ClusterUpdates, u)
	remember(c, cl, request.Token, u.ID)
	cl.Update(c.Now, c.World.Delays.Update)
	return showUpdate(c, u), nil
}

// nextMode is the only authentication mode that another can become: one step, and none back (EKS User Guide, access
// entries; EKS refuses even the mode that the cluster has).
var nextMode = map[string]string{"CONFIG_MAP": "API_AND_CONFIG_MAP", "API_AND_CONFIG_MAP": "API"}

// paramsOf returns the type of an update and its parameters, each with the JSON of its value (AWS CLI reference,
// update-cluster-config); no type for a request that states nothing.
func paramsOf(raw map[string]jsontext.Value) (kind string, params []account.UpdateParam) {
	for _, p := range [...]struct{ outer, inner, param, update string }{
		{"resourcesVpcConfig", "endpointPublicAccess", "EndpointPublicAccess", "EndpointAccessUpdate"},
		{"resourcesVpcConfig", "endpointPrivateAccess", "EndpointPrivateAccess", "EndpointAccessUpdate"},
		{"resourcesVpcConfig", "publicAccessCidrs", "PublicAccessCidrs", "EndpointAccessUpdate"},
		{"resourcesVpcConfig", "subnetIds", "Subnets", "VpcConfigUpdate"},
		{"resourcesVpcConfig", "securityGroupIds", "SecurityGroups", "VpcConfigUpdate"},
		{"accessConfig", "authenticationMode", "AuthenticationMode", "AccessConfigUpdate"},
		{"logging", "", "ClusterLogging", "LoggingUpdate"},
	} {
		value := raw[p.outer]
		if p.inner != "" {
			var inner map[string]jsontext.Value
			_ = json.Unmarshal(value, &inner) // what is no object states nothing
			value = inner[p.inner]
		}
		if len(value) == 0 || string(value) == "null" {
			continue
		}
		if kind == "" {
			kind = p.update
		}
		params = append(params, account.UpdateParam{Type: p.param, Value: string(value)})
	}
	return kind, params
}

func showUpdate(c *account.Call, u account.ClusterUpdate) any {
	status := "InProgress"
	if !c.Now.Before(u.Ends) {
		status = "Successful"
	}
	return map[string]any{"update": map[string]any{
		"id": u.ID, "status": status, "type": u.Type, "params": append([]account.UpdateParam{}, u.Params...),
		"createdAt": wire.Epoch(u.Created), "errors": []any{},
	}}
}

func listUpdates(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	if c.Query.Has("nodegroupName") || c.Query.Has("addonName") {
		return nameList(c, "updateIds", nil) // the sandbox updates clusters only
	}
	ids := make([]string, len(cl.ClusterUpdates))
	for i, u := range cl.ClusterUpdates {
		ids[i] = u.ID
	}
	return nameList(c, "updateIds", ids)
}

func describeUpdate(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	i := slices.IndexFunc(cl.ClusterUpdates, func(u account.ClusterUpdate) bool { return u.ID == c.Resource })
	if i < 0 {
		// Not AWS's text.
		return nil, exception(c, notFound, "No update found for ID: "+c.Resource)
	}
	return showUpdate(c, cl.ClusterUpdates[i]), nil
}

func listNodegroups(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	names := make([]string, len(cl.Nodegroups))
	for i, n := range cl.Nodegroups {
		names[i] = n.Name
	}
	return nameList(c, "nodegroups", names)
}

func listAddons(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	return nameList(c, "addons", slices.Clone(cl.Addons))
}

// describeAddon shows an add-on without its version, which a world does not say.
func describeAddon(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	if !slices.Contains(cl.Addons, c.Resource) {
		return nil, exception(c, notFound, "No addon: "+c.Resource+" found in cluster: "+cl.Name)
	}
	created := wire.Epoch(cl.Created)
	return map[string]any{"addon": map[string]any{
		"addonName": c.Resource, "clusterName": cl.Name, "status": world.Active, "health": health(nil),
		"addonArn":  c.ARN("eks", cl.Region, "addon/"+cl.Name+"/"+c.Resource+"/sandbox"),
		"createdAt": created, "modifiedAt": created, "tags": map[string]string{},
	}}, nil
}

func describeNodegroup(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	for _, n := range cl.Nodegroups {
		if n.Name == c.Resource {
			return map[string]any{"nodegroup": map[string]any{
				"nodegroupName": n.Name, "clusterName": cl.Name, "nodeRole": roleARN(c, n.Role),
				"status":       cmp.Or(n.Status, world.Active),
				"nodegroupArn": c.ARN("eks", cl.Region, "nodegroup/"+cl.Name+"/"+n.Name+"/sandbox"), "version": cl.Version,
				"createdAt": wire.Epoch(cl.Created), "subnets": append([]string{}, n.Subnets...), "capacityType": "ON_DEMAND",
				"scalingConfig": map[string]any{"minSize": 1, "maxSize": 1, "desiredSize": 1},
				"health":        health(nil), "tags": map[string]string{}, "labels": map[string]string{},
			}}, nil
		}
	}
	return nil, exception(c, notFound, "No node group found for name: "+c.Resource+".")
}

// listPodIdentities filters by namespace and serviceAccount.
func listPodIdentities(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	list := []map[string]any{}
	for i, a := range cl.PodIdentities {
		if ns := c.Query.Get("namespace"); ns != "" && ns != a.Namespace {
			continue
		}
		if sa := c.Query.Get("serviceAccount"); sa != "" && sa != a.ServiceAccount {
			continue
		}
		id := fmt.Sprintf("a-sandbox%010d", i+1)
		list = append(list, map[string]any{
			"clusterName": cl.Name, "namespace": a.Namespace, "serviceAccount": a.ServiceAccount, "associationId": id,
			"associationArn": c.ARN("eks", cl.Region, "podidentityassociation/"+cl.Name+"/"+id),
		})
	}
	return pageList(c, "associations", list)
}

// roleARN returns the ARN of a role that a world names, or the ARN that it states.
func roleARN(c *account.Call, role string) string {
	if strings.HasPrefix(role, "arn:") {
		return role
	}
	if r := c.Role(role); r != nil {
		return c.World.RoleARN(r.Role)
	}
	return c.ARN("iam", "", "role/"+role)
}

// yes returns what a switch says that is on where it says nothing.
func yes(p *bool) bool { return p == nil || *p }
