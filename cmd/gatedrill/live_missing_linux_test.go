package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// loss is something that a learner does to the world of a lab.
type loss struct {
	name string
	do   []string // what kubectl is called with
	want string   // of the trouble; "" where it passes by itself
	all  bool     // the goals would hold, were it not for the trouble
}

// TestLiveMissing breaks the world of a lab, one thing after another: the lab
// says each time what is missing and offers reset, shows nothing green and is
// neither solved nor mended. Then reset heals all of it.
func TestLiveMissing(t *testing.T) {
	for _, c := range []struct {
		lab    string
		losses []loss
	}{
		{"shop-is-gone", []loss{
			{"kill the gateway's pod", []string{"delete pod -n istio-system -l istio=ingressgateway --force --grace-period=0"}, "", false},
			{"delete a Secret that Envoy still remembers, and mend the lab: all seems well", []string{"delete secret -n istio-system shop-cert",
				`patch virtualservice -n drill-shop shop --type=merge -p {"spec":{"hosts":["shop.example.com"]}}`}, "Secret istio-system/shop-cert is gone", true},
			{"delete the Service and the gateway", []string{"delete service -n drill-shop shop", "delete deployment -n istio-system istio-ingressgateway"},
				"Service drill-shop/shop, Secret istio-system/shop-cert and Deployment istio-system/istio-ingressgateway are gone: the gateway answers nothing", false},
			{"delete the namespace", []string{"delete namespace drill-shop --wait=false"}, "Namespace drill-shop is gone", false},
		}},
		{"scans-nobody-counted", []loss{
			{"scale the egress gateway to 0", []string{"scale deployment -n istio-system istio-egressgateway --replicas=0"}, "Deployment istio-system/istio-egressgateway is scaled to 0", false},
			{"delete the ServiceEntry and the client", []string{"delete serviceentry -n drill-depot labels", "delete deployment -n drill-depot scanner"},
				"Deployment drill-depot/scanner and ServiceEntry drill-depot/labels are gone", false},
		}},
		{"locks-will-not-answer", []loss{
			{"delete the policy that refuses too much", []string{"delete authorizationpolicy -n drill-canal no-deletion"}, "AuthorizationPolicy drill-canal/no-deletion is gone", true},
			{"delete the waypoint", []string{"delete gateways.gateway.networking.k8s.io -n drill-canal keeper"}, "Gateway drill-canal/keeper", false},
		}},
	} {
		t.Run(c.lab, func(t *testing.T) {
			l := newLearner(t)
			l.clean()
			l.must(0, "lab", "start", c.lab)
			for _, x := range c.losses {
				for _, line := range x.do {
					l.must(0, append([]string{"lab", "shell", "--", "kubectl"}, strings.Fields(line)...)...)
				}
				within(t, 45*time.Second, func() error { return l.troubled(x) })
			}
			l.refused()
			if out := l.must(0, "lab", "reset"); !strings.Contains(out, "all objects are as before") {
				t.Errorf("lab reset says:\n%s", out)
			}
		})
	}
}

// troubled judges the lab after a loss. That a wanted trouble does not come yet
// may be a matter of time; that something is green, or solved, is not.
func (l *learner) troubled(x loss) error {
	l.t.Helper()
	if l.try("lab", "check", "--json") == 0 {
		l.t.Fatalf("%s: lab check ends with 0\n%s", x.name, &l.out)
	}
	var v struct {
		Phase         labs.Phase
		Goals, Guards []labs.CheckView
		Trouble       string
	}
	if err := json.Unmarshal(l.out.Bytes(), &v); err != nil {
		l.t.Fatalf("%s: %v\n%s%s", x.name, err, &l.out, &l.errs)
	}
	if v.Phase != labs.PhaseDiagnosing {
		l.t.Fatalf("%s: the phase is %s, trouble %q", x.name, v.Phase, v.Trouble)
	}
	for _, c := range append(v.Goals, v.Guards...) {
		if v.Trouble != "" && c.Outcome == labs.Pass {
			l.t.Fatalf("%s: %q is green, with the trouble %q", x.name, c.Title, v.Trouble)
		}
	}
	switch {
	case x.want == "" && v.Trouble != "":
		return fmt.Errorf("%s: trouble that does not pass: %q", x.name, v.Trouble)
	case !strings.Contains(v.Trouble, x.want), x.want != "" && !strings.Contains(v.Trouble, "gatedrill lab reset"):
		return fmt.Errorf("%s: the trouble is %q, want %q and an offer of reset", x.name, v.Trouble, x.want)
	case x.all && slices.ContainsFunc(v.Goals, func(c labs.CheckView) bool {
		return c.Outcome != labs.Pending || !strings.Contains(c.Why, "in trouble")
	}):
		return fmt.Errorf("%s: the goals are %v, want all of them kept back", x.name, v.Goals)
	}
	return nil
}

// refused: with its world in pieces, a lab takes no answer and says why, where
// a person reads it.
func (l *learner) refused() {
	l.t.Helper()
	if code := l.try("lab", "answer", "capture", "nr"); code != exitUnknown || !strings.Contains(l.out.String()+l.errs.String(), "gone") {
		l.t.Errorf("an answer in a lab in trouble: exit code %d\n%s%s", code, &l.out, &l.errs)
	}
	if l.must(0, "lab", "status"); !strings.Contains(l.out.String(), "! ") || !strings.Contains(l.out.String(), "gatedrill lab reset") {
		l.t.Errorf("lab status does not tell of the trouble:\n%s", &l.out)
	}
}
