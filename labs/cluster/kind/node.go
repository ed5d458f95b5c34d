package kind

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"sigs.k8s.io/kind/pkg/cluster/nodes"
)

// output runs a command on a node and returns what it printed. Its error
// ends in what the command said.
func output(ctx context.Context, n nodes.Node, name string, args ...string) (string, error) {
	var out, errs bytes.Buffer
	err := n.CommandContext(ctx, name, args...).SetStdout(&out).SetStderr(&errs).Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("%s on node %s: %w", name, n, context.Cause(ctx))
	}
	if err != nil {
		return "", fmt.Errorf("%s on node %s: %s", name, n, strings.TrimSpace(lastLine(errs.String())+" "+rootOf(err)))
	}
	return out.String(), nil
}

// rootOf is the innermost error: kind puts whole command lines around it.
func rootOf(err error) string {
	for {
		c, ok := err.(interface{ Cause() error }) //nolint:errorlint // kind's own chain
		if !ok || c.Cause() == err {              //nolint:errorlint // its end
			return "(" + err.Error() + ")"
		}
		err = c.Cause()
	}
}

// architecture of a node, as Go calls it.
func architecture(ctx context.Context, n nodes.Node) (string, error) {
	out, err := output(ctx, n, "uname", "-m")
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

// settle sets what a node forgets when it is started anew. A connection that a
// Service without endpoints refuses is refused by ICMP, of which the kernel
// sends one a second to one address: probes and a learner's curl together would
// see most of them time out.
func settle(ctx context.Context, n nodes.Node) error {
	_, err := output(ctx, n, "sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0")
	return err
}
