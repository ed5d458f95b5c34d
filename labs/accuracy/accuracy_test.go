package accuracy

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

const goodObjects = `apiVersion: v1
kind: Namespace
metadata: {name: drill-a}
---
apiVersion: v1
kind: Service
metadata: {name: s, namespace: drill-a}
`

const goodCase = `title: t
source: faults.md H1
request: {url: "http://shop.example.com/"}
expect: {layer: route, object: VirtualService drill-a/v}
reason: r
symptom: 404 NR
`

func TestLoadSaysWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, objects, want string
	}{
		{"nothing", goodCase, goodObjects, ""},
		{"unknown key", goodCase + "cause: x\n", goodObjects, `a/case.yaml:7:1: unknown key "cause"`},
		{"wrong type", strings.Replace(goodCase, "r\n", "[r]\n", 1), goodObjects, "a/case.yaml:5:9: want text"},
		{"no symptom", strings.Replace(goodCase, "symptom: 404 NR\n", "", 1), goodObjects, "a/case.yaml:1:1: symptom is missing"},
		{"layer", strings.Replace(goodCase, "route", "routes", 1), goodObjects, `expect.layer "routes"`},
		{"object", strings.Replace(goodCase, "VirtualService drill-a/v", "drill-a/v", 1), goodObjects, `object "drill-a/v": want Kind`},
		{"healthy with a culprit", strings.Replace(goodCase, "route", "healthy", 1), goodObjects, "a healthy case has no object"},
		{"need", goodCase + "needs: [moon]\n", goodObjects, `needs "moon"`},
		{"order", goodCase + "order: [Service drill-a/none]\n", goodObjects, "order: objects.yaml has no Service drill-a/none"},
		{"operation", goodCase + "patch: [{patch: Service drill-a/s}]\n", goodObjects, "a/case.yaml:7:10: a patch has either merge or json"},
		{"namespace", goodCase, strings.ReplaceAll(goodObjects, "drill-a", "a"), `a/objects.yaml:1:1: namespace "a"`},
		{"operations among objects", goodCase, goodObjects + "---\n- delete: Service drill-a/s\n", "a/objects.yaml:9:3: operations belong into case.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{"a/case.yaml": {Data: []byte(tt.text)}, "a/objects.yaml": {Data: []byte(tt.objects)}}
			cases, problems := Load(fsys)
			var all []string
			for _, p := range problems {
				all = append(all, p.String())
			}
			if tt.want == "" && (len(cases) != 1 || len(all) > 0) {
				t.Fatalf("want one good case, got %d and %v", len(cases), all)
			}
			if !strings.Contains(strings.Join(all, "\n"), tt.want) {
				t.Errorf("want %q among %v", tt.want, all)
			}
		})
	}
}

func TestSymptom(t *testing.T) {
	t.Parallel()
	answer := labs.Answer{Observed: true, Code: 503, Flag: "UF,URX", Details: "upstream_reset", Body: "no healthy upstream",
		Logs: []labs.ProxyLog{{Flag: "UF,URX"}, {Flag: "NR", Details: "filter_chain_not_found"}}}
	tests := []struct {
		symptom string
		answer  labs.Answer
		want    bool
	}{
		{"503", answer, true},
		{"404", answer, false},
		{"503 UF", answer, true},
		{"503 UF,URX upstream_reset", answer, true},
		{"503 UH", answer, false},
		{"503 NR filter_chain_not_found", answer, true}, // as the second proxy logged it
		{"503 healthy", answer, true},
		{"503 missing", answer, false},
		{"reset", labs.Answer{Observed: true, Error: "reset"}, true},
		{"reset", labs.Answer{Error: "reset"}, false}, // nothing was asked
	}
	for _, tt := range tests {
		t.Run(tt.symptom, func(t *testing.T) {
			t.Parallel()
			if got := (Case{Symptom: tt.symptom}).Seen(tt.answer); got != tt.want {
				t.Errorf("seen %v, want %v", got, tt.want)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	broken := Expect{Layer: "route", Object: "Gateway.networking.istio.io a/g", Also: []string{"VirtualService a/v"}, Hop: "egress"}
	g := labs.Object{Group: "networking.istio.io", Kind: "Gateway", Namespace: "a", Name: "g"}
	other := labs.Object{Group: "gateway.networking.k8s.io", Kind: "Gateway", Namespace: "a", Name: "g"}
	v := labs.Object{Group: "networking.istio.io", Kind: "VirtualService", Namespace: "a", Name: "v"}
	tests := []struct {
		name   string
		expect Expect
		told   Told
		want   Mark
	}{
		{"right", broken, Told{Layer: "route", Object: g, Hop: "egress"}, Mark{Layer: true, Object: true}},
		{"as good", broken, Told{Layer: "route", Object: v, Hop: "egress"}, Mark{Layer: true, Object: true}},
		{"the other Gateway", broken, Told{Layer: "route", Object: other, Hop: "egress"}, Mark{Layer: true}},
		{"wrong hop", broken, Told{Layer: "route", Object: g, Hop: "sidecar"}, Mark{}},
		{"wrong layer", broken, Told{Layer: "tls", Object: g, Hop: "egress"}, Mark{}},
		{"unknown", broken, Told{Layer: unknown}, Mark{Unknown: true}},
		{"false healthy", broken, Told{Layer: healthy}, Mark{FalseHealthy: true}},
		{"healthy", Expect{Layer: healthy}, Told{Layer: healthy}, Mark{Layer: true, Object: true}},
		{"false broken", Expect{Layer: healthy}, Told{Layer: "tls"}, Mark{FalseBroken: true}},
		{"healthy told unknown", Expect{Layer: healthy}, Told{Layer: unknown}, Mark{Unknown: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, Case{Expect: tt.expect}.Judge(tt.told)); d != "" {
				t.Errorf("mark (-want +got):\n%s", d)
			}
		})
	}
}

func TestJudgeAnalyze(t *testing.T) {
	t.Parallel()
	said := []Message{{Level: "Error", Origin: "VirtualService a/v"}}
	broken := Expect{Layer: "route", Object: "VirtualService a/v"}
	tests := []struct {
		name   string
		expect Expect
		said   []Message
		want   Mark
	}{
		{"names it", broken, said, Mark{Object: true}},
		{"names another", Expect{Layer: "route", Object: "Gateway a/g"}, said, Mark{}},
		{"silent", broken, nil, Mark{FalseHealthy: true}},
		{"silent about a healthy one", Expect{Layer: healthy}, nil, Mark{Object: true}},
		{"complains of a healthy one", Expect{Layer: healthy}, said, Mark{FalseBroken: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, Case{Expect: tt.expect}.JudgeAnalyze(tt.said)); d != "" {
				t.Errorf("mark (-want +got):\n%s", d)
			}
		})
	}
}

func TestPromises(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		n    Count
		want string
	}{
		{"all right", Count{Cases: 120, Layer: 120, Object: 120}, ""},
		{"just kept", Count{Cases: 100, Layer: 98, Object: 95, Unknown: 3}, ""},
		{"layer", Count{Cases: 100, Layer: 97, Object: 95}, "right layer in 97 of 100"},
		{"object", Count{Cases: 100, Layer: 98, Object: 94}, "right object in 94 of 100"},
		{"unknown", Count{Cases: 100, Layer: 98, Object: 98, Unknown: 4}, "unknown in 4 of 100"},
		{"false healthy", Count{Cases: 100, Layer: 99, Object: 99, FalseHealthy: 1}, "1 told healthy"},
		{"nothing judged", Count{}, "no case was judged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Report{Trace: tt.n}.Missed()
			if got == "" != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("missed %q, want %q", got, tt.want)
			}
		})
	}
}

func TestZone(t *testing.T) {
	t.Parallel()
	c := Case{
		Request: labs.Request{URL: "https://shop.example.com:8443/"},
		Outside: []labs.Server{{Host: "partner.example.com", HTTP: 80}, {Host: "gone.example.com", HTTP: 80}},
		DNS: map[string]string{"two.example.com": "203.0.113.9 2001:db8::1", "alias.example.com": "shop.example.com", "gone.example.com": "none",
			"api.example.com": "drill-a/api-istio"},
	}
	want := `alias.example.com. 60 IN CNAME shop.example.com.
api.example.com. 60 IN A ${ADDRESS:drill-a/api-istio}
partner.example.com. 60 IN A ${ADDRESS:drill-outside/partner-example-com}
shop.example.com. 60 IN A ${GATEWAY_IP}
two.example.com. 60 IN A 203.0.113.9
two.example.com. 60 IN AAAA 2001:db8::1
`
	got, _ := c.zone(true).Object["data"].(map[string]any)[snapshot.ZoneKey].(string)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("zone (-want +got):\n%s", d)
	}
	if _, bad := snapshot.ParseZone(strings.NewReplacer("${GATEWAY_IP}", "192.0.2.1", "${ADDRESS:drill-a/api-istio}", "192.0.2.2",
		"${ADDRESS:drill-outside/partner-example-com}", "192.0.2.3").Replace(got)); bad != nil {
		t.Errorf("no zone: %v", bad)
	}
}

func TestOrderDecidesWhatIsMadeFirst(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a/objects.yaml": {Data: []byte(goodObjects)},
		"a/case.yaml": {Data: []byte(goodCase + "order: [Service drill-a/s]\npatch: [{delete: Service drill-a/s}]\n")}}
	cases, problems := Load(fsys)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	c := cases[0].change()
	if indexOf(c.Objects, "Service drill-a/s") >= 0 || len(c.Ops) != 2 || indexOf(c.Ops[0].Apply, "Service drill-a/s") != 0 || c.Ops[1].Delete == nil {
		t.Errorf("want the Service after the objects and before the patch, got %+v", c)
	}
}

func TestOwnLeavesOutOtherCases(t *testing.T) {
	t.Parallel()
	in := func(ns string) snapshot.Object {
		return snapshot.Object{"kind": "Service", "metadata": map[string]any{"name": "s", "namespace": ns}}
	}
	c := Case{Objects: labs.Change{Objects: []labs.Manifest{{Object: in("drill-a")}}}}
	got := c.own(snapshot.Snapshot{
		Objects: []snapshot.Object{in("drill-a"), in("drill-b"), in("istio-system"), in(snapshot.ZoneNamespace)},
		Proxies: []snapshot.Proxy{{Namespace: "drill-b"}, {Namespace: "istio-system"}},
		Missing: map[string]string{"proxy drill-b/p": "gone", "proxy drill-a/p": "late", "Secret": "no rights"},
	})
	want := snapshot.Snapshot{
		Objects: []snapshot.Object{in("drill-a"), in("istio-system"), in(snapshot.ZoneNamespace)},
		Proxies: []snapshot.Proxy{{Namespace: "istio-system"}},
		Missing: map[string]string{"proxy drill-a/p": "late", "Secret": "no rights"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("own (-want +got):\n%s", d)
	}
}
