package profilefile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// profileKind is what the controllers of Kubernetes call a profile.
const profileKind = "FargateProfile"

// crossplaneGroups are the groups of Crossplane's providers: the community's provider-aws, and provider-upjet-aws for
// a namespace (.m.) and for the whole cluster.
var crossplaneGroups = []string{"eks.aws.crossplane.io", "eks.aws.m.upbound.io", "eks.aws.upbound.io"}

// crossplaneVersions returns the versions of a group, nil for another tool's.
func crossplaneVersions(group string) []string {
	switch group {
	case "eks.aws.upbound.io":
		return []string{"v1beta1", "v1beta2"}
	case "eks.aws.m.upbound.io":
		return []string{"v1beta1"}
	case "eks.aws.crossplane.io":
		return []string{"v1alpha1", "v1beta1"}
	}
	return nil
}

// The forms of the CustomResourceDefinitions in crossplane-contrib/provider-upjet-aws and
// crossplane-contrib/provider-aws.
var (
	upboundForm = form{
		cluster: "clusterName", role: "podExecutionRoleArn", subnets: "subnetIds", tags: "tags",
		selectors: "selector", namespace: "namespace", labels: "labels", strict: true,
	}
	communityForm = form{
		cluster: "clusterName", role: "podExecutionRoleArn", subnets: "subnets", tags: "tags",
		selectors: "selectors", namespace: "namespace", labels: "labels", strict: true,
	}
)

// crossplane reads a FargateProfile of one of Crossplane's providers. What spec.forProvider leaves out comes from
// spec.initProvider, and for an object that is only observed, from status.atProvider.
func (o object) crossplane() {
	if !o.hasVersion(crossplaneVersions(o.group())...) {
		return
	}
	form, arnKey := upboundForm, "arn"
	if o.group() == "eks.aws.crossplane.io" {
		form, arnKey = communityForm, "fargateProfileArn"
	}
	p, meta, spec := o.p, o.get("metadata").object(), o.get("spec").object()
	observed := o.get("status").object().get("atProvider").object()
	initial := spec.get("initProvider").object()
	initial.next = &observed
	wanted := spec.get("forProvider").object()
	wanted.next = &initial

	e := wanted.profile(form)
	o.place(&e)
	e.Name = cmp.Or(meta.get("annotations").object().get("crossplane.io/external-name").text(), meta.get("name").text())
	if e.Name == "" {
		p.fault(o.line(), "%s is missing; it is the profile's name, unless the annotation crossplane.io/external-name "+
			"gives another", document.Join(meta.path, "name"))
	}
	if e.Cluster == "" {
		e.Cluster = wanted.get("clusterNameRef").object().get("name").text()
	}
	wanted.misspelt(form.names(), append(wanted.references(), "region")...)
	e.Status = status(observed.get("status").text())
	e.ARN = observed.get(arnKey).text()
	e.Region = wanted.get("region").text()
	p.entries = append(p.entries, e)
}

// references are the keys that name another object in the place of a value.
func (o object) references() []string {
	var out []string
	for _, f := range o.fields {
		for _, suffix := range []string{"Ref", "Refs", "Selector"} {
			if strings.HasSuffix(f.Key, suffix) {
				out = append(out, f.Key)
			}
		}
	}
	return out
}

// group returns the group of an object's apiVersion.
func (o object) group() string {
	group, _, _ := strings.Cut(o.scalar("apiVersion"), "/")
	return group
}

// hasVersion reports whether the version of an object is a known one of its kind; another is a fault.
func (o object) hasVersion(known ...string) bool {
	group, version, _ := strings.Cut(o.scalar("apiVersion"), "/")
	if slices.Contains(known, version) {
		return true
	}
	o.p.fault(o.get("apiVersion").line(), "apiVersion is %q; fgctl knows %s", o.scalar("apiVersion"),
		group+"/"+strings.Join(known, ", "+group+"/"))
	return false
}

// place makes the object the place of a profile that was read from a part of it.
func (o object) place(e *Entry) {
	e.Line, e.Path = o.line(), o.named(profileKind).path
}
