package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// failure returns how the provider failed.
func (o origin) failure(ctx context.Context, err error) *credentialsError {
	e := &credentialsError{}
	if ctx.Err() != nil {
		e.message, e.cause = "getting the credentials was cut short", ctx.Err()
		return e
	}
	calls := operations(err)
	request := requestOf(err, calls)
	e.status = statusOf(request)
	e.passing = request != nil && e.status == 0 && connectionFailed(request)
	if role := o.refused(calls); role >= 0 && request != nil {
		e.message = fmt.Sprintf("no AWS credentials: sts:AssumeRole of %s for profile %s failed: %s",
			o.roles[role].RoleARN, quoted(o.roles[role].Profile), outcome("STS", request))
		e.hint = e.hintOr("check that the role's trust policy lets the credentials of " + o.label() +
			" assume it, and that they may call sts:AssumeRole")
		return e
	}
	what, hint := o.leafFailure(e, err, request)
	e.message, e.hint = "no AWS credentials from "+o.label()+": "+what, hint
	if o.kind == fromMetadata && o.leaf.CredentialSource == "" {
		e.message = "there are no AWS credentials: AWS_ACCESS_KEY_ID is not set, profile " + quoted(o.leafName()) +
			" has none, and neither has the instance metadata service (IMDS) of this machine: " + what
	}
	if len(o.roles) > 0 {
		e.message += ", so the role of profile " + quoted(o.roles[len(o.roles)-1].Profile) + " cannot be assumed"
	}
	return e
}

// hintOr returns the hint for a failure of the credentials themselves, else that of the failure's class.
func (e *credentialsError) hintOr(hint string) string {
	if e.class() != Credentials {
		return e.class().hint()
	}
	return hint
}

// operations are the calls in an SDK's error, the outermost first.
func operations(err error) []*smithy.OperationError {
	var out []*smithy.OperationError
	for {
		operation, ok := errors.AsType[*smithy.OperationError](err)
		if !ok {
			return out
		}
		out, err = append(out, operation), operation.Err
	}
}

// refused returns the index of the role whose AssumeRole is the innermost of the calls; -1 where another call is.
func (o origin) refused(calls []*smithy.OperationError) int {
	others := slices.ContainsFunc(calls, func(c *smithy.OperationError) bool { return c.Operation() != "AssumeRole" })
	if others || len(calls) > len(o.roles) {
		return -1
	}
	return len(calls) - 1
}

// requestOf returns how the innermost call failed, nil where it was not sent.
func requestOf(err error, calls []*smithy.OperationError) error {
	if len(calls) > 0 { // a container's endpoint is not asked by an operation
		err = calls[len(calls)-1].Err
	}
	if errors.As(err, new(*smithyhttp.RequestSendError)) || statusOf(err) != 0 {
		return err
	}
	return nil
}

// statusOf is the HTTP status of an answer.
func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// providerCodes are the error codes of the providers' services that may be shown, beside those of classOfCode: one
// that is not in a list may be anything.
var providerCodes = []string{
	"UnauthorizedException", "InvalidIdentityToken", "IDPRejectedClaim", "IDPCommunicationError",
	"RegionDisabledException", "PackedPolicyTooLarge", "InvalidGrantException", "InvalidClientException",
	"OutdatedBootstrap",
}

// outcome returns how a request failed: "STS answers AccessDenied (HTTP 403)".
func outcome(who string, request error) string {
	status := statusOf(request)
	if status == 0 {
		return who + ": " + connectionText(request)
	}
	if api, ok := errors.AsType[smithy.APIError](request); ok {
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

// variableHint says what to look at for a provider that a container brings.
const variableHint = "the variables AWS_CONTAINER_... and AWS_WEB_IDENTITY_TOKEN_FILE are set by ECS and EKS; " +
	"elsewhere unset them"

// leafFailure returns why the first credentials did not come, and what to do.
func (o origin) leafFailure(e *credentialsError, err, request error) (what, hint string) {
	if path := o.tokenFile(); path != "" {
		if reason := fileFault(path); reason != "" {
			return "its token file " + path + " " + reason, "check that the file exists and is readable; " + variableHint
		}
	}
	switch o.kind {
	case fromProcess:
		return o.processFailure(err)
	case fromSSO:
		return o.ssoFailure(request)
	case fromLogin:
		login := o.renewal()
		if e.class() == Credentials {
			return "it has ended, or there is none", login
		}
		return outcome("AWS", request), e.hintOr(login)
	case fromTokenVariable, fromTokenProfile:
		if request == nil {
			return "STS was not asked", "see role_arn or AWS_ROLE_ARN, and the region"
		}
		return outcome("STS", request), e.hintOr("check that the token has not expired, and that the role's trust policy " +
			"lets its identity provider and subject assume it")
	case fromContainer:
		switch {
		case request != nil:
			return outcome("it", request), variableHint
		case !errors.Is(err, errNoKeys) && !errors.As(err, new(*smithy.DeserializationError)):
			return "it was not asked, since AWS_CONTAINER_AUTHORIZATION_TOKEN or its file holds several lines", variableHint
		}
		return "its answer holds no credentials", variableHint
	case fromEnvironment:
		return "they are not set", "set both, or take credential_source = Environment out of profile " +
			quoted(o.leafName()) + " in " + o.configFile()
	case fromProfile:
		return "it is not complete", completeHint(o.leafName())
	}
	return o.noneFailure(e, request)
}

// noneFailure is for the provider of last resort: nothing is set, unless this is an instance with a role.
func (o origin) noneFailure(e *credentialsError, request error) (what, hint string) {
	status := e.status
	e.passing, e.status = false, 0 // no metadata service means no credentials, whatever it answers
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
	return what, "for SSO: " + withProfile("aws configure sso", o.leafName()) +
		"\nfor an access key: " + withProfile("aws configure", o.leafName()) +
		"\n" + othersHint
}

// othersHint is how to see the profiles that there are.
const othersHint = "to see the profiles that --profile or AWS_PROFILE may name: aws configure list-profiles"

// completeHint is how to enter the access key of a profile.
func completeHint(profile string) string {
	return "to enter both: " + withProfile("aws configure", profile)
}

// renewal is what to do about credentials that AWS does not take, or no longer.
func (o origin) renewal() string {
	switch o.kind {
	case fromSSO:
		return "to sign in: " + withProfile("aws sso login", o.leafName())
	case fromLogin:
		return "to sign in: " + withProfile("aws login", o.leafName())
	case fromEnvironment, fromTokenVariable, fromContainer, fromMetadata, fromProfile, fromTokenProfile, fromProcess:
	}
	test := "aws sts get-caller-identity"
	if o.leaf.Profile != "" {
		test = withProfile(test, o.profile)
	}
	return "the credentials are those of " + o.label() + "; renew them\nto test them: " + test
}

// ssoFailure is about a session that has ended, or of an account that it does not open.
func (o origin) ssoFailure(request error) (what, hint string) {
	login := o.renewal()
	switch status := statusOf(request); {
	case cmp.Or(o.leaf.SSOAccountID, o.leaf.SSORoleName) == "":
		return "the profile has no sso_account_id and sso_role_name", "to choose them: " +
			withProfile("aws configure sso", o.leafName())
	case request == nil || status == 401 || status == 400:
		path, err := ssocreds.StandardCachedTokenFilepath(cmp.Or(o.leaf.SSOSessionName, o.leaf.SSOStartURL))
		if err == nil {
			if reason := fileFault(path); reason != "" {
				return "you are not signed in: the file " + path + " " + reason, login
			}
		}
		return "it has expired, or is not valid", login
	case status == 403 || status == 404:
		what = fmt.Sprintf("%s for role %s in account %s",
			outcome("SSO", request), quoted(o.leaf.SSORoleName), quoted(o.leaf.SSOAccountID))
		return what, "see sso_role_name and sso_account_id of the profile in " + o.configFile() + "\n" + login
	}
	return outcome("SSO", request), "try again\n" + login
}

// processFailure returns what credential_process did.
func (o origin) processFailure(err error) (what, hint string) {
	what = "it did not end as it should"
	if failure, ok := errors.AsType[*processError](err); ok {
		what = failure.what
	}
	return what, "run the command of credential_process in " + o.configFile() + " by itself to see what it prints; " +
		`it must print nothing but JSON with "Version": 1, AccessKeyId and SecretAccessKey`
}
