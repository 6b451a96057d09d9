package profilefile

// This file reads the profiles of a CloudFormation template (CloudFormation Template Reference,
// AWS::EKS::FargateProfile), written by hand or by CDK and SAM.

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// The types of resource that are profiles: CloudFormation's own, and the one that CDK's aws-eks module
// makes with a function of its own, whose Config has the fields of the EKS API (aws-cdk-lib,
// aws-eks/lib/fargate-profile.ts).
const (
	stackType = "AWS::EKS::FargateProfile"
	cdkType   = "Custom::AWSCDK-EKS-FargateProfile"
)

// isTemplate recognises a template, or what aws cloudformation get-template prints of one.
func isTemplate(fields []document.Field) bool {
	resources := document.Get(fields, "Resources")
	return document.Get(fields, "AWSTemplateFormatVersion") != nil || document.Get(fields, "TemplateBody") != nil ||
		resources != nil && resources.Kind() == document.Mapping
}

// template reads a template.
func (p *parser) template(_ document.Value, fields []document.Field, path string) error {
	if body := document.Get(fields, "TemplateBody"); body != nil {
		if body.Kind() != document.Mapping {
			return document.At(body.Line(), "TemplateBody holds the template as text; give the text itself: aws cloudformation get-template --query TemplateBody --output text")
		}
		var err error
		if fields, err = body.Fields(); err != nil {
			return err
		}
		path = join(path, "TemplateBody")
	}
	path = join(path, "Resources")
	resources, err := document.AsFields(document.Get(fields, "Resources"), path)
	if err != nil {
		return err
	}
	var errs Errors
	r := newResolver(&errs, fields, resources)
	for _, f := range resources {
		at := path + "." + f.Key
		if strings.HasPrefix(f.Key, "Fn::ForEach::") {
			errs.Add(noLoop(f, at))
			continue
		}
		resource, err := document.AsFields(f.Value, at)
		errs.Add(err)
		switch scalar(document.Get(resource, "Type")) {
		case stackType:
			errs.Add(p.stackProfile(r, f, resource, at, stackForm))
		case cdkType:
			errs.Add(p.stackProfile(r, f, resource, at, cdkForm))
		}
	}
	return errs.OrNil()
}

// noLoop is the fault of a loop that makes profiles.
func noLoop(f document.Field, at string) error {
	found, err := mentions(f.Value, stackType)
	if err != nil || !found {
		return err
	}
	return document.At(f.Line, "%s makes profiles in a loop, which fgctl does not unroll; give the template that CloudFormation makes of it: "+
		"aws cloudformation get-template --template-stage Processed", at)
}

// mentions tells whether a text is somewhere in a value.
func mentions(v document.Value, text string) (bool, error) {
	if scalar(v) == text {
		return true, nil
	}
	items, err := v.Items()
	if err != nil {
		return false, err
	}
	fields, err := v.Fields()
	if err != nil {
		return false, err
	}
	for _, f := range fields {
		items = append(items, f.Value)
	}
	for _, item := range items {
		if found, err := mentions(item, text); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// stackKeys are the names of a profile's fields in a type of resource.
type stackKeys struct {
	inside                      string // the property that holds the fields, empty for the properties themselves
	cluster, name, role         string
	subnets, tags               string
	selectors, namespace, label string
	strict                      bool // no other field is known
	mappings                    bool // labels and tags are mappings, not lists of Key and Value
}

var (
	stackForm = stackKeys{
		cluster: "ClusterName", name: "FargateProfileName", role: "PodExecutionRoleArn", subnets: "Subnets", tags: "Tags",
		selectors: "Selectors", namespace: "Namespace", label: "Labels", strict: true,
	}
	cdkForm = stackKeys{
		inside:  "Config",
		cluster: "clusterName", name: "fargateProfileName", role: "podExecutionRoleArn", subnets: "subnets", tags: "tags",
		selectors: "selectors", namespace: "namespace", label: "labels", mappings: true,
	}
)

// stackProfile reads one resource, f. Where it has no name of its own, one is made up when the stack is,
// from the logical id among others; the logical id stands for it.
func (p *parser) stackProfile(r *resolver, f document.Field, resource []document.Field, path string, keys stackKeys) error {
	var errs Errors
	if condition := document.Get(resource, "Condition"); condition != nil {
		made, err := r.named(scalar(condition), condition.Line())
		if err != nil {
			r.fault(&errs, err, path+".Condition")
		}
		if !made {
			return errs.OrNil()
		}
	}
	at := path + ".Properties"
	properties := r.mapping(&errs, document.Get(resource, "Properties"), at)
	if keys.inside != "" {
		properties = r.mapping(&errs, document.Get(properties, keys.inside), at+"."+keys.inside)
		at += "." + keys.inside
	}
	if keys.strict {
		errs = append(errs, unknown(properties, []string{keys.cluster, keys.name, keys.role, keys.selectors, keys.subnets, keys.tags}, at)...)
	}
	e := p.entry(f.Value, place{}, path)
	e.Line = f.Line
	e.Cluster = r.text(&errs, properties, keys.cluster, at)
	if e.Name = r.text(&errs, properties, keys.name, at); e.Name == "" {
		e.Name = f.Key
	}
	e.Selectors = r.selectors(&errs, document.Get(properties, keys.selectors), at+"."+keys.selectors, keys)
	// The way of a pod does not depend on the rest, so what only the stack knows of it is left out.
	lenient := r.leniently()
	e.PodExecutionRoleARN = lenient.text(&errs, properties, keys.role, at)
	e.Subnets = lenient.texts(&errs, document.Get(properties, keys.subnets), at+"."+keys.subnets)
	e.Tags = lenient.pairs(&errs, document.Get(properties, keys.tags), at+"."+keys.tags, keys.mappings)
	p.entries = append(p.entries, e)
	return errs.OrNil()
}

// selectors reads the list of selectors.
func (r *resolver) selectors(errs *Errors, v document.Value, path string, keys stackKeys) []fargate.Selector {
	var out []fargate.Selector
	for i, item := range r.items(errs, v, path) {
		at := fmt.Sprintf("%s[%d]", path, i)
		fields := r.mapping(errs, item, at)
		*errs = append(*errs, unknown(fields, []string{keys.namespace, keys.label}, at)...)
		out = append(out, fargate.Selector{
			Namespace: r.text(errs, fields, keys.namespace, at),
			Labels:    r.pairs(errs, document.Get(fields, keys.label), at+"."+keys.label, keys.mappings),
		})
	}
	return out
}

// pairs reads labels or tags: a mapping, or a list of Key and Value.
func (r *resolver) pairs(errs *Errors, v document.Value, path string, mapping bool) map[string]string {
	out := map[string]string{}
	add := func(key, value document.Value, line int, at string) {
		k, okKey := r.scalar(errs, key, at+".Key")
		v, okValue := r.scalar(errs, value, at+".Value")
		if _, twice := out[k]; twice && okKey {
			errs.Add(document.At(line, "%s: the key %q occurs twice", path, document.Shorten(k)))
		} else if okKey && okValue {
			out[k] = v
		}
	}
	if mapping {
		for _, f := range r.mapping(errs, v, path) {
			add(literal{f.Key, f.Line}, f.Value, f.Line, path+"["+document.Shorten(f.Key)+"]")
		}
	} else {
		for i, item := range r.items(errs, v, path) {
			at := fmt.Sprintf("%s[%d]", path, i)
			fields := r.mapping(errs, item, at)
			*errs = append(*errs, unknown(fields, []string{"Key", "Value"}, at)...)
			add(document.Get(fields, "Key"), document.Get(fields, "Value"), item.Line(), at)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
