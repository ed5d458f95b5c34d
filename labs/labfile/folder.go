package labfile

import (
	"io/fs"
	"path"
	"strings"
)

// Folder is a folder of files, and the name by which its files are told of:
// "content", or where it lies on the disk.
type Folder struct {
	Name string
	FS   fs.FS
	// Foreign says that the labs in it are not the program's own: they are
	// held to what somebody's lab may do.
	Foreign bool
}

// IDs are the ids of the labs in the folder, good ones or not, by the names of
// their folders.
func (f Folder) IDs() []string {
	entries, err := fs.ReadDir(f.FS, ".")
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			out = append(out, e.Name())
		}
	}
	return out
}

// open lets the folder's files be opened by the names by which they are told
// of, so that every place that is reported can be gone to.
func (f Folder) open() named {
	name := path.Clean(strings.ReplaceAll(f.Name, `\`, "/"))
	if name == "." {
		name = ""
	}
	return named{root: name, fs: f.FS}
}

// named is a folder whose root has a name.
type named struct {
	root string
	fs   fs.FS
}

var (
	_ fs.ReadDirFS  = named{}
	_ fs.ReadFileFS = named{}
	_ fs.StatFS     = named{}
)

// path is the name of a file of the folder.
func (n named) path(parts ...string) string { return path.Join(append([]string{n.root}, parts...)...) }

func (n named) inside(name string) string {
	switch n.root {
	case name:
		return "."
	case "":
		return name
	}
	return strings.TrimPrefix(name, n.root+"/")
}

func (n named) Open(name string) (fs.File, error)          { return n.fs.Open(n.inside(name)) }
func (n named) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(n.fs, n.inside(name)) }
func (n named) ReadFile(name string) ([]byte, error)       { return fs.ReadFile(n.fs, n.inside(name)) }
func (n named) Stat(name string) (fs.FileInfo, error)      { return fs.Stat(n.fs, n.inside(name)) }
