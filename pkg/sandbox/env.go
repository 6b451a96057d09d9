package sandbox

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
)

// Env returns the environment, as KEY=VALUE, that leads the AWS CLI, the SDKs and fgctl to the sandbox at
// url: endpoint, region and dummy credentials. The user's AWS files and fgctl's settings file are put out
// of reach, so that nothing in them can lead elsewhere. FGCTL_SETTLE is 0s because the sandbox has no
// scheduler that lags.
func Env(url string, world World) []string {
	world = world.WithDefaults()
	return []string{
		"AWS_ENDPOINT_URL=" + url,
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false",
		"AWS_REGION=" + world.Region,
		"AWS_DEFAULT_REGION=" + world.Region,
		"AWS_ACCESS_KEY_ID=AKIASANDBOX000000000",
		"AWS_SECRET_ACCESS_KEY=sandbox",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_PAGER=",
		"FGCTL_ENDPOINT_URL=" + url,
		"FGCTL_SETTINGS=" + os.DevNull,
		"FGCTL_SETTLE=0s",
	}
}

// Stray are variables that could lead a program past the endpoint of Env, or make it fail on a profile
// that the empty files do not hold; a shell that evaluates Env must unset them.
func Stray() []string {
	return []string{
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
		"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_ENDPOINT_URL_EKS", "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL_STS",
		"AWS_ENDPOINT_URL_CLOUDFORMATION",
		"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_CA_BUNDLE",
		"FGCTL_PROFILE", "FGCTL_REGION",
	}
}

// own are the variables of fgctl that Env sets.
var own = []string{"FGCTL_ENDPOINT_URL", "FGCTL_SETTINGS", "FGCTL_SETTLE"}

// harmless are AWS variables that say how a client works, not where it goes.
var harmless = []string{
	"AWS_CLI_AUTO_PROMPT", "AWS_CLI_FILE_ENCODING", "AWS_DATA_PATH", "AWS_DEFAULT_OUTPUT", "AWS_MAX_ATTEMPTS",
	"AWS_RETRY_MODE", "AWS_SDK_UA_APP_ID",
}

// Environ is base with the sandbox's environment in the place of everything that could lead to the real
// AWS: every AWS_ variable goes but those that only say how a client works, and loopback is taken out of
// any proxy's reach.
func Environ(base []string, url string, world World) []string {
	noProxy := "127.0.0.1,localhost,::1"
	out := make([]string, 0, len(base)+16)
	for _, entry := range base {
		key, value, _ := strings.Cut(entry, "=")
		switch {
		case strings.EqualFold(key, "NO_PROXY"):
			if value != "" && !strings.HasPrefix(noProxy, value+",") {
				noProxy = value + "," + noProxy
			}
		case slices.Contains(harmless, key):
			out = append(out, entry)
		case strings.HasPrefix(key, "AWS_"), slices.Contains(Stray(), key), slices.Contains(own, key):
		default:
			out = append(out, entry)
		}
	}
	out = append(out, Env(url, world)...)
	return append(out, "NO_PROXY="+noProxy, "no_proxy="+noProxy)
}

// Listen opens a listener on loopback; port 0 takes a free one. The sandbox checks no signatures, so any other address
// is an error unless the names are given by which it is reached there, as in Options.AllowHosts.
func Listen(address string, allowHosts ...string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the address %q is not HOST:PORT: %w", address, err)
	}
	if !loopback(host) && len(allowHosts) == 0 {
		return nil, fmt.Errorf("the sandbox listens on loopback only, not on %q, unless it knows the names by which it is "+
			"reached there; use 127.0.0.1:PORT, or name the hosts that are allowed (--allow-host NAME)", address)
	}
	return net.Listen("tcp", address)
}
