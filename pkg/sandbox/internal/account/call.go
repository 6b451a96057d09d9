package account

import (
	"fmt"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// Call is a request to the account at its instant, with what disturbs it.
type Call struct {
	*wire.Call
	*Account
	Stroke *fault.Stroke
	Now    time.Time

	seen *Cluster // the cluster that it is about as a stale read shows it
}

// Operation is one operation of a service.
type Operation struct {
	Name string
	// Route is the method and the path of a REST operation, a pattern of net/http with {cluster}, {profile} and {arn}.
	Route string
	// About finds what a request is about where its path does not say so.
	About func(*wire.Call)
	// On returns the resource for which the caller needs the permission of the operation's name. Where it is nil,
	// Run asks for what is needed.
	On  func(*Call) string
	Run func(*Call) (any, *wire.Refusal)
	// NotFound returns the refusal where the subject of the request does not exist.
	NotFound func(*Call) *wire.Refusal
}

// Perform runs the operation.
func (o *Operation) Perform(c *Call) (any, *wire.Refusal) {
	c.lookBack()
	if o.On != nil {
		if refused := c.Permit(c.FullName(), o.On(c)); refused != nil {
			return nil, refused
		}
	}
	return o.Run(c)
}

// Permit refuses, in the protocol's way, what the caller may not do.
func (c *Call) Permit(action, resource string) *wire.Refusal {
	if c.May(action, resource) {
		return nil
	}
	return c.Protocol.Denied(c.Caller(), action, resource)
}

// PageSize returns the caller's page size, or the world's where that is smaller.
func (c *Call) PageSize(size int) int {
	if c.World.PageSize > 0 {
		return min(size, c.World.PageSize)
	}
	return size
}

// InOrder is the key of an item of a list that has no order but its own.
func InOrder(i int) string { return fmt.Sprintf("%012d", i+1) }

// Page cuts a list that is sorted by its keys: the items after the token, at most size of them, and the token of the
// next page; false for what is no token.
func Page[T any](
	c *Call, items []T, key func(int) string, token string, size int,
) (out []T, next string, ok bool) {
	at, ok := wire.ReadToken(token)
	if !ok {
		return nil, "", false
	}
	for i, item := range items {
		if key(i) <= at {
			continue
		}
		if len(out) == c.PageSize(size) {
			next = wire.Token(key(i - 1))
			break
		}
		out = append(out, item)
	}
	return out, next, true
}

// lookBack decides whether the read shows the past. In the past time passes too: a transition that had begun before
// the write that is not seen ends in its time.
func (c *Call) lookBack() {
	cl := c.Find(c.Region, c.Cluster)
	if cl == nil || len(cl.past) == 0 {
		return
	}
	times := make([]time.Time, len(cl.past))
	for i, s := range cl.past {
		times[i] = s.at
	}
	at, isStale := c.Stroke.Past(cl, cl.writes, times, c.Now)
	if !isStale {
		return
	}
	view := *cl
	view.Profiles = nil
	for _, p := range cl.past[at].profiles {
		if shown, exists := p.At(c.Now); exists {
			view.Profiles = append(view.Profiles, &Profile{Profile: shown, Seq: p.Seq})
		}
	}
	c.seen = &view
}

// Seen returns the cluster that the call is about as the call sees it, nil where there is none.
func (c *Call) Seen() *Cluster {
	if c.seen != nil {
		return c.seen
	}
	return c.Find(c.Region, c.Cluster)
}
