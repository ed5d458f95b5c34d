package snapshot

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Write records a snapshot as gzipped JSON, to be replayed by tests. It
// leaves out Envoy's bootstrap, which tells of the machine and of no request.
func Write(w io.Writer, s Snapshot) error {
	proxies := make([]Proxy, len(s.Proxies))
	for i, p := range s.Proxies {
		dump, err := withoutBootstrap(p.Dump)
		if err != nil {
			return fmt.Errorf("record %s/%s: %w", p.Namespace, p.Pod, err)
		}
		p.Dump, p.Certs = dump, nil
		proxies[i] = p
	}
	s.Proxies = proxies
	z := gzip.NewWriter(w)
	if err := json.NewEncoder(z).Encode(s); err != nil {
		return fmt.Errorf("record snapshot: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("record snapshot: %w", err)
	}
	return nil
}

func withoutBootstrap(dump []byte) ([]byte, error) {
	var d struct {
		Configs []json.RawMessage `json:"configs"`
	}
	if err := json.Unmarshal(dump, &d); err != nil {
		return nil, err
	}
	kept := d.Configs[:0]
	for _, c := range d.Configs {
		var t struct {
			Type string `json:"@type"`
		}
		if err := json.Unmarshal(c, &t); err != nil {
			return nil, err
		}
		if !strings.HasSuffix(t.Type, "BootstrapConfigDump") {
			kept = append(kept, c)
		}
	}
	d.Configs = kept
	return json.Marshal(d)
}

// Read replays what Write recorded.
func Read(r io.Reader) (Snapshot, error) {
	var s Snapshot
	z, err := gzip.NewReader(r)
	if err != nil {
		return s, fmt.Errorf("read snapshot: %w", err)
	}
	if err := json.NewDecoder(z).Decode(&s); err != nil {
		return s, fmt.Errorf("read snapshot: %w", err)
	}
	return s, nil
}
