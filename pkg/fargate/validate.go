package fargate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/fargate/selector"
)

// The limits of the service. The quotas are defaults that AWS can raise for an account.
const (
	// MaxNameLength counts characters (refusal quoted in aws-cdk#8706).
	MaxNameLength = 100
	// MaxSelectors is quota L-D78D8AF8 (EKS User Guide, service quotas).
	MaxSelectors = 5
	// MaxLabels is quota L-23414FF3, label pairs per selector (EKS User Guide, service quotas).
	MaxLabels = 5
	// MaxProfiles is quota L-33415657, profiles per cluster (EKS User Guide, service quotas).
	MaxProfiles = 10
	// MaxTags bounds the tags of a profile (EKS API model, TagMap).
	MaxTags = 50
	// MaxTagKey and MaxTagValue bound a tag, in characters (EKS API model, TagKey and TagValue).
	MaxTagKey   = 128
	MaxTagValue = 256
	// ReservedPrefix may not begin a profile's name (refusal quoted in pulumi-eks#426).
	ReservedPrefix = "eks-"
	// KubeSystem is the namespace of the cluster's own pods, CoreDNS among them.
	KubeSystem = "kube-system"
)

// form returns a pattern that is compiled when it is first used: few commands need any.
func form(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

var (
	// The charset is EKS's own, from its refusal: "It should begin with letter or digit and can have any
	// of the following characters: the set of Unicode letters, digits, hyphens and underscores."
	nameForm = form(`^[\p{L}\p{N}][\p{L}\p{N}_-]*$`)
	roleForm = form(`^arn:[a-z][a-z0-9-]*:iam::[0-9]{12}:role/[\x21-\x7e]+$`)
	// Subnet ids are opaque but for their prefix.
	subnetForm = form(`^subnet-[0-9a-z]+$`)
	plainer    = strings.NewReplacer("*", "a", "?", "a")
)

// Validate returns every fault of a profile that EKS would refuse, and warnings for what it accepts but
// users regret. Role and subnets may be empty: their defaults are found later. Nothing is sent.
func Validate(p Profile) (faults, warnings Faults) {
	faults, warnings = ValidateSelectors(p.Selectors)
	faults = slices.Concat(ValidateName(p.Name), faults, validateRole(p.PodExecutionRoleARN), validateSubnets(p.Subnets),
		ValidateTags(p.Tags))
	if len(faults) == 0 && !CanPin(p.Name) {
		warnings.add(Fault{
			Code: "pin", Field: "name", Value: p.Name,
			Hint: "use at most 63 letters, digits, - and _, beginning and ending with a letter or digit",
		}, "EKS takes the name %q, but it cannot be the value of the pod label %s", p.Name, kube.ProfileLabel)
	}
	return faults, warnings
}

// ValidateName judges a profile's name (facts: name characters, length and reserved prefix as EKS
// refuses them).
func ValidateName(name string) Faults {
	if name == "" {
		return Faults{{
			Field: "name", Message: "the profile has no name", Hint: "give one as an argument or with --name",
		}}
	}
	out := ValidateNameForm(name)
	// Whether EKS minds the case is not known, so only the form it is known to refuse is refused here.
	if strings.HasPrefix(name, ReservedPrefix) {
		out.add(Fault{Field: "name", Value: name, Hint: "choose another prefix"},
			"the name %q begins with %q, which EKS reserves", name, ReservedPrefix)
	}
	return out
}

// ValidateNameForm judges the name of a profile that is to be there already: no profile can have it if its
// characters or its length are wrong, but EKS may have one of a reserved name.
func ValidateNameForm(name string) Faults {
	var out Faults
	if !nameForm().MatchString(name) {
		const hint = "begin with a letter or digit and use only letters, digits, hyphens and underscores"
		out.add(Fault{Field: "name", Value: name, Hint: hint}, "%q is not a profile name", name)
	}
	if n := utf8.RuneCountInString(name); n > MaxNameLength {
		out.add(Fault{Field: "name", Value: name, Hint: fmt.Sprintf("at most %d are allowed", MaxNameLength)},
			"the name %q has %d characters", name, n)
	}
	return out
}

// ValidateSelectors judges all selectors of a profile, alone and together.
func ValidateSelectors(selectors []Selector) (faults, warnings Faults) {
	switch n := len(selectors); {
	case n == 0:
		faults.add(Fault{
			Field: "selectors", Hint: "add --selector namespace=NAME, or in a file selectors: [{namespace: NAME}]",
		}, "the profile has no selector")
	case n > MaxSelectors:
		hint := fmt.Sprintf("EKS takes at most %d; wildcards (prod-*) can join several", MaxSelectors)
		faults.add(Fault{Field: "selectors", Hint: hint}, "the profile has %d selectors", n)
	}
	for i, s := range selectors {
		field := fmt.Sprintf("selectors[%d]", i)
		own := validateSelector(s).In(field)
		faults = append(faults, own...)
		if j := slices.IndexFunc(selectors[:i], s.Equal); j >= 0 {
			faults.add(Fault{Field: field, Value: s.String(), Hint: "remove one of them"},
				"%s is the same as selectors[%d]", s, j)
		}
		if len(own) == 0 && s.Namespace != KubeSystem && selector.Match(s.Namespace, KubeSystem) {
			warnings.add(Fault{
				Code: "system-pods", Field: field, Value: s.Namespace,
				Hint: "system pods that cannot run on Fargate would stay Pending; narrow the pattern unless you mean it",
			}, "the namespace %q takes pods of %s too", s.Namespace, KubeSystem)
		}
	}
	if len(faults) == 0 {
		warnings = append(warnings, redundant(selectors)...)
	}
	return faults, warnings
}

// redundant warns of selectors that others of the same profile already cover, one alone or several
// together.
func redundant(selectors []Selector) Faults {
	var out Faults
	for _, r := range Redundancies([]Profile{{Selectors: selectors}}) {
		if len(r.By) == 0 {
			continue
		}
		names := make([]string, len(r.By))
		for i, by := range r.By {
			names[i] = fmt.Sprintf("selectors[%d] (%s)", by.Index-1, by.Selector)
		}
		covers := strings.Join(names, " and ") + " together cover it"
		if len(names) == 1 {
			covers = names[0] + " covers it"
		}
		out.add(Fault{
			Code: "redundant", Field: fmt.Sprintf("selectors[%d]", r.Selector.Index-1), Value: r.Selector.Selector.String(),
			Hint: "remove it",
		}, "%s adds nothing: %s", r.Selector.Selector, covers)
	}
	return out
}

// valueForm is the form of a label's value, and of the name in its key.
const valueForm = "at most 63 letters, digits, -, _ and ., " + ends

const ends = "beginning and ending with a letter or digit; * and ? are wildcards"

func validateSelector(s Selector) Faults {
	out := validateNamespace(s.Namespace)
	if n := len(s.Labels); n > MaxLabels {
		out.add(Fault{Field: "labels", Hint: fmt.Sprintf("EKS takes at most %d", MaxLabels)},
			"the selector has %d label pairs", n)
	}
	for _, key := range s.LabelKeys() {
		// A wildcard may stand wherever a letter may, so the syntax is judged with letters in its place.
		if faults := validation.IsQualifiedName(plainer.Replace(key)); len(faults) > 0 {
			out.add(Fault{Field: "labels", Value: key, Hint: "use [prefix/]name as in Kubernetes, the name of " + valueForm},
				"%q is not a label key", key)
		}
		if value := s.Labels[key]; len(validation.IsValidLabelValue(plainer.Replace(value))) > 0 {
			out.add(Fault{Field: "labels", Value: value, Hint: "use " + valueForm},
				"%q is not a label value (of %s)", value, key)
		}
	}
	return out
}

// validateNamespace: a DNS-1123 label of at most 63 characters in which wildcards may stand anywhere.
func validateNamespace(namespace string) (out Faults) {
	if namespace == "" {
		out.add(Fault{Field: "namespace", Hint: "every selector needs one; * takes all namespaces"},
			"the selector has no namespace")
	} else if len(validation.IsDNS1123Label(plainer.Replace(namespace))) > 0 {
		const hint = "use at most 63 lower-case letters, digits and -, " + ends
		out.add(Fault{Field: "namespace", Value: namespace, Hint: hint}, "%q is not a namespace", namespace)
	}
	return out
}

func validateRole(arn string) (out Faults) {
	if arn != "" && !roleForm().MatchString(arn) {
		const hint = "it looks like arn:aws:iam::111122223333:role/NAME"
		out.add(Fault{Field: "podExecutionRoleARN", Value: arn, Hint: hint}, "%q is not the ARN of an IAM role", arn)
	}
	return out
}

func validateSubnets(subnets []string) (out Faults) {
	for i, s := range subnets {
		f := Fault{Field: fmt.Sprintf("subnets[%d]", i), Value: s}
		if !subnetForm().MatchString(s) {
			f.Hint = "it looks like subnet-0123456789abcdef0"
			out.add(f, "%q is not a subnet id", s)
		} else if slices.Contains(subnets[:i], s) {
			f.Hint = "remove one"
			out.add(f, "%s is named twice", s)
		}
	}
	return out
}

// ValidateTags judges AWS tags (EKS API model, TagMap; AWS General Reference, tag naming limits).
func ValidateTags(tags map[string]string) Faults {
	var out Faults
	fault := func(key, hint, format string, args ...any) {
		out.add(Fault{Field: "tags", Value: key, Hint: hint}, format, args...)
	}
	if len(tags) > MaxTags {
		fault("", fmt.Sprintf("AWS takes at most %d", MaxTags), "the profile has %d tags", len(tags))
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value := tags[key]
		if n := utf8.RuneCountInString(key); n == 0 || n > MaxTagKey {
			fault(key, fmt.Sprintf("1 to %d are allowed", MaxTagKey), "the tag key %q has %d characters", key, n)
		}
		if n := utf8.RuneCountInString(value); n > MaxTagValue {
			fault(key, fmt.Sprintf("at most %d are allowed", MaxTagValue), "the value of tag %q has %d characters", key, n)
		}
		if reserved(key) {
			fault(key, "choose another key", "the tag key %q begins with aws:, which AWS reserves", key)
		}
		if reserved(value) {
			fault(key, "choose another value", "the value %q of tag %q begins with aws:, which AWS reserves", value, key)
		}
	}
	return out
}

// OwnTags returns the tags that are not AWS's own. Those, as the stack's of CloudFormation, nobody else can set,
// and they do not count towards MaxTags (AWS General Reference, tag naming limits).
func OwnTags(tags map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range tags {
		if !reserved(k) {
			out[k] = v
		}
	}
	return out
}

func reserved(s string) bool { return len(s) >= 4 && strings.EqualFold(s[:4], "aws:") }
