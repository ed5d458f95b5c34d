package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// Shell makes the learner's shell for the lab in progress: its directory
// holds the CA files, its environment the lab's variables, and env on top of
// them. A command given runs in place of an interactive shell.
func (s *Service) Shell(ctx context.Context, env map[string]string, command ...string) (*cluster.Cmd, error) {
	if err := s.sync(); err != nil {
		return nil, err
	}
	st := s.now()
	if st.Lab == nil {
		return nil, s.noLab()
	}
	n, err := s.connect(ctx, st.Lab)
	if err != nil {
		return nil, err
	}
	spec, err := ShellOf(ctx, n.cluster, st.Lab, filepath.Join(s.c.Dir, st.Lab.ID))
	if err != nil {
		return nil, err
	}
	spec.Command = command
	maps.Copy(spec.Env, env)
	return n.cluster.Shell(ctx, spec)
}

// ShellOf describes a lab's shell and writes the CA files into its directory.
func ShellOf(ctx context.Context, c *Cluster, lab *labs.Lab, dir string) (cluster.Shell, error) {
	spec := cluster.Shell{Prompt: "gatedrill " + lab.ID, Dir: dir, Env: map[string]string{"GATEDRILL_LAB": lab.ID}}
	address, err := c.World.GatewayAddress(ctx, lab)
	if err != nil {
		return spec, err
	}
	spec.Env["GATEWAY_IP"] = address
	// A backend whose gateway this machine has no way to replaces these.
	for _, port := range []string{"80", "443"} {
		spec.Env["GATEWAY_"+port] = net.JoinHostPort(address, port)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return spec, fmt.Errorf("make the shell's directory: %w", err)
	}
	return spec, errors.Join(trustFiles(ctx, c, &spec), clientFiles(ctx, c, lab, &spec), tokens(ctx, c, lab, &spec))
}

// trustFiles writes the CAs that a client may trust; $CA_FILE is the public
// one's.
func trustFiles(ctx context.Context, c *Cluster, spec *cluster.Shell) error {
	trust, err := c.World.Trust(ctx)
	if err != nil {
		return err
	}
	for name, pem := range trust {
		file := filepath.Join(spec.Dir, "ca-"+name+".pem")
		if err := os.WriteFile(file, []byte(pem), 0o600); err != nil {
			return fmt.Errorf("write a CA file: %w", err)
		}
		if name == fault.PublicCA {
			spec.Env["CA_FILE"] = file
		}
	}
	return nil
}

// clientFiles writes the client certificates that a lab declares, as
// NAME.crt and NAME.key: $CERT_NAME and $KEY_NAME.
func clientFiles(ctx context.Context, c *Cluster, lab *labs.Lab, spec *cluster.Shell) error {
	pairs, err := c.World.Pairs(ctx, lab)
	if err != nil {
		return err
	}
	for name, pair := range pairs {
		for i, kind := range []string{"crt", "key"} {
			file := filepath.Join(spec.Dir, name+"."+kind)
			if err := os.WriteFile(file, pair[i], 0o600); err != nil {
				return fmt.Errorf("write a client certificate: %w", err)
			}
			spec.Env[[]string{"CERT_", "KEY_"}[i]+variableName(name)] = file
		}
	}
	return nil
}

// tokens puts a lab's tokens into $TOKEN_NAME.
func tokens(ctx context.Context, c *Cluster, lab *labs.Lab, spec *cluster.Shell) error {
	list, err := c.World.Tokens(ctx, lab)
	for name, text := range list {
		spec.Env["TOKEN_"+variableName(name)] = text
	}
	return err
}

// variableName writes a name as shells do in variables.
func variableName(name string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
}

// solution renders a lab's solutions as Markdown.
func solution(l *labs.Lab) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Solution of “%s”\n", l.Title)
	if l.Healthy != "" {
		fmt.Fprint(&b, "\nNothing is to be changed: every layer does for this request what it is there for. Say so of each step.\n")
	}
	for i, c := range l.Solutions {
		if i > 0 {
			fmt.Fprint(&b, "\n## Another way\n")
		}
		b.WriteString(Words(c))
	}
	return b.String()
}

// Words render a change as Markdown.
func Words(c labs.Change) string {
	var b strings.Builder
	manifests(&b, c.Objects)
	for _, op := range c.Ops {
		operation(&b, op)
	}
	return b.String()
}

func operation(b *strings.Builder, op labs.Op) {
	switch {
	case op.Apply != nil:
		manifests(b, op.Apply)
	case op.Delete != nil:
		fmt.Fprintf(b, "\nDelete %s.\n", op.Delete.Long())
	case op.Recreate != nil:
		fmt.Fprintf(b, "\nDelete %s, and make it again as it was.\n", op.Recreate.Long())
	case op.Restart != nil:
		fmt.Fprintf(b, "\nRestart %s.\n", op.Restart.Long())
	case op.Certificate != nil:
		fmt.Fprintf(b, "\nPut a good certificate for %s into Secret %s.\n", strings.Join(op.Certificate.Names, ", "), op.Certificate.Secret)
	case op.Patch != nil:
		var body any = op.Patch.Merge
		if op.Patch.JSON != nil {
			body = op.Patch.JSON
		}
		text, err := json.MarshalIndent(body, "", "  ")
		if err != nil {
			text = []byte(err.Error())
		}
		fmt.Fprintf(b, "\nPatch %s:\n\n```json\n%s\n```\n", op.Patch.Object.Long(), text)
	}
}

func manifests(b *strings.Builder, list []labs.Manifest) {
	for _, m := range list {
		fmt.Fprintf(b, "\nApply:\n\n```yaml\n%s```\n", m.Text)
	}
}
