// Command gatedrill-syllabus makes docs/syllabus.md of the labs and of what was
// proved of them. Named files, as `gatedrill lab verify --all --json` writes
// them, are taken into docs/proofs.json first. What a file does not tell of stays
// what it was, so that one lab that was changed can be proved by itself:
//
//	gatedrill-syllabus [sandbox=sandbox.json kind=kind.json …]
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/content"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/syllabus"
	"github.com/gatedrill/gatedrill/labs/verify"
)

func main() {
	if err := run("docs", os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gatedrill-syllabus:", err)
		os.Exit(1)
	}
}

// run takes proofs into a folder, and makes its page anew.
func run(dir string, args []string) error {
	list, s, err := library()
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "proofs.json")
	proofs, err := readProofs(file)
	if err != nil {
		return err
	}
	for _, a := range args {
		backend, from, found := strings.Cut(a, "=")
		if !found || !slices.Contains(syllabus.Backends(), backend) {
			return fmt.Errorf("%q: want BACKEND=FILE, of the backends %s", a, strings.Join(syllabus.Backends(), ", "))
		}
		if proofs[backend], err = take(from, list, proofs[backend]); err != nil {
			return fmt.Errorf("read what the %s proved: %w", backend, err)
		}
	}
	if len(args) > 0 {
		text, err := json.MarshalIndent(proofs, "", " ")
		if err != nil {
			return fmt.Errorf("write the proofs: %w", err)
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			return fmt.Errorf("write the proofs: %w", err)
		}
	}
	page, err := syllabus.Page(s, list, proofs)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "syllabus.md"), []byte(page), 0o644); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// library is what is taught: the labs of the program, and the syllabus that
// they are for.
func library() ([]labs.Lab, syllabus.Syllabus, error) {
	l, problems := labfile.Open(labfile.Folder{Name: "content", FS: content.Shared()}, labfile.Folder{Name: "content/labs", FS: content.Labs()})
	s, bad := syllabus.Load(content.Shared())
	if problems = append(problems, bad...); len(problems) > 0 {
		return nil, s, fmt.Errorf("read the labs: %s", problems[0])
	}
	return l.Labs, s, nil
}

// readProofs reads what was proved before; a file that is not there is none.
func readProofs(file string) (syllabus.Proofs, error) {
	proofs := syllabus.Proofs{}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return proofs, nil
	}
	if err == nil {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		err = d.Decode(&proofs)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return proofs, nil
}

// take sums up what one backend proved, as it wrote it.
func take(file string, list []labs.Lab, known map[string]syllabus.Proof) (map[string]syllabus.Proof, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var lines []verify.Line
	if err := json.Unmarshal(text, &lines); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	out := map[string]syllabus.Proof{}
	for _, l := range list {
		p := syllabus.Proof{}
		tried := false
		for _, line := range lines {
			if line.Lab != l.ID {
				continue
			}
			switch tried = true; {
			case line.NotOffered:
				p.Lacked = true
			case line.OK:
				p.Holds++
			case p.Fails == "":
				p.Fails = line.Check
			}
		}
		if !tried {
			if old, ok := known[l.ID]; ok {
				out[l.ID] = old
			}
			continue
		}
		if p.Fails != "" {
			p.Holds = 0
		}
		if p.Lab, err = syllabus.Fingerprint(l); err != nil {
			return nil, err
		}
		out[l.ID] = p
	}
	return out, nil
}
