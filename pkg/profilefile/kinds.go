package profilefile

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

// declaration is a kind of file or object in which another tool declares profiles.
type declaration struct {
	what string // the kind
	who  string // what makes and deletes the profiles
	read func(object)
}

var (
	terraformKind  = declaration{"a file of Terraform", "terraform apply", object.terraform}
	templateKind   = declaration{"a CloudFormation template", "the stack", object.stack}
	ackKind        = declaration{"a FargateProfile of ACK", "its controller", object.ack}
	crossplaneKind = declaration{"a FargateProfile of Crossplane", "its provider", object.crossplane}
	capaCluster    = declaration{"an AWSFargateProfile of Cluster API", "its controller", object.capa}
	pulumiStack    = declaration{"a stack of Pulumi", "pulumi up", object.pulumi}
)

// declaredBy returns what the other tool is whose object this is; ok is false for an object of another kind.
func (o object) declaredBy() (d declaration, ok bool) {
	switch {
	case o.isTerraform():
		return terraformKind, true
	case o.isTemplate():
		return templateKind, true
	case o.isPulumi():
		return pulumiStack, true
	case o.scalar("kind") == capaKind && o.group() == capaGroup:
		return capaCluster, true
	case o.scalar("kind") != profileKind:
	case o.group() == ackGroup:
		return ackKind, true
	case crossplaneVersions(o.group()) != nil:
		return crossplaneKind, true
	}
	return declaration{}, false
}

// read reads an object of any accepted kind; its keys say which it is.
func (n node) read() {
	p := n.p
	if n.value.Kind() != document.Mapping {
		p.fault(n.line(), "%s is %s, but profiles are mappings; %s",
			cmp.Or(n.path, "the document"), n.value.Kind(), p.accepted)
		return
	}
	o, ok := n.mapping()
	if !ok {
		return
	}
	d, foreign := o.declaredBy()
	kind := o.scalar("kind")
	switch {
	case foreign:
		o.readForeign(d)
		return
	case kind != "" && kind != configKind && o.group() != "eksctl.io" && !o.has("fargateProfiles"):
		o.other(kind)
		return
	}
	p.known++
	switch {
	case o.has("kind") || o.has("fargateProfiles") || o.has("apiVersion"):
		o.config()
	case o.has("fargateProfile"):
		o.get("fargateProfile").described()
	case o.has("fargateProfileName"):
		n.named("fargateProfile").described()
	case o.has("fargateProfileNames"):
		p.fault(n.line(), "this is the output of aws eks list-fargate-profiles, which holds only names; "+
			"use aws eks describe-fargate-profile, or fgctl get fargateprofile -o json")
	case o.has("name") || o.has("selectors") || strings.HasPrefix(n.path, "["):
		if e, ok := n.item(); ok {
			p.entries = append(p.entries, e)
		}
	default:
		o.nothing()
	}
}

// nothing reports that an object has none of the keys that profiles are known by.
func (o object) nothing() {
	faults := len(o.p.faults)
	keys := []string{"fargateProfiles", "fargateProfile", "fargateProfileName", "selectors"}
	if o.p.declared {
		keys = append(keys, "Resources", "planned_values", "resource_changes", "deployment", "kind")
	}
	if o.misspelt(keys); len(o.p.faults) == faults {
		o.p.fault(o.line(), "there is no Fargate profile in it; %s", o.p.accepted)
	}
}

// soundsLikeProfile reports whether the name of a kind that is not known may be one of profiles: to skip it would
// leave them out without a word.
func soundsLikeProfile(kind string) bool {
	return strings.Contains(strings.ToLower(kind), strings.ToLower(profileKind))
}

// readForeign reads an object of another tool, or says why it is not read.
func (o object) readForeign(d declaration) {
	p := o.p
	p.known++
	if !p.declared {
		p.faultOnce(o.line(), "%s", notOurs(d))
		return
	}
	before := len(p.entries)
	d.read(o)
	for i := range p.entries[before:] {
		p.entries[before+i].Foreign = true
	}
}

// notOurs says that fgctl does not make or delete profiles behind the back of the tool that does.
func notOurs(d declaration) string {
	return "this is " + d.what + ", and " + d.who + " makes and deletes its profiles, not fgctl; " +
		"to judge pods by them: fgctl match --profiles-from FILE"
}

// other reads an object of Kubernetes that is no profile itself. One that declares none is skipped, but for Parse,
// where it can only be a mistake.
func (o object) other(kind string) {
	p := o.p
	switch {
	case strings.HasSuffix(kind, "List") && o.has("items"):
		o.list()
	case soundsLikeProfile(kind):
		p.fault(o.line(), "a %s of apiVersion %q is not known; fgctl match reads FargateProfile of %s and %s, and %s of %s",
			document.Shorten(kind), document.Shorten(o.scalar("apiVersion")), ackGroup, strings.Join(crossplaneGroups, ", "),
			capaKind, capaGroup)
	case !p.declared:
		o.config() // which says that the kind is another
	case kind == "Composition" && o.mentions(profileKind):
		p.fault(o.line(), "a Composition makes profiles of its own templates, which fgctl does not fill in; "+
			"give what it makes: crossplane render")
	case p.skipped == nil:
		p.skipped = document.At(o.line(), "the kind is %q, which declares no Fargate profile; %s",
			document.Shorten(kind), p.accepted)
		p.skipped.Document = p.document
	}
}

// list reads the objects of a Kubernetes List.
func (o object) list() {
	empty := true
	for n := range o.get("items").profiles() {
		empty = false
		if item, ok := n.mapping(); ok && item.has("items") {
			// Kubernetes makes no such thing, and an alias could make it endless.
			o.p.fault(n.line(), "%s is a List within a List; give its objects themselves", n.path)
		} else if ok {
			n.read()
		}
	}
	if empty {
		o.p.known++ // a cluster without such objects
	}
}

// mentions reports whether a text is somewhere in a value; a fault of it is reported.
func (n node) mentions(text string) bool {
	if scalar(n.value) == text {
		return true
	}
	items, err := n.value.Items()
	if err != nil {
		n.p.add(err)
		return false
	}
	fields, err := n.value.Fields()
	n.p.add(err)
	for _, f := range fields {
		items = append(items, f.Value)
	}
	return slices.ContainsFunc(items, func(v document.Value) bool { return n.child(v, n.path).mentions(text) })
}

const terraformHint = "fgctl reads what Terraform makes of it: " +
	"terraform plan -out=plan.out && terraform show -json plan.out"

// hclBlock is a line that begins a block of Terraform's language; no document of YAML has one at the beginning of
// a line.
var hclBlock = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(?:(?:resource|data|module|provider|variable|output|check)` +
		`[ \t]+"[^"\n]+"(?:[ \t]+"[^"\n]+")?|terraform|locals)[ \t]*\{`)
})

// notADocument is the fault of what is given by mistake and is neither YAML nor JSON.
func (p *parser) notADocument(data []byte) error {
	// A person's file begins a block early on; what is larger was written by a program.
	plan, block := bytes.HasPrefix(data, []byte("PK\x03\x04")), hclBlock().FindIndex(data[:min(len(data), 1<<20)])
	switch {
	case !plan && block == nil:
		return nil
	case !p.declared:
		return document.At(0, "%s", notOurs(terraformKind))
	case plan:
		return document.At(0, "this is a plan as terraform plan -out writes it; give its text: terraform show -json FILE")
	}
	return document.At(1+bytes.Count(data[:block[0]], []byte("\n")),
		"this is Terraform's configuration language, whose values only Terraform knows; %s", terraformHint)
}
