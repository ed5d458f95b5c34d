//go:build unix

package programs

import (
	"os/exec"
	"syscall"
)

// ownGroup makes cancelling a command end its children too: a go build that
// is killed leaves its compilers running.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
