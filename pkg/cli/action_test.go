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
	"strings"
	"testing"
)

// release serves a release of fgctl v9.9.9 whose binary is a few lines of shell; sum is what checksums.txt says.
func release(t *testing.T, sum string) (base, archiveSum string) {
	t.Helper()
	dir := t.TempDir()
	name := fmt.Sprintf("fgctl_9.9.9_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH)
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	const text = "#!/bin/sh\necho \"fgctl 9.9.9 $#: $1 | $2\"\necho warned >&2\ntest \"$1\" != no || exit 3\n"
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
	archiveSum = fmt.Sprintf("%x", sha256.Sum256(data))
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
}
