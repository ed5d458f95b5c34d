package controlplane

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func config(t *testing.T) Config {
	t.Helper()
	dir := t.TempDir()
	return Config{Dir: dir, NodeIP: "172.18.0.2", ServiceCIDR: "10.96.0.0/16", APIServiceIP: "10.96.0.1", Kubeconfig: filepath.Join(dir, "kubeconfig")}
}

func TestIssue(t *testing.T) {
	t.Parallel()
	c, now := config(t), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if err := c.Issue(now); err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(c.pki("ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	for _, i := range c.issues() {
		pair, err := tls.LoadX509KeyPair(c.pki(i.name+".crt"), c.pki(i.name+".key"))
		if err != nil {
			t.Fatalf("%s: %v", i.name, err)
		}
		opts := x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{i.usage}}
		if _, err := pair.Leaf.Verify(opts); err != nil {
			t.Errorf("%s: %v", i.name, err)
		}
	}
	for _, host := range []string{"127.0.0.1", "10.96.0.1", "kubernetes.default.svc"} {
		pair, _ := tls.LoadX509KeyPair(c.pki("apiserver.crt"), c.pki("apiserver.key"))
		if err := pair.Leaf.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
}

func TestIssueKeepsWhatIsGood(t *testing.T) {
	t.Parallel()
	c, now := config(t), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	read := func(at time.Time) string {
		t.Helper()
		if err := c.Issue(at); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(c.pki("ca.crt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := read(now)
	if read(now.Add(24*time.Hour)) != first {
		t.Error("good certificates were replaced")
	}
	if read(now.Add(validity-time.Hour)) == first {
		t.Error("certificates about to expire were kept")
	}
	if err := os.WriteFile(c.pki("ca.crt"), []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	if read(now) == "half" {
		t.Error("a broken certificate was kept")
	}
}

func TestKubeconfig(t *testing.T) {
	t.Parallel()
	c := config(t)
	if err := c.Issue(time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := c.WriteKubeconfig(); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(c.Kubeconfig)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("kubeconfig: %v, %v; want mode 0600", st, err)
	}
	r, err := c.REST()
	if err != nil || r.Host != "https://127.0.0.1:6443" || r.Insecure || len(r.CAData) == 0 || len(r.CertData) == 0 {
		t.Errorf("rest config %+v, %v", r, err)
	}
}
