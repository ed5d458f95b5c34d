package trace

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
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

// secret finds the Secret that the certificate should come from, and what
// keeps it from being served.
func (w *walk) secret(r *report) (labs.Object, snapshot.Sealed, *fault) {
	ref, sds := w.secretName()
	if ref.Name == "" {
		return ref, snapshot.Sealed{}, nil
	}
	r.fact("secret", ref.String())
	r.involve(ref)
	w.secretState(r, sds)
	if why := w.missing("Secret"); why != "" {
		r.unknown("%s", why)
		return ref, snapshot.Sealed{}, nil
	}
	o := w.index.Get("", "Secret", ref.Namespace, ref.Name)
	if o == nil {
		r.fact("state", "missing")
		return ref, snapshot.Sealed{}, w.noSecret(ref, "tls.crt and tls.key")
	}
	sealed, ok := snapshot.SealedOf(o)
	if !ok {
		r.unknown("%s was not looked into", ref)
		return ref, sealed, nil
	}
	return ref, sealed, w.unusable(ref, sealed)
}

// secretName is the Secret by the filter chain, or, without one, by the
// Gateway's server that should have made it.
func (w *walk) secretName() (ref labs.Object, sds string) {
	if w.chain != nil && w.chain.TLS != nil {
		for _, name := range w.chain.TLS.Secrets {
			if strings.HasPrefix(name, "kubernetes") {
				return intent.SecretRef(name, w.podNamespace()), name
			}
		}
		return labs.Object{}, ""
	}
	if w.intended != nil && len(w.intended.Secrets) > 0 {
		return w.intended.Secrets[0], ""
	}
	return labs.Object{}, ""
}

func (w *walk) secretState(r *report, sds string) {
	if w.config == nil || sds == "" {
		return
	}
	s, ok := w.config.Secret(sds)
	state := "active"
	switch {
	case !ok:
		state = "missing"
	case s.Warming:
		state = "warming"
	}
	r.fact("state", state)
	r.see("Envoy's secret %s: %s", sds, state)
}

// noSecret: the Secret is not where the gateway looks for it.
func (w *walk) noSecret(ref labs.Object, keys string) *fault {
	f := &fault{culprit: ref, summary: "there is no " + ref.String(), want: ref.String() + " with " + keys, got: "none of that name in " + ref.Namespace}
	if other := w.namesake(ref); other.Name != "" {
		f.got += "; there is " + other.String()
		return f
	}
	for _, o := range w.index.All("", "Secret") {
		if _, close := near(o.Name(), ref.Name); close && o.Namespace() == ref.Namespace && w.intended != nil {
			f.culprit = w.intended.Owner.Ref()
			f.got += "; there is " + o.Ref().String()
			return f
		}
	}
	return f
}

// unusable: what in a Secret keeps Envoy from serving it.
func (w *walk) unusable(ref labs.Object, s snapshot.Sealed) *fault {
	f := &fault{culprit: ref, want: "tls.crt and tls.key that belong together"}
	switch {
	case s.CertificateError != "":
		f.summary, f.got = "the certificate in "+ref.String()+" cannot be read", s.CertificateError
	case s.PrivateKeyError != "":
		f.summary, f.got = "the key in "+ref.String()+" cannot be read", s.PrivateKeyError
	case s.CertificateKey == "" || s.PrivateKey == "":
		f.summary, f.got = ref.String()+" lacks a certificate or key", "keys "+quoteAll(s.Keys)
	case !s.KeyFits():
		f.summary = "key and certificate in " + ref.String() + " do not belong together"
		f.got = fmt.Sprintf("public key of tls.crt %.12s…, of tls.key %.12s… (SHA-256)", s.CertificateKey, s.PrivateKey)
	case w.asksClient() && w.clientCA(ref, s) != nil:
		return w.clientCA(ref, s)
	case w.withdrawn != "":
		f.summary, f.got = "the Gateway's certificate reference is refused", w.withdrawn
		f.want, f.culprit = "a reference to a Secret that the Gateway may use", w.intended.Owner.Ref()
	default:
		return nil
	}
	return f
}

// caSuffix is of Secrets with the CA for a credential.
const caSuffix = "-cacert"

// clientCA looks for the CA of client certificates in the Secret that Envoy
// asks for; without one NAME-cacert the credential NAME itself has it. It
// returns what is wrong with it, nil when nothing is.
func (w *walk) clientCA(ref labs.Object, s snapshot.Sealed) *fault {
	if w.intended != nil && !w.intended.Classic {
		return nil // the Gateway API takes it from a ConfigMap
	}
	own := labs.Object{Kind: "Secret", Namespace: ref.Namespace, Name: ref.Name + caSuffix}
	if w.chain != nil && w.chain.TLS != nil && strings.HasPrefix(w.chain.TLS.CA, "kubernetes") {
		own = intent.SecretRef(w.chain.TLS.CA, w.podNamespace())
	}
	o := w.index.Get("", "Secret", own.Namespace, own.Name)
	if o == nil && own.Name != ref.Name+caSuffix {
		return w.noSecret(own, "ca.crt")
	}
	if o == nil && s.CA != "" {
		return nil
	}
	f := &fault{culprit: ref, summary: "no CA for client certificates in " + ref.String(),
		want: "ca.crt in it, or " + own.String(), got: "keys " + quoteAll(s.Keys)}
	if o == nil {
		return f
	}
	if sealed, ok := snapshot.SealedOf(o); ok && sealed.CA == "" {
		f.culprit, f.summary = own, "no CA for client certificates in "+own.String()
		f.want, f.got = "a key ca.crt or cacert in it", "keys "+quoteAll(sealed.Keys)
		return f
	}
	return nil
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
