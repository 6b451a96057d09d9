package cloud

import (
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// patient is the SDK's retryer that also retries an answer that broke off or makes no sense, and waits as long as an
// answer's Retry-After says; the SDK knows only AWS's own header. What changes something in EKS may be sent twice: a
// create carries its token, tags are set as before; a delete is not sent again (see DeleteProfile).
type patient struct{ aws.RetryerV2 }

// IsErrorRetryable adds broken and senseless answers to what the SDK retries.
func (r patient) IsErrorRetryable(err error) bool {
	return r.RetryerV2.IsErrorRetryable(err) || brokenAnswer(err) || errors.As(err, new(*senselessError))
}

// RetryDelay is the SDK's pause before the next attempt, or the longer one that the answer asks for.
func (r patient) RetryDelay(attempt int, err error) (time.Duration, error) {
	delay, failure := r.RetryerV2.RetryDelay(attempt, err)
	return max(delay, retryAfter(err)), failure
}

// longestRetryAfter bounds what an answer may ask for, in seconds.
const longestRetryAfter = 60

// retryAfter is the pause that an answer asks for in its header Retry-After (RFC 9110, 10.2.3), in seconds;
// a date is not looked at, because the clocks may differ. Zero where there is none.
func retryAfter(err error) time.Duration {
	response, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || response.Response == nil || response.Response.Response == nil {
		return 0
	}
	seconds, err := strconv.Atoi(response.Response.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, longestRetryAfter)) * time.Second
}
