package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fgctl/fgctl/pkg/fargate"
	"github.com/fgctl/fgctl/pkg/fargate/kube"
	"github.com/fgctl/fgctl/pkg/lifecycle/decision"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// village is the pods of the model's cluster: those of two Deployments that move, and what stays. New pods hit the
// ACTIVE profile that sorts first, as EKS says.
type village struct {
	m        *model
	on       map[string]string // the profile of the pods of each owner
	rolling  map[string]time.Time
	restarts map[string]int
	// wrong is what was seen that must not be.
	wrong []string
}

// rollout is how long one takes.
const rollout = 20 * time.Second

func newVillage(m *model, owners ...string) *village {
	v := &village{m: m, on: map[string]string{}, rolling: map[string]time.Time{}, restarts: map[string]int{}}
	for _, o := range owners {
		v.on[o] = "web"
	}
	return v
}

// call is a request to the cluster, at which the process may be killed as at one to AWS.
func (v *village) call(effect func()) error {
	v.finish()
	k := v.m.transport
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead {
		return context.Canceled
	}
	if k.count++; k.count == k.kill {
		k.dead = true
		if k.answered {
			effect()
		}
		k.end()
		return context.Canceled
	}
	effect()
	return nil
}

// finish ends the rollouts whose time has come.
func (v *village) finish() {
	for o, at := range v.rolling {
		if v.m.clock.Now().Before(at) {
			continue
		}
		delete(v.rolling, o)
		profiles := v.m.server.Profiles("demo")
		slices.SortFunc(profiles, func(a, b sandbox.Profile) int { return strings.Compare(a.Name, b.Name) })
		for _, p := range profiles {
			if p.Status == "ACTIVE" && slices.ContainsFunc(p.Selectors, func(s sandbox.Selector) bool { return s.Namespace == "web" }) {
				v.on[o] = p.Name
				break
			}
		}
	}
}

func (v *village) Inhabitants(_ context.Context, profile string) (in decision.Inhabitants, err error) {
	err = v.call(func() {
		for _, o := range []string{"api", "shop", "job"} {
			on, there := v.on[o]
			if !there {
				continue
			}
			if o != "job" {
				in.Workloads = append(in.Workloads, kube.Pod{
					Kind: "Deployment", Namespace: "web", Name: o, Workload: kube.Workload{Replicas: 2},
				})
			}
			if on == profile {
				in.Pods = append(in.Pods, podOf(o, on), podOf(o, on))
			}
		}
	})
	return in, err
}

// podOf is a pod of a Deployment, or of the Job job, on a profile.
func podOf(owner, profile string) kube.Pod {
	p := kube.Pod{
		Kind: "Pod", Namespace: "web", Name: owner + "-7c9d-x",
		Labels:  map[string]string{kube.ProfileLabel: profile, "pod-template-hash": "7c9d", "app": owner},
		Running: &kube.Running{Phase: "Running", OwnerKind: "ReplicaSet", OwnerName: owner + "-7c9d"},
	}
	p.Spec.SchedulerName = kube.Scheduler
	if owner == "job" {
		p.Running.OwnerKind, p.Running.OwnerName = "Job", "job"
	}
	return p
}

func (v *village) Restart(_ context.Context, _ string, o kube.Owner) error {
	return v.call(func() {
		if len(v.rolling) > 0 {
			v.wrong = append(v.wrong, fmt.Sprintf("%s is restarted while a rollout is under way", o))
		}
		v.restarts[o.Name]++
		v.rolling[o.Name] = v.m.clock.Now().Add(rollout)
	})
}

func (v *village) RolledOut(_ context.Context, _ string, o kube.Owner, within time.Duration) (bool, error) {
	done := true
	err := v.call(func() {
		if end, under := v.rolling[o.Name]; under {
			left := end.Sub(v.m.clock.Now())
			done = left <= within
			v.m.clock.advance(min(left, within))
		}
	})
	v.finish()
	return done, err
}

// deleted notes the pods that a deletion of the original has stopped although they could have been moved.
func (v *village) deleted(r sandbox.Request) {
	if r.Operation != "DeleteFargateProfile" || r.Profile != "web" || r.Code != "" {
		return
	}
	for o, on := range v.on {
		if on == "web" && o != "job" {
			v.wrong = append(v.wrong, fmt.Sprintf("the deletion of web stops %s (%v)", o, v.rolling))
		}
	}
}

// judge holds what became of the pods against what is promised: each owner was restarted once, and nothing was stopped.
func (v *village) judge(why string) {
	v.finish()
	for o, on := range v.on {
		want := 1
		if o == "job" {
			want = 0
		}
		if n := v.restarts[o]; n != want || o != "job" && on == "web" {
			v.m.t.Errorf("%s: %s was restarted %d times and is on %s", why, o, n, on)
		}
	}
	for _, wrong := range v.wrong {
		v.m.t.Errorf("%s: %s", why, wrong)
	}
}

// drained is the wish to replace web, whose pods are moved first.
func drained() decision.Wish {
	return decision.Wish{
		Name: "web", Drain: 5 * time.Minute,
		Change: fargate.Change{Add: []fargate.Selector{{Namespace: "web-more"}}},
	}
}

// drainedOnce drains web in a model with these pods, and returns the error and what was noted.
func drainedOnce(t *testing.T, w decision.Wish, change func(*village), owners ...string) (*model, []string, error) {
	t.Helper()
	modelAWS(t)
	m := newModel(t, modelSequence{profiles: []sandbox.Profile{existing("web", "ACTIVE", "web")}})
	m.village = newVillage(m, owners...)
	noted := &notes{}
	err := m.process(0, false, func(ctx context.Context, m *model) error {
		m.runner.Report = noted
		if change != nil {
			change(m.village)
		}
		return m.replace(ctx, w)
	})
	return m, noted.lines, err
}

// What cannot be moved is named and waited for until the time is over; then the original goes all the same.
func TestDrainTimeout(t *testing.T) {
	m, noted, err := drainedOnce(t, drained(), nil, "shop", "job")
	text := strings.Join(noted, "\n")
	if err != nil || !strings.Contains(text, "pods of profile web that do not move: Job/job in namespace web (job-7c9d-x, job-7c9d-x): kubectl rollout") ||
		!strings.Contains(text, "the time to drain profile web is over, and its deletion stops what is left: Job/job") {
		t.Errorf("%v\n%s", err, text)
	}
	m.village.judge("job")
	var gone time.Time
	for _, r := range m.server.Requests() {
		if r.Operation == "DeleteFargateProfile" {
			gone = r.At
		}
	}
	if waited := gone.Sub(newClock().now); waited < 5*time.Minute || waited > 6*time.Minute {
		t.Errorf("deleted after %s", waited)
	}
}

// stubborn answers for the cluster where a test says so.
type stubborn struct {
	*village
	restart   func() error
	rolledOut func() (bool, error)
}

func (s stubborn) Restart(ctx context.Context, namespace string, o kube.Owner) error {
	if s.restart != nil {
		return s.restart()
	}
	return s.village.Restart(ctx, namespace, o)
}

func (s stubborn) RolledOut(ctx context.Context, namespace string, o kube.Owner, within time.Duration) (bool, error) {
	if s.rolledOut != nil && s.restarts[o.Name] > 0 {
		return s.rolledOut()
	}
	return s.village.RolledOut(ctx, namespace, o, within)
}

// A rollout that fails keeps the original; one that is not finished in time does not, and pods that hit the original
// again are not restarted for ever.
func TestDrainTroubles(t *testing.T) {
	for _, c := range []struct {
		name      string
		restart   func() error
		rolledOut func() (bool, error)
		err, note string
	}{
		{
			name: "may not restart", restart: func() error { return errors.New("forbidden") },
			err: "draining profile web: forbidden",
		},
		{
			name: "the rollout fails", rolledOut: func() (bool, error) { return false, errors.New("exceeded its progress deadline") },
			err: "draining profile web: Deployment/shop in namespace web: exceeded its progress deadline; web was not deleted",
		},
		{
			name: "pods hit the original again", restart: func() error { return nil },
			note: "it was restarted, and its new pods hit web again",
		},
	} {
		m, noted, err := drainedOnce(t, drained(), func(v *village) {
			v.m.runner.Kubernetes = stubborn{v, c.restart, c.rolledOut}
		}, "shop")
		_, stays := m.statuses()["web"]
		if c.err != "" && (err == nil || err.Error() != c.err || !stays) || c.err == "" && (err != nil || stays) ||
			!strings.Contains(strings.Join(noted, "\n"), c.note) {
			t.Errorf("%s: %v, %v\n%s", c.name, err, m.statuses(), strings.Join(noted, "\n"))
		}
	}
}

// statuses are those of the model's profiles, by name.
func (m *model) statuses() map[string]string {
	out := map[string]string{}
	for _, p := range m.server.Profiles("demo") {
		out[p.Name] = p.Status
	}
	return out
}
