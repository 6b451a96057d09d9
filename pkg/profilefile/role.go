package profilefile

import (
	"slices"

	"github.com/fgctl/fgctl/pkg/document"
	"github.com/fgctl/fgctl/pkg/spelling"
)

// roleKey is the key of a ClusterConfig's iam that names the role of every profile that names none.
const roleKey = "fargatePodExecutionRoleARN"

// iamKeys are the keys of a ClusterConfig's iam (eksctl.io/v1alpha5, ClusterIAM).
var iamKeys = []string{
	roleKey, "fargatePodExecutionRolePermissionsBoundary", "serviceRoleARN", "serviceRolePermissionsBoundary", "withOIDC",
	"serviceAccounts", "vpcResourceControllerPolicy", "podIdentityAssociations", "autoCreatePodIdentityAssociations",
}

// defaultRole reads the role of the profiles that name none; empty where the ClusterConfig has none. Other keys are
// ignored, but not one that was most likely meant to be it: then another role would be used without a word.
func defaultRole(errs *Errors, iam document.Value, path string) string {
	fields, err := document.AsFields(iam, path)
	errs.Add(err)
	for _, f := range fields {
		if slices.Contains(iamKeys, f.Key) {
			continue
		}
		near := spelling.Nearest(f.Key, append([]string{"podExecutionRoleARN"}, iamKeys...))
		if near == roleKey || near == "podExecutionRoleARN" {
			errs.Add(document.At(f.Line, "%s: unknown key %q; did you mean %s?", path, document.Shorten(f.Key), roleKey))
		}
	}
	return text(errs, fields, roleKey, path)
}
