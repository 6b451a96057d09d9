package profilefile

// This file reads what Terraform and OpenTofu know of profiles: the output of terraform show -json for a
// plan or a state (developer.hashicorp.com/terraform/internals/json-format), and the state file itself.
// The attributes are those of the provider's resource aws_eks_fargate_profile.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
)

const (
	terraformType = "aws_eks_fargate_profile"
	// A module within a module within … of a real configuration stays far below.
	maxModules = 100
)

// isTerraform recognises by its keys what Terraform writes.
func isTerraform(fields []document.Field) bool {
	has := func(key string) bool { return document.Get(fields, key) != nil }
	resource := document.Get(fields, "resource")
	return has("format_version") || has("planned_values") || has("terraform_version") || has("@level") && has("@message") ||
		resource != nil && resource.Kind() == document.Mapping
}

// terraform reads a plan, a state or a state file.
func (p *parser) terraform(v document.Value, fields []document.Field, _ string) error {
	get := func(key string) document.Value { return document.Get(fields, key) }
	switch {
	case get("@level") != nil:
		return p.once(document.At(v.Line(), "this is the log that terraform plan -json prints; %s", terraformHint))
	case get("resource") != nil:
		return document.At(v.Line(), "this is a configuration of Terraform, whose values only Terraform knows; %s", terraformHint)
	case get("format_version") == nil && get("planned_values") == nil:
		return p.terraformState(v, fields)
	}
	version := scalar(get("format_version"))
	// Both majors have the same form; a newer one is to be refused (JSON Output Format, Format Version).
	if major, _, _ := strings.Cut(version, "."); major != "0" && major != "1" && version != "" {
		return document.At(get("format_version").Line(), "format_version is %q; fgctl knows the versions 0 and 1 of the output of terraform show -json", version)
	}
	if scalar(get("errored")) == "true" {
		return document.At(v.Line(), "the plan is not complete, because terraform plan ended with an error; mend that and make the plan anew")
	}
	var errs Errors
	unknown, err := afterApply(fields)
	errs.Add(err)
	values, path := get("planned_values"), "planned_values"
	if values == nil {
		values, path = get("values"), "values" // a state; none where it is empty
	}
	root, err := document.AsFields(values, path)
	errs.Add(err)
	errs.Add(p.module(document.Get(root, "root_module"), path+".root_module", unknown, 0))
	return errs.OrNil()
}

// module reads the resources of a module and of those that it calls.
func (p *parser) module(v document.Value, path string, unknown map[string][]document.Field, depth int) error {
	if depth > maxModules {
		return document.At(v.Line(), "modules are nested more than %d deep", maxModules)
	}
	fields, err := document.AsFields(v, path)
	if err != nil {
		return err
	}
	var errs Errors
	resources, err := document.AsItems(document.Get(fields, "resources"), path+".resources")
	errs.Add(err)
	for i, resource := range resources {
		at := fmt.Sprintf("%s.resources[%d]", path, i)
		fields, err := document.AsFields(resource, at)
		errs.Add(err)
		if !isProfile(fields) {
			continue
		}
		if address := scalar(document.Get(fields, "address")); address != "" {
			at = address
		}
		errs.Add(p.terraformProfile(resource, document.Get(fields, "values"), at, unknown[at]))
	}
	modules, err := document.AsItems(document.Get(fields, "child_modules"), path+".child_modules")
	errs.Add(err)
	for _, module := range modules {
		// Addresses say where a resource is, so the path need not.
		errs.Add(p.module(module, "child_modules", unknown, depth+1))
	}
	return errs.OrNil()
}

// isProfile tells whether a resource is a profile that Terraform makes; a data source only reads one.
func isProfile(fields []document.Field) bool {
	return scalar(document.Get(fields, "type")) == terraformType && scalar(document.Get(fields, "mode")) != "data"
}

// afterApply gives, by address, which attributes of a plan's profiles are known only after the apply:
// there they are true, and in the planned values they are missing, so that a selector would seem to want
// less than it does. A profile that is deferred altogether is a fault.
func afterApply(fields []document.Field) (map[string][]document.Field, error) {
	var errs Errors
	unknown := map[string][]document.Field{}
	changes, err := document.AsItems(document.Get(fields, "resource_changes"), "resource_changes")
	errs.Add(err)
	for i, change := range changes {
		path := fmt.Sprintf("resource_changes[%d]", i)
		fields, err := document.AsFields(change, path)
		errs.Add(err)
		if !isProfile(fields) || document.Get(fields, "deposed") != nil {
			continue
		}
		address := scalar(document.Get(fields, "address"))
		path = join(path, "change")
		fields, err = document.AsFields(document.Get(fields, "change"), path)
		errs.Add(err)
		if after := document.Get(fields, "after_unknown"); after != nil && after.Kind() == document.Mapping {
			unknown[address], err = after.Fields()
			errs.Add(err)
		}
	}
	deferred, err := document.AsItems(document.Get(fields, "deferred_changes"), "deferred_changes")
	errs.Add(err)
	for i, change := range deferred {
		path := fmt.Sprintf("deferred_changes[%d]", i)
		fields, err := document.AsFields(change, path)
		errs.Add(err)
		change, err := document.AsFields(document.Get(fields, "resource_change"), join(path, "resource_change"))
		errs.Add(err)
		if isProfile(change) {
			errs.Add(document.At(deferred[i].Line(), "%s is deferred by the plan, so nothing is known of it; apply what the plan holds and make it anew",
				scalar(document.Get(change, "address"))))
		}
	}
	return unknown, errs.OrNil()
}

// terraformProfile reads the attributes of one profile; at is its address.
func (p *parser) terraformProfile(v, values document.Value, at string, unknown []document.Field) error {
	fields, err := document.AsFields(values, at)
	if err != nil {
		return err
	}
	var errs Errors
	late := unknownTo(unknown)
	for _, attribute := range late {
		errs.Add(document.At(v.Line(), "%s: %s is known only after the apply, so no pod can be judged by it; "+
			"write its value out in the configuration, or give the state after the apply (terraform show -json)", at, attribute))
	}
	e := p.entry(v, place{}, at)
	e.Name = text(&errs, fields, "fargate_profile_name", at)
	if e.Name == "" && !slices.Contains(late, "fargate_profile_name") {
		errs.Add(document.At(v.Line(), "%s has no fargate_profile_name", at))
	}
	e.Cluster = text(&errs, fields, "cluster_name", at)
	e.ARN = text(&errs, fields, "arn", at)
	e.PodExecutionRoleARN = text(&errs, fields, "pod_execution_role_arn", at)
	e.Selectors = selectors(&errs, document.Get(fields, "selector"), at+".selector", false)
	e.Subnets, err = document.AsTexts(document.Get(fields, "subnet_ids"), at+".subnet_ids")
	errs.Add(err)
	tags := document.Get(fields, "tags_all") // with those of the provider's default_tags
	if tags == nil || tags.Kind() == document.Null {
		tags = document.Get(fields, "tags")
	}
	e.Tags, err = document.AsTextMap(tags, at+".tags")
	errs.Add(err)
	e.Status = status(text(&errs, fields, "status", at))
	// Version 6 of the provider has a region for every resource.
	if e.Region = text(&errs, fields, "region", at); e.Region == "" {
		e.Region = regionOf(e.ARN)
	}
	p.entries = append(p.entries, e)
	return errs.OrNil()
}

// unknownTo lists the attributes that decide where a pod goes and are known only after the apply. The
// cluster is none of them: it is most often made by the same plan, and one plan makes one.
func unknownTo(after []document.Field) []string {
	var out []string
	if isTrue(document.Get(after, "fargate_profile_name")) {
		out = append(out, "fargate_profile_name")
	}
	list := document.Get(after, "selector")
	if isTrue(list) {
		return append(out, "selector")
	}
	for i, item := range itemsOf(list) {
		path := fmt.Sprintf("selector[%d]", i)
		if isTrue(item) {
			out = append(out, path)
		}
		for _, f := range fieldsOf(item) {
			if isTrue(f.Value) {
				out = append(out, path+"."+f.Key)
			}
			for _, label := range fieldsOf(f.Value) {
				if isTrue(label.Value) {
					out = append(out, fmt.Sprintf("%s.%s[%s]", path, f.Key, label.Key))
				}
			}
		}
	}
	return out
}

func isTrue(v document.Value) bool {
	return v != nil && v.Kind() == document.Bool && v.Text() == "true"
}

// itemsOf gives the elements of what Terraform wrote as a list, none for anything else.
func itemsOf(v document.Value) []document.Value {
	if v == nil {
		return nil
	}
	items, _ := v.Items() // Terraform's own JSON has no fault here
	return items
}

// fieldsOf gives the fields of what Terraform wrote as an object, none for anything else.
func fieldsOf(v document.Value) []document.Field {
	if v == nil {
		return nil
	}
	fields, _ := v.Fields() // Terraform's own JSON has no fault here
	return fields
}

// terraformState reads a state file, terraform.tfstate. HashiCorp keeps its form to itself, so only the
// version that every Terraform since 0.12 and OpenTofu write is read.
func (p *parser) terraformState(v document.Value, fields []document.Field) error {
	if version := scalar(document.Get(fields, "version")); version != "4" {
		return document.At(v.Line(), "this is a state file of Terraform of version %q; give what terraform show -json prints of it", version)
	}
	var errs Errors
	resources, err := document.AsItems(document.Get(fields, "resources"), "resources")
	errs.Add(err)
	for i, resource := range resources {
		path := fmt.Sprintf("resources[%d]", i)
		fields, err := document.AsFields(resource, path)
		errs.Add(err)
		if !isProfile(fields) {
			continue
		}
		address := terraformType + "." + scalar(document.Get(fields, "name"))
		if module := scalar(document.Get(fields, "module")); module != "" {
			address = module + "." + address
		}
		instances, err := document.AsItems(document.Get(fields, "instances"), path+".instances")
		errs.Add(err)
		for j, instance := range instances {
			fields, err := document.AsFields(instance, fmt.Sprintf("%s.instances[%d]", path, j))
			errs.Add(err)
			at := address
			if key := document.Get(fields, "index_key"); key != nil && key.Kind() == document.Text {
				at += fmt.Sprintf("[%q]", key.Text())
			} else if key != nil {
				at += "[" + scalar(key) + "]"
			}
			errs.Add(p.terraformProfile(instance, document.Get(fields, "attributes"), at, nil))
		}
	}
	return errs.OrNil()
}
