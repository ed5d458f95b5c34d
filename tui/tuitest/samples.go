package tuitest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/screen"
)

const day = 24 * time.Hour

// Card is one card of the tls deck.
func Card() cards.Card {
	return cards.Card{
		ID: "passthrough-sni", Deck: "tls",
		Front:  "What does the gateway need to know to route a connection in **passthrough** mode, and where does it read it?",
		Back:   "The server name (SNI) in the TLS ClientHello. The connection stays encrypted, so `Host` header, path and method can't be matched.",
		Source: "https://istio.io/latest/docs/ops/configuration/traffic-management/tls-configuration/",
		Tags:   []string{"tls", "layer:listener"}, Labs: []string{"H1"},
	}
}

// Prompts makes a queue of n cards; the first is Card.
func Prompts(n int) []*cards.Prompt {
	out := make([]*cards.Prompt, n)
	for i := range out {
		c := Card()
		if i > 0 {
			c.ID = fmt.Sprintf("card-%d", i+1)
			c.Front = fmt.Sprintf("Question %d?", i+1)
			c.Back = fmt.Sprintf("Answer %d.", i+1)
		}
		out[i] = &cards.Prompt{Card: c, Reason: "due", Choices: [4]cards.Choice{
			{Rating: cards.Again, Interval: 30 * time.Second}, {Rating: cards.Hard, Interval: 6 * time.Minute},
			{Rating: cards.Good, Interval: 3 * day}, {Rating: cards.Easy, Interval: 8 * day},
		}}
	}
	return out
}

// Summary is an ordinary day.
func Summary() cards.Summary {
	s := cards.Summary{Counts: cards.Counts{Due: 20, New: 8, Learning: 3}, Total: 72, Reviewed: 4,
		Estimate: 11 * time.Minute, Weakest: "tls", Streak: 6}
	for i, l := range labs.Layers() {
		s.Layers = append(s.Layers, cards.TagRecall{Tag: "layer:" + string(l), Reviews: 10 + i, Recall: 0.92 - 0.04*float64(i)})
	}
	return s
}

// Rows are the cards of a list, in every standing.
func Rows() []cards.Row {
	var out []cards.Row
	for i, r := range []cards.Row{
		{}, {Memory: cards.Memory{State: cards.Review, Reps: 4, Lapses: 1, Stability: 12}},
		{Memory: cards.Memory{State: cards.Review, Reps: 7, Stability: 40}, In: 9}, {Memory: cards.Memory{Suspended: true}},
	} {
		c := Card()
		if i > 0 {
			c.ID, c.Deck, c.Front = fmt.Sprintf("card-%d", i), "routes", fmt.Sprintf("Question %d about routes?", i)
		}
		r.Card = c
		out = append(out, r)
	}
	return out
}

// Stats are the numbers of a year, which is one for whichever day they are of.
func Stats(now time.Time) cards.Stats {
	s := cards.Stats{Cards: 72, Mature: 31, Reviews: 640, Streak: 6, TimeToday: 4*time.Minute + 10*time.Second,
		Retention: cards.Retention{
			Month: cards.Recalled{Reviews: 96, Rate: 0.87}, Young: cards.Recalled{Reviews: 60, Rate: 0.85}, Mature: cards.Recalled{Reviews: 36, Rate: 0.91},
			Year: cards.Recalled{Reviews: 410, Rate: 0.89}, Ever: cards.Recalled{Reviews: 410, Rate: 0.89}, Least: 0.9, Most: 0.95,
		},
		Forecast: []int{23, 12, 9, 0, 4, 7, 15, 3, 2, 0, 1, 6, 2, 5, 0, 0, 3, 1, 0, 2, 0, 0, 1, 4, 0, 0, 0, 2, 1, 0},
		Tags:     []cards.TagRecall{{Tag: "tls", Reviews: 41, Recall: 0.64}, {Tag: "routes", Reviews: 55, Recall: 0.9}, {Tag: "sni", Reviews: 3}, {Tag: "egress"}},
		Leeches:  []cards.Row{{Card: Card(), Memory: cards.Memory{Lapses: 9}}}}
	for i, name := range labs.Layers() {
		s.Layers = append(s.Layers, cards.TagRecall{Tag: "layer:" + string(name), Reviews: 9 * i, Recall: 1 - 0.05*float64(i)})
	}
	from := []float64{0, 1, 3, 7, 21, 60, 180, 365, 0}
	for i, n := range []int{2, 5, 8, 12, 17, 9, 4, 0} {
		s.Stability = append(s.Stability, cards.Bucket{From: from[i], To: from[i+1], Cards: n})
	}
	for i, n := range []int{0, 1, 3, 8, 15, 14, 9, 5, 2} {
		b := cards.Bucket{From: float64(i + 1), To: float64(i + 2), Cards: n}
		if i == 8 {
			b.To = 0
		}
		s.Difficulty = append(s.Difficulty, b)
	}
	for hour, n := range map[int]int{7: 12, 8: 44, 9: 60, 13: 21, 20: 35, 22: 24} {
		s.Hours[hour] = cards.Hour{Answers: n, Recalled: cards.Recalled{Reviews: n / 2, Rate: 0.95 - float64(hour)/100}}
	}
	wednesday := now.AddDate(0, 0, int(time.Wednesday-now.Weekday())) // so that the calendar ends alike
	const year = 365
	for i := range year {
		s.Days = append(s.Days, cards.Day{Date: wednesday.Add(time.Duration(i-year+1) * day), Reviews: max(0, (i*7)%31-(i/40)%3*12), Again: i % 4})
	}
	return s
}

// Listings are five labs in every standing.
func Listings() []labs.Listing {
	return []labs.Listing{
		{ID: "nobody-home", Layers: []labs.Layer{labs.LayerEntry}, Title: "Nobody answers the door", Catalogue: "B1", Shapes: []string{"ingress", "istio-api"}, Minutes: 8, Difficulty: 1, Attempts: 2, Solved: 1, Best: 6*time.Minute + 12*time.Second},
		{ID: "shop-is-gone", Layers: []labs.Layer{labs.LayerRoute}, Title: "The shop is gone", Catalogue: "H1", Shapes: []string{"ingress", "istio-api"}, Minutes: 10, Difficulty: 1},
		{ID: "old-face", Layers: []labs.Layer{labs.LayerTLS}, Title: "Certificates for nobody", Catalogue: "S2", Shapes: []string{"ingress", "tls"}, Minutes: 12, Difficulty: 2, Attempts: 1},
		{ID: "closed-gate", Title: "A gate nobody may use", Catalogue: "R2", Shapes: []string{"gateway-api"}, Minutes: 12, Difficulty: 2},
		{ID: "only-from-here", Title: "Only some may pass", Catalogue: "A3", Shapes: []string{"ingress", "mtls"}, Minutes: 15, Difficulty: 3, Requires: []string{"sidecar"}, Missing: []string{"sidecar"}},
	}
}

// Advice is what a coach says.
func Advice() screen.Advice {
	a := screen.Advice{Lab: "old-face", LabWhy: "its tls cards are at 64 %"}
	for i, l := range labs.Layers() {
		a.Solved = append(a.Solved, screen.LayerSolved{Layer: string(l), Solved: i % 2, Labs: i + 1})
	}
	return a
}

// Ready is a cluster that is up.
func Ready() screen.Cluster {
	return screen.Cluster{Name: "sandbox", State: screen.ClusterReady, Elapsed: 6100 * time.Millisecond}
}

// View is the lab H1 in the middle of its diagnosis, at the listeners.
func View(now time.Time) labs.View {
	v := labs.View{
		Lab: Listings()[1], Phase: labs.PhaseDiagnosing, Cluster: "sandbox", Ready: "ready",
		Ticket: "Since this morning https://shop.example.com/cart answers 404 for everybody. Nobody\n" +
			"touched the shop. api.example.com, on the same gateway, is fine.\n",
		Since: now.Add(-8 * time.Minute), Elapsed: 7*time.Minute + 12*time.Second,
		Request: labs.Request{Name: "main", From: "outside", URL: "https://shop.example.com/cart"},
		Capture: labs.Answer{At: now.Add(-300 * time.Millisecond), Source: "172.18.0.1", Code: 404, Flag: "NR", Observed: true,
			LogLine: `[2026-11-23T08:12:44.120Z] "GET /cart HTTP/2" 404 NR route_not_found - "-" 0 0 0 -`},
		Current: labs.StepListeners,
		Goals:   []labs.CheckView{{Title: "shop answers 200", Outcome: labs.Fail, Why: "want 200, got 404 NR"}},
		Guards: []labs.CheckView{{Title: "api still answers", Outcome: labs.Pass},
			{Title: "unknown hosts are still refused", Outcome: labs.Pending}},
	}
	for _, l := range labs.Layers() {
		m := labs.PathMark{Layer: l}
		if l == labs.LayerDNS || l == labs.LayerEntry {
			m.Verdict = labs.Healthy
		}
		v.Path = append(v.Path, m)
	}
	v.Steps = steps()
	v.Hops = []labs.HopMark{{Proxy: "Pod istio-system/istio-ingressgateway-7d9c4", Layers: noted(v.Path, 2)}}
	return v
}

// noted are the first layers with what they rest on.
func noted(marks []labs.PathMark, first int) []labs.PathMark {
	notes := []string{"shop.example.com → 172.18.255.200", "443 → 8443, 1 endpoint · Service istio-system/istio-ingressgateway",
		"0.0.0.0:8443, filter chain SNI shop.example.com · Gateway drill-shop/public", "served by Secret istio-system/shop-cert · SIMPLE",
		`no virtual host for "shop.example.com"`, "not reached"}
	out := slices.Clone(marks)
	for i := range out[:first] {
		out[i].Note = notes[i]
	}
	return out
}

// TwoHops is a repair of a way over a sidecar and an egress gateway, where TLS
// at the second was well before the learner's change.
func TwoHops(now time.Time) labs.View {
	v := Fixing(now)
	healthy := slices.Clone(v.Path)
	for i := range healthy {
		healthy[i].Verdict = labs.Healthy
	}
	v.Path[3] = labs.PathMark{Layer: labs.LayerTLS, Verdict: labs.Broken, Was: labs.Healthy, Changed: now.Add(-12 * time.Second)}
	second := noted(v.Path, 6)
	v.Hops = []labs.HopMark{
		{Name: "sidecar", Proxy: "Pod drill-shop/client-6f7", Layers: noted(healthy, 4)},
		{Name: "egress", Proxy: "Pod istio-system/istio-egressgateway-65dc6", Layers: second},
		{Name: "server", Proxy: "outside/transfers.clearing.example"},
	}
	return v
}

func steps() []labs.StepView {
	return []labs.StepView{
		{Step: labs.StepCapture, Title: "capture the request", Question: "What does a client see, and what does the gateway log?", Ask: "Which response flag does the gateway log?",
			Look:   []string{"curl -vk --resolve shop.example.com:443:$GATEWAY_IP https://shop.example.com/cart"},
			Answer: "NR", FindingRight: true, Done: true},
		{Step: labs.StepEntry, Title: "entry", Question: "Does the request reach the gateway?", Ask: "How many endpoints has the gateway's Service?",
			Look: []string{"kubectl get svc,endpointslices -n istio-system"}, Answer: "1", Verdict: labs.Healthy, VerdictRight: true, FindingRight: true, Done: true, Wrong: 1},
		{Step: labs.StepListeners, Title: "listeners and attachment", Question: "Does the gateway listen for this request, on its port and for its host?",
			Look: []string{"istioctl proxy-config listeners deploy/istio-ingressgateway -n istio-system", "kubectl get gateway,virtualservice -A"},
			Ask:  "Which port does Envoy listen on for HTTPS?", HintsLeft: 2},
		{Step: labs.StepTLS, Title: "TLS", Question: "Is the certificate the right one?", Ask: "Until when is it valid?", HintsLeft: 2},
		{Step: labs.StepHosts, Title: "hosts", Question: "Which route takes it?", Ask: "Which object should serve this host and does not?", HintsLeft: 2},
		{Step: labs.StepDestination, Title: "destination", Question: "Is the destination healthy?", Ask: "How many healthy endpoints?", HintsLeft: 1},
	}
}

// Fixing is the same lab with its diagnosis complete.
func Fixing(now time.Time) labs.View {
	v := View(now)
	v.Phase, v.Current = labs.PhaseFixing, ""
	for i := range v.Steps {
		s := &v.Steps[i]
		s.Done, s.FindingRight, s.VerdictRight, s.Answer = true, true, i > 0, "found"
		s.Verdict = labs.Healthy
		switch s.Step {
		case labs.StepCapture:
			s.Verdict, s.Answer = "", "NR"
		case labs.StepHosts:
			s.Verdict = labs.Broken
		case labs.StepDestination:
			s.Verdict = labs.OffPath
		}
	}
	for i := range v.Path {
		v.Path[i].Verdict = labs.Healthy
	}
	v.Path[4].Verdict, v.Path[5].Verdict = labs.Broken, labs.OffPath
	v.Hops = []labs.HopMark{{Name: "gateway", Proxy: "Pod istio-system/istio-ingressgateway-7d9c4", Layers: noted(v.Path, 6)}, {Name: "server"}}
	return v
}

// Solved is the same lab at its end.
func Solved(now time.Time) labs.View {
	v := Fixing(now)
	v.Phase, v.Elapsed = labs.PhaseSolved, 12*time.Minute+31*time.Second
	for i := range v.Path {
		v.Path[i].Verdict = labs.Healthy
	}
	v.Goals[0] = labs.CheckView{Title: "shop answers 200", Outcome: labs.Pass}
	v.Cards = []string{"vs-host-matching", "flag-nr"}
	v.Debrief = "# What happened\n\nThe client resolved the name, reached the gateway and finished TLS. Envoy then looked for a virtual host " +
		"for `shop.example.com` and found none:\n\n    \"GET /cart HTTP/2\" 404 NR route_not_found\n\n## The rule\n\n" +
		"Envoy picks the virtual host by the **authority** of the request: exact, then suffix, then prefix, then `*`.\n\n" +
		"## Next time\n\n- read the flag before the configuration\n- compare `proxy-config routes` with the request\n\n" +
		"## Keep\n\n    istioctl proxy-config routes deploy/istio-ingressgateway -n istio-system\n"
	return v
}

// Hosts are those of a cluster with three gateways.
func Hosts() []labs.HostRow {
	object := func(kind, name string) labs.Object {
		ns, name, _ := strings.Cut(name, "/")
		return labs.Object{Kind: kind, Namespace: ns, Name: name}
	}
	public := object("Gateway", "drill-shop/public")
	return []labs.HostRow{
		{Host: "*.example.org", Port: 443, TLS: "PASSTHROUGH", Gateway: object("Gateway", "drill-mail/mx")},
		{Host: "api.example.com", Port: 443, TLS: "SIMPLE", Gateway: public, Routes: []labs.Object{object("VirtualService", "drill-shop/api")}, URL: "https://api.example.com/v1"},
		{Host: "shop.example.com", Port: 80, Gateway: public, Routes: []labs.Object{object("VirtualService", "drill-shop/shop")}, URL: "http://shop.example.com/"},
		{Host: "shop.example.com", Port: 443, TLS: "SIMPLE", Gateway: public, URL: "https://shop.example.com/"},
	}
}

// Path is what a trace of the shop finds.
func Path() labs.Path {
	gw := labs.Object{Kind: "Gateway", Namespace: "drill-shop", Name: "public"}
	return labs.Path{
		Request: labs.Request{URL: "https://shop.example.com/cart"},
		Hops: []labs.Hop{{Name: "gateway", Role: labs.RoleGateway, Layers: []labs.LayerReport{
			{Layer: labs.LayerDNS, Verdict: labs.Healthy, Summary: "shop.example.com → 172.18.255.200"},
			{Layer: labs.LayerEntry, Verdict: labs.Healthy, Summary: "443 → 8443, 1 endpoint", Objects: []labs.Object{{Kind: "Service", Namespace: "istio-system", Name: "istio-ingressgateway"}}},
			{Layer: labs.LayerListener, Verdict: labs.Healthy, Summary: "0.0.0.0:8443, filter chain SNI shop.example.com", Objects: []labs.Object{gw}},
			{Layer: labs.LayerTLS, Verdict: labs.Unknown, Summary: "the Secret could not be read"},
			{Layer: labs.LayerRoute, Verdict: labs.Broken, Summary: `no virtual host for "shop.example.com"`,
				Want: "a VirtualService or HTTPRoute with this host, attached to Gateway drill-shop/public",
				Got:  "VirtualService drill-shop/shop: hosts [shop.exmaple.com]"},
			{Layer: labs.LayerDestination, Verdict: labs.OffPath, Summary: "not reached"},
		}}},
		Answer: labs.Answer{Code: 404, Flag: "NR", Details: "route_not_found", Took: 12 * time.Millisecond, Observed: true},
	}
}
