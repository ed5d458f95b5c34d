package clustertest

import (
	"context"
	"os/exec"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// Shell runs commands on this machine, with nothing of a lab but its
// variables.
func Shell(ctx context.Context, s cluster.Shell) (*cluster.Cmd, error) {
	command := s.Command
	if len(command) == 0 {
		command = []string{"sh"}
	}
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Dir = s.Dir
	for k, v := range s.Env {
		c.Env = append(c.Env, k+"="+v)
	}
	return c, nil
}
