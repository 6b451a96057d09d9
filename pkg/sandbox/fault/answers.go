package fault

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fgctl/fgctl/pkg/sandbox/internal/wire"
)

// How long a silence lasts, and how long a huge answer is, where the fault does not say so.
const (
	defaultSilence = 5 * time.Minute
	defaultHuge    = 1 << 30
)

// Instead returns the answer that comes in the place of the request's effect; false where there is none.
func (s *Stroke) Instead(c *wire.Call) (wire.Reply, bool) {
	if s.answer == nil || s.answer.kind.stage != before {
		return wire.Reply{}, false
	}
	return s.answer.replaced(c, wire.Reply{}), true
}

// Afterwards returns what becomes of the answer once the request has had its effect.
func (s *Stroke) Afterwards(c *wire.Call, whole wire.Reply) wire.Reply {
	if s.answer == nil || s.answer.kind.stage != after {
		return whole
	}
	return s.answer.replaced(c, whole)
}

// replaced returns the answer that a fault puts in the place of the real one.
func (r *rule) replaced(c *wire.Call, whole wire.Reply) wire.Reply {
	if r.kind.answer != nil {
		return r.kind.answer(c, r.Fault, whole)
	}
	if r.kind.refuse == nil {
		return wire.Reply{Dropped: true, Reset: r.Kind == ResetBefore || r.Kind == ResetAfter, Code: r.Kind}
	}
	out := c.Refuse(r.kind.refuse(c, r.Fault))
	if r.RetryAfter > 0 {
		out.Header.Set("Retry-After", strconv.Itoa(int((r.RetryAfter+time.Second-1)/time.Second)))
	}
	return out
}

func throttled(c *wire.Call, _ Fault) *wire.Refusal     { return c.Protocol.Throttled }
func internalError(c *wire.Call, _ Fault) *wire.Refusal { return c.Protocol.Internal }
func unavailable(c *wire.Call, _ Fault) *wire.Refusal   { return c.Protocol.Unavailable }
func expired(c *wire.Call, _ Fault) *wire.Refusal       { return c.Protocol.Expired }
func notFound(c *wire.Call, _ Fault) *wire.Refusal      { return c.NotFound() }

func ownError(_ *wire.Call, f Fault) *wire.Refusal {
	return &wire.Refusal{Status: f.Status, Code: f.Code, Message: f.Message}
}

// silence returns how long a client waits for nothing.
func (r *rule) silence(rng *rand.Rand) time.Duration {
	if r.Latency.IsZero() {
		return defaultSilence
	}
	return r.Latency.Draw(rng)
}

// redirect sends the client elsewhere.
func redirect(_ *wire.Call, f Fault, _ wire.Reply) wire.Reply {
	return wire.Reply{
		Status: cmp.Or(f.Status, http.StatusTemporaryRedirect), Header: http.Header{"Location": {f.Location}},
	}
}

// cutBody is the real answer without its second half, shortBody also without its end.
func cutBody(_ *wire.Call, _ Fault, whole wire.Reply) wire.Reply {
	whole.Body = whole.Body[:len(whole.Body)/2]
	return whole
}

func shortBody(c *wire.Call, f Fault, whole wire.Reply) wire.Reply {
	out := cutBody(c, f, whole)
	out.Withheld = len(whole.Body) - len(out.Body)
	return out
}

// noMember is a success without anything that AWS always sends.
func noMember(c *wire.Call, _ Fault, _ wire.Reply) wire.Reply { return c.Succeed(nil) }

func noContent(*wire.Call, Fault, wire.Reply) wire.Reply {
	return wire.Reply{Status: http.StatusNoContent, Header: http.Header{}}
}

func html(*wire.Call, Fault, wire.Reply) wire.Reply {
	return wire.Reply{
		Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		Body: []byte("<!DOCTYPE html>\n<html><head><title>Sign in</title></head>" +
			"<body><h1>Sign in to the network</h1></body></html>\n"),
	}
}

// huge is the real answer with spaces where JSON and XML allow any number of them.
func huge(_ *wire.Call, f Fault, whole wire.Reply) wire.Reply {
	whole.Padding = max(0, cmp.Or(f.Size, defaultHuge)-int64(len(whole.Body)))
	whole.PadAt = bytes.IndexAny(whole.Body, "{>") + 1
	return whole
}

// Names returns the names that a list shows; last reports whether it is the last page.
func (s *Stroke) Names(names []string, last bool) []string {
	for _, r := range s.lists {
		at := len(names) - 1
		if r.Name != "" {
			at = slices.Index(names, r.Name)
		}
		switch {
		case r.Kind == Empty:
			names = []string{}
		case r.Kind == Nameless:
			names = append(names, "")
		case r.Kind == Omit && at >= 0 && (r.Name != "" || last):
			names = slices.Delete(names, at, at+1)
		case r.Kind == Duplicate && at >= 0:
			names = append(names, names[at])
		}
	}
	return names
}

// HidesName reports whether a profile is described without its name.
func (s *Stroke) HidesName() bool {
	return slices.ContainsFunc(s.lists, func(r *rule) bool { return r.Kind == Nameless })
}

// beyond is a key behind those of every item.
const beyond = "\U0010ffff"

// Next returns the token of the next page, given the request's own and the right one.
func (s *Stroke) Next(token, next string) string {
	for _, r := range s.lists {
		switch {
		case r.Kind == Empty:
			next = ""
		case r.Kind == SameToken && token != "":
			next = token
		case r.Kind == SameToken && next == "":
			next = wire.Token(beyond)
		case r.Kind == EndlessPages && next == "":
			at, _ := wire.ReadToken(token) // a bad token has been refused
			page, _ := strconv.Atoi(strings.TrimPrefix(at, beyond))
			next = wire.Token(beyond + strconv.Itoa(page+1))
		}
	}
	return next
}
