package decision

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// The tags of a successor, by which a run killed at any point can be finished or undone by another. They stay when the
// replacement is done, as a record of where it came from.
const (
	// TagPrefix begins every tag that fgctl writes for itself.
	TagPrefix = "fgctl:"
	// TagReplaces is the name of the original.
	TagReplaces = TagPrefix + "replaces"
	// TagReplacesID is the last element of the original's ARN, by which it differs from a profile that was
	// re-created under the same name. The whole ARN could be longer than a tag's value may be.
	TagReplacesID = TagPrefix + "replaces-id"
	// TagSpec is specHash of what was asked for.
	TagSpec = TagPrefix + "spec"
	// TagTemporary is "true" on the profile that stands in while a replacement keeps the name.
	TagTemporary = TagPrefix + "temporary"
	// TagFirst is on a profile that replaced another successor: the name with which that began, by which web is found
	// where it lives as web-3 and web-2 is gone.
	TagFirst = TagPrefix + "first"
	// TagApplied is on a profile that apply made or adopted: the name that it has in the file. Successors inherit it, so
	// that web of the file is found where it lives as web-3.
	TagApplied = TagPrefix + "applied"
)

// WithoutIntent returns the tags that a user gave: neither fgctl's own nor AWS's.
func WithoutIntent(tags map[string]string) map[string]string {
	out := fargate.OwnTags(tags)
	maps.DeleteFunc(out, func(k, _ string) bool { return strings.HasPrefix(k, TagPrefix) })
	return out
}

// OwnTags returns the tags that fgctl wrote for itself.
func OwnTags(tags map[string]string) map[string]string {
	out := maps.Clone(tags)
	maps.DeleteFunc(out, func(k, _ string) bool { return !strings.HasPrefix(k, TagPrefix) })
	return out
}

// inherited returns the tags that a successor has of its original: the user's, what it is in a file, and where it comes
// from.
func inherited(tags map[string]string) map[string]string {
	out := WithoutIntent(tags)
	for _, key := range []string{TagApplied, TagFirst} {
		if name := tags[key]; name != "" {
			out[key] = name
		}
	}
	return out
}

// firstOf returns the name with which the replacements began that a profile came from; it is empty where that is its
// own.
func firstOf(p fargate.Profile) string {
	if first := cmp.Or(p.Tags[TagFirst], p.Tags[TagReplaces]); first != p.Name {
		return first
	}
	return ""
}

// specHash identifies what a profile is but for its name: selectors, role, subnets and the user's tags.
func specHash(p fargate.Profile) string {
	lines := make([]string, 0, len(p.Selectors)+len(p.Subnets)+len(p.Tags)+1)
	for _, s := range p.Selectors {
		lines = append(lines, "selector "+s.String())
	}
	for _, s := range p.Subnets {
		lines = append(lines, "subnet "+s)
	}
	for k, v := range WithoutIntent(p.Tags) {
		lines = append(lines, fmt.Sprintf("tag %q %q", k, v))
	}
	lines = append(lines, "role "+p.PodExecutionRoleARN)
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:8])
}

// WithIntent returns the profile with the tags that say what it replaces.
func WithIntent(p fargate.Profile, original, id string, temporary bool) fargate.Profile {
	p = p.Clone()
	hash := specHash(p)
	p.Tags = inherited(p.Tags)
	p.Tags[TagReplaces] = original
	p.Tags[TagReplacesID] = id
	p.Tags[TagSpec] = hash
	if temporary {
		p.Tags[TagTemporary] = "true"
	}
	return p
}

// Replaces reports whether the profile was made to replace this original, not another one of its name.
func Replaces(p, original fargate.Profile) bool {
	return p.Tags[TagReplaces] == original.Name && p.Tags[TagReplacesID] == ProfileID(original)
}

// ProfileID returns the last element of the profile's ARN.
func ProfileID(p fargate.Profile) string { return p.ARN[strings.LastIndex(p.ARN, "/")+1:] }

// Retagged returns the profile with the tags that are wanted besides its own, and those of them that it does not have
// yet: tags are the only part of a profile that can change in place.
func Retagged(p, wanted fargate.Profile) (after fargate.Profile, changed map[string]string) {
	after = p
	after.Tags = merged(p.Tags, wanted.Tags)
	changed = maps.Clone(wanted.Tags)
	maps.DeleteFunc(changed, func(k, v string) bool { had, has := p.Tags[k]; return has && had == v })
	return after, changed
}

func merged(tags, more map[string]string) map[string]string {
	all := make(map[string]string, len(tags)+len(more))
	maps.Copy(all, tags)
	maps.Copy(all, more)
	return all
}

// Lost returns the keys of the tags that a successor cannot have, as they are AWS's own, in order.
func Lost(original fargate.Profile) []string {
	lost := maps.Clone(original.Tags)
	for key := range fargate.OwnTags(original.Tags) {
		delete(lost, key)
	}
	return slices.Sorted(maps.Keys(lost))
}

func onlyTags(differences []fargate.Difference) bool {
	return len(differences) > 0 && !slices.ContainsFunc(differences, func(d fargate.Difference) bool {
		return !strings.HasPrefix(d.Field, "tags.")
	})
}

// TagFaults returns what fgctl's tags of a profile say that cannot be, each as a sentence about the profile: fgctl
// writes none of it, so somebody else copied, removed or changed tags.
func TagFaults(profiles []fargate.Profile, p fargate.Profile) []string {
	var out []string
	name, id, temporary := p.Tags[TagReplaces], p.Tags[TagReplacesID], p.Tags[TagTemporary] == "true"
	switch {
	case name != "" && name == p.Name && (id == "" || id == ProfileID(p)): // one that keeps its name has another's
		out = append(out, fmt.Sprintf("it replaces itself, by the tag %s", TagReplaces))
	case name != "" && id == "":
		out = append(out, fmt.Sprintf("it has the tag %s=%s without %s", TagReplaces, name, TagReplacesID))
	case name == "" && (temporary || id != ""):
		out = append(out, fmt.Sprintf("it has tags of a replacement without %s", TagReplaces))
	}
	if _, _, err := ReplacementBy(profiles, p); err != nil {
		out = append(out, err.Error())
	}
	if applied := p.Tags[TagApplied]; applied != "" {
		if _, err := LivesAs(profiles, Wish{Applied: applied}); err != nil && len(out) == 0 {
			out = append(out, err.Error())
		}
	}
	return out
}
