package kube

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/labels"
)

// A claim that several files have is that of the pod's own file, else of the nearest directory; where two are as near
// and differ, it is not known.
func TestNear(t *testing.T) {
	objects := &Objects{}
	web := ObjectName{"web", "data"}
	for _, f := range []struct{ source, driver string }{
		{"repo/dev/a.yaml", "ebs"},
		{"repo/dev/b.yaml", "efs"},
		{"repo/prod/claim.yaml", "efs"},
		{"repo/same/a.yaml", "nfs"},
		{"repo/same/b.yaml", "nfs"},
		{"other/claim.yaml", "ebs"},
	} {
		of := &Objects{}
		of.AddClaim(web, Claim{Volume: f.driver})
		of.AddVolume(Volume{Name: f.driver, Driver: f.driver})
		objects.AddFile(f.source, of)
	}
	rest := &Objects{}
	rest.AddClaim(ObjectName{"web", "single"}, Claim{Volume: "ebs"})
	objects.AddFile("far/away.yaml", rest)
	for source, want := range map[string]string{
		"repo/dev/a.yaml": "ebs", "repo/dev/b.yaml": "efs", "repo/dev/pod.yaml": "", "repo/prod/app/pod.yaml": "efs",
		"repo/same/pod.yaml": "nfs", "repo/production/pod.yaml": "", "other/pod.yaml": "ebs", "-": "", "pod.yaml": "",
	} {
		near := objects.Near(source)
		if got := near.StorageOf(web); got.Driver != want || got.IsUnlisted != (want == "") {
			t.Errorf("%s: got %+v, want %q", source, got, want)
		}
		if near != objects.Near(source) {
			t.Errorf("%s: it is put together twice", source)
		}
		if got := near.StorageOf(ObjectName{"web", "single"}); got.Driver != "ebs" {
			t.Errorf("%s: what one file has alone is lost: %+v", source, got)
		}
	}
}

// Every kind of object is chosen so, of each environment its own. Two that are as near and differ decide nothing, but a
// Service, a route and a SecurityGroupPolicy, of which pods are warned.
func TestNearOfEachKind(t *testing.T) {
	web := ObjectName{"web", "x"}
	pod := Pod{Namespace: "web", Name: "x", Running: &Running{}}
	policy := func(o *Objects) string {
		selected, perhaps := o.PoliciesOf(pod)
		return names(selected) + names(perhaps)
	}
	missed := func(o *Objects) string {
		out := ""
		for _, m := range o.MissedBy("web") {
			out += m.Text[strings.LastIndex(m.Text, " ")+1:]
		}
		return out
	}
	service := Service{Selector: map[string]string{"a": "b"}}
	for _, c := range []struct {
		kind           string
		add            func(o *Objects, isDev bool)
		of             func(*Objects) string
		dev, prod, far string
	}{
		{"volume", func(o *Objects, isDev bool) {
			o.AddVolume(Volume{Name: "v", Driver: either(isDev, "efs", "ebs")})
		}, func(o *Objects) string { return o.StorageFor(web, Claim{Volume: "v"}).Driver }, "efs", "ebs", ""},
		{
			"class", func(o *Objects, isDev bool) { o.AddClass("c", either(isDev, "efs", "ebs"), true) },
			func(o *Objects) string { return o.StorageFor(web, Claim{}).Driver }, "efs", "ebs", "",
		},
		{
			"driver", func(o *Objects, isDev bool) { o.AddDriver("d", isDev) },
			func(o *Objects) string { return either(o.RefusesInline("d"), "refuses", "") }, "", "refuses", "",
		},
		{"range", func(o *Objects, isDev bool) { o.AddBounds("web", Bounds{Name: "r", OfPod: isDev}) }, func(o *Objects) string {
			out := ""
			for _, b := range o.BoundsOf("web") {
				out += either(b.OfPod, "pod", "container")
			}
			return out
		}, "pod", "container", ""},
		{"account", func(o *Objects, isDev bool) {
			o.AddAccount(ObjectName{"web", "default"}, map[string]string{"role": either(isDev, "db", "web")})
			o.AddPolicy(GroupPolicy{Namespace: "web", Name: "p", Accounts: labels.SelectorFromSet(labels.Set{"role": "db"}), Groups: []string{"sg"}})
		}, policy, "sg", "", "sg"},
		{"policy", func(o *Objects, isDev bool) {
			o.AddPolicy(GroupPolicy{Namespace: "web", Name: "p", Groups: []string{either(isDev, "sg-1", "sg-2")}})
		}, policy, "sg-1", "sg-2", "sg-2"},
		{"service", func(o *Objects, isDev bool) {
			of := service
			of.IsLoadBalancer, of.Target = true, either(isDev, TargetIP, TargetInstance)
			o.AddService(web, of)
		}, missed, "", "instance", "instance"},
		{"route", func(o *Objects, isDev bool) {
			o.AddService(web, service)
			o.AddRoute("web", Route{Kind: "Ingress", Name: "i", Services: []string{"x"}, Target: either(isDev, TargetIP, TargetInstance)})
		}, missed, "", "instance", "instance"},
		{
			"report", func(o *Objects, isDev bool) { o.AddReport(web, either(isDev, "dev", "prod")) },
			func(o *Objects) string { return strings.Join(o.SaidOf(pod), "+") }, "dev+prod", "dev+prod", "dev+prod",
		},
	} {
		objects := &Objects{}
		for _, source := range []string{"repo/dev/x.yaml", "repo/prod/x.yaml"} {
			of := &Objects{}
			c.add(of, strings.Contains(source, "dev"))
			objects.AddFile(source, of)
		}
		for source, want := range map[string]string{"repo/dev/pod.yaml": c.dev, "repo/prod/pod.yaml": c.prod, "repo/pod.yaml": c.far} {
			if got := c.of(objects.Near(source)); got != want {
				t.Errorf("%s for %s: %q, want %q", c.kind, source, got, want)
			}
		}
	}
}

func either[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

func names(policies []GroupPolicy) string {
	out := ""
	for _, p := range policies {
		out += strings.Join(p.Groups, "+")
	}
	return out
}
