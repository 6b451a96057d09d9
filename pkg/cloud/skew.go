package cloud

// This file tells a wrong clock from wrong credentials.

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// skewCodes are refusals of a request because of its time alone (EC2 API Reference and AWS's Common Errors).
var skewCodes = []string{"RequestTimeTooSkewed", "RequestExpired"}

// skewTexts are what AWS says besides a code that is for wrong keys too, in lower case.
var skewTexts = []string{"signature expired", "signature not yet current"}

// clockIsWrong reports whether AWS refused the request because of its time.
func (e *Error) clockIsWrong() bool {
	message := strings.ToLower(e.Message)
	return slices.Contains(skewCodes, e.Code) || strings.Contains(e.Code, "Signature") &&
		slices.ContainsFunc(skewTexts, func(text string) bool { return strings.Contains(message, text) })
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
