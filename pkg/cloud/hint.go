package cloud

// This file says what a user can do about a failure, one sentence per class.

import (
	"errors"
	"slices"
	"strings"
)

// hints holds the advice of the classes that have one for every call.
var hints = map[Class]string{
	Busy:          "EKS changes one Fargate profile of a cluster at a time; try again when the other one is done",
	TrustNotReady: "the pod execution role must let eks-fargate-pods.amazonaws.com assume it for this profile; a new role needs some seconds until EKS sees it",
	LimitExceeded: "see the quotas of Amazon EKS in Service Quotas; delete a profile or ask for a higher quota",
	Throttled:     "AWS is throttling this account; try again in a moment",
	Unavailable:   "try again; if it stays, see the region, the endpoint and the network",
	Senseless:     "see --endpoint-url and AWS_ENDPOINT_URL: the endpoint does not speak this API, or a proxy answers in its place",
	Credentials:   "check that AWS credentials are set and not expired (aws sts get-caller-identity); for SSO run aws sso login",
}

// Hint says in one sentence what can be done about an error of this package; it is empty where there is
// nothing to say beyond the message.
func Hint(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
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
		return hints[Senseless] + "; the change may have been made all the same"
	case e.clockIsWrong():
		return "this machine's clock is " + skewText(e.Skew) + "; set it and try again"
	case e.Class == Credentials && strings.Contains(e.Code, "Signature"):
		return "see that the secret access key is right and that this machine's clock is"
	case e.Class == Unavailable && strings.HasPrefix(e.Message, "no such host"):
		return "see that the region exists and that the network resolves AWS's names"
	case e.Class == Other && e.Status == 404:
		return "the endpoint does not know this operation; see --endpoint-url and AWS_ENDPOINT_URL"
	}
	return hints[e.Class]
}

// reads reports whether the call changes nothing in AWS.
func (e *Error) reads() bool {
	_, operation, _ := strings.Cut(e.Action, ":")
	return slices.ContainsFunc([]string{"Describe", "List", "Get"}, func(verb string) bool { return strings.HasPrefix(operation, verb) })
}
