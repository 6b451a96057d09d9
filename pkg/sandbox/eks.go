package sandbox

// This file speaks EKS's protocol, REST-JSON: routes to operations, answers and exceptions.

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// eksProtocol writes EKS's answers. A REST-JSON exception has its name in the header X-Amzn-ErrorType
// and its members in the body. The texts of the general errors are AWS's where clients print them
// (throttling), else plain.
var eksProtocol = protocol{
	success: func(c *call, v any) reply {
		if v == nil {
			v = struct{}{}
		}
		return restJSON(c, http.StatusOK, v)
	},
	failure: func(c *call, r *refusal) reply {
		body := map[string]any{"message": r.Message}
		for k, v := range r.Fields {
			body[k] = v
		}
		out := restJSON(c, r.Status, body)
		out.header.Set("X-Amzn-Errortype", r.Code)
		return out
	},
	throttled:   &refusal{Status: 429, Code: "ThrottlingException", Message: "Rate exceeded"},
	internal:    &refusal{Status: 500, Code: "ServerException", Message: "Internal server error"},
	unavailable: &refusal{Status: 503, Code: "ServiceUnavailableException", Message: "Service unavailable"},
	expired:     &refusal{Status: 403, Code: "ExpiredTokenException", Message: expiredText},
	denied: func(user, action, resource string) *refusal {
		return &refusal{Status: 403, Code: "AccessDeniedException", Message: "User: " + user + " is not authorized to perform: " + action + " on resource: " + resource}
	},
}

func restJSON(c *call, status int, v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"message":"the sandbox could not write its answer"}`)
	}
	header := http.Header{}
	header.Set("Content-Type", "application/json")
	header.Set("X-Amzn-Requestid", c.id)
	return reply{status: status, header: header, body: body}
}

// eksRoute is one operation: its method and path, where {c}, {p} and {arn} are the cluster, the profile
// and the ARN.
type eksRoute struct {
	method, path, operation string
	run                     func(*Server, *call) (any, *refusal)
}

// eksRoutes are the operations of EKS that the sandbox knows (EKS API reference). It is filled by init
// because the handlers refer to calls.
var eksRoutes []eksRoute

func init() {
	const profiles, one = "/clusters/{c}/fargate-profiles", "/clusters/{c}/fargate-profiles/{p}"
	eksRoutes = []eksRoute{
		{http.MethodGet, "/clusters", "ListClusters", (*Server).listClusters},
		{http.MethodGet, "/clusters/{c}", "DescribeCluster", (*Server).describeCluster},
		{http.MethodGet, "/cluster-versions", "DescribeClusterVersions", (*Server).describeClusterVersions},
		{http.MethodGet, profiles, "ListFargateProfiles", (*Server).listFargateProfiles},
		{http.MethodPost, profiles, "CreateFargateProfile", (*Server).createFargateProfile},
		{http.MethodGet, one, "DescribeFargateProfile", (*Server).describeFargateProfile},
		{http.MethodDelete, one, "DeleteFargateProfile", (*Server).deleteFargateProfile},
		{http.MethodGet, "/tags/{arn}", "ListTagsForResource", (*Server).listTags},
		{http.MethodPost, "/tags/{arn}", "TagResource", (*Server).tagResource},
		{http.MethodDelete, "/tags/{arn}", "UntagResource", (*Server).untagResource},
	}
}

// routeEKS finds the operation of an EKS request and what it is about.
func (c *call) routeEKS(r *http.Request) *refusal {
	c.protocol = &eksProtocol
	var steps []string
	for _, step := range strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/") {
		plain, err := url.PathUnescape(step)
		if err != nil {
			plain = step
		}
		steps = append(steps, plain)
	}
	if len(steps) > 2 && steps[0] == "tags" {
		steps = []string{"tags", strings.Join(steps[1:], "/")} // a client that left the ARN's slashes alone
	}
	for _, route := range eksRoutes {
		if route.method == r.Method && c.fits(route.path, steps) {
			c.operation, c.run = route.operation, route.run
			if c.operation == "CreateFargateProfile" {
				var named struct{ FargateProfileName string }
				_ = json.Unmarshal(c.body, &named) // the operation itself reports a body that is not JSON
				c.profile = named.FargateProfileName
			}
			return nil
		}
	}
	// Not AWS's text: AWS knows more operations than the sandbox.
	return &refusal{Status: http.StatusNotFound, Code: "UnknownOperationException", Message: "The sandbox does not know the EKS operation " + r.Method + " " + r.URL.Path}
}

// fits compares a route's path with the request's and takes the placeholders' values.
func (c *call) fits(path string, steps []string) bool {
	want := strings.Split(strings.Trim(path, "/"), "/")
	if len(want) != len(steps) {
		return false
	}
	for i, w := range want {
		if !strings.HasPrefix(w, "{") && w != steps[i] {
			return false
		}
	}
	for i, w := range want {
		switch w {
		case "{c}":
			c.cluster = steps[i]
		case "{p}":
			c.profile = steps[i]
		case "{arn}":
			c.resource = steps[i]
			// arn:…:fargateprofile/<cluster>/<profile>/<uuid> or arn:…:cluster/<cluster>
			if parts := strings.Split(steps[i], "/"); len(parts) >= 3 {
				c.cluster, c.profile = parts[1], parts[2]
			} else if len(parts) == 2 {
				c.cluster = parts[1]
			}
		}
	}
	return true
}

// page cuts a list: the items after the token, at most size of them, and the token of the next page.
// Tokens hold a sequence number, so that an item that vanishes between two pages hides no other.
func page[T any](items []T, seq func(T) int, token string, size int) (out []T, next string, ok bool) {
	after, ok := readToken(token)
	if !ok {
		return nil, "", false
	}
	for i, item := range items {
		if seq(item) <= after {
			continue
		}
		if len(out) == size {
			return out, writeToken(seq(items[i-1])), true
		}
		out = append(out, item)
	}
	return out, "", true
}
