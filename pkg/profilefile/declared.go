package profilefile

// This file recognises the files in which other tools declare profiles: Terraform, CloudFormation, and the
// controllers of Kubernetes.

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
)

// ParseDeclared reads the profiles of a file wherever they are declared: everything that Parse reads, and,
// as YAML (several documents too) or JSON,
//
//   - what terraform show -json prints of a plan or a state, and a state file of version 4,
//   - CloudFormation templates, as CDK and SAM write them too,
//   - FargateProfiles of ACK and of Crossplane's two providers, among other objects and in Lists.
//
// Objects of other kinds beside these are skipped. Faults are returned as Parse returns them.
func ParseDeclared(source string, data []byte) (File, error) {
	return (&parser{declared: true, accepted: acceptedAll}).parse(source, data)
}

// declaration is a kind of file or object in which another tool declares profiles.
type declaration struct {
	what string // the kind; empty for objects of Kubernetes that are no profiles themselves
	who  string // what makes and deletes the profiles
	read func(p *parser, v document.Value, fields []document.Field, path string) error
}

// declaredBy gives the kind of an object by its keys, nil for those that fgctl makes profiles from.
func declaredBy(fields []document.Field) *declaration {
	switch {
	case isTerraform(fields):
		return &declaration{terraformFile, terraformApply, (*parser).terraform}
	case isTemplate(fields):
		return &declaration{"a CloudFormation template", "the stack", (*parser).template}
	}
	kind, version := scalar(document.Get(fields, "kind")), scalar(document.Get(fields, "apiVersion"))
	group, _, _ := strings.Cut(version, "/")
	if kind == "" || kind == configKind || group == "eksctl.io" || document.Get(fields, "fargateProfiles") != nil {
		return nil
	}
	if kind == profileKind {
		switch {
		case group == ackGroup:
			return &declaration{"a FargateProfile of ACK", "its controller", (*parser).ack}
		case crossplaneGroups[group] != nil:
			return &declaration{"a FargateProfile of Crossplane", "its provider", (*parser).crossplane}
		}
	}
	return &declaration{read: (*parser).other}
}

// declares reads an object of another tool, or says why it is not read.
func (p *parser) declares(by declaration, v document.Value, fields []document.Field, path string) error {
	if by.what == "" {
		return by.read(p, v, fields, path)
	}
	p.known++
	if !p.declared {
		return p.once(notOurs(v.Line(), by.what, by.who))
	}
	before := len(p.entries)
	err := by.read(p, v, fields, path)
	for i := before; i < len(p.entries); i++ {
		p.entries[i].Foreign = true
	}
	return err
}

// notOurs is the fault of profiles that fgctl must not make or delete behind the back of who does.
func notOurs(line int, what, who string) *Error {
	return document.At(line, "this is %s, and %s makes and deletes its profiles, not fgctl; to judge pods by them: fgctl match --profiles-from FILE", what, who)
}

// once tells a fault that every object of a file may have a single time.
func (p *parser) once(err *Error) error {
	if p.told[err.Message] {
		return nil
	}
	if p.told == nil {
		p.told = map[string]bool{}
	}
	p.told[err.Message] = true
	return err
}

// other reads an object of Kubernetes that is no profile itself. One that declares none is left out, but
// for Parse, where it can only be a mistake.
func (p *parser) other(v document.Value, fields []document.Field, path string) error {
	kind := scalar(document.Get(fields, "kind"))
	if kind == "Composition" && p.declared {
		if found, err := mentions(v, profileKind); err != nil {
			return err
		} else if found {
			return document.At(v.Line(), "a Composition makes profiles of its own templates, which fgctl does not fill in; give what it makes: crossplane render")
		}
	}
	switch {
	case strings.HasSuffix(kind, "List") && document.Get(fields, "items") != nil:
		return p.list(fields, path)
	case kind == profileKind:
		return document.At(v.Line(), "a FargateProfile of apiVersion %q is not known; fgctl match reads those of %s and %s",
			document.Shorten(scalar(document.Get(fields, "apiVersion"))), ackGroup, strings.Join(slices.Sorted(maps.Keys(crossplaneGroups)), ", "))
	case !p.declared:
		return p.config(v, fields, path) // which says that the kind is another
	case p.skipped == nil:
		p.skipped = document.At(v.Line(), "the kind is %q, which declares no Fargate profile; %s", document.Shorten(kind), p.accepted)
		p.skipped.Document = p.document
	}
	return nil
}

// list reads the objects of a Kubernetes List.
func (p *parser) list(fields []document.Field, path string) error {
	path = join(path, "items")
	list := document.Get(fields, "items")
	if err := smallList(list); err != nil {
		return err
	}
	items, err := document.AsItems(list, path)
	if err != nil {
		return err
	}
	var errs Errors
	if len(items) == 0 {
		p.known++ // a cluster without such objects
	}
	for i, item := range items {
		if p.enough(errs) {
			break
		}
		at := fmt.Sprintf("%s[%d]", path, i)
		fields, err := document.AsFields(item, at)
		if err == nil && document.Get(fields, "items") != nil {
			// Kubernetes makes no such thing, and an alias could make it endless.
			err = document.At(item.Line(), "%s is a List within a List; give its objects themselves", at)
		}
		if err != nil {
			errs.Add(err)
			continue
		}
		errs.Add(p.object(item, at))
	}
	return errs.OrNil()
}

// nothingRead is the fault of a file that holds only objects of other kinds.
func (p *parser) nothingRead(faults bool) error {
	if p.known > 0 || p.skipped == nil || faults {
		return nil
	}
	return p.skipped
}

const (
	terraformFile  = "a file of Terraform"
	terraformApply = "terraform apply"
	terraformHint  = "fgctl reads what Terraform makes of it: terraform plan -out=plan.out && terraform show -json plan.out"
)

// hclBlock is a line that begins a block of Terraform's language; no document of YAML has one at the
// beginning of a line.
var hclBlock = regexp.MustCompile(`(?m)^(?:(?:resource|data|module|provider|variable|output|check)[ \t]+"[^"\n]+"(?:[ \t]+"[^"\n]+")?|terraform|locals)[ \t]*\{`)

// noDocument recognises what is given by mistake and is neither YAML nor JSON.
func (p *parser) noDocument(data []byte) error {
	// A person's file begins a block early on; what is larger was written by a program.
	plan, block := bytes.HasPrefix(data, []byte("PK\x03\x04")), hclBlock.FindIndex(data[:min(len(data), 1<<20)])
	switch {
	case !plan && block == nil:
		return nil
	case !p.declared:
		return notOurs(0, terraformFile, terraformApply)
	case plan:
		return document.At(0, "this is a plan as terraform plan -out writes it; give its text: terraform show -json FILE")
	}
	return document.At(1+bytes.Count(data[:block[0]], []byte("\n")), "this is Terraform's configuration language, whose values only Terraform knows; %s", terraformHint)
}

// scalar is the text of a scalar, empty for anything else.
func scalar(v document.Value) string {
	if v == nil {
		return ""
	}
	switch v.Kind() {
	case document.Text, document.Bool, document.Number:
		return v.Text()
	case document.Null, document.List, document.Mapping:
	}
	return ""
}
