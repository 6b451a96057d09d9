package manifest

// This file takes from a pod's spec what the rules of package fargate look at; everything else is passed
// over unread.

import (
	"fmt"
	"slices"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// decoder gathers the faults of one object, so that all are told together.
type decoder struct{ errs Errors }

// faults returns what is wrong in the order of the lines.
func (d *decoder) faults() error {
	slices.SortStableFunc(d.errs, func(a, b *Error) int { return a.Line - b.Line })
	return d.errs.OrNil()
}

// fields walks over a mapping; null and absent values are empty. take gets every field.
func (d *decoder) fields(v document.Value, path func() string, take func(key string, v document.Value)) {
	if v == nil {
		return
	}
	kind := v.Kind()
	if kind == document.Null {
		return
	}
	if kind != document.Mapping {
		_, err := document.AsFields(v, path())
		d.errs.Add(err)
		return
	}
	fields, err := v.Fields()
	if err != nil {
		d.errs.Add(err)
		return
	}
	for i := range fields {
		take(fields[i].Key, fields[i].Value)
	}
}

// items walks over a list.
func (d *decoder) items(v document.Value, path func() string, take func(i int, v document.Value, at func() string)) {
	items, err := asItems(v, path)
	if err != nil {
		d.errs.Add(err)
		return
	}
	if len(items) > maxElements {
		d.errs.Add(document.At(v.Line(), "%s has %d elements; fgctl reads at most %d", path(), len(items), maxElements))
		return
	}
	for i, item := range items {
		take(i, item, func() string { return fmt.Sprintf("%s[%d]", path(), i) })
	}
}

func asItems(v document.Value, path func() string) ([]document.Value, error) {
	if v == nil || v.Kind() == document.List {
		if v == nil {
			return nil, nil
		}
		return v.Items()
	}
	return document.AsItems(v, path())
}

// text reads a text; null is empty.
func (d *decoder) text(v document.Value, path func() string) string {
	if v.Kind() == document.Text {
		return v.Text()
	}
	s, err := document.AsText(v, path())
	d.errs.Add(err)
	return s
}

// amount reads a quantity, which may be written as a number.
func (d *decoder) amount(v document.Value, path func() string) string {
	return scalar(d, v, path, document.AsQuantity)
}

// flag reads a boolean; null is false.
func (d *decoder) flag(v document.Value, path func() string) bool {
	return scalar(d, v, path, document.AsBool)
}

// number reads a whole number; null is 0.
func (d *decoder) number(v document.Value, path func() string) int {
	return scalar(d, v, path, document.AsInt)
}

// scalar reads a value; the path is only made for an error.
func scalar[T any](d *decoder, v document.Value, path func() string, as func(document.Value, string) (T, error)) T {
	out, err := as(v, "")
	if err != nil {
		_, err = as(v, path())
		d.errs.Add(err)
	}
	return out
}

// under returns the path of a field.
func under(path func() string, key string) func() string {
	return func() string { return path() + "." + key }
}

// spec reads a pod's spec.
func (d *decoder) spec(v document.Value, path func() string) (s fargate.PodSpec) {
	d.fields(v, path, func(key string, v document.Value) {
		at := under(path, key)
		switch key {
		case "containers":
			s.Containers = d.containers(v, at)
		case "initContainers":
			s.InitContainers = d.containers(v, at)
		case "volumes":
			d.items(v, at, func(_ int, v document.Value, at func() string) { s.Volumes = append(s.Volumes, d.volume(v, at)) })
		case "nodeSelector":
			s.NodeSelector = d.texts(v, at)
		case "affinity":
			s.Affinity = d.affinity(v, at)
		case "topologySpreadConstraints":
			d.items(v, at, func(_ int, v document.Value, at func() string) {
				s.TopologySpreadConstraints = append(s.TopologySpreadConstraints, d.spread(v, at))
			})
		case "schedulerName":
			s.SchedulerName = d.text(v, at)
		case "hostNetwork":
			s.HostNetwork = d.flag(v, at)
		case "hostPID":
			s.HostPID = d.flag(v, at)
		case "hostIPC":
			s.HostIPC = d.flag(v, at)
		case "runtimeClassName":
			s.RuntimeClassName = d.text(v, at)
		case "overhead":
			s.Overhead = d.amounts(v, at)
		case "resources":
			if v.Kind() != document.Null {
				r := d.resources(v, at)
				s.Resources = &r
			}
		case "os":
			d.fields(v, at, func(key string, v document.Value) {
				if key == "name" {
					s.OS = &fargate.PodOS{Name: d.text(v, under(at, key))}
				}
			})
		case "securityContext":
			d.fields(v, at, func(key string, v document.Value) {
				if key == "windowsOptions" {
					s.SecurityContext = &fargate.PodSecurityContext{WindowsOptions: d.windows(v, under(at, key))}
				}
			})
		}
	})
	return s
}

func (d *decoder) containers(v document.Value, path func() string) (out []fargate.Container) {
	d.items(v, path, func(_ int, v document.Value, path func() string) {
		var c fargate.Container
		d.fields(v, path, func(key string, v document.Value) {
			at := under(path, key)
			switch key {
			case "name":
				c.Name = d.text(v, at)
			case "resources":
				c.Resources = d.resources(v, at)
			case "ports":
				d.items(v, at, func(_ int, v document.Value, at func() string) { c.Ports = append(c.Ports, d.port(v, at)) })
			case "securityContext":
				c.SecurityContext = d.security(v, at)
			case "volumeDevices":
				d.items(v, at, func(_ int, v document.Value, at func() string) {
					device := fargate.VolumeDevice{}
					d.fields(v, at, func(key string, v document.Value) {
						if key == "name" {
							device.Name = d.text(v, under(at, key))
						}
					})
					c.VolumeDevices = append(c.VolumeDevices, device)
				})
			case "restartPolicy":
				c.RestartPolicy = d.text(v, at)
			}
		})
		out = append(out, c)
	})
	return out
}

func (d *decoder) resources(v document.Value, path func() string) (r fargate.Resources) {
	d.fields(v, path, func(key string, v document.Value) {
		switch key {
		case "requests":
			r.Requests = d.amounts(v, under(path, key))
		case "limits":
			r.Limits = d.amounts(v, under(path, key))
		}
	})
	return r
}

func (d *decoder) amounts(v document.Value, path func() string) fargate.ResourceList {
	var out fargate.ResourceList
	d.fields(v, path, func(key string, v document.Value) {
		if out == nil {
			out = fargate.ResourceList{}
		}
		out[key] = d.amount(v, func() string { return path() + "[" + document.Shorten(key) + "]" })
	})
	return out
}

func (d *decoder) texts(v document.Value, path func() string) map[string]string {
	var out map[string]string
	d.fields(v, path, func(key string, v document.Value) {
		if out == nil {
			out = map[string]string{}
		}
		out[key] = d.text(v, func() string { return path() + "[" + document.Shorten(key) + "]" })
	})
	return out
}

func (d *decoder) port(v document.Value, path func() string) (p fargate.ContainerPort) {
	d.fields(v, path, func(key string, v document.Value) {
		at := under(path, key)
		switch key {
		case "containerPort":
			p.ContainerPort = d.number(v, at)
		case "hostPort":
			p.HostPort = d.number(v, at)
		case "hostIP":
			p.HostIP = d.text(v, at)
		}
	})
	return p
}

func (d *decoder) security(v document.Value, path func() string) *fargate.SecurityContext {
	if v.Kind() == document.Null {
		return nil
	}
	var s fargate.SecurityContext
	d.fields(v, path, func(key string, v document.Value) {
		at := under(path, key)
		switch key {
		case "privileged":
			s.Privileged = d.flag(v, at)
		case "allowPrivilegeEscalation":
			if v.Kind() != document.Null {
				allowed := d.flag(v, at)
				s.AllowPrivilegeEscalation = &allowed
			}
		case "capabilities":
			d.fields(v, at, func(key string, v document.Value) {
				if key != "add" {
					return
				}
				s.Capabilities = &fargate.Capabilities{}
				d.items(v, under(at, key), func(_ int, v document.Value, at func() string) {
					s.Capabilities.Add = append(s.Capabilities.Add, d.text(v, at))
				})
			})
		case "windowsOptions":
			s.WindowsOptions = d.windows(v, at)
		}
	})
	return &s
}

func (d *decoder) windows(v document.Value, path func() string) *fargate.WindowsOptions {
	if v.Kind() == document.Null {
		return nil
	}
	w := &fargate.WindowsOptions{}
	d.fields(v, path, func(key string, v document.Value) {
		if key == "hostProcess" {
			w.HostProcess = d.flag(v, under(path, key))
		}
	})
	return w
}

// volume reads a volume: its name, and the one key beside it, which is the kind of its source.
func (d *decoder) volume(v document.Value, path func() string) (out fargate.Volume) {
	d.fields(v, path, func(key string, v document.Value) {
		at := under(path, key)
		switch {
		case key == "name":
			out.Name = d.text(v, at)
			return
		case v.Kind() == document.Null:
			return
		}
		out.Kind = key
		d.fields(v, at, func(inner string, v document.Value) {
			switch {
			case key == "persistentVolumeClaim" && inner == "claimName":
				out.Claim = d.text(v, under(at, inner))
			case key == "csi" && inner == "driver":
				out.Driver = d.text(v, under(at, inner))
			}
		})
	})
	return out
}
