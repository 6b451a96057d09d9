package kube

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/labels"
)

// Traffic that comes over the ports of nodes does not reach pods on Fargate; what is not known is not told.
func TestMissedBy(t *testing.T) {
	const local = ", and only nodes with such a pod answer (externalTrafficPolicy: Local)"
	const byInstance, byDefault = "by the target type instance", "without a target type, which means instance by default"
	const nodePort = "the Service front is reached by a port of the nodes (NodePort)"
	to := func(kind, name string, target TargetType) Route {
		return Route{Kind: kind, Name: name, Services: []string{"back", "front"}, Target: target}
	}
	routed := func(kind, name string) string {
		return "the " + kind + " " + name + " sends to it through the Service front "
	}
	const balanced = "the load balancer of the Service front sends to it "
	for _, c := range []struct {
		why     string
		service Service
		routes  []Route
		want    []string
	}{
		{"inside of the cluster", Service{}, nil, nil},
		{"inside, with a policy for what comes from outside", Service{IsLocal: true}, nil, nil},
		{"a load balancer to addresses", Service{IsLoadBalancer: true, Target: TargetIP}, nil, nil},
		{"a load balancer to nodes", Service{IsLoadBalancer: true, Target: TargetInstance}, nil, []string{balanced + byInstance}},
		{"a load balancer by default", Service{IsLoadBalancer: true, Target: TargetDefault, IsLocal: true}, nil, []string{balanced + byDefault + local}},
		{"another controller's load balancer", Service{IsLoadBalancer: true, IsLocal: true}, nil, nil},
		{"a target type without a load balancer", Service{Target: TargetInstance}, nil, nil},
		{"a port of the nodes", Service{IsNodePort: true}, nil, []string{nodePort}},
		{"a port of the nodes with a pod", Service{IsNodePort: true, IsLocal: true}, nil, []string{nodePort + local}},
		{"the port is for an Ingress to addresses", Service{IsNodePort: true}, []Route{to("Ingress", "i", TargetIP)}, nil},
		{"the port is for an Ingress to nodes", Service{IsNodePort: true, IsLocal: true}, []Route{to("Ingress", "i", TargetInstance)}, []string{routed("Ingress", "i") + byInstance}},
		{"an Ingress by default", Service{}, []Route{to("Ingress", "i", TargetDefault)}, []string{routed("Ingress", "i") + byDefault}},
		{"an Ingress of an unknown controller", Service{}, []Route{to("Ingress", "i", TargetUnknown)}, nil},
		{"the Service has the Ingress use addresses", Service{Route: TargetIP}, []Route{to("Ingress", "i", TargetDefault)}, nil},
		{"the Service has the Ingress use nodes", Service{Route: TargetInstance}, []Route{to("Ingress", "i", TargetIP)}, []string{routed("Ingress", "i") + byInstance}},
		{"an Ingress of another Service", Service{}, []Route{{Kind: "Ingress", Name: "i", Services: []string{"back"}, Target: TargetInstance}}, nil},
		{
			"all ways, in the order of their names",
			Service{IsLoadBalancer: true, Target: TargetInstance},
			[]Route{to("TargetGroupBinding", "a", TargetInstance), to("Ingress", "j", TargetDefault), to("Ingress", "i", TargetInstance)},
			[]string{
				routed("Ingress", "i") + byInstance, routed("Ingress", "j") + byDefault,
				routed("TargetGroupBinding", "a") + byInstance, balanced + byInstance,
			},
		},
		{
			"what is applied again takes the place of the first",
			Service{},
			[]Route{to("Ingress", "i", TargetInstance), to("Ingress", "i", TargetIP)},
			nil,
		},
	} {
		objects := &Objects{}
		c.service.Selector = map[string]string{"app": "web"}
		for _, r := range c.routes {
			objects.AddRoute("web", r)
			objects.AddRoute("other", Route{Kind: r.Kind, Name: r.Name, Services: r.Services, Target: TargetInstance})
		}
		objects.AddService(ObjectName{"web", "front"}, c.service)
		c.service.Selector = nil // its pods are not known
		objects.AddService(ObjectName{"web", "external"}, Service{IsNodePort: true})
		var got []string
		for _, m := range objects.MissedBy("web") {
			got = append(got, m.Text)
			if !m.Selector.Matches(labels.Set{"app": "web", "tier": "a"}) || m.Selector.Matches(labels.Set{"app": "api"}) {
				t.Errorf("%s: it is for pods of %s", c.why, m.Selector)
			}
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", c.why, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		if len(objects.MissedBy("other")) > 0 {
			t.Errorf("%s: so do pods of another namespace", c.why)
		}
	}
}

// Services come in the order of their names, so that the findings of a pod do.
func TestMissedByIsInOrder(t *testing.T) {
	objects, want := &Objects{}, "a b c d e f"
	for _, name := range []string{"c", "f", "a", "e", "b", "d"} {
		objects.AddService(ObjectName{"web", name}, Service{Selector: map[string]string{"app": "web"}, IsNodePort: true})
	}
	var got []string
	for _, m := range objects.MissedBy("web") {
		got = append(got, strings.Fields(m.Text)[2])
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("%s, want %s", s, want)
	}
}
