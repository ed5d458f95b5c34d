package deck

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// What is no plain file is named, and never opened: reading it might not end.
func TestLoadOfWhatIsNoPlainFile(t *testing.T) {
	t.Parallel()
	src := Source{Name: "x", FS: unopened{fstest.MapFS{
		"folder.md": {Mode: fs.ModeDir},
		"pipe.md":   {Mode: fs.ModeNamedPipe},
		"zero.md":   {Mode: fs.ModeDevice},
	}, t}}
	_, problems := Load(src)
	if len(problems) != 3 {
		t.Fatalf("problems: %v", problems)
	}
	for _, p := range problems {
		if !p.Lost || !strings.Contains(p.What, "it is no plain file") {
			t.Errorf("%v", p)
		}
	}
	Fingerprint(src)
}

// unopened lets only its own folder be opened.
type unopened struct {
	fstest.MapFS
	t *testing.T
}

func (u unopened) Open(name string) (fs.File, error) {
	if name != "." {
		u.t.Errorf("%s was opened", name)
	}
	return u.MapFS.Open(name)
}

func (u unopened) ReadFile(name string) ([]byte, error) {
	u.t.Errorf("%s was read", name)
	return u.MapFS.ReadFile(name)
}

func TestLoadOfAFileThatIsTooLarge(t *testing.T) {
	t.Parallel()
	_, problems := Load(Source{Name: "x", FS: fstest.MapFS{"a.md": {Data: bytes.Repeat([]byte("x"), maxSize+1)}}})
	if len(problems) != 1 || !strings.Contains(problems[0].What, "larger than 16 MiB") {
		t.Errorf("problems: %v", problems)
	}
}
