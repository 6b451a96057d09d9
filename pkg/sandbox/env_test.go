package sandbox_test

// A program in the sandbox's environment reaches the sandbox and nothing else.

import (
	"slices"
	"strings"
	"testing"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

func TestEnvironLeadsNowhereElse(t *testing.T) {
	base := []string{
		"PATH=/bin", "HOME=/home/me", "NO_PROXY=example.com", "HTTPS_PROXY=http://proxy:1", "FGCTL_CLUSTER=demo", "AWS_MAX_ATTEMPTS=2",
		"AWS_PROFILE=prod", "AWS_ENDPOINT_URL=http://elsewhere", "AWS_ENDPOINT_URL_EKS=http://elsewhere", "AWS_SESSION_TOKEN=secret",
		"AWS_ACCESS_KEY_ID=AKIAREAL", "AWS_REGION=eu-west-1", "AWS_CONFIG_FILE=/home/me/.aws/config", "AWS_SOMETHING_NEW=x",
		"FGCTL_PROFILE=prod", "FGCTL_REGION=eu-west-1", "FGCTL_ENDPOINT_URL=http://elsewhere", "FGCTL_SETTLE=30s",
		"FGCTL_SETTINGS=/home/me/fgctl.yaml",
	}
	out := sandbox.Environ(base, "http://127.0.0.1:1", sandbox.DefaultWorld())
	text := strings.Join(out, "\n") + "\n"
	for _, banned := range []string{"prod", "elsewhere", "secret", "AKIAREAL", "eu-west-1", "AWS_CONFIG_FILE=/home", "AWS_SOMETHING_NEW", "30s", "fgctl.yaml"} {
		if strings.Contains(text, banned) {
			t.Errorf("%q is still there:\n%s", banned, text)
		}
	}
	for _, want := range []string{
		"PATH=/bin", "FGCTL_CLUSTER=demo", "AWS_MAX_ATTEMPTS=2", "HTTPS_PROXY=http://proxy:1", "NO_PROXY=example.com,127.0.0.1,localhost,::1",
		"AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_PAGER=", "FGCTL_SETTLE=0s", "FGCTL_ENDPOINT_URL=http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false",
	} {
		if !slices.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
	keys := map[string]bool{}
	for _, entry := range out {
		key, _, _ := strings.Cut(entry, "=")
		if keys[key] {
			t.Errorf("%s is there twice", key)
		}
		keys[key] = true
	}
}

// What a shell must unset is never what Env sets.
func TestStrayAndEnvAreApart(t *testing.T) {
	for _, entry := range sandbox.Env("http://127.0.0.1:1", sandbox.World{}) {
		key, _, _ := strings.Cut(entry, "=")
		if slices.Contains(sandbox.Stray(), key) {
			t.Errorf("%s is set and unset", key)
		}
	}
}

func TestListenOnLoopbackOnly(t *testing.T) {
	for address, ok := range map[string]bool{
		"127.0.0.1:0": true, "localhost:0": true, "127.1.2.3:0": true,
		"0.0.0.0:0": false, ":0": false, "192.0.2.1:0": false, "example.com:0": false, "127.0.0.1": false, "[::]:0": false,
	} {
		l, err := sandbox.Listen(address)
		if (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
		if err == nil {
			_ = l.Close()
		}
	}
}
