package profilefile

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

const (
	capaGroup = "infrastructure.cluster.x-k8s.io"
	capaKind  = "AWSFargateProfile"
)

// capaForm is that of exp/api/v1beta2/awsfargateprofile_types.go in kubernetes-sigs/cluster-api-provider-aws. The role
// is a name there, not an ARN.
var capaForm = form{
	name: "profileName", cluster: "clusterName", subnets: "subnetIDs", tags: "additionalTags",
	selectors: "selectors", namespace: "namespace", labels: "labels", strict: true,
}

// capa reads an AWSFargateProfile of Cluster API's provider for AWS (CAPA). Its cluster is the Cluster object, which
// need not be called as the cluster of EKS is; it still tells the clusters apart.
func (o object) capa() {
	if !o.hasVersion("v1beta1", "v1beta2") {
		return
	}
	meta, spec := o.get("metadata").object(), o.get("spec").object()
	e := spec.profile(capaForm)
	e.Line, e.Path = o.line(), o.named(capaKind).path
	spec.misspelt(capaForm.names(), "roleName", "rolePath", "rolePermissionsBoundary")
	if e.Name == "" {
		e.Name, e.OpenName = capaName(meta.get("namespace").text(), meta.get("name").text())
	}
	if e.Name == "" {
		o.p.fault(o.line(), "%s and %s are missing; one of them names the profile", document.Join(spec.path, capaForm.name),
			document.Join(meta.path, "name"))
	}
	o.p.entries = append(o.p.entries, e)
}

// capaName returns the name that CAPA makes up where spec.profileName has none (pkg/eks/eks.go, GenerateEKSName), and
// why it is open where the file does not tell it.
func capaName(namespace, name string) (made, open string) {
	const longest = 100
	made = namespace + "_" + strings.ReplaceAll(name, ".", "_")
	switch {
	case name == "" || namespace == "":
		return name, "profileName is missing, and metadata.namespace, which the name is made of"
	case len(made) >= longest:
		return name, fmt.Sprintf("profileName is missing, and a name of %d characters becomes a hash", len(made))
	}
	return made, ""
}
