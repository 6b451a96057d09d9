package cloud

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/fgctl/fgctl/pkg/internal/spelling"
)

// checkSettings judges the region and the endpoints that the SDK found: a wrong one would otherwise show late and in
// the SDK's words.
func checkSettings(cfg aws.Config) error {
	if cfg.Region == "" {
		return invalidSetting("no AWS region is set",
			"give --region, or set AWS_REGION, or set region in the AWS config file")
	}
	// It becomes a part of a host name.
	if !regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`).MatchString(cfg.Region) {
		return invalidSetting("region \""+cfg.Region+"\" is not the name of an AWS region",
			"give one like us-east-1 with --region, AWS_REGION or the AWS config file")
	}
	if strings.EqualFold(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		return nil
	}
	for _, service := range []string{"", "_EKS", "_EC2", "_IAM", "_STS"} {
		name := "AWS_ENDPOINT_URL" + service
		if err := checkEndpoint(name, os.Getenv(name)); err != nil {
			return err
		}
	}
	return checkEndpoint("endpoint_url of the AWS config file", aws.ToString(cfg.BaseEndpoint))
}

// checkEndpoint refuses what is no absolute http(s) URL of a host. Origin is where the text comes from;
// an empty text is no endpoint and fine. The text is quoted where it cannot hold a password: url.Parse's errors
// quote what they please.
func checkEndpoint(origin, text string) error {
	if text == "" {
		return nil
	}
	const hint = "give an address like http://127.0.0.1:5000"
	refuse := func(why, hint string) error { return invalidSetting(origin+": "+address(text)+" "+why, hint) }
	u, err := url.Parse(text)
	switch {
	case err != nil && strings.Contains(err.Error(), "invalid port"):
		return refuse("is not a URL: the port is not a number", hint)
	case err != nil:
		return refuse("is not a URL", hint)
	case u.Scheme != "http" && u.Scheme != "https":
		return refuse("does not start with http:// or https://", hint)
	case u.Hostname() == "":
		return refuse("names no host", hint)
	case u.User != nil:
		return refuse("holds a user name", "requests are signed; "+hint)
	case u.RawQuery != "" || u.Fragment != "":
		return refuse("holds a query or a fragment", hint)
	}
	return nil
}

// invalidSetting is an error about the settings: nothing was sent.
func invalidSetting(message, hint string) *Error {
	return &Error{Class: Invalid, Message: message, hint: hint}
}

// settingsError is the SDK's refusal of the shared files or of an AWS_* variable, told by its type and by the names
// in it: its words quote values.
func settingsError(ctx context.Context, err error, profile string) error {
	if ctx.Err() != nil {
		return wrap(ctx, "", ctx.Err())
	}
	profile = cmp.Or(profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), "default")
	var (
		missing config.SharedConfigProfileNotExistError
		role    config.SharedConfigAssumeRoleError
		load    config.SharedConfigLoadError
		needs   config.CredentialRequiresARNError
		bundle  *fs.PathError
		message string
		hint    = "see AWS_PROFILE, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE\nto see what is set: aws configure list"
	)
	switch {
	case errors.As(err, &role):
		message = "profile " + quoted(profile) + " cannot assume its role: the source_profile " + quoted(role.Profile) +
			" is missing, or has no credentials"
	case errors.As(err, &missing):
		message = "the AWS config files have no profile " + quoted(missing.Profile)
		names := CredentialsProfiles()
		if len(names) > 0 && len(names) <= 10 {
			message += "; there are " + strings.Join(names, ", ")
		}
		if near := spelling.Nearest(missing.Profile, names); near != "" {
			message += "; did you mean " + near + "?"
		}
		hint = othersHint
	case errors.As(err, &load):
		fault := cmp.Or(fileFault(load.Filename), "is not of the form [section] and key = value")
		message = "the AWS file " + load.Filename + " " + fault
	case errors.As(err, &needs):
		message = "profile " + quoted(needs.Profile) + " has " + needs.Type + " but no role_arn"
	case errors.As(err, new(config.AssumeRoleTokenProviderNotSetError)):
		message = "profile " + quoted(profile) + " requires an MFA code (mfa_serial), which fgctl does not ask for"
		hint = "get a session by aws sts get-session-token, or choose a profile with SSO by --profile"
	case strings.Contains(err.Error(), "partial credentials"):
		message = "profile " + quoted(profile) + ", or the one that its source_profile names, " +
			"has only one of aws_access_key_id and aws_secret_access_key"
		hint = completeHint(profile)
	case strings.Contains(err.Error(), "SSO session section"):
		message = "profile " + quoted(profile) + " names an sso_session, but the AWS config file has no [sso-session] of it"
		hint = "to set it up: " + withProfile("aws configure sso", profile)
	case errors.As(err, &bundle): // the SDK's own files are of the type above
		message = "the file " + bundle.Path + " of AWS_CA_BUNDLE or ca_bundle cannot be read: " + bundle.Err.Error()
		hint = "name a file of PEM certificates, or unset it to trust those of this machine"
	case strings.Contains(err.Error(), "CA bundle"):
		message = "the file of AWS_CA_BUNDLE or ca_bundle is not one of PEM certificates, or cannot be read"
	case settingIn(err.Error()) != "":
		message = settingIn(err.Error()) + " has an invalid value, or is missing (profile " + quoted(profile) + ")"
	case os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "":
		message = "AWS_CONTAINER_CREDENTIALS_FULL_URI: " + address(os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")) +
			" is not an address to get credentials from"
		hint = "it begins with https://, or with http:// and names a loopback address or the ones of ECS and EKS"
	default:
		message = "the AWS settings of profile " + quoted(profile) + " cannot be used"
	}
	return invalidSetting(message, hint)
}

// maxAWSFile bounds what is read of an AWS file for names alone.
const maxAWSFile = 1 << 20

// CredentialsProfiles returns the names of the profiles in the shared config and credentials files, sorted. It is for
// offering them; of a file that cannot be read nothing is offered.
func CredentialsProfiles() []string {
	var names []string
	for variable, path := range map[string]string{
		"AWS_CONFIG_FILE":             config.DefaultSharedConfigFilename(),
		"AWS_SHARED_CREDENTIALS_FILE": config.DefaultSharedCredentialsFilename(),
	} {
		file, err := os.Open(cmp.Or(os.Getenv(variable), path)) //nolint:gosec // the user's own file
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(io.LimitReader(file, maxAWSFile)); lines.Scan(); {
			section, isSection := strings.CutPrefix(strings.TrimSpace(lines.Text()), "[")
			section, _, ends := strings.Cut(section, "]")
			words := strings.Fields(section)
			switch {
			case !isSection || !ends || len(words) == 0:
			case words[0] == "profile" && len(words) > 1:
				names = append(names, strings.Trim(strings.Join(words[1:], " "), `"'`))
			case len(words) == 1:
				names = append(names, words[0])
			}
		}
		_ = file.Close()
	}
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// settingNames are the variables and the keys that the SDK names in its refusals.
var settingNames = []string{
	"AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_DEFAULTS_MODE", "AWS_ENABLE_ENDPOINT_DISCOVERY",
	"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "AWS_EC2_METADATA_V1_DISABLED", "AWS_USE_DUALSTACK_ENDPOINT",
	"AWS_USE_FIPS_ENDPOINT", "AWS_DISABLE_REQUEST_COMPRESSION", "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
	"AWS_ACCOUNT_ID_ENDPOINT_MODE", "AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION",
	"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", "AWS_S3_USE_ARN_REGION", "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "retry_mode", "max_attempts",
	"defaults_mode", "ec2_metadata_service_endpoint_mode", "disable_request_compression",
	"request_min_compression_size_bytes", "account_id_endpoint_mode", "request_checksum_calculation",
	"response_checksum_validation", "sso_session", "sso_region", "sso_start_url", "sso_account_id",
	"sso_role_name", "credential_source", "duration_seconds", "role_arn", "source_profile",
	"web_identity_token_file", "credential_process",
}

// settingIn returns the first word of a text that is the name of a setting, empty where there is none.
func settingIn(text string) string {
	for _, word := range regexp.MustCompile(`[A-Za-z0-9_]+`).FindAllString(text, -1) {
		if slices.Contains(settingNames, word) {
			return word
		}
	}
	return ""
}

// checkHalf refuses one half of an access key in the environment, as the AWS CLI does: the SDK would look elsewhere
// and use credentials that were not meant.
func checkHalf(profile string) error {
	id := cmp.Or(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_ACCESS_KEY"))
	secret := cmp.Or(os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SECRET_KEY"))
	if profile != "" || (id == "") == (secret == "") {
		return nil
	}
	set, unset := "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
	if id == "" {
		set, unset = unset, set
	}
	return invalidSetting(set+" is set, but "+unset+" is not",
		"set both, or unset "+set+" to take the credentials from elsewhere; --profile also overrules it")
}
