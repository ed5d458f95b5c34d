// Package hostshell makes the learner's shell on the person's own machine, for
// clusters whose insides it is not in: kind and contexts. kubectl finds the
// cluster by a kubeconfig of its own; curl and getent find the names of the
// labs' outside world, which no resolver of the machine knows. Nothing of the
// person's own configuration is changed.
package hostshell

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/note"
)

// Shell makes shells for one cluster.
type Shell struct {
	Name       string   // of the cluster
	Self       []string // this program
	Environ    []string // inherited
	Kubeconfig string
	Tools      []string // directories searched before PATH
	Dir        string   // where a shell starts that has no directory of its own
	Client     dynamic.Interface
	// Dial reaches the gateway where this machine has no way to it; nil where
	// it has one.
	Dial cluster.DialFunc

	mu       sync.Mutex
	rcs      []curlrc // of the shells made so far
	forwards *forwards
	closed   bool
}

// Command makes the command of a shell, ready to be run on a terminal.
func (s *Shell) Command(ctx context.Context, spec cluster.Shell) (*exec.Cmd, error) {
	dir := spec.Dir
	if dir == "" {
		dir = s.Dir
	}
	own := s.ownDir(spec)
	if err := os.MkdirAll(own, 0o700); err != nil {
		return nil, fmt.Errorf("make the shell's directory: %w", err)
	}
	env := map[string]string{
		"KUBECONFIG": s.Kubeconfig, "CURL_HOME": own, "no_proxy": "*", "NO_PROXY": "*",
		"PATH": s.path(own),
	}
	for k, v := range spec.Env {
		env[k] = v
	}
	if err := s.shims(own); err != nil {
		return nil, err
	}
	here, err := s.forward(env)
	if err != nil {
		return nil, err
	}
	zone, err := Zone(ctx, s.Client)
	if err != nil {
		return nil, err
	}
	rc := curlrc{file: filepath.Join(own, ".curlrc"), gateway: env["GATEWAY_IP"], here: here}
	if err := rc.write(zone); err != nil {
		return nil, err
	}
	s.remember(rc)
	args, err := s.arguments(ctx, own, spec)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = s.environ(env)
	return cmd, nil
}

// ownDir is where a shell's settings lie: apart from where it works, which may
// be a directory of the person's. Labs have one each, for each has its gateway.
func (s *Shell) ownDir(spec cluster.Shell) string {
	name := "cluster"
	if lab := spec.Env["GATEDRILL_LAB"]; lab != "" {
		name = "lab-" + lab
	}
	return filepath.Join(s.Dir, "shell", name)
}

// path puts our shims, and tools of the labs' own versions where they are to
// be had, before the person's PATH.
func (s *Shell) path(own string) string {
	return strings.Join(slices.Concat([]string{filepath.Join(own, "bin")}, s.Tools, filepath.SplitList(value(s.Environ, "PATH"))), string(os.PathListSeparator))
}

// environ lays env over what is inherited.
func (s *Shell) environ(env map[string]string) []string {
	out := slices.DeleteFunc(slices.Clone(s.Environ), func(kv string) bool {
		k, _, _ := strings.Cut(kv, "=")
		for ours := range env {
			if sameName(runtime.GOOS, ours, k) {
				return true
			}
		}
		return false
	})
	for k, v := range env {
		out = append(out, k+"="+v)
	}
	slices.Sort(out)
	return out
}

// sameName says whether two variables are one: Windows calls its PATH "Path".
func sameName(goos, a, b string) bool {
	return a == b || goos == "windows" && strings.EqualFold(a, b)
}

func value(environ []string, name string) string {
	for _, kv := range slices.Backward(environ) {
		if k, v, _ := strings.Cut(kv, "="); sameName(runtime.GOOS, k, name) {
			return v
		}
	}
	return ""
}

// shims are small programs that stand before the system's own. getent knows
// the labs' names, and hands on what it does not know.
func (s *Shell) shims(own string) error {
	bin := filepath.Join(own, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return fmt.Errorf("make the shell's directory: %w", err)
	}
	var self []string
	for _, a := range s.Self {
		self = append(self, quote(a))
	}
	text := "#!/bin/sh\nexec " + strings.Join(self, " ") + " names getent \"$@\"\n"
	file := filepath.Join(bin, "getent")
	// A program that starts between our opening and closing of the file has it
	// open for writing for a moment, and whoever runs the file then is refused
	// (golang.org/issue/22315): none is started meanwhile.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := note.Replace(file, []byte(text), 0o700); err != nil {
		return fmt.Errorf("write the shell's getent: %w", err)
	}
	return nil
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// arguments are the command line: the command asked for, else bash with the
// person's own settings and the lab's prompt.
func (s *Shell) arguments(ctx context.Context, own string, spec cluster.Shell) ([]string, error) {
	if len(spec.Command) > 0 {
		c := slices.Clone(spec.Command)
		if filepath.Base(c[0]) == c[0] {
			if found, ok := lookIn(s.path(own), c[0]); ok {
				c[0] = found
			}
		}
		return c, nil
	}
	prompt := spec.Prompt
	if prompt == "" {
		prompt = "gatedrill " + s.Name
	}
	bash, ok := lookIn(s.path(own), "bash")
	if !ok {
		return nil, fmt.Errorf("open the learner's shell: bash is not on PATH (%s)", getBash(runtime.GOOS))
	}
	rc := filepath.Join(own, "bashrc")
	text := fmt.Sprintf("[ -r ~/.bashrc ] && . ~/.bashrc\nPATH=%s\nPS1=%s\nunset PROMPT_COMMAND\n%s",
		bashPath(runtime.GOOS, s.path(own)), quote(prompt+` \W \$ `), notes(ctx, s.path(own)))
	if err := note.Replace(rc, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("write the shell's settings: %w", err)
	}
	return []string{bash, "--rcfile", rc, "-i"}, nil
}

// getBash says what to do where there is no bash.
func getBash(goos string) string {
	if goos == "windows" {
		return "install Git for Windows and put the directory of its Git Bash on PATH, or run gatedrill in WSL"
	}
	return "install bash"
}

// bashPath is a PATH as bash reads it. On Windows bash has its own way to write
// one, and a program to translate.
func bashPath(goos, path string) string {
	if goos == "windows" {
		return `"$(cygpath -u -p ` + quote(path) + `)"`
	}
	return quote(path)
}

// lookIn finds a program in a PATH that is not this process's own, by the
// rules of the system: mode bits, or the extensions of %PATHEXT%.
func lookIn(path, name string) (string, bool) {
	for _, dir := range filepath.SplitList(path) {
		if dir == "" {
			continue // the directory a shell is in, which is no place for programs
		}
		if f, err := exec.LookPath(dir + string(filepath.Separator) + name); err == nil {
			return f, true
		}
	}
	return "", false
}
