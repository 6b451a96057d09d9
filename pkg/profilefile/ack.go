package profilefile

import "cmp"

const ackGroup = "eks.services.k8s.aws"

// ackForm is that of the CustomResourceDefinition in aws-controllers-k8s/eks-controller.
var ackForm = form{
	name: "name", cluster: "clusterName", role: "podExecutionRoleARN", subnets: "subnets", tags: "tags",
	selectors: "selectors", namespace: "namespace", labels: "labels", strict: true,
}

// ack reads a FargateProfile of AWS Controllers for Kubernetes (ACK).
func (o object) ack() {
	if !o.hasVersion("v1alpha1") {
		return
	}
	p, spec, state := o.p, o.get("spec").object(), o.get("status").object()
	resource := state.get("ackResourceMetadata").object()
	annotations := o.get("metadata").object().get("annotations").object()
	e := spec.profile(ackForm)
	o.place(&e)
	if e.Name == "" {
		p.fault(o.line(), "%s.name is missing; it is the profile's name", spec.path)
	}
	// The reference names the Cluster object, which need not be called as the cluster is; it still names the
	// clusters apart.
	if e.Cluster == "" {
		e.Cluster = spec.get("clusterRef").object().get("from").object().get("name").text()
	}
	spec.misspelt(ackForm.names(), append(spec.references(), "clientRequestToken")...)
	e.Status = status(state.get("status").text())
	e.ARN = resource.get("arn").text()
	e.Region = cmp.Or(resource.scalar("region"), annotations.scalar("services.k8s.aws/region"))
	p.entries = append(p.entries, e)
}
