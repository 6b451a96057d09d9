package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Error is a failed call, or settings that allow none.
type Error struct {
	Class Class
	// Action is the IAM action of the call (eks:DescribeFargateProfile); empty for settings.
	Action string
	// Code and Message are AWS's own, where AWS answered; else Message says what happened.
	Code    string
	Message string
	// RequestID is AWS's, for its support.
	RequestID string
	// Status is the HTTP status, 0 where there was no answer.
	Status int
	// RetryAfter is how long AWS asks to wait before the next attempt; 0 where it does not say.
	RetryAfter time.Duration
	// Endpoint is where the request was sent, without its path; empty where none was.
	Endpoint string
	// Skew is how far this machine's clock is ahead of the endpoint's, by the answer's header Date; 0 where it
	// has none.
	Skew time.Duration
	// Err is the SDK's error; it may be nil. A context's error is always found in it by errors.Is when
	// the class is Canceled, and never otherwise.
	Err error

	// hint is for this failure, renewal for credentials that AWS refuses.
	hint, renewal string
	// before is how the last attempt before the call's end failed; empty where there was none.
	before string
}

// Error returns AWS's own message with its request id.
func (e *Error) Error() string {
	var b strings.Builder
	for _, part := range []string{e.Action, e.Code} {
		// Without credentials no call was sent, so it does not matter which.
		if part != "" && (e.Class != Credentials || e.Code != "") {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(e.Message)
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	return b.String()
}

// Unwrap returns the SDK's error.
func (e *Error) Unwrap() error { return e.Err }

// Local reports whether the fault lies in the settings, so that nothing was sent.
func (e *Error) Local() bool { return e.Class == Invalid && e.Status == 0 }

// permissionText finds the missing permission in the messages of AWS's services: "is not authorized to
// perform: iam:PassRole", `Missing permissions for "ec2:DescribeSubnets"`, "due to missing permissions
// for 'iam:GetRole'".
var permissionText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`(?i)(?:not authorized to perform:?|missing permissions for) *["']?([a-z0-9-]+:[A-Za-z0-9]+)`)
})

// Permission returns the IAM action that the caller lacks, for the class AccessDenied: the one that AWS
// names, which may be another than the call's (iam:PassRole on a create), else the call's own.
func (e *Error) Permission() string {
	if m := permissionText().FindStringSubmatch(e.Message); m != nil {
		return m[1]
	}
	return e.Action
}

// WaitingFor returns what a call that was cut short waited for, to be put behind another text: " waiting for ACTION
// of ENDPOINT (before that: HTTP 503)". It is empty for an error that is not of a call.
func WaitingFor(err error) string {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Action == "" {
		return ""
	}
	text := " waiting for " + e.Action
	if e.Endpoint != "" {
		text += " of " + e.Endpoint
	}
	if e.before != "" {
		text += " (before that: " + e.before + ")"
	}
	return text
}

// ClassOf returns the class of an error that this package returned, however wrapped. A bare context error
// is Canceled; nil and everything else are Other.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Canceled
	}
	return Other
}

// RetryAfter returns how long AWS asks to wait, for an error that this package returned; 0 where it does not
// say.
func RetryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// NoCluster reports whether the error says that the cluster, not the profile, does not exist. EKS uses
// one code for both ("No cluster found for name: demo.").
func NoCluster(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Class == NotFound && strings.Contains(strings.ToLower(e.Message), "no cluster found")
}

// wrap turns the SDK's error of one call into an *Error; nil stays nil.
func wrap(ctx context.Context, action string, err error) error {
	if err == nil || errors.As(err, new(*Error)) {
		return err
	}
	e := &Error{Action: action, RetryAfter: retryAfter(err), Err: err}
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && response.Response != nil {
		e.Status = response.HTTPStatusCode()
		e.RequestID = requestID(response.Response)
		e.Skew = skewOf(response.Response.Header, time.Now())
	}
	if withID, ok := errors.AsType[*awshttp.ResponseError](err); ok && withID.ServiceRequestID() != "" {
		e.RequestID = withID.ServiceRequestID()
	}
	call, sent := errors.AsType[*callError](err)
	if sent {
		e.Endpoint, e.renewal = call.endpoint, call.renewal
	}
	// A call's own context decides: a dead connection's timeout also answers to DeadlineExceeded.
	if ctx.Err() != nil {
		e.Class, e.Message = Canceled, context.Cause(ctx).Error()
		e.Err = fmt.Errorf("%w: %w: %w", context.Cause(ctx), ctx.Err(), err)
		if sent && call.last != nil {
			e.before = call.veil.hide(wrap(context.WithoutCancel(ctx), "", call.last).Error())
		}
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		e.Err = errors.New(err.Error())
	}
	e.tell(err)
	e.Class = classify(e, err)
	if sent {
		e.Message, e.RequestID = call.veil.hide(e.Message), call.veil.hide(e.RequestID)
	}
	return e
}

// tell sets what the error says of a failure.
func (e *Error) tell(err error) {
	var api smithy.APIError
	var senseless *senselessError
	failure := credentialsFailed(err)
	switch {
	case failure != nil:
		e.Message, e.hint, e.Status = failure.message, failure.hint, failure.status
	case errors.As(err, &api) && api.ErrorCode() != "UnknownError":
		e.Code = api.ErrorCode()
		e.Message = cmp.Or(api.ErrorMessage(), fmt.Sprintf("HTTP %d without a message", e.Status))
	case errors.As(err, &senseless):
		e.Message = senseless.Error()
	case e.Status != 0 && brokenAnswer(err):
		e.Message = fmt.Sprintf("HTTP %d, and then the connection broke off", e.Status)
	case e.Status >= 300:
		e.Message = fmt.Sprintf("HTTP %d: response is not an AWS error", e.Status)
	case e.Status != 0:
		e.Message = fmt.Sprintf("HTTP %d, but the answer is not what this call returns", e.Status)
	default:
		e.Message = describe(err)
	}
}

// describe returns the part of an SDK error that says what happened, without the SDK's layers around it.
func describe(err error) string {
	var (
		send      *url.Error
		operation *smithy.OperationError
		attempts  *retry.MaxAttemptsError
		failure   = credentialsFailed(err)
	)
	switch {
	case err == nil:
		return ""
	case failure != nil:
		return failure.message
	case errors.As(err, &send) && !timedOut(err):
		return fmt.Sprintf("%s %s: %s", strings.ToUpper(send.Op), plainURL(send.URL), connectionText(send.Err))
	case errors.As(err, new(*smithyhttp.RequestSendError)) || connectionFailed(err):
		return connectionText(err)
	case errors.As(err, &operation):
		return describe(operation.Err)
	case errors.As(err, &attempts):
		return describe(attempts.Err)
	}
	return err.Error()
}
