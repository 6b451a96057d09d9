package kube

// Objects with the same name in several files, such as one for each environment.

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/labels"
)

// near is what several files say of the same objects.
type near struct {
	files []file
	// first is the file that has an object first, twice has the files of those that others have too.
	first map[objectKey]int
	twice map[int]bool
	mu    sync.Mutex
	views map[string]*Objects
}

type file struct {
	source  string
	objects *Objects
}

type objectKey struct {
	kind string
	name ObjectName
}

// AddFile notes what a file has.
func (o *Objects) AddFile(source string, of *Objects) {
	n, own := &o.near, len(o.near.files)
	n.files = append(n.files, file{source, of})
	if n.first == nil {
		n.first, n.twice, n.views = map[objectKey]int{}, map[int]bool{}, map[string]*Objects{}
	}
	for _, key := range of.keys() {
		if i, known := n.first[key]; known {
			n.twice[i], n.twice[own] = true, true
		} else {
			n.first[key] = own
		}
	}
	o.lay([]*Objects{of})
	o.layLast(of)
	for pod, texts := range of.reports {
		for _, text := range texts {
			o.AddReport(pod, text)
		}
	}
	o.AddLogging(of.logging)
}

// keys are the objects of which Near chooses.
func (o *Objects) keys() []objectKey {
	out := slices.Concat(keysOf("claim", o.claims), keysOf("range", o.ranges), keysOf("service", o.services),
		keysOf("account", o.accounts), keysOf("policy", o.policies), slices.Collect(maps.Keys(o.routes)))
	for name := range o.volumes {
		out = append(out, objectKey{"volume", ObjectName{Name: name}})
	}
	for name := range o.classes {
		out = append(out, objectKey{"class", ObjectName{Name: name}})
	}
	for name := range o.inline {
		out = append(out, objectKey{"driver", ObjectName{Name: name}})
	}
	return out
}

func keysOf[V any](kind string, of map[ObjectName]V) []objectKey {
	out := make([]objectKey, 0, len(of))
	for name := range of {
		out = append(out, objectKey{kind, name})
	}
	return out
}

// Near returns the objects as they decide about the pods of a file: of those with the same name its own, else those of
// the nearest directory. Where several are as near and differ, none decides, but of Services, their routes and
// SecurityGroupPolicies the last, so that a warning stays.
func (o *Objects) Near(source string) *Objects {
	if o == nil || len(o.near.twice) == 0 {
		return o
	}
	o.near.mu.Lock()
	defer o.near.mu.Unlock()
	groups := map[int][]*Objects{}
	var key strings.Builder
	for i, f := range o.near.files {
		if o.near.twice[i] {
			depth := nearness(source, f.source)
			groups[depth] = append(groups[depth], f.objects)
			fmt.Fprint(&key, depth, ",")
		}
	}
	if view := o.near.views[key.String()]; view != nil {
		return view
	}
	view := &Objects{facts: o.facts}
	view.claims, view.volumes, view.classes = maps.Clone(o.claims), maps.Clone(o.volumes), maps.Clone(o.classes)
	view.ranges, view.accounts, view.inline = maps.Clone(o.ranges), maps.Clone(o.accounts), maps.Clone(o.inline)
	view.services, view.routes, view.policies = maps.Clone(o.services), maps.Clone(o.routes), maps.Clone(o.policies)
	for _, depth := range slices.Sorted(maps.Keys(groups)) {
		view.lay(groups[depth])
		for _, x := range groups[depth] {
			view.layLast(x)
		}
	}
	o.near.views[key.String()] = view
	return view
}

// nearness is the greater the nearer two files are.
func nearness(a, b string) int {
	if a == b {
		return len(a) + 1
	}
	a, b = filepath.Dir(a), filepath.Dir(b)
	shared := 0
	for i := 0; i <= len(a) && i <= len(b); i++ {
		endA, endB := i == len(a) || a[i] == filepath.Separator, i == len(b) || b[i] == filepath.Separator
		if endA && endB {
			shared = i + 1
		}
		if i == len(a) || i == len(b) || a[i] != b[i] {
			break
		}
	}
	return shared
}

// lay puts the objects of files that are as near over those that are there.
func (o *Objects) lay(group []*Objects) {
	layOf(&o.claims, group, func(x *Objects) map[ObjectName]Claim { return x.claims })
	layOf(&o.volumes, group, func(x *Objects) map[string]Volume { return x.volumes })
	layOf(&o.classes, group, func(x *Objects) map[string]class { return x.classes })
	layOf(&o.ranges, group, func(x *Objects) map[ObjectName]limitRange { return x.ranges })
	layOf(&o.accounts, group, func(x *Objects) map[ObjectName]labels.Set { return x.accounts })
	layOf(&o.inline, group, func(x *Objects) map[string]bool { return x.inline })
}

// layLast puts objects over those that are there, whatever these say.
func (o *Objects) layLast(x *Objects) {
	lay(&o.services, x.services)
	lay(&o.routes, x.routes)
	lay(&o.policies, x.policies)
}

func layOf[K comparable, V any](into *map[K]V, group []*Objects, of func(*Objects) map[K]V) {
	all := make([]map[K]V, len(group))
	for i, x := range group {
		all[i] = of(x)
	}
	lay(into, all...)
}

// lay sets what one map has, or several alike; where several differ, there is nothing.
func lay[K comparable, V any](into *map[K]V, group ...map[K]V) {
	chosen, torn := map[K]V{}, map[K]bool{}
	for _, m := range group {
		for k, v := range m {
			if other, known := chosen[k]; known && !reflect.DeepEqual(v, other) {
				torn[k] = true
			}
			chosen[k] = v
		}
	}
	for k, v := range chosen {
		if torn[k] {
			delete(*into, k)
		} else {
			put(into, k, v)
		}
	}
}
