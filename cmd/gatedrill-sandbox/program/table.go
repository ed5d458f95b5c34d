// Package program is the sandbox's answer to container images: a table from
// image names to programs of the node. Istio's and the labs' images are built
// in, a user's own are read from a file each time an image is looked up. It
// knows names and files only; running them is for package cri.
package program

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/note"
)

// ErrUnknown says that no program goes by an image's name.
var ErrUnknown = errors.New("the sandbox has no program for this image")

// Role says what the node must do around a program.
type Role int

// The roles.
const (
	Plain Role = iota
	Pilot      // istiod
	Proxy      // pilot-agent with Envoy, also as a sidecar's init container
)

// File is one file of the node shown read-only in the container.
type File struct {
	Host string `json:"host"`
	Pod  string `json:"pod"`
}

// Program is what runs when a container of an image starts.
type Program struct {
	Entry []string // the image's entrypoint, as paths in the container
	Files []File
	Role  Role
}

// Table finds programs by image.
type Table struct {
	// Dir holds the built-in programs by file name.
	Dir string
	// Own is the file of the user's programs; it need not be there.
	Own string
}

// own is one row of the user's file: {"IMAGE": {"path": …, "args": […], "files": […]}}.
type own struct {
	Path  string   `json:"path"`
	Args  []string `json:"args"`
	Files []File   `json:"files"`
}

// Name reduces an image reference to the last two elements of its repository:
// "registry.example/istio/proxyv2:1.31.0" is "istio/proxyv2".
func Name(ref string) string {
	parts := strings.Split(repository(ref), "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// repository drops tag and digest.
func repository(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		ref = ref[:i]
	}
	return ref
}

// Find returns the program of an image, or an error that wraps ErrUnknown and
// says how to give it one. A user's row may name the image with or without tag
// and goes before a built-in one.
func (t Table) Find(ref string) (Program, error) {
	rows, err := t.owned()
	if err != nil {
		return Program{}, err
	}
	for _, name := range []string{ref, repository(ref), Name(ref)} {
		if row, ok := rows[name]; ok {
			return row.program(ref)
		}
	}
	if p, ok := t.builtin()[Name(ref)]; ok {
		return p, p.present(ref)
	}
	return Program{}, fmt.Errorf("image %q: %w; give it one with: gatedrill sandbox program add %s=PATH", ref, ErrUnknown, ref)
}

// Names lists the images that have a program, sorted.
func (t Table) Names() ([]string, error) {
	rows, err := t.owned()
	if err != nil {
		return nil, err
	}
	var names []string
	for n := range rows {
		names = append(names, n)
	}
	for n := range t.builtin() {
		names = append(names, n)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (t Table) builtin() map[string]Program {
	file := func(name, pod string) File { return File{Host: filepath.Join(t.Dir, name), Pod: pod} }
	return map[string]Program{
		"istio/pilot": {
			Role:  Pilot,
			Entry: []string{"/usr/local/bin/pilot-discovery"},
			Files: []File{file("gatedrill-istio", "/usr/local/bin/pilot-discovery")},
		},
		"istio/proxyv2": {
			Role:  Proxy,
			Entry: []string{"/usr/local/bin/pilot-agent"},
			Files: []File{
				file("gatedrill-istio", "/usr/local/bin/pilot-agent"),
				file("envoy", "/usr/local/bin/envoy"),
				file("envoy_bootstrap_tmpl.json", "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json"),
			},
		},
		"gatedrill/app": {
			Entry: []string{"/usr/local/bin/gatedrill-app"},
			Files: []File{file("gatedrill-app", "/usr/local/bin/gatedrill-app")},
		},
	}
}

func (t Table) owned() (map[string]own, error) {
	var rows map[string]own
	if _, err := note.Read(t.Own, &rows); err != nil {
		return nil, fmt.Errorf("read the sandbox's own programs: %w", err)
	}
	return rows, nil
}

// program shows a user's program in /usr/local/bin under its own name.
func (o own) program(ref string) (Program, error) {
	if o.Path == "" {
		return Program{}, fmt.Errorf("image %q: its program has no path; give it one with: gatedrill sandbox program add %s=PATH", ref, ref)
	}
	pod := "/usr/local/bin/" + filepath.Base(o.Path)
	p := Program{
		Entry: append([]string{pod}, o.Args...),
		Files: append([]File{{Host: o.Path, Pod: pod}}, o.Files...),
	}
	return p, p.present(ref)
}

// present checks the program's files now, so that a missing one is named by
// the pull and not by a container that ends at once.
func (p Program) present(ref string) error {
	for _, f := range p.Files {
		if _, err := os.Stat(f.Host); err != nil {
			return fmt.Errorf("image %q: its program's file is not there: %w", ref, err)
		}
	}
	return nil
}
