package why

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fgctl/fgctl/pkg/cli/env/kubernetes"
	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/logging"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/manifest"
)

// Where the roles are mapped that a cluster lets in (EKS User Guide, Grant IAM users access with a ConfigMap).
const (
	authMap       = "aws-auth"
	authNamespace = "kube-system"
)

// The Deployment of CoreDNS (EKS User Guide, Manage CoreDNS for DNS in Amazon EKS clusters).
const (
	coreDNS          = "coredns"
	coreDNSNamespace = "kube-system"
)

// more reads with kubectl what only some pods need: what lets the nodes of profiles in, the service accounts that
// policies choose by, the nodes, the configuration of logs, and CoreDNS.
func (r *reader) more(ctx context.Context, opts options, examiner *diagnose.Examiner) error {
	if len(opts.files) > 0 {
		return nil
	}
	group, groupContext := errgroup.WithContext(ctx)
	others := manifest.Options{Others: r.others()}
	get := func(what string, flags ...string) {
		group.Go(func() error {
			return r.further(what, kubernetes.Read(groupContext, opts.kubectl, what, others, nil, flags...))
		})
	}
	waiting := len(examiner.Profiles()) > 0
	if waiting && r.evidence.AuthenticationMode != "API" {
		r.evidence.RoleMap = &diagnose.RoleMap{}
		get("configmap/"+authMap, "-n", authNamespace, "--ignore-not-found")
	}
	if waiting && r.evidence.Objects.HasAccountPolicies() {
		get("serviceaccounts", scopeOf(opts)...)
	}
	if examiner.NeedsNodes() {
		r.evidence.Nodes = map[string]diagnose.Node{}
		get("nodes")
	}
	if examiner.LosesLogs() {
		get("configmap/"+logging.ConfigMap, "-n", logging.Namespace, "--ignore-not-found")
		get("namespace/"+logging.Namespace, "--ignore-not-found")
	}
	if examiner.KeepsCoreDNS() {
		get("deployment/"+coreDNS, "-n", coreDNSNamespace, "--ignore-not-found")
	}
	return group.Wait()
}

// node reads one of the cluster's nodes.
func (r *reader) node(o manifest.Object) error {
	var n corev1.Node
	if err := o.Decode("", &n); err != nil {
		return err
	}
	if r.evidence.Nodes == nil {
		r.evidence.Nodes = map[string]diagnose.Node{}
	}
	r.evidence.Nodes[o.Name] = diagnose.Node{
		Fargate: n.Labels[kube.ComputeTypeAnnotation] == kube.ComputeTypeFargate,
		Kubelet: n.Status.NodeInfo.KubeletVersion,
	}
	return nil
}

// deployment looks whether CoreDNS is still annotated to stay off Fargate.
func (r *reader) deployment(o manifest.Object) error {
	if o.Name != coreDNS || o.Namespace != coreDNSNamespace {
		return nil
	}
	var spec struct {
		Template struct {
			Metadata metav1.ObjectMeta `json:"metadata"`
		} `json:"template"`
	}
	if err := o.Decode("spec", &spec); err != nil {
		return err
	}
	kept := spec.Template.Metadata.Annotations[kube.ComputeTypeAnnotation] == kube.ComputeTypeEC2
	r.evidence.CoreDNSKept = &kept
	return nil
}

// configMap reads those two that decide about pods on Fargate.
func (r *reader) configMap(o manifest.Object) error {
	isAuth := o.Name == authMap && o.Namespace == authNamespace
	if !isAuth && (o.Name != logging.ConfigMap || o.Namespace != logging.Namespace) {
		return nil
	}
	var m corev1.ConfigMap
	if err := o.Decode("", &m); err != nil {
		return err
	}
	if isAuth {
		r.evidence.RoleMap = readRoles(m.Data["mapRoles"])
		return nil
	}
	if m.Data == nil {
		m.Data = map[string]string{}
	}
	r.logging = r.logging.With(logging.Config{Data: m.Data})
	return nil
}

func (r *reader) namespace(o manifest.Object) error {
	if o.Name != logging.Namespace {
		return nil
	}
	var n corev1.Namespace
	if err := o.Decode("", &n); err != nil {
		return err
	}
	if n.Labels == nil {
		n.Labels = map[string]string{}
	}
	r.logging = r.logging.With(logging.Config{NamespaceLabels: n.Labels})
	return nil
}

// finish puts together what was read in parts: a namespace alone configures no logs, and what AWS does not show of a
// role's access aws-auth does.
func (r *reader) finish() {
	if r.logging.Data != nil {
		r.evidence.Logging = &r.logging
	}
	if r.evidence.RoleMap != nil {
		r.unread = slices.DeleteFunc(r.unread, func(text string) bool {
			return strings.HasPrefix(text, fmt.Sprintf(skippedCheck, "access"))
		})
	}
}

// readRoles reads the text of mapRoles.
func readRoles(text string) *diagnose.RoleMap {
	out := &diagnose.RoleMap{}
	out.Fault = document.Read(strings.NewReader(text), document.Options{}, func(p document.Part) error {
		items, err := document.AsItems(p.Value, "mapRoles")
		faults := append(make([]error, 0, len(items)+1), err)
		for i, item := range items {
			role, err := readRole(item, fmt.Sprintf("mapRoles[%d]", i))
			out.Roles, faults = append(out.Roles, role), append(faults, err)
		}
		return errors.Join(faults...)
	})
	return out
}

func readRole(v document.Value, path string) (role diagnose.MappedRole, err error) {
	fields, err := document.AsFields(v, path)
	faults := []error{err}
	text := func(v document.Value, of string) string {
		out, err := document.AsText(v, path+"."+of)
		faults = append(faults, err)
		return out
	}
	role.ARN = text(document.Get(fields, "rolearn"), "rolearn")
	role.Username = text(document.Get(fields, "username"), "username")
	groups, err := document.AsItems(document.Get(fields, "groups"), path+".groups")
	faults = append(faults, err)
	for _, g := range groups {
		role.Groups = append(role.Groups, text(g, "groups"))
	}
	return role, errors.Join(faults...)
}
