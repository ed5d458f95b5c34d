package clustertest

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Both protocols are seen, and the loopback is not a network of the host.
func TestListenersAreFound(t *testing.T) {
	t.Parallel()
	if _, err := Listeners(); errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	tcp, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	udp, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	local, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	got, err := Listeners()
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range map[net.Addr]bool{tcp.Addr(): true, udp.LocalAddr(): true, local.Addr(): false} {
		if slices.Contains(got, fmt.Sprint(a.Network(), " ", a)) != want {
			t.Errorf("%s %s found is not %v in %q", a.Network(), a, want, got)
		}
	}
}

// A system without tables is not one without listeners.
func TestNoTablesAreAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if list, err := listenersIn(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %q, %v", list, err)
	}
	table := "sl local_address\n 0: 0100007F:1F90 00000000:0000 0A\n 1: 00000000:0016 00000000:0000 0A\n 2: 0200A8C0:0035 0100A8C0:9999 01\n"
	if err := os.WriteFile(filepath.Join(dir, "tcp"), []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := listenersIn(dir)
	if diff := cmp.Diff([]string{"tcp 0.0.0.0:22"}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestOnlyTheClustersListenersCount(t *testing.T) {
	t.Parallel()
	l := looks{
		before: []string{"another cluster that ends meanwhile", "sshd"},
		up:     []string{"another cluster that ends meanwhile", "sshd", "another that begins meanwhile", "a name asked for", "ours"},
		down:   []string{"sshd", "another cluster that ends meanwhile", "another that begins meanwhile", "ours"},
		after:  []string{"sshd", "another that begins meanwhile"},
	}
	if diff := cmp.Diff([]string{"ours"}, l.ours()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
