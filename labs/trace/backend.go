package trace

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// backendCertificate: TLS passes through, so the certificate is a workload's.
func (w *walk) backendCertificate(r *report, peers []snapshot.PeerCert) {
	certs := served(peers)
	if len(certs) == 0 {
		r.unknown("TLS passes through, and no handshake with the backend was seen")
		r.beyond = true
		return
	}
	leaf := certs[0]
	r.fact("names", append([]string{}, leaf.DNSNames...))
	r.fact("serial", snapshot.Serial(leaf))
	r.fact("notAfter", leaf.NotAfter.UTC().Format(time.RFC3339))
	r.fact("chainLength", len(certs))
	if len(leaf.URIs) > 0 && leaf.URIs[0].Scheme == "spiffe" && slices.ContainsFunc(w.behindChain(), hasSidecar) {
		r.offPath("the server's sidecar takes the handshake for the mesh's own: how it is spoken to is the destination's matter")
		return
	}
	if f := w.refused(w.holderOf(certs[0]), certs); f != nil {
		f.report(r)
		return
	}
	if !w.trustKnown() && strings.HasPrefix(w.answer.Error, "tls: ") && !strings.HasPrefix(w.answer.Error, "tls: alert ") {
		r.unknown("%s", w.untrusted())
		return
	}
	r.healthy("PASSTHROUGH  the backend's own: %s, chain of %d", strings.Join(leaf.DNSNames, ","), len(certs))
}

// holderOf is what a backend's certificate comes from: a Secret beside the
// pods behind the chain that holds it, else their workload.
func (w *walk) holderOf(leaf *x509.Certificate) labs.Object {
	for _, pod := range w.behindChain() {
		for _, s := range w.index.All("", "Secret") {
			sealed, _ := snapshot.SealedOf(s)
			own, err := snapshot.Certificates([]byte(sealed.Certificate))
			if err == nil && s.Namespace() == pod.Namespace() && own[0].Equal(leaf) {
				return s.Ref()
			}
		}
		return w.ownerOf(pod)
	}
	return labs.Object{}
}

// behindChain are the pods that a chain which passes bytes on leads to.
func (w *walk) behindChain() (pods []object) {
	if w.chain == nil {
		return nil
	}
	for _, name := range w.chain.Clusters {
		pods = append(pods, w.upstream(name).pods...)
	}
	return pods
}
