package profilefile

import (
	"maps"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/internal/spelling"
)

// The only version of eksctl's configuration that there is.
const (
	configVersion = "eksctl.io/v1alpha5"
	configKind    = "ClusterConfig"
)

// roleKey is the key of a ClusterConfig's iam that names the role of every profile that names none.
const roleKey = "fargatePodExecutionRoleARN"

// keepNameKey is the annotation of a ClusterConfig, which eksctl ignores, that names the profiles whose replacement
// keeps the name.
const keepNameKey = "fgctl/keep-name"

// iamKeys are the keys of a ClusterConfig's iam (eksctl.io/v1alpha5, ClusterIAM).
var iamKeys = []string{
	roleKey, "fargatePodExecutionRolePermissionsBoundary", "serviceRoleARN", "serviceRolePermissionsBoundary", "withOIDC",
	"serviceAccounts", "vpcResourceControllerPolicy", "podIdentityAssociations", "autoCreatePodIdentityAssociations",
}

// configKeys are the other keys of a ClusterConfig (eksctl.io/v1alpha5).
var configKeys = []string{
	"accessConfig", "addons", "addonsConfig", "autoModeConfig", "availabilityZones", "cloudWatch", "gitops",
	"iamIdentityMappings", "identityProviders", "karpenter", "kubernetesNetworkConfig", "localZones", "managedNodeGroups",
	"nodeGroups", "outpost", "privateCluster", "remoteNetworkConfig", "secretsEncryption", "upgradePolicy", "vpc",
	"zonalShiftConfig",
}

// config reads an eksctl ClusterConfig.
func (o object) config() {
	p, faults := o.p, len(o.p.faults)
	kind, version := o.get("kind").text(), o.get("apiVersion").text()
	switch {
	case len(p.faults) > faults:
		return
	case kind != "" && kind != configKind || kind == "" && !o.has("fargateProfiles"):
		p.fault(o.line(), "the kind is %q, not %s; %s", kind, configKind, p.accepted)
		return
	case version != "" && version != configVersion:
		p.fault(o.get("apiVersion").line(), "apiVersion is %q; fgctl knows only %s", version, configVersion)
		return
	}
	o.misspelt([]string{"fargateProfiles", "metadata", "iam", "kind", "apiVersion"}, configKeys...)
	meta := o.get("metadata").object()
	meta.misspelt([]string{"name", "region"}, "accountID", "annotations", "forceUpdateVersion", "tags", "version")
	at := place{meta.get("name").text(), meta.get("region").text()}
	p.places = append(p.places, at)
	iam := o.get("iam").object()
	role := iam.defaultRole()
	annotations := meta.get("annotations").object()
	for _, f := range annotations.fields {
		near := strings.HasPrefix(f.Key, "fgctl/") || spelling.Nearest(f.Key, []string{keepNameKey}) != ""
		if near && f.Key != keepNameKey {
			p.fault(f.Line, "%s: unknown key %q; did you mean %s?", annotations.path, document.Shorten(f.Key), keepNameKey)
		}
	}
	keep := annotations.get(keepNameKey)
	kept := map[string]bool{}
	for name := range strings.SplitSeq(keep.text(), ",") {
		kept[strings.TrimSpace(name)] = true
	}
	list := o.get("fargateProfiles")
	p.listed = p.listed || !list.isEmpty()
	for n := range list.profiles() {
		if e, ok := n.item(); ok {
			e.Cluster, e.Region = at.cluster, at.region
			if e.PodExecutionRoleARN == "" && role != "" {
				e.PodExecutionRoleARN = role
				e.noteLine("podExecutionRoleARN", iam.get(roleKey).line())
			}
			e.KeepName = kept["*"] || kept[e.Name]
			p.entries = append(p.entries, e)
			delete(kept, e.Name)
		}
	}
	delete(kept, "*")
	delete(kept, "")
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		p.fault(keep.line(), "%s: fargateProfiles has no profile %q", keep.path, document.Shorten(name))
	}
}

// defaultRole reads the role of the profiles that name none; empty where the ClusterConfig has none. Other keys
// are ignored, but not one that was most likely meant to be it: then another role would be used without a word.
func (o object) defaultRole() string {
	for _, f := range o.fields {
		if slices.Contains(iamKeys, f.Key) {
			continue
		}
		near := spelling.Nearest(f.Key, append([]string{"podExecutionRoleARN"}, iamKeys...))
		if near == roleKey || near == "podExecutionRoleARN" {
			o.p.fault(f.Line, "%s: unknown key %q; did you mean %s?", o.path, document.Shorten(f.Key), roleKey)
		}
	}
	return o.get(roleKey).text()
}
