package labfile

import (
	"io/fs"
	"path"

	"github.com/goccy/go-yaml/ast"

	"github.com/gatedrill/gatedrill/labs"
)

// DecodeFile reads a file that holds one YAML document into dst, a pointer to
// a struct, as strictly as a lab is read. Operations in it (fields of type Op)
// apply files that lie beside it.
func DecodeFile(fsys fs.FS, file string, dst any) []labs.Problem {
	s := &source{file: file, fsys: fsys}
	s.readInto(fsys, dst)
	return s.problems
}

// ReadChange reads a folder, or a single file, of manifests and operations.
func ReadChange(fsys fs.FS, name string) (labs.Change, []labs.Problem) {
	return readChange(fsys, name, nil)
}

// op decodes an operation that stands in a file other than a change's own.
func (s *source) op(n ast.Node) labs.Op {
	var spec opSpec
	s.decode(n, &spec)
	r := &changeReader{fsys: s.fsys, dir: path.Dir(s.file), values: s.values, files: map[string][]labs.Manifest{}}
	if spec.Apply != "" {
		r.read(spec.Apply)
	}
	op, words := r.op(spec)
	s.problems = append(s.problems, r.problems...)
	if words != "" {
		s.complain(spec.Pos, "%s", words)
	}
	return op
}
