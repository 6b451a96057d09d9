//go:build unix

package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
)

// family is a command and what it has started.
type family struct {
	pid int
	// shared: the command is in fgctl's process group, with others that are not of the family. Else it is in
	// its own, and all that it starts is too.
	shared bool
	// members are the processes of a shared family, as far as they were there when it was signalled: whoever
	// loses its parent is not found again.
	members []int
	guard   *guard
}

// startFamily starts a command that is to end with fgctl.
func startFamily(cmd *exec.Cmd, shared bool) (*family, error) {
	if !shared {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	}
	g := startGuard()
	if err := cmd.Start(); err != nil {
		g.close()
		return nil, err
	}
	f := &family{pid: cmd.Process.Pid, shared: shared, guard: g}
	g.watch(f.target())
	return f, nil
}

// target is what kill(2) takes for the family: the group, or the command alone.
func (f *family) target() int {
	if f.shared {
		return f.pid
	}
	return -f.pid
}

// signal sends a signal to the command and all that it has started.
func (f *family) signal(sent syscall.Signal) {
	if !f.shared {
		_ = syscall.Kill(f.target(), sent) // it may have ended by itself
		return
	}
	for _, pid := range append([]int{f.pid}, descendants(f.pid)...) {
		if !slices.Contains(f.members, pid) {
			f.members = append(f.members, pid)
		}
	}
	for _, pid := range f.members {
		_ = syscall.Kill(pid, sent)
	}
}

// alive reports whether something of the family is left.
func (f *family) alive() bool {
	if !f.shared {
		return !errors.Is(syscall.Kill(f.target(), 0), syscall.ESRCH)
	}
	return slices.ContainsFunc(f.members, func(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) })
}

func (f *family) close() { f.guard.close() }

// descendants are the processes that a process has started, with theirs; none where there is no ps.
func descendants(of int) []int {
	out, err := exec.Command("ps", "-A", "-o", "pid=", "-o", "ppid=").Output()
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for line := range bytes.Lines(out) {
		var pid, parent int
		if _, err := fmt.Sscan(string(line), &pid, &parent); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	found := slices.Clone(children[of])
	for i := 0; i < len(found); i++ {
		found = append(found, children[found[i]]...)
	}
	return found
}

// guard is a process that kills the family where fgctl ends without a chance to do so: by SIGKILL, for want
// of memory, by a panic. It holds the other end of a pipe, which breaks then.
type guard struct {
	cmd     *exec.Cmd
	pipe    io.WriteCloser
	watches bool
}

// guardScript reads whom to kill, and kills unless a second line relieves it.
const guardScript = `read -r whom && ! read -r relieved && kill -s KILL -- "$whom"`

// startGuard starts a guard; where there is no shell there is none, and the family is not guarded.
func startGuard() *guard {
	cmd := exec.Command("/bin/sh", "-c", guardScript)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the keys of a terminal are not for it
	pipe, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return nil
	}
	return &guard{cmd: cmd, pipe: pipe}
}

// watch says whom to kill.
func (g *guard) watch(target int) {
	if g != nil {
		_, _ = io.WriteString(g.pipe, strconv.Itoa(target)+"\n") // a guard that has gone guards nothing
		g.watches = true
	}
}

// close relieves the guard.
func (g *guard) close() {
	if g == nil {
		return
	}
	if g.watches {
		_, _ = io.WriteString(g.pipe, "relieved\n")
	}
	_ = g.pipe.Close()
	_ = g.cmd.Wait() // its status says only that it did not kill
}
