package cloud

import (
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// Class says what a failure means for the caller. AWS's refusals are sorted by code and text: the SDK's exception types
// are not enough, because EKS returns exceptions that its model does not name.
type Class int

// The classes. Other is permanent and unexplained.
const (
	// Other is everything that has no class of its own; permanent.
	Other Class = iota
	// NotFound: the thing does not exist.
	NotFound
	// Exists: the name is taken; permanent.
	Exists
	// Busy: another profile of the cluster is CREATING or DELETING, or the cluster is being updated;
	// clears by itself.
	Busy
	// TrustNotReady: EKS does not see a fitting trust policy; clears within minutes for a role that was
	// made or changed just now, and is permanent otherwise.
	TrustNotReady
	// Invalid: AWS refuses the request as it is, or the settings are wrong (see Error.Local).
	Invalid
	// LimitExceeded: a quota is reached.
	LimitExceeded
	// AccessDenied: the caller lacks a permission (see Error.Permission).
	AccessDenied
	// Throttled: too many requests; clears by itself.
	Throttled
	// Unavailable: no answer, a broken answer, or a fault of AWS; clears by itself as a rule.
	Unavailable
	// Senseless: the endpoint's answer is none of AWS: empty, foreign, without what AWS always sends, endless or
	// a redirect. A proxy may be the cause, so it may clear by itself.
	Senseless
	// Credentials: there are none, they have expired, or AWS does not accept them.
	Credentials
	// Canceled: the caller's context ended; errors.Is finds its error.
	Canceled
)

var classNames = [...]string{
	"other", "not found", "exists", "busy", "trust not ready", "invalid", "limit exceeded", "access denied",
	"throttled", "unavailable", "senseless", "credentials", "cancelled",
}

// String names the class.
func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return "unknown"
	}
	return classNames[c]
}

// Transient reports whether the same request may succeed later without anybody's doing.
func (c Class) Transient() bool {
	return c == Busy || c == TrustNotReady || c == Throttled || c == Unavailable || c == Senseless
}

// classOfCode returns the class of an error code of EKS, EC2, IAM and STS that decides alone, and whether it is one
// (EKS API model; EC2 API Reference, Error codes; IAM API Reference, Common errors).
func classOfCode(code string) (class Class, known bool) {
	switch code {
	case "ResourceNotFoundException", "NotFoundException", "NoSuchEntity", "NoSuchEntityException":
		return NotFound, true
	case "EntityAlreadyExists", "EntityAlreadyExistsException":
		return Exists, true
	case "ConcurrentModification", "ConcurrentModificationException":
		return Busy, true
	case "InvalidParameterException", "InvalidRequestException", "ClientException", "BadRequestException",
		"UnsupportedAvailabilityZoneException", "ValidationError", "ValidationException", "MalformedPolicyDocument",
		"MalformedPolicyDocumentException", "InvalidInput", "InvalidInputException", "InvalidParameterValue",
		"InvalidParameterCombination", "MissingParameter":
		return Invalid, true
	case "ResourceLimitExceededException", "LimitExceeded":
		return LimitExceeded, true
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "ForbiddenException", "NotAuthorized":
		return AccessDenied, true
	case "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
		"RequestLimitExceeded", "TooManyRequestsException", "BandwidthLimitExceeded", "SlowDown",
		"PriorRequestNotComplete", "EC2ThrottledException", "LimitExceededException",
		"ProvisionedThroughputExceededException", "TransactionInProgressException":
		return Throttled, true
	// "Required resources (such as service-linked roles) were created and are still propagating."
	case "ResourcePropagationDelayException",
		"ServerException", "ServiceUnavailableException", "ServiceUnavailable", "InternalFailure", "InternalError",
		"InternalServerError", "ServiceFailure", "Unavailable", "RequestTimeout", "RequestTimeoutException":
		return Unavailable, true
	case "RequestTimeTooSkewed", "ExpiredToken", "ExpiredTokenException", "RequestExpired",
		"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure",
		"InvalidSignatureException", "SignatureDoesNotMatch", "MissingAuthenticationToken",
		"MissingAuthenticationTokenException", "IncompleteSignature", "IncompleteSignatureException", "NotSignedException":
		return Credentials, true
	}
	return Other, false
}

// texts holds the refusals whose code says too little, in lower case. The code, where given, must fit
// too; the first fit counts.
var texts = []struct {
	code, text string
	class      Class
}{
	{"ResourceInUseException", "already exists", Exists},
	{"ResourceInUseException", "in status creating", Busy},
	{"ResourceInUseException", "in status deleting", Busy},
	{"ResourceInUseException", "update in progress", Busy},
	{"InvalidParameterException", "misconfigured podexecutionrole trust policy", TrustNotReady},
	{"InvalidRequestException", "misconfigured podexecutionrole trust policy", TrustNotReady},
	// EKS looks at subnets and at its service-linked role with the caller's permissions.
	{"", "missing permissions for", AccessDenied},
	{"InvalidParameterException", "is not authorized to perform", AccessDenied},
	{"InvalidRequestException", "is not authorized to perform", AccessDenied},
}

// classify sorts an answer, or a failure that has none.
func classify(e *Error, err error) Class {
	if failure := credentialsFailed(err); failure != nil {
		return failure.class()
	}
	if errors.As(err, new(*senselessError)) {
		return Senseless
	}
	message := strings.ToLower(e.Message)
	for _, t := range texts {
		if (t.code == "" || t.code == e.Code) && strings.Contains(message, t.text) {
			return t.class
		}
	}
	if class, known := classOfCode(e.Code); known {
		return class
	}
	switch {
	// EC2 has a code of this form for every kind of thing: InvalidSubnetID.NotFound.
	case strings.HasSuffix(e.Code, ".NotFound"):
		return NotFound
	case strings.HasSuffix(e.Code, ".Malformed"):
		return Invalid
	case e.Status == http.StatusTooManyRequests:
		return Throttled
	case e.Status == http.StatusRequestTimeout, e.Status >= 500 && e.Status != http.StatusNotImplemented,
		connectionFailed(err):
		return Unavailable
	}
	return Other
}

// connectionFailed reports whether there was no answer, or only a part of one.
func connectionFailed(err error) bool {
	var connection interface{ ConnectionError() bool }
	if errors.As(err, &connection) && connection.ConnectionError() {
		return true
	}
	text := err.Error()
	return brokenAnswer(err) || errors.As(err, new(*net.OpError)) || errors.As(err, new(*net.DNSError)) || timedOut(err) ||
		strings.Contains(text, "connection reset") || strings.Contains(text, "use of closed network connection")
}

// brokenAnswer reports whether only a part of the answer came: the connection was closed before the end, or
// what came as a whole breaks off, as a proxy between may cause. The SDK reports that as a fault of parsing,
// which it does not retry.
func brokenAnswer(err error) bool {
	elsewhere := !errors.As(err, new(*smithy.DeserializationError))
	// A parser's plain EOF is the end of an answer that came as a whole and lacks what the call returns.
	if errors.Is(err, io.ErrUnexpectedEOF) || elsewhere && errors.Is(err, io.EOF) {
		return true
	}
	text := err.Error()
	return !elsewhere && slices.ContainsFunc(cutShort, func(words string) bool { return strings.Contains(text, words) })
}

// cutShort are the words of the SDK's parsers of JSON and XML for a text that ends too early.
var cutShort = []string{"unexpected end of JSON input", "unterminated string", "unterminated escape", "unexpected EOF"}
