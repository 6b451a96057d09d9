package cloud

// This file judges the settings before anything is sent: a wrong one would otherwise show late and in
// the SDK's words.

import (
	"context"
	"errors"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// regionText is what can be part of a host name; a region becomes one.
var regionText = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// endpointVariables are the places besides --endpoint-url that an endpoint of our services comes from.
var endpointVariables = []string{
	"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EKS", "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL_STS",
}

// checkSettings judges the region and the endpoints that the SDK found.
func checkSettings(cfg aws.Config) error {
	if cfg.Region == "" {
		return invalidSetting("no AWS region is set", "give --region, or set AWS_REGION, or set region in the AWS config file")
	}
	if !regionText.MatchString(cfg.Region) {
		return invalidSetting("region \""+cfg.Region+"\" is not the name of an AWS region",
			"give one like us-east-1 with --region, AWS_REGION or the AWS config file")
	}
	if strings.EqualFold(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		return nil
	}
	for _, name := range endpointVariables {
		if err := checkEndpoint(name, os.Getenv(name)); err != nil {
			return err
		}
	}
	return checkEndpoint("endpoint_url of the AWS config file", aws.ToString(cfg.BaseEndpoint))
}

// checkEndpoint refuses what is no absolute http(s) URL of a host. Origin is where the text comes from;
// an empty text is no endpoint and fine.
func checkEndpoint(origin, text string) error {
	if text == "" {
		return nil
	}
	const hint = "give an address like http://127.0.0.1:5000"
	u, err := url.Parse(text)
	if err != nil {
		reason := err
		var parse *url.Error
		if errors.As(err, &parse) {
			reason = parse.Err
		}
		return invalidSetting(origin+": \""+text+"\" is not a URL: "+reason.Error(), hint)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return invalidSetting(origin+": \""+text+"\" does not start with http:// or https://", hint)
	case u.Hostname() == "":
		return invalidSetting(origin+": \""+text+"\" names no host", hint)
	case u.User != nil:
		return invalidSetting(origin+": \""+u.Redacted()+"\" holds a user name", "requests are signed; "+hint)
	case u.RawQuery != "" || u.Fragment != "":
		return invalidSetting(origin+": \""+text+"\" holds a query or a fragment", hint)
	}
	return nil
}

// invalidSetting is an error about the settings: nothing was sent.
func invalidSetting(message, hint string) *Error {
	return &Error{Class: Invalid, Message: message, hint: hint}
}

// settingsError is the SDK's refusal of the shared files or of an AWS_* variable.
func settingsError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return wrap(ctx, "", err)
	}
	e := invalidSetting(err.Error(), "see AWS_PROFILE, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or run aws configure list")
	e.Err = err
	var missing config.SharedConfigProfileNotExistError
	if errors.As(err, &missing) {
		e.Message = "the AWS config files have no profile \"" + missing.Profile + "\""
		e.hint = "see aws configure list-profiles; --profile or AWS_PROFILE chooses one"
	}
	return e
}
