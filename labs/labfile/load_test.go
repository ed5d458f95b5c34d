package labfile_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

// update rewrites the golden files.
var update = flag.Bool("update", false, "rewrite golden files")

const goodLab = `apiVersion: gatedrill/v1
id: shop-is-gone
title: The shop is gone
catalogue: H1
shapes: [ingress, istio-api]
minutes: 10
difficulty: 1
breaks: [hosts]
ticket: |
  The shop answers 404.
requests:
  main: {from: outside, url: "https://shop.example.com/cart"}
  api: {from: outside, url: "https://api.example.com/", headers: {x-team: "7"}, to: "shop/api#version=v2"}
  out: {from: shop/till, url: "https://api.partner.example/", via: infra/egress, to: outside/api.partner.example, follow: true, cert: till, connect: "10.0.0.1:443"}
  never: {from: shop/till, url: "http://evil.example/", refused: true}
certificates:
  - {client: till, ca: partners, names: [till.shop.example]}
  - {secret: istio-system/shop-cert, names: [shop.example.com], days: 90}
steps:
  capture: {look: ["curl -v"], finding: {ask: "Which flag?", truth: "requests.main.flag", accept: flag}}
  entry: {look: ["kubectl get svc"], finding: {ask: "How many?", truth: "trace.main.entry.endpoints.size()", accept: number}}
  listeners: {look: ["x"], finding: {ask: "a", truth: "1"}}
  tls: {at: gateway-2, look: ["x"], finding: {ask: "a", truth: "1", is: 1}}
  hosts: {look: ["x"], finding: {ask: "a", truth: "trace.main.route.culprit", accept: object}, hints: [one, two]}
  destination: {look: ["x"], finding: {ask: "a", truth: "1", is: [a, true]}}
goals:
  - {title: shop answers, that: "requests.main.code == 200"}
guards:
  - {title: api still answers, that: "requests.api.code == 200"}
shortcuts:
  - {title: open all, apply: shortcuts/star.yaml, stopped_by: api still answers}
`

const service = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports: [{port: 80, targetPort: 8080}]
`

// folder returns a good lab's files with some replaced ("" removes).
func folder(id string, change map[string]string) fstest.MapFS {
	files := map[string]string{
		"lab.yaml":            goodLab,
		"debrief.md":          "# What happened\n",
		"fault/patch.yaml":    "- patch: VirtualService shop/shop\n  merge: {spec: {hosts: [www.example.com]}}\n",
		"solution/shop.yaml":  service,
		"base/web.yaml":       service + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n",
		"shortcuts/star.yaml": service,
	}
	for name, text := range change {
		files[name] = text
	}
	out := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			out[id+"/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return out
}

func TestLoadGood(t *testing.T) {
	t.Parallel()
	list, problems := labfile.Load(labfile.Folder{FS: folder("shop-is-gone", nil)}, labfile.Shared{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	l := list[0]
	if got := l.Requests["api"]; got.Name != "api" || got.Headers["x-team"] != "7" {
		t.Errorf("request: %+v", got)
	}
	if got := l.Base.Objects[0].Object["kind"]; got != "ConfigMap" {
		t.Errorf("base is not ordered by kind: first is %v", got)
	}
	if l.Base.Objects[1].Text != service {
		t.Errorf("manifest text: %q", l.Base.Objects[1].Text)
	}
	ports := l.Base.Objects[1].Object["spec"].(map[string]any)["ports"].([]any)
	if diff := cmp.Diff(map[string]any{"port": int64(80), "targetPort": int64(8080)}, ports[0]); diff != "" {
		t.Error(diff)
	}
	if got := l.Fault.Ops[0].Patch.Object; got != (labs.Object{Kind: "VirtualService", Namespace: "shop", Name: "shop"}) {
		t.Errorf("patch: %v", got)
	}
	if got := l.Steps[labs.StepHosts].Finding.Truth.Pos.String(); got != "shop-is-gone/lab.yaml:24:52" {
		t.Errorf("place of an expression: %s", got)
	}
	if got := l.Requests["out"]; got.Via != "infra/egress" || got.To != "outside/api.partner.example" || !got.Follow || got.Cert != "till" || got.Connect != "10.0.0.1:443" {
		t.Errorf("request: %+v", got)
	}
	if got := l.Steps[labs.StepTLS]; got.At != "gateway-2" || !slices.Equal(got.Finding.Is, labs.Literals{"1"}) {
		t.Errorf("step: %+v %v", got, got.Finding.Is)
	}
	if got := l.Steps[labs.StepDestination].Finding.Is; !slices.Equal(got, labs.Literals{"a", "true"}) {
		t.Errorf("is: %v", got)
	}
	if l.Shortcuts[0].Change.Empty() {
		t.Error("the shortcut applies nothing")
	}
}

// TestLoadProblems pins the words for broken files: all problems at once, and
// the good lab beside the broken ones still loads.
func TestLoadProblems(t *testing.T) {
	t.Parallel()
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(goodLab) }
	cases := []struct {
		name  string
		files map[string]string
	}{
		{"types", map[string]string{"lab.yaml": replace("minutes: 10", "minutes: ten", "breaks: [hosts]", "breaks: hosts", "title: The shop is gone", "title: 42")}},
		{"unknown-key", map[string]string{"lab.yaml": replace("difficulty: 1", "difficulty: 1\nseverity: high", "accept: flag", "acept: flag")}},
		{"syntax", map[string]string{"lab.yaml": replace("minutes: 10", "  minutes: 10")}},
		{"missing-parts", map[string]string{"lab.yaml": replace("goals:\n  - {title: shop answers, that: \"requests.main.code == 200\"}\n", "", "  main:", "  first:",
			"hints: [one, two]", "hints: []", "  tls: {at: gateway-2, ", "  ssl: {"), "debrief.md": "", "fault/patch.yaml": ""}},
		{"names", map[string]string{"lab.yaml": replace("id: shop-is-gone", "id: Shop", "stopped_by: api still answers", "stopped_by: nobody", "breaks: [hosts]", "breaks: [capture]",
			"accept: number", "accept: numeral", "secret: istio-system/shop-cert", "secret: shop-cert")}},
		{"requests", map[string]string{"lab.yaml": replace(`  api: {`, `  bad-name: {from: outside, url: "https://a/"}
  a: {from: shop, url: "https://a/", gateway: front, via: egress, to: shop}
  b: {from: outside, url: "https://a/", to: shop/web#v1, connect: somewhere, cert: nobody}
  c: {from: outside, url: "https://a/", to: outside/a.example.com, refused: true, follow: maybe}
  api: {`)}},
		{"steps", map[string]string{"lab.yaml": replace(`entry: {look`, `entry: {at: egres, look`, `capture: {look`, `capture: {at: egress, look`,
			`truth: "1"}}`, `truth: "1", is: {a: b}}}`)}},
		{"healthy", map[string]string{"lab.yaml": replace("minutes: 10", "minutes: 10\nhealthy: shop answers\nbehind: {name: other}")}},
		{"strays", map[string]string{"notes.txt": "x", "fault/README": "x", "shortcuts/unused.yaml": service, "lab.yaml": goodLab}},
		{"manifests", map[string]string{"base/web.yaml": "kind: Service\nmetadata: {namespace: shop}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n",
			"fault/patch.yaml": "- patch: VirtualService shop/shop\n- delete: shop/shop\n- {restart: Pod a/b}\n- {apply: none.yaml}\n- {pause: 1m}\n- {certificate: {names: [a]}}\n"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fsys := folder("shop-is-gone", c.files)
			for name, f := range folder("good", map[string]string{"lab.yaml": replace("id: shop-is-gone", "id: good")}) {
				fsys[name] = f
			}
			list, problems := labfile.Load(labfile.Folder{FS: fsys}, labfile.Shared{})
			if len(list) != 1 || list[0].ID != "good" {
				t.Errorf("the good lab did not load alone: %d labs", len(list))
			}
			var b strings.Builder
			for _, p := range problems {
				fmt.Fprintln(&b, p)
			}
			golden(t, "testdata/"+c.name+".golden", b.String())
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestParseObject(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]labs.Object{
		"Service a/b":                     {Kind: "Service", Namespace: "a", Name: "b"},
		"Gateway.networking.istio.io a/b": {Group: "networking.istio.io", Kind: "Gateway", Namespace: "a", Name: "b"},
		"Namespace a":                     {Kind: "Namespace", Name: "a"},
		"Service":                         {},
		"Service /b":                      {},
		"Service a/":                      {},
		"a/b c d":                         {},
	} {
		o, ok := labfile.ParseObject(text)
		if ok != (want != labs.Object{}) || ok && o != want {
			t.Errorf("%q: %+v %v", text, o, ok)
		}
	}
}

func TestLoadWorld(t *testing.T) {
	t.Parallel()
	shared, problems := labfile.LoadShared(labfile.Folder{FS: fstest.MapFS{
		"world/world.yaml":     {Data: []byte("apiVersion: gatedrill/v1\ncertificates:\n  - {secret: a/b, names: [x]}\n")},
		"world/base/shop.yaml": {Data: []byte(service)},
	}})
	if w := shared.World; len(problems) > 0 || len(w.Change.Objects) != 1 || len(w.Certificates) != 1 {
		t.Errorf("%+v %v", shared.World, problems)
	}
	if shared, problems := labfile.LoadShared(labfile.Folder{FS: fstest.MapFS{}}); len(problems) > 0 || !shared.World.Change.Empty() {
		t.Errorf("no world: %v", problems)
	}
}
