// Package wire writes answers as AWS's services do: REST-JSON for EKS, Query and XML for IAM and STS, and EC2's
// own XML.
package wire

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Call is one request, taken apart.
type Call struct {
	ID        string
	Protocol  *Protocol
	Service   string
	Region    string
	AccessKey string
	Operation string
	// Cluster and Profile are what the request is about, empty where it is about something else.
	Cluster, Profile string
	// Resource is the ARN of a request about tags.
	Resource string
	// Query are the URL's parameters, with the form's for Query services.
	Query url.Values
	Body  []byte
	// NotFound returns the refusal for a read whose subject does not exist.
	NotFound func() *Refusal
}

// FullName returns the operation with its service, as eks:CreateFargateProfile.
func (c *Call) FullName() string { return c.Service + ":" + c.Operation }

// Values reads a Query list: prefix.1, prefix.2 …
func (c *Call) Values(prefix string) (out []string) {
	for _, at := range c.List(prefix) {
		out = append(out, c.Query[at]...)
	}
	return out
}

// List returns the prefixes prefix.1, prefix.2 … of a Query list in the order of their numbers. A gap does not end
// it, so that nothing that a client says is passed over.
func (c *Call) List(prefix string) (out []string) {
	var numbers []int
	for name := range c.Query {
		rest, found := strings.CutPrefix(name, prefix+".")
		number, _, _ := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(number); found && err == nil && !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		out = append(out, prefix+"."+strconv.Itoa(n))
	}
	return out
}

// Tags reads the tags of a Query request, Tags.member.1.Key …
func (c *Call) Tags() map[string]string {
	tags := map[string]string{}
	for _, at := range c.List("Tags.member") {
		tags[c.Query.Get(at+".Key")] = c.Query.Get(at + ".Value")
	}
	return tags
}

// Number reads a parameter from least to most, which is most's value where it is absent; false where it is none.
func (c *Call) Number(name string, absent, least, most int) (int, bool) {
	text := c.Query.Get(name)
	if text == "" {
		return absent, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= least && n <= most
}

// Refuse returns a refusal in the call's protocol.
func (c *Call) Refuse(r *Refusal) Reply {
	out := c.Protocol.failure(c, r)
	out.Code = r.Code
	return out
}

// Succeed returns the answer v in the call's protocol; nil is an answer without content.
func (c *Call) Succeed(v any) Reply { return c.Protocol.success(c, v) }

// Refusal is an error answer. Fields are the modelled members of a REST-JSON exception.
type Refusal struct {
	Status  int
	Code    string
	Message string
	Fields  map[string]any
}

// BadRequest returns a refusal with status 400.
func BadRequest(code, message string) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Code: code, Message: message}
}

// NotFound returns a refusal with status 404.
func NotFound(code, message string) *Refusal {
	return &Refusal{Status: http.StatusNotFound, Code: code, Message: message}
}

// Conflict returns a refusal with status 409.
func Conflict(code, message string) *Refusal {
	return &Refusal{Status: http.StatusConflict, Code: code, Message: message}
}

// Reply is a finished answer, kept in memory so that a fault can still change it.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Code   string
	// Dropped closes the connection in the place of an answer, Reset with a TCP reset.
	Dropped, Reset bool
	// Withheld is how much of the promised body is not sent; the connection is cut there.
	Withheld int
	// Padding is how many spaces stand in the body at PadAt, so that a huge one takes no memory.
	Padding int64
	PadAt   int
}

// Length returns the body's length, -1 where it is not announced.
func (r Reply) Length() int64 {
	if r.Padding > 0 {
		return -1
	}
	return int64(len(r.Body) + r.Withheld)
}

// Reader reads the body.
func (r Reply) Reader() io.Reader {
	if r.Padding == 0 {
		return bytes.NewReader(r.Body)
	}
	padding := io.LimitReader(spaces{}, r.Padding)
	return io.MultiReader(bytes.NewReader(r.Body[:r.PadAt]), padding, bytes.NewReader(r.Body[r.PadAt:]))
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

// Protocol is how a service writes its answers and its general errors.
type Protocol struct {
	success func(*Call, any) Reply
	failure func(*Call, *Refusal) Reply
	// Throttled, Internal and Unavailable are general errors; Expired is for credentials whose time is over.
	Throttled, Internal, Unavailable, Expired *Refusal
	// Denied is for a caller who lacks the permission for an action on a resource.
	Denied func(caller, action, resource string) *Refusal
}

// MaxText is how much the sandbox remembers of a text that a client chose.
const MaxText = 256

// Clip shortens what a client chose, so that long texts fill no memory.
func Clip(text string) string {
	if len(text) <= MaxText {
		return text
	}
	return strings.ToValidUTF8(text[:MaxText], "") + "…"
}

// maxBody is the longest request body that is read; AWS's own limits are lower.
const maxBody = 1 << 20

// ReadBody reads the whole body of a request; one that is too long or cut off is an error.
func ReadBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, errors.New("the request is too long or was cut off")
	}
	return body, nil
}

// Token returns the token of the page behind the item of a key: an item that vanishes between two pages hides no
// other.
func Token(after string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("after:" + after))
}

// ReadToken returns what Token was called with, nothing for no token, and reports whether the token is one.
func ReadToken(token string) (after string, ok bool) {
	if token == "" {
		return "", true
	}
	data, err := base64.RawURLEncoding.DecodeString(token)
	after, found := strings.CutPrefix(string(data), "after:")
	return after, err == nil && found && after != ""
}
