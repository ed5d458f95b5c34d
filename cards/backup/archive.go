package backup

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// pack writes a copy under its name, from a file beside it.
func (h Home) pack(ctx context.Context, reason string, snapshot Snapshot) (name string, err error) {
	dir := filepath.Join(h.Dir, Folder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(dir, ".making-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	database := ""
	if snapshot != nil {
		database = filepath.Join(work, h.Database)
		if err := snapshot(ctx, database); err != nil {
			return "", err
		}
	}
	whole := filepath.Join(work, "copy")
	if err := h.write(ctx, whole, database); err != nil {
		return "", err
	}
	name = filepath.Join(dir, h.Now().UTC().Format(stamp)+"-"+reason+suffix)
	if _, err := os.Lstat(name); err == nil {
		return "", fmt.Errorf("%s is there already: try again", name)
	}
	return name, os.Rename(whole, name)
}

func (h Home) write(ctx context.Context, to, database string) (err error) {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	if database != "" {
		if err := add(ctx, t, h.Database, database); err != nil {
			return err
		}
	}
	files, err := h.files()
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := add(ctx, t, filepath.ToSlash(name), filepath.Join(h.Dir, name)); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close(), f.Sync())
}

// files are the names of what is kept beside the database.
func (h Home) files() ([]string, error) {
	var out []string
	for _, name := range h.Files {
		if info, err := os.Stat(filepath.Join(h.Dir, name)); err == nil && info.Mode().IsRegular() {
			out = append(out, name)
		}
	}
	for _, folder := range h.Folders {
		entries, err := os.ReadDir(filepath.Join(h.Dir, folder))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			// A link may lead out of the home; what it leads to is kept there.
			if e.Type().IsRegular() && path.Ext(e.Name()) == ".md" {
				out = append(out, filepath.Join(folder, e.Name()))
			}
		}
	}
	return out, nil
}

func add(ctx context.Context, t *tar.Writer, name, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Size: info.Size(), Mode: 0o600, ModTime: info.ModTime(), Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	// What is appended to it meanwhile is not part of this copy.
	if _, err := io.Copy(t, io.LimitReader(reading{ctx, f}, info.Size())); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// reading is a reader that ends with a context.
type reading struct {
	ctx context.Context
	r   io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// maxFile is the largest file of a copy.
const maxFile = 16 << 30

// Unpack writes the files of a copy to an empty folder, and returns their
// names. A copy that is cut off, changed, or holds other names than copies
// have, is refused.
func (h Home) Unpack(ctx context.Context, c Copy, to string) (names []string, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read backup %s: %w", c.Path, err)
		}
	}()
	f, err := os.Open(c.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	z, err := zstd.NewReader(f)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	root, err := os.OpenRoot(to)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for t := tar.NewReader(reading{ctx, z}); ; {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return nil, fmt.Errorf("it is damaged: %w", err)
		}
		if head.Typeflag != tar.TypeReg || !h.holds(head.Name) || head.Size > maxFile {
			return nil, fmt.Errorf("it holds %q, which no backup does", head.Name)
		}
		if err := extract(root, head.Name, t); err != nil {
			return nil, err
		}
		names = append(names, head.Name)
	}
}

// holds reports whether copies have a file of this name.
func (h Home) holds(name string) bool {
	for _, known := range append([]string{h.Database}, h.Files...) {
		if name == known {
			return true
		}
	}
	dir, file := path.Split(name)
	for _, folder := range h.Folders {
		if dir == folder+"/" && path.Ext(file) == ".md" && fs.ValidPath(name) && !strings.ContainsAny(file, `\:`) {
			return true
		}
	}
	return false
}

func extract(root *os.Root, name string, from io.Reader) (err error) {
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.Copy(f, from); err != nil {
		return fmt.Errorf("%s: it is damaged: %w", name, err)
	}
	return nil
}
