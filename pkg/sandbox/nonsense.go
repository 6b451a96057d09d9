package sandbox

// Answers that make no sense: broken ones, ones without their content, ones without end, and none at all.

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// How long a silence lasts, and how long a huge answer is, where the fault does not say so.
const (
	defaultSilence = 5 * time.Minute
	defaultHuge    = 1 << 30
)

// redirects are the statuses that send a client elsewhere.
var redirects = []int{301, 302, 303, 307, 308}

// checkAnswer judges what a fault says of the answer.
func (f Fault) checkAnswer(c *checker, at string) {
	if f.Name != "" && f.Kind != FaultOmit && f.Kind != FaultDuplicate {
		c.fault(at+".name", "is for faults of the kinds %s and %s", FaultOmit, FaultDuplicate)
	}
	if f.Size != 0 && f.Kind != FaultHuge {
		c.fault(at+".size", "is for faults of the kind %s", FaultHuge)
	}
	if f.Size < 0 {
		c.fault(at+".size", "cannot be negative")
	}
	if f.Kind != FaultRedirect {
		if f.Location != "" {
			c.fault(at+".location", "is for faults of the kind %s", FaultRedirect)
		}
		return
	}
	if target, err := url.Parse(f.Location); err != nil || f.Location == "" || target.String() == "" {
		c.fault(at+".location", "%q is not a URL; write one like http://127.0.0.1:8080/", f.Location)
	}
	if f.Status != 0 && !slices.Contains(redirects, f.Status) {
		c.fault(at+".status", "%d is none of 301, 302, 303, 307, 308", f.Status)
	}
}

// silence returns how long a client waits for nothing.
func (r *faultRule) silence(rng *rand.Rand) time.Duration {
	if r.Latency == (Range{}) {
		return defaultSilence
	}
	return r.Latency.draw(rng)
}

// redirect sends the client elsewhere.
func redirect(_ *call, f Fault, _ reply) reply {
	out := reply{status: f.Status, header: http.Header{"Location": {f.Location}}}
	if out.status == 0 {
		out.status = http.StatusTemporaryRedirect
	}
	return out
}

// cutBody is the real answer without its second half, shortBody also without its end.
func cutBody(_ *call, _ Fault, whole reply) reply {
	whole.body = whole.body[:len(whole.body)/2]
	return whole
}

func shortBody(c *call, f Fault, whole reply) reply {
	out := cutBody(c, f, whole)
	out.withheld = len(whole.body) - len(out.body)
	return out
}

// noMember is a success without anything that AWS always sends.
func noMember(c *call, _ Fault, _ reply) reply { return c.protocol.success(c, nil) }

func noContent(*call, Fault, reply) reply {
	return reply{status: http.StatusNoContent, header: http.Header{}}
}

func html(*call, Fault, reply) reply {
	return reply{
		status: http.StatusOK, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		body: []byte("<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>\n"),
	}
}

// huge is the real answer with spaces where JSON and XML allow any number of them.
func huge(_ *call, f Fault, whole reply) reply {
	size := f.Size
	if size == 0 {
		size = defaultHuge
	}
	whole.padding = max(0, size-int64(len(whole.body)))
	whole.padAt = bytes.IndexAny(whole.body, "{>") + 1
	return whole
}

// length is the body's, -1 where that is not announced.
func (r reply) length() int64 {
	if r.padding > 0 {
		return -1
	}
	return int64(len(r.body) + r.withheld)
}

// reader reads the body.
func (r reply) reader() io.Reader {
	if r.padding == 0 {
		return bytes.NewReader(r.body)
	}
	return io.MultiReader(bytes.NewReader(r.body[:r.padAt]), io.LimitReader(spaces{}, r.padding), bytes.NewReader(r.body[r.padAt:]))
}

// spaces is a text of spaces without end.
type spaces struct{}

// Read fills p.
func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
