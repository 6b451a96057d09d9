package cli

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// terminal opens a pseudo terminal.
func terminal(t *testing.T) (keys, screen *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = keys.Close() })
	var number, unlocked uint32
	for request, argument := range map[uintptr]*uint32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlocked} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, keys.Fd(), request, uintptr(unsafe.Pointer(argument))); errno != 0 {
			t.Skip(errno)
		}
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	return keys, screen
}

// At a terminal Ctrl-C reaches the command by itself, once, and fgctl ends with the command's status.
func TestSandboxRunAtATerminal(t *testing.T) {
	t.Parallel()
	keys, screen := terminal(t)
	ready := filepath.Join(t.TempDir(), "ready")
	const script = `trap 'echo interrupted; n=$((n+1))' INT; : >"$READY"; while [ -z "$n" ]; do sleep 0.05; done; sleep 0.3; echo "$n times"; read -r line; echo "read $line"; exit 7`
	cmd := exec.CommandContext(t.Context(), "fgctl", "sandbox", "run", "--", "sh", "-c", script)
	cmd.Env = append(os.Environ(), "READY="+ready)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the script runs", func() bool { _, err := os.Stat(ready); return err == nil })
	if _, err := io.WriteString(keys, "\x03"); err != nil {
		t.Fatal(err)
	}
	shown := make(chan string, 1)
	go func() {
		var text strings.Builder
		buffer := make([]byte, 1024)
		for !strings.Contains(text.String(), "read hello\r\n") {
			n, err := keys.Read(buffer)
			text.Write(buffer[:n])
			if err != nil {
				break
			}
			if strings.Contains(string(buffer[:n]), "times") {
				_, _ = io.WriteString(keys, "hello\n") // where it does not arrive the test fails
			}
		}
		shown <- text.String()
	}()
	_ = cmd.Wait() // its status is judged
	_ = screen.Close()
	if got := cmd.ProcessState.ExitCode(); got != 7 {
		t.Errorf("exit %d, want 7", got)
	}
	if text := <-shown; !strings.Contains(text, "1 times") || !strings.Contains(text, "read hello") {
		t.Errorf("the terminal shows %q", text)
	}
}
