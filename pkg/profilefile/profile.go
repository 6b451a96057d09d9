package profilefile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// form is how a kind of file names the fields of a profile; an empty name is a field that the kind does not have.
type form struct {
	name, cluster, role, subnets, tags, status, arn string
	selectors, namespace, labels                    string
	// key and value are the fields of the elements where labels and tags are lists; empty where they are mappings.
	key, value string
	// strict makes unknown keys of a selector a fault.
	strict bool
}

var (
	// itemForm is eksctl's (eksctl.io/v1alpha5, FargateProfile).
	itemForm = form{
		name: "name", role: "podExecutionRoleARN", subnets: "subnets", tags: "tags", status: "status",
		selectors: "selectors", namespace: "namespace", labels: "labels", strict: true,
	}
	// apiForm is that of the EKS API (botocore, FargateProfile). AWS may add keys.
	apiForm = form{
		name: "fargateProfileName", cluster: "clusterName", role: "podExecutionRoleArn", arn: "fargateProfileArn",
		subnets: "subnets", tags: "tags", status: "status",
		selectors: "selectors", namespace: "namespace", labels: "labels",
	}
)

// names returns the names of the fields.
func (f form) names() []string {
	return slices.DeleteFunc([]string{f.name, f.cluster, f.role, f.subnets, f.tags, f.selectors}, func(name string) bool {
		return name == ""
	})
}

// profile reads the fields of a profile. What only a stack knows of its name and cluster is left open; of what the
// way of a pod does not depend on, it is left out.
func (o object) profile(f form) Entry {
	e := Entry{Document: o.p.document, Line: o.line(), Path: o.path}
	get := func(key string, unknown *string) node {
		if key == "" {
			return o.child(nil, "")
		}
		return o.get(key).leaving(unknown)
	}
	var role, subnets, tags string
	faults := len(o.p.faults)
	e.Name = get(f.name, &e.OpenName).text()
	e.Cluster = get(f.cluster, &e.OpenCluster).text()
	e.Selectors = get(f.selectors, nil).selectors(f)
	e.PodExecutionRoleARN = get(f.role, &role).text()
	if e.Subnets = get(f.subnets, &subnets).texts(); subnets != "" {
		e.Subnets = nil // some of them would mislead
	}
	e.Tags = get(f.tags, &tags).pairs(f)
	e.Status = status(get(f.status, nil).text())
	e.ARN = get(f.arn, nil).text()
	e.Region = fargate.ParseARN(e.ARN).Region
	e.misread = len(o.p.faults) > faults
	if o.p.noting {
		e.lines = o.lines(f)
	}
	return e
}

// selectors reads the list of selectors.
func (n node) selectors(f form) []fargate.Selector {
	var out []fargate.Selector
	for item := range n.items() {
		o, ok := item.element()
		if !ok {
			continue
		}
		if f.strict {
			o.knowsOnly(f.namespace, f.labels)
		}
		out = append(out, fargate.Selector{Namespace: o.get(f.namespace).text(), Labels: o.get(f.labels).pairs(f)})
	}
	return out
}

// pairs reads labels or tags.
func (n node) pairs(f form) map[string]string {
	if f.key == "" {
		return n.textMap()
	}
	if v, err := n.resolved(); err == nil && v != nil && v.Kind() == document.Mapping {
		n.p.fault(v.Line(), "%s is a mapping, not a list; write %s", n.path, pairList(n.path, v, f))
		return nil
	}
	out := map[string]string{}
	for item := range n.items() {
		o := item.object()
		o.knowsOnly(f.key, f.value)
		k, okKey := o.get(f.key).scalar()
		v, okValue := o.get(f.value).scalar()
		if _, twice := out[k]; twice && okKey {
			n.p.fault(item.line(), "%s: the key %q occurs twice", n.path, document.Shorten(k))
		} else if okKey && okValue {
			out[k] = v
		}
	}
	return nilIfEmpty(out)
}

// item reads a profile in eksctl's form and reports whether it is a mapping.
func (n node) item() (Entry, bool) {
	o, ok := n.named("profile").element()
	if !ok {
		return Entry{}, false
	}
	o.knowsOnly("name", "podExecutionRoleARN", "selectors", "subnets", "tags", "status", "health")
	e := o.profile(itemForm)
	e.Issues = o.get("health").issues()
	return e, true
}

// described reads a profile as the EKS API describes it.
func (n node) described() {
	o, ok := n.element()
	if !ok {
		return
	}
	e := o.profile(apiForm)
	e.CreatedAt = moment(o.get("createdAt").value)
	e.Issues = o.get("health").issues()
	n.p.entries = append(n.p.entries, e)
}

// status reads a status in any case, because a person may have written it.
func status(text string) fargate.Status {
	switch s := fargate.Status(strings.ToUpper(text)); s {
	case fargate.StatusCreating, fargate.StatusActive, fargate.StatusDeleting,
		fargate.StatusCreateFailed, fargate.StatusDeleteFailed:
		return s
	}
	return fargate.Status(text)
}

// issues reads a profile's health.
func (n node) issues() []fargate.HealthIssue {
	var out []fargate.HealthIssue
	for item := range n.object().get("issues").items() {
		o, _ := item.element()
		out = append(out, fargate.HealthIssue{
			Code: o.get("code").text(), Message: o.get("message").text(), ResourceIDs: o.get("resourceIds").texts(),
		})
	}
	return out
}

// moment reads createdAt, which the AWS CLI prints as ISO 8601 or, by its cli_timestamp_format, as seconds since
// 1970. It is only shown, so what cannot be read is left out.
func moment(v document.Value) time.Time {
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02 15:04:05.999999999-07:00",
	} {
		if t, err := time.Parse(layout, scalar(v)); err == nil {
			return t
		}
	}
	var seconds float64
	_, err := fmt.Sscanf(scalar(v), "%g", &seconds)
	if err != nil || v.Kind() != document.Number || seconds <= 0 || seconds >= 1e11 {
		return time.Time{}
	}
	return time.UnixMilli(int64(seconds * 1000)).UTC()
}
