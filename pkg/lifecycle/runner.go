package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fgctl/fgctl/pkg/cloud"
	"github.com/fgctl/fgctl/pkg/fargate"
)

// EKS is what the sequences ask of AWS. cloud.Client has it; errors are *cloud.Error.
type EKS interface {
	Profile(ctx context.Context, cluster, name string) (fargate.Profile, error)
	Profiles(ctx context.Context, cluster string) ([]fargate.Profile, error)
	ProfileNames(ctx context.Context, cluster string) ([]string, error)
	ClusterNames(ctx context.Context) ([]string, error)
	CreateProfile(ctx context.Context, p fargate.Profile, token string) (fargate.Profile, error)
	DeleteProfile(ctx context.Context, cluster, name string) (fargate.Profile, error)
	TagProfile(ctx context.Context, arn string, tags map[string]string) error
}

// IAM is what making and removing a role asks of AWS. cloud.Client has it.
type IAM interface {
	Role(ctx context.Context, name string) (cloud.Role, error)
	CreateRole(ctx context.Context, name, trustPolicy, description string, tags map[string]string) (cloud.Role, error)
	AttachPolicy(ctx context.Context, role, policyARN string) error
	AttachedPolicies(ctx context.Context, role string) ([]string, error)
	InlinePolicies(ctx context.Context, role string) ([]string, error)
	DetachPolicy(ctx context.Context, role, policyARN string) error
	DeleteRole(ctx context.Context, name string) error
}

// Clock has the time, and lets it pass. Sleep returns early with the context's error.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Reporter shows progress: Await is called before the first look at a profile, Update with every look (repeated
// statuses included), Note with everything worth a line of its own.
type Reporter interface {
	Await(subject string)
	Update(subject, status string)
	Note(text string)
}

// Runner runs sequences. Deadline is when the run ends, by Clock; the zero time means no limit. A context
// that ends with ErrTimeout as its cause says the same. Token makes a clientRequestToken, a new one for every
// creation. IAM may be nil where no role is to be made, Kubernetes where nothing is drained.
type Runner struct {
	EKS        EKS
	IAM        IAM
	Kubernetes Kubernetes
	Clock      Clock
	Report     Reporter
	Deadline   time.Time
	Token      func() string
}

// ErrTimeout is the cause of an Unfinished whose time was up.
var ErrTimeout = errors.New("timed out")

// Unfinished says that a sequence stopped while AWS goes on, or half way: the cause is ErrTimeout, a
// context error, or an error of AWS that waiting cannot mend.
type Unfinished struct {
	// Doing says what was going on: "waiting for profile web to become ACTIVE".
	Doing string
	// Last is the last thing that was seen or heard, for people; may be empty.
	Last  string
	Cause error
	// Accepted says that EKS has taken the request and the profile was seen, so that the operation goes on in AWS.
	Accepted bool
}

// Error says what was going on and why it stopped.
func (u *Unfinished) Error() string {
	text := fmt.Sprintf("%s: %v", u.Doing, u.Cause)
	if errors.Is(u.Cause, context.Canceled) {
		text = "interrupted while " + u.Doing
	}
	if u.Last != "" {
		text += " (last seen: " + u.Last + ")"
	}
	return text
}

// Unwrap returns the cause.
func (u *Unfinished) Unwrap() error { return u.Cause }

// operation is one creation or deletion with its time limit and the last thing seen, for messages.
type operation struct {
	*Runner
	doing    string
	start    time.Time
	lastSeen string
	accepted bool
	// existed says that the profile was there in this operation, deleting that it was DELETING; missing is AWS's
	// answer when it was not there.
	existed, deleting bool
	missing           error
	// told is the last refusal that passes that was told of; the same one again is not worth another line.
	told string
	// senseless is how often in a row the endpoint's answer made no sense.
	senseless int
	// asked is how long AWS asked to wait before the next request.
	asked time.Duration
}

func (r *Runner) begin(doing string) *operation {
	return &operation{Runner: r, doing: doing, start: r.Clock.Now()}
}

// beginAccepted is begin for the wait that follows an accepted request: the age of the transition
// counts from here.
func (r *Runner) beginAccepted(doing string) *operation {
	o := r.begin(doing)
	o.accepted = true
	return o
}

// ended returns why the context is over: ErrTimeout where that is the cause, with the request that it cut short.
func ended(ctx context.Context, during error) error {
	if cause := context.Cause(ctx); errors.Is(cause, ErrTimeout) {
		return fmt.Errorf("%w%s", cause, cloud.WaitingFor(during))
	}
	return ctx.Err()
}

// senselessLooks is how many answers that make no sense are looked past in a row, each already asked for several
// times by the client.
const senselessLooks = 2

// passes reports whether the failure may clear by itself, so that another look is worth it. An endpoint that is
// none of AWS does not become one.
func (o *operation) passes(err error) bool {
	class := cloud.ClassOf(err)
	if class != cloud.Senseless {
		o.senseless = 0
		return class.Transient()
	}
	o.senseless++
	return o.senseless <= senselessLooks
}

func (o *operation) unfinished(cause error) error {
	return &Unfinished{Doing: o.doing, Last: o.lastSeen, Cause: cause, Accepted: (o.accepted || o.deleting) && o.existed}
}

// interval is the pause between two looks: 3 % of the operation's age, at least a second and at most
// ten. So a change is seen within a second, half a second on average, or 3 % of the time it took.
func interval(age time.Duration) time.Duration {
	return min(max(age*3/100, time.Second), 10*time.Second)
}

// pause waits for the next look, at least as long as AWS asked for. It fails with an Unfinished when the time is up or
// the context ends.
func (o *operation) pause(ctx context.Context) error {
	now := o.Clock.Now()
	d := max(interval(now.Sub(o.start)), o.asked)
	o.asked = 0
	if !o.Deadline.IsZero() {
		left := o.Deadline.Sub(now)
		if left <= 0 {
			return o.unfinished(ErrTimeout)
		}
		// The last look happens at the time limit, not after it.
		d = min(d, left)
	}
	return o.sleep(ctx, d)
}

// sleep lets time pass, or fails with an Unfinished when the context ends.
func (o *operation) sleep(ctx context.Context, d time.Duration) error {
	if err := o.Clock.Sleep(ctx, d); err != nil {
		return o.unfinished(ended(ctx, nil))
	}
	return nil
}
