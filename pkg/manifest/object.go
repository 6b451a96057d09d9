package manifest

// This file holds which objects make pods, and takes from them what the rules look at.

import (
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
	"github.com/fgctl/fgctl/pkg/fargate"
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
	name, namespace     string
	labels, annotations map[string]string
}

// decode makes the pod of an object; ok is false where the object makes none. All faults of the parts
// that are used are returned together.
func decode(kind string, fields []document.Field, path string) (pod fargate.Pod, ok bool, err error) {
	way, ok := templates[kind]
	if !ok {
		return pod, false, nil
	}
	version, err := document.AsText(document.Get(fields, "apiVersion"), join(path, "apiVersion"))
	if err != nil {
		return pod, false, err
	}
	if foreign(version) {
		return pod, false, nil
	}
	var errs Errors
	meta, err := metadata(fields, path)
	errs.Add(err)
	of := meta
	if len(way) > 0 {
		template, at, err := follow(fields, path, way)
		errs.Add(err)
		if err == nil {
			of, err = metadata(template, at)
			errs.Add(err)
		}
	}
	return fargate.Pod{
		Kind: kind, Name: meta.name, Namespace: meta.namespace,
		Labels: of.labels, Annotations: of.annotations,
	}, true, errs.OrNil()
}

// foreign tells whether a kind of this version belongs to somebody else, who only uses the same word:
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

// metadata takes the metadata of an object or a template.
func metadata(fields []document.Field, path string) (objectMeta, error) {
	path = join(path, "metadata")
	var m objectMeta
	fields, err := document.AsFields(document.Get(fields, "metadata"), path)
	if err != nil {
		return m, err
	}
	var errs Errors
	text := func(key string) string {
		s, err := document.AsText(document.Get(fields, key), join(path, key))
		errs.Add(err)
		return s
	}
	texts := func(key string) map[string]string {
		t, err := document.AsTextMap(document.Get(fields, key), join(path, key))
		errs.Add(err)
		return t
	}
	m.namespace = text("namespace")
	if m.name = text("name"); m.name == "" {
		m.name = text("generateName")
	}
	m.labels, m.annotations = texts("labels"), texts("annotations")
	return m, errs.OrNil()
}
