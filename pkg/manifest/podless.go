package manifest

// Which objects make no pods, so that nothing is to be said of them, and which documents are no objects.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// Kind names the kind of an object as its manifest does.
type Kind struct {
	Name       string
	APIVersion string
}

// podless are the groups, and Kind.group, of others whose objects make no pods but those of foreignPlaces, or make them
// in another cluster; one that begins with a dot stands for all groups that end so. The kinds of each were read from
// the CRDs of the project that a line names.
var podless = []string{
	"monitoring.coreos.com", // prometheus-operator/prometheus-operator, pkg/apis/monitoring
	// Its group acme has Challenge, which makes a pod.
	"cert-manager.io",                             // cert-manager/cert-manager, deploy/crds
	"external-secrets.io", ".external-secrets.io", // external-secrets/external-secrets, config/crds/bases
	"bitnami.com",                // bitnami-labs/sealed-secrets, helm/sealed-secrets/crds
	"secrets-store.csi.x-k8s.io", // kubernetes-sigs/secrets-store-csi-driver, config/crd/bases
	// istio/api, kubernetes/customresourcedefinitions.gen.yaml; IstioOperator is of install.istio.io.
	"extensions.istio.io", "networking.istio.io", "security.istio.io", "telemetry.istio.io",
	"traefik.io", "traefik.containo.us", // traefik/traefik, integration/fixtures/k8s
	// projectcontour/contour, examples; ContourDeployment is about pods.
	"HTTPProxy.projectcontour.io", "TLSCertificateDelegation.projectcontour.io", "ExtensionService.projectcontour.io",
	"ContourConfiguration.projectcontour.io", "gateway.networking.x-k8s.io",
	"cilium.io",                                  // cilium/cilium, pkg/k8s/apis/cilium.io/client/crds
	"projectcalico.org", "crd.projectcalico.org", // projectcalico/calico, libcalico-go/config/crd
	"karpenter.sh", // aws/karpenter-provider-aws, pkg/apis/crds; NodePools make nodes
	// That one too, aws/amazon-vpc-resource-controller-k8s, kubernetes-sigs/aws-load-balancer-controller and ACK.
	".k8s.aws",
	"crd.k8s.amazonaws.com",     // aws/amazon-vpc-cni-k8s, config/master
	"eksctl.io",                 // eksctl-io/eksctl, pkg/apis/eksctl.io
	"kyverno.io", ".kyverno.io", // kyverno/kyverno, config/crds
	".gatekeeper.sh",              // open-policy-agent/gatekeeper, config/crd/bases
	"keda.sh", "eventing.keda.sh", // kedacore/keda, config/crd/bases
	"kueue.x-k8s.io",                        // kubernetes-sigs/kueue; its Workloads are about the pods of others
	"source.toolkit.fluxcd.io",              // fluxcd/source-controller, config/crd/bases
	"notification.toolkit.fluxcd.io",        // fluxcd/notification-controller, config/crd/bases
	"image.toolkit.fluxcd.io",               // fluxcd/image-automation-controller, config/crd/bases
	"cluster.x-k8s.io", ".cluster.x-k8s.io", // kubernetes-sigs/cluster-api, config/crd/bases: other clusters
	"kind.x-k8s.io",                         // kubernetes-sigs/kind, pkg/apis/config
	".aws.upbound.io", ".aws.crossplane.io", // crossplane-contrib's providers for AWS: what is outside of the cluster
	"AppProject.argoproj.io", // argoproj/argo-cd, manifests/crds
	"kafka.strimzi.io",       // strimzi/strimzi-kafka-operator, packaging/install/cluster-operator
	"postgresql.cnpg.io",     // cloudnative-pg/cloudnative-pg, api/v1
	"backstage.io",           // backstage/backstage: entities of a catalogue, not of a cluster
}

// podful are groups of which podless would say too much: jobs of EMR are pods (aws-controllers-k8s/emrcontainers-
// controller).
var podful = []string{"emrcontainers.services.k8s.aws"}

// mayMakePods reports whether objects of a kind that is not known may make pods.
func mayMakePods(kind, group string) bool {
	full := kind + "." + group
	switch {
	case !strings.Contains(group, "."):
		return false
	case foreignPlaces()[full] != nil || slices.Contains(podful, group):
		return true
	case strings.HasSuffix(group, ".k8s.io"):
		return false
	}
	return !slices.ContainsFunc(podless, func(p string) bool {
		return group == p || full == p || p[0] == '.' && strings.HasSuffix(group, p)
	})
}

// passes reports whether a document is let pass as no manifest.
func (m *reader[T]) passes(e element) bool {
	if m.opts.NotAManifest == nil || e.path != "" {
		return false
	}
	if e.value.Kind() != document.Mapping {
		return true
	}
	fields, err := e.value.Fields()
	kind := document.Get(fields, "kind")
	return err == nil && (kind == nil || kind.Kind() == document.Null) && misspelt(fields) == ""
}

// misspelt points to a key that is kind but for its case.
func misspelt(fields []document.Field) string {
	at := slices.IndexFunc(fields, func(f document.Field) bool {
		return f.Key != "kind" && strings.EqualFold(f.Key, "kind")
	})
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("; line %d has %q, which is written kind", fields[at].Line, fields[at].Key)
}
