package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// exchanger stands around every call and every HTTP exchange of a Client: it bounds how many are under way, has
// answers judged, and logs them.
type exchanger struct {
	slots  *slots
	bodies bool
	mu     sync.Mutex
	log    io.Writer
	veil   veil
	// renewal is the hint about credentials that AWS refuses.
	renewal string
}

func newExchanger(opts Options) *exchanger {
	bound := cmp.Or(opts.MaxInFlight, MaxInFlight)
	return &exchanger{slots: newSlots(max(bound, 0)), log: opts.Log, bodies: opts.LogBodies && opts.Log != nil}
}

// call is one call with all its attempts, which follow one another.
type call struct {
	input    any
	limit    int64  // of the answer's length
	endpoint string // where the requests go, without path and query
	last     error  // how the last attempt failed
	veil     *veil
	renewal  string // the hint about credentials that AWS refuses

	// begin is the beginning of the last answer, keep bytes at most; tooLong says that it is longer than limit.
	begin   []byte
	keep    int
	tooLong bool
}

type callKey struct{}

// callError is the SDK's error of a call, with the call.
type callError struct {
	*call
	err error
}

func (e *callError) Error() string { return e.err.Error() }
func (e *callError) Unwrap() error { return e.err }

// longest is the limit of an answer's length. A role's trust policy may take 8 KiB and is URL-encoded, an
// endpoint's policy 20 KiB, and both come by the hundred; all of EKS is small.
func longest(input any) int64 {
	switch input.(type) {
	case *iam.ListRolesInput, *ec2.DescribeRouteTablesInput, *ec2.DescribeVpcEndpointsInput, *ec2.DescribeSubnetsInput:
		return 16 << 20
	}
	return 1 << 20
}

// around notes a call, outside of the retries.
func (x *exchanger) around(
	ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
) (middleware.InitializeOutput, middleware.Metadata, error) {
	c := &call{input: in.Parameters, limit: longest(in.Parameters), keep: beginning, veil: &x.veil, renewal: x.renewal}
	if x.bodies {
		c.keep = int(c.limit)
	}
	out, metadata, err := next.HandleInitialize(context.WithValue(ctx, callKey{}, c), in)
	if err != nil {
		err = &callError{c, err}
	}
	return out, metadata, err
}

// addTo puts the exchanger into the stack of an operation, below the retries: once per attempt. The
// outer part runs until the answer is read and parsed, so a slot covers the whole answer; the pause
// between two attempts is above and holds none.
func (x *exchanger) addTo(stack *middleware.Stack) error {
	around := middleware.InitializeMiddlewareFunc("fgctlCall", x.around)
	if err := stack.Initialize.Add(around, middleware.Before); err != nil {
		return err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("fgctlExchange", x.attempt), middleware.Before)
}

// attempt makes one attempt of a call, with the answer judged.
func (x *exchanger) attempt(
	ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
) (middleware.DeserializeOutput, middleware.Metadata, error) {
	if err := x.slots.take(ctx); err != nil {
		return middleware.DeserializeOutput{}, middleware.Metadata{}, &aws.RequestCanceledError{Err: err}
	}
	start, throttled := time.Now(), false
	defer func() { x.slots.giveBack(start, throttled) }()
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return next.HandleDeserialize(ctx, in)
	}
	c.begin, c.tooLong = nil, false
	out, metadata, err := next.HandleDeserialize(ctx, in)
	request, _ := in.Request.(*smithyhttp.Request)
	answer, _ := out.RawResponse.(*smithyhttp.Response)
	if request != nil {
		c.endpoint = request.URL.Scheme + "://" + request.URL.Host
	}
	if senseless := c.senseless(answer, out.Result, err); senseless != nil {
		out.Result, err = nil, senseless
	}
	if ctx.Err() == nil {
		c.last = err
	}
	throttled = retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary
	if x.log != nil {
		x.report(ctx, c, request, answer, time.Since(start), err)
	}
	return out, metadata, err
}

// report writes the lines of one exchange. Lines of several calls do not mix.
func (x *exchanger) report(
	ctx context.Context, c *call, r *smithyhttp.Request, answer *smithyhttp.Response, took time.Duration, err error,
) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%s", strings.ToLower(awsmiddleware.GetServiceID(ctx)), middleware.GetOperationName(ctx))
	if r != nil {
		fmt.Fprintf(&b, " %s %s://%s%s", r.Method, r.URL.Scheme, r.URL.Host, r.URL.EscapedPath())
	}
	if answer != nil && answer.Response != nil && answer.StatusCode != 0 {
		fmt.Fprintf(&b, " status=%d", answer.StatusCode)
		if id := requestID(answer); id != "" {
			fmt.Fprintf(&b, " request-id=%s", id)
		}
		if senseless, ok := errors.AsType[*senselessError](err); ok {
			fmt.Fprintf(&b, " failed=%q", senseless)
		}
	} else {
		fmt.Fprintf(&b, " failed=%q", describe(err))
	}
	fmt.Fprintf(&b, " duration=%s\n", took.Round(time.Millisecond/10))
	if x.bodies {
		if r != nil {
			fmt.Fprintf(&b, "  > %s\n", oneLine(requestBody(r)))
		}
		fmt.Fprintf(&b, "  < %s\n", oneLine(c.begin))
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	_, _ = io.WriteString(x.log, x.veil.hide(b.String()))
}

// requestBody reads the body of a request that was sent; the SDK's bodies can be read again.
func requestBody(r *smithyhttp.Request) []byte {
	stream, ok := r.GetStream().(io.ReadSeeker)
	if !ok {
		return nil
	}
	if _, err := stream.Seek(0, io.SeekStart); err != nil {
		return nil
	}
	body, _ := io.ReadAll(stream)
	return body
}

// oneLine keeps a body on its log line.
func oneLine(body []byte) string {
	if len(body) == 0 {
		return "(no body)"
	}
	return strings.Join(strings.Fields(string(body)), " ")
}

// requestID is the id that AWS gave the request, from any of the headers that its services use.
func requestID(r *smithyhttp.Response) string {
	return cmp.Or(r.Header.Get("x-amzn-requestid"), r.Header.Get("x-amzn-request-id"), r.Header.Get("x-amz-request-id"))
}
