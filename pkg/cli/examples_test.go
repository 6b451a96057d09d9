package cli_test

// This file runs everything in examples/, so that no example can go stale.

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// exampleShell runs scripts at the top of a copy of the repository's examples, with none of the machine's
// settings. The PATH of these tests leads to fgctl with a clock that runs faster (TestMain).
type exampleShell struct{ dir string }

func newExampleShell(t *testing.T) exampleShell {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the examples need a shell")
	}
	s := exampleShell{dir: t.TempDir()}
	if err := os.CopyFS(filepath.Join(s.dir, "examples"), os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs a script as a CI job does, stopping at the first command that fails.
func (s exampleShell) run(t *testing.T, script string) (code int, stdout, all string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", script)
	cmd.WaitDelay = time.Second
	cmd.Dir = s.dir
	// Sandboxes are quick here; what the examples show does not depend on it.
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "KUBECONFIG=",
		"FGCTL_CREATE_DELAY=50ms", "FGCTL_DELETE_DELAY=50ms",
		"GORACE=atexit_sleep_ms=0",  // the race detector makes every program end a second late
		"GOCOVERDIR=" + t.TempDir(), // without it a program built for coverage ends with a warning
	}
	var out, both strings.Builder
	var lock sync.Mutex // exec copies the two streams side by side
	cmd.Stdout = writers{&lock, []*strings.Builder{&out, &both}}
	cmd.Stderr = writers{&lock, []*strings.Builder{&both}}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), both.String()
}

// writers writes to several builders, one writer at a time.
type writers struct {
	lock     *sync.Mutex
	builders []*strings.Builder
}

func (w writers) Write(p []byte) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	for _, b := range w.builders {
		b.Write(p)
	}
	return len(p), nil
}

func TestExamplesReadme(t *testing.T) {
	t.Parallel()
	s := newExampleShell(t)
	readme, err := os.ReadFile("../../examples/README.md")
	if err != nil {
		t.Fatal(err)
	}
	exits := regexp.MustCompile(`# exits with (\d+)$`)
	commands := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSpace(line)
			want := 0
			if m := exits.FindStringSubmatch(line); m != nil {
				want, _ = strconv.Atoi(m[1])
			}
			commands++
			t.Run(line, func(t *testing.T) {
				t.Parallel()
				if code, _, all := s.run(t, line); code != want {
					t.Errorf("exit %d, want %d\n%s", code, want, all)
				}
			})
		}
	}
	if commands < 6 {
		t.Errorf("only %d commands were found", commands)
	}
	// The table knows every example.
	err = fs.WalkDir(os.DirFS("../../examples"), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path != "README.md" && !strings.Contains(string(readme), "("+path+")") {
			t.Errorf("%s is not in the table", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Each verdict of match has its pod.
func TestExamplesVerdicts(t *testing.T) {
	t.Parallel()
	s := newExampleShell(t)
	code, out, all := s.run(t, "fgctl match --profiles-from examples/clusters/wildcards.yaml -f examples/manifests/pods.yaml")
	if code != 3 {
		t.Errorf("exit %d\n%s", code, all)
	}
	for _, name := range []string{"matched", "ambiguous", "unmatched", "excluded"} {
		if !regexp.MustCompile(`(?m)^Pod/` + name + ` +\S+ +` + name + ` `).MatchString(out) {
			t.Errorf("no pod %s with this verdict in\n%s", name, out)
		}
	}
	if !regexp.MustCompile(`(?m)^Pod/pinned +prod-eu +matched +prod-batch `).MatchString(out) {
		t.Errorf("the pin does not settle it:\n%s", out)
	}
}

// The rotation ends with the successor alone, and a second run changes nothing more.
func TestExamplesRotation(t *testing.T) {
	t.Parallel()
	s := newExampleShell(t)
	const rotate = "sh examples/scripts/rotate-profile.sh demo web namespace=web,compute=fargate 'namespace=web*' examples/manifests/deployment.yaml"
	code, out, all := s.run(t, `fgctl sandbox run --create-delay 50ms --delete-delay 50ms -- sh -ec "`+rotate+`
		`+rotate+`
		fgctl get fargateprofile --cluster demo -o name"`)
	if code != 0 || out != "web-2\nweb-2\nweb-2\n" {
		t.Errorf("exit %d, standard output %q, want the successor's name twice and the only profile's\n%s", code, out, all)
	}
	if code, _, all := s.run(t, "sh examples/scripts/rotate-profile.sh demo"); code != 2 {
		t.Errorf("exit %d without arguments, want 2\n%s", code, all)
	}
	if code, _, all := s.run(t, "fgctl sandbox run -- sh examples/scripts/rotate-profile.sh demo eks-web namespace=web namespace=web x.yaml"); code != 2 {
		t.Errorf("exit %d with a reserved name, want 2\n%s", code, all)
	}
}

// The script for running pods, with what kubectl prints: from a file, and from a kubectl that prints it.
func TestExamplesRunningPods(t *testing.T) {
	t.Parallel()
	s := newExampleShell(t)
	const kubectl = "#!/bin/sh\ncase $2 in\npods) cat examples/manifests/running-pods.json ;;\n" +
		"*) echo '{\"kind\": \"List\", \"items\": []}' ;;\nesac\n"
	if err := os.WriteFile(filepath.Join(s.dir, "kubectl"), []byte(kubectl), 0o700); err != nil { // it is a program
		t.Fatal(err)
	}
	const ask = "fgctl sandbox run -- sh -ec 'fgctl create fargateprofile -f examples/clusters/cluster.yaml -v 0; %s'"
	_, fromFile, _ := s.run(t, strings.ReplaceAll(ask, "%s", "sh examples/scripts/running-pods.sh demo examples/manifests/running-pods.json"))
	code, fromKubectl, all := s.run(t, "PATH=$PWD:$PATH; "+strings.ReplaceAll(ask, "%s", "sh examples/scripts/running-pods.sh demo"))
	if code != 3 {
		t.Errorf("exit %d\n%s", code, all)
	}
	for _, out := range []string{fromFile, fromKubectl} {
		if !regexp.MustCompile(`(?m)^Job/report-29110 .* error: not-on-fargate$`).MatchString(out) || strings.Contains(out, "Deployment/metrics") {
			t.Errorf("it prints\n%s", out)
		}
	}
	if code, _, all := s.run(t, "sh examples/scripts/running-pods.sh"); code != 2 {
		t.Errorf("exit %d without arguments, want 2\n%s", code, all)
	}
}

// Every finding that findings.yaml announces in a comment is there.
func TestExamplesFindings(t *testing.T) {
	t.Parallel()
	s := newExampleShell(t)
	text, err := os.ReadFile("../../examples/manifests/findings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, out, all := s.run(t, "fgctl match --profiles-from examples/clusters/cluster.yaml -f examples/manifests/findings.yaml -o json")
	announced := regexp.MustCompile(`(?m)# ([a-z]+(?:-[a-z]+)*)(?::|$)`).FindAllStringSubmatch(string(text), -1)
	for _, code := range announced {
		if !strings.Contains(out, `"code": "`+code[1]+`"`) {
			t.Errorf("no finding %s in\n%s", code[1], all)
		}
	}
	if len(announced) < 8 {
		t.Errorf("only %d findings are announced", len(announced))
	}
}

// The steps of the CI jobs run as they stand, but for those that install fgctl from the network.
func TestExamplesCI(t *testing.T) {
	t.Parallel()
	for file, atLeast := range map[string]int{"github-actions.yaml": 3, "pull-request.yaml": 4, "profiles.yaml": 3} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			s := newExampleShell(t)
			if ran := s.runSteps(t, "../../examples/ci/"+file); ran < atLeast {
				t.Errorf("only %d steps were found", ran)
			}
		})
	}
}

// runSteps runs the steps of a CI job, and counts them.
func (s exampleShell) runSteps(t *testing.T, file string) (ran int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Name string `yaml:"name"`
				Run  string `yaml:"run"`
			} `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal(text, &workflow); err != nil {
		t.Fatal(err)
	}
	for name, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if step.Run == "" || step.Name == "Install fgctl" {
				continue
			}
			ran++
			if code, _, all := s.run(t, step.Run); code != 0 {
				t.Errorf("job %s, step %q: exit %d\n%s", name, step.Name, code, all)
			}
		}
	}
	return ran
}
