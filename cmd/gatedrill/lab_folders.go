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

// readLibrary reads the program's labs, then those of other folders. Nothing
// outside of a folder is read for it, whatever its links lead to.
func readLibrary(e *env) (labfile.Library, []labs.Problem) {
	folders := []labfile.Folder{ownLabs()}
	var lost []labs.Problem
	for _, dir := range labFolders(e) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			lost = append(lost, labs.Problem{Pos: labs.Pos{File: dir}, Words: "open the folder of labs: " + cause(err)})
			continue
		}
		defer root.Close()
		folders = append(folders, labfile.Folder{Name: dir, FS: root.FS(), Foreign: true})
	}
	l, problems := labfile.Open(ownShared(), folders...)
	return l, append(lost, problems...)
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
