// Package door is the way into the sandbox from outside: unix sockets in a
// folder that only its owner can enter. Nothing listens on a network of the
// host.
//
//	api.sock    bytes to the API server's TLS port
//	dial.sock   SOCKS5, HTTP CONNECT, or a connected socket itself (see dial.go)
//	shell.sock  commands in the sandbox, on a terminal or on pipes (see shell.go)
package door

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/klog/v2"
)

// Door serves the sockets.
type Door struct {
	API     string // address of the API server, "127.0.0.1:6443"
	DNS     string // address of the resolver, "10.96.0.10:53"
	Session Session
}

// Serve opens the sockets in dir and serves them until ctx ends.
func (d *Door) Serve(ctx context.Context, dir string) error {
	dialer := newDialer(d.DNS)
	for name, serve := range map[string]func(context.Context, *net.UnixConn){
		"api.sock":   d.api,
		"dial.sock":  dialer.serve,
		"shell.sock": d.Session.serve,
	} {
		l, err := listen(dir, name)
		if err != nil {
			return fmt.Errorf("open %s: %w", filepath.Join(dir, name), err)
		}
		context.AfterFunc(ctx, func() { _ = l.Close() })
		go accept(ctx, l, serve)
	}
	return nil
}

// listen binds a socket by way of its open folder: a socket's path must be
// shorter than 108 bytes, and the folder's may not be.
func listen(dir, name string) (*net.UnixListener, error) {
	path := filepath.Join(dir, name)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err // what is left of a killed daemon goes; nothing else is here
	}
	folder, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	short := fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), name)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // the short path is not valid any more by then
	return l, os.Chmod(path, 0o600)
}

// retry is the pause after a connection that could not be taken.
const retry = 50 * time.Millisecond

// accept serves connections until ctx ends, which closes the listener.
func accept(ctx context.Context, l *net.UnixListener, serve func(context.Context, *net.UnixConn)) {
	for {
		c, err := l.AcceptUnix()
		if ctx.Err() != nil {
			return
		}
		if err != nil { // out of files, say: whoever knocks waits, nobody is locked out
			klog.ErrorS(err, "accept", "socket", l.Addr())
			time.Sleep(retry)
			continue
		}
		go func() {
			defer c.Close()
			serve(ctx, c)
		}()
	}
}

func (d *Door) api(ctx context.Context, c *net.UnixConn) {
	up, err := new(net.Dialer).DialContext(ctx, "tcp4", d.API)
	if err != nil {
		return // not started yet: the client sees the connection end
	}
	defer up.Close()
	join(c, c, up)
}
