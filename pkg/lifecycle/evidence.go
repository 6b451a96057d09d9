package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// absence is how long a profile must be missing from both DescribeFargateProfile and ListFargateProfiles before
// fgctl says that it is gone, where EKS has not confirmed its deletion. One answer is no evidence: it may show the
// time before a write, and a list may lack a profile.
const absence = 5 * time.Second

// readings are how many more have to agree with the first one within a grace period: several answers in a row may
// mislead.
const readings = 3

// find returns those of the named profiles that exist. The others are missing from reads of both kinds, and with
// certain have been for a grace period: then it may be said that there is nothing to delete.
func (r *Runner) find(ctx context.Context, cluster string, names []string, certain bool) ([]fargate.Profile, error) {
	wanted := make([]fargate.Profile, len(names))
	for i, name := range names {
		wanted[i] = fargate.Profile{Cluster: cluster, Name: name}
	}
	o := r.begin("looking for profiles of cluster " + cluster)
	return o.present(ctx, cluster, wanted, graceOf(certain))
}

// settled returns the cluster's profiles once two readings in a row agree on their names and ARNs; with certain, and
// where two did not agree, they have to for a grace period: then it may be said what there is not. First is a reading
// of just now.
func (r *Runner) settled(ctx context.Context, cluster string, first []fargate.Profile, certain bool,
) ([]fargate.Profile, error) {
	o := r.begin("reading the profiles of cluster " + cluster)
	for agreeing := 0; ; agreeing++ {
		switch {
		case agreeing == readings, agreeing > 0 && !certain:
			return first, nil
		case certain:
			o.asked = (absence + readings - 1) / readings
			if err := o.pause(ctx); err != nil {
				return nil, err
			}
		}
		again, err := o.readAll(ctx, cluster)
		if err != nil {
			return nil, err
		}
		if !slices.EqualFunc(first, again, sameProfile) {
			agreeing, certain = -1, true
		}
		first = again
	}
}

func graceOf(certain bool) time.Duration {
	if certain {
		return absence
	}
	return 0
}

func sameProfile(a, b fargate.Profile) bool { return a.Name == b.Name && a.ARN == b.ARN }

// gone reports whether the profile is gone: missing from reads of both kinds for the period, or its name taken by a
// later one. Otherwise it returns the profile as it is now.
func (o *operation) gone(ctx context.Context, p fargate.Profile, period time.Duration) (*fargate.Profile, error) {
	found, err := o.present(ctx, p.Cluster, []fargate.Profile{p}, period)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// present returns those of the profiles that exist, by their ARN where it is known. What reads of the two kinds say
// differently is looked at again; nothing is missing until they have agreed on it for the period, and after they have
// not, for the grace period.
func (o *operation) present(ctx context.Context, cluster string, wanted []fargate.Profile, period time.Duration,
) ([]fargate.Profile, error) {
	since := make([]time.Time, len(wanted)) // when both kinds first agreed that the profile is missing
	for {
		var found []fargate.Profile
		doubt := false
		names, listed, err := o.names(ctx, cluster)
		if err != nil {
			return nil, err
		}
		if !listed {
			period = absence // only time can confirm what one kind of read says
		}
		for i, p := range wanted {
			now, err := o.read(ctx, cluster, p.Name)
			switch {
			case err != nil:
				return nil, err
			case now != nil && !later(*now, p):
				found = append(found, *now)
				continue
			case listed && (now != nil) != slices.Contains(names, p.Name):
				since[i], period = time.Time{}, absence
			case since[i].IsZero():
				since[i] = o.Clock.Now()
			}
			doubt = doubt || since[i].IsZero() || o.Clock.Now().Sub(since[i]) < period
		}
		if !doubt {
			return found, nil
		}
		if err := o.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// later reports whether now is another profile than p, made under its name since. What is older than p is an answer
// from before p was made.
func later(now, p fargate.Profile) bool {
	return p.ARN != "" && now.ARN != p.ARN && !now.CreatedAt.Before(p.CreatedAt)
}

// names returns the names of the cluster's profiles. listed is false where there is no list:
// the caller may not read it, or the cluster is said to be gone.
func (o *operation) names(ctx context.Context, cluster string) (names []string, listed bool, err error) {
	listed = true
	names, err = ask(ctx, o, "cluster "+cluster, func() ([]string, error) {
		names, err := o.EKS.ProfileNames(ctx, cluster)
		if cloud.NoCluster(err) || cloud.ClassOf(err) == cloud.AccessDenied {
			listed = false
			return nil, nil
		}
		return names, err
	})
	return names, listed, err
}

// read looks at one profile; nil means that this answer knows of none.
func (o *operation) read(ctx context.Context, cluster, name string) (*fargate.Profile, error) {
	return ask(ctx, o, "profile "+name, func() (*fargate.Profile, error) {
		p, err := o.EKS.Profile(ctx, cluster, name)
		if cloud.ClassOf(err) == cloud.NotFound {
			return nil, nil
		}
		return &p, err
	})
}

// readAll looks at all profiles of the cluster.
func (o *operation) readAll(ctx context.Context, cluster string) ([]fargate.Profile, error) {
	return ask(ctx, o, "cluster "+cluster, func() ([]fargate.Profile, error) { return o.EKS.Profiles(ctx, cluster) })
}

// ask reads something, through errors of AWS that pass.
func ask[T any](ctx context.Context, o *operation, subject string, read func() (T, error)) (T, error) {
	for {
		answer, err := read()
		if err == nil {
			return answer, nil
		}
		if err := o.bear(ctx, subject, err); err != nil {
			return answer, err
		}
	}
}

// bear waits for the next look after an error of AWS that passes; it returns any other as the end of the operation.
func (o *operation) bear(ctx context.Context, subject string, err error) error {
	switch {
	case ctx.Err() != nil:
		return o.unfinished(ended(ctx, err))
	case !o.passes(err):
		return o.unfinished(err)
	}
	o.asked = cloud.RetryAfter(err)
	o.see(subject, fmt.Sprintf("unknown, asking again (%s)", brief(err)))
	return o.pause(ctx)
}
