package profilefile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/internal/spelling"
)

// stackForm returns the form of a type of resource that is a profile: CloudFormation's own (CloudFormation Template
// Reference, AWS::EKS::FargateProfile), and the one that CDK's aws-eks module makes with a function of its own, whose
// Config has the fields of the EKS API (aws-cdk-lib, aws-eks/lib/fargate-profile.ts).
func stackForm(kind string) (f form, isProfile bool) {
	switch kind {
	case stackType:
		return form{
			name: "FargateProfileName", cluster: "ClusterName", role: "PodExecutionRoleArn", subnets: "Subnets",
			tags: "Tags", selectors: "Selectors", namespace: "Namespace", labels: "Labels", key: "Key", value: "Value",
			strict: true,
		}, true
	case cdkType:
		f = apiForm
		f.strict, f.arn, f.status = true, "", ""
		return f, true
	}
	return form{}, false
}

const (
	stackType = "AWS::EKS::FargateProfile"
	cdkType   = "Custom::AWSCDK-EKS-FargateProfile"
)

// isTemplate recognises a template, or what aws cloudformation get-template prints of one.
func (o object) isTemplate() bool {
	resources := o.get("Resources").value
	return o.has("AWSTemplateFormatVersion") || o.has("TemplateBody") ||
		resources != nil && resources.Kind() == document.Mapping
}

// stack reads a template, written by hand or by CDK and SAM.
func (o object) stack() {
	if body := o.get("TemplateBody"); body.value != nil {
		if body.value.Kind() != document.Mapping {
			o.p.fault(body.line(), "TemplateBody holds the template as text; give the text itself: "+
				"aws cloudformation get-template --query TemplateBody --output text")
			return
		}
		o = body.object()
	}
	if !o.has("Resources") {
		o.misspelt([]string{"Resources"})
		o.p.fault(o.line(), "the template has no Resources, so nothing is known of its profiles")
	}
	resources := o.get("Resources").object()
	// Parameters and mappings hold no functions.
	t := &template{
		parameters: o.get("Parameters").object(), mappings: o.get("Mappings").object(),
		conditions: o.get("Conditions").object(), steps: maxFunctions,
	}
	resources.template = t
	t.resources = resources
	entries, faults, nested := len(o.p.entries), len(o.p.faults), ""
	for _, f := range resources.fields {
		resource := resources.get(f.Key)
		if strings.HasPrefix(f.Key, "Fn::ForEach::") {
			if resource.mentions(stackType) {
				o.p.fault(f.Line, "%s makes profiles in a loop, which fgctl does not unroll; give the template that "+
					"CloudFormation makes of it: aws cloudformation get-template --template-stage Processed", resource.path)
			}
			continue
		}
		r := resource.object()
		kind := r.scalar("Type")
		switch form, isProfile := stackForm(kind); {
		case isProfile:
			r.stackProfile(f, form)
		case soundsLikeProfile(kind) || spelling.Nearest(kind, []string{stackType}) != "":
			r.p.fault(r.get("Type").line(), "%s: the type %q is not known; fgctl reads %s and %s", r.path,
				document.Shorten(kind), stackType, cdkType)
		case isNested(f.Key, kind):
			nested = r.path
		}
	}
	if nested != "" && len(o.p.entries) == entries && len(o.p.faults) == faults {
		o.p.fault(o.line(), "there is no Fargate profile in the template itself, but %s stands for another template; "+
			"give that one", nested)
	}
}

// isNested reports whether a resource stands for resources of another template.
func isNested(key, kind string) bool {
	return key == "Fn::Transform" || kind == "AWS::CloudFormation::Stack" || kind == "AWS::Serverless::Application" ||
		strings.HasSuffix(kind, "::MODULE")
}

// stackProfile reads one resource. Where it has no name of its own, one is made up when the stack is, from the
// logical id among others; the logical id stands for it.
func (o object) stackProfile(f document.Field, form form) {
	if condition := o.get("Condition"); condition.value != nil {
		if holds, err := condition.holds(); !condition.accept(err) || !holds {
			return
		}
	}
	fields := o.get("Properties").object()
	if o.scalar("Type") == cdkType {
		fields = fields.get("Config").object()
	} else {
		fields.knowsOnly(form.cluster, form.name, form.role, form.selectors, form.subnets, form.tags)
	}
	e := fields.profile(form)
	e.Line, e.Path = f.Line, o.path
	if e.Name == "" {
		e.Name = f.Key
	}
	o.p.entries = append(o.p.entries, e)
}

// pairList writes labels that are a mapping as the list that CloudFormation wants, in the syntax of the file.
func pairList(path string, v document.Value, f form) string {
	key, value, list := f.key, f.value, path[strings.LastIndex(path, ".")+1:]
	if document.Size(v) > 0 { // JSON
		key, value, list = strconv.Quote(key), strconv.Quote(value), strconv.Quote(list)
	}
	fields, _ := v.Fields()
	var pairs []string
	for _, field := range fields {
		text := written(field.Value)
		if text == "" || len(pairs) == maxPairs {
			pairs = []string{fmt.Sprintf("{%s: KEY, %s: VALUE}", key, value)}
			break
		}
		pairs = append(pairs, fmt.Sprintf("{%s: %q, %s: %s}", key, field.Key, value, text))
	}
	return list + ": [" + strings.Join(pairs, ", ") + "]"
}

// maxPairs is how many pairs are written out; a selector has five.
const maxPairs = 10

// written returns a scalar, or a function of one, as YAML and JSON have it; empty for anything else.
func written(v document.Value) string {
	text := scalar(v)
	if tag := document.Tag(v); tag != "" && v.Kind() == document.Text {
		return fmt.Sprintf("%s %q", tag, text)
	}
	if text != "" {
		return strconv.Quote(text)
	}
	if name, argument, err := function(v); err == nil && name != "" && scalar(argument) != "" {
		return fmt.Sprintf("{%q: %q}", name, scalar(argument))
	}
	return ""
}
