package manifest

// This file holds which objects make pods, and takes from them what the rules look at.

import (
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// templates gives, for every kind that makes pods, the way from the object to the pod template; a Pod
// is its own (Kubernetes API, PodTemplateSpec in the workloads of core/v1, apps/v1 and batch/v1).
var templates = map[string][]string{
	"Pod":                   {},
	"Deployment":            {"spec", "template"},
	"ReplicaSet":            {"spec", "template"},
	"StatefulSet":           {"spec", "template"},
	"DaemonSet":             {"spec", "template"},
	"ReplicationController": {"spec", "template"},
	"Job":                   {"spec", "template"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template"},
	"PodTemplate":           {"template"},
}

// objectMeta is the part of metadata that is used.
type objectMeta struct {
	name, generateName, namespace string
	labels, annotations           map[string]string
	created                       string
	createdLine                   int
	live                          bool // it has what only a cluster gives
	ownerKind, ownerName          string
	ownerForeign                  bool
	deleted                       bool // it has a deletionTimestamp
}

// decode makes the pod of an object of one of the kinds of templates. All faults of the parts that are
// used are returned together. readiness tells whether it matters if the pod is ready.
func decode(kind string, fields []document.Field, path string, readiness bool) (pod fargate.Pod, err error) {
	way := templates[kind]
	d := &decoder{}
	of := d.metadata(document.Get(fields, "metadata"), func() string { return join(path, "metadata") })
	pod = fargate.Pod{
		Kind: kind, Name: of.name, Namespace: of.namespace, Labels: of.labels, Annotations: of.annotations,
		SpecPath: strings.Join(append(way[:len(way):len(way)], "spec"), "."),
	}
	if pod.Name == "" {
		pod.Name = of.generateName
	}
	pod.Workload = d.workload(kind, fields, path)
	if len(way) > 0 {
		pod.Workload.OwnerKind, pod.Workload.OwnerName = of.ownerKind, of.ownerName
		template, at, err := follow(fields, path, way)
		d.errs.Add(err)
		if err == nil {
			within := func(key string) func() string { return func() string { return join(at, key) } }
			inner := d.metadata(document.Get(template, "metadata"), within("metadata"))
			pod.Labels, pod.Annotations = inner.labels, inner.annotations
			pod.Spec = d.spec(document.Get(template, "spec"), within("spec"))
		}
		return pod, d.faults()
	}
	spec := document.Get(fields, "spec")
	pod.Spec = d.spec(spec, func() string { return join(path, "spec") })
	if of.live {
		pod.Running = d.running(of, fields, spec, path, readiness)
	}
	return pod, d.faults()
}

// metadata takes the metadata of an object or a template.
func (d *decoder) metadata(v document.Value, path func() string) (m objectMeta) {
	d.fields(v, path, func(key string, v document.Value) {
		switch key {
		case "name":
			m.name = d.text(v, under(path, key))
		case "generateName":
			m.generateName = d.text(v, under(path, key))
		case "namespace":
			m.namespace = d.text(v, under(path, key))
		case "labels":
			m.labels = d.texts(v, under(path, key))
		case "annotations":
			m.annotations = d.texts(v, under(path, key))
		case "uid":
			m.live = m.live || v.Kind() != document.Null
		case "creationTimestamp":
			m.created, m.createdLine = d.text(v, under(path, key)), v.Line()
			m.live = m.live || m.created != ""
		case "deletionTimestamp":
			m.deleted = v.Kind() != document.Null
		case "ownerReferences":
			d.items(v, under(path, key), func(_ int, v document.Value, at func() string) { d.owner(&m, v, at) })
		}
	})
	return m
}

// owner keeps the reference to the controller; there is one at most (Kubernetes API, OwnerReference).
func (d *decoder) owner(m *objectMeta, v document.Value, path func() string) {
	var version, kind, name string
	controller := false
	d.fields(v, path, func(key string, v document.Value) {
		switch key {
		case "apiVersion":
			version = d.text(v, under(path, key))
		case "kind":
			kind = d.text(v, under(path, key))
		case "name":
			name = d.text(v, under(path, key))
		case "controller":
			controller = d.flag(v, under(path, key))
		}
	})
	if controller {
		m.ownerKind, m.ownerName, m.ownerForeign = kind, name, foreign(version)
	}
}

// running takes what a cluster says of a pod.
func (d *decoder) running(m objectMeta, fields []document.Field, spec document.Value, path string, readiness bool) *fargate.Running {
	r := &fargate.Running{OwnerKind: m.ownerKind, OwnerName: m.ownerName, OwnerForeign: m.ownerForeign, Terminating: m.deleted}
	if m.created != "" {
		at, err := time.Parse(time.RFC3339, m.created)
		if err != nil {
			d.errs.Add(document.At(m.createdLine, "%s is %q, not a time like 2006-01-02T15:04:05Z", join(path, "metadata.creationTimestamp"), document.Shorten(m.created)))
		}
		r.CreatedAt = at
	}
	if spec != nil && spec.Kind() == document.Mapping {
		if inner, err := spec.Fields(); err == nil {
			if v := document.Get(inner, "nodeName"); v != nil {
				r.NodeName = d.text(v, func() string { return join(path, "spec.nodeName") })
			}
		}
	}
	status := func() string { return join(path, "status") }
	d.fields(document.Get(fields, "status"), status, func(key string, v document.Value) {
		switch {
		case key == "phase":
			r.Phase = d.text(v, under(status, key))
		case key == "conditions" && readiness:
			r.NotReady = d.notReady(v, under(status, key))
		}
	})
	r.NotReady = r.NotReady || readiness && r.Phase == "Pending"
	return r
}

// notReady reports whether the condition Ready is among the conditions and is not True.
func (d *decoder) notReady(v document.Value, path func() string) (out bool) {
	d.items(v, path, func(_ int, v document.Value, at func() string) {
		var kind, status string
		d.fields(v, at, func(key string, v document.Value) {
			switch key {
			case "type":
				kind = d.text(v, under(at, key))
			case "status":
				status = d.text(v, under(at, key))
			}
		})
		out = out || kind == "Ready" && status != "True"
	})
	return out
}

// workload takes how many pods an object makes at once, and whether they stay when they have finished
// (Kubernetes API: replicas is 1 by default, a Job's parallelism too, and never more than its completions).
func (d *decoder) workload(kind string, fields []document.Field, path string) fargate.Workload {
	w := fargate.Workload{Replicas: 1}
	own, at := document.Get(fields, "spec"), func() string { return join(path, "spec") }
	switch kind {
	case "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController":
		d.fields(own, at, func(key string, v document.Value) {
			switch {
			case key == "replicas" && v.Kind() != document.Null:
				w.Replicas = d.count(v, under(at, key))
			case key == "volumeClaimTemplates" && kind == "StatefulSet":
				w.ClaimTemplates = d.names(v, under(at, key))
			}
		})
	case "CronJob":
		job := own
		for _, step := range []string{"jobTemplate", "spec"} {
			if job == nil || job.Kind() != document.Mapping {
				return w // what is missing is told where the template is looked for
			}
			inner, err := job.Fields()
			if err != nil {
				return w
			}
			before, key := at, step
			job, at = document.Get(inner, step), func() string { return before() + "." + key }
		}
		d.job(&w, job, at)
	case "Job":
		d.job(&w, own, at)
	}
	return w
}

// count reads how many there are to be.
func (d *decoder) count(v document.Value, path func() string) int {
	n := d.number(v, path)
	if n < 0 {
		d.errs.Add(document.At(v.Line(), "%s is %d; it must be 0 or more", path(), n))
	}
	return n
}

// names takes the metadata.name of every object of a list.
func (d *decoder) names(v document.Value, path func() string) (out []string) {
	d.items(v, path, func(_ int, v document.Value, at func() string) {
		name := ""
		d.fields(v, at, func(key string, v document.Value) {
			if key == "metadata" {
				name = d.metadata(v, under(at, key)).name
			}
		})
		out = append(out, name)
	})
	return out
}

func (d *decoder) job(w *fargate.Workload, spec document.Value, path func() string) {
	w.KeepsFinished = true
	most := -1
	if spec != nil && spec.Kind() != document.Mapping {
		return
	}
	d.fields(spec, path, func(key string, v document.Value) {
		switch {
		case v.Kind() == document.Null:
		case key == "parallelism":
			w.Replicas = d.count(v, under(path, key))
		case key == "completions":
			most = d.count(v, under(path, key))
		case key == "ttlSecondsAfterFinished":
			d.count(v, under(path, key))
			w.KeepsFinished = false
		}
	})
	if most >= 0 {
		w.Replicas = min(w.Replicas, most)
	}
}

// foreign reports whether a kind of this version belongs to somebody else, who only uses the same word:
// Volcano's Job and OpenKruise's StatefulSet have other fields. Kubernetes' own groups with these
// kinds have no dot.
func foreign(version string) bool {
	group, _, ok := strings.Cut(version, "/")
	return ok && strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io")
}

// follow goes from an object to its pod template.
func follow(fields []document.Field, path string, way []string) ([]document.Field, string, error) {
	for _, step := range way {
		path = join(path, step)
		v := document.Get(fields, step)
		if v == nil || v.Kind() == document.Null {
			line := 0
			if len(fields) > 0 {
				line = fields[0].Line
			}
			return nil, path, document.At(line, "%s is missing, so there is no pod template", path)
		}
		var err error
		if fields, err = document.AsFields(v, path); err != nil {
			return nil, path, err
		}
	}
	return fields, path, nil
}
