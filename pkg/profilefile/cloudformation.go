package profilefile

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// stackForms are the types of resource that are profiles: CloudFormation's own (CloudFormation Template Reference,
// AWS::EKS::FargateProfile), and the one that CDK's aws-eks module makes with a function of its own, whose Config
// has the fields of the EKS API (aws-cdk-lib, aws-eks/lib/fargate-profile.ts).
var stackForms = map[string]form{
	stackType: {
		name: "FargateProfileName", cluster: "ClusterName", role: "PodExecutionRoleArn", subnets: "Subnets", tags: "Tags",
		selectors: "Selectors", namespace: "Namespace", labels: "Labels", key: "Key", value: "Value", strict: true,
	},
	cdkType: {
		name: "fargateProfileName", cluster: "clusterName", role: "podExecutionRoleArn", subnets: "subnets", tags: "tags",
		selectors: "selectors", namespace: "namespace", labels: "labels", strict: true,
	},
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
	resources := o.get("Resources").object()
	// Parameters and mappings hold no functions.
	t := &template{
		parameters: o.get("Parameters").object(), mappings: o.get("Mappings").object(),
		conditions: o.get("Conditions").object(), steps: maxFunctions,
	}
	resources.template = t
	t.resources = resources
	for _, f := range resources.fields {
		resource := resources.get(f.Key)
		if strings.HasPrefix(f.Key, "Fn::ForEach::") {
			if resource.mentions(stackType) {
				o.p.fault(f.Line, "%s makes profiles in a loop, which fgctl does not unroll; give the template that "+
					"CloudFormation makes of it: aws cloudformation get-template --template-stage Processed", resource.path)
			}
			continue
		}
		if r := resource.object(); stackForms[r.scalar("Type")].name != "" {
			r.stackProfile(f)
		}
	}
}

// stackProfile reads one resource. Where it has no name of its own, one is made up when the stack is, from the
// logical id among others; the logical id stands for it.
func (o object) stackProfile(f document.Field) {
	if condition := o.get("Condition"); condition.value != nil {
		if holds, ok := condition.holds(); !ok || !holds {
			return
		}
	}
	form := stackForms[o.scalar("Type")]
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
	quote := func(s string) string { return s }
	if document.Size(v) > 0 { // JSON
		quote = func(s string) string { return fmt.Sprintf("%q", s) }
	}
	fields, _ := v.Fields()
	var pairs []string
	for _, field := range fields {
		value := written(field.Value)
		if value == "" || len(pairs) == maxPairs {
			pairs = []string{fmt.Sprintf("{%s: KEY, %s: VALUE}", quote(f.key), quote(f.value))}
			break
		}
		pairs = append(pairs, fmt.Sprintf("{%s: %q, %s: %s}", quote(f.key), field.Key, quote(f.value), value))
	}
	return quote(path[strings.LastIndex(path, ".")+1:]) + ": [" + strings.Join(pairs, ", ") + "]"
}

// maxPairs is how many pairs are written out; a selector has five.
const maxPairs = 10

// written returns a scalar, or a function of one, as YAML and JSON have it; empty for anything else.
func written(v document.Value) string {
	if tag := document.Tag(v); tag != "" && v.Kind() == document.Text {
		return fmt.Sprintf("%s %q", tag, v.Text())
	}
	if v.Kind() == document.Mapping {
		if name, argument, err := function(v); err == nil && name != "" && scalar(argument) != "" {
			return fmt.Sprintf("{%q: %q}", name, scalar(argument))
		}
		return ""
	}
	if s := scalar(v); s != "" {
		return fmt.Sprintf("%q", s)
	}
	return ""
}
