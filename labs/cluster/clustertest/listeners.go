package clustertest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Listeners are the sockets that wait for anybody on networks of this host,
// but for its loopback: "tcp 0.0.0.0:22". Where the kernel has no tables of
// them it returns fs.ErrNotExist.
func Listeners() ([]string, error) { return listenersIn("/proc/self/net") }

// listenersIn reads the tables, in which a socket's state says that it waits
// for whoever comes (proc(5), /proc/net/tcp): LISTEN, and for UDP not connected.
func listenersIn(dir string) ([]string, error) {
	tables := map[string]string{"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
	var out []string
	found := false
	for table, state := range tables {
		text, err := os.ReadFile(filepath.Join(dir, table))
		if errors.Is(err, fs.ErrNotExist) {
			continue // no IPv6, say
		}
		if err != nil {
			return nil, fmt.Errorf("look for listeners: %w", err)
		}
		found = true
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) < 4 || f[3] != state {
				continue
			}
			if a, ok := tableAddress(f[1]); ok && !a.Addr().IsLoopback() {
				out = append(out, table[:3]+" "+a.String())
			}
		}
	}
	if !found {
		return nil, fmt.Errorf("look for listeners: there are no tables in %s: %w", dir, fs.ErrNotExist)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// looks are the listeners at four times. Before is empty where the cluster ran
// already.
type looks struct{ before, up, down, after []string }

// ours are those that came with the cluster, were there each time while it
// ran, and are gone with it. Other people's were there before, or stay, or come
// and go as those sockets do by which names are asked.
func (l looks) ours() []string {
	return slices.DeleteFunc(slices.Clone(l.up), func(s string) bool {
		return slices.Contains(l.before, s) || !slices.Contains(l.down, s) || slices.Contains(l.after, s)
	})
}

// tableAddress reads "0100007F:1F90": words of the address in the host's byte
// order, little endian on every system we build for, and the port.
func tableAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	b, err := hex.DecodeString(host)
	p, perr := hex.DecodeString(port)
	if err != nil || perr != nil || len(p) != 2 || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		slices.Reverse(b[i : i+4])
	}
	a, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(a.Unmap(), uint16(p[0])<<8|uint16(p[1])), ok
}
