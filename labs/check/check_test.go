package check_test

import (
	"errors"
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
		Paths: map[string]labs.Path{"main": {Hops: []labs.Hop{{Name: "gateway", Layers: []labs.LayerReport{
			{Layer: labs.LayerEntry, Verdict: labs.Healthy, Facts: map[string]any{"endpoints": []string{"10.0.0.1:8443"}, "port": 443}},
			{Layer: labs.LayerRoute, Verdict: labs.Broken, Objects: []labs.Object{{Kind: "VirtualService", Namespace: "shop", Name: "shop"}},
				Facts: map[string]any{"culprit": "VirtualService shop/shop"}},
			{Layer: labs.LayerDestination, Verdict: labs.OffPath, Facts: map[string]any{"healthy": true}},
			{Layer: labs.LayerTLS, Verdict: labs.Unknown},
		}}}}},
		Objects: []snapshot.Object{{"kind": "Service", "metadata": map[string]any{"namespace": "a", "name": "b"},
			"spec": map[string]any{"ports": []any{map[string]any{"port": int64(80)}}}}},
		Missing: map[string]string{"Secret": "forbidden"},
	}
}

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
		{"trace.main.destination.healthy", labs.Pass, ""},
		{"trace.main.tls.healthy", labs.Pending, "not observed yet: healthy"},
		{"object('Service','a','b').spec.ports[0].port == 80", labs.Pass, ""},
		{"object('Service','a','c') == null", labs.Pass, ""},
		{"object('Secret','a','c') == null", labs.Pending, "not observed yet (Secret could not be listed: forbidden)"},
		{"objects.exists(o, o.kind == 'Service')", labs.Pass, ""},
		{"trace.main.entry.endpoints.size() == 1", labs.Pass, ""},
		{"trace.main.entry.port == 443.0", labs.Pass, ""},
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
		"requests.main.code ==":     `x/lab.yaml:10:41: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}: "requests.main.code =="`,
		"request.main.code == 200":  `x/lab.yaml:10:20: undeclared reference to 'request' (in container ''): "request.main.code == 200"`,
		"requests.mian.code == 200": `x/lab.yaml:10:20: no request is called "mian": "requests.mian.code == 200"`,
		"trace.main.routes.healthy": `x/lab.yaml:10:20: no layer is called "routes": "trace.main.routes.healthy"`,
		"'text'":                    `x/lab.yaml:10:20: want a condition that is true or false, got string: "'text'"`,
	} {
		_, problems := check.Compile(lab(that, "1", ""))
		if len(problems) != 1 || problems[0].String() != want {
			t.Errorf("%s:\n got %v\nwant %s", that, problems, want)
		}
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
		{"trace.main.destination.healthy", labs.AcceptBoolean, "Yes", true},
		{"trace.main.destination.healthy", labs.AcceptBoolean, "no", false},
		{"trace.main.destination.healthy", labs.AcceptBoolean, "perhaps", false},
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
