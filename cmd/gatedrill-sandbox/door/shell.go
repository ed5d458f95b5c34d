package door

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/pod/launch"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/terminal"
)

// Session runs commands in the node's namespaces for shell.sock.
//
// The client sends one JSON line (see order). It gets one message: a newline
// with file descriptors as ancillary data, the terminal's master, or standard
// input, output and error. When the command has ended it gets one JSON line
// {"exit":N}; instead of all that, {"exit":127,"error":TEXT} when the command
// could not be started. A client that closes the connection ends the command.
type Session struct {
	Pod        string   // the program gatedrill-pod
	Env        []string // of every session; a client's own go before them
	Path       string   // PATH that a client cannot replace, only append to
	Kubeconfig string
}

// order is what a client asks for.
type order struct {
	Env     map[string]string `json:"env"`
	Command []string          `json:"command"` // empty: an interactive shell
	Dir     string            `json:"dir"`
	Cols    uint16            `json:"cols"`
	Rows    uint16            `json:"rows"`
	PTY     bool              `json:"pty"`
	Prompt  string            `json:"prompt"` // PS1, unless env has one
}

// outcome is how it went.
type outcome struct {
	Exit  int    `json:"exit"`
	Error string `json:"error,omitempty"`
}

const notStarted = 127

func (s Session) serve(_ context.Context, c *net.UnixConn) {
	end := s.run(c)
	_ = json.NewEncoder(c).Encode(end) // the client is gone
}

func (s Session) run(c *net.UnixConn) outcome {
	in := bufio.NewReaderSize(c, maxRequest)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return outcome{notStarted, fmt.Sprintf("read what to run: %v", err)}
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return outcome{notStarted, fmt.Sprintf("read what to run: %v", err)}
	}
	cmd, theirs, err := s.start(o)
	if err != nil {
		return outcome{notStarted, err.Error()}
	}
	fds := make([]int, 0, len(theirs))
	for _, f := range theirs {
		fds = append(fds, int(f.Fd()))
	}
	_, _, err = c.WriteMsgUnix([]byte("\n"), unix.UnixRights(fds...), nil)
	for _, f := range theirs {
		_ = f.Close() // the client has its own now
	}
	if err != nil {
		_ = cmd.Process.Kill()
	}
	go func() {
		_, _ = io.Copy(io.Discard, in) // ends when the client does
		_ = cmd.Process.Kill()
	}()
	return outcome{Exit: exitCode(cmd.Wait())}
}

// exitCode is a shell's: 128 and the signal's number for a killed command.
func exitCode(err error) int {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 0
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return exit.ExitCode()
}

// start runs the order and returns the client's ends of its streams.
func (s Session) start(o order) (*exec.Cmd, []*os.File, error) {
	if o.Dir == "" {
		o.Dir = "/"
	}
	if st, err := os.Stat(o.Dir); err != nil {
		return nil, nil, fmt.Errorf("working directory: %w", err)
	} else if !st.IsDir() {
		return nil, nil, fmt.Errorf("working directory: %s is a file", o.Dir)
	}
	if len(o.Command) == 0 {
		o.Command = interactive()
	}
	read, send, err := launch.Pipe(launch.Session{Argv: o.Command, Env: s.environment(o), Dir: o.Dir, Terminal: o.PTY})
	if err != nil {
		return nil, nil, err
	}
	defer read.Close()
	cmd := exec.Command(s.Pod, "session")
	cmd.Env, cmd.ExtraFiles = []string{}, []*os.File{read}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Setsid: true}
	theirs, ours, err := streams(cmd, o)
	if err == nil {
		err = cmd.Start()
	}
	for _, f := range ours {
		_ = f.Close()
	}
	if err == nil {
		if err = send(); err != nil {
			_ = cmd.Process.Kill()
		}
	}
	if err != nil {
		for _, f := range theirs {
			_ = f.Close()
		}
		return nil, nil, fmt.Errorf("start %q: %w", o.Command, err)
	}
	return cmd, theirs, nil
}

// streams connects cmd to a terminal or to three pipes and returns the
// client's ends and the command's.
func streams(cmd *exec.Cmd, o order) (theirs, ours []*os.File, err error) {
	if o.PTY {
		master, slave, err := terminal.Open()
		if err != nil {
			return nil, nil, err
		}
		cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
		if o.Cols > 0 && o.Rows > 0 {
			err = terminal.Resize(master, o.Cols, o.Rows)
		}
		return []*os.File{master}, []*os.File{slave}, err
	}
	var ends [3][2]*os.File // read, write
	for i := range ends {
		if ends[i][0], ends[i][1], err = os.Pipe(); err != nil {
			return theirs, ours, err
		}
		mine, other := ends[i][1], ends[i][0]
		if i == 0 {
			mine, other = other, mine
		}
		theirs, ours = append(theirs, other), append(ours, mine)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = ours[0], ours[1], ours[2]
	return theirs, ours, nil
}

// interactive is a shell that reads no start-up file: those of the user would
// change prompt, PATH and KUBECONFIG.
func interactive() []string {
	if _, err := os.Stat("/bin/bash"); err == nil {
		return []string{"/bin/bash", "--noprofile", "--norc", "-i"}
	}
	return []string{"/bin/sh", "-i"}
}

// environment lays the client's variables over the session's.
func (s Session) environment(o order) []string {
	env := map[string]string{"TERM": "xterm-256color"}
	for _, e := range s.Env {
		k, v, _ := strings.Cut(e, "=")
		env[k] = v
	}
	for k, v := range o.Env {
		env[k] = v
	}
	for _, k := range []string{"PROMPT_COMMAND", "BASH_ENV", "ENV"} {
		delete(env, k) // they would run the user's own start-up files
	}
	env["PS1"] = cmp.Or(o.Env["PS1"], o.Prompt, `gatedrill$ `)
	env["PATH"] = s.Path
	if p := o.Env["PATH"]; p != "" {
		env["PATH"] += ":" + p
	}
	env["KUBECONFIG"] = s.Kubeconfig
	out := make([]string, 0, len(env))
	for k, v := range env {
		out = append(out, k+"="+v)
	}
	slices.Sort(out)
	return out
}
