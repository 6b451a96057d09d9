package lifecycle

import (
	"maps"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
)

// retagged returns the profile with the tags that are wanted besides its own, and those of them that it does not have
// yet: tags are the only part of a profile that can change in place.
func retagged(p, wanted fargate.Profile) (after fargate.Profile, changed map[string]string) {
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
