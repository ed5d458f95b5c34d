package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gatedrill/gatedrill/content"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

// labsVariable names folders of labs, as --labs does.
const labsVariable = "GATEDRILL_LABS"

// ownLabs is the program's own folder of labs, ownShared what all labs share.
func ownLabs() labfile.Folder {
	return labfile.Folder{Name: "content/labs", FS: content.Labs()}
}

func ownShared() labfile.Folder { return labfile.Folder{Name: "content", FS: content.Shared()} }

// labFolders are the folders of labs that people have: labs in gatedrill's
// home, where there is one, and those that are named.
func labFolders(e *env) []string {
	var out []string
	if _, err := os.Stat(e.path("labs")); err == nil {
		out = append(out, e.path("labs"))
	}
	if e.Getenv != nil {
		out = append(out, filepath.SplitList(e.Getenv(labsVariable))...)
	}
	return append(out, e.labs...)
}

// readLibrary reads the program's labs, then those of other folders.
func readLibrary(e *env) (labfile.Library, []labs.Problem) {
	folders, lost, closeFolders := openLabs(e)
	defer closeFolders()
	l, problems := labfile.Open(ownShared(), folders...)
	return l, append(lost, problems...)
}

// openLabs opens the program's labs, then the other folders, and says which of
// these it could not. Nothing outside of a folder is read by it, whatever its
// links lead to.
func openLabs(e *env) (folders []labfile.Folder, lost []labs.Problem, closeAll func()) {
	folders = []labfile.Folder{ownLabs()}
	var roots []*os.Root
	for _, dir := range labFolders(e) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			lost = append(lost, labs.Problem{Pos: labs.Pos{File: dir}, Words: "open the folder of labs: " + cause(err)})
			continue
		}
		roots = append(roots, root)
		folders = append(folders, labfile.Folder{Name: dir, FS: root.FS(), Foreign: true})
	}
	return folders, lost, func() {
		for _, r := range roots {
			_ = r.Close() // only read from
		}
	}
}

// cause is an error of a file without its name, which stands before it.
func cause(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// loadLabs reads all labs. Broken files are named; the good labs are returned
// all the same.
func loadLabs(e *env) ([]labs.Lab, labs.World) {
	l, problems := readLibrary(e)
	for _, p := range problems {
		say(e.Stderr, p.String())
	}
	return l.Labs, l.World
}
