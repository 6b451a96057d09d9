package manifest

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// These tests state what is read of each kind of object that decides about pods. Of an object that cannot be read
// nothing is, so that what depends on it stays undecided.

// relate reads objects, which documents separate.
func relate(t *testing.T, text string) *kube.Objects {
	t.Helper()
	objects := &kube.Objects{}
	if err := Read("f.yaml", strings.NewReader(text), Options{Namespace: "given", Others: Related(objects)}, nil); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return objects
}

func TestRelatedStorage(t *testing.T) {
	const (
		claim = "kind: PersistentVolumeClaim\nmetadata: {name: data, namespace: web}\n"
		efs   = "---\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {storageClassName: '', csi: {driver: efs.csi.aws.com, volumeHandle: fs-1}, "
		gp3   = "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: gp3, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}\nprovisioner: ebs.csi.aws.com\n"
	)
	bound, provided := "PersistentVolume v is efs.csi.aws.com, bound", "StorageClass gp3 is ebs.csi.aws.com"
	for _, c := range []struct{ name, text, want string }{
		{"no claim", efs + "}", "unlisted"},
		{"a claim of another namespace", "kind: PersistentVolumeClaim\nmetadata: {name: data}", "unlisted"},
		{"a claim that is no object", "kind: PersistentVolumeClaim\nmetadata: {name: data, namespace: web}\nspec: [x]", "unlisted"},
		{"a claim of another group", "apiVersion: acme.example/v1\n" + claim, "unlisted"},
		{"a claim that says nothing", claim, "unknown"},
		{"by its name", claim + "spec: {volumeName: v}\n" + efs + "}", bound},
		{"by its name, which is not there", claim + "spec: {volumeName: w}\n" + efs + "}", "unknown"},
		{"reserved for it", claim + efs + "claimRef: {namespace: web, name: data}}", bound},
		{"reserved for another", claim + "spec: {storageClassName: ''}\n" + efs + "claimRef: {namespace: api, name: data}}", "unknown"},
		{"no class at all", claim + "spec: {storageClassName: ''}\n" + efs + "}", bound},
		{"the default class", claim + gp3, provided},
		{"a class that is not the default one", claim + strings.Replace(gp3, "'true'", "'false'", 1), "unknown"},
		{"by the name of the class", claim + "spec: {storageClassName: gp3}\n" + strings.Replace(gp3, "'true'", "'false'", 1), provided},
		{"no class, where there is a default one", claim + "spec: {storageClassName: ''}\n" + gp3, "unknown"},
		{"a class of another group", claim + strings.Replace(gp3, "storage.k8s.io", "acme.example", 1), "unknown"},
		{"a class that cannot be read", claim + strings.Replace(gp3, "ebs.csi.aws.com", "[x]", 1), "unknown"},
		{"a volume that cannot be read", claim + "spec: {volumeName: v}\n---\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {csi: []}", "unknown"},
		{"a volume without a driver", claim + "spec: {volumeName: v}\n---\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {hostPath: {path: /}}", "PersistentVolume v is hostPath, bound"},
		{"a volume of NFS", claim + "spec: {volumeName: v}\n---\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {nfs: {server: s, path: /}}", "PersistentVolume v is nfs, bound"},
		{"a volume without a source", claim + "spec: {volumeName: v}\n---\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {}", "PersistentVolume v is , bound"},
	} {
		s := relate(t, c.text).StorageOf(kube.ObjectName{Namespace: "web", Name: "data"})
		got := "unknown"
		switch {
		case s.IsUnlisted:
			got = "unlisted"
		case s.From != "":
			got = s.From + " is " + s.Driver
		}
		if s.IsBound {
			got += ", bound"
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// amountsText writes amounts in the order of cpu and memory.
func amountsText(list corev1.ResourceList) string {
	var out []string
	for _, name := range []corev1.ResourceName{"cpu", "memory"} {
		if q, ok := list[name]; ok {
			out = append(out, q.String())
		}
	}
	return strings.Join(out, " ")
}

// What a container does not say is, of a limit, the default and else the maximum; of a request, the default, else the
// limit and else the minimum (Kubernetes API, LimitRangeItem).
func TestRelatedLimits(t *testing.T) {
	for _, c := range []struct{ name, items, limits, bounds string }{
		{"defaults", "{type: Container, default: {cpu: 2, memory: 2Gi}, defaultRequest: {cpu: 1}}", "r limits 2 2Gi requests 1 2Gi", ""},
		{"a maximum is the default", "{type: Container, max: {cpu: 4}, default: {memory: 1Gi}}", "r limits 4 1Gi requests 4 1Gi", "r min  max 4 ratio "},
		{"a default is less than the maximum", "{type: Container, max: {cpu: 4}, default: {cpu: 2}}", "r limits 2 requests 2", "r min  max 4 ratio "},
		{"a minimum is requested where nothing else is", "{type: Container, min: {cpu: 100m, memory: 1Mi}, default: {cpu: 2}}", "r limits 2 requests 2 1Mi", "r min 100m 1Mi max  ratio "},
		{"a ratio", "{type: Container, maxLimitRequestRatio: {cpu: 3}}", "r limits  requests ", "r min  max  ratio 3"},
		{"of the pod", "{type: Pod, max: {cpu: 8}}", "", "r of the pod min  max 8 ratio "},
		{"of claims and images", "{type: PersistentVolumeClaim, max: {storage: 1Gi}}, {type: openshift.io/Image, max: {storage: 1Gi}}", "", ""},
		{"several", "{type: Pod, min: {cpu: 1}}, {type: Container, default: {cpu: 2}}", "r limits 2 requests 2", "r of the pod min 1 max  ratio "},
		{"no quantity", "{type: Container, default: {cpu: much}}", "", ""},
	} {
		objects := relate(t, "apiVersion: v1\nkind: LimitRange\nmetadata: {name: r}\nspec: {limits: ["+c.items+"]}\n")
		var limits, bounds []string
		for _, l := range objects.LimitsOf("given") {
			limits = append(limits, fmt.Sprintf("%s limits %s requests %s", l.Name, amountsText(l.Limits), amountsText(l.Requests)))
		}
		for _, b := range objects.BoundsOf("given") {
			of := ""
			if b.OfPod {
				of = " of the pod"
			}
			bounds = append(bounds, fmt.Sprintf("%s%s min %s max %s ratio %s", b.Name, of, amountsText(b.Min), amountsText(b.Max), amountsText(b.Ratio)))
		}
		if l, b := strings.Join(limits, "; "), strings.Join(bounds, "; "); l != c.limits || b != c.bounds {
			t.Errorf("%s: got %q and %q, want %q and %q", c.name, l, b, c.limits, c.bounds)
		}
		if len(objects.LimitsOf("other"))+len(objects.BoundsOf("other")) > 0 {
			t.Errorf("%s: it counts in another namespace", c.name)
		}
	}
}

// A policy selects by the labels of pods and of their service accounts; without selectors or groups it is void, and one
// that cannot be read is passed over.
func TestRelatedPolicies(t *testing.T) {
	const account = "kind: ServiceAccount\nmetadata: {name: app, namespace: given, labels: {team: a}}\n---\n"
	for _, c := range []struct{ name, text, selected, perhaps string }{
		{"by labels", "{podSelector: {matchLabels: {app: web}}, securityGroups: {groupIds: [sg-1]}}", "p", ""},
		{"by other labels", "{podSelector: {matchLabels: {app: db}}, securityGroups: {groupIds: [sg-1]}}", "", ""},
		{"any pod", "{podSelector: {}, securityGroups: {groupIds: [sg-1]}}", "p", ""},
		{"no groups", "{podSelector: {}, securityGroups: {groupIds: []}}", "", ""},
		{"no selectors", "{securityGroups: {groupIds: [sg-1]}}", "", ""},
		{"by the account, which is not known", "{serviceAccountSelector: {matchLabels: {team: a}}, securityGroups: {groupIds: [sg-1]}}", "", "p"},
		{"both must fit", "{podSelector: {matchLabels: {app: db}}, serviceAccountSelector: {}, securityGroups: {groupIds: [sg-1]}}", "", ""},
		{"by the account", "account {serviceAccountSelector: {matchLabels: {team: a}}, securityGroups: {groupIds: [sg-1]}}", "p", ""},
		{"by another account", "account {serviceAccountSelector: {matchLabels: {team: b}}, securityGroups: {groupIds: [sg-1]}}", "", ""},
		{"an operator that is none", "{podSelector: {matchExpressions: [{key: a, operator: in}]}, securityGroups: {groupIds: [sg-1]}}", "", ""},
		{"labels that are a list", "{podSelector: {matchLabels: [a]}, securityGroups: {groupIds: [sg-1]}}", "", ""},
	} {
		before := ""
		text, known := strings.CutPrefix(c.text, "account ")
		if known {
			before = account
		}
		objects := relate(t, before+"apiVersion: vpcresources.k8s.aws/v1beta1\nkind: SecurityGroupPolicy\nmetadata: {name: p}\nspec: "+text+"\n")
		pod := kube.Pod{Namespace: "given", Labels: map[string]string{"app": "web"}}
		pod.Spec.ServiceAccountName = "app"
		names := func(policies []kube.GroupPolicy) (out string) {
			for _, p := range policies {
				out += p.Name
				if p.Namespace != "given" || len(p.Groups) != 1 || p.Groups[0] != "sg-1" {
					t.Errorf("%s: got %+v", c.name, p)
				}
			}
			return out
		}
		selected, perhaps := objects.PoliciesOf(pod)
		if names(selected) != c.selected || names(perhaps) != c.perhaps {
			t.Errorf("%s: selected are %v, perhaps %v", c.name, selected, perhaps)
		}
	}
	// Who asks for the policies alone learns what is wrong with one, all of it.
	const bad = "kind: SecurityGroupPolicy\nmetadata: {name: p}\nspec:\n  podSelector: {matchExpressions: [{key: a, operator: in}]}\n" +
		"  serviceAccountSelector: {matchLabels: {a b: c}}\n"
	err := Read("f.yaml", strings.NewReader(bad), Options{Others: map[string]func(Object) error{
		"SecurityGroupPolicy": func(o Object) error { return ReadPolicy(o, &kube.Objects{}) },
	}}, nil)
	if err == nil || !strings.Contains(err.Error(), `"in" is not a valid label selector operator`) || !strings.Contains(err.Error(), "a b") {
		t.Errorf("got %v", err)
	}
}

// The words of a scheduler are those of a FailedScheduling Event about a pod, of either API group.
func TestRelatedEvents(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"core", "apiVersion: v1\nkind: Event\nreason: FailedScheduling\nmessage: no room\ninvolvedObject: {kind: Pod, namespace: web, name: a}\n", "no room"},
		{"events.k8s.io", "apiVersion: events.k8s.io/v1\nkind: Event\nreason: FailedScheduling\nnote: no room\nregarding: {kind: Pod, namespace: web, name: a}\n", "no room"},
		{"another reason", "apiVersion: v1\nkind: Event\nreason: Scheduled\nmessage: no room\ninvolvedObject: {kind: Pod, namespace: web, name: a}\n", ""},
		{"another kind", "apiVersion: v1\nkind: Event\nreason: FailedScheduling\nmessage: m\ninvolvedObject: {kind: Node, namespace: web, name: a}\n", ""},
		{"another pod", "apiVersion: v1\nkind: Event\nreason: FailedScheduling\nmessage: m\ninvolvedObject: {kind: Pod, namespace: api, name: a}\n", ""},
		{"another group", "apiVersion: acme.example/v1\nkind: Event\nreason: FailedScheduling\nmessage: m\ninvolvedObject: {kind: Pod, namespace: web, name: a}\n", ""},
		{"no text", "apiVersion: v1\nkind: Event\nreason: FailedScheduling\nmessage: [x]\ninvolvedObject: {kind: Pod, namespace: web, name: a}\n", ""},
	} {
		got := relate(t, c.text).SaidOf(kube.Pod{Namespace: "web", Name: "a", Running: &kube.Running{}})
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Traffic that reaches pods by a port of their node does not reach pods on Fargate (docs/findings.md,
// load-balancer-target).
func TestRelatedTraffic(t *testing.T) {
	const (
		service   = "kind: Service\nmetadata: {name: a, namespace: web, annotations: {%s}}\nspec: {type: %s, selector: {a: b}, %s}\n"
		byDefault = "the load balancer of the Service a sends to it without a target type, which means instance by default"
		byType    = "the load balancer of the Service a sends to it by the target type instance"
		target    = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: "
		binding   = "---\napiVersion: elbv2.k8s.aws/v1beta1\nkind: TargetGroupBinding\nmetadata: {name: tgb, namespace: web}\nspec: {serviceRef: {name: a}, targetType: %s}\n"
		ingress   = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: web, annotations: {%s}}\nspec: {ingressClassName: alb, rules: [{http: {paths: " +
			"[{backend: {service: {name: a}}}, {backend: {service: {name: a}}}]}}]}\n"
		local = "externalTrafficPolicy: Local"
	)
	for _, c := range []struct{ name, text, want string }{
		{"inside of the cluster", fmt.Sprintf(service, "", "ClusterIP", ""), ""},
		{"a load balancer", fmt.Sprintf(service, "", "LoadBalancer", ""), byDefault},
		{"to nodes", fmt.Sprintf(service, target+"instance", "LoadBalancer", ""), byType},
		{"to pods", fmt.Sprintf(service, target+"ip", "LoadBalancer", ""), ""},
		{"to pods, as it was said before", fmt.Sprintf(service, "service.beta.kubernetes.io/aws-load-balancer-type: nlb-ip", "LoadBalancer", ""), ""},
		{"a target that is none", fmt.Sprintf(service, target+"lambda", "LoadBalancer", ""), ""},
		{"the class of AWS's controller", fmt.Sprintf(service, "", "LoadBalancer", "loadBalancerClass: service.k8s.aws/nlb"), byDefault},
		{"no class", fmt.Sprintf(service, "", "LoadBalancer", "loadBalancerClass: ''"), byDefault},
		{"the class of somebody else", fmt.Sprintf(service, "", "LoadBalancer", "loadBalancerClass: acme.example/lb"), ""},
		{"the class of somebody else, to nodes", fmt.Sprintf(service, target+"instance", "LoadBalancer", "loadBalancerClass: acme.example/lb"), byType},
		{"of its own nodes alone", fmt.Sprintf(service, "", "LoadBalancer", local), byDefault + ", and only nodes with such a pod answer (externalTrafficPolicy: Local)"},
		{"a port of the nodes", fmt.Sprintf(service, "", "NodePort", ""), "the Service a is reached by a port of the nodes (NodePort)"},
		{"an Ingress before it", fmt.Sprintf(service, "", "NodePort", "") + fmt.Sprintf(ingress, "alb.ingress.kubernetes.io/target-type: ip"), ""},
		{"an Ingress by default", fmt.Sprintf(service, "", "ClusterIP", "") + fmt.Sprintf(ingress, ""), "the Ingress i sends to it through the Service a without a target type, which means instance by default"},
		{"the Service says so itself", fmt.Sprintf(service, "alb.ingress.kubernetes.io/target-type: ip", "ClusterIP", "") + fmt.Sprintf(ingress, ""), ""},
		{"a binding to nodes", fmt.Sprintf(service, "", "ClusterIP", "") + fmt.Sprintf(binding, "instance"), "the TargetGroupBinding tgb sends to it through the Service a by the target type instance"},
		{"a binding to pods", fmt.Sprintf(service, "", "ClusterIP", "") + fmt.Sprintf(binding, "ip"), ""},
		{"a binding that does not say", fmt.Sprintf(service, "", "ClusterIP", "") + fmt.Sprintf(binding, ""), ""},
		{"a binding that cannot be read", fmt.Sprintf(service, "", "ClusterIP", "") + fmt.Sprintf(binding, "[instance]"), ""},
		{"a Service that cannot be read", fmt.Sprintf(service, "", "[LoadBalancer]", ""), ""},
		{"an Ingress that cannot be read", fmt.Sprintf(service, "", "ClusterIP", "") + "---\nkind: Ingress\nmetadata: {name: i, namespace: web}\nspec: {ingressClassName: alb, rules: x}\n", ""},
	} {
		var got []string
		for _, m := range relate(t, c.text).MissedBy("web") {
			if m.Selector.String() != "a=b" {
				t.Errorf("%s: it is about %s", c.name, m.Selector)
			}
			got = append(got, m.Text)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A CSIDriver takes inline volumes where its modes name Ephemeral; without a word it has the mode Persistent alone.
func TestRelatedDrivers(t *testing.T) {
	for spec, refuses := range map[string]bool{
		"{volumeLifecycleModes: [Ephemeral]}": false, "{volumeLifecycleModes: [Persistent, Ephemeral]}": false,
		"{volumeLifecycleModes: [Persistent]}": true, "{}": true, "{volumeLifecycleModes: Ephemeral}": false,
	} {
		objects := relate(t, "apiVersion: storage.k8s.io/v1\nkind: CSIDriver\nmetadata: {name: efs.csi.aws.com}\nspec: "+spec+"\n")
		if got := objects.RefusesInline(kube.EFSDriver); got != refuses || objects.RefusesInline("other") {
			t.Errorf("%s: got %t", spec, got)
		}
	}
}

// Of ConfigMaps and Namespaces those of Fargate's log router alone are read (facts of the EKS User Guide, logging).
func TestRelatedLogging(t *testing.T) {
	const configMap = "kind: ConfigMap\nmetadata: {name: aws-logging, namespace: aws-observability}\n"
	for _, c := range []struct{ name, text, want string }{
		{"the namespace is marked", "kind: Namespace\nmetadata: {name: aws-observability, labels: {aws-observability: enabled}}\n", ""},
		{"it is not", "kind: Namespace\nmetadata: {name: aws-observability}\n", "metadata.labels"},
		{"another namespace", "kind: Namespace\nmetadata: {name: web}\n", ""},
		{"an output that there is not", configMap + "data: {output.conf: \"[OUTPUT]\\n  Name loki\\n  Match *\\n\"}\n", "data[output.conf]"},
		{"another name", strings.Replace(configMap, "aws-logging", "other", 1) + "data: {output.conf: x}\n", ""},
		{"another namespace's", strings.Replace(configMap, "aws-observability", "web", 1) + "data: {output.conf: x}\n", ""},
		{"no text", configMap + "data: {output.conf: [x]}\n", ""},
		{"no data", configMap, "data[output.conf]"},
	} {
		var got []string
		for _, f := range relate(t, c.text).Unlogged() {
			got = append(got, f.Field)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// An object is decoded with the places of its faults, of which amounts that are no quantities are some.
func TestDecodeFaults(t *testing.T) {
	const text = "kind: LimitRange\nmetadata: {name: r}\nspec:\n  limits:\n  - type: Container\n    max: {cpu: much, memory: -1}\n"
	err := Read("f.yaml", strings.NewReader(text), Options{Others: map[string]func(Object) error{"LimitRange": func(o Object) error {
		var spec corev1.LimitRangeSpec
		first := o.Decode("spec", &spec)
		var own struct {
			Kind string `json:"kind"`
		}
		if second := o.Decode("", &own); second != nil || own.Kind != "LimitRange" {
			t.Errorf("the faults of one field are no other's: got %v, %q", second, own.Kind)
		}
		return first
	}}}, nil)
	if want := `f.yaml: document 1, line 6: spec.limits[0].max.cpu is "much", which is no quantity: digits and a suffix such as m, Mi or Gi are wanted
f.yaml: document 1, line 6: spec.limits[0].max.memory is "-1", which is no quantity: it is negative`; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}
