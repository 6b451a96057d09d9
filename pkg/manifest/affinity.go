package manifest

// This file takes from a pod's spec where it wants to be scheduled.

import (
	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/internal/document"
)

// The keys of the two strengths that affinity has.
const (
	required  = "requiredDuringSchedulingIgnoredDuringExecution"
	preferred = "preferredDuringSchedulingIgnoredDuringExecution"
)

func (d *decoder) affinity(v document.Value, path func() string) *fargate.Affinity {
	if v.Kind() == document.Null {
		return nil
	}
	a := &fargate.Affinity{}
	d.fields(v, path, func(key string, v document.Value) {
		at := under(path, key)
		switch key {
		case "nodeAffinity":
			d.fields(v, at, func(key string, v document.Value) {
				if key == required {
					a.NodeAffinity = &fargate.NodeAffinity{Required: d.nodeSelector(v, under(at, key))}
				}
			})
		case "podAffinity":
			a.PodAffinity = d.podAffinity(v, at)
		case "podAntiAffinity":
			a.PodAntiAffinity = d.podAffinity(v, at)
		}
	})
	return a
}

func (d *decoder) nodeSelector(v document.Value, path func() string) *fargate.NodeSelector {
	if v.Kind() == document.Null {
		return nil
	}
	s := &fargate.NodeSelector{}
	d.fields(v, path, func(key string, v document.Value) {
		if key != "nodeSelectorTerms" {
			return
		}
		d.items(v, under(path, key), func(_ int, v document.Value, path func() string) {
			var term fargate.NodeTerm
			d.fields(v, path, func(key string, v document.Value) {
				switch key {
				case "matchExpressions":
					term.Expressions = d.requirements(v, under(path, key))
				case "matchFields":
					term.Fields = d.requirements(v, under(path, key))
				}
			})
			s.Terms = append(s.Terms, term)
		})
	})
	return s
}

func (d *decoder) requirements(v document.Value, path func() string) (out []fargate.NodeRequirement) {
	d.items(v, path, func(_ int, v document.Value, path func() string) {
		var r fargate.NodeRequirement
		d.fields(v, path, func(key string, v document.Value) {
			at := under(path, key)
			switch key {
			case "key":
				r.Key = d.text(v, at)
			case "operator":
				r.Operator = d.text(v, at)
			case "values":
				d.items(v, at, func(_ int, v document.Value, at func() string) { r.Values = append(r.Values, d.text(v, at)) })
			}
		})
		out = append(out, r)
	})
	return out
}

func (d *decoder) podAffinity(v document.Value, path func() string) *fargate.PodAffinity {
	if v.Kind() == document.Null {
		return nil
	}
	a := &fargate.PodAffinity{}
	d.fields(v, path, func(key string, v document.Value) {
		at := under(path, key)
		switch key {
		case required:
			d.items(v, at, func(_ int, v document.Value, at func() string) { a.Required = append(a.Required, d.podTerm(v, at)) })
		case preferred:
			d.items(v, at, func(_ int, v document.Value, at func() string) {
				var term fargate.WeightedPodAffinityTerm
				d.fields(v, at, func(key string, v document.Value) {
					if key == "podAffinityTerm" {
						term.Term = d.podTerm(v, under(at, key))
					}
				})
				a.Preferred = append(a.Preferred, term)
			})
		}
	})
	return a
}

func (d *decoder) podTerm(v document.Value, path func() string) (t fargate.PodAffinityTerm) {
	d.fields(v, path, func(key string, v document.Value) {
		if key == "topologyKey" {
			t.TopologyKey = d.text(v, under(path, key))
		}
	})
	return t
}

func (d *decoder) spread(v document.Value, path func() string) (s fargate.TopologySpreadConstraint) {
	d.fields(v, path, func(key string, v document.Value) {
		switch key {
		case "topologyKey":
			s.TopologyKey = d.text(v, under(path, key))
		case "whenUnsatisfiable":
			s.WhenUnsatisfiable = d.text(v, under(path, key))
		}
	})
	return s
}
