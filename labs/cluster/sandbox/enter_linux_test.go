package sandbox

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// shellDaemon is the daemon's side of the shell socket, for programs without
// a terminal.
func shellDaemon(t *testing.T, socket string) {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serveCall(c.(*net.UnixConn))
		}
	}()
}

func serveCall(c *net.UnixConn) {
	defer c.Close()
	line, err := bufio.NewReader(c).ReadString('\n')
	var call enterCall
	if err != nil || json.Unmarshal([]byte(line), &call) != nil || len(call.Command) == 0 {
		_ = json.NewEncoder(c).Encode(enterEnd{Error: "no command"})
		return
	}
	cmd := exec.Command(call.Command[0], call.Command[1:]...)
	cmd.Dir = call.Dir
	for k, v := range call.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	inR, inW, _ := os.Pipe()
	outR, outW, _ := os.Pipe()
	errR, errW, _ := os.Pipe()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = inR, outW, errW
	_, _, _ = c.WriteMsgUnix([]byte{0}, unix.UnixRights(int(inW.Fd()), int(outR.Fd()), int(errR.Fd())), nil)
	_ = cmd.Start()
	for _, f := range []*os.File{inR, inW, outR, outW, errR, errW} {
		f.Close()
	}
	_ = cmd.Wait()
	_ = json.NewEncoder(c).Encode(enterEnd{Exit: cmd.ProcessState.ExitCode()})
}

func TestEnterOnPipes(t *testing.T) {
	b := short(t)
	shellDaemon(t, b.shellSocket())
	inR, inW, _ := os.Pipe()
	outR, outW, _ := os.Pipe()
	errR, errW, _ := os.Pipe()
	go func() {
		_, _ = io.WriteString(inW, "typed\n")
		inW.Close()
	}()
	req := EnterRequest{Socket: b.shellSocket(), Dir: "/", Env: map[string]string{"WHO": "learner", "PATH": os.Getenv("PATH")},
		Command: []string{"sh", "-c", `read x; echo "$x $WHO $PWD"; echo oops >&2; exit 7`}}
	code, err := Enter(t.Context(), req, inR, outW, errW)
	outW.Close()
	errW.Close()
	out, _ := io.ReadAll(outR)
	words, _ := io.ReadAll(errR)
	if err != nil || code != 7 || string(out) != "typed learner /\n" || string(words) != "oops\n" {
		t.Errorf("exit %d, %v; out %q, err %q", code, err, out, words)
	}
}

func TestEnterPassesTheDaemonsWordsOn(t *testing.T) {
	b := short(t)
	shellDaemon(t, b.shellSocket())
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	_, err = Enter(t.Context(), EnterRequest{Socket: b.shellSocket()}, null, null, null)
	if err == nil || !strings.Contains(err.Error(), "no command") {
		t.Errorf("got %v", err)
	}
}
