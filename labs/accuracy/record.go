package accuracy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/gatedrill/gatedrill/labs/record"
)

// maxRecorded is the size of a recording that a repository of hundreds bears.
const maxRecorded = 40 << 10

// Record writes what was judged of a case into its folder below dir.
func (r Result) Record(dir string) error {
	var b bytes.Buffer
	if err := record.Write(&b, r.Snapshot); err != nil {
		return fmt.Errorf("case %s: %w", r.Case.ID, err)
	}
	if b.Len() > maxRecorded {
		return fmt.Errorf("case %s: the recording has %d bytes, at most %d are kept: make the case smaller", r.Case.ID, b.Len(), maxRecorded)
	}
	said, err := json.MarshalIndent(append([]Message{}, r.Analyze...), "", "  ")
	if err != nil {
		return fmt.Errorf("record case %s: %w", r.Case.ID, err)
	}
	for name, text := range map[string][]byte{snapshotFile: b.Bytes(), analyzeFile: append(said, '\n')} {
		if err := os.WriteFile(filepath.Join(dir, r.Case.ID, name), text, 0o644); err != nil {
			return fmt.Errorf("record case %s: %w", r.Case.ID, err)
		}
	}
	return nil
}

// Replay judges a case by what was recorded of it.
func Replay(fsys fs.FS, c Case, trace Tracer) (Result, error) {
	r := Result{Case: c}
	f, err := fsys.Open(path.Join(c.ID, snapshotFile))
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("%w: make accuracy ONLY=%s RECORD=1", ErrNotRecorded, c.ID)
	}
	if err != nil {
		return r, err
	}
	defer f.Close() //nolint:errcheck // only read from
	if r.Snapshot, err = record.Read(f); err != nil {
		return r, err
	}
	if r.Analyze, err = Said(fsys, c); err != nil {
		return r, err
	}
	if a := r.Snapshot.Answers[c.Request.Name]; !c.Seen(a) {
		r.Problem = fmt.Sprintf("the symptom is %q, and the client got %q: record it again", c.Symptom, Got(a))
		return r, nil
	}
	r.Path = trace(c.Request, r.Snapshot)
	r.Told = TellPath(r.Path)
	return r, nil
}

// Said is what was recorded of istioctl analyze's words on a case, never nil.
func Said(fsys fs.FS, c Case) ([]Message, error) {
	text, err := fs.ReadFile(fsys, path.Join(c.ID, analyzeFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNotRecorded, err)
	}
	if err != nil {
		return nil, err
	}
	out := []Message{}
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fmt.Errorf("read %s of case %s: %w", analyzeFile, c.ID, err)
	}
	return out, nil
}

// ErrNotRecorded is returned for a case without a snapshot.
var ErrNotRecorded = errors.New("no snapshot is recorded")
