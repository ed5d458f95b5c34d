package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// enterCall is the line that asks the daemon for a program.
type enterCall struct {
	Env     map[string]string `json:"env"`
	Command []string          `json:"command"`
	Dir     string            `json:"dir"`
	Cols    int               `json:"cols"`
	Rows    int               `json:"rows"`
	PTY     bool              `json:"pty"`
}

// enterEnd is the daemon's last line.
type enterEnd struct {
	Exit  int    `json:"exit"`
	Error string `json:"error"`
}

// Enter runs a program inside the sandbox on this process's terminal, or on
// its pipes when input or output is none, and returns its exit code. When ctx
// ends, so does the program.
func Enter(ctx context.Context, req EnterRequest, in, out, errOut *os.File) (int, error) {
	tty := term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
	call := enterCall{Env: req.Env, Command: req.Command, Dir: req.Dir, PTY: tty}
	if tty {
		if cols, rows, err := term.GetSize(int(out.Fd())); err == nil {
			call.Cols, call.Rows = cols, rows
		}
	}
	conn, files, err := openShell(ctx, req.Socket, call)
	if err != nil {
		return 0, fmt.Errorf("enter the sandbox: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if tty {
		err = onTerminal(files, in, out)
	} else {
		err = onPipes(files, in, out, errOut)
	}
	if err != nil {
		return 0, fmt.Errorf("enter the sandbox: %w", err)
	}
	return exitCode(ctx, conn)
}

// openShell sends the call and receives the program's files: the terminal's
// master, or standard input, output and error.
func openShell(ctx context.Context, socket string, call enterCall) (*net.UnixConn, []*os.File, error) {
	c, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, nil, err
	}
	conn := c.(*net.UnixConn)
	line, err := json.Marshal(call)
	if err == nil {
		_, err = conn.Write(append(line, '\n'))
	}
	var files []*os.File
	if err == nil {
		files, err = callFiles(conn, call.PTY)
	}
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return conn, files, nil
}

// callFiles receives a program's files. A line of words comes in their place
// when it was not started.
func callFiles(conn *net.UnixConn, pty bool) ([]*os.File, error) {
	files, text, err := receive(conn)
	if err != nil {
		return nil, err
	}
	want := 3
	if pty {
		want = 1
	}
	var end enterEnd
	switch {
	case len(files) == want:
		return files, nil
	case len(files) == 0 && json.Unmarshal(text, &end) == nil && end.Error != "":
		return nil, errors.New(end.Error)
	}
	return nil, fmt.Errorf("the sandbox handed over %d files, want %d", len(files), want)
}

// receive reads one message and the files that come with it.
func receive(conn *net.UnixConn) (files []*os.File, text []byte, err error) {
	text, oob := make([]byte, 4096), make([]byte, unix.CmsgSpace(3*4))
	n, oobn, _, _, err := conn.ReadMsgUnix(text, oob)
	if err != nil {
		return nil, nil, err
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		return nil, nil, err
	}
	for _, m := range msgs {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return nil, nil, err
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			_ = unix.SetNonblock(fd, true) // so that Close ends a Read
			files = append(files, os.NewFile(uintptr(fd), "sandbox"))
		}
	}
	return files, text[:n], nil
}

// onTerminal joins this terminal and the one inside until that one closes.
func onTerminal(files []*os.File, in, out *os.File) error {
	master := files[0]
	defer master.Close()
	old, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return err
	}
	defer func() { _ = term.Restore(int(in.Fd()), old) }()
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, unix.SIGWINCH)
	defer signal.Stop(resized)
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case <-resized:
				copySize(out, master)
			case <-done:
				return
			}
		}
	}()
	go copyInput(master, in, done)
	_, err = io.Copy(out, master)
	if errors.Is(err, unix.EIO) { // how a terminal says that its other end closed
		err = nil
	}
	return err
}

// copyInput copies what is typed until done. It polls before it reads, so
// that it takes no key that is typed after the program has ended.
func copyInput(to *os.File, in *os.File, done <-chan struct{}) {
	fd := int(in.Fd())
	buf := make([]byte, 4096)
	for {
		select {
		case <-done:
			return
		default:
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 100)
		if n == 0 || errors.Is(err, unix.EINTR) {
			continue
		}
		n, err = unix.Read(fd, buf)
		if n <= 0 || err != nil {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func copySize(from, to *os.File) {
	ws, err := unix.IoctlGetWinsize(int(from.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return
	}
	raw, err := to.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { _ = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, ws) })
}

// onPipes joins pipes until the program has closed its output.
func onPipes(files []*os.File, in, out, errOut *os.File) error {
	stdin, stdout, stderr := files[0], files[1], files[2]
	go func() {
		_, _ = io.Copy(stdin, in)
		stdin.Close()
	}()
	errs := make(chan error, 1)
	go func() {
		_, err := io.Copy(errOut, stderr)
		errs <- err
	}()
	_, err := io.Copy(out, stdout)
	return errors.Join(err, <-errs, stdout.Close(), stderr.Close())
}

// exitCode reads the daemon's last line.
func exitCode(ctx context.Context, conn *net.UnixConn) (int, error) {
	for sc := bufio.NewScanner(conn); sc.Scan(); {
		var end enterEnd
		if json.Unmarshal(sc.Bytes(), &end) != nil {
			continue
		}
		if end.Error != "" {
			return end.Exit, errors.New(end.Error)
		}
		return end.Exit, nil
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return 0, errors.New("the sandbox ended while the program ran")
}
