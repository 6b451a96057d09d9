package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
)

// Kubernetes is what draining asks of the cluster itself; kubectl stands behind it.
type Kubernetes interface {
	// Inhabitants reads the pods that have the profile's label, and what decides whether they can be moved.
	Inhabitants(ctx context.Context, profile string) (decision.Inhabitants, error)
	// Restart begins a rollout that replaces all pods of an owner.
	Restart(ctx context.Context, namespace string, o kube.Owner) error
	// RolledOut waits until no rollout of the owner is under way; done is false where one still is when the time is over.
	RolledOut(ctx context.Context, namespace string, o kube.Owner, within time.Duration) (done bool, err error)
}

// draining is one profile on the way to having no pods.
type draining struct {
	*operation
	old fargate.Profile
	// tries counts per owner: 1 when a rollout that was under way is over, 2 when it was restarted.
	tries map[string]int
	// late are the owners whose rollout was not finished in time.
	late map[string]bool
	end  time.Time
	told string
}

// drain moves the pods of old to other profiles, one owner after another, until none is left or the time is over. It
// keeps nothing: who has pods on old yet is read from the cluster, and a rollout that is under way is waited for before
// another one is begun.
func (r *Runner) drain(ctx context.Context, old, successor fargate.Profile, within time.Duration) error {
	d := draining{
		operation: r.begin("draining profile " + old.Name), old: old, tries: map[string]int{}, late: map[string]bool{},
		end: r.Clock.Now().Add(within),
	}
	for {
		var profiles []fargate.Profile
		now, err := d.whenIdle(ctx, old, func(all []fargate.Profile) (*fargate.Profile, error) {
			profiles = all
			return mayGo(all, old, successor)
		})
		if err != nil || now == nil || now.Status != fargate.StatusActive {
			return err
		}
		done, err := d.step(ctx, profiles)
		if err != nil || done {
			return err
		}
	}
}

// step restarts one owner, or waits for the pods that are left.
func (d *draining) step(ctx context.Context, profiles []fargate.Profile) (done bool, err error) {
	in, err := d.Kubernetes.Inhabitants(ctx, d.old.Name)
	if err != nil {
		return false, d.failed(ctx, err)
	}
	x := decision.DrainOf(d.old.Name, profiles, in, nil)
	left := d.end.Sub(d.Clock.Now())
	again := func(m decision.Move) bool { return d.tries[m.String()] > 1 }
	for _, m := range x.Moves {
		if again(m) {
			m.Why = fmt.Sprintf("it was restarted, and its new pods hit %s again", d.old.Name)
			if d.late[m.String()] {
				m.Why = "its rollout is not finished"
			}
			x.Stays = append(x.Stays, m)
		}
	}
	x.Moves = slices.DeleteFunc(x.Moves, again)
	switch {
	case len(x.Moves)+len(x.Stays)+x.Leaving == 0:
		d.see("profile "+d.old.Name, "ACTIVE, without pods")
		return true, nil
	case left <= 0:
		d.Report.Note(fmt.Sprintf("the time to drain profile %s is over, and its deletion stops what is left: %s", d.old.Name,
			x.Left()))
		return true, nil
	case len(x.Moves) > 0:
		return false, d.move(ctx, x.Moves[0], left)
	}
	if text := x.Left(); text != d.told {
		d.told = text
		d.Report.Note(fmt.Sprintf("pods of profile %s that do not move: %s; fgctl waits for %s at most", d.old.Name, text,
			left.Round(time.Second)))
	}
	d.see("profile "+d.old.Name, "ACTIVE, waiting for its last pods")
	return false, d.pause(ctx)
}

// look is how long a rollout is watched before the clock is looked at.
const look = 5 * time.Second

// move waits for a rollout of an owner that is under way, and at the next call restarts it.
func (d *draining) move(ctx context.Context, m decision.Move, left time.Duration) error {
	subject := m.String()
	d.tries[subject]++
	if d.tries[subject] > 1 {
		d.see(subject, "restarted, its pods move to "+m.To)
		if err := d.Kubernetes.Restart(ctx, m.Namespace, m.Owner); err != nil {
			return d.failed(ctx, err)
		}
	}
	for end := d.Clock.Now().Add(left); ; {
		done, err := d.Kubernetes.RolledOut(ctx, m.Namespace, m.Owner, min(look, max(end.Sub(d.Clock.Now()), time.Second)))
		switch d.late[subject] = !done; {
		case err != nil:
			return d.failed(ctx, fmt.Errorf("%s: %w; %s was not deleted", subject, err, d.old.Name))
		case done, !d.Clock.Now().Before(end):
			return nil
		case !d.Deadline.IsZero() && !d.Clock.Now().Before(d.Deadline):
			return d.unfinished(ErrTimeout)
		}
		d.see(subject, "rolling out")
	}
}

// failed returns the end of the draining, of the context where that is over.
func (d *draining) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return d.unfinished(ended(ctx, err))
	}
	if errors.Is(err, context.Canceled) {
		return d.unfinished(err)
	}
	return fmt.Errorf("draining profile %s: %w", d.old.Name, err)
}
