package terminal

import (
	"bufio"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

func TestTerminal(t *testing.T) {
	t.Parallel()
	master, slave, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	if err := Resize(master, 100, 30); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("stty", "size")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	line, err := bufio.NewReader(master).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "30 100" {
		t.Errorf("size in the terminal: %q, %v", line, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
