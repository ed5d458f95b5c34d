// Package note keeps the small files by which one process of ours tells
// another, or a later one, what it did. They are replaced whole.
package note

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace puts text in the place of a file at once: who reads meanwhile finds
// the old one or the new one, several may write side by side, and after a
// power cut no half of it is there. A file that holds the text already stays
// as it is; a directory that is not there is made, for its owner only.
func Replace(path string, text []byte, mode fs.FileMode) error {
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync() // else the new name may be on disk before the text is
	}
	if err = errors.Join(err, f.Chmod(mode), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name()) // what went wrong is said above
	}
	return err
}

// Write replaces a note by a value as JSON, for its owner only.
func Write(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return Replace(path, append(text, '\n'), 0o600)
}

// Read reads a note into a value; found is false where there is none.
func Read(path string, v any) (found bool, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		if err = json.Unmarshal(text, v); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}
	return err == nil, err
}
