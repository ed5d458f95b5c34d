package programs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/note"
)

// stamp is what is kept beside the programs of a part, so that the next start
// need not link again to find that nothing changed.
type stamp struct {
	Tree   string   `json:"tree"`
	Inputs []string `json:"inputs"` // directories below the tree
	Digest string   `json:"digest"` // over the inputs' files, the modules' files and the flags
}

func (s Source) stampFile(p part) string {
	name := filepath.Base(p.module)
	if p.module == "." {
		name = "light"
	}
	return filepath.Join(s.Dir, "built-"+name+".json")
}

// fresh says whether a part's programs are there and made of today's source.
// A package that is new to the build changes a file that was in it before, so
// the inputs of the last build are enough to look at.
func (s Source) fresh(p part) bool {
	for _, name := range p.files {
		if fi, err := os.Lstat(filepath.Join(s.Dir, name)); err != nil || !fi.Mode().IsRegular() {
			return false
		}
	}
	var st stamp
	if found, err := note.Read(s.stampFile(p), &st); err != nil || !found || st.Tree != s.Tree {
		return false
	}
	sum, err := digest(s.Tree, st.Inputs, p.flags())
	return err == nil && sum == st.Digest
}

func (s Source) stamp(p part, inputs []string, sum string) error {
	slices.Sort(inputs)
	return note.Write(s.stampFile(p), stamp{Tree: s.Tree, Inputs: slices.Compact(inputs), Digest: sum})
}

// digest sums the files of directories, tests left out, and the files of both
// modules.
func digest(tree string, dirs []string, flags string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, flags)
	add := func(rel string) error {
		b, err := os.ReadFile(filepath.Join(tree, rel))
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintln(h, rel, "is not there")
			return nil
		}
		if err != nil {
			return fmt.Errorf("sum the source: %w", err)
		}
		fmt.Fprintln(h, rel, len(b))
		h.Write(b)
		return nil
	}
	for _, f := range []string{"go.mod", "go.sum", heavy + "/go.mod", heavy + "/go.sum"} {
		if err := add(f); err != nil {
			return "", err
		}
	}
	dirs = slices.Compact(slices.Sorted(slices.Values(dirs)))
	for _, d := range dirs {
		entries, err := os.ReadDir(filepath.Join(tree, d))
		if err != nil {
			return "", fmt.Errorf("sum the source: %w", err)
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			if err := add(filepath.Join(d, e.Name())); err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
