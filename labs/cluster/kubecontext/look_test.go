package kubecontext

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/gatedrill/gatedrill/labs/cluster/refusal"
)

func (s *stranger) look(context string) Options {
	return Options{Environ: os.Environ(), Now: s.clock, Settings: Settings{Context: context, Kubeconfig: []string{s.file}}}
}

// TestLookChangesNothing: a look writes neither to the cluster nor here.
func TestLookChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	was, config := s.objects(), readFile(t, s.file)
	s.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		return false
	})
	h, err := Look(t.Context(), s.look("dev/eu"), nil)
	s.must(err)
	if h.Name != "context dev/eu" || h.REST.Host != s.URL || h.Scope != nil || h.Kubeconfig != "" {
		t.Errorf("%+v", h)
	}
	if got := s.objects(); !slices.Equal(got, was) {
		t.Errorf("after: %q\nbefore: %q", got, was)
	}
	if readFile(t, s.file) != config {
		t.Error("the kubeconfig was written")
	}
	if h, err := Look(t.Context(), s.look(""), nil); err != nil || h.Name != "context other" {
		t.Errorf("the current context: %v %v", h, err)
	}
}

func TestLookThatCannotBe(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	if _, err := Look(t.Context(), s.look("nosuch"), nil); !errors.Is(err, ErrNoContext) {
		t.Errorf("no such context: %v", err)
	}
	o := s.look("dev/eu")
	o.within = 200 * time.Millisecond
	s.Before(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	var said *Trouble
	if _, err := Look(t.Context(), o, nil); !errors.As(err, &said) || !strings.Contains(err.Error(), "does not answer within 200ms") {
		t.Errorf("a silent server: %v", err)
	}
	s.config(func(c *clientcmdapi.Config) { c.CurrentContext = "" })
	if _, err := Look(t.Context(), s.look(""), nil); err == nil || !strings.Contains(err.Error(), "--context NAME") {
		t.Errorf("no current context: %v", err)
	}
}

func TestLookDials(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		addr   string
		proved bool
		want   bool
	}{
		{"198.51.100.7:443", false, true}, // the same everywhere
		{"10.1.2.3:443", false, false},
		{"10.1.2.3:443", true, true},
		{"127.0.0.1:8443", false, true}, // named by the person
		{"127.0.0.1:443", false, false},
		{"10.9.9.9:443", false, true}, // named without a port
		{"[::ffff:10.1.2.3]:443", false, false},
		{"gateway.example.com:443", false, true},
	} {
		dialled := ""
		d := &lookDialer{
			open:   []string{"127.0.0.1:8443", "10.9.9.9"},
			proves: func(_ context.Context, at netip.AddrPort) bool { return tt.proved && at.Port() == 15021 },
			dial:   func(_ context.Context, _, addr string) (net.Conn, error) { dialled = addr; return nil, nil },
		}
		_, err := d.dialContext(t.Context(), "tcp", tt.addr)
		if got := dialled == tt.addr && err == nil; got != tt.want || !tt.want && !errors.Is(err, refusal.ErrNoWay) {
			t.Errorf("%s proved %t: dialled %q, %v", tt.addr, tt.proved, dialled, err)
		}
	}
}
