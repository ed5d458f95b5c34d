package trace

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// judgeCertificate looks at a usable certificate as the client does: the
// chain that was served, or, where no handshake was seen, the Secret's.
func (w *walk) judgeCertificate(r *report, secret labs.Object, sealed snapshot.Sealed, peers []snapshot.PeerCert) {
	certs := served(peers)
	seen := len(certs) > 0
	if !seen {
		certs, _ = snapshot.Certificates([]byte(sealed.Certificate))
	}
	if len(certs) > 0 {
		if f := w.refused(secret, certs); f != nil {
			w.mischosen(f, secret, certs[0])
			f.report(r)
			return
		}
	}
	w.judgeClient(r)
	switch {
	case r.decided():
	case len(certs) == 0:
		r.unknown("which certificate is served is not known")
	case r.Facts["state"] == "warming" && secret.Namespace == w.podNamespace() && w.mayNotRead():
		r.broken(w.account(), "the gateway was not given "+secret.String()+", nor any other Secret", "an account that may list Secrets in "+secret.Namespace,
			"the Secret is there and in order; istiod hands Secrets to those only who may list them")
	case r.Facts["state"] == "warming" && secret.Namespace != w.podNamespace() && w.intended != nil && w.intended.Classic:
		r.broken(w.intended.ref, "the gateway was not given "+secret.String(), "a credentialName without a namespace: a gateway reads Secrets of its own only", secret.String())
	case r.Facts["state"] == "warming" || r.Facts["state"] == "missing":
		r.broken(secret, "Envoy still waits for "+secret.String(), "the secret active in Envoy", fmt.Sprint(r.Facts["state"]))
	case !seen && w.answer.Observed:
		r.unknown("%s is in order, yet no handshake succeeded: %s", w.orCertificate(secret), w.answer.Error)
	case !seen:
		r.unknown("no handshake was seen yet")
	case !w.trustKnown() && w.answer.Error != "":
		r.unknown("%s", w.untrusted())
	default:
		w.certificateGood(r, secret, certs, sealed)
	}
}

func (w *walk) orCertificate(secret labs.Object) string {
	if secret.Name == "" {
		return "the certificate"
	}
	return secret.String()
}

func (w *walk) certificateGood(r *report, secret labs.Object, certs []*x509.Certificate, sealed snapshot.Sealed) {
	leaf := certs[0]
	left := days(leaf.NotAfter, w.snap.At)
	mode := "TLS"
	if w.chain != nil {
		mode = w.chainMode(*w.chain)
	}
	from := ""
	if secret.Name != "" {
		from = "   " + secret.String()
	}
	if own, err := snapshot.Certificates([]byte(sealed.Certificate)); err == nil && snapshot.Serial(own[0]) != snapshot.Serial(leaf) {
		r.see("%s holds serial %s, another one than is served", secret, snapshot.Serial(own[0]))
	}
	r.healthy("%s  %s, valid %s, chain of %d%s", mode, strings.Join(leaf.DNSNames, ","), count(left, "day"), len(certs), from)
}

func served(peers []snapshot.PeerCert) []*x509.Certificate {
	var out []*x509.Certificate
	for _, p := range peers {
		certs, err := snapshot.Certificates([]byte(p.PEM))
		if err != nil {
			return nil
		}
		out = append(out, certs...)
	}
	return out
}

// refused says why the client will not accept a chain, nil when it will, as
// far as its CAs are known.
func (w *walk) refused(culprit labs.Object, certs []*x509.Certificate) *fault {
	leaf, f := certs[0], &fault{culprit: culprit}
	host := w.target.host
	switch {
	case leaf.VerifyHostname(host) != nil:
		f.summary = "the certificate is not for " + host
		f.want, f.got = "a certificate that names "+host, "names "+quoteAll(leaf.DNSNames)
		return f
	case w.snap.At.After(leaf.NotAfter):
		f.summary = "the certificate has expired"
		f.want, f.got = "a certificate valid today", "valid until "+leaf.NotAfter.UTC().Format(time.DateTime)
		return f
	case w.snap.At.Before(leaf.NotBefore):
		f.summary = "the certificate is not valid yet"
		f.want, f.got = "a certificate valid today", "valid from "+leaf.NotBefore.UTC().Format(time.DateTime)
		return f
	case !w.trustKnown():
		return nil
	}
	opts := x509.VerifyOptions{CurrentTime: w.snap.At, Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
	opts.Roots.AppendCertsFromPEM([]byte(w.trust()))
	for _, c := range certs[1:] {
		opts.Intermediates.AddCert(c)
	}
	_, err := leaf.Verify(opts)
	if err == nil {
		return nil
	}
	last := certs[len(certs)-1]
	f.summary = "the client cannot follow the chain to a CA it trusts"
	f.want = "a chain from the leaf to a CA that the client trusts"
	f.got = fmt.Sprintf("chain of %d, the last one issued by %q", len(certs), last.Issuer)
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) {
		f.got += ": " + err.Error()
	}
	return f
}

// publicCA is the name of the CA a client trusts when its request names none.
const publicCA = "public"

func (w *walk) trust() string {
	name := w.request.Trust
	if name == "" {
		name = publicCA
	}
	return w.snap.Trust[name]
}

func (w *walk) trustKnown() bool { return w.trust() != "" }

// untrusted is why a chain cannot be judged by the client's CAs.
func (w *walk) untrusted() string {
	return "which CAs the client trusts is not known (name them: --cacert FILE): " + w.answer.Error
}

// AsksForCertificate is the summary of the TLS layer where a client without a
// certificate is refused, and nothing else is wrong.
const AsksForCertificate = "the gateway asks for a client certificate"

// judgeClient: the gateway asks for a client certificate.
func (w *walk) judgeClient(r *report) {
	alert, alerted := strings.CutPrefix(w.answer.Error, "tls: alert ")
	owner := labs.Object{}
	if w.intended != nil {
		owner = w.intended.Owner.Ref()
	}
	switch {
	case alerted && !aboutClient(alert):
		r.broken(owner, "the gateway ends the handshake: "+alert, "TLS that client and gateway both speak", alert)
	case !w.asksClient() && (!alerted || w.request.Cert == ""):
	case w.request.Cert == "":
		r.broken(owner, AsksForCertificate, "a client certificate", "the client has none")
	case alerted:
		culprit := w.clientCASource()
		if culprit.Name == "" || w.choosesClients(alert) {
			culprit = owner
		}
		r.involve(owner)
		r.broken(culprit, "the gateway does not accept the client's certificate",
			"a client certificate of the gateway's client CA", "alert "+alert)
	}
}

// choosesClients says whether the certificate is refused for its name or key,
// which the Gateway lists, and not for its CA or dates.
func (w *walk) choosesClients(alert string) bool {
	if w.intended == nil {
		return false
	}
	lists := func(field string) bool {
		return slices.ContainsFunc(w.intended.Owner.Items("spec", "servers"), func(s object) bool {
			return s.Num("port", "number") == w.intended.Port && s.Str("port", "name") == w.intended.Name && len(s.Strs("tls", field)) > 0
		})
	}
	switch alert {
	case "unknown certificate":
		return lists("subjectAltNames")
	case "bad certificate hash value":
		return lists("verifyCertificateSpki") || lists("verifyCertificateHash")
	}
	return false
}

// aboutClient says whether a TLS alert speaks of the client's certificate.
func aboutClient(alert string) bool {
	for _, word := range []string{"certificate", "unknown ca", "access denied", "decrypt error"} {
		if strings.Contains(strings.ToLower(alert), word) {
			return true
		}
	}
	return false
}
