package kube

// Services and what sends traffic to them, as far as pods on Fargate may miss it.

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/labels"
)

// TargetType says how a load balancer reaches pods.
type TargetType int

// The ways.
const (
	// TargetUnknown: the object does not say, and it is not known what its controller does.
	TargetUnknown TargetType = iota
	// TargetIP: by their own addresses, the only way that pods on Fargate are reached.
	TargetIP
	// TargetInstance: by a port of the nodes, as the object says.
	TargetInstance
	// TargetDefault: by a port of the nodes, which is what the controller does by default.
	TargetDefault
)

// Service is a Service that selects pods.
type Service struct {
	Selector map[string]string
	// IsLoadBalancer and IsNodePort report its type; Target is how its load balancer reaches pods.
	IsLoadBalancer, IsNodePort bool
	Target                     TargetType
	// Route is how Ingresses reach its pods, where the Service says so itself.
	Route TargetType
	// IsLocal reports whether a node passes traffic on to its own pods alone (externalTrafficPolicy).
	IsLocal bool
}

// Route is an object that sends traffic to Services of its namespace, such as an Ingress.
type Route struct {
	Kind, Name string
	Services   []string
	Target     TargetType
}

// Missed is traffic that pods on Fargate miss.
type Missed struct {
	// Selector selects the pods, Text says how the traffic comes.
	Selector labels.Selector
	Text     string
}

// AddService notes a Service.
func (o *Objects) AddService(name ObjectName, s Service) {
	put(&o.services, name, s)
}

// AddRoute notes an Ingress or another Route of a namespace.
func (o *Objects) AddRoute(namespace string, r Route) {
	put(&o.routes, objectKey{r.Kind, ObjectName{namespace, r.Name}}, r)
}

// MissedBy returns what a pod would miss on Fargate, by the namespaces of Services; it is put together once.
func (o *Objects) MissedBy(namespace string) []Missed {
	if o == nil {
		return nil
	}
	o.linked.Do(func() {
		o.missed = map[string][]Missed{}
		routes := o.routesTo()
		for _, name := range byName(o.services) {
			s := o.services[name]
			for _, text := range misses(name, s, routes[name]) {
				o.missed[name.Namespace] = append(o.missed[name.Namespace],
					Missed{labels.SelectorFromSet(s.Selector), text})
			}
		}
	})
	return o.missed[namespace]
}

// routesTo returns the routes to each Service, in the order of their kinds and names.
func (o *Objects) routesTo() map[ObjectName][]Route {
	out := map[ObjectName][]Route{}
	keys := slices.SortedFunc(maps.Keys(o.routes), func(a, b objectKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), a.name.compare(b.name))
	})
	for _, key := range keys {
		for _, service := range o.routes[key].Services {
			name := ObjectName{key.name.Namespace, service}
			out[name] = append(out[name], o.routes[key])
		}
	}
	return out
}

// misses says what about a Service and its routes does not reach pods on Fargate.
func misses(name ObjectName, s Service, routes []Route) []string {
	var out []string
	if len(s.Selector) == 0 {
		return nil
	}
	of := map[TargetType]string{
		TargetInstance: "by the target type instance",
		TargetDefault:  "without a target type, which means instance by default",
	}
	for _, r := range routes {
		if how := of[cmp.Or(s.Route, r.Target)]; how != "" {
			out = append(out, fmt.Sprintf("the %s %s sends to it through the Service %s %s", r.Kind, r.Name, name.Name, how))
		}
	}
	switch how := of[s.Target]; {
	case s.IsLoadBalancer && how != "":
		out = append(out, fmt.Sprintf("the load balancer of the Service %s sends to it %s", name.Name, how))
	case s.IsNodePort && len(routes) == 0:
		out = append(out, fmt.Sprintf("the Service %s is reached by a port of the nodes (NodePort)", name.Name))
	default:
		return out
	}
	if s.IsLocal {
		out[len(out)-1] += ", and only nodes with such a pod answer (externalTrafficPolicy: Local)"
	}
	return out
}
