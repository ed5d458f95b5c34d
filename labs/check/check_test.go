package check_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

func lab(that, truth string, accept labs.Accept) *labs.Lab {
	at := labs.Pos{File: "x/lab.yaml", Line: 10, Column: 20}
	return &labs.Lab{
		Requests: map[string]labs.Request{"main": {}, "api": {}},
		Goals:    []labs.Check{{Title: "goal", That: labs.Expr{Text: that, Pos: at}}},
		Steps: map[labs.Step]labs.StepPlan{labs.StepEntry: {Finding: &labs.Finding{
			Ask: "?", Truth: labs.Expr{Text: truth, Pos: at}, Accept: accept}}},
	}
}

func facts() check.Facts {
	return check.Facts{
		Answers: map[string]labs.Answer{
			"main": {Observed: true, Code: 404, Flag: "NR", LogLine: "x", Body: "not the shop"},
			"api":  {Observed: false},
		},
		Paths: map[string]labs.Path{"main": {Answer: labs.Answer{Logs: []labs.ProxyLog{
			{Proxy: pod("egress-1"), Flag: "NR", Line: "x"},
			{Proxy: pod("shop-1"), Flag: "-", Line: "y", Inbound: true},
		}}, Hops: []labs.Hop{{Name: "sidecar", Proxy: pod("shop-1"), Layers: []labs.LayerReport{
			{Layer: labs.LayerEntry, Verdict: labs.Healthy, Facts: map[string]any{"endpoints": []string{"10.0.0.1:8443"}, "port": 443}},
			{Layer: labs.LayerRoute, Verdict: labs.Broken, Objects: []labs.Object{{Kind: "VirtualService", Namespace: "shop", Name: "shop"}},
				Facts: map[string]any{"culprit": "VirtualService shop/shop"}},
			{Layer: labs.LayerDestination, Verdict: labs.OffPath, Facts: map[string]any{"endpointsHealthy": true}},
			{Layer: labs.LayerTLS, Verdict: labs.Unknown},
		}}, {Name: "egress", Proxy: pod("egress-1"), Layers: []labs.LayerReport{
			{Layer: labs.LayerRoute, Verdict: labs.OffPath, Facts: map[string]any{"cluster": "outside"}},
		}}}}},
		Objects: []snapshot.Object{
			{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"namespace": "a", "name": "b"},
				"spec": map[string]any{"ports": []any{map[string]any{"port": int64(80)}}}},
			{"apiVersion": "x/v1", "kind": "Route", "metadata": map[string]any{"namespace": "a", "name": "b"}},
			{"apiVersion": "y/v1", "kind": "Route", "metadata": map[string]any{"namespace": "a", "name": "b"}},
		},
		Kinds:   []string{"Service", "ConfigMap", "Gateway.networking.istio.io"},
		Missing: map[string]string{"Secret": "forbidden"},
	}
}

func pod(name string) labs.Object { return labs.Object{Kind: "Pod", Namespace: "a", Name: name} }

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		that    string
		outcome labs.Outcome
		why     string
	}{
		{"requests.main.code == 404", labs.Pass, ""},
		{"requests.main.code == 200 && requests.main.body.contains('shop')", labs.Fail, "want 200, got 404"},
		{"requests.main.body.contains('basket')", labs.Fail, `want body with "basket", got "not the shop"`},
		{"requests.main.body.startsWith('x')", labs.Fail, "does not hold yet"},
		{"requests.api.code == 200", labs.Pending, "not observed yet: api"},
		{"requests.main.code == 404 && requests.api.code == 200", labs.Pending, "not observed yet: api"},
		{"requests.api.code == 200 && requests.main.code == 200", labs.Fail, "want 200, got 404"},
		{"trace.main.entry.healthy", labs.Pass, ""},
		{"trace.main.route.healthy", labs.Fail, "does not hold yet"},
		{"trace.main.destination.endpointsHealthy", labs.Pass, ""},
		{"trace.main.destination.healthy", labs.Pending, "not observed yet: healthy"},
		{"trace.main.tls.healthy", labs.Pending, "not observed yet: healthy"},
		{"object('Service','a','b').spec.ports[0].port == 80", labs.Pass, ""},
		{"object('Service','a','c') == null", labs.Pass, ""},
		{"object('Secret','a','c') == null", labs.Pending, "not observed yet (Secret could not be listed: forbidden)"},
		{"objects('Service').exists(o, o.metadata.name == 'b')", labs.Pass, ""},
		{"objects('ConfigMap').size() == 0", labs.Pass, ""},
		{"object('NetworkPolicy','a','b') == null", labs.Pending, "not observed yet (NetworkPolicy was not looked at)"},
		{"objects('NetworkPolicy').size() == 0", labs.Pending, "not observed yet (NetworkPolicy was not looked at)"},
		{"object('Gateway.networking.istio.io','a','c') == null", labs.Pass, ""},
		{"object('Gateway.gateway.networking.k8s.io','a','b') == null", labs.Pending, "not observed yet (Gateway.gateway.networking.k8s.io was not looked at)"},
		{"object('Route','a','b') == null", labs.Pending, "not observed yet (two kinds are called Route: write Route.x or Route.y)"},
		{"object('Route.y','a','b') != null", labs.Pass, ""},
		{"trace.main.hops == ['sidecar','egress']", labs.Pass, ""},
		{"trace.main.hop('egress').route.cluster == 'outside'", labs.Pass, ""},
		{"trace.main.hop('egress').flag == 'NR'", labs.Pass, ""},
		{"trace.main.hop('sidecar').flag == 'NR'", labs.Pending, "not observed yet: flag"},
		{"trace.main.hop('waypoint').route.healthy", labs.Pending, "not observed yet (no hop waypoint on its way)"},
		{"trace.main.entry.endpoints.size() == 1", labs.Pass, ""},
		{"trace.main.entry.port == 443", labs.Pass, ""},
		{"requests.main.took < 1", labs.Pass, ""},
	} {
		set, problems := check.Compile(lab(c.that, "1", ""))
		if len(problems) > 0 {
			t.Errorf("%s: %v", c.that, problems)
			continue
		}
		goals, _ := set.Judge(facts())
		if diff := cmp.Diff(check.Result{Title: "goal", Outcome: c.outcome, Why: c.why}, goals[0]); diff != "" {
			t.Errorf("%s: %s", c.that, diff)
		}
	}
}

func TestCompileProblems(t *testing.T) {
	t.Parallel()
	for that, want := range map[string]string{
		"requests.main.code ==":                    `x/lab.yaml:10:41: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}: "requests.main.code =="`,
		"request.main.code == 200":                 `x/lab.yaml:10:20: undeclared reference to 'request' (in container ''): "request.main.code == 200"`,
		"requests.mian.code == 200":                `x/lab.yaml:10:28: no request is called "mian" (api, main): "requests.mian.code == 200"`,
		"trace.main.routes.healthy":                `x/lab.yaml:10:30: no layer is called "routes" (destination, dns, entry, hops, listener, route, tls): "trace.main.routes.healthy"`,
		"trace.main.dns.adress == ''":              `x/lab.yaml:10:34: layer dns has no fact "adress" (address, addresses, culprit, got, healthy, host, objects, summary, verdict, want): "trace.main.dns.adress == ''"`,
		"requests.api.cod == 200":                  `x/lab.yaml:10:32: a request has no "cod" (answerers, body, code, codes, details, error, flag, headers, log, serial, server, source, took): "requests.api.cod == 200"`,
		"trace.main.hop('egres').route.healthy":    `x/lab.yaml:10:35: hop wants the name of one: gateway, sidecar, egress, waypoint, or gateway-2 for a second one of that role: "trace.main.hop('egres').route.healthy"`,
		"trace.main.hop('egress').rout.healthy":    `x/lab.yaml:10:44: no layer is called "rout" (code, destination, details, dns, entry, flag, listener, log, proxy, role, route, tls): "trace.main.hop('egress').rout.healthy"`,
		"trace.main.entry.port == '443'":           `x/lab.yaml:10:42: found no matching overload for '_==_' applied to '(int, string)': "trace.main.entry.port == '443'"`,
		"object('Gateway', 'a', 'b') == null":      `x/lab.yaml:10:27: two kinds are called Gateway: write Gateway.networking.istio.io or Gateway.gateway.networking.k8s.io: "object('Gateway', 'a', 'b') == null"`,
		"objects.exists(o, o.kind == 'Service')":   `x/lab.yaml:10:20: undeclared reference to 'objects' (in container ''): "objects.exists(o, o.kind == 'Service')"`,
		"true &&\n  trace.main.entry.portt == 443": `x/lab.yaml:11:38: layer entry has no fact "portt" (addresses, culprit, endpoints, got, healthy, objects, pods, port, selector, service, summary, targetPort, verdict, want): "true &&\n  trace.main.entry.portt == 443"`,
		"'text'": `x/lab.yaml:10:20: want a condition that is true or false, got string: "'text'"`,
	} {
		_, problems := check.Compile(lab(that, "1", ""))
		if len(problems) != 1 || problems[0].String() != want {
			t.Errorf("%s:\n got %v\nwant %s", that, problems, want)
		}
	}
}

func TestTruthThatNobodyCanType(t *testing.T) {
	t.Parallel()
	_, problems := check.Compile(lab("true", "trace.main.route", ""))
	if len(problems) != 1 || !strings.Contains(problems[0].String(), "x/lab.yaml:10:20: the truth is not one fact") {
		t.Error(problems)
	}
}

// A second gateway on the way is one too.
func TestNumberedHop(t *testing.T) {
	t.Parallel()
	if _, problems := check.Compile(lab("trace.main.hop('gateway-2').dns.address == '1'", "1", "")); len(problems) > 0 {
		t.Error(problems)
	}
}

// A line without a response flag was seen, and says so.
func TestNoFlagIsADash(t *testing.T) {
	t.Parallel()
	f := facts()
	f.Answers = map[string]labs.Answer{"main": {Code: 200, LogLine: "a line", Observed: true}}
	set, problems := check.Compile(lab("true", "requests.main.flag", labs.AcceptFlag))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if truth, err := set.Truth(labs.StepEntry, f); err != nil || !truth.Accepts("-") {
		t.Errorf("%q, %v", truth, err)
	}
}

func TestTruth(t *testing.T) {
	t.Parallel()
	object := "trace.main.route.culprit"
	for _, c := range []struct {
		truth  string
		accept labs.Accept
		answer string
		right  bool
	}{
		{object, labs.AcceptObject, "VirtualService shop/shop", true},
		{object, labs.AcceptObject, "vs shop/shop", true},
		{object, labs.AcceptObject, "virtualservice/shop.shop", true},
		{object, labs.AcceptObject, "virtualservice shop -n shop", true},
		{object, labs.AcceptObject, " `VS shop/shop` ", true},
		{object, labs.AcceptObject, "virtualservices.networking.istio.io/shop.shop", true},
		{object, labs.AcceptObject, "Gateway shop/shop", false},
		{object, labs.AcceptObject, "shop", false},
		{"requests.main.flag", labs.AcceptFlag, "nr", true},
		{"requests.main.flag", labs.AcceptFlag, "NR.", true},
		{"requests.main.flag", labs.AcceptFlag, "UH", false},
		{"'UF,URX'", labs.AcceptFlag, "urx, uf", true},
		{"'-'", labs.AcceptFlag, "none", true},
		{"'-'", labs.AcceptFlag, "  ", false},
		{"trace.main.entry.endpoints.size()", labs.AcceptNumber, "1", true},
		{"trace.main.entry.endpoints.size()", labs.AcceptNumber, "1 endpoint", true},
		{"trace.main.entry.endpoints.size()", labs.AcceptNumber, "one", false},
		{"trace.main.destination.endpointsHealthy", labs.AcceptBoolean, "Yes", true},
		{"trace.main.destination.endpointsHealthy", labs.AcceptBoolean, "no", false},
		{"trace.main.destination.endpointsHealthy", labs.AcceptBoolean, "perhaps", false},
		{"'shop.example.com'", labs.AcceptHost, "https://Shop.example.com:443/cart", true},
		{"'shop.example.com'", labs.AcceptHost, "shop.example.com.", true},
		{"'a1b2'", labs.AcceptSerial, "0xA1:B2", true},
		{"'Hello  World'", "", "hello world", true},
		{"['a','b']", labs.AcceptText, "b", true},
		{"['a','b']", labs.AcceptSet, "b, a", true},
		{"['a','b']", labs.AcceptSet, "b", false},
	} {
		set, problems := check.Compile(lab("true", c.truth, c.accept))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		truth, err := set.Truth(labs.StepEntry, facts())
		if err != nil {
			t.Errorf("%s: %v", c.truth, err)
			continue
		}
		if truth.Accepts(c.answer) != c.right {
			t.Errorf("truth %s, %s answer %q: want right=%v", truth, c.accept, c.answer, c.right)
		}
	}
}

func TestUnknownTruth(t *testing.T) {
	t.Parallel()
	for _, truth := range []string{"requests.api.flag", "trace.main.tls.serial", "object('Service','a','b')"} {
		set, _ := check.Compile(lab("true", truth, ""))
		if _, err := set.Truth(labs.StepEntry, facts()); !errors.Is(err, check.ErrUnknown) {
			t.Errorf("%s: %v", truth, err)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	set, _ := check.Compile(lab("requests.main.code == 200 && requests.main.body.contains('shop')", "1", ""))
	f := facts()
	for b.Loop() {
		set.Judge(f)
	}
}
