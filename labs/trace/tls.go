package trace

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// fault is something found wrong, with the object to look at.
type fault struct {
	culprit            labs.Object
	summary, want, got string
}

func (f *fault) report(r *report) { r.broken(f.culprit, f.summary, f.want, f.got) }

// tls asks whether the certificate is there, can be served, and is one that
// the client accepts.
func (w *walk) tls() *report {
	r := newReport(labs.LayerTLS)
	if !w.target.tls {
		r.offPath("plain HTTP")
		return r
	}
	if w.previous != nil && !w.previous.leaves() {
		w.betweenProxies(r)
		return r
	}
	peers := w.snap.Peers[w.request.Name]
	if len(peers) > 0 {
		r.fact("servedSerial", peers[0].Serial)
		r.fact("servedDays", days(peers[0].To, w.snap.At))
		r.see("served: %s, serial %s, until %s", peers[0].Subject, peers[0].Serial, peers[0].To.Format(time.DateOnly))
	}
	if w.passesThrough() {
		w.backendCertificate(r, peers)
		return r
	}
	if w.meshOnly(r) || w.fromFiles(r, peers) {
		return r
	}
	secret, sealed, problem := w.secret(r)
	certificateFacts(r, sealed, w.snap.At)
	r.fact("clientCert", w.asksClient())
	switch {
	case problem != nil && len(peers) > 0:
		r.unknown("serves serial %s; but %s: the next gateway pod will not have it", peers[0].Serial, problem.summary)
		r.see("want %s, got %s", problem.want, problem.got)
	case problem != nil && !w.answer.Observed && w.withdrawn == "":
		r.unknown("%s; whether Envoy still serves an older one was not seen", problem.summary)
	case problem != nil:
		problem.report(r)
		r.certain = w.withdrawn != "" // the listener was taken away for it
	default:
		w.judgeCertificate(r, secret, sealed, peers)
	}
	return r
}

func (w *walk) passesThrough() bool {
	if w.role == labs.RoleSidecar {
		return true
	}
	if w.chain != nil {
		return w.chain.TLS == nil && !w.chain.HTTP
	}
	return w.intended != nil && w.intended.Passthrough()
}

// meshOnly: a server of mode ISTIO_MUTUAL shows an identity of the mesh, and
// asks for one: it is for proxies, and a client outside has none.
func (w *walk) meshOnly(r *report) bool {
	if w.chain == nil || w.target.mesh || w.chainMode(*w.chain) != "ISTIO_MUTUAL" {
		return false
	}
	r.broken(w.gatewayOf(*w.chain), "the gateway speaks the mesh's own mutual TLS, for proxies only",
		"a server of mode SIMPLE or MUTUAL with a credential of its own", "mode ISTIO_MUTUAL")
	return true
}

// fromFiles: the certificate is named by files in the gateway's pod. Envoy
// shows what it read of them; a listener that still waits has nothing.
func (w *walk) fromFiles(r *report, peers []snapshot.PeerCert) bool {
	if w.chain == nil || w.chain.TLS == nil || len(peers) > 0 {
		return false
	}
	for _, name := range append(slices.Clone(w.chain.TLS.Secrets), w.chain.TLS.Files...) {
		if strings.HasPrefix(name, "kubernetes") || name == "default" {
			continue
		}
		if s, ok := w.config.Secret(name); ok && !s.Warming && s.Cert != "" {
			continue
		}
		r.broken(w.gatewayOf(*w.chain), "Envoy could not read the certificate's files", "a Secret by credentialName, or files that are in the pod", name)
		return true
	}
	return false
}

// betweenProxies judges the TLS in which the proxy before this one speaks to
// it: no client outside sees that certificate.
func (w *walk) betweenProxies(r *report) {
	switch {
	case w.chain == nil:
		r.unknown("no filter chain takes the connection")
	case w.chain.TLS == nil:
		r.offPath("passed through as it comes")
	case len(w.chain.TLS.Secrets) > 0 && w.chain.TLS.Secrets[0] == "default":
		r.healthy("mutual TLS of the mesh")
	default:
		ref, _, problem := w.secret(r)
		if problem != nil {
			problem.report(r)
			return
		}
		r.healthy("%s   %s", w.chainMode(*w.chain), ref)
	}
}

func (w *walk) asksClient() bool {
	if w.chain != nil && w.chain.TLS != nil {
		return w.chain.TLS.RequireClient
	}
	return w.intended != nil && w.intended.Mode == "MUTUAL"
}

// days is how many whole days are left.
func days(end, now time.Time) int { return int(math.Floor(end.Sub(now).Hours() / 24)) }

func certificateFacts(r *report, s snapshot.Sealed, now time.Time) {
	certs, err := snapshot.Certificates([]byte(s.Certificate))
	if err != nil {
		return
	}
	leaf := certs[0]
	r.fact("serial", snapshot.Serial(leaf))
	r.fact("days", days(leaf.NotAfter, now))
	r.fact("notAfter", leaf.NotAfter.UTC().Format(time.RFC3339))
	r.fact("names", append([]string{}, leaf.DNSNames...))
	r.fact("chainLength", len(certs))
	r.fact("keyFits", s.KeyFits())
}
