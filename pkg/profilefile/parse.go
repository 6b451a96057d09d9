package profilefile

// This file reads the files that say which profiles fgctl is to make or has made, and tells the kinds of
// files apart.

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// Error is one fault of a file; it prints as "cluster.yaml: document 1, line 14: what is wrong".
type Error = document.Error

// Errors are all faults of a file in the order of the file.
type Errors = document.Errors

// File is what a file holds.
type File struct {
	// Cluster and Region are what the file says of all its profiles; they are empty where it says
	// nothing, or different things.
	Cluster string
	Region  string
	// Profiles are in the order of the file. Where the file names a cluster, each has it.
	Profiles []Entry
}

// Entry is one profile of a file.
type Entry struct {
	fargate.Profile
	// Region is the profile's, where the file says it.
	Region string
	// Foreign tells that another tool makes and deletes the profile, and not fgctl.
	Foreign bool
	// Document and Line are the place of the profile in the file, counted from 1.
	Document int
	Line     int
	// Path is its place in the document, as fargateProfiles[0] or Resources.Web; of Terraform's profiles it
	// is the address.
	Path string
}

// The only version of eksctl's configuration that there is.
const (
	configVersion = "eksctl.io/v1alpha5"
	configKind    = "ClusterConfig"
)

const (
	accepted    = "fgctl reads an eksctl ClusterConfig, the output of fgctl get -o json|yaml, and the output of aws eks describe-fargate-profile"
	acceptedAll = "fgctl reads an eksctl ClusterConfig, the output of fgctl get -o json|yaml, of aws eks describe-fargate-profile and of terraform show -json, CloudFormation templates, and FargateProfiles of ACK and Crossplane"
)

// maxJSON is the greatest size of a document of JSON: plans of Terraform grow far beyond what a person
// writes.
const maxJSON = 64 << 20

const (
	// maxList is the greatest size of a list of profiles in JSON, and of a List of Kubernetes: ten profiles
	// take some kilobytes.
	maxList = 8 << 20
	// maxEntries is how many profiles are read, and maxFaults how many faults of a list are told.
	maxEntries, maxFaults = 10_000, 50
)

// enough tells whether to read on in a list makes no sense any more.
func (p *parser) enough(errs Errors) bool {
	return len(errs) > maxFaults || len(p.entries) > maxEntries
}

// smallList is a fault where a list is too large for one of profiles.
func smallList(v document.Value) error {
	if document.Size(v) <= maxList {
		return nil
	}
	return document.At(v.Line(), "the list that begins here is larger than %d MiB; a cluster has ten profiles", maxList>>20)
}

// Parse reads the profiles of a file. source is only named, in errors. All faults are returned
// together, as *Error or Errors, with what could be read besides.
//
// Accepted are, as YAML (several documents too) or JSON: a ClusterConfig, whose keys other than
// metadata.name, metadata.region, iam.fargatePodExecutionRoleARN and fargateProfiles are ignored; what fgctl get -o json|yaml prints; what
// aws eks describe-fargate-profile prints; a single profile; and a list of any of these.
//
// What other tools declare, which ParseDeclared reads, is a fault that says whose it is.
func Parse(source string, data []byte) (File, error) {
	return (&parser{accepted: accepted}).parse(source, data)
}

func (p *parser) parse(source string, data []byte) (File, error) {
	var errs Errors
	if err := p.noDocument(data); err != nil {
		errs.Add(err)
	} else {
		// Read from memory fails only with faults of the text.
		errs.Add(document.Read(bytes.NewReader(data), document.Options{MaxJSONBytes: maxJSON}, p.part))
		if p.document == 0 && len(errs) == 0 {
			errs.Add(document.At(1, "the file is empty; %s", p.accepted))
		}
		errs.Add(p.nothingRead(len(errs) > 0))
	}
	errs.Add(p.duplicates())
	for _, e := range errs {
		e.Source = source
	}
	slices.SortStableFunc(errs, func(a, b *Error) int {
		return cmp.Compare(uint(a.Line-1), uint(b.Line-1)) // what has no line comes last
	})
	return p.file(), errs.OrNil()
}

type parser struct {
	// declared tells to read what other tools declare too; accepted is what a message says is read.
	declared bool
	accepted string
	entries  []Entry
	clusters []place
	document int
	// known counts the objects of kinds that are read; skipped is the first of another kind.
	known   int
	skipped *Error
	told    map[string]bool
}

// place is where profiles lie.
type place struct{ cluster, region string }

// part takes one document.
func (p *parser) part(part document.Part) error {
	p.document = part.Document
	if part.Value.Kind() != document.List {
		return p.object(part.Value, "")
	}
	if err := smallList(part.Value); err != nil {
		return err
	}
	items, err := part.Value.Items()
	if err != nil {
		return err
	}
	var errs Errors
	for i, item := range items {
		if p.enough(errs) {
			break
		}
		errs.Add(p.object(item, fmt.Sprintf("[%d]", i)))
	}
	return errs.OrNil()
}

// object takes one object of any accepted kind, which it tells by its keys.
func (p *parser) object(v document.Value, path string) error {
	if v.Kind() != document.Mapping {
		return document.At(v.Line(), "%s is %s, but profiles are mappings; %s", cmp.Or(path, "the document"), v.Kind(), p.accepted)
	}
	fields, err := v.Fields()
	if err != nil {
		return err
	}
	if by := declaredBy(fields); by != nil {
		return p.declares(*by, v, fields, path)
	}
	has := func(key string) bool { return document.Get(fields, key) != nil }
	p.known++
	switch {
	case has("kind") || has("fargateProfiles") || has("apiVersion"):
		return p.config(v, fields, path)
	case has("fargateProfile"):
		return p.described(document.Get(fields, "fargateProfile"), join(path, "fargateProfile"))
	case has("fargateProfileName"):
		return p.described(v, cmp.Or(path, "fargateProfile"))
	case has("fargateProfileNames"):
		return document.At(v.Line(), "this is the output of aws eks list-fargate-profiles, which holds only names; use aws eks describe-fargate-profile, or fgctl get fargateprofile -o json")
	case has("name") || has("selectors") || strings.HasPrefix(path, "["):
		return p.item(v, place{}, path)
	}
	return document.At(v.Line(), "there is no Fargate profile in it; %s", p.accepted)
}

// config takes an eksctl ClusterConfig.
func (p *parser) config(v document.Value, fields []document.Field, path string) error {
	var errs Errors
	kind, err := document.AsText(document.Get(fields, "kind"), join(path, "kind"))
	errs.Add(err)
	version, err := document.AsText(document.Get(fields, "apiVersion"), join(path, "apiVersion"))
	errs.Add(err)
	if len(errs) > 0 {
		return errs
	}
	if kind != "" && kind != configKind || kind == "" && document.Get(fields, "fargateProfiles") == nil {
		return document.At(v.Line(), "the kind is %q, not %s; %s", kind, configKind, p.accepted)
	}
	if version != "" && version != configVersion {
		return document.At(document.Get(fields, "apiVersion").Line(), "apiVersion is %q; fgctl knows only %s", version, configVersion)
	}
	metaPath := join(path, "metadata")
	meta, err := document.AsFields(document.Get(fields, "metadata"), metaPath)
	errs.Add(err)
	var at place
	at.cluster, err = document.AsText(document.Get(meta, "name"), metaPath+".name")
	errs.Add(err)
	at.region, err = document.AsText(document.Get(meta, "region"), metaPath+".region")
	errs.Add(err)
	p.clusters = append(p.clusters, at)
	role := defaultRole(&errs, document.Get(fields, "iam"), join(path, "iam"))
	first := len(p.entries)
	listPath := join(path, "fargateProfiles")
	items, err := document.AsItems(document.Get(fields, "fargateProfiles"), listPath)
	errs.Add(err)
	for i, item := range items {
		if p.enough(errs) {
			break
		}
		errs.Add(p.item(item, at, fmt.Sprintf("%s[%d]", listPath, i)))
	}
	for i := range p.entries[first:] {
		e := &p.entries[first+i]
		e.PodExecutionRoleARN = cmp.Or(e.PodExecutionRoleARN, role)
	}
	return errs.OrNil()
}

// duplicates finds names that occur twice in a cluster.
func (p *parser) duplicates() error {
	type key struct {
		place
		name string
	}
	first := map[key]Entry{}
	var errs Errors
	if len(p.entries) > maxEntries {
		e := p.entries[maxEntries]
		return Errors{{Document: e.Document, Line: e.Line, Message: fmt.Sprintf("there are more than %d profiles; a cluster has ten", maxEntries)}}
	}
	for _, e := range p.entries {
		k := key{place{e.Cluster, e.Region}, e.Name}
		if before, ok := first[k]; ok && e.Name != "" {
			where := fmt.Sprintf("in line %d", before.Line)
			if before.Line == e.Line { // JSON is often one line
				where = "that of " + before.Path
			}
			errs = append(errs, &Error{
				Document: e.Document, Line: e.Line,
				Message: fmt.Sprintf("the profile name %q occurs twice; it is also %s", document.Shorten(e.Name), where),
			})
			continue
		}
		first[k] = e
	}
	return errs.OrNil()
}

// file gathers what was read.
func (p *parser) file() File {
	for _, e := range p.entries {
		p.clusters = append(p.clusters, place{e.Cluster, e.Region})
	}
	f := File{Profiles: p.entries}
	f.Cluster = agreed(p.clusters, func(x place) string { return x.cluster })
	f.Region = agreed(p.clusters, func(x place) string { return x.region })
	return f
}

// agreed is what all places that say something say alike, else empty.
func agreed(places []place, of func(place) string) string {
	var out string
	for _, x := range places {
		switch s := of(x); {
		case s == "" || s == out:
		case out != "":
			return ""
		default:
			out = s
		}
	}
	return out
}

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}
