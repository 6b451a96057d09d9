package cli

// This file holds what tells whether a run of replace asks for the same as an earlier one.

import (
	"fmt"
	"strings"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/lifecycle"
)

// madeRole reports whether the profile has the role that --create-pod-execution-role makes for its cluster.
func madeRole(p fargate.Profile) bool {
	arn := strings.Split(p.ARN, ":")
	if len(arn) < 4 {
		return false
	}
	return strings.HasSuffix(p.PodExecutionRoleARN, ":role/"+lifecycle.RoleName(p.Cluster, arn[3]))
}

// successorOf applies the change to the original, whose tags of an earlier replacement are the past.
func (r *replacement) successorOf(original fargate.Profile) (fargate.Profile, error) {
	original.Tags = lifecycle.WithoutIntent(original.Tags)
	p, faults := r.change.Successor(original)
	return p, faults.OrNil()
}

// renewed reports whether the profile was made by a replacement that kept its name, and is as the change wants it.
func (r *replacement) renewed(p fargate.Profile) bool {
	return p.Tags[lifecycle.TagReplaces] == p.Name && r.change.Contradiction(p) == "" && len(fargate.Differences(p, r.change.Wanted)) == 0
}

// doneBefore refuses to do once more what an earlier run did with an earlier profile of the name, or began to: the
// one that has the name now is somebody else's. --new-name tells that it is meant, and so does --keep-name, which
// leaves other traces.
func (r *replacement) doneBefore(original, successor fargate.Profile) error {
	if r.opts.newName != "" || r.opts.keepName {
		return nil
	}
	// What the flags name is telling; what the successor inherits is that of another original.
	wanted := r.change.Wanted
	if len(wanted.Selectors)+len(wanted.Subnets)+len(r.change.Add) == 0 && wanted.PodExecutionRoleARN == "" {
		wanted = successor
	}
	wanted.Tags = nil
	for _, e := range r.situation.Earlier {
		if r.change.Contradiction(e) != "" || len(fargate.Differences(e, wanted)) > 0 {
			continue
		}
		return &refusedError{fmt.Errorf("profile %s is what is asked for, and it replaces an earlier profile %s; the one of that name now (%s) was made since then, perhaps by somebody else; nothing was changed\n"+
			"to replace it all the same, give a --new-name; to delete it: %s",
			e.Name, original.Name, original.ARN, r.commandOn(r.cluster, "", "delete", fargateprofile, original.Name))}
	}
	return nil
}
