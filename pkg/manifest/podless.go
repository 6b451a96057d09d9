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

// podless are the groups of others whose kinds make no pods but those of foreignPlaces, or make them in another
// cluster; one that begins with a dot stands for all groups that end so.
var podless = []string{
	// Monitoring, certificates, secrets.
	"monitoring.coreos.com", "cert-manager.io", ".cert-manager.io", "external-secrets.io", ".external-secrets.io",
	"bitnami.com", "secrets-store.csi.x-k8s.io",
	// Traffic.
	".istio.io", "traefik.io", "traefik.containo.us", "projectcontour.io", "gateway.networking.x-k8s.io", "cilium.io",
	".projectcalico.org",
	// AWS and nodes.
	".k8s.aws", "crd.k8s.amazonaws.com", "karpenter.sh", "eksctl.io",
	// Policies, scaling, sources.
	"kyverno.io", ".kyverno.io", ".gatekeeper.sh", "keda.sh", "source.toolkit.fluxcd.io",
	"notification.toolkit.fluxcd.io", "image.toolkit.fluxcd.io",
	// Clusters and other clouds.
	"cluster.x-k8s.io", ".cluster.x-k8s.io", "kind.x-k8s.io", ".upbound.io", ".aws.crossplane.io", "backstage.io",
}

// mayMakePods reports whether objects of a kind that is not known may make pods.
func mayMakePods(kind, group string) bool {
	if !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io") && foreignPlaces[kind+"."+group] == nil {
		return false
	}
	if kind+"."+group == "AppProject.argoproj.io" {
		return false
	}
	for _, p := range podless {
		if group == p || p[0] == '.' && strings.HasSuffix(group, p) {
			return foreignPlaces[kind+"."+group] != nil
		}
	}
	return true
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
	return err == nil && document.Get(fields, "kind") == nil && misspelt(fields) == ""
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
