package profilefile

import (
	"slices"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// pulumiTypes are the types of Pulumi's resources that are profiles: of the providers aws and aws-native.
const pulumiTypes = "aws:eks/fargateProfile:FargateProfile and aws-native:eks:FargateProfile"

// pulumiForm returns the form of a type of resource that is a profile. aws is bridged from Terraform's provider,
// aws-native is made from CloudFormation's schema.
func pulumiForm(kind string) (f form, isProfile bool) {
	f = form{
		name: "fargateProfileName", cluster: "clusterName", role: "podExecutionRoleArn", arn: "arn", tags: "tags",
		selectors: "selectors", namespace: "namespace", labels: "labels",
	}
	switch kind {
	case "aws:eks/fargateProfile:FargateProfile":
		f.subnets, f.tags, f.status = "subnetIds", "tagsAll", "status"
	case "aws-native:eks:FargateProfile":
		f.subnets, f.key, f.value = "subnets", "key", "value"
	default:
		return form{}, false
	}
	return f, true
}

// isPulumi recognises what pulumi stack export prints, and a checkpoint file.
func (o object) isPulumi() bool {
	return o.has("version") && (o.has("deployment") || o.has("checkpoint"))
}

// pulumi reads the state of a stack (sdk/go/common/apitype/core.go in pulumi/pulumi, UntypedDeployment).
func (o object) pulumi() {
	if version := o.scalar("version"); !slices.Contains([]string{"1", "2", "3", "4"}, version) {
		o.p.fault(o.get("version").line(), "version is %q; fgctl knows the versions 1 to 4 of what "+
			"pulumi stack export prints", document.Shorten(version))
		return
	}
	deployment := o.get("deployment")
	if o.has("checkpoint") {
		deployment = o.get("checkpoint").object().get("latest")
	}
	for resource := range deployment.object().get("resources").items() {
		r := resource.object()
		kind := r.scalar("type")
		form, isProfile := pulumiForm(kind)
		switch {
		// What is to be deleted, or is gone until it is made anew, and what Pulumi only reads.
		case r.scalar("delete") == "true", r.scalar("pendingReplacement") == "true", r.scalar("external") == "true":
		case isProfile:
			r.pulumiProfile(form)
		case soundsLikeProfile(kind) && r.scalar("custom") == "true": // a component is made of resources of their own
			o.p.fault(r.get("type").line(), "%s: the type %q is not known; fgctl reads %s", r.path, document.Shorten(kind),
				pulumiTypes)
		}
	}
}

// pulumiSecret marks a value that the export encrypts.
const pulumiSecret = "1b47061264138c4ac30d75fd1eb44270"

// pulumiProfile reads one resource; its path is its URN.
func (o object) pulumiProfile(f form) {
	if urn := o.scalar("urn"); urn != "" {
		o.path = urn
	}
	inputs, outputs := o.get("inputs").object(), o.get("outputs").object()
	outputs.next = &inputs
	for _, key := range f.names() {
		if v := outputs.get(key); v.value != nil && v.mentions(pulumiSecret) {
			o.p.fault(v.line(), "%s is a secret of Pulumi, which fgctl does not read; let the program give it as a plain value",
				v.path)
			return
		}
	}
	if outputs.get(f.tags).isEmpty() {
		f.tags = "tags"
	}
	e := outputs.profile(f)
	e.Line, e.Path = o.line(), o.path
	if e.Name == "" {
		o.p.fault(o.line(), "%s has no %s", o.path, f.name)
	}
	o.p.entries = append(o.p.entries, e)
}
