package profilefile

// This file reads the FargateProfile kinds of the controllers that make AWS resources from objects of
// Kubernetes: AWS Controllers for Kubernetes (ACK) and Crossplane. Their fields are those of the
// controllers' CustomResourceDefinitions.

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
)

const (
	profileKind = "FargateProfile"
	ackGroup    = "eks.services.k8s.aws" // aws-controllers-k8s/eks-controller
)

var ackVersions = []string{"v1alpha1"}

// crossplaneGroups are the groups of Crossplane's providers with their versions: provider-upjet-aws for
// the whole cluster and (.m.) for a namespace, and the community's provider-aws.
var crossplaneGroups = map[string][]string{
	"eks.aws.upbound.io":    {"v1beta1", "v1beta2"},
	"eks.aws.m.upbound.io":  {"v1beta1"},
	"eks.aws.crossplane.io": {"v1alpha1", "v1beta1"},
}

// knownVersion is a fault where an object has another version of its kind than those known.
func knownVersion(fields []document.Field, known []string) error {
	v := document.Get(fields, "apiVersion")
	group, version, _ := strings.Cut(scalar(v), "/")
	if slices.Contains(known, version) {
		return nil
	}
	return document.At(v.Line(), "apiVersion is %q; fgctl knows %s", scalar(v), group+"/"+strings.Join(known, ", "+group+"/"))
}

// parts gives the fields of parts of an object, and keeps their faults.
func parts(errs *Errors, fields []document.Field, path string, names ...string) [][]document.Field {
	out := make([][]document.Field, len(names))
	for i, name := range names {
		at, from := path, fields
		for step := range strings.SplitSeq(name, ".") {
			at = join(at, step)
			next, err := document.AsFields(document.Get(from, step), at)
			errs.Add(err)
			from = next
		}
		out[i] = from
	}
	return out
}

// ack reads a FargateProfile of ACK.
func (p *parser) ack(v document.Value, fields []document.Field, path string) error {
	if err := knownVersion(fields, ackVersions); err != nil {
		return err
	}
	var errs Errors
	all := parts(&errs, fields, path, "spec", "spec.clusterRef.from", "status", "status.ackResourceMetadata", "metadata.annotations")
	spec, clusterRef, state, resource, annotations := all[0], all[1], all[2], all[3], all[4]
	at := join(path, "spec")
	e := p.entry(v, place{}, cmp.Or(path, profileKind))
	if e.Name = text(&errs, spec, "name", at); e.Name == "" {
		errs.Add(document.At(v.Line(), "%s.name is missing; it is the profile's name", at))
	}
	// The reference names the Cluster object, which need not be called as the cluster is; it still tells
	// the clusters apart.
	if e.Cluster = text(&errs, spec, "clusterName", at); e.Cluster == "" {
		e.Cluster = text(&errs, clusterRef, "name", at+".clusterRef.from")
	}
	e.PodExecutionRoleARN = text(&errs, spec, "podExecutionRoleARN", at)
	e.Selectors = selectors(&errs, document.Get(spec, "selectors"), at+".selectors", true)
	errs.Add(noMisspelling(spec, at, "selectors"))
	var err error
	e.Subnets, err = document.AsTexts(document.Get(spec, "subnets"), at+".subnets")
	errs.Add(err)
	e.Tags, err = document.AsTextMap(document.Get(spec, "tags"), at+".tags")
	errs.Add(err)
	e.Status = status(text(&errs, state, "status", join(path, "status")))
	e.ARN = text(&errs, resource, "arn", join(path, "status.ackResourceMetadata"))
	e.Region = cmp.Or(scalar(document.Get(resource, "region")), scalar(document.Get(annotations, "services.k8s.aws/region")))
	p.entries = append(p.entries, e)
	return errs.OrNil()
}

// crossplane reads a FargateProfile of one of Crossplane's providers. What spec.forProvider leaves out
// comes from spec.initProvider, and for an object that is only observed, from status.atProvider.
func (p *parser) crossplane(v document.Value, fields []document.Field, path string) error {
	group, _, _ := strings.Cut(scalar(document.Get(fields, "apiVersion")), "/")
	if err := knownVersion(fields, crossplaneGroups[group]); err != nil {
		return err
	}
	selectorsKey, subnetsKey, arnKey := "selector", "subnetIds", "arn"
	if group == "eks.aws.crossplane.io" {
		selectorsKey, subnetsKey, arnKey = "selectors", "subnets", "fargateProfileArn"
	}
	var errs Errors
	sources := []string{"spec.forProvider", "spec.initProvider", "status.atProvider"}
	all := parts(&errs, fields, path, append(sources, "metadata", "metadata.annotations")...)
	meta, annotations := all[len(sources)], all[len(sources)+1]
	// pick gives the first of the sources that has the field, and its path.
	pick := func(key string) (document.Value, string) {
		for i, source := range sources {
			if v := document.Get(all[i], key); v != nil && v.Kind() != document.Null {
				return v, join(path, source) + "." + key
			}
		}
		return nil, join(path, sources[0]) + "." + key
	}
	picked := func(key string) string {
		s, err := document.AsText(pick(key))
		errs.Add(err)
		return s
	}
	e := p.entry(v, place{}, cmp.Or(path, profileKind))
	e.Name = text(&errs, annotations, "crossplane.io/external-name", join(path, "metadata.annotations"))
	if e.Name == "" {
		e.Name = text(&errs, meta, "name", join(path, "metadata"))
	}
	if e.Name == "" {
		errs.Add(document.At(v.Line(), "%s is missing; it is the profile's name, unless the annotation crossplane.io/external-name gives another", join(path, "metadata.name")))
	}
	if e.Cluster = picked("clusterName"); e.Cluster == "" {
		reference, at := pick("clusterNameRef")
		fields, err := document.AsFields(reference, at)
		errs.Add(err)
		e.Cluster = text(&errs, fields, "name", at)
	}
	e.PodExecutionRoleARN = picked("podExecutionRoleArn")
	list, at := pick(selectorsKey)
	e.Selectors = selectors(&errs, list, at, true)
	errs.Add(noMisspelling(all[0], join(path, sources[0]), selectorsKey))
	subnets, at := pick(subnetsKey)
	var err error
	e.Subnets, err = document.AsTexts(subnets, at)
	errs.Add(err)
	tags, at := pick("tags")
	e.Tags, err = document.AsTextMap(tags, at)
	errs.Add(err)
	e.Status = status(text(&errs, all[2], "status", join(path, sources[2])))
	e.ARN = text(&errs, all[2], arnKey, join(path, sources[2]))
	e.Region = picked("region")
	p.entries = append(p.entries, e)
	return errs.OrNil()
}

// noMisspelling is the fault of the word that the other controllers have for the list of selectors:
// Kubernetes would drop it, and a profile without selectors takes no pod.
func noMisspelling(fields []document.Field, path, wanted string) error {
	for _, f := range fields {
		if (f.Key == "selector" || f.Key == "selectors") && f.Key != wanted {
			return document.At(f.Line, "%s: unknown key %q; did you mean %s?", path, f.Key, wanted)
		}
	}
	return nil
}
