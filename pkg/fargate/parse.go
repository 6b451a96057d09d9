package fargate

import (
	"fmt"
	"strings"
)

// ParseSelector reads the form of --selector: namespace=web,app=api,tier=*. The key namespace names
// the namespace, all others are labels. Field names the flag in faults. The error is a Faults with
// everything that is wrong with the form; whether EKS takes the selector is Validate's business.
func ParseSelector(field, text string) (Selector, error) {
	pairs, faults := parsePairs(field, text)
	s := Selector{}
	for _, p := range pairs {
		if p.key == "namespace" {
			s.Namespace = p.value
			continue
		}
		if s.Labels == nil {
			s.Labels = map[string]string{}
		}
		s.Labels[p.key] = p.value
	}
	if s.Namespace == "" {
		faults.add(Fault{Field: field, Value: text, Hint: "write namespace=NAME or namespace=NAME,KEY=VALUE"},
			"%q has no namespace", text)
	}
	return s, faults.OrNil()
}

// ParsePairs reads key=value,key=value, the form of --labels and --tags. Field names the flag in
// faults. A repeated key is a fault, never a silent choice.
func ParsePairs(field, text string) (map[string]string, error) {
	pairs, faults := parsePairs(field, text)
	if len(pairs) == 0 {
		return nil, faults.OrNil()
	}
	out := make(map[string]string, len(pairs))
	for _, p := range pairs {
		out[p.key] = p.value
	}
	return out, faults.OrNil()
}

type pair struct{ key, value string }

func parsePairs(field, text string) ([]pair, Faults) {
	var out []pair
	var faults Faults
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		key, value, found := strings.Cut(part, "=")
		switch {
		case part == "" && strings.TrimSpace(text) == "":
		case !found || key == "":
			where := fmt.Sprintf(" in %q", text)
			if part == text {
				where = ""
			}
			faults.add(Fault{Field: field, Value: part, Hint: "separate pairs by commas"}, "%q%s is not KEY=VALUE", part, where)
		case seen[key]:
			faults.add(Fault{Field: field, Value: key, Hint: "keep one"}, "%q names %s twice", text, key)
		default:
			seen[key] = true
			out = append(out, pair{key, value})
		}
	}
	return out, faults
}
