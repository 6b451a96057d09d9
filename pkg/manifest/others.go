package manifest

// Objects that make no pods and decide about them.

import (
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// Object is an object of a kind that Options.Others names.
type Object struct {
	// Group is its API group; empty for the core one.
	Group, Kind, Namespace, Name string
	Labels, Annotations          map[string]string
	object                       *object
}

func (o Object) name() kube.ObjectName { return kube.ObjectName{Namespace: o.Namespace, Name: o.Name} }

// Decode reads the object, or its field (such as spec), into a type of Kubernetes' own, which out points to. All faults
// of the parts that the type has are returned together, with their places.
func (o Object) Decode(field string, out any) error {
	if field != "" {
		o.object.decode(field, out)
	} else {
		o.object.errs.Add(document.Decode(o.object.value, o.object.path, out, o.object.types()))
	}
	for _, b := range o.object.bad {
		o.object.fault(b.Path, " is %q, which is no quantity: %v", document.Shorten(b.Text), b.Fault)
	}
	err := o.object.faults()
	o.object.errs, o.object.bad = nil, nil
	return err
}

// other returns an object of a kind that is asked for; nil for any other.
func (m *reader[T]) other(o *object, group string) (*Object, error) {
	if m.opts.Others[o.kind] == nil {
		return nil, nil
	}
	var meta objectMeta
	o.decode("metadata", &meta)
	if meta.Namespace == "" {
		meta.Namespace = m.opts.Namespace
	}
	return &Object{
		Group: group, Kind: o.kind, Namespace: meta.Namespace, Name: meta.Name, Labels: meta.Labels,
		Annotations: meta.Annotations, object: o,
	}, o.faults()
}
