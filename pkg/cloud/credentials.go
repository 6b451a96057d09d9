package cloud

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"

	"github.com/fgctl/fgctl/pkg/internal/shell"
)

// credentialsError is a failure to get credentials, in fgctl's words. What the SDK's providers say of one may hold the
// secrets that they were about to return: the output of a process, the answer of an endpoint, the line of a file. So
// none of their words go on: a failure is worded from the settings and from types and numbers alone. It wraps a
// context's error at most.
type credentialsError struct {
	message, hint string
	// status is the HTTP status of the service that refused, 0 where there was no answer.
	status int
	// passing says that the connection to the provider's service failed, which may clear by itself.
	passing bool
	cause   error
}

func (e *credentialsError) Error() string { return e.message }
func (e *credentialsError) Unwrap() error { return e.cause }

// class judges the failure. A long wait must survive a hiccup of STS or SSO.
func (e *credentialsError) class() Class {
	switch {
	case e.status == http.StatusTooManyRequests:
		return Throttled
	case e.passing, e.status >= 500:
		return Unavailable
	}
	return Credentials
}

// tellingProvider is the SDK's provider, with its failures told in fgctl's words.
type tellingProvider struct {
	aws.CredentialsProvider
	origin origin
	veil   *veil
}

// Retrieve returns credentials, or a credentialsError.
func (p tellingProvider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := p.CredentialsProvider.Retrieve(ctx)
	if err == nil && !credentials.HasKeys() {
		err = errNoKeys
	}
	if err != nil {
		return aws.Credentials{}, p.origin.failure(ctx, err)
	}
	p.veil.learn(credentials)
	return credentials, nil
}

// errNoKeys is for an answer that the SDK takes for credentials although they are none.
var errNoKeys = errors.New("no keys")

// tellCredentials puts a tellingProvider around the credentials of cfg. The SDK's own runner of processes lets
// them write to standard error, so it is replaced.
func tellCredentials(cfg *aws.Config, opts Options, x *exchanger) {
	o := originOf(cfg.ConfigSources, opts.Profile)
	if o.kind == fromProcess {
		inner := cfg.Copy()
		inner.Credentials = aws.NewCredentialsCache(credentialProcess{o.leaf.CredentialProcess, opts.Terminal})
		for i := len(o.roles) - 1; i >= 0; i-- {
			inner.Credentials = aws.NewCredentialsCache(assumeRole(inner, o.roles[i]))
		}
		cfg.Credentials = inner.Credentials
	}
	cfg.Credentials = tellingProvider{cfg.Credentials, o, &x.veil}
	x.renewal = o.renewal()
}

// assumeRole assumes the role of a profile with the credentials of cfg, as the SDK's config does.
func assumeRole(cfg aws.Config, profile config.SharedConfig) aws.CredentialsProvider {
	return stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), profile.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = profile.RoleSessionName
		if d := aws.ToDuration(profile.RoleDurationSeconds); d > stscreds.DefaultDuration {
			o.Duration = d
		}
		if profile.ExternalID != "" {
			o.ExternalID = aws.String(profile.ExternalID)
		}
	})
}

// noNothing makes an answer of SSO without credentials an error; the SDK's provider would end in a panic.
func noNothing(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("fgctlNoNothing", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		if answer, ok := out.Result.(*sso.GetRoleCredentialsOutput); ok && err == nil && answer.RoleCredentials == nil {
			err = errNoKeys
		}
		return out, metadata, err
	}), middleware.After)
}

// kind is a kind of credential provider, in the words of messages; behind "profile" comes the profile's name.
type kind string

// The kinds; fromMetadata is also what remains where nothing is set.
const (
	fromMetadata      kind = "the instance metadata service (IMDS)"
	fromEnvironment   kind = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	fromProfile       kind = "the access key of profile"
	fromTokenVariable kind = "the web identity of AWS_WEB_IDENTITY_TOKEN_FILE"
	fromTokenProfile  kind = "the web identity of profile"
	fromSSO           kind = "the SSO session of profile"
	fromLogin         kind = "the login session of profile"
	fromProcess       kind = "credential_process of profile"
	fromContainer     kind = "the container's endpoint of AWS_CONTAINER_CREDENTIALS_"
)

// origin is where the credentials come from, by the settings.
type origin struct {
	kind kind
	env  config.EnvConfig
	// leaf is the profile that the first credentials come from; it is not set for those of variables.
	leaf config.SharedConfig
	// roles are the profiles whose roles are assumed, the last to be assumed first.
	roles []config.SharedConfig
	// profile is the name of the profile that was chosen.
	profile string
}

// originOf finds the provider in the order in which the SDK does (config, resolveCredentialChain).
func originOf(sources []any, profile string) origin {
	o := origin{}
	for _, source := range sources {
		switch s := source.(type) {
		case config.EnvConfig:
			o.env = s
		case config.SharedConfig:
			o.leaf = s
		}
	}
	o.profile = cmp.Or(profile, o.env.SharedConfigProfile, o.leaf.Profile, "default")
	switch {
	case profile != "":
	case o.env.Credentials.HasKeys():
		o.kind = fromEnvironment
		return o
	case o.env.WebIdentityTokenFilePath != "":
		o.kind = fromTokenVariable
		return o
	}
	for {
		if o.leaf.RoleARN != "" && (o.leaf.WebIdentityTokenFile == "" || o.leaf.Source != nil) {
			o.roles = append(o.roles, o.leaf)
		}
		if o.leaf.Source == nil {
			break
		}
		o.leaf = *o.leaf.Source
	}
	o.kind = kindOf(o.leaf, o.env)
	return o
}

// kindOf is the kind of a profile that has no source_profile.
func kindOf(p config.SharedConfig, env config.EnvConfig) kind {
	switch {
	case p.Credentials.HasKeys():
		return fromProfile
	case p.CredentialSource == "Ec2InstanceMetadata":
		return fromMetadata
	case p.CredentialSource == "Environment":
		return fromEnvironment
	case p.CredentialSource != "":
		return fromContainer
	case p.WebIdentityTokenFile != "":
		return fromTokenProfile
	case cmp.Or(p.SSOSessionName, p.SSOStartURL, p.SSOAccountID, p.SSORoleName, p.SSORegion) != "" || p.SSOSession != nil:
		return fromSSO
	case p.LoginSession != "":
		return fromLogin
	case p.CredentialProcess != "":
		return fromProcess
	case env.ContainerCredentialsRelativePath != "" || env.ContainerCredentialsEndpoint != "":
		return fromContainer
	}
	return fromMetadata
}

// leafName is the name of the profile that the first credentials come from.
func (o origin) leafName() string { return cmp.Or(o.leaf.Profile, o.profile) }

// configFile is the shared config file.
func (o origin) configFile() string {
	return cmp.Or(o.env.SharedConfigFile, config.DefaultSharedConfigFilename())
}

// label names the provider, with the variable or the profile that chose it.
func (o origin) label() string {
	label := string(o.kind)
	switch {
	case strings.HasSuffix(label, "profile"):
		return label + " " + quoted(o.leafName())
	case o.kind != fromContainer:
		return label
	case o.env.ContainerCredentialsRelativePath != "":
		return label + "RELATIVE_URI"
	}
	label += "FULL_URI"
	if plain := plainURL(o.env.ContainerCredentialsEndpoint); plain != "" {
		label += " (" + plain + ")"
	}
	return label
}

// tokenFile is the file of the token that the provider shows, empty where it has none.
func (o origin) tokenFile() string {
	switch o.kind {
	case fromTokenVariable:
		return o.env.WebIdentityTokenFilePath
	case fromTokenProfile:
		return o.leaf.WebIdentityTokenFile
	case fromContainer:
		return os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
	}
	return ""
}

func quoted(text string) string { return `"` + text + `"` }

// withProfile is an AWS CLI command for a profile.
func withProfile(command, profile string) string {
	if profile == "default" {
		return command
	}
	return command + " --profile " + shell.Quote(profile)
}

// credentialsFailed returns the failure to get credentials in an SDK's error; nil where it is another.
func credentialsFailed(err error) *credentialsError {
	failure, _ := errors.AsType[*credentialsError](err)
	return failure
}
