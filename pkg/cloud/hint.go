package cloud

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// hint returns the advice of the classes that have one for every call.
func (c Class) hint() string {
	switch c {
	case Busy:
		return "EKS changes one Fargate profile of a cluster at a time; try again when the other one is done"
	case TrustNotReady:
		return "the pod execution role must let eks-fargate-pods.amazonaws.com assume it for this profile; " +
			"a new role needs some seconds until EKS sees it"
	case LimitExceeded:
		return "see the quotas of Amazon EKS in Service Quotas; delete a profile or ask for a higher quota"
	case Throttled:
		return "AWS is throttling this account; try again in a moment"
	case Unavailable:
		return "try again; if it stays, see the region, the endpoint and the network"
	case Senseless:
		return "see --endpoint-url and AWS_ENDPOINT_URL: the endpoint does not speak this API, " +
			"or a proxy answers in its place"
	case Credentials:
		return "check that AWS credentials are set and not expired\nto test them: aws sts get-caller-identity"
	}
	return ""
}

// Hint returns what can be done about the errors of this package in err, a command at the end of its line; empty where
// there is nothing to say beyond the messages.
func Hint(err error) string {
	var hints []string
	for _, e := range errorsIn(err) {
		if hint := e.advice(); hint != "" && !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
	}
	return strings.Join(hints, "\n")
}

// errorsIn returns the first error of this package on each branch of err.
func errorsIn(err error) []*Error {
	switch e := err.(type) { //nolint:errorlint // every layer is looked at
	case *Error:
		return []*Error{e}
	case interface{ Unwrap() error }:
		return errorsIn(e.Unwrap())
	case interface{ Unwrap() []error }:
		var out []*Error
		for _, one := range e.Unwrap() {
			out = append(out, errorsIn(one)...)
		}
		return out
	}
	return nil
}

// advice is the hint of one error.
func (e *Error) advice() string {
	switch {
	case e.hint != "":
		return e.hint
	case e.Class == AccessDenied:
		hint := "the caller needs the IAM permission " + e.Permission()
		if e.Action == "eks:CreateFargateProfile" && e.Permission() == e.Action {
			hint += "; the account or the region may also lack EKS on Fargate"
		}
		return hint
	case e.Class == Senseless && !e.reads():
		return Senseless.hint() + "; the change may have been made all the same"
	case e.clockIsWrong():
		return "this machine's clock is " + skewText(e.Skew) + "; set it and try again"
	case e.Class == Credentials && strings.Contains(e.Code, "Signature"):
		return "check that the secret access key and this machine's clock are right"
	case e.Class == Unavailable && strings.Contains(e.Message, ": no such host"):
		return "check that the region and the host of --endpoint-url are right, and that the network resolves the name"
	case e.Class == Other && e.Status == 404:
		return "the endpoint does not know this operation; see --endpoint-url and AWS_ENDPOINT_URL"
	case e.Class == Credentials && e.renewal != "":
		return e.renewal
	}
	return e.Class.hint()
}

// reads reports whether the call changes nothing in AWS.
func (e *Error) reads() bool {
	_, operation, _ := strings.Cut(e.Action, ":")
	return strings.HasPrefix(operation, "Describe") || strings.HasPrefix(operation, "List") ||
		strings.HasPrefix(operation, "Get")
}

// clockIsWrong reports whether AWS refused the request because of its time: by the codes for that (EC2 API Reference
// and AWS's Common Errors), or in words beside a code that is for wrong keys too.
func (e *Error) clockIsWrong() bool {
	if e.Code == "RequestTimeTooSkewed" || e.Code == "RequestExpired" {
		return true
	}
	message := strings.ToLower(e.Message)
	return strings.Contains(e.Code, "Signature") &&
		(strings.Contains(message, "signature expired") || strings.Contains(message, "signature not yet current"))
}

// skewOf returns how far now is ahead of an answer's header Date; 0 without one.
func skewOf(header http.Header, now time.Time) time.Duration {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0
	}
	return now.Sub(date).Round(time.Second)
}

// skewText says how wrong a clock is, as far as that is known.
func skewText(skew time.Duration) string {
	switch {
	case skew > time.Minute:
		return skew.String() + " ahead of the endpoint's"
	case skew < -time.Minute:
		return (-skew).String() + " behind the endpoint's"
	}
	return "wrong"
}
