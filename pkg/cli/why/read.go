package why

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/cli/env/declared"
	"github.com/fgctl/fgctl/pkg/cli/env/kubernetes"
	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/diagnose"
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/logging"
	"github.com/fgctl/fgctl/pkg/internal/document"
	"github.com/fgctl/fgctl/pkg/internal/kubectl"
	"github.com/fgctl/fgctl/pkg/manifest"
	"github.com/fgctl/fgctl/pkg/preflight"
)

// reader gathers what is known of a cluster, and what could not be read of it.
type reader struct {
	mu       sync.Mutex
	evidence diagnose.Evidence
	logging  logging.Config
	unread   []string
}

// miss notes what could not be read.
func (r *reader) miss(what string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(what, err)
}

func (r *reader) note(what string, err error) {
	r.unread = append(r.unread, fmt.Sprintf("%s: %v", what, err))
}

// target is a cluster that AWS can be asked about.
type target struct {
	client *cloud.Client
	place  env.Place
}

// profiles returns the profiles of the files, which have to be readable, or of the cluster; nil where that cannot be
// read. Why pods wait is often known without them.
func (r *reader) profiles(ctx context.Context, e *env.Env, opts options) ([]fargate.Profile, *target, error) {
	if len(opts.profilesFrom) > 0 {
		profiles, _, err := declared.ProfilesOf(ctx, e, opts.profilesFrom)
		return profiles, nil, err
	}
	client, place, err := e.Target(ctx, kubernetes.ContextPlace(e, opts.kubectl))
	if err != nil {
		r.miss("profiles", err)
		return nil, nil, nil
	}
	if len(opts.files) == 0 {
		if _, err := kubernetes.Reached(opts.kubectl, place.Cluster, client.Region()); err != nil {
			return nil, nil, err
		}
	}
	profiles, err := client.Profiles(ctx, place.Cluster)
	if err != nil {
		r.miss("profiles", env.ExplainNotFound(ctx, client, err, place.Cluster, ""))
		return nil, nil, nil
	}
	if profiles == nil {
		profiles = []fargate.Profile{}
	}
	return profiles, &target{client, place}, nil
}

// skippedCheck begins the note that a check was skipped.
const skippedCheck = "check %s"

// checks runs the pre-flight over the profiles that have taken pods that wait.
func (r *reader) checks(ctx context.Context, aws *target, names []string) {
	if aws == nil {
		return
	}
	r.evidence.Checks = map[string][]preflight.Result{}
	group, groupContext := errgroup.WithContext(ctx)
	shared := preflight.Remember(groupContext, aws.client)
	for _, p := range r.evidence.Profiles {
		if !slices.Contains(names, p.Name) {
			continue
		}
		group.Go(func() error {
			report, err := preflight.Run(groupContext, shared, preflight.Input{Profile: p, Present: true})
			if err != nil {
				r.miss("checks of profile "+p.Name, err)
				return nil
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.evidence.Checks[p.Name] = report.Results
			r.evidence.AuthenticationMode = report.Cluster.AuthenticationMode
			r.objects().SetClusterGroup(func() string { return report.Cluster.SecurityGroup })
			r.skipped(p.Name, report.Results)
			return nil
		})
	}
	_ = group.Wait() // what failed is noted
}

// skipped notes which checks say nothing. What EKS does not show of a role's access another check may have found.
func (r *reader) skipped(profile string, results []preflight.Result) {
	known := slices.ContainsFunc(results, func(x preflight.Result) bool {
		return x.Check == "role-use" && len(x.Findings) > 0
	})
	for _, x := range results {
		if x.Level == preflight.Skipped && (x.Check != "access" || !known) {
			r.unread = append(r.unread, fmt.Sprintf(skippedCheck+" of profile %s: %s", x.Check, profile, x.Message))
		}
	}
}

// cluster reads pods and what is reported of them: with kubectl, or from files. Pods that cannot be read are an error;
// anything else is only noted.
func (r *reader) cluster(ctx context.Context, e *env.Env, opts options, pod func(kube.Pod) error) error {
	others := manifest.Options{Others: r.others()}
	if len(opts.files) > 0 {
		return r.eachFile(ctx, e, opts.files, others, pod)
	}
	r.evidence.Events, r.evidence.Claims = map[string][]diagnose.Event{}, map[string]diagnose.Claim{}
	r.evidence.Webhook = new(bool)
	group, groupContext := errgroup.WithContext(ctx)
	get := func(what string, pods func(kube.Pod) error, flags ...string) error {
		return kubernetes.Read(groupContext, opts.kubectl, what, others, pods, flags...)
	}
	scope := scopeOf(opts)
	group.Go(func() error { return get("pods", pod, scope...) })
	for _, what := range []string{"events", "persistentvolumeclaims", "securitygrouppolicies"} {
		group.Go(func() error { return r.further(what, get(what, nil, scope...)) })
	}
	group.Go(func() error { return r.further(webhooks, get(webhooks, nil)) })
	return group.Wait()
}

// scopeOf are the flags of kubectl that say where to look.
func scopeOf(opts options) []string {
	switch {
	case opts.allNamespaces:
		return []string{"-A"}
	case opts.namespace != "":
		return []string{"-n", opts.namespace}
	}
	return nil
}

// further judges an error of reading what is not pods.
func (r *reader) further(what string, err error) error {
	failure, ok := errors.AsType[*kubectl.Error](err)
	switch {
	case err == nil, ok && failure.Unknown && what == "securitygrouppolicies":
		return nil // the kind comes with the VPC CNI's resources; without it no pod has such a policy
	case ok && failure.Missing:
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(what, err)
	switch what {
	case "persistentvolumeclaims":
		r.evidence.Claims = nil
	case "events":
		r.evidence.Events = nil
	case "nodes":
		r.evidence.Nodes = nil
	case webhooks:
		r.evidence.Webhook = nil
	case "configmap/" + authMap:
		r.evidence.RoleMap = nil
	}
	return nil
}

// webhooks are the kind of webhooks as kubectl names it.
const webhooks = "mutatingwebhookconfigurations"

// webhookName is that of EKS's MutatingWebhookConfiguration (sample-apex-skills PR#210).
const webhookName = "0500-amazon-eks-fargate-mutation.amazonaws.com"

// webhook reads one of the cluster's webhooks, of which EKS's may be one.
func (r *reader) webhook(o manifest.Object) error {
	found := r.evidence.Webhook != nil && *r.evidence.Webhook || o.Name == webhookName
	r.evidence.Webhook = &found
	return nil
}

// eachFile reads saved answers, all faults together; what they do not hold is not known. Files without a pod of a
// cluster are a fault.
func (r *reader) eachFile(
	ctx context.Context, e *env.Env, names []string, options manifest.Options, pod func(kube.Pod) error,
) error {
	var faults []error
	pods, live := 0, 0
	for _, name := range names {
		in, err := e.Open(ctx, name)
		if err == nil {
			err = manifest.Read(name, in, options, func(p kube.Pod) error {
				if pods++; p.Running != nil {
					live++
				}
				return pod(p)
			})
			_ = in.Close() // it was only read
		} else {
			err = fmt.Errorf("%s: %w", document.SourceName(name), err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return &env.UsageError{Err: err}
	}
	switch {
	case pods > 0 && live == 0:
		return env.Usagef("the pods in these files are manifests, not pods of a cluster; fgctl match judges manifests")
	case pods == 0:
		return env.Usagef("no pod in these files; save them with kubectl get pods,events,pvc,nodes -A -o json")
	}
	return nil
}

// others reads what is reported of pods, by kind, one object at a time.
func (r *reader) others() map[string]func(manifest.Object) error {
	all := map[string]func(manifest.Object) error{
		"Event":                        r.event,
		"PersistentVolumeClaim":        r.claim,
		"SecurityGroupPolicy":          r.related(manifest.ReadPolicy),
		"ServiceAccount":               r.related(manifest.ReadAccount),
		"ConfigMap":                    r.configMap,
		"Namespace":                    r.namespace,
		"MutatingWebhookConfiguration": r.webhook,
		"Deployment":                   r.deployment,
		"Node":                         r.node,
	}
	for kind, read := range all {
		all[kind] = func(o manifest.Object) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			return read(o)
		}
	}
	return all
}

func (r *reader) event(o manifest.Object) error {
	var event struct {
		corev1.Event
		// What these are called in the API group events.k8s.io.
		Note       string                 `json:"note"`
		Regarding  corev1.ObjectReference `json:"regarding"`
		Controller string                 `json:"reportingController"`
		OldSource  corev1.EventSource     `json:"deprecatedSource"`
	}
	if err := o.Decode("", &event); err != nil {
		return err
	}
	of := cmp.Or(event.InvolvedObject, event.Regarding)
	if of.Kind != "Pod" {
		return nil
	}
	if r.evidence.Events == nil {
		r.evidence.Events = map[string][]diagnose.Event{}
	}
	key := diagnose.Key(of.Namespace, of.Name)
	r.evidence.Events[key] = append(r.evidence.Events[key], diagnose.Event{
		From:   cmp.Or(event.Source.Component, event.ReportingController, event.Controller, event.OldSource.Component),
		Reason: event.Reason, Message: cmp.Or(event.Message, event.Note),
	})
	return nil
}

func (r *reader) claim(o manifest.Object) error {
	var claim corev1.PersistentVolumeClaim
	if err := o.Decode("", &claim); err != nil {
		return err
	}
	if r.evidence.Claims == nil {
		r.evidence.Claims = map[string]diagnose.Claim{}
	}
	r.evidence.Claims[diagnose.Key(o.Namespace, o.Name)] = diagnose.Claim{Phase: string(claim.Status.Phase)}
	return nil
}

// related reads an object that decides about pods; one that is broken is noted.
func (r *reader) related(read func(manifest.Object, *kube.Objects) error) func(manifest.Object) error {
	return func(o manifest.Object) error {
		if err := read(o, r.objects()); err != nil {
			r.note(o.Kind+" "+o.Name, err)
		}
		return nil
	}
}

// objects returns what is gathered of objects.
func (r *reader) objects() *kube.Objects {
	if r.evidence.Objects == nil {
		r.evidence.Objects = &kube.Objects{}
	}
	return r.evidence.Objects
}
