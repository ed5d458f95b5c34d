package hostshell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// ErrNotFound is what getent's exit code 2 says: a name is not known.
var ErrNotFound = errors.New("not found")

// Getent answers as `getent hosts NAME…` and `getent ahosts NAME…` do, from
// the zone. What is not in it, and every other database, is handed on to the
// system's own getent, found on PATH behind ours.
func Getent(ctx context.Context, zone map[string][]string, args []string, path string, out, errs io.Writer) error {
	if len(args) < 2 || args[0] != "hosts" && args[0] != "ahosts" && args[0] != "ahostsv4" {
		return system(ctx, args, path, out, errs)
	}
	var missing error
	for _, name := range args[1:] {
		list := snapshot.Resolve(zone, name)
		if len(list) == 0 {
			if err := system(ctx, []string{args[0], name}, path, out, errs); err != nil {
				missing = ErrNotFound
			}
			continue
		}
		for _, a := range list {
			if _, err := fmt.Fprintf(out, "%-15s %s\n", a, strings.TrimSuffix(name, ".")); err != nil {
				return err
			}
		}
	}
	return missing
}

// system runs the system's own getent; a system without one knows nothing.
func system(ctx context.Context, args []string, path string, out, errs io.Writer) error {
	dirs := strings.Split(path, string(os.PathListSeparator))
	file, ok := lookIn(strings.Join(dirs[min(1, len(dirs)):], string(os.PathListSeparator)), "getent") // the first is ours
	if !ok {
		return ErrNotFound
	}
	cmd := exec.CommandContext(ctx, file, args...)
	cmd.Stdout, cmd.Stderr = out, errs
	return cmd.Run()
}
