package manifest

// What sends traffic to pods, and other objects that decide about them by little.

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/logging"
)

// The annotations of the AWS Load Balancer Controller (kubernetes-sigs/aws-load-balancer-controller, docs/guide).
const (
	albAnnotations  = "alb.ingress.kubernetes.io/"
	albTarget       = albAnnotations + "target-type"
	nlbTarget       = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"
	nlbType         = "service.beta.kubernetes.io/aws-load-balancer-type"
	nlbClass        = "service.k8s.aws/nlb"
	ingressClassKey = "kubernetes.io/ingress.class"
)

// targetOf reads a target type; other is what it means where there is none.
func targetOf(text string, other kube.TargetType) kube.TargetType {
	switch text {
	case "ip":
		return kube.TargetIP
	case "instance":
		return kube.TargetInstance
	case "":
		return other
	}
	return kube.TargetUnknown
}

func readService(o Object, into *kube.Objects) {
	var spec corev1.ServiceSpec
	if o.Decode("spec", &spec) != nil {
		return
	}
	target := targetOf(o.Annotations[nlbTarget], kube.TargetUnknown)
	if class := spec.LoadBalancerClass; class == nil || *class == "" || *class == nlbClass {
		// Kubernetes' own controller knows instances alone; AWS's defaults to them.
		target = targetOf(o.Annotations[nlbTarget], kube.TargetDefault)
	}
	if o.Annotations[nlbType] == "nlb-ip" {
		target = kube.TargetIP
	}
	into.AddService(o.name(), kube.Service{
		Selector: spec.Selector, IsLoadBalancer: spec.Type == corev1.ServiceTypeLoadBalancer,
		IsNodePort: spec.Type == corev1.ServiceTypeNodePort, Target: target,
		Route:   targetOf(o.Annotations[albTarget], kube.TargetUnknown),
		IsLocal: spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal,
	})
}

// backend is an IngressBackend, of networking.k8s.io/v1 or of older versions.
type backend struct {
	Service struct {
		Name string `json:"name"`
	} `json:"service"`
	ServiceName string `json:"serviceName"`
}

func readIngress(o Object, into *kube.Objects) {
	var spec struct {
		IngressClassName string  `json:"ingressClassName"`
		DefaultBackend   backend `json:"defaultBackend"`
		Backend          backend `json:"backend"`
		Rules            []struct {
			HTTP struct {
				Paths []struct {
					Backend backend `json:"backend"`
				} `json:"paths"`
			} `json:"http"`
		} `json:"rules"`
	}
	if o.Decode("spec", &spec) != nil {
		return
	}
	r := kube.Route{Kind: o.Kind, Name: o.Name, Target: kube.TargetUnknown}
	add := func(b *backend) {
		if name := cmp.Or(b.Service.Name, b.ServiceName); name != "" && !slices.Contains(r.Services, name) {
			r.Services = append(r.Services, name)
		}
	}
	add(&spec.DefaultBackend)
	add(&spec.Backend)
	for i := range spec.Rules {
		for j := range spec.Rules[i].HTTP.Paths {
			add(&spec.Rules[i].HTTP.Paths[j].Backend)
		}
	}
	isALB := cmp.Or(spec.IngressClassName, o.Annotations[ingressClassKey]) == "alb"
	for key := range maps.Keys(o.Annotations) {
		isALB = isALB || strings.HasPrefix(key, albAnnotations)
	}
	if isALB {
		r.Target = targetOf(o.Annotations[albTarget], kube.TargetDefault)
	}
	into.AddRoute(o.Namespace, r)
}

func readBinding(o Object, into *kube.Objects) {
	var spec struct {
		TargetType string `json:"targetType"`
		ServiceRef struct {
			Name string `json:"name"`
		} `json:"serviceRef"`
	}
	if o.Decode("spec", &spec) == nil {
		into.AddRoute(o.Namespace, kube.Route{
			Kind: o.Kind, Name: o.Name, Services: []string{spec.ServiceRef.Name},
			Target: targetOf(spec.TargetType, kube.TargetUnknown),
		})
	}
}

func readDriver(o Object, into *kube.Objects) {
	var spec struct {
		VolumeLifecycleModes []string `json:"volumeLifecycleModes"`
	}
	if o.Decode("spec", &spec) == nil {
		into.AddDriver(o.Name, slices.Contains(spec.VolumeLifecycleModes, "Ephemeral"))
	}
}

// readLogging reads the ConfigMap of Fargate's log router and its namespace; others do not matter.
func readLogging(o Object, into *kube.Objects) {
	var data map[string]string
	switch {
	case o.Kind == "Namespace" && o.Name == logging.Namespace:
		into.AddLogging(logging.Config{NamespaceLabels: orEmpty(o.Labels)})
	case o.Namespace == logging.Namespace && o.Name == logging.ConfigMap && o.Decode("data", &data) == nil:
		into.AddLogging(logging.Config{Data: orEmpty(data)})
	}
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
