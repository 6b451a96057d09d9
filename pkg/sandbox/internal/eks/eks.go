// Package eks answers EKS: clusters, Fargate profiles and tags. What EKS refuses stands in the table refusals; it is
// the sandbox's own reading of the service, kept apart from the rules that fgctl checks by.
package eks

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/account"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
	"github.com/fgctl/fgctl/pkg/sandbox/world"
)

const (
	oneCluster  = " /clusters/{cluster}"
	allProfiles = "/fargate-profiles"
	oneProfile  = allProfiles + "/{profile}"
	oneARN      = " /tags/{arn...}" // some clients leave the ARN's slashes alone
)

// Operations returns those of EKS that the sandbox knows (EKS API reference).
func Operations() []account.Operation {
	return []account.Operation{
		{Name: "ListClusters", Route: "GET /clusters", On: everyCluster, Run: listClusters},
		{Name: "CreateCluster", Route: "POST /clusters", About: clusterName, On: theCluster, Run: createCluster},
		{Name: "DescribeClusterVersions", Route: "GET /cluster-versions", On: everything, Run: describeClusterVersions},
		onCluster("DescribeCluster", "GET", "", describeCluster),
		onCluster("UpdateClusterConfig", "POST", "/update-config", updateCluster),
		onCluster("DeleteCluster", "DELETE", "", deleteCluster),
		onCluster("ListUpdates", "GET", "/updates", listUpdates),
		onCluster("DescribeUpdate", "GET", "/updates/{arn}", describeUpdate),
		onCluster("ListNodegroups", "GET", "/node-groups", listNodegroups),
		onCluster("DescribeNodegroup", "GET", "/node-groups/{arn}", describeNodegroup),
		onCluster("ListAddons", "GET", "/addons", listAddons),
		onCluster("DescribeAddon", "GET", "/addons/{arn}", describeAddon),
		onCluster("ListPodIdentityAssociations", "GET", "/pod-identity-associations", listPodIdentities),
		onCluster("CreateAccessEntry", "POST", "/access-entries", withEntries(createAccessEntry)),
		onCluster("ListAccessEntries", "GET", "/access-entries", withEntries(listAccessEntries)),
		onCluster("DescribeAccessEntry", "GET", "/access-entries/{arn}", withEntry(describeAccessEntry)),
		onCluster("UpdateAccessEntry", "POST", "/access-entries/{arn}", withEntry(updateAccessEntry)),
		onCluster("DeleteAccessEntry", "DELETE", "/access-entries/{arn}", withEntry(deleteAccessEntry)),
		onCluster("ListFargateProfiles", "GET", allProfiles, listProfiles),
		{
			Name: "CreateFargateProfile", Route: "POST" + oneCluster + allProfiles, About: named, On: theCluster,
			Run: createProfile,
		},
		onProfile("DescribeFargateProfile", "GET", describe),
		onProfile("DeleteFargateProfile", "DELETE", deleteProfile),
		{Name: "ListTagsForResource", Route: "GET" + oneARN, About: aboutARN, On: theARN, Run: listTags, NotFound: nothing},
		{Name: "TagResource", Route: "POST" + oneARN, About: aboutARN, On: theARN, Run: tagResource},
		{Name: "UntagResource", Route: "DELETE" + oneARN, About: aboutARN, On: theARN, Run: untagResource},
	}
}

// clusterRun is what an operation does with the cluster that a request is about.
type clusterRun = func(*account.Call, *account.Cluster) (any, *wire.Refusal)

// onCluster returns an operation on a cluster that there must be; reads may see an earlier state of it.
func onCluster(name, method, path string, run clusterRun) account.Operation {
	return account.Operation{
		Name: name, Route: method + oneCluster + path, On: theCluster, NotFound: noCluster,
		Run: func(c *account.Call) (any, *wire.Refusal) {
			cl := c.Find(c.Region, c.Cluster)
			if method == "GET" {
				cl = c.Seen()
			}
			if cl != nil {
				return run(c, cl)
			}
			return nil, noCluster(c)
		},
	}
}

// onProfile returns an operation on a profile.
func onProfile(name, method string, run clusterRun) account.Operation {
	o := onCluster(name, method, oneProfile, run)
	o.On, o.NotFound = theProfile, noProfile
	return o
}

// The resources that permissions are judged on.
func everything(*account.Call) string     { return "*" }
func everyCluster(c *account.Call) string { return c.ARN("eks", c.Region, "cluster/*") }
func theCluster(c *account.Call) string   { return c.ARN("eks", c.Region, "cluster/"+c.Cluster) }
func theARN(c *account.Call) string       { return c.Resource }

func theProfile(c *account.Call) string {
	if cl := c.Find(c.Region, c.Cluster); cl != nil {
		if p := cl.Find(c.Profile); p != nil {
			return p.ARN
		}
	}
	return c.ARN("eks", c.Region, "fargateprofile/"+c.Cluster+"/"+c.Profile+"/*")
}

// The exceptions of EKS that the sandbox uses.
const (
	accessDenied     = "AccessDeniedException"
	badRequest       = "BadRequestException"
	invalidParameter = "InvalidParameterException"
	invalidRequest   = "InvalidRequestException"
	limitExceeded    = "ResourceLimitExceededException"
	inUse            = "ResourceInUseException"
	notFound         = "ResourceNotFoundException"
)

// exception returns a refusal with the members that the exception has in the model beside the message (botocore, eks
// 2017-11-01); only those that have a value are sent.
func exception(c *account.Call, code, message string) *wire.Refusal {
	r := &wire.Refusal{Status: http.StatusBadRequest, Code: code, Message: message, Fields: map[string]any{}}
	switch code {
	case accessDenied:
		r.Status = http.StatusForbidden
		return r
	case inUse:
		r.Status = http.StatusConflict
	case notFound:
		r.Status = http.StatusNotFound
	}
	if c.Cluster != "" {
		r.Fields["clusterName"] = c.Cluster
	}
	if c.Profile != "" && (code == invalidParameter || code == notFound) {
		r.Fields["fargateProfileName"] = c.Profile
	}
	return r
}

func noCluster(c *account.Call) *wire.Refusal {
	r := exception(c, notFound, "No cluster found for name: "+c.Cluster+".")
	delete(r.Fields, "fargateProfileName") // the exception is about the cluster
	return r
}

func noProfile(c *account.Call) *wire.Refusal {
	return exception(c, notFound, "No Fargate Profile found with name: "+c.Profile+".")
}

// cut takes a page of a list that is sorted by its keys. The page size is 1 to 100, 100 when absent (EKS API). The
// texts of the refusals are not AWS's.
func cut[T any](c *account.Call, items []T, key func(int) string) (part []T, next string, refused *wire.Refusal) {
	size, ok := c.Number("maxResults", 100, 1, 100)
	if !ok {
		return nil, "", exception(c, invalidParameter,
			fmt.Sprintf("maxResults is %q; it must be a number from 1 to 100", c.Query.Get("maxResults")))
	}
	part, next, ok = account.Page(c, items, key, c.Query.Get("nextToken"), size)
	if !ok {
		return nil, "", exception(c, invalidParameter, "The nextToken is not one that this service gave.")
	}
	return part, next, nil
}

// listAnswer is a page of a list with the token of the next one.
func listAnswer(c *account.Call, key string, part any, next string) map[string]any {
	out := map[string]any{key: part}
	if next = c.Stroke.Next(c.Query.Get("nextToken"), next); next != "" {
		out["nextToken"] = next
	}
	return out
}

// pageList pages a list in its own order into an answer.
func pageList(c *account.Call, key string, items []map[string]any) (any, *wire.Refusal) {
	part, next, refused := cut(c, items, account.InOrder)
	if refused != nil {
		return nil, refused
	}
	return listAnswer(c, key, append([]map[string]any{}, part...), next), nil
}

// nameList sorts a list of names and pages it into an answer.
func nameList(c *account.Call, key string, names []string) (any, *wire.Refusal) {
	slices.Sort(names)
	part, next, refused := cut(c, names, func(i int) string { return names[i] })
	if refused != nil {
		return nil, refused
	}
	return listAnswer(c, key, append([]string{}, c.Stroke.Names(part, next == "")...), next), nil
}

func listClusters(c *account.Call) (any, *wire.Refusal) {
	var names []string
	for _, cl := range c.Clusters {
		if cl.Region == c.Region {
			names = append(names, cl.Name)
		}
	}
	return nameList(c, "clusters", names)
}

func listProfiles(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	names := make([]string, len(cl.Profiles))
	for i, p := range cl.Profiles {
		names[i] = p.Name
	}
	return nameList(c, "fargateProfileNames", names)
}

func describe(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	p := cl.Find(c.Profile)
	if p == nil {
		return nil, noProfile(c)
	}
	shown := *p
	if c.Stroke.HidesName() {
		shown.Name = ""
	}
	return show(cl, &shown), nil
}

// show returns a profile as EKS writes it.
func show(cl *account.Cluster, p *account.Profile) any {
	type profileJSON struct {
		Name      string            `json:"fargateProfileName"`
		ARN       string            `json:"fargateProfileArn"`
		Cluster   string            `json:"clusterName"`
		CreatedAt float64           `json:"createdAt"`
		Role      string            `json:"podExecutionRoleArn"`
		Subnets   []string          `json:"subnets"`
		Selectors []world.Selector  `json:"selectors"`
		Status    string            `json:"status"`
		Tags      map[string]string `json:"tags"`
		Health    any               `json:"health"`
	}
	return map[string]any{"fargateProfile": profileJSON{
		Name: p.Name, ARN: p.ARN, Cluster: cl.Name, CreatedAt: wire.Epoch(p.Created), Role: p.Role,
		Subnets: append([]string{}, p.Subnets...), Selectors: p.Selectors, Status: p.Status, Tags: account.Tags(p.Tags),
		Health: health(p.Issues),
	}}
}

func health(issues []world.Issue) any {
	list := append([]world.Issue{}, issues...)
	for i := range list {
		list[i].ResourceIDs = append([]string{}, list[i].ResourceIDs...)
	}
	return map[string]any{"issues": list}
}

func describeCluster(c *account.Call, cl *account.Cluster) (any, *wire.Refusal) {
	return showCluster(c, cl), nil
}

// showCluster returns a cluster as EKS writes it.
func showCluster(c *account.Call, cl *account.Cluster) any {
	cidrs := cl.PublicAccessCIDRs
	if cidrs == nil {
		cidrs = []string{"0.0.0.0/0"}
	}
	vpc := map[string]any{
		"subnetIds": append([]string{}, cl.Subnets...), "securityGroupIds": append([]string{}, cl.SecurityGroups...),
		"clusterSecurityGroupId": cl.ClusterSecurityGroup, "vpcId": cl.VPC,
		"endpointPublicAccess": yes(cl.EndpointPublicAccess), "endpointPrivateAccess": yes(cl.EndpointPrivateAccess),
		"publicAccessCidrs": cidrs,
	}
	if cl.HideVPC || cl.VPC == "" {
		delete(vpc, "vpcId")
	}
	issuer := "https://oidc.sandbox.invalid/" + cl.Name
	out := map[string]any{
		"name": cl.Name, "arn": cl.ARN, "createdAt": wire.Epoch(cl.Created), "version": cl.Version,
		"platformVersion": cl.PlatformVersion, "status": cl.Status, "roleArn": roleARN(c, cmp.Or(cl.Role, "eks-cluster")),
		// A name that never resolves: nobody is to dial it (RFC 2606).
		"endpoint":                "https://" + cl.Name + ".sandbox.invalid",
		"certificateAuthority":    map[string]any{"data": base64.StdEncoding.EncodeToString(certificate(cl))},
		"resourcesVpcConfig":      vpc,
		"kubernetesNetworkConfig": map[string]any{"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
		"identity":                map[string]any{"oidc": map[string]any{"issuer": issuer}},
		"logging":                 logging(cl),
		"accessConfig":            map[string]any{"authenticationMode": cl.AuthenticationMode},
		"health":                  health(cl.Issues),
		"upgradePolicy":           map[string]any{"supportType": "EXTENDED"},
		"tags":                    account.Tags(cl.Tags),
	}
	if cl.OutpostARN != "" {
		out["id"] = "sandbox"
		out["outpostConfig"] = map[string]any{
			"outpostArns": []string{cl.OutpostARN}, "controlPlaneInstanceType": "m5.large",
		}
	}
	return map[string]any{"cluster": out}
}
