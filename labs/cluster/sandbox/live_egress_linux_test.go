package sandbox_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs/certs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/sandboxtest"
)

// clients is the namespace of the workload that asks.
const clients = "egress-live"

// Where a way out has a second proxy.
var (
	egressGateway = [2]string{"istio-system", "deploy/istio-egressgateway"}
	ownGateway    = [2]string{clients, "deploy/out-istio"}
)

// Every way from a workload with a sidecar to a server outside, seen by both
// ends and by the logs of both proxies.
func TestLiveEgress(t *testing.T) {
	h := sandboxtest.Up(t)
	began := time.Now()
	egressWorld(t, h)
	must(t, h, "sh", "-c", "kubectl -n "+clients+" exec deploy/client -c app -- getent hosts partner.example.com | grep 203.0.113.10")
	const cleartext, encrypted = "http://partner.example.com", "https://partner.example.com"
	for _, c := range []struct {
		name, files, url string
		want             string    // in the answer, or in what curl says
		sidecar          string    // in the line of the sidecar's log
		second           [2]string // the second proxy: namespace and Deployment
		beyond           string    // in its log
	}{
		{"any", "", cleartext, `"name":"partner"`, " PassthroughCluster ", egressGateway, ""},
		{"any TLS", "", encrypted, `"sni":"partner.example.com"`, " PassthroughCluster ", egressGateway, ""},
		{"entry", "10", cleartext, `"name":"partner"`, " outbound|80||partner.example.com ", egressGateway, ""},
		{"entry TLS", "10", encrypted, `"sni":"partner.example.com"`, " outbound|443||partner.example.com ", egressGateway, ""},
		{"registry only", "20", cleartext, "code=502", " block_all", egressGateway, ""},
		{"registry only TLS", "20", encrypted, "SSL_connect", " UH - - ", egressGateway, ""},
		{"registry only and entry", "10 20", cleartext, `"name":"partner"`, " outbound|80||partner.example.com ", egressGateway, ""},
		{"origination", "30", cleartext, `"sni":"partner.example.com"`, `"203.0.113.10:443" outbound|80||partner.example.com `, egressGateway, ""},
		{"egress gateway", "40", cleartext, `"name":"partner"`, " outbound|80||istio-egressgateway.", egressGateway, " outbound|80||partner.example.com "},
		{"past the egress gateway", "45", cleartext, `"name":"partner"`, " outbound|80||partner.example.com ", egressGateway, ""},
		{"passthrough", "50", encrypted, `"sni":"partner.example.com"`, " outbound|443||istio-egressgateway.", egressGateway, " outbound|443||partner.example.com "},
		{"passthrough in mutual TLS", "55", encrypted, `"sni":"partner.example.com"`, " outbound|443|partner|istio-egressgateway.", egressGateway, " outbound|443||partner.example.com "},
		{"mutual TLS, then origination", "60", cleartext, `"sni":"partner.example.com"`, " outbound|443|partner|istio-egressgateway.", egressGateway, " outbound|443||partner.example.com "},
		{"Gateway API, entry", "70", cleartext, `"name":"partner"`, " outbound|80||out-istio.", ownGateway, " egress-live.from-egress.0"},
		{"Gateway API, Service", "75", "http://partner.egress-live", `"name":"partner"`, " outbound|80||out-istio.", ownGateway, " egress-live.from-egress.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range strings.Fields(c.files) {
				applyWay(t, h, f, c.second == ownGateway)
			}
			within(t, 20*time.Second, "the answer", func() (string, bool) {
				// Each try's own lines: the first may still go the way of the case before.
				from := time.Now()
				out := curlFromClient(t, h, c.url)
				side, beyond := lines(t, h, clients, "deploy/client", "istio-proxy", from), lines(t, h, c.second[0], c.second[1], "istio-proxy", from)
				ok := strings.Contains(out, c.want) && strings.Contains(side, c.sidecar) && strings.Contains(beyond, c.beyond) && (c.beyond != "" || beyond == "")
				return out + "\nsidecar:\n" + side + "second proxy:\n" + beyond, ok
			})
		})
	}
	noRejects(t, h, began)
}

// Outbound policy for the whole mesh is a setting that proxies follow at once.
func TestLiveEgressMeshWide(t *testing.T) {
	h := sandboxtest.Up(t)
	egressWorld(t, h)
	mesh := must(t, h, "kubectl", "-n", "istio-system", "get", "cm", "istio", "-o", "jsonpath={.data.mesh}")
	set := func(text string) { patch(t, h, "istio-system", "istio", "mesh", text) }
	t.Cleanup(func() { set(mesh) })
	for _, c := range []struct{ name, mesh, want string }{
		{"registry only", mesh + "\noutboundTrafficPolicy: {mode: REGISTRY_ONLY}\n", "code=502"},
		{"any again", mesh, `"name":"partner"`},
	} {
		set(c.mesh)
		took := within(t, 20*time.Second, c.name, func() (string, bool) {
			out := curlFromClient(t, h, "http://partner.example.com")
			return out, strings.Contains(out, c.want)
		})
		t.Logf("%s after %s", c.name, took.Round(time.Millisecond))
	}
}

// egressWorld makes both ends of the way and the egress gateway.
func egressWorld(t *testing.T, h *cluster.Handle) {
	t.Helper()
	ca, err := certs.NewCA("Public CA", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.Issue(certs.Request{Names: []string{"partner.example.com"}, From: time.Now().Add(-time.Hour), To: time.Now().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"ca.crt": ca.Root(), "tls.crt": append(leaf.Leaf, ca.Issuer()...), "tls.key": leaf.Key} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(t, h, "kubectl", "apply", "-f", egressFile(t, "00"))
	for _, make := range []string{
		"secret generic public-ca -n egress-live --from-file=ca.crt=" + dir + "/ca.crt",
		"secret generic public-ca -n istio-system --from-file=ca.crt=" + dir + "/ca.crt",
		"secret tls partner-tls -n egress-outside --cert=" + dir + "/tls.crt --key=" + dir + "/tls.key",
	} {
		must(t, h, "sh", "-c", "kubectl create "+make+" --dry-run=client -o yaml | kubectl apply -f -")
	}
	addRecord(t, h, "partner.example.com. 60 IN A 203.0.113.10")
	// Kubelets renew the files of a Secret after a minute: pods of an earlier
	// test have the earlier CA.
	must(t, h, "kubectl", "-n", "egress-live", "delete", "pod", "-l", "app=client", "--now")
	must(t, h, "kubectl", "-n", "egress-outside", "delete", "pod", "-l", "app=partner", "--now")
	if err := h.Egress(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, d := range [][2]string{{clients, "client"}, {"egress-outside", "partner"}} {
		must(t, h, "kubectl", "-n", d[0], "rollout", "status", "deploy/"+d[1], "--timeout=55s")
	}
}

// patch writes one key of a ConfigMap.
func patch(t *testing.T, h *cluster.Handle, namespace, name, key, text string) {
	t.Helper()
	p, err := json.Marshal(map[string]any{"data": map[string]string{key: text}})
	if err != nil {
		t.Fatal(err)
	}
	must(t, h, "kubectl", "-n", namespace, "patch", "cm", name, "--type=merge", "-p", string(p))
}

// addRecord puts a line into the public zone until the test ends.
func addRecord(t *testing.T, h *cluster.Handle, record string) {
	t.Helper()
	const object = "kubectl -n drill-internet "
	if _, err := inside(t, h, "sh", "-c", object+"get cm public-dns"); err != nil {
		must(t, h, "sh", "-c", object+"create cm public-dns --from-literal=zone=")
		t.Cleanup(func() { must(t, h, "sh", "-c", object+"delete cm public-dns") })
	}
	before := must(t, h, "sh", "-c", object+"get cm public-dns -o jsonpath={.data.zone}")
	set := func(zone string) { patch(t, h, "drill-internet", "public-dns", "zone", zone) }
	set(before + "\n" + record + "\n")
	t.Cleanup(func() { set(before) })
}

// applyWay applies one of the files until the test ends.
func applyWay(t *testing.T, h *cluster.Handle, number string, gateway bool) {
	t.Helper()
	file := egressFile(t, number)
	t.Cleanup(func() {
		if out, err := inside(t, h, "kubectl", "delete", "-f", file); err != nil {
			t.Errorf("delete %s: %v\n%s", file, err, out)
		}
	})
	must(t, h, "kubectl", "apply", "-f", file)
	if gateway {
		must(t, h, "kubectl", "-n", clients, "wait", "--for=condition=Programmed", "gtw/out", "--timeout=55s")
		must(t, h, "kubectl", "-n", clients, "rollout", "status", "deploy/out-istio", "--timeout=55s")
	}
}

func egressFile(t *testing.T, number string) string {
	t.Helper()
	found, err := filepath.Glob("testdata/egress/" + number + "-*.yaml")
	if err != nil || len(found) != 1 {
		t.Fatalf("testdata/egress/%s-*.yaml: %v, %v", number, found, err)
	}
	file, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// curlFromClient asks from the client's container. What curl says when it
// fails is part of the answer.
func curlFromClient(t *testing.T, h *cluster.Handle, url string) string {
	t.Helper()
	out, _ := inside(t, h, "kubectl", "-n", clients, "exec", "deploy/client", "-c", "app", "--",
		"curl", "-sS", "-m", "6", "--cacert", "/ca/ca.crt", "-w", " code=%{http_code}", url+"/")
	time.Sleep(300 * time.Millisecond) // proxies write their log ten times a second
	return out
}

// lines are a proxy's access log since a time; its other words have no bracket
// in front.
func lines(t *testing.T, h *cluster.Handle, namespace, workload, container string, since time.Time) string {
	t.Helper()
	var out strings.Builder
	for l := range strings.Lines(must(t, h, "kubectl", "-n", namespace, "logs", workload, "-c", container, "--since-time="+since.UTC().Format(time.RFC3339Nano))) {
		if strings.HasPrefix(l, "[") {
			out.WriteString(l)
		}
	}
	return out.String()
}
