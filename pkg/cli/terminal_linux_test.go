package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/fgctl/fgctl/pkg/sandbox"
)

// oversizedPod is too large for Fargate.
const oversizedPod = `apiVersion: v1
kind: Pod
metadata: {name: shop-1, namespace: web, labels: {eks.amazonaws.com/fargate-profile: web-2}}
spec:
  schedulerName: fargate-scheduler
  containers: [{name: c, image: x, resources: {requests: {cpu: "20"}}}]
status:
  phase: Pending
  conditions:
  - type: PodScheduled
    status: "False"
    message: Your pod's cpu/memory requirements exceed the max Fargate configuration
`

// fleeting is what differs from run to run.
var fleeting = map[string]string{
	`\(after [0-9hms]+\)`:                     "(after 1m0s)",
	`(request id )[0-9a-f-]{36}`:              "${1}855cb358-0000-4000-8000-000000000018",
	`(fargateprofile/demo/web/)[0-9a-f⏎\n-]+`: "${1}UUID\n",
	`20[0-9T:-]+Z \([0-9hms]+ ago\)`:          "2026-11-28T15:24:41Z (17s ago)",
}

// What a terminal of 80 columns and 24 rows shows, kept as testdata/terminal/*.txt: each command in its turn, with what
// is typed. FGCTL_UPDATE_SCRIPTS=1 writes the files; look at them.
func TestTerminal(t *testing.T) {
	update := asked["FGCTL_UPDATE_SCRIPTS"] != ""
	golden, err := filepath.Abs("testdata/terminal")
	if err != nil {
		t.Fatal(err)
	}
	fgctl, err := exec.LookPath("fgctl") // the directory has no kubectl
	if err != nil {
		t.Fatal(err)
	}
	world := sandbox.DefaultWorld()
	world.Delays = sandbox.Delays{Create: 60 * time.Millisecond, Delete: 60 * time.Millisecond}
	inSandbox(t, world)
	for name, value := range map[string]string{"FGCTL_CLUSTER": "demo", "NO_COLOR": "1", "TERM": "xterm", "HOME": t.TempDir(), "PATH": filepath.Dir(fgctl)} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"profiles.yaml": "fargateProfiles:\n- {name: api, selectors: [{namespace: api}]}\n- {name: web-2, selectors: [{namespace: 'web*'}, {namespace: shop, labels: {app: cart}}]}\n",
		"pods.yaml":     oversizedPod,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name, line string
		answers    []string
		code       int
		fits       bool // on the screen, whole
	}{
		{"create", "create fp web --namespace web", nil, 0, true},
		{"create-refused", "create fp api --namespace api --subnets subnet-0bbb0000000000001,subnet-0aaa0000000000002", nil, 3, true},
		{"create-nowhere", "create fp api --namespace api --cluster dmeo", nil, 3, true},
		{"describe", "describe fp web", nil, 0, true},
		{"replace", "replace fp web --selector namespace=web*", []string{"y"}, 0, true},
		{"why", "why -f pods.yaml", nil, 3, true},
		{"apply", "apply -f profiles.yaml", []string{"y"}, 0, false}, // the checks of two profiles
		{"get", "get fp", nil, 0, true},
		{"delete-interrupted", "delete fp api", []string{ctrlC}, 130, true},
		{"delete-refused", "delete fp --all", []string{"y", "n"}, 3, true},
		{"delete", "delete fp web-3 api", []string{"web-3", "api web-3"}, 0, true},
	} {
		code, lines := atTerminal(t, test.answers, strings.Fields(test.line)...)
		if code != test.code || test.fits && len(lines) > 22 {
			t.Errorf("%s: exit %d, %d lines", test.name, code, len(lines))
		}
		shown := "$ fgctl " + test.line + "\n" + strings.Join(lines, "\n") + "\n"
		for pattern, fixed := range fleeting {
			shown = regexp.MustCompile(pattern).ReplaceAllString(shown, fixed)
		}
		if strings.Contains(shown, "⏎") {
			t.Errorf("%s: the terminal breaks a line\n%s", test.name, shown)
		}
		path := filepath.Join(golden, test.name+".txt")
		if update {
			if err := os.WriteFile(path, []byte(shown), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != shown {
			t.Errorf("%s: %v; the terminal shows\n%s\nwant\n%s", test.name, err, shown, want)
		}
	}
}

// atTerminal runs fgctl at a terminal of 80 columns, types an answer to each question, and returns the lines that it
// leaves there.
func atTerminal(t *testing.T, answers []string, args ...string) (code int, lines []string) {
	t.Helper()
	keys, screen := terminal(t)
	size := [4]uint16{24, 80}
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, keys.Fd(), syscall.TIOCSWINSZ, uintptr(unsafe.Pointer(&size))); errno != 0 {
		t.Fatal(errno)
	}
	cmd := exec.CommandContext(t.Context(), "fgctl", args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	const end = "\x00"
	codes := make(chan int, 1)
	go func() {
		_ = cmd.Wait() // its code is looked at
		codes <- cmd.ProcessState.ExitCode()
		_, _ = io.WriteString(screen, end)
	}()
	var drawn strings.Builder
	for buffer := make([]byte, 4096); !strings.HasSuffix(drawn.String(), end); {
		n, err := keys.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		drawn.Write(buffer[:n])
		if text := drawn.String(); len(answers) == 0 || !strings.HasSuffix(text, ": ") && !strings.HasSuffix(text, "[y/N] ") {
			continue
		}
		if answers[0] == ctrlC {
			err = cmd.Process.Signal(os.Interrupt)
		} else {
			_, err = io.WriteString(keys, answers[0]+"\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		answers = answers[1:]
	}
	return <-codes, screenOf(strings.TrimSuffix(drawn.String(), end), 80)
}

// ctrlC in the place of an answer interrupts fgctl.
const ctrlC = "^C"

// screenOf returns the lines that a terminal of so many columns shows of what was written there.
func screenOf(drawn string, columns int) []string {
	var line []rune
	var lines []string
	column := 0
	for _, part := range regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]|(?s:.)`).FindAllString(drawn, -1) {
		switch part {
		case "\n":
			lines, line, column = append(lines, strings.TrimRight(string(line), " ")), nil, 0
		case "\r":
			column = 0
		case "\x1b[K":
			line = line[:min(column, len(line))]
		default:
			if column == columns {
				lines, line, column = append(lines, string(line)+"⏎"), nil, 0
			}
			line = append(line[:column], append([]rune(part), line[min(column+1, len(line)):]...)...)
			column++
		}
	}
	if len(line) > 0 {
		lines = append(lines, string(line))
	}
	return lines
}
