//go:build linux || darwin

package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// roomOn is how many bytes this person may still write where a folder is.
func roomOn(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("ask the file system of %s: %w", dir, err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// ownerOf says whose a file is, and whether that is this process's user.
func ownerOf(fi os.FileInfo) (name string, mine bool) {
	s, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return "nobody known", false
	}
	name = strconv.FormatUint(uint64(s.Uid), 10)
	mine = int(s.Uid) == os.Geteuid()
	if u, err := user.LookupId(name); err == nil {
		name = u.Username
	}
	return name, mine
}

// othersMayWrite says whether more people than the owner may.
func othersMayWrite(fi os.FileInfo) bool { return fi.Mode().Perm()&0o022 != 0 }
