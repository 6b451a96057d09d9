//go:build unix

package cli_test

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// release serves a release of fgctl v9.9.9 whose binary is a few lines of shell; sum is what checksums.txt says.
func release(t *testing.T, sum string) (base, archiveSum string) {
	t.Helper()
	dir := t.TempDir()
	const text = "#!/bin/sh\necho \"fgctl 9.9.9 $#: $1 | $2\"\necho warned >&2\ntest \"$1\" != no || exit 3\n"
	name, archiveSum := archive(t, dir, text)
	if sum == "" {
		sum = archiveSum
	}
	if err := os.WriteFile(filepath.Join(dir, "checksums.txt"), []byte(sum+"  "+name+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.StripPrefix("/v9.9.9", http.FileServer(http.Dir(dir))))
	t.Cleanup(server.Close)
	return server.URL, archiveSum
}

// archive writes the archive of fgctl v9.9.9 for this machine to dir; text is the program in it.
func archive(t *testing.T, dir, text string) (name, sum string) {
	t.Helper()
	name = fmt.Sprintf("fgctl_9.9.9_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH)
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	zip := gzip.NewWriter(file)
	archive := tar.NewWriter(zip)
	if err := archive.WriteHeader(&tar.Header{Name: "fgctl", Mode: 0o755, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{write(archive, text), archive.Close(), zip.Close(), file.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return name, fmt.Sprintf("%x", sha256.Sum256(data))
}

func write(w *tar.Writer, text string) error {
	_, err := w.Write([]byte(text))
	return err
}

// step runs a script of the action as a runner does, and returns its exit code, its log and the files that it wrote.
func step(t *testing.T, script string, env ...string) (code int, log, path, outputs, summary string) {
	t.Helper()
	for _, tool := range []string{"bash", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	read := func(name string) string {
		data, _ := os.ReadFile(filepath.Join(dir, name)) // absent is empty
		return string(data)
	}
	cmd := exec.Command("bash", "../../.github/actions/fgctl/"+script)
	cmd.Env = append(os.Environ(), append(env, "GITHUB_PATH="+dir+"/path", "GITHUB_OUTPUT="+dir+"/output",
		"GITHUB_STEP_SUMMARY="+dir+"/summary")...)
	text, _ := cmd.CombinedOutput() // its status is judged
	return cmd.ProcessState.ExitCode(), string(text), read("path"), read("output"), read("summary")
}

// The action installs what has the right sum, by the release's own list or by the caller's, and nothing else.
func TestActionInstalls(t *testing.T) {
	base, sum := release(t, "")
	for _, checksum := range []string{"", sum} {
		code, log, path, _, _ := step(t, "install.sh", "FGCTL_ACTION_BASE="+base, "FGCTL_ACTION_VERSION=v9.9.9",
			"FGCTL_ACTION_CHECKSUM="+checksum)
		if code != 0 || !strings.Contains(log, "fgctl 9.9.9") || path == "" {
			t.Errorf("checksum %q: exit %d, PATH %q\n%s", checksum, code, path, log)
		}
	}
	tampered, _ := release(t, strings.Repeat("0", 64))
	for name, env := range map[string][]string{
		"a wrong list": {"FGCTL_ACTION_BASE=" + tampered, "FGCTL_ACTION_VERSION=v9.9.9"},
		"a wrong sum": {
			"FGCTL_ACTION_BASE=" + base, "FGCTL_ACTION_VERSION=9.9.9", "FGCTL_ACTION_CHECKSUM=" + strings.Repeat("1", 64),
		},
		"no such release": {"FGCTL_ACTION_BASE=" + base, "FGCTL_ACTION_VERSION=v1.0.0"},
		"no version":      {"FGCTL_ACTION_BASE=" + base, "FGCTL_ACTION_VERSION="},
		"a path":          {"FGCTL_ACTION_BASE=" + base, "FGCTL_ACTION_VERSION=../../x"},
	} {
		if code, log, path, _, _ := step(t, "install.sh", env...); code == 0 || path != "" {
			t.Errorf("%s: exit %d, PATH %q\n%s", name, code, path, log)
		}
	}
}

// The arguments keep their quotes and are never run; the exit code is an output, and the summary shows what was said.
func TestActionRuns(t *testing.T) {
	bin := t.TempDir()
	const text = "#!/bin/sh\necho \"$#: $1 | $2\"\necho warned >&2\ntest \"$1\" != no || exit 3\n"
	if err := os.WriteFile(filepath.Join(bin, "fgctl"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]struct{ said, code string }{
		`match "a b"`:              {"2: match | a b", "0"},
		`no -f x`:                  {"3: no | -f", "3"},
		`match $(touch pwned) ; x`: {"5: match | $(touch", "0"},
	} {
		code, log, _, outputs, summary := step(t, "run.sh", "PATH="+bin+":"+os.Getenv("PATH"), "FGCTL_ACTION_ARGS="+args)
		if code != 0 || !strings.Contains(log, want.said) || !strings.Contains(outputs, "exit-code="+want.code+"\n") ||
			!strings.Contains(summary, want.said) || !strings.Contains(summary, "warned") {
			t.Errorf("%s: exit %d\n%s\noutputs %s\nsummary %s", args, code, log, outputs, summary)
		}
	}
	if _, err := os.Stat("pwned"); err == nil {
		t.Error("an argument was run")
	}
	code, log, _, _, _ := step(t, "run.sh", "FGCTL_ACTION_ARGS=match 'a")
	if code != 2 || !strings.Contains(log, "match 'a") {
		t.Errorf("an open quote: exit %d\n%s", code, log)
	}
}

// match, diff and validate answer through the action as they do in a shell, with their exit codes.
func TestActionCommands(t *testing.T) {
	const file = "../../examples/clusters/cluster.yaml"
	pods := "match --profiles-from " + file + " -f ../../examples/manifests/"
	for args, want := range map[string]struct{ said, code string }{
		"validate -f " + file:                  {"2 profiles in 1 file: 0 errors", "0"},
		"validate -f absent.yaml":              {"absent.yaml", "2"},
		pods + "deployment.yaml":               {"matched", "0"},
		pods + "pods.yaml":                     {"unmatched", "3"},
		"sandbox run -- fgctl diff -f " + file: {"+ web is created", "3"},
		pods + "pods.yaml -o github":           {"\n| error | unmatched | ", "3"},
	} {
		code, log, _, outputs, summary := step(t, "run.sh", "FGCTL_ACTION_ARGS="+args)
		if code != 0 || !strings.Contains(outputs, "exit-code="+want.code+"\n") || !strings.Contains(summary, want.said) {
			t.Errorf("%s: exit %d\n%s\noutputs %s\nsummary %s", args, code, log, outputs, summary)
		}
		// It is the comment too, where workflow commands would be noise.
		if strings.Contains(summary, "::error ") || strings.Contains(args, "github") != strings.Contains(log, "::error ") {
			t.Errorf("%s: annotations\n%s\nsummary %s", args, log, summary)
		}
	}
}

// A step has one comment, which its next run writes over; another step has its own. What GitHub refuses is a warning.
func TestActionComments(t *testing.T) {
	bin := t.TempDir()
	// It keeps comments as files; those of the list are chosen by the first line, which the filter names.
	const gh = `#!/bin/sh
cd "${0%/*}" && echo "$*" >>calls
test ! -e refused || exit 1
case "$*" in
*"--jq "*)
	for c in comment-*; do
		test -s "$c" || break
		case "$*" in *"$(head -n 1 "$c")"*) echo "${c#comment-}" ;; esac
	done ;;
*"--method PATCH repos/o/r/issues/comments/"*) cp "${7#body=@}" "comment-${5##*/}" ;;
*"--method POST repos/o/r/issues/7/comments "*) cp "${7#body=@}" "comment-$(ls | wc -l)" ;;
*) exit 1 ;;
esac
exit 0
`
	report := filepath.Join(bin, "report")
	run := func(number, args, text string) (string, []string) {
		t.Helper()
		for file, text := range map[string]string{"gh": gh, "report": text} {
			if err := os.WriteFile(filepath.Join(bin, file), []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		code, log, _, _, _ := step(t, "comment.sh", "PATH="+bin+":"+os.Getenv("PATH"), "GITHUB_REPOSITORY=o/r",
			"NUMBER="+number, "REPORT="+report, "FGCTL_ACTION_ARGS="+args)
		if code != 0 {
			t.Errorf("exit %d\n%s", code, log)
		}
		var bodies []string
		files, _ := filepath.Glob(filepath.Join(bin, "comment-*")) // the pattern is right
		for _, file := range files {
			data, _ := os.ReadFile(file) // absent is empty
			_, body, _ := strings.Cut(string(data), "-->\n")
			bodies = append(bodies, body)
		}
		slices.Sort(bodies)
		return log, bodies
	}
	for _, c := range []struct {
		number, args, text string
		want               []string
	}{
		{"", "match", "nobody reads it", nil},
		{"7", "match", "one", []string{"one"}},
		{"7", "match", "two", []string{"two"}},
		{"7", "diff", "three", []string{"three", "two"}},
		{"7", "match", "four", []string{"four", "three"}},
	} {
		if log, bodies := run(c.number, c.args, c.text); !slices.Equal(bodies, c.want) {
			t.Errorf("after %q the comments are %q, want %q\n%s", c.text, bodies, c.want, log)
		}
	}
	if err := os.WriteFile(filepath.Join(bin, "refused"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if log, _ := run("7", "match", "five"); !strings.Contains(log, "::warning::") {
		t.Errorf("a refusal is silent: %s", log)
	}
}

// The examples for GitLab and for a plain shell install a release by its checksum, and no other; then they judge.
func TestExamplesRelease(t *testing.T) {
	t.Parallel()
	s := newExampleShell(t)
	fgctl, err := exec.LookPath("fgctl")
	if err != nil {
		t.Fatal(err)
	}
	name, sum := archive(t, s.dir, "#!/bin/sh\nexec "+fgctl+" \"$@\"\n")
	const curl = `#!/bin/sh
while [ "$1" != --output ]; do shift; done
[ "$3" = "https://github.com/fgctl/fgctl/releases/download/v9.9.9/${3##*/}" ] && cp "${3##*/}" "$2"
`
	if err := os.WriteFile(filepath.Join(s.dir, "curl"), []byte(curl), 0o700); err != nil { // it is a program
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../examples/ci/gitlab-ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Fargate struct {
			Before    []string `yaml:"before_script"`
			Script    []string `yaml:"script"`
			Artifacts struct {
				Reports struct{ JUnit string }
			}
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	job := "PATH=$PWD:$PATH RELEASE=v9.9.9 CHECKSUM=%s\n" +
		strings.Join(append(file.Fargate.Before, file.Fargate.Script...), "\n")
	if code, _, all := s.run(t, fmt.Sprintf(job, strings.Repeat("1", 64))); code != 1 || !strings.Contains(all, sum) {
		t.Errorf("a wrong checksum: exit %d\n%s", code, all)
	}
	if code, _, all := s.run(t, fmt.Sprintf(job, sum)); code != 0 || !strings.Contains(all, "+ web is created") {
		t.Errorf("exit %d\n%s", code, all)
	}
	report, err := os.ReadFile(filepath.Join(s.dir, file.Fargate.Artifacts.Reports.JUnit))
	if err != nil || !strings.Contains(string(report), "<testcase") {
		t.Errorf("the report is %q, %v", report, err)
	}
	if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
		t.Fatal(err)
	}
	for script, want := range map[string]int{
		"PATH=$PWD:$PATH sh examples/scripts/install-release.sh v9.9.9 " + sum + " there":                                1,
		"sh examples/scripts/install-release.sh v9.9.9 '' there":                                                         2,
		"sh examples/scripts/review.sh examples/clusters/cluster.yaml":                                                   2,
		"fgctl sandbox run -- sh examples/scripts/review.sh examples/clusters/cluster.yaml examples/manifests/pods.yaml": 3,
		"fgctl sandbox run -- sh examples/scripts/review.sh absent.yaml examples/manifests/deployment.yaml":              2,
	} {
		if code, _, all := s.run(t, script); code != want {
			t.Errorf("%s: exit %d, want %d\n%s", script, code, want, all)
		}
	}
}
