//go:build unix

package kind

import "syscall"

// ownGroup makes the command the head of a process group, as the first
// process of a container's session is.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
