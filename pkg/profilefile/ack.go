package profilefile

// This file reads the FargateProfile of AWS Controllers for Kubernetes (ACK); its fields are those of the
// CustomResourceDefinition in aws-controllers-k8s/eks-controller.

import (
	"cmp"

	"github.com/fgctl/fgctl/pkg/document"
)

const ackGroup = "eks.services.k8s.aws"

var ackVersions = []string{"v1alpha1"}

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
