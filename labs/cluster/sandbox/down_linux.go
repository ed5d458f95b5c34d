package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// Down ends the sandbox and everything in it.
func (b *Backend) Down(context.Context) error {
	d, ok := b.running()
	if !ok {
		return nil
	}
	if d.inside {
		return errInside
	}
	return b.end(d)
}

// end asks the daemon to stop and makes it, if it will not.
func (b *Backend) end(d daemon) error {
	if err := b.noteStopped(d); err != nil {
		return err
	}
	if err := d.signal(unix.SIGTERM); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("stop the sandbox (process %d): %w", d.PID, err)
	}
	if d.gone(10 * time.Second) {
		return b.forget()
	}
	if err := d.signal(unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("kill the sandbox (process %d): %w", d.PID, err)
	}
	if !d.gone(5 * time.Second) {
		return fmt.Errorf("the sandbox (process %d) does not end", d.PID)
	}
	return b.forget()
}

// noteStopped tells who waits for the sandbox to start why it ends.
func (b *Backend) noteStopped(d daemon) error {
	if err := os.WriteFile(b.stopFile(), []byte(d.identity()), 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("stop the sandbox (process %d): %w", d.PID, err)
	}
	return nil
}

// wasStopped says whether a daemon was told to end.
func (b *Backend) wasStopped(d daemon) bool {
	text, err := os.ReadFile(b.stopFile())
	return err == nil && string(text) == d.identity()
}

// identity tells a daemon from every other process.
func (d daemon) identity() string { return fmt.Sprintf("%d %d", d.PID, d.Ticks) }

// Reset ends the sandbox and drops its data: the next start is a cold one.
// Programs given to images are kept.
func (b *Backend) Reset(ctx context.Context) error {
	if err := b.Down(ctx); err != nil {
		return err
	}
	lock, err := b.lock(ctx, func(cluster.Progress) {})
	if err != nil {
		return err
	}
	if lock == nil {
		return errors.New("reset the sandbox: it was started again meanwhile")
	}
	defer lock.Close()
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return fmt.Errorf("reset the sandbox: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(b.dir, e.Name())
		if path == b.ownPrograms() || path == b.lockFile() {
			continue
		}
		if err := removeAll(path); err != nil {
			return fmt.Errorf("reset the sandbox: %w", err)
		}
	}
	return nil
}

// removeAll removes a tree, directories without write permission included.
func removeAll(path string) error {
	if err := os.RemoveAll(path); err == nil {
		return nil
	}
	_ = filepath.WalkDir(path, func(p string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			_ = os.Chmod(p, 0o700)
		}
		return nil // what stays shut shows in the next RemoveAll
	})
	return os.RemoveAll(path)
}
