package kube

import (
	"strconv"
	"strings"
)

// Field returns the place of a field of the pod's spec.
func (p Pod) Field(name string) string { return p.SpecPath + "." + name }

// LineAt returns the line of a place, 0 where unknown.
func (p Pod) LineAt(path string) int {
	if p.LineOf == nil {
		return 0
	}
	return p.LineOf(path)
}

// Index returns the place of an element of a list.
func Index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// KeyPath appends a key of a mapping to a path; a key that a dotted path could not tell apart is in
// brackets.
func KeyPath(path, key string) string {
	if strings.ContainsAny(key, "./") {
		return path + "[" + key + "]"
	}
	return path + "." + key
}
