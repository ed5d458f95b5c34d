// Package history keeps what happened in lab attempts: an append-only file of
// JSON lines, one record each. It is the whole memory of a session: a program
// that dies loses nothing, and two programs at once see each other's records.
package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// Kind says what a record tells.
type Kind string

// The kinds of records.
const (
	Started  Kind = "started"  // the lab is going in
	Broken   Kind = "broken"   // the fault was seen; Capture is the answer then
	Verdict  Kind = "verdict"  // the learner committed a verdict
	Finding  Kind = "finding"  // the learner answered a step's question
	Hint     Kind = "hint"     // a hint was taken
	Solution Kind = "solution" // the solution was looked at
	Unearned Kind = "unearned" // the goals held before the diagnosis was complete
	Again    Kind = "again"    // the fault is going in once more
	Solved   Kind = "solved"
	Leaving  Kind = "leaving" // the lab is being taken out of the cluster
	Reset    Kind = "reset"   // it was taken out
	Failed   Kind = "failed"  // Text says why
	Paused   Kind = "paused"
	Resumed  Kind = "resumed"
	Beat     Kind = "beat" // still at work
	Due      Kind = "due"  // the attempt ends, and Cards were made due
)

// Record is one line of the file.
type Record struct {
	At      time.Time    `json:"at"`
	Attempt string       `json:"attempt"`
	Lab     string       `json:"lab"`
	Kind    Kind         `json:"kind"`
	Step    labs.Step    `json:"step,omitempty"`
	Verdict labs.Verdict `json:"verdict,omitempty"`
	Text    string       `json:"text,omitempty"`
	Right   bool         `json:"right,omitempty"`
	Capture *labs.Answer `json:"capture,omitempty"`
	Cards   []string     `json:"cards,omitempty"`
	PID     int          `json:"pid,omitempty"` // of the program at work; Started, Again and Leaving
}

// File is the history of one data directory.
type File struct{ path string }

// Open names the file; it is made with the first record.
func Open(path string) *File { return &File{path: path} }

// Append adds a record. It is on disk when Append returns.
func (f *File) Append(r Record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	line = append(line, '\n')
	if torn(file) {
		line = append([]byte{'\n'}, line...) // ends what a killed program left
	}
	_, err = file.Write(line) // one write: records of two programs do not mix
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write history %s: %w", f.path, err)
	}
	return nil
}

// torn says that the file's last line is not ended.
func torn(file *os.File) bool {
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil || end == 0 {
		return false
	}
	var last [1]byte
	_, err = file.ReadAt(last[:], end-1)
	return err == nil && last[0] != '\n'
}

// Read returns the records from an offset on, and the offset to go on from. A
// last line that is not ended yet is left for the next call; one that was
// torn by a crash is left out.
func (f *File) Read(from int64) ([]Record, int64, error) {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, from, fmt.Errorf("read history: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return nil, from, fmt.Errorf("read history %s: %w", f.path, err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, from, fmt.Errorf("read history %s: %w", f.path, err)
	}
	var out []Record
	for {
		line, rest, ended := bytes.Cut(text, []byte{'\n'})
		if !ended {
			return out, from, nil
		}
		from += int64(len(line)) + 1
		text = rest
		var r Record
		if json.Unmarshal(line, &r) == nil && r.Kind != "" {
			out = append(out, r)
		}
	}
}
