// Package terminal opens pseudo-terminals.
package terminal

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Open makes a terminal from the /dev/ptmx that the calling thread sees. The
// slave is opened through the master, so that no path has to be right.
func Open() (master, slave *os.File, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open /dev/ptmx: %w", err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		_ = unix.Close(fd)
		return nil, nil, fmt.Errorf("unlock the terminal: %w", err)
	}
	peer, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if errno != 0 {
		_ = unix.Close(fd)
		return nil, nil, fmt.Errorf("open the terminal: %w", errno)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // so that Close ends a Read
		_ = unix.Close(fd)
		_ = unix.Close(int(peer))
		return nil, nil, err
	}
	return os.NewFile(uintptr(fd), "terminal"), os.NewFile(peer, "terminal"), nil
}

// Resize sets the terminal's size in characters.
func Resize(t *os.File, cols, rows uint16) error {
	raw, err := t.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) {
		failed = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: cols})
	}); err != nil {
		return err
	}
	return failed
}
