package hostshell

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Tool is a program that the labs' commands need.
type Tool struct {
	Name string
	Get  string // where from
	// Version prints the version; nil where any will do. Minor is the minor
	// version that the labs are proved with.
	Version []string
	Minor   int
}

// Tools lists the programs that the labs' commands need. kubectl serves API
// servers one minor version older or newer (the version skew policy), istioctl
// control planes likewise.
func Tools() []Tool {
	return []Tool{
		{"kubectl", "https://kubernetes.io/docs/tasks/tools", []string{"version", "--client"}, 36},
		{"istioctl", "https://istio.io/latest/docs/setup/additional-setup/download-istio-release", []string{"version", "--remote=false"}, 31},
		{Name: "curl", Get: "the package manager of your system"},
		{Name: "openssl", Get: "the package manager of your system"},
	}
}

// versionWithin bounds how long a tool may take to say its version.
const versionWithin = 3 * time.Second

// versions finds "1.36" in "Client Version: v1.36.1" and "client version: 1.31.0".
var versions = regexp.MustCompile(`v?1\.(\d+)\.\d+`)

// Look says what is wrong with a tool, as found on a PATH; nil when nothing.
func (t Tool) Look(ctx context.Context, path string) error {
	file, ok := lookIn(path, t.Name)
	if !ok {
		return fmt.Errorf("%s is not on PATH; get it: %s", t.Name, t.Get)
	}
	if t.Version == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, versionWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, file, t.Version...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s does not say its version (%w); get 1.%d: %s", file, err, t.Minor, t.Get)
	}
	m := versions.FindSubmatch(out)
	if m == nil {
		return fmt.Errorf("%s does not say its version but %q; get 1.%d: %s", file, strings.TrimSpace(string(out)), t.Minor, t.Get)
	}
	if n, _ := strconv.Atoi(string(m[1])); n < t.Minor-1 || n > t.Minor+1 {
		return fmt.Errorf("%s is version %s, and the cluster's is 1.%d: what it prints may differ; get 1.%d: %s", file, m[0], t.Minor, t.Minor, t.Get)
	}
	return nil
}

// Missing looks at all tools.
func Missing(ctx context.Context, path string) error {
	var errs []error
	for _, t := range Tools() {
		errs = append(errs, t.Look(ctx, path))
	}
	return errors.Join(errs...)
}

// notes say at the shell's beginning what is wrong with the tools, as shell
// commands.
func notes(ctx context.Context, path string) string {
	err := Missing(ctx, path)
	if err == nil {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(&b, "echo %s >&2\n", quote(strings.TrimSpace(line)))
	}
	return b.String()
}
