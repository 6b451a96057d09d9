package profilefile

// This file holds what the FargateProfile kinds of controllers that make AWS resources from objects of
// Kubernetes have in common.

import (
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/document"
)

// profileKind is what all of them call a profile.
const profileKind = "FargateProfile"

// knownVersion is a fault where an object has another version of its kind than those known.
func knownVersion(fields []document.Field, known []string) error {
	v := document.Get(fields, "apiVersion")
	group, version, _ := strings.Cut(scalar(v), "/")
	if slices.Contains(known, version) {
		return nil
	}
	return document.At(v.Line(), "apiVersion is %q; fgctl knows %s", scalar(v), group+"/"+strings.Join(known, ", "+group+"/"))
}

// parts gives the fields of parts of an object, and keeps their faults.
func parts(errs *Errors, fields []document.Field, path string, names ...string) [][]document.Field {
	out := make([][]document.Field, len(names))
	told := map[string]bool{} // several parts may lie in one that is wrong
	for i, name := range names {
		at, from := path, fields
		for step := range strings.SplitSeq(name, ".") {
			at = join(at, step)
			next, err := document.AsFields(document.Get(from, step), at)
			if err != nil && !told[at] {
				told[at] = true
				errs.Add(err)
			}
			from = next
		}
		out[i] = from
	}
	return out
}

// noMisspelling is the fault of the word that the other controllers have for the list of selectors:
// Kubernetes would drop it, and a profile without selectors takes no pod.
func noMisspelling(fields []document.Field, path, wanted string) error {
	for _, f := range fields {
		if (f.Key == "selector" || f.Key == "selectors") && f.Key != wanted {
			return document.At(f.Line, "%s: unknown key %q; did you mean %s?", path, f.Key, wanted)
		}
	}
	return nil
}
