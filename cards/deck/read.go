package deck

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// maxSize is the largest deck file: far more cards than anybody learns.
const maxSize = 16 << 20

// read reads a plain file of at most maxSize bytes. Anything else under its
// name, such as a named pipe or a device, might never end and is not opened.
func read(fsys fs.FS, name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, errors.New("its name is not UTF-8: rename it")
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no plain file: a deck is one; move it away")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("it is larger than %d MiB, which no deck is: split it", maxSize>>20)
	}
	return text, nil
}
