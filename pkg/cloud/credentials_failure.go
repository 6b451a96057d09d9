package cloud

// This file tells how a credential provider failed: by types, codes of a fixed list and numbers.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// failure tells a provider's failure.
func (o origin) failure(ctx context.Context, err error) *credentialsError {
	e := &credentialsError{}
	if ctx.Err() != nil {
		e.message, e.cause = "getting the credentials was cut short", ctx.Err()
		return e
	}
	calls, request := requestOf(err)
	e.status = statusOf(request)
	e.passing = request != nil && e.status == 0 && connectionFailed(request)
	if calls > 0 && request != nil && calls <= len(o.roles) && isOperation(err, calls, "AssumeRole") {
		o.tellRole(e, request, o.roles[calls-1].Profile, o.roles[calls-1].RoleARN)
		return e
	}
	what, hint := o.leafFailure(e, err, request)
	e.message, e.hint = "no AWS credentials from "+o.label()+": "+what, hint
	if o.kind == fromMetadata && o.leaf.CredentialSource == "" {
		e.message = "there are no AWS credentials: AWS_ACCESS_KEY_ID is not set, profile " + quoted(o.leafName()) + " has none, and the " +
			"instance metadata service (IMDS) of this machine gives none: " + what
	}
	if len(o.roles) > 0 {
		e.message += ", so the role of profile " + quoted(o.roles[len(o.roles)-1].Profile) + " cannot be assumed"
	}
	return e
}

// operations are the calls in an SDK's error, the outermost first.
func operations(err error) []*smithy.OperationError {
	var out []*smithy.OperationError
	for {
		var operation *smithy.OperationError
		if !errors.As(err, &operation) {
			return out
		}
		out, err = append(out, operation), operation.Err
	}
}

// requestOf returns how many calls of AssumeRole there are in all, and how the innermost call failed, nil where it was
// not sent.
func requestOf(err error) (roles int, request error) {
	all := operations(err)
	for _, operation := range all {
		if operation.Operation() == "AssumeRole" {
			roles++
		}
	}
	inner := err // a container's endpoint is not asked by an operation
	if len(all) > 0 {
		inner = all[len(all)-1].Err
	}
	if errors.As(inner, new(*smithyhttp.RequestSendError)) || statusOf(inner) != 0 {
		return roles, inner
	}
	return roles, nil
}

// isOperation says that the innermost of so many calls is one of that name.
func isOperation(err error, calls int, name string) bool {
	all := operations(err)
	return len(all) == calls && all[calls-1].Operation() == name
}

// statusOf is the HTTP status of an answer.
func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if err != nil && errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// providerCodes are the error codes of the providers' services that may be shown, beside those of codes: one that
// is not in a list may be anything.
var providerCodes = []string{
	"UnauthorizedException", "InvalidIdentityToken", "IDPRejectedClaim", "IDPCommunicationError", "RegionDisabledException",
	"PackedPolicyTooLarge", "InvalidGrantException", "InvalidClientException", "OutdatedBootstrap",
}

// outcome tells how a request failed: "STS answers AccessDenied (HTTP 403)".
func outcome(who string, request error) string {
	var api smithy.APIError
	status := statusOf(request)
	if status == 0 {
		return who + ": " + connectionText(request)
	}
	if errors.As(request, &api) {
		code := api.ErrorCode()
		if _, known := classOfCode(code); known || slices.Contains(providerCodes, code) {
			return fmt.Sprintf("%s answers %s (HTTP %d)", who, code, status)
		}
	}
	if status < 300 {
		return fmt.Sprintf("%s answers HTTP %d, but not with credentials", who, status)
	}
	return fmt.Sprintf("%s answers HTTP %d", who, status)
}

// tellRole reports whether a role was not assumed.
func (o origin) tellRole(e *credentialsError, request error, profile, arn string) {
	e.message = fmt.Sprintf("no AWS credentials: sts:AssumeRole of %s for profile %s failed: %s", arn, quoted(profile), outcome("STS", request))
	e.hint = "see that the role's trust policy lets the credentials of " + o.label() + " assume it, and that they may call sts:AssumeRole"
	if e.class() != Credentials {
		e.hint = hints[e.class()]
	}
}

// leafFailure tells why the first credentials did not come, and what to do.
func (o origin) leafFailure(e *credentialsError, err, request error) (what, hint string) {
	if path := o.tokenFile(); path != "" {
		if reason := fileFault(path); reason != "" {
			return "its token file " + path + " " + reason, "see that the file is there and may be read; " + o.variableHint()
		}
	}
	switch o.kind {
	case fromProcess:
		return o.processFailure(err)
	case fromSSO:
		return o.ssoFailure(request)
	case fromLogin:
		if e.class() == Credentials {
			return "it has ended, or there is none", "run " + withProfile("aws login", o.leafName())
		}
		return outcome("AWS", request), hints[e.class()]
	case fromTokenVariable, fromTokenProfile:
		if request == nil {
			return "STS was not asked", "see role_arn or AWS_ROLE_ARN, and the region"
		}
		hint = "see that the token has not expired, and that the role's trust policy lets its identity provider and subject assume it"
		if e.class() != Credentials {
			hint = hints[e.class()]
		}
		return outcome("STS", request), hint
	case fromContainer:
		switch {
		case request != nil:
			return outcome("it", request), o.variableHint()
		case !errors.Is(err, errNoKeys) && !errors.As(err, new(*smithy.DeserializationError)):
			return "it was not asked, since AWS_CONTAINER_AUTHORIZATION_TOKEN or its file holds several lines", o.variableHint()
		}
		return "its answer holds no credentials", o.variableHint()
	case fromEnvironment:
		return "they are not set", "set both, or take credential_source = Environment out of profile " + quoted(o.leafName()) + " in " + o.configFile()
	case fromProfile:
		return "it is not complete", "run " + withProfile("aws configure", o.leafName())
	case fromMetadata:
	}
	return o.noneFailure(e, request)
}

// variableHint says what to look at for a provider that a container brings.
func (o origin) variableHint() string {
	return "the variables AWS_CONTAINER_... and AWS_WEB_IDENTITY_TOKEN_FILE are set by ECS and EKS; elsewhere unset them"
}

// noneFailure is for the provider of last resort: nothing is set, unless this is an instance with a role.
func (o origin) noneFailure(e *credentialsError, request error) (what, hint string) {
	e.passing = false
	status := e.status
	e.status = 0 // no metadata service means no credentials, whatever it answers
	switch {
	case strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true"):
		what = "it is switched off by AWS_EC2_METADATA_DISABLED"
	case status != 0:
		what = outcome("it", request)
	case request != nil:
		what = "it does not answer"
	default:
		what = "it has none that can be used"
	}
	hint = "run " + withProfile("aws configure", o.leafName()) + " for an access key, or " + withProfile("aws configure sso", o.leafName()) +
		" for SSO; or choose a profile that has credentials by --profile (aws configure list-profiles)"
	return what, hint
}

// ssoFailure tells of a session that has ended, or of an account that it does not open.
func (o origin) ssoFailure(request error) (what, hint string) {
	login := "run " + withProfile("aws sso login", o.leafName())
	status := statusOf(request)
	if request == nil || status == 401 || status == 400 {
		what = "it has expired, or is not valid"
		name := o.leaf.SSOSessionName
		if name == "" {
			name = o.leaf.SSOStartURL
		}
		path, pathErr := ssocreds.StandardCachedTokenFilepath(name)
		if pathErr == nil {
			if reason := fileFault(path); reason != "" {
				what = "you are not signed in: the file " + path + " " + reason
			}
		}
		return what, login
	}
	if status == 403 || status == 404 {
		return outcome("SSO", request) + fmt.Sprintf(" for role %s in account %s", quoted(o.leaf.SSORoleName), quoted(o.leaf.SSOAccountID)),
			"see sso_role_name and sso_account_id of the profile in " + o.configFile() + ", or " + login
	}
	return outcome("SSO", request), "try again; " + login + " if it stays"
}

// processFailure tells what credential_process did.
func (o origin) processFailure(err error) (what, hint string) {
	var failure *processError
	if errors.As(err, &failure) {
		what = failure.what
	} else {
		what = "it did not end as it should"
	}
	return what, "run the command of credential_process in " + o.configFile() + " by itself to see what it prints; " +
		`it must print nothing but JSON with "Version": 1, AccessKeyId and SecretAccessKey`
}

// fileFault says why a file cannot be read; it is empty where it can.
func fileFault(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return "cannot be read: " + fileReason(err)
	}
	defer file.Close() //nolint:errcheck // it was only looked at
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return "is a directory"
	}
	return ""
}

// fileReason is why a file cannot be opened.
func fileReason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	return systemReason(err)
}

// systemReason is the operating system's own reason.
func systemReason(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return "it failed"
}

// timedOut says that a request ended by its own time.
func timedOut(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}
