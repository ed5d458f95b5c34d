//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/pod/launch"
)

// hostFolders are the node's programs and libraries, the same in every
// container: the sandbox has no images.
var hostFolders = []string{"usr", "bin", "sbin", "lib", "lib32", "lib64", "nix"}

const passwd = `root:x:0:0:root:/root:/bin/sh
istio-proxy:x:1337:1337::/:/bin/sh
nobody:x:65534:65534::/:/bin/sh
`

// buildRoot makes c.Root the root of a container: a tmpfs with the host's
// programs read-only, its own /dev, /proc and /etc, the image's files and the
// pod's volumes.
func buildRoot(c launch.Container) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("tmpfs", c.Root, "tmpfs", 0, "mode=0755,size=256m"); err != nil {
		return fmt.Errorf("mount the root: %w", err)
	}
	for _, step := range []func(launch.Container) error{folders, programs, devices, kernel, etc} {
		if err := step(c); err != nil {
			return err
		}
	}
	if err := bind(launch.Mount{Host: c.Self, Pod: launch.Program, ReadOnly: true}, c.Root); err != nil {
		return err
	}
	for _, m := range c.Files {
		m.ReadOnly = true
		if err := bind(m, c.Root); err != nil {
			return err
		}
	}
	for _, m := range c.Volumes {
		if err := bind(m, c.Root); err != nil {
			return err
		}
	}
	return nil
}

func folders(c launch.Container) error {
	for _, d := range []string{"proc", "sys", "dev/pts", "dev/shm", "tmp", "etc", "var/run", "var/log", "run", "root", ".old", ".gatedrill"} {
		if err := os.MkdirAll(filepath.Join(c.Root, d), 0o755); err != nil {
			return err
		}
	}
	return os.Chmod(filepath.Join(c.Root, "tmp"), 0o1777)
}

// programs shows the host's programs. /usr/local is emptied: the image's own
// programs go there.
func programs(c launch.Container) error {
	for _, d := range hostFolders {
		if to, err := os.Readlink("/" + d); err == nil {
			if err := os.Symlink(to, filepath.Join(c.Root, d)); err != nil {
				return err
			}
		} else if _, err := os.Stat("/" + d); err == nil {
			if err := bind(launch.Mount{Host: "/" + d, Pod: d, ReadOnly: true}, c.Root); err != nil {
				return err
			}
		}
	}
	if err := unix.Mount("tmpfs", filepath.Join(c.Root, "usr/local"), "tmpfs", 0, "mode=0755,size=16m"); err != nil {
		return fmt.Errorf("mount /usr/local: %w", err)
	}
	return nil
}

func devices(c launch.Container) error {
	for _, d := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		if err := bind(launch.Mount{Host: "/dev/" + d, Pod: "dev/" + d}, c.Root); err != nil {
			return err
		}
	}
	pts := filepath.Join(c.Root, "dev/pts")
	if err := unix.Mount("devpts", pts, "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"); err != nil {
		return fmt.Errorf("mount /dev/pts: %w", err)
	}
	if err := unix.Mount("shm", filepath.Join(c.Root, "dev/shm"), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777"); err != nil {
		return fmt.Errorf("mount /dev/shm: %w", err)
	}
	for link, to := range map[string]string{
		"ptmx": "pts/ptmx", "fd": "/proc/self/fd",
		"stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(to, filepath.Join(c.Root, "dev", link)); err != nil {
			return err
		}
	}
	return nil
}

// kernel mounts /proc and /sys. Where the kernel refuses a fresh one (masked
// paths, as inside Docker) the node's own is shown instead.
func kernel(c launch.Container) error {
	proc := filepath.Join(c.Root, "proc")
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	if err := unix.Mount("proc", proc, "proc", flags, ""); err != nil {
		if err := unix.Mount("/proc", proc, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("mount /proc: %w", err)
		}
	}
	sys := filepath.Join(c.Root, "sys")
	if err := unix.Mount("sysfs", sys, "sysfs", flags|unix.MS_RDONLY, ""); err != nil {
		if err := unix.Mount("/sys", sys, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("mount /sys: %w", err)
		}
	}
	return nil
}

func etc(c launch.Container) error {
	for _, p := range []string{"etc/ssl", "etc/pki", "etc/alternatives", "etc/ld.so.cache", "etc/nsswitch.conf"} {
		if _, err := os.Stat("/" + p); err != nil {
			continue // not every distribution has each of them
		}
		if err := bind(launch.Mount{Host: "/" + p, Pod: p, ReadOnly: true}, c.Root); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"passwd": passwd, "group": "root:x:0:\nistio-proxy:x:1337:\n", "hostname": c.Hostname + "\n",
	} {
		if err := os.WriteFile(filepath.Join(c.Root, "etc", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return bind(launch.Mount{Host: c.Resolv, Pod: "etc/resolv.conf"}, c.Root)
}

// bind shows m.Host at m.Pod below root, making the mount point.
func bind(m launch.Mount, root string) error {
	dst := filepath.Join(root, m.Pod)
	st, err := os.Stat(m.Host)
	if err != nil {
		return fmt.Errorf("show %s in the container: %w", m.Host, err)
	}
	if err := mountPoint(dst, st.IsDir()); err != nil {
		return fmt.Errorf("mount point for %s: %w", m.Host, err)
	}
	if err := unix.Mount(m.Host, dst, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("show %s at %s: %w", m.Host, m.Pod, err)
	}
	if !m.ReadOnly {
		return nil
	}
	// In a user namespace the flags that a mount already has are locked: a
	// remount must repeat them.
	var s unix.Statfs_t
	if err := unix.Statfs(dst, &s); err != nil {
		return fmt.Errorf("look at %s: %w", m.Pod, err)
	}
	keep := uintptr(s.Flags) & (unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME | unix.MS_RELATIME)
	if err := unix.Mount("", dst, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|keep, ""); err != nil {
		return fmt.Errorf("make %s read-only: %w", m.Pod, err)
	}
	return nil
}

func mountPoint(path string, folder bool) error {
	if folder {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return f.Close()
}

// enterRoot makes root the process's / and lets go of the old one.
func enterRoot(root string) error {
	if err := unix.PivotRoot(root, filepath.Join(root, ".old")); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	if err := unix.Unmount("/.old", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("let go of the node's root: %w", err)
	}
	return os.Remove("/.old")
}
