package programs

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// Look says of each program of the sandbox whether it is there, for this
// system, and of which version. Envoy is run for that, the others are read. A
// program that will be got when the sandbox starts is a note.
func (s Source) Look(ctx context.Context) []cluster.Finding {
	var out []cluster.Finding
	for _, name := range Names() {
		out = append(out, found(name, s.find(name), func(path string) (string, error) { return ourVersion(path) }))
	}
	return append(out, found(EnvoyFile, s.findEnvoy(), func(path string) (string, error) {
		v, err := envoyVersion(ctx, path)
		if err == nil && !accepted(v) {
			err = fmt.Errorf("%s is version %s, and the sandbox was proved with %s", path, v, EnvoyVersion)
		}
		return v + ", it runs", err
	}))
}

// found looks at one program; without a path there is none.
func found(name, path string, version func(string) (string, error)) cluster.Finding {
	f := cluster.Finding{What: name, State: cluster.Note, Saw: "not got yet", Next: "gatedrill sandbox install"}
	if path == "" {
		return f
	}
	v, err := version(path)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, fs.ErrPermission):
		f.State, f.Saw, f.Next = cluster.Unknown, err.Error(), "see what it says: "+path+" --version"
	case err != nil:
		f.State, f.Saw, f.Next = cluster.Missing, err.Error(), fmt.Sprintf("take it away, and get it again: rm %s; gatedrill sandbox install", path)
	default:
		f.State, f.Saw, f.Next = cluster.OK, path+", "+v, ""
	}
	return f
}

// ourVersion reads in a program of ours for which system it was built, and of
// which Kubernetes and Istio.
func ourVersion(path string) (string, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s is no program of ours: %w", path, err)
	}
	var system [2]string
	for _, set := range info.Settings {
		switch set.Key {
		case "GOOS":
			system[0] = set.Value
		case "GOARCH":
			system[1] = set.Value
		}
	}
	if want := [2]string{runtime.GOOS, runtime.GOARCH}; system != want {
		return "", fmt.Errorf("%s is for %s, and this is %s", path, strings.Join(system[:], "/"), strings.Join(want[:], "/"))
	}
	if fi, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && fi.Mode().Perm()&0o100 == 0 {
		return "", errors.Join(err, fmt.Errorf("%s cannot be executed", path))
	}
	out := "built with " + info.GoVersion
	for _, dep := range info.Deps {
		switch dep.Path {
		case "k8s.io/kubernetes", "istio.io/istio", "k8s.io/kubectl":
			out += ", " + dep.Path + " " + dep.Version
		}
	}
	return out, nil
}

// find is where a program of ours is, "" where it has to be got.
func (s Source) find(name string) string {
	places := []string{s.Dir, s.Beside}
	if s.Given != "" { // is used or refused, not passed over
		places = []string{s.Given}
	}
	for _, dir := range places {
		if path := filepath.Join(dir, name); dir != "" && isFile(path) {
			return path
		}
	}
	return ""
}

// findEnvoy is where Envoy is, "" where it has to be got.
func (s Source) findEnvoy() string {
	places := []string{filepath.Join(s.Dir, EnvoyFile), s.cacheFile()}
	if s.Envoy != "" {
		places = []string{s.Envoy}
	}
	for _, path := range places {
		if isFile(path) {
			return path
		}
	}
	return ""
}
