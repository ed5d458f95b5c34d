// Package programs gets the programs that the sandbox runs into one
// directory: ours from a given place or built from the source tree, and an
// Envoy from wherever one can be had. It starts none of them but for asking
// Envoy its version.
package programs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	_ "embed"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/note"
)

// bootstrap is Istio's template of Envoy's bootstrap, cut to what a stock
// Envoy knows; see the heavy module's generate command.
//
//go:embed envoy_bootstrap_tmpl.json
var bootstrap []byte

// The files of the programs directory besides those of Names.
const (
	EnvoyFile     = "envoy"
	BootstrapFile = "envoy_bootstrap_tmpl.json"
)

// Names lists our own programs.
func Names() []string {
	return []string{"gatedrill-sandbox", "gatedrill-istio", "kubectl", "gatedrill-pod", "gatedrill-app"}
}

// istioNames are the names under which gatedrill-istio is another program.
func istioNames() []string { return []string{"istioctl", "pilot-agent", "pilot-discovery"} }

// Source says where programs may come from. All paths are absolute; an empty
// one is a place that is not there.
type Source struct {
	Dir    string // where the programs are put
	Cache  string // where a downloaded Envoy is kept
	Given  string // a directory that holds all of Names ($GATEDRILL_PROGRAMS)
	Beside string // the executable's directory; the same
	Tree   string // the source tree to build from otherwise
	Envoy  string // an envoy to use ($GATEDRILL_ENVOY)
	// Releases is the address that official releases are downloaded from,
	// OfficialReleases but in tests.
	Releases string
}

// Ensure makes the programs directory complete. It reports the phases
// "build", counted in packages, and "download", counted in bytes. Called
// again, it only looks.
func Ensure(ctx context.Context, s Source, report func(cluster.Progress)) error {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return fmt.Errorf("make the programs directory: %w", err)
	}
	m := &meter{began: time.Now(), report: report}
	if err := s.own(ctx, m); err != nil {
		return err
	}
	for _, name := range istioNames() {
		if err := link("gatedrill-istio", filepath.Join(s.Dir, name)); err != nil {
			return err
		}
	}
	if err := note.Replace(filepath.Join(s.Dir, BootstrapFile), bootstrap, 0o644); err != nil {
		return err
	}
	return s.ensureEnvoy(ctx, m)
}

// Missing lists the programs that have to be built or downloaded: those that
// are neither in the programs directory nor where they are taken from.
func (s Source) Missing() []string {
	var out []string
	for _, name := range Names() {
		if s.find(name) == "" {
			out = append(out, name)
		}
	}
	if s.findEnvoy() == "" {
		out = append(out, EnvoyFile)
	}
	return out
}

func isFile(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && !fi.IsDir()
}

// ChangedSince says whether one of the programs was put there after a time.
func ChangedSince(dir string, at time.Time) bool {
	for _, name := range append(Names(), EnvoyFile, BootstrapFile) {
		if fi, err := os.Lstat(filepath.Join(dir, name)); err == nil && fi.ModTime().After(at) {
			return true
		}
	}
	return false
}

// own brings our own programs: given, beside the executable, or built.
func (s Source) own(ctx context.Context, m *meter) error {
	if s.Given != "" {
		if lack := lacking(s.Given); lack != "" {
			return fmt.Errorf("programs in %s ($GATEDRILL_PROGRAMS): %s is not there", s.Given, lack)
		}
		return s.linkAll(s.Given)
	}
	if s.Beside != "" && lacking(s.Beside) == "" {
		return s.linkAll(s.Beside)
	}
	if s.Tree != "" {
		return s.build(ctx, m)
	}
	if lacking(s.Dir) == "" {
		return nil // built by an earlier run from a tree that is not here now
	}
	return errors.New("get the sandbox's programs: they are not beside the executable and there is no source tree to build them from; " +
		"set GATEDRILL_SOURCE to a checkout of gatedrill, or GATEDRILL_PROGRAMS to a directory with " + fmt.Sprint(Names()))
}

func lacking(dir string) string {
	for _, name := range Names() {
		if !isFile(filepath.Join(dir, name)) {
			return name
		}
	}
	return ""
}

func (s Source) linkAll(from string) error {
	for _, name := range Names() {
		if err := link(filepath.Join(from, name), filepath.Join(s.Dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// link makes path a symbolic link to target, at once or not at all. A path
// that is the target already stays as it is: a link would replace the file by
// one that leads to itself.
func link(target, path string) error {
	if at, err := os.Readlink(path); err == nil && at == target {
		return nil
	}
	if there, err := os.Stat(target); filepath.IsAbs(target) && err == nil {
		if here, err := os.Stat(path); err == nil && os.SameFile(here, there) {
			return nil
		}
	}
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("link %s: %w", path, err)
	}
	if err := os.Symlink(target, tmp); err != nil {
		return fmt.Errorf("link %s: %w", path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("link %s: %w", path, err)
	}
	return nil
}

// meter adds the clock to progress.
type meter struct {
	began  time.Time
	report func(cluster.Progress)
}

func (m *meter) say(phase, waiting string, done, total int64) {
	if m.report == nil {
		return
	}
	m.report(cluster.Progress{Phase: phase, Waiting: waiting, Done: done, Total: total, Elapsed: time.Since(m.began)})
}
