package install

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func TestLoadKnowsEveryKindAndFillsTheMarks(t *testing.T) {
	for _, channel := range []string{"", Standard, Experimental} {
		s, err := load(Options{CRDs: channel, Profile: Sandbox(), Egress: true})
		if err != nil {
			t.Fatal(err)
		}
		objs, err := Objects(Options{CRDs: channel, Profile: Sandbox(), Egress: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range objs {
			_, namespaced, known := kinds(u.GetKind())
			if !known {
				t.Errorf("%s %s: kind is not in the table", u.GetKind(), u.GetName())
			}
			if namespaced && u.GetNamespace() != Namespace {
				t.Errorf("%s %s: namespace %q", u.GetKind(), u.GetName(), u.GetNamespace())
			}
			b, err := yaml.Marshal(u.Object)
			if err != nil {
				t.Fatal(err)
			}
			for _, mark := range []string{HubMark, TagMark} {
				if strings.Contains(string(b), mark) {
					t.Errorf("%s %s still has %s", u.GetKind(), u.GetName(), mark)
				}
			}
		}
		if n := len(s.crds); n < 25 {
			t.Errorf("%q: %d definitions", channel, n)
		}
	}
}

func TestLoadRefusesAnUnknownChannel(t *testing.T) {
	_, err := load(Options{CRDs: "beta"})
	if err == nil || !strings.Contains(err.Error(), `"beta"`) {
		t.Fatalf("got %v", err)
	}
}

func TestHashFollowsEveryOption(t *testing.T) {
	seen := map[string]string{}
	for name, o := range map[string]Options{
		"plain":        {Profile: Sandbox()},
		"experimental": {Profile: Sandbox(), CRDs: Experimental},
		"egress":       {Profile: Sandbox(), Egress: true},
		"mesh":         {Profile: Sandbox(), MeshConfig: []byte("trustDomain: example.org")},
		"stock":        {Profile: StockEnvoy("istio", "1.31.0")},
	} {
		s, err := load(o)
		if err != nil {
			t.Fatal(err)
		}
		if other := seen[s.hash]; other != "" {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[s.hash] = name
		again, err := load(o)
		if err != nil || again.hash != s.hash {
			t.Errorf("%s: hash changes from load to load (%v)", name, err)
		}
	}
}

func TestMeshLayers(t *testing.T) {
	s, err := load(Options{Profile: Sandbox(), MeshConfig: []byte("outboundTrafficPolicy: {mode: REGISTRY_ONLY}\naccessLogFile: null\n")})
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := unstructured.NestedString(find(s.istiod, "ConfigMap", "istio").Object, "data", "mesh")
	for _, want := range []string{"mode: REGISTRY_ONLY", "fileFlushInterval: 0.1s", "discoveryAddress:", "dnsRefreshRate: 1s"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for _, gone := range []string{"accessLogFile", "defaultProviders"} {
		if strings.Contains(text, gone) {
			t.Errorf("%q is still in\n%s", gone, text)
		}
	}
	if _, err := load(Options{Profile: Sandbox(), MeshConfig: []byte("- a list")}); err == nil {
		t.Error("a list was taken for mesh settings")
	}
}

// The gateway that labs are written for: see the runbook's commands.
func TestIngressGatewayShape(t *testing.T) {
	s, err := load(Options{Profile: Sandbox()})
	if err != nil {
		t.Fatal(err)
	}
	svc := find(s.ingress, "Service", "istio-ingressgateway")
	b, err := yaml.Marshal(svc.Object["spec"])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"type: LoadBalancer", "istio: ingressgateway", "targetPort: 8080", "targetPort: 8443"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %q in\n%s", want, b)
		}
	}
}
