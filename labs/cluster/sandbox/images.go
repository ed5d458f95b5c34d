package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/gatedrill/gatedrill/labs/note"
)

// OwnProgram is a program that people gave to an image, so that pods of it
// run in the sandbox. All paths on the host are absolute.
type OwnProgram struct {
	Path  string    `json:"path"`
	Args  []string  `json:"args,omitempty"`
	Files []PodFile `json:"files,omitempty"`
}

// PodFile is one file of the host shown in the pod.
type PodFile struct {
	Host string `json:"host"`
	Pod  string `json:"pod"`
}

// OwnPrograms returns the programs given to images, by image.
func (b *Backend) OwnPrograms() (map[string]OwnProgram, error) {
	rows := map[string]OwnProgram{}
	if _, err := note.Read(b.ownPrograms(), &rows); err != nil {
		return nil, fmt.Errorf("read the programs given to images: %w", err)
	}
	return rows, nil
}

// AddProgram gives an image a program. The sandbox sees it at the next pull.
func (b *Backend) AddProgram(image string, p OwnProgram) error {
	if err := p.check(); err != nil {
		return fmt.Errorf("give image %q a program: %w", image, err)
	}
	rows, err := b.OwnPrograms()
	if err != nil {
		return err
	}
	rows[image] = p
	return b.writePrograms(rows)
}

// ErrNoProgram says that an image had no program of its own.
var ErrNoProgram = errors.New("no program was given to it")

// RemoveProgram takes an image's program away.
func (b *Backend) RemoveProgram(image string) error {
	rows, err := b.OwnPrograms()
	if err != nil {
		return err
	}
	if _, ok := rows[image]; !ok {
		return fmt.Errorf("image %q: %w", image, ErrNoProgram)
	}
	delete(rows, image)
	return b.writePrograms(rows)
}

func (p OwnProgram) check() error {
	fi, err := os.Stat(p.Path)
	if err != nil {
		return err
	}
	if fi.IsDir() || fi.Mode().Perm()&0o111 == 0 {
		return fmt.Errorf("%s is not a program: it cannot be executed", p.Path)
	}
	for _, f := range p.Files {
		if _, err := os.Stat(f.Host); err != nil {
			return err
		}
		if !filepath.IsAbs(f.Pod) {
			return fmt.Errorf("file %s:%s: the pod's path is not absolute", f.Host, f.Pod)
		}
	}
	if slices.ContainsFunc(p.Files, func(f PodFile) bool { return f.Pod == "/" }) {
		return errors.New("a file cannot take the place of the pod's root directory")
	}
	return nil
}

func (b *Backend) writePrograms(rows map[string]OwnProgram) error {
	if err := note.Write(b.ownPrograms(), rows); err != nil {
		return fmt.Errorf("keep the programs given to images: %w", err)
	}
	return nil
}
