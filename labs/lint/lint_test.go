package lint_test

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/lint"
)

func object(kind, namespace, name string, spec map[string]any) labs.Manifest {
	return labs.Manifest{Object: map[string]any{"kind": kind, "metadata": map[string]any{"namespace": namespace, "name": name}, "spec": spec}}
}

// good is a lab that lint has nothing to say of.
func good() labs.Lab {
	l := labs.Lab{
		ID: "bakery-shut", Title: "The bakery is shut", Ticket: "Nobody can order bread.", Pos: labs.Pos{File: "mine/bakery-shut/lab.yaml", Line: 1},
		Places:   map[string]labs.Pos{"ticket": {File: "mine/bakery-shut/lab.yaml", Line: 8, Column: 1}},
		Requests: map[string]labs.Request{"main": {Name: "main", From: "outside", URL: "https://bread.example/"}},
		Homes:    []labs.Manifest{object("Namespace", "", "drill-bakery", nil)},
		Base: labs.Change{Objects: []labs.Manifest{object("Deployment", "drill-bakery", "oven", nil), object("Service", "drill-bakery", "oven", nil),
			object("Gateway", "drill-bakery", "front", map[string]any{"gatewayClassName": "istio"})}},
		Fault: labs.Change{Ops: []labs.Op{{Patch: &labs.Patch{Object: labs.Object{Kind: "Service", Namespace: "drill-bakery", Name: "oven"},
			Merge: map[string]any{"spec": map[string]any{"targetPort": "proofing", "ports": []any{map[string]any{"name": "http"}}}}}}}},
		Breaks:    []labs.Step{labs.StepDestination},
		Goals:     []labs.Check{{Title: "bread", That: labs.Expr{Text: "requests.main.code == 200"}}},
		Guards:    []labs.Check{{Title: "oven", That: labs.Expr{Text: "requests.main.code != 404"}}},
		Shortcuts: []labs.Shortcut{{Title: "all", StoppedBy: "oven"}},
		Cards:     []string{"flag-uf", "flag-uh"},
		Debrief:   "# What happened\n**Three commands to keep**\n",
		Steps:     map[labs.Step]labs.StepPlan{},
	}
	for _, s := range labs.Steps() {
		l.Steps[s] = labs.StepPlan{Pos: labs.Pos{File: "mine/bakery-shut/lab.yaml", Line: 20, Column: 3}, Look: []string{
			`kubectl get svc,pod -n drill-bakery -o jsonpath='{range .items[*]}{.a} {.b}{"\n"}{end}' | head -3`, "kubectl logs deploy/front-istio -n drill-bakery",
			`kubectl exec -n drill-bakery deploy/oven -c app -- curl http://oven/b`, `istioctl x describe pod "$(kubectl get pod -n drill-bakery -o name)" -n drill-bakery`,
			`istioctl pc endpoints deploy/istio-ingressgateway -n istio-system --cluster "outbound|80||oven.drill-bakery.svc.cluster.local"`},
			Finding: &labs.Finding{Ask: "Which flag?", Truth: labs.Expr{Text: "requests.main.flag"}, Accept: labs.AcceptFlag, Is: labs.Literals{"URX,UF"},
				Pos: labs.Pos{File: "mine/bakery-shut/lab.yaml", Line: 21, Column: 5}}}
	}
	return l
}

func step(l *labs.Lab, s labs.Step, change func(*labs.StepPlan, *labs.Finding)) {
	p := l.Steps[s]
	f := *p.Finding
	change(&p, &f)
	p.Finding = &f
	l.Steps[s] = p
}

func look(command string) func(*labs.Lab) {
	return func(l *labs.Lab) {
		step(l, labs.StepTLS, func(p *labs.StepPlan, _ *labs.Finding) { p.Look = []string{command} })
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*labs.Lab)
		want   string // "" for nothing
	}{
		"none":        {func(*labs.Lab) {}, ""},
		"expression":  {func(l *labs.Lab) { l.Goals[0].That.Text = "requests.main.cod == 200" }, "cod"},
		"no shortcut": {func(l *labs.Lab) { l.Shortcuts = nil }, "no shortcut proves the guards"},
		"no answer": {func(l *labs.Lab) {
			for s := range l.Steps {
				step(l, s, func(_ *labs.StepPlan, f *labs.Finding) { f.Is = nil })
			}
		}, "no finding says its answer"},
		"empty answer": {func(l *labs.Lab) {
			step(l, labs.StepTLS, func(_ *labs.StepPlan, f *labs.Finding) { f.Is = labs.Literals{""} })
		}, "step tls: is has no answer"},
		"presumes nobody": {func(l *labs.Lab) { l.After = []string{"nosuch"} }, `after names no lab: "nosuch"`},
		"card of nobody":  {func(l *labs.Lab) { l.Cards = []string{"flag-uh", "nosuch"} }, `cards names no card that there is (gatedrill cards list): "nosuch"`},
		"no card": {func(l *labs.Lab) {
			l.Cards = nil
			step(l, labs.StepTLS, func(p *labs.StepPlan, _ *labs.Finding) { p.Cards = []string{"flag-uh"} })
		}, "cards names no card: what is to be kept"},
		"card that names it": {func(l *labs.Lab) { l.Cards = []string{"flag-uf"} }, `a card names this lab, which does not name it: "flag-uh"`},
		"presumes itself":    {func(l *labs.Lab) { l.After = []string{"bakery-shut"} }, `the two labs presume each other: neither can be offered first: "bakery-shut"`},
		"card of a step": {func(l *labs.Lab) {
			step(l, labs.StepTLS, func(p *labs.StepPlan, _ *labs.Finding) { p.Cards = []string{"nosuch"} })
		}, "step tls names no card"},
		"word that solves":    {func(l *labs.Lab) { l.Ticket = "The selector was changed." }, `lab.yaml:8:1: ticket says a word that solves it: tell what people notice: "selector"`},
		"field in the ticket": {func(l *labs.Lab) { l.Ticket = "We set targetPort anew." }, `ticket names a field that the fault changes: "targetPort"`},
		"value in the title":  {func(l *labs.Lab) { l.Title = "It is proofing" }, `title holds a value that the fault brings: "proofing"`},
		"value in a hint": {func(l *labs.Lab) {
			step(l, labs.StepTLS, func(p *labs.StepPlan, _ *labs.Finding) { p.Hints = []string{"Compare with proofing."} })
		}, "a hint of step tls holds a value"},
		"value that was there": {func(l *labs.Lab) {
			l.Title, l.Requests["main"] = "It is proofing", labs.Request{Name: "main", From: "outside", URL: "https://proofing.example/"}
		}, ""},
		"field in words":               {func(l *labs.Lab) { l.Ticket = "We set the Target Ports anew." }, `ticket names a field that the fault changes: "targetPort"`},
		"value in capitals":            {func(l *labs.Lab) { l.Title = "Proofing it is" }, `title holds a value that the fault brings: "proofing"`},
		"kind in words":                {func(l *labs.Lab) { l.Ticket = "The Virtual Service was changed." }, `ticket says a word that solves it: tell what people notice: "Virtual Service"`},
		"value in the title of a goal": {func(l *labs.Lab) { l.Goals[0].Title = "proofing works" }, "the title of a goal holds a value"},
		"value in the title of a guard": {func(l *labs.Lab) {
			l.Guards[0].Title, l.Shortcuts[0].StoppedBy = "proofing works", "proofing works"
		}, "the title of a guard holds a value"},
		"value in a reply": {func(l *labs.Lab) {
			step(l, labs.StepTLS, func(p *labs.StepPlan, _ *labs.Finding) { p.Wrong = "It is proofing." })
		}, "what step tls says to a wrong answer holds a value"},
		"number in a hint": {func(l *labs.Lab) {
			l.Fault.Ops[0].Patch.Merge = map[string]any{"spec": map[string]any{"port": int64(9090)}}
			step(l, labs.StepTLS, func(p *labs.StepPlan, _ *labs.Finding) { p.Hints = []string{"Look.", "Compare with 9090."} })
		}, `a hint of step tls holds a value that the fault brings: "9090"`},
		"field around in the ticket": {func(l *labs.Lab) {
			l.Fault.Ops[0].Patch.Merge = map[string]any{"spec": map[string]any{"trafficPolicy": map[string]any{"tls": map[string]any{"mode": "ODD"}}}}
			l.Ticket = "We wrote a trafficPolicy."
		}, `ticket names a field that the fault changes: "trafficPolicy"`},
		"field around in a hint": {func(l *labs.Lab) {
			l.Fault.Ops[0].Patch.Merge = map[string]any{"spec": map[string]any{"trafficPolicy": map[string]any{"tls": map[string]any{"mode": "ODD"}}}}
			step(l, labs.StepTLS, func(p *labs.StepPlan, _ *labs.Finding) { p.Hints = []string{"Compare what is in trafficPolicy."} })
		}, ""},
		"name of a new object": {func(l *labs.Lab) {
			l.Fault.Objects = []labs.Manifest{object("VirtualService", "drill-bakery", "old-crusts", nil)}
			l.Ticket = "The old-crusts are back."
		}, `ticket holds a value that the fault brings: "old-crusts"`},
		"answer in its question": {func(l *labs.Lab) {
			step(l, labs.StepEntry, func(_ *labs.StepPlan, f *labs.Finding) {
				f.Ask, f.Is = "Which port, if not 8443?", labs.Literals{"8443"}
			})
		}, "the question of step entry gives its own answer away: 8443"},
		"answer in its hint": {func(l *labs.Lab) {
			step(l, labs.StepEntry, func(p *labs.StepPlan, f *labs.Finding) {
				p.Hints, f.Accept, f.Is = []string{"Compare with oven.drill-bakery."}, labs.AcceptObject, labs.Literals{"Service drill-bakery/oven"}
			})
		}, "a hint of step entry gives its answer away: oven.drill-bakery"},
		"answer in its reply": {func(l *labs.Lab) {
			step(l, labs.StepEntry, func(p *labs.StepPlan, f *labs.Finding) { p.Wrong, f.Is = "It is 8443.", labs.Literals{"8443"} })
		}, "what step entry says to a wrong answer gives its answer away: 8443"},
		"a word like a value": {func(l *labs.Lab) { l.Title = "It is waterproofing-free" }, ""},
		"verdict in a question": {func(l *labs.Lab) {
			step(l, labs.StepTLS, func(_ *labs.StepPlan, f *labs.Finding) {
				f.Accept, f.Ask = labs.AcceptObject, "Which Secret is missing?"
			})
		}, "the question presumes a verdict"},
		"answer told later": {func(l *labs.Lab) {
			step(l, labs.StepEntry, func(_ *labs.StepPlan, f *labs.Finding) {
				f.Accept, f.Is = labs.AcceptObject, labs.Literals{"Service drill-bakery/oven"}
			})
			step(l, labs.StepHosts, func(_ *labs.StepPlan, f *labs.Finding) { f.Ask = "What leads to drill-bakery/oven?" })
		}, "the question of step hosts gives the answer of step entry away: drill-bakery/oven"},
		"answer told before": {func(l *labs.Lab) {
			step(l, labs.StepHosts, func(_ *labs.StepPlan, f *labs.Finding) {
				f.Accept, f.Is = labs.AcceptObject, labs.Literals{"Service drill-bakery/oven"}
			})
			step(l, labs.StepEntry, func(_ *labs.StepPlan, f *labs.Finding) { f.Ask = "What leads to drill-bakery/oven?" })
		}, ""},
		"namespace of nobody": {look("kubectl get pod -n drill-baker"), "step tls: no manifest makes the namespace drill-baker"},
		"object of nobody":    {look("kubectl get svc ovens -n drill-bakery -o wide"), "step tls: no manifest makes the service ovens in drill-bakery"},
		"workload of nobody":  {look("kubectl logs -n drill-bakery deploy/ovens --tail=5"), "no manifest makes the deployment ovens"},
		"inner command":       {look(`istioctl x describe pod "$(kubectl get pod -l a=b -n drill-baker)" -n drill-bakery`), "no manifest makes the namespace drill-baker"},
		"inner object": {look(`istioctl x describe pod "$(kubectl get pod -n drill-bakery -o name $(kubectl get svc ovens -n drill-bakery))" -n drill-bakery`),
			"no manifest makes the service ovens"},
		"in backquotes":         {look("echo `kubectl get svc ovens -n drill-bakery`"), "no manifest makes the service ovens"},
		"in a loop":             {look("for i in 1 2; do kubectl get svc ovens -n drill-bakery; done"), "no manifest makes the service ovens"},
		"in a group":            {look("(kubectl get svc -A; kubectl get svc ovens -n drill-bakery) | cat"), "no manifest makes the service ovens"},
		"behind a redirection":  {look("diff <(kubectl get svc ovens -n drill-bakery 2>/dev/null) <(echo $((1 + 2)))"), "no manifest makes the service ovens"},
		"in a shell of its own": {look(`bash -c "kubectl get svc ovens -n drill-bakery"`), "no manifest makes the service ovens"},
		"in no whole quotes":    {look(`grep "bread`), `bash does not read it: 1:6: reached EOF without closing quote`},
		"in a document":         {look("cat <<END\nkubectl get svc ovens -n drill-bakery\nEND"), ""},
		"timed":                 {look("timeout 5 kubectl get svc ovens -n drill-bakery 2>&1 >/tmp/x"), "no manifest makes the service ovens"},
		"joined namespace":      {look("kubectl get svc -n=drill-baker"), "no manifest makes the namespace drill-baker"},
		"short namespace":       {look("kubectl get pod -ndrill-baker"), "no manifest makes the namespace drill-baker"},
		"other kind":            {look("kubectl get virtualservice.networking.istio.io/oven -n drill-bakery"), "no manifest makes the virtualservice oven"},
		"kind and name":         {look("kubectl describe vs oven -n drill-bakery"), "no manifest makes the virtualservice oven"},
		"pod of nobody":         {look("kubectl logs oven-0 -n drill-bakery"), "no manifest makes the pod oven-0"},
		"pod with namespace":    {look("istioctl proxy-config routes deploy/ovens.drill-bakery"), "no manifest makes the deployment ovens in drill-bakery"},
		"described by istioctl": {look("istioctl x describe svc ovens -n drill-bakery"), "no manifest makes the service ovens"},
		"no namespace":          {look("kubectl get deploy oven"), "no manifest makes the deployment oven in default"},
		"a namespace itself":    {look("kubectl get ns drill-baker --show-labels"), "no manifest makes the namespace drill-baker"},
		"namespace in a word":   {look("kubectl get pod -A | grep drill-baker"), "no manifest makes the namespace drill-baker"},
		"host of nobody":        {look("curl -v https://braed.example/"), "no manifest, request or record of the lab has the host braed.example"},
		"short name of nobody":  {look("curl http://ovens.drill-bakery:8080/"), "no manifest makes ovens in drill-bakery"},
		"only patched": {func(l *labs.Lab) {
			op := labs.Op{Patch: &labs.Patch{Object: labs.Object{Kind: "Service", Namespace: "drill-bakery", Name: "ovens"}}, Pos: labs.Pos{File: "mine/bakery-shut/fault/a.yaml", Line: 3, Column: 3}}
			l.Solutions = []labs.Change{{Ops: []labs.Op{op}}}
		}, `fault/a.yaml:3:3: the operation is on nothing: no manifest makes the service ovens in drill-bakery: "Service drill-bakery/ovens"`},
		"all is there": {look(`kubectl get deploy/oven gateway/front -n drill-bakery -o custom-columns='A:.a,B:.b' | grep "oven|front" > /tmp/x 2>&1; kubectl get ns drill-bakery; ` +
			`for p in $(kubectl get pod -n drill-bakery -l a=b -o name); do istioctl pc routes $p -n drill-bakery; done; curl -k https://bread.example:443/ http://10.0.0.1/ http://oven.drill-bakery/`), ""},
		"asked by nobody": {func(l *labs.Lab) {
			l.Requests["other"] = labs.Request{Name: "other", From: "drill-bakery/deployment/ovens", URL: "https://bread.example/", To: "drill-bakery/oven#a=b", Gateway: "istio-system/istiod"}
		}, `lab.yaml: request other, from: no manifest makes ovens in drill-bakery: "drill-bakery/deployment/ovens"`},
		"answered by nobody": {func(l *labs.Lab) {
			l.Requests["other"] = labs.Request{Name: "other", From: "outside", URL: "https://bread.example/", To: "drill-bakery/ovens#a=b"}
		}, "request other, to: no manifest makes ovens"},
		"service of nobody": {look("curl http://ovens.drill-bakery.svc.cluster.local/"), "no manifest makes ovens"},
		"in a workload":     {look("kubectl exec -n drill-bakery deploy/oven -- cat /a/b"), ""},
		"names what is asked": {func(l *labs.Lab) {
			step(l, labs.StepTLS, func(p *labs.StepPlan, f *labs.Finding) {
				f.Accept, p.Look = labs.AcceptObject, []string{"kubectl get gateway front -n drill-bakery"}
			})
		}, "names the object that is asked for"},
		"points at the cause":  {look("kubectl get events -n drill-bakery --sort-by=.lastTimestamp"), "points at the cause"},
		"address of a gateway": {look("curl http://$GATEWAY_IP:80/"), "say $GATEWAY_443"},
		"address in a debrief": {func(l *labs.Lab) { l.Debrief += "\ncurl $GATEWAY_IP:80\n" }, "debrief.md:4:1: it needs a way to the gateway's address"},
		"long debrief":         {func(l *labs.Lab) { l.Debrief += strings.Repeat("a\n", 60) }, "62 lines: a debrief is a page"},
		"nothing to keep":      {func(l *labs.Lab) { l.Debrief = "# What happened\n" }, "**Three commands to keep**"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := good()
			c.change(&l)
			got := lint.Lab(&l, lint.Around{Labs: []labs.Lab{l}, Cards: map[string][]string{"flag-uf": nil, "flag-nr": {"others"}, "flag-uh": {"bakery-shut"}}})
			if c.want == "" && len(got) > 0 {
				t.Fatalf("%v", got)
			}
			if c.want != "" && (len(got) != 1 || !strings.Contains(got[0].String(), c.want)) {
				t.Errorf("%v, want one that says %q", got, c.want)
			}
		})
	}
}
