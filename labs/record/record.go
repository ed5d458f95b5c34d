// Package record keeps snapshots: as files that may be published, since they
// hold no key and no certificate, and that tests and bug reports replay.
package record

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"

	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// recording is the form in which a snapshot is kept: its JSON with the
// proxies' dumps unpacked, without what no trace reads, and with a token
// wherever a certificate stood.
type recording struct {
	Certificates []certificate  `json:"certificates,omitempty"`
	Snapshot     map[string]any `json:"snapshot"`
}

// Write records a snapshot as gzipped JSON, to be replayed by tests. What is
// written may be published: it holds no key and no certificate, only the
// descriptions of certificates by which Read issues others of the same kind.
func Write(w io.Writer, s snapshot.Snapshot) error {
	fail := func(err error) error { return fmt.Errorf("record snapshot: %w", err) }
	tree, err := unpack(s)
	if err != nil {
		return fail(err)
	}
	trim(tree)
	certs, err := describe(tree)
	if err != nil {
		return fail(err)
	}
	text, err := json.Marshal(recording{Certificates: certs, Snapshot: tree})
	if err != nil {
		return fail(err)
	}
	if word := leak(text); word != "" {
		return fail(fmt.Errorf("%q is still in it: a certificate or key in a place that is not known to hold one", word))
	}
	z := gzip.NewWriter(w)
	if _, err := z.Write(text); err != nil {
		return fail(err)
	}
	if err := z.Close(); err != nil {
		return fail(err)
	}
	return nil
}

// Read replays what Write recorded. Its certificates are new ones at each
// call, with the names, dates, serials and relations of those recorded.
func Read(r io.Reader) (snapshot.Snapshot, error) {
	fail := func(err error) (snapshot.Snapshot, error) {
		return snapshot.Snapshot{}, fmt.Errorf("read snapshot: %w", err)
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return fail(err)
	}
	var rec recording
	if err := decode(z, &rec); err != nil {
		return fail(err)
	}
	if rec.Snapshot == nil {
		return fail(fmt.Errorf("no %q in it: record it again", "snapshot"))
	}
	if err := reissue(rec.Snapshot, rec.Certificates); err != nil {
		return fail(err)
	}
	s, err := pack(rec.Snapshot)
	if err != nil {
		return fail(err)
	}
	return s, nil
}

// The fields of a proxy that hold JSON as bytes.
func packed() []string { return []string{"dump", "clusters"} }

// unpack turns a snapshot into plain JSON values of its own.
func unpack(s snapshot.Snapshot) (map[string]any, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := decode(bytes.NewReader(text), &tree); err != nil {
		return nil, err
	}
	for i, p := range entries(tree["proxies"]) {
		for field, text := range map[string][]byte{"dump": s.Proxies[i].Dump, "clusters": s.Proxies[i].Clusters} {
			var v any
			if len(text) > 0 {
				if err := decode(bytes.NewReader(text), &v); err != nil {
					return nil, fmt.Errorf("%s of %s/%s: %w", field, s.Proxies[i].Namespace, s.Proxies[i].Pod, err)
				}
			}
			p[field] = v
		}
	}
	return tree, nil
}

// pack undoes unpack.
func pack(tree map[string]any) (snapshot.Snapshot, error) {
	var s snapshot.Snapshot
	for _, p := range entries(tree["proxies"]) {
		for _, field := range packed() {
			if p[field] == nil {
				continue
			}
			text, err := json.Marshal(p[field])
			if err != nil {
				return s, err
			}
			p[field] = text
		}
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// decode keeps numbers as they are written.
func decode(r io.Reader, into any) error {
	d := json.NewDecoder(r)
	d.UseNumber()
	return d.Decode(into)
}

// entries reads a list of JSON objects.
func entries(v any) []map[string]any {
	list, _ := v.([]any)
	var out []map[string]any
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}
