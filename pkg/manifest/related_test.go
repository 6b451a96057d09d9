package manifest

import (
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
)

// What pods have is no sign of related objects, so that a list of them is read once.
func TestMayRelate(t *testing.T) {
	for text, want := range map[string]bool{
		`{"kind":"Pod","spec":{"enableServiceLinks":true,"serviceAccountName":"a"}}`: false,
		"kind: Pod\nspec: {env: [{name: KUBERNETES_SERVICE_HOST}]}":                  false,
		"kind: Service\n":                                      true,
		"kind:   Service\n":                                    true,
		"kind: 'ServiceAccount'\n":                             true,
		`{"kind":"Service"}`:                                   true,
		`{"kind": "Ingress"}`:                                  true,
		"kind: Namespace\nmetadata: {name: other}":             false,
		"kind: Namespace\nmetadata: {name: aws-observability}": true,
	} {
		if got := MayRelate([]byte(text)); got != want {
			t.Errorf("%s: got %t", text, got)
		}
	}
}

// Objects of other groups that are called alike do not decide.
func TestRelatedKnowsTheGroups(t *testing.T) {
	for version, want := range map[string]int{"v1": 1, "networking.istio.io/v1": 0, "serving.knative.dev/v1": 0} {
		objects := &kube.Objects{}
		text := "apiVersion: " + version + "\nkind: Service\nmetadata: {name: a, namespace: web}\nspec: {type: NodePort, selector: {a: b}}\n"
		if err := Read("f", strings.NewReader(text), Options{Others: Related(objects)}, nil); err != nil {
			t.Fatal(err)
		}
		if got := len(objects.MissedBy("web")); got != want {
			t.Errorf("%s: got %d, want %d", version, got, want)
		}
	}
}

// Ingresses of older versions name their Services otherwise, and are of another class by an annotation.
func TestIngressBackends(t *testing.T) {
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: web}\nspec: {selector: {a: b}}\n---\n"
	for text, want := range map[string]int{
		"metadata: {name: i, namespace: web, annotations: {kubernetes.io/ingress.class: alb}}\nspec: {rules: [{http: {paths: [{backend: {serviceName: a, servicePort: 80}}]}}]}": 1,
		"metadata: {name: i, namespace: web}\nspec: {ingressClassName: alb, defaultBackend: {service: {name: a}}}":                                                               1,
		"metadata: {name: i, namespace: web}\nspec: {ingressClassName: nginx, defaultBackend: {service: {name: a}}}":                                                             0,
		"metadata: {name: i, namespace: api}\nspec: {ingressClassName: alb, defaultBackend: {service: {name: a}}}":                                                               0,
		"metadata: {name: i, namespace: web, annotations: {alb.ingress.kubernetes.io/target-type: instance}}\nspec: {backend: {serviceName: a}}":                                 1,
	} {
		objects := &kube.Objects{}
		err := Read("f", strings.NewReader(service+"kind: Ingress\n"+text), Options{Others: Related(objects)}, nil)
		if got := len(objects.MissedBy("web")); err != nil || got != want {
			t.Errorf("%s: got %d, %v; want %d", text, got, err, want)
		}
	}
}
