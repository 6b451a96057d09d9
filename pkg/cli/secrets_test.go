//go:build unix

package cli

// This file looks for secrets in everything that fgctl prints and writes. FGCTL_SECRETS=all runs every command in
// every state and at every verbosity; otherwise each state meets two commands, so that each command meets many.

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/fgctl/fgctl/pkg/cli/env"
	"github.com/fgctl/fgctl/pkg/sandbox"
)

// secretCommands are those that talk to AWS.
var secretCommands = [][]string{
	{"get", "fargateprofile", "--cluster", "demo"},
	{"create", "fargateprofile", "new", "--namespace", "new", "--cluster", "demo"},
	{"delete", "fargateprofile", "web", "--yes", "--cluster", "demo"},
	{"replace", "fargateprofile", "web", "--namespace", "other", "--yes", "--settle", "0s", "--cluster", "demo"},
	{"wait", "fargateprofile", "web", "--for", "active", "--timeout", "2m", "--cluster", "demo"},
	{"match", "-f", "pod.yaml", "--cluster", "demo"},
	{"__complete", "get", "fargateprofile", "--cluster", "demo", ""},
}

// loudness are the flags that show most, and those that show least.
var loudness = [][]string{{"-v", "5"}, {"--dumpLogs"}, {"-v", "0"}}

func TestSecretsStayHidden(t *testing.T) {
	t.Parallel()
	var group errgroup.Group
	group.SetLimit(12) // they wait as much as they work
	for i, s := range providerStates() {
		for j, command := range secretCommands {
			for k, loud := range loudness {
				second := 1 + i%(len(secretCommands)-1)
				few := j == 0 && k == 0 || j == second && k == 1+i/len(secretCommands)%2
				if !few && asked["FGCTL_SECRETS"] != "all" {
					continue
				}
				group.Go(func() error {
					t.Run(s.name+"/"+command[0]+" "+loud[0]+loud[len(loud)-1], func(t *testing.T) { s.check(t, command, loud) })
					return nil
				})
			}
		}
	}
	for _, s := range settingStates() {
		for _, loud := range loudness {
			if loud[0] == "--dumpLogs" && asked["FGCTL_SECRETS"] != "all" {
				continue
			}
			group.Go(func() error {
				t.Run(s.name+"/"+loud[0]+loud[len(loud)-1], func(t *testing.T) { s.check(t, s.command, loud) })
				return nil
			})
		}
	}
	_ = group.Wait() // every case tells for itself
}

// check runs a command in the state.
func (s secretState) check(t *testing.T, command, loud []string) {
	world := oneProfile()
	server, err := sandbox.New(world, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if s.answer != nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
			if s.answer(w, r) {
				return
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		server.ServeHTTP(w, r)
	}))
	defer endpoint.Close()
	home := t.TempDir()
	fill := strings.NewReplacer("HOME", home, "URL", endpoint.URL)
	args := append(append([]string{}, command...), loud...)
	if command[0] == "__complete" {
		args = append(append([]string{"__complete"}, loud...), command[1:]...)
	}
	cmd := exec.CommandContext(t.Context(), "fgctl", args...)
	cmd.Dir = home
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "GORACE=atexit_sleep_ms=0", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_REGION=us-east-1", "AWS_ENDPOINT_URL=" + endpoint.URL,
		"AWS_ENDPOINT_URL_STS=" + endpoint.URL, "AWS_ENDPOINT_URL_SSO=" + endpoint.URL, "AWS_ENDPOINT_URL_SSO_OIDC=" + endpoint.URL,
		"AWS_RETRY_MODE=standard", "AWS_MAX_ATTEMPTS=2", "FGCTL_SETTLE=0s",
	}
	for _, entry := range s.env {
		key, value, _ := strings.Cut(entry, "=")
		cmd.Env = append(cmd.Env, key+"="+strings.NewReplacer("HOME", home, "URL", endpoint.URL).Replace(value))
	}
	inputs := map[string]string{"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: web}\nspec: {containers: [{name: a, image: a}]}\n"}
	inputs["profiles.yaml"] = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: demo, region: us-east-1}\nfargateProfiles: [{name: web, selectors: [{namespace: web}]}]\n"
	for name, text := range s.files {
		inputs[name] = fill.Replace(text)
	}
	writeInputs(t, home, inputs)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	s.judge(t, home, inputs, cmd.ProcessState.ExitCode(), command[0], stdout.String(), stderr.String())
}

// judge looks at what a run has left.
func (s secretState) judge(t *testing.T, home string, inputs map[string]string, code int, command, stdout, stderr string) {
	if strings.Contains(stdout+stderr, secretMark) {
		t.Errorf("a secret is printed:\n%s\n%s", stdout, stderr)
	}
	if signature := regexp.MustCompile(`Signature=[0-9a-f]{8}`); signature.MatchString(stdout + stderr) {
		t.Errorf("a signature is printed:\n%s\n%s", stdout, stderr)
	}
	_ = filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(home, path)
		data, _ := os.ReadFile(path)
		if strings.HasPrefix(name, ".aws/sso/cache/") {
			// The AWS CLI's own cache, which the SDK renews.
			if info, err := entry.Info(); err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("%s has the mode %s", name, info.Mode())
			}
			return nil
		}
		if string(data) != inputs[name] && bytes.Contains(data, []byte(secretMark)) {
			t.Errorf("a secret is written to %s:\n%s", name, data)
		}
		return nil
	})
	switch {
	case command == "__complete": // it has no words for a failure
	case s.words == "" && code != env.ExitDone:
		t.Errorf("exit %d:\n%s", code, stderr)
	case s.words != "" && (code == env.ExitDone || !regexp.MustCompile(strings.ReplaceAll(s.words, "HOME", home)).MatchString(stderr)):
		t.Errorf("exit %d, want %q in\n%s", code, s.words, stderr)
	}
}

func writeInputs(t *testing.T, home string, inputs map[string]string) {
	t.Helper()
	for name, text := range inputs {
		path := filepath.Join(home, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
