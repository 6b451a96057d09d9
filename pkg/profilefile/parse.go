package profilefile

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
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
	// Listed reports whether the file has a list of profiles, which may be empty.
	Listed bool
}

// Entry is one profile of a file.
type Entry struct {
	fargate.Profile
	// Region is the profile's, where the file says it.
	Region string
	// KeepName reports whether the file wants a replacement of the profile to keep its name.
	KeepName bool
	// Foreign reports whether another tool makes and deletes the profile, and not fgctl.
	Foreign bool
	// OpenCluster and OpenName say why the file does not tell the profile's cluster or its name, as
	// "Ref ClusterName: the parameter has no Default"; they are empty where it does. The cluster is empty
	// then, and what the tool calls the profile stands for its name.
	OpenCluster, OpenName string
	// misread reports whether a part of it was not what it should be.
	misread bool
	// Document and Line are the place of the profile in the file, counted from 1.
	Document int
	Line     int
	// Path is its place in the document, as fargateProfiles[0] or Resources.Web; of Terraform's profiles it
	// is the address.
	Path string
	// lines are those of its parts, for Check; nil otherwise.
	lines map[string]int
}

const (
	accepted = "fgctl reads an eksctl ClusterConfig, the output of fgctl get -o json|yaml, and the output of " +
		"aws eks describe-fargate-profile"
	acceptedAll = "fgctl reads an eksctl ClusterConfig, the output of fgctl get -o json|yaml, of " +
		"aws eks describe-fargate-profile, of terraform show -json and of pulumi stack export, CloudFormation " +
		"templates, and FargateProfiles of ACK, Crossplane and Cluster API"
)

const (
	// maxJSON is the greatest size of a document of JSON: plans of Terraform grow far beyond what a person writes.
	maxJSON = 64 << 20
	// maxList is the greatest size of a list of profiles in JSON, and of a List of Kubernetes: ten profiles
	// take some kilobytes.
	maxList = 8 << 20
	// maxEntries is how many profiles are read, and maxFaults how many faults of a list are reported.
	maxEntries, maxFaults = 10_000, 50
)

// Parse reads the profiles of a file. source is only named, in errors. All faults are returned together, as *Error
// or Errors, with what could be read besides.
//
// Accepted are, as YAML (several documents too) or JSON: a ClusterConfig, whose keys other than metadata.name,
// metadata.region, metadata.annotations, iam.fargatePodExecutionRoleARN and fargateProfiles are ignored; what
// fgctl get -o json|yaml|clusterconfig prints; what aws eks describe-fargate-profile prints; a single profile; and a
// list of any of these.
//
// What other tools declare, which ParseDeclared reads, is a fault that says whose it is.
func Parse(source string, data []byte) (File, error) {
	return (&parser{accepted: accepted}).parse(source, data)
}

// ParseDeclared reads the profiles of a file wherever they are declared: everything that Parse reads, and, as YAML
// (several documents too) or JSON,
//
//   - what terraform show -json prints of a plan or a state, the changes of a plan alone, and a state file of
//     version 4,
//   - CloudFormation templates, as CDK and SAM write them too,
//   - what pulumi stack export prints,
//   - FargateProfiles of ACK and of Crossplane's two providers, and AWSFargateProfiles of Cluster API's, among other
//     objects and in Lists.
//
// Objects of other kinds beside these are skipped, but not one that sounds like a profile. Faults are returned as Parse
// returns them.
func ParseDeclared(source string, data []byte) (File, error) {
	return (&parser{declared: true, accepted: acceptedAll}).parse(source, data)
}

// parser reads one file.
type parser struct {
	// declared is set to read what other tools declare too; accepted is what messages say is read.
	declared bool
	accepted string
	// noting is set for Check, to note the lines of the parts of profiles.
	noting  bool
	entries []Entry
	places  []place
	// document counts the documents, and faults are those of the current one.
	document int
	faults   Errors
	// known counts the objects of kinds that are read; skipped is the first of another kind.
	known   int
	skipped *Error
	listed  bool
	// once holds what is reported a single time, however many objects have it.
	once map[string]bool
}

// place is where profiles are.
type place struct{ cluster, region string }

func (p *parser) fault(line int, format string, args ...any) {
	p.add(document.At(line, format, args...))
}

func (p *parser) add(err error) { p.faults.Add(err) }

// faultOnce is fault for what every object of a file may have.
func (p *parser) faultOnce(line int, format string, args ...any) {
	err := document.At(line, format, args...)
	if p.once[err.Message] {
		return
	}
	if p.once == nil {
		p.once = map[string]bool{}
	}
	p.once[err.Message] = true
	p.add(err)
}

func (p *parser) parse(source string, data []byte) (File, error) {
	var errs Errors
	if err := p.notADocument(data); err != nil {
		errs.Add(err)
	} else {
		// Read from memory fails only with faults of the text.
		errs.Add(document.Read(bytes.NewReader(data), document.Options{MaxJSONBytes: maxJSON}, p.part))
		switch {
		case len(errs) > 0:
		case p.document == 0:
			errs.Add(document.At(1, "the file is empty; %s", p.accepted))
		case p.known == 0 && p.skipped != nil:
			errs.Add(p.skipped)
		}
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

// part reads one document.
func (p *parser) part(part document.Part) error {
	p.document, p.faults = part.Document, nil
	root := node{p: p, value: part.Value}
	if part.Value.Kind() != document.List {
		root.read()
		return p.faults.OrNil()
	}
	p.listed = true
	for n := range root.profiles() {
		n.read()
	}
	return p.faults.OrNil()
}

// duplicates finds names that occur twice in a cluster.
func (p *parser) duplicates() error {
	type key struct {
		place
		open, name string
	}
	if len(p.entries) > maxEntries {
		e := p.entries[maxEntries]
		return at(e, "there are more than %d profiles; a cluster has ten", maxEntries)
	}
	if p.noting {
		return nil // Check compares the names of all files
	}
	first := map[key]Entry{}
	var errs Errors
	for _, e := range p.entries {
		k := key{place{e.Cluster, e.Region}, e.OpenCluster, e.Name}
		before, ok := first[k]
		if !ok || e.Name == "" {
			first[k] = e
			continue
		}
		where := fmt.Sprintf("in line %d", before.Line)
		if before.Line == e.Line { // JSON is often one line
			where = "that of " + before.Path
		}
		errs.Add(at(e, "the profile name %q occurs twice; it is also %s", document.Shorten(e.Name), where))
	}
	return errs.OrNil()
}

// at returns a fault of a profile.
func at(e Entry, format string, args ...any) *Error {
	err := document.At(e.Line, format, args...)
	err.Document = e.Document
	return err
}

// file gathers what was read.
func (p *parser) file() File {
	for _, e := range p.entries {
		p.places = append(p.places, place{e.Cluster, e.Region})
	}
	return File{
		Profiles: p.entries,
		Listed:   p.listed,
		Cluster:  agreed(p.places, func(x place) string { return x.cluster }),
		Region:   agreed(p.places, func(x place) string { return x.region }),
	}
}

// agreed returns what all places that say something say alike, else nothing.
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
