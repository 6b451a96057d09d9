package cli

// This file holds what replace does about tags: the only part of a profile that can change in place.

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

// checkTags judges whether the successor can carry the tags of the original besides those of the replacement,
// and names those that it cannot have.
func (r *replacement) checkTags(original, successor fargate.Profile) error {
	tags := lifecycle.Intended(successor, original, r.opts.keepName).Tags
	own := len(lifecycle.WithoutIntent(successor.Tags))
	if n := len(tags); n > fargate.MaxTags {
		return &refusedError{fmt.Errorf("the successor has %d tags, and a replacement adds %d of its own; AWS takes at most %d, so remove %d from profile %s first: %s; nothing was changed",
			own, n-own, fargate.MaxTags, n-fargate.MaxTags, original.Name,
			shellCommand("aws", "eks", "untag-resource", "--resource-arn", original.ARN, "--tag-keys")+" KEY...")}
	}
	users, left := fargate.OwnTags(original.Tags), []string{}
	for _, key := range slices.Sorted(maps.Keys(original.Tags)) {
		if _, is := users[key]; !is {
			left = append(left, key)
		}
	}
	if len(left) > 0 {
		r.warn("the successor cannot have the tags %s, which are AWS's own; what manages %s by them will not know it", strings.Join(left, ", "), original.Name)
	}
	return nil
}

func onlyTags(differences []fargate.Difference) bool {
	return len(differences) > 0 && !slices.ContainsFunc(differences, func(d fargate.Difference) bool {
		return !strings.HasPrefix(d.Field, "tags.")
	})
}

// retag changes tags in place; they are the only part of a profile that can change.
func (r *replacement) retag(ctx context.Context, original, wanted fargate.Profile) error {
	all := maps.Clone(original.Tags)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, wanted.Tags)
	if faults := fargate.ValidateTags(fargate.OwnTags(all)); len(faults) > 0 {
		return faults
	}
	r.info("only tags differ; they are changed in place, without a replacement")
	if r.opts.dryRun {
		plan := newPlan(r.cluster, "tag")
		plan.Steps = []planStep{{Action: "tag", Profile: original.Name}}
		for _, d := range fargate.Differences(original, wanted) {
			plan.Differences = append(plan.Differences, d.String())
		}
		return r.printPlan(plan, r.opts.output)
	}
	changed := maps.Clone(wanted.Tags)
	maps.DeleteFunc(changed, func(k, v string) bool { had, has := original.Tags[k]; return has && had == v })
	if err := r.client.TagProfile(ctx, original.ARN, changed); err != nil {
		return err
	}
	original.Tags = all
	return r.showProfiles(r.opts.output, []fargate.Profile{original}, []string{"profile " + original.Name + " has its new tags"})
}
