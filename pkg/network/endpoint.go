package network

import (
	"slices"
	"strings"
)

// pullServices are the services whose endpoints replace a way out for pulling images from Amazon ECR, as
// the last part of the endpoint's service name (EKS User Guide, private clusters).
var pullServices = []string{"ecr.api", "ecr.dkr", "s3"}

// Reachable returns those of the endpoints that pods in the judged subnet can use: an Interface endpoint
// of the VPC, which the local route leads to, and a Gateway endpoint of the subnet's route table.
func (j Judgement) Reachable(endpoints []Endpoint) []Endpoint {
	var out []Endpoint
	for _, e := range endpoints {
		if e.State != "" && !strings.EqualFold(e.State, "available") {
			continue
		}
		gateway := strings.EqualFold(e.Type, "Gateway")
		if !gateway || j.Table != "" && slices.Contains(e.RouteTables, j.Table) {
			out = append(out, e)
		}
	}
	return out
}

// MissingForPulls returns the services for image pulls that none of the endpoints serves.
func MissingForPulls(endpoints []Endpoint) []string {
	var out []string
	for _, service := range pullServices {
		if !Serves(endpoints, service) {
			out = append(out, service)
		}
	}
	return out
}

// Serves reports whether one of the endpoints is for a service, named by the last part of the endpoint's service name.
func Serves(endpoints []Endpoint, service string) bool {
	return slices.ContainsFunc(endpoints, func(e Endpoint) bool { return strings.HasSuffix(e.Service, "."+service) })
}
