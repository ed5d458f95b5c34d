// Package content holds what is taught: decks of cards and folders of labs,
// embedded into the program. It is data only; cards/deck and labs read it.
package content

import (
	"embed"
	"io/fs"
)

// The prefix "all:" lets a folder be embedded that holds a dot file only.
//
//go:embed all:decks all:labs all:scenes all:faults all:world all:shown syllabus.yaml
var files embed.FS

// Decks is the folder of decks: one Markdown file each.
func Decks() fs.FS { return sub("decks") }

// Labs is the folder of labs: one folder each.
func Labs() fs.FS { return sub("labs") }

// Shared holds what labs have in common, in the folders world, scenes and
// faults, what shows the facts of cards, in shown, and the syllabus that labs
// are for.
func Shared() fs.FS { return files }

// sub opens a folder that the compiler has checked to exist.
func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return f
}
