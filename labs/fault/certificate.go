package fault

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/certs"
)

const (
	// PublicCA is the CA that a client trusts when nothing else is said.
	PublicCA = "public"
	// TrustMap is the ConfigMap in Namespace that holds each CA's root
	// certificate, PEM, by the CA's name.
	TrustMap = "trust"
	// ClientSecret, with the name behind it, is the Secret in Namespace that
	// holds a client's certificate and key.
	ClientSecret = "client-"

	caSecret = "ca-"
	issued   = "gatedrill.dev/issued" // annotation: what the certificate was issued for, and by which CA
)

// certificates issues what a lab or the world declares. One that is there
// for the same declaration, of the same CA, is kept for an hour.
func (e *Engine) certificates(ctx context.Context, label string, list []labs.Certificate) error {
	names := map[string]bool{PublicCA: true}
	for _, c := range list {
		names[caOf(c)], names[clientCAOf(c)] = true, true
	}
	for name := range names { // one after another: two of the same would race
		if _, err := e.authority(ctx, name); err != nil {
			return err
		}
	}
	return each(list, func(c labs.Certificate) error {
		if err := e.certificate(ctx, label, c, false); err != nil {
			return fmt.Errorf("%s: %w", c.Pos, err)
		}
		return nil
	})
}

// Identities makes a lab's CAs and client certificates, and returns what a
// prober needs of them: each CA's root, PEM, and each client's certificate.
// They live in our own namespace, so that they outlast the lab.
func (e *Engine) Identities(ctx context.Context, lab *labs.Lab) (trust map[string]string, clients map[string]tls.Certificate, err error) {
	if err := e.ownNamespace(ctx); err != nil {
		return nil, nil, err
	}
	var list []labs.Certificate
	cas := []string{PublicCA}
	for _, c := range allCertificates(lab) {
		cas = append(cas, caOf(c))
		if c.Client != "" {
			list = append(list, c)
		}
	}
	if err := e.certificates(ctx, lab.ID, list); err != nil {
		return nil, nil, err
	}
	clients = map[string]tls.Certificate{}
	for _, c := range list {
		if clients[c.Client], err = e.Pair(ctx, Namespace, ClientSecret+c.Client); err != nil {
			return nil, nil, err
		}
	}
	trust, err = e.trusted(ctx, cas)
	return trust, clients, err
}

// Pairs are a lab's client certificates with their keys, PEM, by the client's
// name.
func (e *Engine) Pairs(ctx context.Context, lab *labs.Lab) (map[string][2][]byte, error) {
	out := map[string][2][]byte{}
	for _, c := range allCertificates(lab) {
		if c.Client == "" {
			continue
		}
		data, err := e.files(ctx, ClientSecret+c.Client)
		if err != nil {
			return nil, fmt.Errorf("read the certificate of client %s: %w", c.Client, err)
		}
		out[c.Client] = [2][]byte{data["tls.crt"], data["tls.key"]}
	}
	return out, nil
}

// allCertificates are those that any part of a lab declares.
func allCertificates(lab *labs.Lab) []labs.Certificate {
	out := slices.Clone(lab.Certificates)
	for _, c := range lab.Changes() {
		for _, op := range c.Ops {
			if op.Certificate != nil {
				out = append(out, *op.Certificate)
			}
		}
	}
	return out
}

// certificate issues one certificate and writes its Secret. Anew issues it
// also when the one that is there would do.
func (e *Engine) certificate(ctx context.Context, label string, c labs.Certificate, anew bool) error {
	ns, name, _ := strings.Cut(c.Secret, "/")
	if c.Client != "" {
		ns, name = Namespace, ClientSecret+c.Client
	}
	r, err := e.resourceToWrite(labs.Object{Kind: "Secret", Namespace: ns, Name: name})
	if err != nil {
		return err
	}
	from, to := validity(c, e.now())
	print, err := e.fingerprint(ctx, c)
	if err != nil {
		return err
	}
	have, err := r.Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		have = nil
	case err != nil:
		return fmt.Errorf("look at Secret %s/%s: %w", ns, name, err)
	case !anew && have.GetAnnotations()[issued] == print && e.now().Sub(have.GetCreationTimestamp().Time) < time.Hour:
		return nil
	}
	data, err := e.issue(ctx, c, from, to)
	if err != nil {
		return err
	}
	o := secret(ns, name, data)
	if len(c.Holds) == 0 || slices.Contains(c.Holds, "tls.crt") && slices.Contains(c.Holds, "tls.key") {
		o.Object["type"] = "kubernetes.io/tls"
	}
	o.SetLabels(map[string]string{Label: label})
	o.SetAnnotations(map[string]string{issued: print})
	if err := exactly(ctx, r, o, have); err != nil {
		return fmt.Errorf("write Secret %s/%s: %w", ns, name, err)
	}
	return nil
}

// issue makes the Secret's data.
func (e *Engine) issue(ctx context.Context, c labs.Certificate, from, to time.Time) (map[string][]byte, error) {
	holds := c.Holds
	if len(holds) == 0 {
		holds = []string{"tls.crt", "tls.key"}
	}
	data := map[string][]byte{}
	if slices.Contains(holds, "ca.crt") {
		client, err := e.authority(ctx, clientCAOf(c))
		if err != nil {
			return nil, err
		}
		data["ca.crt"] = client.Root()
	}
	if len(c.Names) == 0 {
		return data, nil
	}
	ca, err := e.authority(ctx, caOf(c))
	if err != nil {
		return nil, err
	}
	got, err := ca.Issue(certs.Request{Names: c.Names, From: from, To: to, Client: c.Client != "" || c.Usage == "client"})
	if err != nil {
		return nil, err
	}
	if slices.Contains(holds, "tls.crt") {
		chain := map[string][][]byte{"leaf": nil, "root": {ca.Issuer(), ca.Root()}, "reversed": {ca.Issuer()}}
		rest, named := chain[c.Chain]
		if !named {
			rest = [][]byte{ca.Issuer()}
		}
		all := append([][]byte{got.Leaf}, rest...)
		if c.Chain == "reversed" {
			slices.Reverse(all)
		}
		data["tls.crt"] = slices.Concat(all...)
	}
	if slices.Contains(holds, "tls.key") {
		data["tls.key"] = got.Key
		if c.Key == "other" {
			data["tls.key"] = got.OtherKey
		}
	}
	return data, nil
}

func validity(c labs.Certificate, now time.Time) (from, to time.Time) {
	starts, days := c.Starts, c.Days
	if starts == 0 {
		starts = -1
	}
	if days == 0 {
		days = 90
	}
	from = now.Add(time.Duration(starts) * 24 * time.Hour)
	return from, from.Add(time.Duration(days) * 24 * time.Hour)
}

func caOf(c labs.Certificate) string {
	if c.CA == "" {
		return PublicCA
	}
	return c.CA
}

func clientCAOf(c labs.Certificate) string {
	if c.ClientCA == "" {
		return caOf(c)
	}
	return c.ClientCA
}

// fingerprint tells apart declarations, wherever they stand, and the CAs that
// certificates came from: a CA that was lost and made anew issues new ones.
func (e *Engine) fingerprint(ctx context.Context, c labs.Certificate) (string, error) {
	c.Pos = labs.Pos{}
	b, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("describe the certificate in Secret %s: %w", c.Secret, err)
	}
	for _, name := range slices.Compact([]string{caOf(c), clientCAOf(c)}) {
		ca, err := e.authority(ctx, name)
		if err != nil {
			return "", err
		}
		b = append(b, ca.Root()...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), nil
}
