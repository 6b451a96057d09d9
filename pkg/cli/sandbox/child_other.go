//go:build !unix

package sandbox

import (
	"os"
	"os/exec"
	"syscall"
)

// family is a command; what it has started is not known here.
type family struct{ process *os.Process }

// startFamily starts a command.
func startFamily(cmd *exec.Cmd, _ bool) (*family, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &family{cmd.Process}, nil
}

// signal ends the command: other signals cannot be sent here.
func (f *family) signal(syscall.Signal) { _ = f.process.Kill() } // it may have ended by itself

func (f *family) alive() bool { return false }

func (f *family) close() {}
