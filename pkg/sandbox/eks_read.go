package sandbox

// This file answers EKS's reads: clusters and profiles.

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// invalidParameter is EKS's InvalidParameterException.
func (c *call) invalidParameter(message string) *refusal {
	return c.exception(http.StatusBadRequest, "InvalidParameterException", message)
}

// exceptionFields are the members that the model gives each exception beside the message (botocore,
// eks 2017-11-01); only those that have a value are sent.
var exceptionFields = map[string][]string{
	"ClientException":                {"clusterName"},
	"InvalidParameterException":      {"clusterName", "fargateProfileName"},
	"InvalidRequestException":        {"clusterName"},
	"ResourceInUseException":         {"clusterName"},
	"ResourceLimitExceededException": {"clusterName"},
	"ResourceNotFoundException":      {"clusterName", "fargateProfileName"},
	"ServerException":                {"clusterName"},
	"ThrottlingException":            {"clusterName"},
}

// exception makes a refusal with the modelled members that are known.
func (c *call) exception(status int, code, message string) *refusal {
	r := &refusal{Status: status, Code: code, Message: message, Fields: map[string]any{}}
	values := map[string]string{"clusterName": c.cluster, "fargateProfileName": c.profile}
	for _, name := range exceptionFields[code] {
		if values[name] != "" {
			r.Fields[name] = values[name]
		}
	}
	return r
}

// theCluster finds the cluster that the call is about.
func (s *Server) theCluster(c *call) (*cluster, *refusal) {
	if cl := s.state.find(c.region, c.cluster); cl != nil {
		return cl.seenBy(c), nil
	}
	return nil, c.noCluster()
}

func (c *call) noCluster() *refusal {
	about := *c
	about.profile = "" // the exception is about the cluster
	return about.exception(http.StatusNotFound, "ResourceNotFoundException", "No cluster found for name: "+c.cluster+".")
}

func (c *call) noProfile() *refusal {
	return c.exception(http.StatusNotFound, "ResourceNotFoundException", "No Fargate Profile found with name: "+c.profile+".")
}

// theProfile finds the cluster and the profile that the call is about.
func (s *Server) theProfile(c *call) (*cluster, *profile, *refusal) {
	cl, refused := s.theCluster(c)
	if refused != nil {
		return nil, nil, refused
	}
	p := cl.find(c.profile)
	if p == nil {
		return nil, nil, c.noProfile()
	}
	return cl, p, nil
}

// maxResults reads an EKS page size: 1 to 100, 100 when absent (EKS API). The texts of the refusals
// here are not AWS's.
func (s *Server) maxResults(c *call) (int, *refusal) {
	size := 100
	if text := c.query.Get("maxResults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return 0, c.invalidParameter(fmt.Sprintf("maxResults is %q; it must be a number from 1 to 100", text))
		}
		size = n
	}
	return s.pageSize(size), nil
}

// pageSize is the caller's size, or the world's where that is smaller.
func (s *Server) pageSize(size int) int {
	if s.world.PageSize > 0 {
		return min(size, s.world.PageSize)
	}
	return size
}

func writeToken(seq int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("after:" + strconv.Itoa(seq)))
}

func readToken(token string) (int, bool) {
	if token == "" {
		return 0, true
	}
	data, err := base64.RawURLEncoding.DecodeString(token)
	text, found := strings.CutPrefix(string(data), "after:")
	seq, bad := strconv.Atoi(text)
	return seq, err == nil && found && bad == nil && seq >= 0
}

// nameList pages a list of named things into an EKS answer.
func nameList[T any](s *Server, c *call, key string, items []T, seq func(T) int, name func(T) string) (any, *refusal) {
	size, refused := s.maxResults(c)
	if refused != nil {
		return nil, refused
	}
	part, next, ok := page(items, seq, c.query.Get("nextToken"), size)
	if !ok {
		return nil, c.invalidParameter("The nextToken is not one that this service gave.") // not AWS's text
	}
	list := make([]string, len(part))
	for i, item := range part {
		list[i] = name(item)
	}
	list, next = c.listed(list, next), c.following(c.query.Get("nextToken"), next)
	out := map[string]any{key: list}
	if next != "" {
		out["nextToken"] = next
	}
	return out, nil
}

func (s *Server) listClusters(c *call) (any, *refusal) {
	if refused := s.permit(c, "eks:ListClusters", s.state.arn("eks", c.region, "cluster/*")); refused != nil {
		return nil, refused
	}
	here := slices.DeleteFunc(slices.Clone(s.state.clusters), func(cl *cluster) bool { return cl.Region != c.region })
	return nameList(s, c, "clusters", here, func(cl *cluster) int { return cl.seq }, func(cl *cluster) string { return cl.Name })
}

func (s *Server) listFargateProfiles(c *call) (any, *refusal) {
	if refused := s.permit(c, "eks:ListFargateProfiles", s.clusterARN(c)); refused != nil {
		return nil, refused
	}
	cl, refused := s.theCluster(c)
	if refused != nil {
		return nil, refused
	}
	return nameList(s, c, "fargateProfileNames", cl.profiles, func(p *profile) int { return p.seq }, func(p *profile) string { return p.Name })
}

func (s *Server) describeFargateProfile(c *call) (any, *refusal) {
	if refused := s.permit(c, "eks:DescribeFargateProfile", s.profileResource(c)); refused != nil {
		return nil, refused
	}
	cl, p, refused := s.theProfile(c)
	if refused != nil {
		return nil, refused
	}
	shown := cl.show(p)
	if c.nameless() {
		shown.Name = ""
	}
	return map[string]any{"fargateProfile": shown}, nil
}

// clusterARN and profileResource are the resources that permissions are judged on.
func (s *Server) clusterARN(c *call) string {
	return s.state.arn("eks", c.region, "cluster/"+c.cluster)
}

func (s *Server) profileResource(c *call) string {
	if cl := s.state.find(c.region, c.cluster); cl != nil {
		if p := cl.find(c.profile); p != nil {
			return p.ARN
		}
	}
	return s.state.arn("eks", c.region, "fargateprofile/"+c.cluster+"/"+c.profile+"/*")
}

// profileJSON is a FargateProfile as EKS writes it.
type profileJSON struct {
	Name      string            `json:"fargateProfileName"`
	ARN       string            `json:"fargateProfileArn"`
	Cluster   string            `json:"clusterName"`
	CreatedAt float64           `json:"createdAt"`
	Role      string            `json:"podExecutionRoleArn"`
	Subnets   []string          `json:"subnets"`
	Selectors []Selector        `json:"selectors"`
	Status    string            `json:"status"`
	Tags      map[string]string `json:"tags"`
	Health    healthJSON        `json:"health"`
}

type healthJSON struct {
	Issues []Issue `json:"issues"`
}

func health(issues []Issue) healthJSON {
	h := healthJSON{Issues: slices.Clone(issues)}
	if h.Issues == nil {
		h.Issues = []Issue{}
	}
	for i := range h.Issues {
		if h.Issues[i].ResourceIDs == nil {
			h.Issues[i].ResourceIDs = []string{}
		}
	}
	return h
}

// epoch is how REST-JSON writes a time: seconds since 1970 with milliseconds.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (cl *cluster) show(p *profile) profileJSON {
	tags := maps.Clone(p.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	subnets := slices.Clone(p.Subnets)
	if subnets == nil {
		subnets = []string{}
	}
	return profileJSON{
		Name: p.Name, ARN: p.ARN, Cluster: cl.Name, CreatedAt: epoch(p.Created), Role: p.Role,
		Subnets: subnets, Selectors: p.Selectors, Status: p.Status, Tags: tags, Health: health(p.Issues),
	}
}

func (s *Server) describeCluster(c *call) (any, *refusal) {
	if refused := s.permit(c, "eks:DescribeCluster", s.clusterARN(c)); refused != nil {
		return nil, refused
	}
	cl, refused := s.theCluster(c)
	if refused != nil {
		return nil, refused
	}
	vpc := map[string]any{
		"subnetIds": append([]string{}, cl.Subnets...), "securityGroupIds": []string{},
		"clusterSecurityGroupId": "sg-0aaa0000000000001", "vpcId": cl.VPC,
		"endpointPublicAccess": true, "endpointPrivateAccess": true, "publicAccessCidrs": []string{"0.0.0.0/0"},
	}
	if cl.HideVPC || cl.VPC == "" {
		delete(vpc, "vpcId")
	}
	tags := maps.Clone(cl.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	out := map[string]any{
		"name": cl.Name, "arn": cl.arn, "createdAt": epoch(cl.Created), "version": cl.Version,
		"platformVersion": cl.PlatformVersion, "status": cl.Status, "roleArn": s.state.arn("iam", "", "role/eks-cluster"),
		// A name that never resolves: nobody is to dial it (RFC 2606).
		"endpoint":                "https://" + cl.Name + ".sandbox.invalid",
		"certificateAuthority":    map[string]any{"data": base64.StdEncoding.EncodeToString([]byte("sandbox"))},
		"resourcesVpcConfig":      vpc,
		"kubernetesNetworkConfig": map[string]any{"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
		"identity":                map[string]any{"oidc": map[string]any{"issuer": "https://oidc.sandbox.invalid/" + cl.Name}},
		"logging":                 map[string]any{"clusterLogging": []any{}},
		"accessConfig":            map[string]any{"authenticationMode": cl.AuthenticationMode},
		"health":                  health(cl.Issues),
		"upgradePolicy":           map[string]any{"supportType": "EXTENDED"},
		"tags":                    tags,
	}
	if cl.OutpostARN != "" {
		out["id"] = "sandbox"
		out["outpostConfig"] = map[string]any{"outpostArns": []string{cl.OutpostARN}, "controlPlaneInstanceType": "m5.large"}
	}
	return map[string]any{"cluster": out}, nil
}

// describeClusterVersions names the versions of the world's clusters as the supported ones.
func (s *Server) describeClusterVersions(c *call) (any, *refusal) {
	if refused := s.permit(c, "eks:DescribeClusterVersions", "*"); refused != nil {
		return nil, refused
	}
	var versions []string
	for _, cl := range s.state.clusters {
		versions = append(versions, cl.Version)
	}
	slices.Sort(versions)
	versions = slices.Compact(versions)
	list := []map[string]any{}
	for i, v := range versions {
		list = append(list, map[string]any{
			"clusterVersion": v, "clusterType": "eks", "defaultVersion": i == len(versions)-1,
			"status": "STANDARD_SUPPORT", "versionStatus": "STANDARD_SUPPORT",
		})
	}
	return map[string]any{"clusterVersions": list}, nil
}
