package sandbox

// This file answers EKS's writes: create and delete of profiles, and tags.

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// createRequest is the body of CreateFargateProfile.
type createRequest struct {
	Name      string            `json:"fargateProfileName"`
	Role      string            `json:"podExecutionRoleArn"`
	Subnets   []string          `json:"subnets"`
	Selectors []Selector        `json:"selectors"`
	Token     string            `json:"clientRequestToken"`
	Tags      map[string]string `json:"tags"`
}

// creation is a CreateFargateProfile that is being judged.
type creation struct {
	*call
	server  *Server
	request createRequest
	cluster *cluster
	// hasTags: the request has the member tags, be it empty.
	hasTags bool
	// subnets are those of the request, or the ones that EKS chose.
	subnets []string
	// arn is what the profile's ARN would be; conditions of the role's trust policy are judged on it.
	arn string
}

func (s *Server) createFargateProfile(c *call) (any, *refusal) {
	if refused := s.permit(c, "eks:CreateFargateProfile", s.clusterARN(c)); refused != nil {
		return nil, refused
	}
	n := &creation{call: c, server: s}
	if err := json.Unmarshal(c.body, &n.request); err != nil {
		return nil, unreadable(err)
	}
	if len(n.request.Tags) > 0 {
		if refused := s.permit(c, "eks:TagResource", s.profileResource(c)); refused != nil {
			return nil, refused
		}
	}
	n.hasTags = n.request.Tags != nil
	for _, check := range checksBeforeCluster {
		if refused := check.judge(n); refused != nil {
			return nil, refused
		}
	}
	cl, refused := s.theCluster(c)
	if refused != nil {
		return nil, refused
	}
	n.cluster = cl

	// The same token with the same request gives the first profile, whatever has become of its status
	// (EKS API, clientRequestToken). A token is forgotten with its profile.
	said := n.request
	said.Token = ""
	text, _ := json.Marshal(said) // strings and lists of strings always marshal
	if t, known := cl.tokens[n.request.Token]; known && n.request.Token != "" {
		if p := cl.find(c.profile); p != nil && p.ARN == t.arn && t.request == string(text) {
			return map[string]any{"fargateProfile": cl.show(p)}, nil
		}
		if slices.ContainsFunc(cl.profiles, func(p *profile) bool { return p.ARN == t.arn }) {
			// Not AWS's text: what EKS says to a token that comes with another request is not known.
			return nil, c.invalidParameter("The clientRequestToken was used before with other parameters.")
		}
	}

	n.subnets = n.request.Subnets
	n.arn = s.state.profileARN(cl, n.request.Name)
	for _, check := range checksAfterCluster {
		if refused := check.judge(n); refused != nil {
			return nil, refused
		}
	}
	s.state.serviceRole(c.now)
	p := &profile{seq: s.state.next(), Profile: Profile{
		Name: n.request.Name, ARN: n.arn, Role: n.request.Role, Subnets: slices.Clone(n.subnets),
		Selectors: n.request.Selectors, Tags: maps.Clone(n.request.Tags), Created: c.now,
	}}
	cl.writing(c.now)
	cl.profiles = append(cl.profiles, p)
	s.state.beginCreate(cl, p, c.now, c.outcome)
	cl.record(c.now, p, p.Status)
	if n.request.Token != "" {
		cl.tokens[n.request.Token] = token{request: string(text), arn: p.ARN}
	}
	return map[string]any{"fargateProfile": cl.show(p)}, nil
}

// unreadable refuses a body that is not the JSON of the request. The code is AWS's, the text is not.
func unreadable(err error) *refusal {
	return &refusal{Status: http.StatusBadRequest, Code: "SerializationException", Message: err.Error()}
}

func (s *Server) deleteFargateProfile(c *call) (any, *refusal) {
	if refused := s.permit(c, "eks:DeleteFargateProfile", s.profileResource(c)); refused != nil {
		return nil, refused
	}
	cl, p, refused := s.theProfile(c)
	if refused != nil {
		return nil, refused
	}
	if cl.updating(s.state, c.now) {
		return nil, c.exception(http.StatusConflict, "ResourceInUseException", "Cannot Delete Fargate Profile "+c.profile+" because cluster "+c.cluster+" currently has an update in progress")
	}
	if busy := cl.inTransition(); busy != nil {
		return nil, c.exception(http.StatusConflict, "ResourceInUseException", "Cannot Delete Fargate Profile "+c.profile+" because cluster "+c.cluster+" currently has Fargate profile "+busy.Name+" in status "+busy.Status)
	}
	cl.writing(c.now)
	s.state.beginDelete(cl, p, c.now, c.outcome)
	cl.record(c.now, p, p.Status)
	return map[string]any{"fargateProfile": cl.show(p)}, nil
}

// tagged finds the tags of the resource that a tags request names, and its cluster.
func (s *Server) tagged(c *call, action string) (*map[string]string, *cluster, *refusal) {
	if refused := s.permit(c, action, c.resource); refused != nil {
		return nil, nil, refused
	}
	parts := strings.SplitN(c.resource, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "eks" {
		// Not AWS's text.
		return nil, nil, &refusal{Status: http.StatusBadRequest, Code: "BadRequestException", Message: "The ARN " + c.resource + " is not one of EKS."}
	}
	for _, cl := range s.state.clusters {
		if cl.Region != c.region {
			continue
		}
		if cl.arn == c.resource {
			return &cl.Tags, cl, nil
		}
		for _, p := range cl.seenBy(c).profiles {
			if p.ARN == c.resource {
				return &p.Tags, cl, nil
			}
		}
	}
	return nil, nil, c.noResource()
}

// noResource is the refusal of an ARN that nothing has; the text is not AWS's.
func (c *call) noResource() *refusal {
	return &refusal{Status: http.StatusNotFound, Code: "NotFoundException", Message: "No resource found for ARN: " + c.resource}
}

func (s *Server) listTags(c *call) (any, *refusal) {
	tags, _, refused := s.tagged(c, "eks:ListTagsForResource")
	if refused != nil {
		return nil, refused
	}
	out := maps.Clone(*tags)
	if out == nil {
		out = map[string]string{}
	}
	return map[string]any{"tags": out}, nil
}

func (s *Server) tagResource(c *call) (any, *refusal) {
	tags, cl, refused := s.tagged(c, "eks:TagResource")
	if refused != nil {
		return nil, refused
	}
	var request struct {
		Tags map[string]string `json:"tags"`
	}
	if err := json.Unmarshal(c.body, &request); err != nil {
		return nil, unreadable(err)
	}
	merged := maps.Clone(*tags)
	if merged == nil {
		merged = map[string]string{}
	}
	maps.Copy(merged, request.Tags)
	text := tagFault(request.Tags)
	if text == "" && len(merged) > 50 {
		text = "A resource can have at most 50 tags." // not AWS's text
	}
	if text != "" {
		return nil, &refusal{Status: http.StatusBadRequest, Code: "BadRequestException", Message: text}
	}
	cl.writing(c.now)
	*tags = merged
	return map[string]any{}, nil
}

func (s *Server) untagResource(c *call) (any, *refusal) {
	tags, cl, refused := s.tagged(c, "eks:UntagResource")
	if refused != nil {
		return nil, refused
	}
	keys := c.query["tagKeys"]
	if len(keys) == 0 || len(keys) > 50 {
		// Not AWS's text; the bounds are the model's (TagKeyList).
		return nil, &refusal{Status: http.StatusBadRequest, Code: "BadRequestException", Message: "tagKeys must hold 1 to 50 keys."}
	}
	cl.writing(c.now)
	left := maps.Clone(*tags) // the map belongs to the past too
	for _, key := range keys {
		delete(left, key)
	}
	*tags = left
	return map[string]any{}, nil
}
