package manifest

// The pods of kinds that are not Kubernetes' own.

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// maxParts is how many pods one object may make; aliases of YAML could make it any number.
const maxParts = 1000

// spot is a value in the object.
type spot struct {
	path   string // begins at the object
	value  document.Value
	fields []document.Field
	part   string // what the last [] or * stands for
}

// spots returns where a path leads from a spot; nothing where it leads nowhere.
func (o *object) spots(from spot, path, name string) []spot {
	at := []spot{from}
	if path == "" {
		return at
	}
	for step := range strings.SplitSeq(path, ".") {
		var next []spot
		for _, s := range at {
			next = append(next, o.step(s, step, name)...)
		}
		at = next
	}
	return at
}

// step follows one step of a path.
func (o *object) step(from spot, step, name string) []spot {
	if step == "*" {
		out := make([]spot, len(from.fields))
		for i, f := range from.fields {
			out[i] = o.spot(document.Join(from.path, f.Key), f.Value, f.Key)
		}
		return out
	}
	field, isList := strings.CutSuffix(step, "[]")
	v := document.Get(from.fields, field)
	if v == nil || v.Kind() == document.Null {
		return nil
	}
	path := document.Join(from.path, field)
	if !isList {
		return []spot{o.spot(path, v, from.part)}
	}
	items, err := document.AsItems(v, document.Join(o.path, path))
	o.errs.Add(err)
	var out []spot
	for i, item := range items[:min(len(items), maxElements)] {
		s := o.spot(path+"["+strconv.Itoa(i)+"]", item, "")
		part, _ := document.AsText(document.Get(s.fields, cmp.Or(name, "name")), "")
		s.part = cmp.Or(part, strconv.Itoa(i))
		out = append(out, s)
	}
	return out
}

func (o *object) spot(path string, v document.Value, part string) spot {
	s := spot{path: path, value: v, part: part}
	if v.Kind() == document.Mapping {
		var err error
		s.fields, err = v.Fields()
		o.errs.Add(err)
	}
	return s
}

// read decodes the value of a spot.
func (o *object) read(s spot, out any) {
	o.errs.Add(document.Decode(s.value, document.Join(o.path, s.path), out, o.types()))
}

// foreignPods reads the pods of an object of a kind that is not Kubernetes' own, or not known; none where it is not
// known to make any.
func (o *object) foreignPods(group string) ([]kube.Pod, error) {
	root := spot{value: o.value, fields: o.fields}
	places, ok := foreignPlaces()[o.kind+"."+group]
	if !ok && o.plainTemplate() {
		places = []podPlace{{at: "spec.template", replicas: "$spec.replicas"}}
	}
	if len(places) == 0 {
		return nil, nil
	}
	var meta objectMeta
	o.decode("metadata", &meta)
	var pods []kube.Pod
	for _, place := range places {
		for _, at := range o.spots(root, place.at, place.name) {
			if len(pods) == maxParts {
				o.fault(at.path, ": one object makes more than %d pods", maxParts)
				return nil, o.faults()
			}
			pod := kube.Pod{
				Kind: foreignKind(o.kind, group), Name: cmp.Or(meta.Name, meta.GenerateName), Namespace: meta.Namespace,
				Part: cmp.Or(place.part, at.part), Foreign: true,
				Workload: kube.Workload{Replicas: o.replicas(place, root, at)},
			}
			if o.place(&pod, place, root, at) {
				pods = append(pods, pod)
			}
		}
	}
	return pods, o.faults()
}

// foreignKind is the kind as messages name it: with its group where Kubernetes has a workload of the same name.
func foreignKind(kind, group string) string {
	if _, own := templates[kind]; own {
		return kind + "." + group
	}
	return kind
}

// plainTemplate reports whether there is a pod template at spec.template. Others have templates there too, of machines
// and applications: a pod's has containers.
func (o *object) plainTemplate() bool {
	v := o.find("spec.template.spec.containers")
	if v == nil {
		return false
	}
	items, err := v.Items()
	return err == nil && len(items) > 0 && items[0].Kind() == document.Mapping
}

// replicas returns how many pods of a place there are; 1 where it does not say.
func (o *object) replicas(place podPlace, root, at spot) int {
	product := 1
	for path := range strings.SplitSeq(place.replicas, "*") {
		if path == "" {
			continue
		}
		for _, s := range o.from(path, root, at) {
			n, err := strconv.Atoi(s.value.Text())
			if s.value.Kind() == document.Number && err == nil && n >= 0 {
				product = min(product*min(n, maxReplicas), maxReplicas)
			}
		}
	}
	return product
}

// maxReplicas is the largest number of pods that an object is believed to make, which is more than a cluster has.
const maxReplicas = 1_000_000

// from follows a path that begins at the object or at a place in it.
func (o *object) from(path string, root, at spot) []spot {
	if rest, absolute := strings.CutPrefix(path, "$"); absolute {
		return o.spots(root, rest, "")
	}
	return o.spots(at, path, "")
}

// place reads one pod; it reports whether there is one.
func (o *object) place(pod *kube.Pod, place podPlace, root, at spot) bool {
	o.bad = nil
	if place.specs == nil {
		return o.template(pod, place, at)
	}
	makes := len(place.needs) == 0
	for _, field := range place.needs {
		makes = makes || document.Get(at.fields, field) != nil
	}
	if makes {
		o.compose(pod, place, root, at)
	}
	return makes
}

// template reads a PodTemplateSpec.
func (o *object) template(pod *kube.Pod, place podPlace, at spot) bool {
	for _, s := range o.spots(at, place.template, "") {
		var t podTemplate
		o.read(s, &t)
		pod.Labels, pod.Annotations, pod.Spec = t.Metadata.Labels, t.Metadata.Annotations, t.Spec
		pod.SpecPath, pod.BadQuantities = document.Join(s.path, "spec"), o.bad
		pod.Incomplete = len(t.Spec.Containers) == 0
		return true
	}
	return false
}

// podFields are the fields that have a pod's meaning wherever operators take them over from a PodSpec.
type podFields struct {
	Containers                []corev1.Container                `json:"containers"`
	InitContainers            []corev1.Container                `json:"initContainers"`
	Volumes                   []corev1.Volume                   `json:"volumes"`
	NodeSelector              map[string]string                 `json:"nodeSelector"`
	Affinity                  *corev1.Affinity                  `json:"affinity"`
	TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints"`
	RuntimeClassName          *string                           `json:"runtimeClassName"`
	SchedulerName             string                            `json:"schedulerName"`
	HostNetwork               bool                              `json:"hostNetwork"`
	HostPID                   bool                              `json:"hostPID"`
	HostIPC                   bool                              `json:"hostIPC"`
}

// containerFields are those of a container that operators take over.
type containerFields struct {
	Name            string                      `json:"name"`
	Command         []string                    `json:"command"`
	Args            []string                    `json:"args"`
	Ports           []corev1.ContainerPort      `json:"ports"`
	Resources       corev1.ResourceRequirements `json:"resources"`
	VolumeDevices   []corev1.VolumeDevice       `json:"volumeDevices"`
	SecurityContext *corev1.SecurityContext     `json:"securityContext"`
}

// compose puts a pod together of fields that lie in several places. Its amounts are those of the object alone, and may
// be expressions, so nothing is said of them.
func (o *object) compose(pod *kube.Pod, place podPlace, root, at spot) {
	places := map[string]string{} // of the lists' elements and the fields of the pod
	for _, path := range place.labels {
		for _, s := range o.from(path, root, at) {
			var m struct {
				Labels      map[string]string `json:"labels"`
				Annotations map[string]string `json:"annotations"`
			}
			o.read(s, &m)
			pod.Labels, pod.Annotations = merged(pod.Labels, m.Labels), merged(pod.Annotations, m.Annotations)
			if len(m.Annotations) > 0 {
				places["annotations"] = s.path
			}
		}
	}
	for _, path := range place.specs {
		for _, s := range o.from(path, root, at) {
			var fields podFields
			o.read(s, &fields)
			fields.addTo(&pod.Spec, s, places)
		}
	}
	for _, path := range place.containers {
		for _, s := range o.from(path, root, at) {
			var c containerFields
			o.read(s, &c)
			places[indexed("containers", len(pod.Spec.Containers))] = s.path
			name := cmp.Or(c.Name, s.path[strings.LastIndexByte(s.path, '.')+1:])
			pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{
				Name: name, Command: c.Command, Args: c.Args, Ports: c.Ports, Resources: c.Resources,
				VolumeDevices: c.VolumeDevices, SecurityContext: c.SecurityContext,
			})
		}
	}
	for _, path := range place.claims {
		for _, s := range o.from(path, root, at) {
			o.claim(pod, s, places)
		}
	}
	pod.Incomplete, pod.SpecPath = true, document.Join(at.path, "spec")
	if place.docker != "" {
		for _, s := range o.from(place.docker, root, at) {
			o.docker(pod, s, places)
		}
	}
	pod.PathOf = func(path string) string { return placeOf(path, pod.SpecPath, places) }
}

// docker adds the privileged container that runs Docker for a runner (actions/actions-runner-controller,
// controllers/actions.summerwind.net/runner_controller.go; antonputra/tutorials#136 met it on Fargate).
func (o *object) docker(pod *kube.Pod, config spot, places map[string]string) {
	var c struct {
		DockerEnabled                *bool  `json:"dockerEnabled"`
		DockerdWithinRunnerContainer bool   `json:"dockerdWithinRunnerContainer"`
		ContainerMode                string `json:"containerMode"`
	}
	o.read(config, &c)
	name, field := "docker", "dockerEnabled"
	if c.DockerdWithinRunnerContainer {
		name, field = "runner", "dockerdWithinRunnerContainer"
	}
	isOff := !c.DockerdWithinRunnerContainer && c.DockerEnabled != nil && !*c.DockerEnabled
	isOwn := func(own corev1.Container) bool { return own.Name == name && own.SecurityContext != nil }
	if isOff || c.ContainerMode == "kubernetes" || slices.ContainsFunc(pod.Spec.Containers, isOwn) {
		return
	}
	privileged := indexed("containers", len(pod.Spec.Containers)) + ".securityContext.privileged"
	places[document.Join(pod.SpecPath, privileged)] = document.Join(config.path, field)
	pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{
		Name: name, SecurityContext: &corev1.SecurityContext{Privileged: new(true)},
	})
}

// claim adds storage that every pod has its own of: a PersistentVolumeClaim, or what an operator makes one of.
func (o *object) claim(pod *kube.Pod, at spot, places map[string]string) {
	var c struct {
		Name         string     `json:"name"`
		Metadata     objectMeta `json:"metadata"`
		Type         string     `json:"type"`  // Strimzi: ephemeral, persistent-claim, jbod
		Class        *string    `json:"class"` // likewise
		StorageClass *string    `json:"storageClass"`
		Spec         struct {
			StorageClassName *string `json:"storageClassName"`
		} `json:"spec"`
	}
	o.read(at, &c)
	if c.Type != "" && c.Type != "persistent-claim" {
		return
	}
	w := &pod.Workload
	places[indexed("spec.volumeClaimTemplates", len(w.ClaimTemplates))] = at.path
	name := cmp.Or(c.Metadata.Name, c.Name, at.path[strings.LastIndexByte(at.path, '.')+1:])
	w.ClaimTemplates = append(w.ClaimTemplates, name)
	if class := cmp.Or(c.Spec.StorageClassName, c.StorageClass, c.Class); class != nil {
		if w.ClaimClasses == nil {
			w.ClaimClasses = map[string]*string{}
		}
		w.ClaimClasses[name] = class
	}
}

func indexed(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// merged adds labels to others; later ones count.
func merged(labels, more map[string]string) map[string]string {
	if labels == nil {
		return more
	}
	maps.Copy(labels, more)
	return labels
}

// addTo adds fields that were found at a spot to a pod's.
func (f podFields) addTo(spec *corev1.PodSpec, at spot, places map[string]string) {
	moved := func(list string, there, more int) {
		for i := range more {
			places[indexed(list, there+i)] = document.Join(at.path, indexed(list, i))
		}
	}
	moved("containers", len(spec.Containers), len(f.Containers))
	moved("initContainers", len(spec.InitContainers), len(f.InitContainers))
	moved("volumes", len(spec.Volumes), len(f.Volumes))
	for _, field := range at.fields {
		places[field.Key] = document.Join(at.path, field.Key)
	}
	spec.Containers = append(spec.Containers, f.Containers...)
	spec.InitContainers = append(spec.InitContainers, f.InitContainers...)
	spec.Volumes = append(spec.Volumes, f.Volumes...)
	if f.NodeSelector != nil {
		spec.NodeSelector = f.NodeSelector
	}
	spec.Affinity = cmp.Or(f.Affinity, spec.Affinity)
	if f.TopologySpreadConstraints != nil {
		spec.TopologySpreadConstraints = f.TopologySpreadConstraints
	}
	spec.RuntimeClassName = cmp.Or(f.RuntimeClassName, spec.RuntimeClassName)
	spec.SchedulerName = cmp.Or(f.SchedulerName, spec.SchedulerName)
	spec.HostNetwork = spec.HostNetwork || f.HostNetwork
	spec.HostPID, spec.HostIPC = spec.HostPID || f.HostPID, spec.HostIPC || f.HostIPC
}

// placeOf returns where a path of a pod that was put together lies in its object.
func placeOf(path, specPath string, places map[string]string) string {
	if at, ok := places[path]; ok {
		return at
	}
	rest, ok := strings.CutPrefix(path, specPath+".")
	if !ok {
		rest, ok = strings.CutPrefix(path, strings.TrimSuffix(specPath, "spec")+"metadata.annotations")
		if at, known := places["annotations"]; ok && known {
			return document.Join(at, "annotations") + rest
		}
		return path
	}
	for _, ends := range []string{".", "["} { // containers[0].name, nodeSelector[a.b/c]
		end := strings.IndexAny(rest, ends)
		if end < 0 {
			end = len(rest)
		}
		if at, ok := places[rest[:end]]; ok {
			return at + rest[end:]
		}
	}
	return path
}
