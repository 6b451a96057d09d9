package profilefile

// This file reads the FargateProfiles of Crossplane's providers; their fields are those of the
// CustomResourceDefinitions in crossplane-contrib/provider-upjet-aws and crossplane-contrib/provider-aws.

import (
	"cmp"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
)

// crossplaneGroups are the groups of Crossplane's providers with their versions: provider-upjet-aws for
// the whole cluster and (.m.) for a namespace, and the community's provider-aws.
var crossplaneGroups = map[string][]string{
	"eks.aws.upbound.io":    {"v1beta1", "v1beta2"},
	"eks.aws.m.upbound.io":  {"v1beta1"},
	"eks.aws.crossplane.io": {"v1alpha1", "v1beta1"},
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
