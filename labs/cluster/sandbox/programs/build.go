package programs

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// heavy is the module of the sandbox's programs, below the source tree.
const heavy = "cmd/gatedrill-sandbox"

// part is one `go build`: packages of one module, and what the files that it
// makes are called in the programs directory.
type part struct {
	module   string // directory below the tree
	packages []string
	files    map[string]string // built name: our name
	vars     []string          // -X NAME=VALUE
}

// parts are the builds. The versions are what `kubectl version`, a node's
// kubelet version and `istioctl version` say; without them they are unknown.
func parts() []part {
	return []part{
		{module: ".", packages: []string{"./cmd/gatedrill-app"},
			files: map[string]string{"gatedrill-app": "gatedrill-app"}},
		{module: heavy, packages: []string{".", "./istio", "./kubectl", "./pod"},
			files: map[string]string{
				"gatedrill-sandbox": "gatedrill-sandbox", "istio": "gatedrill-istio",
				"kubectl": "kubectl", "pod": "gatedrill-pod",
			},
			vars: []string{
				"k8s.io/component-base/version.gitVersion=v1.36.1",
				"k8s.io/component-base/version.gitMajor=1",
				"k8s.io/component-base/version.gitMinor=36",
				"k8s.io/client-go/pkg/version.gitVersion=v1.36.1",
				"istio.io/istio/pkg/version.buildVersion=1.31.0",
				"istio.io/istio/pkg/version.buildTag=1.31.0",
				"istio.io/istio/pkg/version.buildStatus=Clean",
			}},
	}
}

func (p part) flags() string {
	f := "-s -w"
	for _, v := range p.vars {
		f += " -X " + v
	}
	return f
}

// build makes our programs from the source tree, those whose source changed.
func (s Source) build(ctx context.Context, m *meter) error {
	for _, p := range parts() {
		if s.fresh(p) {
			continue
		}
		if err := s.buildPart(ctx, p, m); err != nil {
			return err
		}
	}
	return nil
}

func (s Source) buildPart(ctx context.Context, p part, m *meter) error {
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("build the sandbox's programs: %w (install Go from https://go.dev/dl)", err)
	}
	m.say("build", "go list in "+p.module, 0, 0)
	inputs, total, err := s.inputs(ctx, p)
	if err != nil {
		return err
	}
	sum, err := digest(s.Tree, inputs, p.flags())
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(s.Dir, ".build-")
	if err != nil {
		return fmt.Errorf("build the sandbox's programs: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := s.compile(ctx, p, tmp, total, m); err != nil {
		return err
	}
	for built, name := range p.files {
		if err := os.Rename(filepath.Join(tmp, built), filepath.Join(s.Dir, name)); err != nil {
			return fmt.Errorf("build %s: %w", name, err)
		}
	}
	return s.stamp(p, inputs, sum)
}

// compile runs go build and counts the packages that it names.
func (s Source) compile(ctx context.Context, p part, out string, total int64, m *meter) error {
	args := append([]string{"build", "-v", "-buildvcs=false", "-o", out + string(filepath.Separator), "-ldflags", p.flags()}, p.packages...)
	cmd := s.goCommand(ctx, p, args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("build in %s: %w", p.module, err)
	}
	last := follow(pipe, func(line string, done int64) { m.say("build", line, done, total) })
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("build in %s: %w", p.module, ctx.Err())
		}
		return fmt.Errorf("build in %s: go build: %w\n%s", p.module, err, strings.Join(last, "\n"))
	}
	return nil
}

// tail is how many lines of a failing build are shown.
const tail = 15

// follow reads the output of go build -v. A line of one word is a package
// that was compiled; the other lines are downloads and errors, of which the
// last are kept. While nothing is said (linking), the last report is
// repeated for its clock.
func follow(r io.Reader, said func(line string, done int64)) []string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for sc := bufio.NewScanner(r); sc.Scan(); {
			lines <- sc.Text()
		}
	}()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	var last []string
	now, done := "", int64(0)
	for {
		select {
		case line, open := <-lines:
			if !open {
				return last
			}
			if line == "" {
				continue
			}
			if isPackage(line) {
				done++
			} else if last = append(last, line); len(last) > tail {
				last = last[1:]
			}
			now = strings.TrimPrefix(line, "go: ")
		case <-tick.C:
		}
		said(now, done)
	}
}

func isPackage(line string) bool {
	return !strings.ContainsAny(line, " \t#:") && strings.Trim(line, "./") != ""
}

// inputs lists the packages of the source tree that a part is made of, as
// directories and embedded files below the tree, and counts all packages.
func (s Source) inputs(ctx context.Context, p part) (files []string, total int64, err error) {
	const format = `{{if .Standard}}-{{else}}{{.Dir}}{{range .EmbedFiles}}|{{.}}{{end}}{{end}}`
	cmd := s.goCommand(ctx, p, append([]string{"list", "-deps", "-f", format}, p.packages...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, 0, fmt.Errorf("build in %s: go list: %w\n%s", p.module, err, strings.TrimSpace(stderr.String()))
	}
	for line := range strings.Lines(string(out)) {
		total++
		dir, embeds, _ := strings.Cut(strings.TrimSpace(line), "|")
		rel, err := filepath.Rel(s.Tree, dir)
		if dir == "-" || err != nil || strings.HasPrefix(rel, "..") {
			continue
		}
		files = append(files, rel)
		for e := range strings.SplitSeq(embeds, "|") {
			if e != "" {
				files = append(files, filepath.Join(rel, filepath.Dir(e)))
			}
		}
	}
	if len(files) == 0 {
		return nil, 0, errors.New("build in " + p.module + ": no package of it lies in " + s.Tree)
	}
	return files, total, nil
}

// goCommand is a go command in a part's module, without cgo, so that the
// programs run on any Linux.
func (s Source) goCommand(ctx context.Context, p part, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = filepath.Join(s.Tree, p.module)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	cmd.WaitDelay = 5 * time.Second
	ownGroup(cmd)
	return cmd
}
