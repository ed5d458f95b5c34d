package kind

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// node is the cluster's one node.
type node struct {
	engine engine
	name   string
}

// output runs a command on the node and returns what it printed.
func (n node) output(ctx context.Context, name string, args ...string) (string, error) {
	return n.engine.run(ctx, answersWithin, append([]string{"exec", "--privileged", n.name, name}, args...)...)
}

// write puts a small file onto the node.
func (n node) write(ctx context.Context, path, text string) error {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	cmd := n.command(ctx, "cp", "/dev/stdin", path)
	cmd.Stdin = strings.NewReader(text)
	return run(cmd)
}

// command is a command on the node that reads its standard input. kind's own
// keeps in memory all that such a command prints.
func (n node) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, n.engine.name, append([]string{"exec", "--privileged", "-i", n.name, name}, args...)...)
	cmd.WaitDelay = time.Second
	return cmd
}

// run runs a command; its error ends in what the command said last.
func run(cmd *exec.Cmd) error {
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, lastLine(errs.String()))
	}
	return nil
}

// architecture of the node, as Go calls it.
func (n node) architecture(ctx context.Context) (string, error) {
	out, err := n.output(ctx, "uname", "-m")
	if err != nil {
		return "", err
	}
	switch m := strings.TrimSpace(out); m {
	case "x86_64":
		return "amd64", nil
	case "aarch64", "arm64":
		return "arm64", nil
	default:
		return m, nil
	}
}

// load hands an image archive to the node's containerd.
func (n node) load(ctx context.Context, archive io.Reader) error {
	snapshotter, err := n.output(ctx, "sh", "-c", `containerd config dump | sed -n "s/^ *snapshotter = ['\"]\(..*\)['\"]$/\1/p" | head -1`)
	if err != nil {
		return err
	}
	args := []string{"--namespace=k8s.io", "images", "import", "--digests"}
	if s := strings.TrimSpace(snapshotter); s != "" {
		args = append(args, "--snapshotter="+s)
	}
	cmd := n.command(ctx, "ctr", append(args, "-")...)
	cmd.Stdin = archive
	return run(cmd)
}

// settle sets what a node forgets when it is started anew. A connection that a
// Service without endpoints refuses is refused by ICMP, of which the kernel
// sends one a second to one address: probes and a learner's curl together would
// see most of them time out.
func (n node) settle(ctx context.Context) error {
	_, err := n.output(ctx, "sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0")
	return err
}
