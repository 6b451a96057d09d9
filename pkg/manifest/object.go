package manifest

// Which objects make pods, and what is read of them.

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// templates has the place of the pod template in every kind of object that makes pods; a Pod is its own (Kubernetes
// API, PodTemplateSpec in the workloads of core/v1, apps/v1 and batch/v1).
var templates = map[string]string{
	"Pod":                   "",
	"Deployment":            "spec.template",
	"ReplicaSet":            "spec.template",
	"StatefulSet":           "spec.template",
	"DaemonSet":             "spec.template",
	"ReplicationController": "spec.template",
	"Job":                   "spec.template",
	"CronJob":               "spec.jobTemplate.spec.template",
	"PodTemplate":           "template",
}

// objectMeta is the part of metadata that is used.
type objectMeta struct {
	Name              string            `json:"name"`
	GenerateName      string            `json:"generateName"`
	Namespace         string            `json:"namespace"`
	Labels            map[string]string `json:"labels"`
	Annotations       map[string]string `json:"annotations"`
	UID               string            `json:"uid"`
	CreationTimestamp string            `json:"creationTimestamp"`
	DeletionTimestamp string            `json:"deletionTimestamp"`
	OwnerReferences   []struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Name       string `json:"name"`
		Controller bool   `json:"controller"`
	} `json:"ownerReferences"`
}

// podTemplate is a PodTemplateSpec.
type podTemplate struct {
	Metadata objectMeta     `json:"metadata"`
	Spec     corev1.PodSpec `json:"spec"`
}

// workloadSpec has what is used of the specs of all workloads.
type workloadSpec struct {
	Replicas                *int32 `json:"replicas"`
	Parallelism             *int32 `json:"parallelism"`
	Completions             *int32 `json:"completions"`
	TTLSecondsAfterFinished *int32 `json:"ttlSecondsAfterFinished"`
	VolumeClaimTemplates    []struct {
		Metadata objectMeta `json:"metadata"`
		Spec     struct {
			StorageClassName *string `json:"storageClassName"`
		} `json:"spec"`
	} `json:"volumeClaimTemplates"`
	Paused         bool            `json:"paused"`
	Strategy       rolloutStrategy `json:"strategy"`
	UpdateStrategy rolloutStrategy `json:"updateStrategy"`
	Template       *podTemplate    `json:"template"`
	JobTemplate    struct {
		Spec *workloadSpec `json:"spec"`
	} `json:"jobTemplate"`
}

// rolloutStrategy is a DeploymentStrategy, or the update strategy of another workload.
type rolloutStrategy struct {
	Type          string `json:"type"`
	RollingUpdate struct {
		MaxUnavailable share  `json:"maxUnavailable"`
		Partition      *int32 `json:"partition"`
	} `json:"rollingUpdate"`
}

// podStatus is the part of a pod's status that is used.
type podStatus struct {
	Phase      string `json:"phase"`
	Conditions []struct {
		Type    string `json:"type"`
		Status  string `json:"status"`
		Reason  string `json:"reason"`
		Message string `json:"message"`
	} `json:"conditions"`
}

// containerStatuses are read of pods that have a node and are not ready.
type containerStatuses struct {
	Init       []containerStatus `json:"initContainerStatuses"`
	Containers []containerStatus `json:"containerStatuses"`
}

type containerStatus struct {
	Name  string         `json:"name"`
	State containerState `json:"state"`
	Last  containerState `json:"lastState"`
}

type containerState struct {
	Waiting    *stateReason `json:"waiting"`
	Terminated *stateReason `json:"terminated"`
}

type stateReason struct {
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// object is an object that is being read. All faults of the parts that are used are gathered.
type object struct {
	kind   string
	value  document.Value
	fields []document.Field
	path   string // its place in the document
	errs   Errors
	bad    []kube.BadQuantity
}

// faults returns what is wrong in the order of the lines. What several pods of an object share is read for each.
func (o *object) faults() error {
	slices.SortStableFunc(o.errs, func(a, b *Error) int { return a.Line - b.Line })
	o.errs = slices.CompactFunc(o.errs, func(a, b *Error) bool { return a.Line == b.Line && a.Error() == b.Error() })
	return o.errs.OrNil()
}

// fault adds what is wrong with a field, whose path begins at the object.
func (o *object) fault(path, format string, args ...any) {
	args = append([]any{document.Join(o.path, path)}, args...)
	o.errs.Add(document.At(lineOf(o.value, path), "%s"+format, args...))
}

// decode reads a field of the object into what out points to.
func (o *object) decode(field string, out any) {
	o.errs.Add(document.Decode(document.Get(o.fields, field), document.Join(o.path, field), out, o.types()))
}

// types are how the types of Kubernetes are read.
func (o *object) types() document.Types {
	types := decoding()
	types.Scalars = o.scalars
	return types
}

func (o *object) scalars() map[reflect.Type]document.Scalar {
	return map[reflect.Type]document.Scalar{
		reflect.TypeFor[resource.Quantity](): o.quantity, reflect.TypeFor[share](): shareText,
	}
}

// quantity writes a quantity as JSON. What is none becomes zero and is kept for the findings of the pod.
func (o *object) quantity(v document.Value, path string) (string, error) {
	text, err := document.AsQuantity(v, path)
	if err != nil {
		return "", err
	}
	if _, err := kube.ParseQuantity(text); err != nil {
		path = strings.TrimPrefix(strings.TrimPrefix(path, o.path), ".")
		name := path[strings.LastIndexAny(path, ".[")+1:]
		if at := strings.LastIndexByte(path, '['); at >= 0 && strings.HasSuffix(path, "]") {
			name = path[at+1 : len(path)-1]
			if !strings.ContainsAny(name, "./") {
				path = path[:at] + "." + name
			}
		}
		o.bad = append(o.bad, kube.BadQuantity{Path: path, Resource: name, Text: text, Fault: err})
		text = "0"
	}
	quoted, err := jsontext.AppendQuote(nil, text)
	return string(quoted), err
}

// pod reads the pod of an object of one of the kinds of templates. With readiness it matters whether the pod is
// ready.
func (o *object) pod(readiness bool) (kube.Pod, error) {
	var meta objectMeta
	o.decode("metadata", &meta)
	pod := kube.Pod{
		Kind: o.kind, Name: cmp.Or(meta.Name, meta.GenerateName), Namespace: meta.Namespace,
		Labels: meta.Labels, Annotations: meta.Annotations,
		SpecPath: document.Join(templates[o.kind], "spec"), Workload: kube.Workload{Replicas: 1},
	}
	if o.kind == "Pod" {
		o.decode("spec", &pod.Spec)
		if meta.UID != "" || meta.CreationTimestamp != "" || o.hasPhase() { // only a cluster sets these
			pod.Running = o.running(meta, pod.Spec.NodeName, readiness)
		}
	} else {
		pod.Workload.Labels, pod.Workload.Annotations = meta.Labels, meta.Annotations
		o.workload(&pod)
		pod.Workload.OwnerKind, pod.Workload.OwnerName, _ = meta.owner()
	}
	pod.BadQuantities = o.bad
	return pod, o.faults()
}

// hasPhase reports whether the object has a status.phase.
func (o *object) hasPhase() bool {
	v := o.find("status.phase")
	return v != nil && v.Kind() == document.Text && v.Text() != ""
}

// find returns what stands at a path of names, nil where there is nothing. What is wrong on the way is reported where
// it is read.
func (o *object) find(path string) document.Value {
	v := o.value
	for step := range strings.SplitSeq(path, ".") {
		field, ok := document.Find(v, step)
		if !ok {
			return nil
		}
		v = field.Value
	}
	return v
}

// owner returns the reference to the controller; there is one at most (Kubernetes API, OwnerReference).
func (m objectMeta) owner() (kind, name string, isForeign bool) {
	for _, r := range m.OwnerReferences {
		if r.Controller {
			return r.Kind, r.Name, foreign(r.APIVersion)
		}
	}
	return "", "", false
}

// running reads what a cluster says of a pod.
func (o *object) running(meta objectMeta, node string, readiness bool) *kube.Running {
	r := &kube.Running{NodeName: node, Terminating: meta.DeletionTimestamp != ""}
	r.OwnerKind, r.OwnerName, r.OwnerForeign = meta.owner()
	if meta.CreationTimestamp != "" {
		var err error
		if r.CreatedAt, err = time.Parse(time.RFC3339, meta.CreationTimestamp); err != nil {
			o.fault("metadata.creationTimestamp", " is %q, not a time like 2006-01-02T15:04:05Z",
				document.Shorten(meta.CreationTimestamp))
		}
	}
	var status podStatus
	o.decode("status", &status)
	r.Phase = status.Phase
	ready := ""
	for _, c := range status.Conditions {
		switch {
		case c.Type == "PodScheduled" && c.Status == "False":
			r.Unscheduled = cmp.Or(c.Message, c.Reason)
		case c.Type == "Ready":
			ready = cmp.Or(c.Status, "Unknown")
		}
	}
	isPending := r.Phase == "Pending"
	if node != "" && (isPending || r.Phase == "Running" && ready == "False") {
		r.Stuck = o.stuck()
	}
	r.NotReady = readiness && (isPending || ready != "" && ready != "True")
	return r
}

// stuck returns what the states of containers say that do not run. Containers that wait their turn say nothing; what
// ended a container stands in its last state while it waits for another try.
func (o *object) stuck() []string {
	var statuses containerStatuses
	o.decode("status", &statuses)
	var out []string
	for _, c := range slices.Concat(statuses.Init, statuses.Containers) {
		w, ended := c.State.Waiting, cmp.Or(c.State.Terminated, c.Last.Terminated)
		if w != nil && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" && w.Reason != "" {
			out = append(out, strings.TrimSuffix(fmt.Sprintf("container %s: %s: %s", c.Name, w.Reason, w.Message), ": "))
		}
		if ended != nil && ended.Message != "" && (ended.Reason == "StartError" || ended.Reason == "ContainerCannotRun") {
			out = append(out, fmt.Sprintf("container %s: %s: %s", c.Name, ended.Reason, ended.Message))
		}
	}
	return out
}

// workload reads the pod template of a workload, how many pods it makes at once, and whether they stay when they have
// finished (Kubernetes API: replicas is 1 by default, a Job's parallelism too, and never more than its completions).
func (o *object) workload(pod *kube.Pod) {
	spec, path := &workloadSpec{}, "spec."
	if o.kind == "PodTemplate" {
		o.decode("template", &spec.Template)
	} else {
		o.decode("spec", spec)
	}
	if o.kind == "CronJob" {
		path = "spec.jobTemplate.spec."
		spec = cmp.Or(spec.JobTemplate.Spec, &workloadSpec{})
	}
	pod.Workload.Rollout = spec.rollout()
	switch w := &pod.Workload; o.kind {
	case "Job", "CronJob":
		w.KeepsFinished = spec.TTLSecondsAfterFinished == nil
		w.Replicas = o.count(path+"parallelism", spec.Parallelism, 1)
		w.Replicas = min(w.Replicas, o.count(path+"completions", spec.Completions, w.Replicas))
		o.count(path+"ttlSecondsAfterFinished", spec.TTLSecondsAfterFinished, 0)
	case "StatefulSet":
		for _, claim := range spec.VolumeClaimTemplates {
			w.ClaimTemplates = append(w.ClaimTemplates, claim.Metadata.Name)
			if w.ClaimClasses == nil {
				w.ClaimClasses = map[string]*string{}
			}
			w.ClaimClasses[claim.Metadata.Name] = claim.Spec.StorageClassName
		}
		fallthrough
	case "Deployment", "ReplicaSet", "ReplicationController":
		w.Replicas = o.count(path+"replicas", spec.Replicas, 1)
	}
	if t := spec.Template; t != nil {
		pod.Labels, pod.Annotations, pod.Spec = t.Metadata.Labels, t.Metadata.Annotations, t.Spec
	} else if len(o.errs) == 0 {
		o.missing(templates[o.kind])
	}
}

// rollout returns how the workload replaces its pods. A Deployment has its strategy, others their update strategy.
func (s *workloadSpec) rollout() kube.Rollout {
	strategy := s.UpdateStrategy
	if s.Strategy != (rolloutStrategy{}) {
		strategy = s.Strategy
	}
	r := kube.Rollout{
		Paused: s.Paused, Type: strategy.Type, MaxUnavailable: string(strategy.RollingUpdate.MaxUnavailable),
	}
	if partition := strategy.RollingUpdate.Partition; partition != nil {
		r.Partition = int(*partition)
	}
	return r
}

// count returns how many there are to be; without a word there are so many.
func (o *object) count(path string, n *int32, without int) int {
	if n == nil {
		return without
	}
	if *n < 0 {
		o.fault(path, " is %d; it must be 0 or more", *n)
	}
	return int(*n)
}

// missing adds the first step of the way to the pod template that is not there.
func (o *object) missing(way string) {
	path := ""
	for step := range strings.SplitSeq(way, ".") {
		path = document.Join(path, step)
		if v := o.find(path); v == nil || v.Kind() == document.Null {
			o.fault(path, " is missing, so there is no pod template")
			return
		}
	}
}

// foreign reports whether a kind of this version belongs to somebody else, who only uses the same word:
// Volcano's Job and OpenKruise's StatefulSet have other fields. Kubernetes' own groups with these
// kinds have no dot.
func foreign(version string) bool {
	group := groupOf(version)
	return strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io")
}

// groupOf returns the group of a version; that of v1 is empty.
func groupOf(version string) string {
	group, _, ok := strings.Cut(version, "/")
	if !ok {
		return ""
	}
	return group
}
