package tuitest

import (
	"time"

	"github.com/gatedrill/gatedrill/labs"
)

// Long is a lab whose ticket, commands and checks need all the room there is,
// at its first step.
func Long(now time.Time) labs.View {
	v := View(now)
	v.Lab.Title, v.Current = "Nobody gets in", labs.StepCapture
	v.Ticket = "Since the tidying-up just before lunch nobody reaches us any more: shop.example.com and api.example.com\n" +
		"refuse the connection at once, with http and with https. Names resolve as ever, the pods are\n" +
		"all running, and nothing was deployed. Partners have our address in their firewalls, so it\n" +
		"has to stay the one they know.\n"
	v.Capture = labs.Answer{At: now, Error: "refused", Observed: true}
	v.Goals = []labs.CheckView{
		{Title: "the shop answers", Outcome: labs.Fail, Why: "want 200, got connection refused"},
		{Title: "api answers", Outcome: labs.Fail, Why: "want 200, got connection refused"},
	}
	v.Guards = []labs.CheckView{{Title: "clients still come in by the address the partners know", Outcome: labs.Fail,
		Why: "want Service istio-system/istio-ingressgateway, got no Service with this address"}}
	for i := range v.Path {
		v.Path[i].Verdict = ""
	}
	s := &v.Steps[0]
	s.Question, s.Ask = "What exactly was asked, and what exactly came back?", "Does the gateway log a line for this request? (yes or no)"
	s.Look = append(s.Look, `kubectl logs -n istio-system deploy/istio-ingressgateway --since=30s | grep '^\[' | grep -v gatedrill | tail -3`)
	s.Answer, s.FindingRight, s.Done, s.HintsLeft = "", false, false, 2
	for i := 1; i < len(v.Steps); i++ {
		s := &v.Steps[i]
		s.Verdict, s.VerdictRight, s.FindingRight, s.Done, s.Answer = "", false, false, false, ""
	}
	return v
}

// LongAnswered is the same with a wrong answer and both hints taken.
func LongAnswered(now time.Time) labs.View {
	v := Long(now)
	s := &v.Steps[0]
	s.Hints, s.HintsLeft = []string{
		"Envoy logs what reaches Envoy. The kernel can refuse a connection on its own.",
		"Compare the time of your request with the time at the start of the last line.",
	}, 0
	s.Wrong, s.Answer = 1, "yes"
	s.Reply = "Not so. Ask once more, wait two seconds, and look for a line that was not there before. Hint: " + s.Hints[1]
	return v
}

// LongFixing is the same with its diagnosis complete.
func LongFixing(now time.Time) labs.View {
	v, done := Long(now), Fixing(now)
	v.Phase, v.Current, v.Steps, v.Path = done.Phase, "", done.Steps, done.Path
	return v
}
