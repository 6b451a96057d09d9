package profilefile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// What Terraform and OpenTofu know of profiles is read from the output of terraform show -json for a plan or a
// state (developer.hashicorp.com/terraform/internals/json-format), and from the state file itself.

// maxModules bounds how deep modules call modules; those of real configurations stay far below.
const maxModules = 32

// terraformTypes are the types of resources that are profiles.
const terraformTypes = "aws_eks_fargate_profile and awscc_eks_fargate_profile"

// terraformForm returns the form of a type of resource that is a profile: the one of the provider aws, whose tags_all
// includes its default_tags, and the one of awscc, which is made from CloudFormation's schema.
func terraformForm(kind string) (f form, isProfile bool) {
	f = form{
		name: "fargate_profile_name", cluster: "cluster_name", role: "pod_execution_role_arn", arn: "arn",
		namespace: "namespace", labels: "labels",
	}
	switch kind {
	case "aws_eks_fargate_profile":
		f.subnets, f.tags, f.status, f.selectors = "subnet_ids", "tags_all", "status", "selector"
	case "awscc_eks_fargate_profile":
		f.subnets, f.tags, f.selectors, f.key, f.value = "subnets", "tags", "selectors", "key", "value"
	default:
		return form{}, false
	}
	return f, true
}

// isTerraform recognises by its keys what Terraform writes, and a change of a plan that stands alone.
func (o object) isTerraform() bool {
	resource := o.get("resource").value
	return o.has("format_version") || o.hasPlan() || o.has("terraform_version") || o.has("change") && o.has("address") ||
		o.has("@level") && o.has("@message") || resource != nil && resource.Kind() == document.Mapping
}

// hasPlan reports whether there is a part that only a plan has.
func (o object) hasPlan() bool {
	return slices.ContainsFunc([]string{"planned_values", "resource_changes", "prior_state", "configuration"}, o.has)
}

// terraform reads a plan, a state or a state file.
func (o object) terraform() {
	version := o.scalar("format_version")
	major, _, _ := strings.Cut(version, ".")
	switch {
	case o.has("@level"):
		o.p.faultOnce(o.line(), "this is the log that terraform plan -json prints; %s", terraformHint)
	case o.has("resource"):
		o.p.fault(o.line(), "this is a configuration of Terraform, whose values only Terraform knows; %s", terraformHint)
	case o.has("change"):
		o.change()
	case !o.has("format_version") && !o.hasPlan():
		o.terraformState()
	case version != "" && major != "0" && major != "1":
		// Both majors have the same form; a newer one is to be refused (JSON Output Format, Format Version).
		o.p.fault(o.get("format_version").line(),
			"format_version is %q; fgctl knows the versions 0 and 1 of the output of terraform show -json", version)
	case o.scalar("errored") == "true":
		o.p.fault(o.line(), "the plan is not complete, because terraform plan ended with an error; "+
			"fix that and make a new plan")
	default:
		o.planOrState()
	}
}

// planOrState reads what terraform show -json prints. Of a plan that somebody has cut down to its changes, these are
// read.
func (o object) planOrState() {
	faults, unknown := len(o.p.faults), o.afterApply()
	planned := o.get("planned_values").object()
	switch {
	case planned.has("root_module"):
		planned.get("root_module").module(unknown, 0)
	case o.has("resource_changes"):
		for change := range o.get("resource_changes").items() {
			change.object().change()
		}
	case o.has("values") || !o.hasPlan():
		o.get("values").object().get("root_module").module(nil, 0) // a state; without values where it is empty
	case len(o.p.faults) == faults:
		o.p.fault(o.line(), "this plan has neither planned_values nor resource_changes, so nothing is known of its "+
			"profiles; give all that terraform show -json prints")
	}
}

// change reads what becomes of one resource; what is deleted or forgotten has nothing after it.
func (o object) change() {
	if !o.isProfile() || o.has("deposed") {
		return
	}
	after := o.get("change").object()
	after.path = cmp.Or(o.scalar("address"), o.path, "resource_changes")
	switch {
	case !after.has("after"):
		o.p.fault(o.line(), "%s: its change does not say what it is after the apply; "+
			"give all that terraform show -json prints", after.path)
	case !after.get("after").isEmpty():
		after.terraformProfile(o.scalar("type"), "after", after.get("after_unknown").unknown())
	}
}

// module reads the resources of a module and of those that it calls.
func (n node) module(unknown map[string]object, depth int) {
	if depth > maxModules {
		n.p.fault(n.line(), "modules are nested more than %d deep", maxModules)
		return
	}
	module := n.object()
	for resource := range module.get("resources").items() {
		o := resource.object()
		if !o.isProfile() {
			continue
		}
		if address := o.scalar("address"); address != "" {
			o.path = address
		}
		o.terraformProfile(o.scalar("type"), "values", unknown[o.path])
	}
	for called := range module.get("child_modules").items() {
		called.path = "child_modules" // addresses say where a resource is, so the path need not
		called.module(unknown, depth+1)
	}
}

// isProfile reports whether a resource is a profile that Terraform makes; a data source only reads one. Another type
// that sounds like one is a fault: its profiles would be missing without a word.
func (o object) isProfile() bool {
	kind := o.scalar("type")
	if o.scalar("mode") == "data" {
		return false
	}
	_, isProfile := terraformForm(kind)
	if !isProfile && strings.Contains(kind, "fargate_profile") {
		o.p.faultOnce(o.line(), "%s is a type of resource that fgctl does not know; it reads %s",
			document.Shorten(kind), terraformTypes)
	}
	return isProfile
}

// afterApply returns, by address, which attributes of a plan's profiles are known only after the apply: there they
// are true, and in the planned values they are missing, so that a selector would seem to want less than it does.
// A profile that is deferred altogether is a fault.
func (o object) afterApply() map[string]object {
	unknown := map[string]object{}
	for change := range o.get("resource_changes").items() {
		c := change.object()
		if !c.isProfile() || c.has("deposed") {
			continue
		}
		unknown[c.scalar("address")] = c.get("change").object().get("after_unknown").unknown()
	}
	for change := range o.get("deferred_changes").items() {
		if c := change.object().get("resource_change").object(); c.isProfile() {
			o.p.fault(change.line(), "%s is deferred by the plan, so nothing is known of it; "+
				"apply the plan and make a new one", c.scalar("address"))
		}
	}
	return unknown
}

// unknown returns after_unknown, which is a mapping where a part of the resource is known.
func (n node) unknown() object {
	if n.value == nil || n.value.Kind() != document.Mapping {
		return object{}
	}
	return n.object()
}

// terraformProfile reads the attributes of a profile of a type; its path is its address.
func (o object) terraformProfile(kind, key string, unknown object) {
	values, ok := o.child(o.get(key).value, o.path).mapping()
	if !ok {
		return
	}
	form, _ := terraformForm(kind)
	nameIsOpen := unknown.scalar(form.name) == "true"
	for _, attribute := range unknown.late(form) {
		o.p.fault(o.line(), "%s: %s is known only after the apply, so no pod can be judged by it; write its value out "+
			"in the configuration, or give the state after the apply (terraform show -json)", o.path, attribute)
	}
	if values.get(form.tags).isEmpty() {
		form.tags = "tags"
	}
	e := values.profile(form)
	e.Line = o.line()
	if e.Name == "" && !nameIsOpen {
		o.p.fault(o.line(), "%s has no fargate_profile_name", o.path)
	}
	// It is most often made by the same plan.
	if unknown.scalar(form.cluster) == "true" {
		e.OpenCluster = form.cluster + " is known only after the apply"
	}
	// Version 6 of the provider has a region for every resource.
	if region := values.get("region").text(); region != "" {
		e.Region = region
	}
	o.p.entries = append(o.p.entries, e)
}

// late lists the attributes that decide where a pod goes and are known only after the apply. The cluster is none
// of them.
func (o object) late(f form) []string {
	const depth = 4 // as deep as the value of a label in a list
	return append(late(document.Get(o.fields, f.name), f.name, depth),
		late(document.Get(o.fields, f.selectors), f.selectors, depth)...)
}

// late lists the parts of v that are true, down to a depth. Terraform's own JSON has no faults.
func late(v document.Value, path string, depth int) []string {
	switch {
	case v == nil || depth < 0:
		return nil
	case isTrue(v):
		return []string{path}
	}
	var out []string
	items, _ := v.Items()
	for i, item := range items {
		out = append(out, late(item, fmt.Sprintf("%s[%d]", path, i), depth-1)...)
	}
	fields, _ := v.Fields()
	for _, f := range fields {
		at := path + "." + f.Key
		if strings.HasSuffix(path, ".labels") {
			at = path + "[" + f.Key + "]"
		}
		out = append(out, late(f.Value, at, depth-1)...)
	}
	return out
}

// terraformState reads a state file, terraform.tfstate. HashiCorp keeps its form to itself, so only the version
// that every Terraform since 0.12 and OpenTofu write is read.
func (o object) terraformState() {
	if version := o.scalar("version"); version != "4" {
		o.p.fault(o.line(), "this is a state file of Terraform of version %q; "+
			"give what terraform show -json prints of it", version)
		return
	}
	for resource := range o.get("resources").items() {
		r := resource.object()
		if !r.isProfile() {
			continue
		}
		address := r.scalar("type") + "." + r.scalar("name")
		if module := r.scalar("module"); module != "" {
			address = module + "." + address
		}
		for instance := range r.get("instances").items() {
			i := instance.object()
			i.path = address
			if key := i.get("index_key").value; key != nil && key.Kind() == document.Text {
				i.path += fmt.Sprintf("[%q]", key.Text())
			} else if key != nil {
				i.path += "[" + scalar(key) + "]"
			}
			i.terraformProfile(r.scalar("type"), "attributes", object{})
		}
	}
}
