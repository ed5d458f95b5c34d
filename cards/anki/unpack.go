package anki

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// forms are the databases that a package may hold, the best first: newer
// packages bring an older one along that only says that Anki is to be updated.
func forms() []string { return []string{newestForm, secondForm, "collection.anki2"} }

const newestForm, secondForm = "collection.anki21b", "collection.anki21"

// newest is the highest version of packages that is read here.
const newest = 3

// unpack writes the database of a package to a file and reads its list of
// media.
func (c *Collection) unpack(ctx context.Context, file, to string, most int64, progress Progress) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is no plain file", ErrNoPackage)
	}
	z, err := zip.OpenReader(file)
	if errors.Is(err, zip.ErrFormat) {
		return fmt.Errorf("%w: it is no zip file, or it is cut off", ErrNoPackage)
	}
	if err != nil {
		return err
	}
	defer z.Close() //nolint:errcheck // it was only read
	version, err := packageVersion(&z.Reader)
	if err != nil {
		return err
	}
	db := database(&z.Reader, version)
	if db == nil {
		return fmt.Errorf("%w: it holds none of %s", ErrNoPackage, strings.Join(forms(), ", "))
	}
	c.Form = db.Name
	packed := version >= newest || db.Name == newestForm
	progress("unpack", 0, int(db.UncompressedSize64))
	if err := extract(ctx, db, packed, to, most); err != nil {
		return fmt.Errorf("%s: %w", db.Name, err)
	}
	return c.readMedia(&z.Reader, packed)
}

// find returns a file of the package by its exact name.
func find(z *zip.Reader, name string) *zip.File {
	i := slices.IndexFunc(z.File, func(f *zip.File) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return z.File[i]
}

// packageVersion reads the form of the package, 0 if it does not say: that
// was not done before version 3.
func packageVersion(z *zip.Reader) (int, error) {
	meta := find(z, "meta")
	if meta == nil {
		return 0, nil
	}
	b, err := readPart(meta, false, maxSettings)
	if err != nil {
		return 0, fmt.Errorf("meta: %w", err)
	}
	f, err := fieldsOf(b)
	if err != nil {
		return 0, fmt.Errorf("%w: meta: %w", ErrDamaged, err)
	}
	v := int(f.number(1))
	if v > newest {
		return 0, fmt.Errorf("the package has version %d, this program knows %d (export it from Anki with \"Support older Anki versions\")", v, newest)
	}
	return v, nil
}

func database(z *zip.Reader, version int) *zip.File {
	for i, name := range forms() {
		if version > 0 && newest-i > version {
			continue // what its version does not know is not its collection
		}
		if f := find(z, name); f != nil {
			return f
		}
	}
	return nil
}

// open opens a part of the package for reading.
func open(f *zip.File, packed bool) (io.ReadCloser, error) {
	const encrypted = 1
	if f.Flags&encrypted != 0 {
		return nil, fmt.Errorf("%w (export it again without a password)", ErrEncrypted)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if !packed {
		return r, nil
	}
	const window = 256 << 20
	d, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(maxCollection), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return both{d.IOReadCloser(), r}, nil
}

// both closes a reader and what it reads from.
type both struct {
	io.ReadCloser
	under io.Closer
}

func (b both) Close() error { return errors.Join(b.ReadCloser.Close(), b.under.Close()) }

// readPart reads a small part of the package whole.
func readPart(f *zip.File, packed bool, most int64) ([]byte, error) {
	if f.UncompressedSize64 > uint64(most) {
		return nil, tooLarge(most)
	}
	r, err := open(f, packed)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // it was only read
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if int64(len(b)) > most {
		return nil, tooLarge(most)
	}
	return b, nil
}

func tooLarge(most int64) error {
	return fmt.Errorf("%w: it unpacks to more than %d MiB", ErrTooLarge, most>>20)
}

// magic begins every SQLite file.
const magic = "SQLite format 3\x00"

// extract unpacks the database, whatever its header says of its size.
func extract(ctx context.Context, f *zip.File, packed bool, to string, most int64) (err error) {
	if f.UncompressedSize64 > uint64(most) {
		return tooLarge(most)
	}
	r, err := open(f, packed)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // it was only read
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(r, head); err != nil {
		return fmt.Errorf("%w: it is cut off: %w", ErrDamaged, err)
	}
	if string(head) != magic {
		return fmt.Errorf("%w: it is no database: encrypted, or not written by Anki", ErrDamaged)
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := out.Write(head); err != nil {
		return err
	}
	n, err := io.Copy(out, io.LimitReader(stopping{ctx, r}, most))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case n == most:
		return tooLarge(most)
	case err != nil:
		return fmt.Errorf("%w: it cannot be unpacked: %w", ErrDamaged, err)
	}
	return nil
}

// stopping is a reader that ends with a context.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// readMedia reads the list of media. Their contents stay where they are: a
// terminal shows no pictures.
func (c *Collection) readMedia(z *zip.Reader, packed bool) error {
	list := find(z, "media")
	if list == nil {
		return nil
	}
	b, err := readPart(list, packed, maxMediaList)
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	read := mediaJSON
	if packed {
		read = mediaProto
	}
	found, err := read(z, b)
	if err != nil {
		c.Left = append(c.Left, "the list of media cannot be read: "+err.Error())
		return nil
	}
	strange := 0
	for _, m := range found {
		if !plain(m.Name) {
			strange++
			continue
		}
		c.Media = append(c.Media, m)
	}
	if strange > 0 {
		c.Left = append(c.Left, fmt.Sprintf("%d media with names that lead out of their folder", strange))
	}
	slices.SortFunc(c.Media, func(a, b Media) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// plain reports whether a name is that of a file in a folder, and no way out
// of it on any system.
func plain(name string) bool {
	return name != "" && name != "." && name != ".." && path.Base(name) == name && !strings.ContainsAny(name, "\\:\x00")
}

// mediaJSON reads {"0": "picture.png"}: the name in the package, and the one
// that cards use.
func mediaJSON(z *zip.Reader, b []byte) ([]Media, error) {
	var names map[string]string
	if err := json.Unmarshal(b, &names); err != nil {
		return nil, err
	}
	if len(names) > maxMedia {
		return nil, fmt.Errorf("%w: it has %d entries", ErrTooLarge, len(names))
	}
	sizes := map[string]int64{}
	for _, f := range z.File {
		sizes[f.Name] = int64(min(f.UncompressedSize64, 1<<62))
	}
	var out []Media
	for key, name := range names {
		size, ok := sizes[key]
		if !ok {
			size = -1
		}
		out = append(out, Media{Name: name, Size: size})
	}
	return out, nil
}

// mediaProto reads MediaEntries of Anki's import_export.proto.
func mediaProto(_ *zip.Reader, b []byte) ([]Media, error) {
	f, err := fieldsOf(b)
	if err != nil {
		return nil, err
	}
	entries := f.all(1)
	if len(entries) > maxMedia {
		return nil, fmt.Errorf("%w: it has %d entries", ErrTooLarge, len(entries))
	}
	var out []Media
	for i, e := range entries {
		f, err := fieldsOf(e)
		if err != nil {
			return nil, fmt.Errorf("entry %s: %w", strconv.Itoa(i), err)
		}
		out = append(out, Media{Name: f.text(1), Size: int64(f.number(2))})
	}
	return out, nil
}
