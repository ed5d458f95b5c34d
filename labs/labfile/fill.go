package labfile

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// place is where a parameter's value goes. What is written in capitals
// (${GATEWAY_IP}) is known only when it is applied, and stays.
var place = regexp.MustCompile(`\$\{([a-z][A-Za-z0-9]*)\}`)

// value is the form of parameters' values: one line that is text in YAML
// wherever it is put, and part of names, hosts and URLs.
var value = regexp.MustCompile(`^[A-Za-z0-9*/]([A-Za-z0-9._/*=-]*[A-Za-z0-9*])?$`)

// filled puts values into a text; a place without a value is a problem of its
// line.
func (s *source) filled(text []byte) []byte {
	if s.values == nil {
		return text
	}
	line := 1
	var out bytes.Buffer
	for rest := range bytes.Lines(text) {
		out.Write(place.ReplaceAllFunc(rest, func(m []byte) []byte {
			name := string(m[2 : len(m)-1])
			v, ok := s.values[name]
			if !ok {
				s.problems = append(s.problems, labs.Problem{Pos: labs.Pos{File: s.file, Line: line, Column: bytes.Index(rest, m) + 1},
					Text: strings.TrimSpace(string(rest)), Words: fmt.Sprintf("no parameter is called %q (%s)", name, strings.Join(sortedKeys(s.values), ", "))})
			}
			return []byte(v)
		}))
		line++
	}
	return out.Bytes()
}

// parameters reads the block "parameters:" of a file.
func parameters(fsys fs.FS, file string) (map[string]string, []labs.Problem) {
	var f struct {
		Parameters map[string]string `yaml:"parameters"`
	}
	problems := readBlock(fsys, file, "parameters:", &f)
	return f.Parameters, problems
}

// scenesOf reads the block "scenes:" of a fault's file.
func scenesOf(fsys fs.FS, file string) ([]string, []labs.Problem) {
	var f struct {
		Scenes []string `yaml:"scenes"`
	}
	problems := readBlock(fsys, file, "scenes:", &f)
	if len(problems) == 0 && len(f.Scenes) == 0 {
		problems = []labs.Problem{{Pos: labs.Pos{File: file}, Words: "scenes names no scene that the fault fits"}}
	}
	return f.Scenes, problems
}

// readBlock decodes one top-level block of a file whose other texts cannot be
// read before its places are filled; without the block, dst stays as it is.
func readBlock(fsys fs.FS, file, key string, dst any) []labs.Problem {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return []labs.Problem{{Pos: labs.Pos{File: file}, Words: "missing file"}}
	}
	var block []string
	in := false
	for _, line := range strings.Split(string(text), "\n") {
		if line != "" && line[0] != ' ' && line[0] != '#' {
			in = strings.HasPrefix(line, key)
		}
		if !in {
			line = "" // keeps the numbers of the lines
		}
		block = append(block, line)
	}
	s := &source{file: file}
	if docs := s.parse([]byte(strings.Join(block, "\n"))); len(docs) > 0 && docs[0].Body != nil {
		s.decode(docs[0].Body, dst)
	}
	return s.problems
}

// settle gives each parameter its value: what the lab says, else the default,
// in which other values are filled in.
func (s *source) settle(defaults, with, known map[string]string, at labs.Pos) map[string]string {
	out := maps.Clone(known)
	if out == nil {
		out = map[string]string{}
	}
	for _, name := range sortedKeys(with) {
		if _, ok := defaults[name]; !ok {
			s.problems = append(s.problems, labs.Problem{Pos: at, Words: fmt.Sprintf("with: no parameter is called %q (%s)", name, strings.Join(sortedKeys(defaults), ", "))})
			continue
		}
		out[name] = with[name]
	}
	open := slices.DeleteFunc(sortedKeys(defaults), func(n string) bool { _, given := with[n]; return given })
	for len(open) > 0 {
		left := slices.DeleteFunc(slices.Clone(open), func(name string) bool {
			ready := true
			text := place.ReplaceAllStringFunc(defaults[name], func(m string) string {
				v, ok := out[m[2:len(m)-1]]
				ready = ready && ok
				return v
			})
			if ready {
				out[name] = text
			}
			return ready
		})
		if len(left) == len(open) {
			s.complainKey("parameters", "the parameters %s hold each other, or ones that do not exist", strings.Join(left, ", "))
			break
		}
		open = left
	}
	for _, name := range sortedKeys(out) {
		if !value.MatchString(out[name]) {
			s.problems = append(s.problems, labs.Problem{Pos: at, Text: out[name],
				Words: "parameter " + name + " wants letters, digits, and . _ / * = - between them"})
		}
	}
	return out
}
