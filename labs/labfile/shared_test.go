package labfile_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

const goodScene = `apiVersion: gatedrill/v1
id: edge
title: A site
parameters:
  team: shop
  namespace: drill-${team}
  host: www.${domain}
  domain: example.com
shapes: [ingress, istio-api]
requires: [mesh-admin]
requests:
  main: {from: outside, url: "https://${host}/", to: "${namespace}/web"}
certificates:
  - {secret: "istio-system/${team}-cert", names: ["${host}"]}
outside:
  - {host: "pay.${domain}", https: 443}
dns:
  ${host}: gateway
steps:
  capture: {look: ["curl https://${host}/ --resolve x:443:$GATEWAY_IP"], finding: {ask: "Which flag?", truth: requests.main.flag, accept: flag}}
  entry: {look: ["kubectl get svc"], finding: {ask: "How many?", truth: "trace.main.entry.endpoints.size()", accept: number}}
  listeners: {look: ["x"], finding: {ask: a, truth: "1"}}
  tls: {look: ["x"], finding: {ask: a, truth: "1"}}
  hosts: {look: ["x"], finding: {ask: a, truth: "1"}, hints: [one]}
  destination: {look: ["x"], finding: {ask: a, truth: "1"}}
`

const goodFault = `apiVersion: gatedrill/v1
id: port-typo
title: The Service forwards to a port that nobody listens on
catalogue: B7
scenes: [edge]
parameters: {port: "8081"}
family: upstream-failure
layer: destination
blames: Service ${namespace}/web
unseen_by: [analyze]
change:
  - patch: Service ${namespace}/web
    merge: {spec: {ports: [{port: 80, targetPort: ${port}}]}}
undo:
  - objects:
      - {apiVersion: v1, kind: Service, metadata: {name: web, namespace: "${namespace}"}, spec: {ports: [{port: 80, targetPort: 8080}]}}
  - wait: Service ${namespace}/web
    condition: Ready=False
`

const sharedLab = `apiVersion: gatedrill/v1
id: no-booking
title: Nobody can book
minutes: 10
difficulty: 1
scene: {name: edge, with: {team: clinic, domain: clinic.example}}
fault: {name: port-typo, with: {port: "8079"}}
ticket: |
  The booking page answers an error.
steps:
  entry: {finding: {is: "1"}}
  destination: {hints: [look]}
goals:
  - {title: it answers, that: "requests.main.code == 200"}
guards:
  - {title: as before, that: "true"}
`

func library(change map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	files := map[string]string{
		"scenes/edge/scene.yaml": goodScene, "faults/port-typo.yaml": goodFault,
		"scenes/edge/base/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: \"${namespace}\"}\n",
		"scenes/edge/base/web.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: \"${namespace}\"}\nspec: {}\n---\n" +
			"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: \"${namespace}\"}\ndata: {ip: \"${GATEWAY_IP}\"}\n",
	}
	maps.Copy(files, change)
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func booking(more map[string]string) fstest.MapFS {
	out := fstest.MapFS{"no-booking/lab.yaml": {Data: []byte(sharedLab)}, "no-booking/debrief.md": {Data: []byte("# What happened\n")}}
	for name, text := range more {
		out["no-booking/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestLabPlaysInItsScene(t *testing.T) {
	t.Parallel()
	shared, problems := labfile.LoadShared(labfile.Folder{FS: library(nil)})
	list, more := labfile.Load(labfile.Folder{FS: booking(nil)}, shared)
	if problems = append(problems, more...); len(problems) > 0 || len(list) != 1 {
		t.Fatal(problems)
	}
	l := list[0]
	for what, pair := range map[string][2]any{
		"catalogue":      {l.Catalogue, "B7"},
		"breaks":         {l.Breaks[0], labs.StepDestination},
		"unseen by":      {l.UnseenBy[0], "analyze"},
		"request":        {l.Main().URL, "https://www.clinic.example/"},
		"who answers":    {l.Main().To, "drill-clinic/web"},
		"its name":       {l.Main().Name, "main"},
		"certificate":    {l.Certificates[0].Secret, "istio-system/clinic-cert"},
		"outside's":      {l.Certificates[1].Secret, "drill-outside/pay-clinic-example"},
		"home":           {l.Homes[0].Ref().Name, "drill-clinic"},
		"own answer":     {l.Steps[labs.StepEntry].Finding.Is[0], "1"},
		"to a question":  {l.Steps[labs.StepEntry].Finding.Ask, "How many?"},
		"own hint":       {l.Steps[labs.StepDestination].Hints[0], "look"},
		"scene's look":   {l.Steps[labs.StepDestination].Look[0], "x"},
		"servers first":  {l.Internet.Objects[0].Ref().String(), "Deployment drill-outside/pay-clinic-example"},
		"fault":          {fmt.Sprint(l.Fault.Ops[0].Patch.Merge), "map[spec:map[ports:[map[port:80 targetPort:8079]]]]"},
		"solution":       {l.Solutions[0].Ops[0].Apply[0].Ref().Namespace, "drill-clinic"},
		"wait":           {*l.Solutions[0].Ops[1].Wait, labs.Wait{Object: labs.Object{Kind: "Service", Namespace: "drill-clinic", Name: "web"}, Condition: "Ready", Status: "False"}},
		"shell variable": {l.Steps[labs.StepCapture].Look[0], "curl https://www.clinic.example/ --resolve x:443:$GATEWAY_IP"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
		}
	}
	if !slices.ContainsFunc(l.Base.Objects, func(m labs.Manifest) bool {
		return m.Ref().Name == "public-dns" && strings.Contains(fmt.Sprint(m.Object), "www.clinic.example. 60 IN A ${GATEWAY_IP}")
	}) {
		t.Error("no zone in the base")
	}
}

// What a lab has of its own goes in place of the scene's, and its solution in
// place of the fault's undo; another solution comes beside it.
func TestLabGoesBeforeItsScene(t *testing.T) {
	t.Parallel()
	shared, _ := labfile.LoadShared(labfile.Folder{FS: library(nil)})
	web := "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: drill-clinic}\nspec: {type: NodePort}\n"
	list, problems := labfile.Load(labfile.Folder{FS: booking(map[string]string{"base/web.yaml": web, "solution-2/a.yaml": "- {pause: 1s}\n"})}, shared)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	services := 0
	for _, m := range list[0].Base.Objects {
		if m.Ref().Kind == "Service" {
			services++
			if fmt.Sprint(m.Object["spec"]) != "map[type:NodePort]" {
				t.Errorf("the scene's Service: %v", m.Object)
			}
		}
	}
	if s := list[0].Solutions; services != 1 || len(s) != 2 || s[0].Ops[0].Apply == nil || s[1].Ops[0].Pause == 0 {
		t.Errorf("%d Services; solutions %+v", services, s)
	}
}

// Of two faults of the library each is mended by itself, to prove that the
// other one breaks the lab too; the solution mends both.
func TestTwoFaults(t *testing.T) {
	t.Parallel()
	second := strings.NewReplacer("id: port-typo", "id: alias", "layer: destination", "layer: entry", "unseen_by: [analyze]\n", "requires: [names]\n").Replace(goodFault)
	shared, _ := labfile.LoadShared(labfile.Folder{FS: library(map[string]string{"faults/alias.yaml": second})})
	lab := strings.Replace(sharedLab, "ticket:", "behind: {name: alias}\nticket:", 1)
	list, problems := labfile.Load(labfile.Folder{FS: booking(map[string]string{"lab.yaml": lab})}, shared)
	if len(problems) > 0 || len(list) != 1 {
		t.Fatal(problems)
	}
	l := list[0]
	if len(l.Fault.Ops) != 2 || len(l.Solutions) != 1 || len(l.Solutions[0].Ops) != 4 || len(l.UnseenBy) > 0 || !slices.Equal(l.Requires, []string{"mesh-admin", "names"}) {
		t.Errorf("both faults: %d operations, solved by %v, unseen by %v, requires %v", len(l.Fault.Ops), l.Solutions, l.UnseenBy, l.Requires)
	}
	if h := l.Halves; len(h) != 2 || h[0].Mended != "port-typo" || h[0].Breaks[0] != labs.StepEntry || h[1].Mended != "alias" || h[1].Breaks[0] != labs.StepDestination || len(h[1].Change.Ops) != 2 {
		t.Errorf("halves: %+v", h)
	}
}

func TestHealthyLab(t *testing.T) {
	t.Parallel()
	shared, _ := labfile.LoadShared(labfile.Folder{FS: library(nil)})
	lab := strings.Replace(sharedLab, `fault: {name: port-typo, with: {port: "8079"}}`, "catalogue: T4\nhealthy: they know why", 1)
	list, problems := labfile.Load(labfile.Folder{FS: booking(map[string]string{"lab.yaml": lab})}, shared)
	if len(problems) > 0 || len(list) != 1 {
		t.Fatal(problems)
	}
	if l := list[0]; !l.Fault.Empty() || len(l.Breaks)+len(l.Solutions) > 0 {
		t.Errorf("it breaks %v by %v, solved by %v", l.Breaks, l.Fault, l.Solutions)
	}
}

func TestSharedProblems(t *testing.T) {
	t.Parallel()
	lab := func(pairs ...string) fstest.MapFS {
		return booking(map[string]string{"lab.yaml": strings.NewReplacer(pairs...).Replace(sharedLab)})
	}
	scene := func(pairs ...string) map[string]string {
		return map[string]string{"scenes/edge/scene.yaml": strings.NewReplacer(pairs...).Replace(goodScene)}
	}
	fault := func(pairs ...string) map[string]string {
		return map[string]string{"faults/port-typo.yaml": strings.NewReplacer(pairs...).Replace(goodFault)}
	}
	for name, c := range map[string]struct {
		library map[string]string
		labs    fstest.MapFS
		want    string
	}{
		"a place without a parameter":     {scene("https://${host}/\"", "https://${hots}/\""), nil, `scenes/edge/scene.yaml:12:39: no parameter is called "hots" (domain, host, namespace, team)`},
		"parameters that hold each other": {scene("team: shop", "team: ${namespace}"), nil, "scenes/edge/scene.yaml: the parameters namespace, team hold each other"},
		"a value that is no name":         {nil, lab("team: clinic", "team: \"a: b\""), "no-booking/lab.yaml:6:9: parameter namespace wants letters"},
		"a parameter of no scene":         {nil, lab("team: clinic", "tema: clinic"), `no-booking/lab.yaml:6:9: with: no parameter is called "tema"`},
		"no such scene":                   {nil, lab("name: edge", "name: egde"), `no-booking/lab.yaml:6:9: there is no scene "egde" (edge)`},
		"no such fault":                   {nil, lab("name: port-typo", "name: typo"), `no-booking/lab.yaml:7:9: there is no fault "typo" (port-typo)`},
		"a fault that does not undo":      {fault("undo:", "unod:"), nil, `faults/port-typo.yaml:14:1: unknown key "unod"`},
		"no family":                       {fault("upstream-failure", "odd"), nil, `faults/port-typo.yaml:7:1: family: "odd" is none of unresolved`},
		"a fault of another scene":        {fault("[edge]", "[mesh]"), nil, `faults/port-typo.yaml: there is no scene "mesh" (edge)`},
		"fault twice":                     {nil, booking(map[string]string{"fault/a.yaml": "- {pause: 1s}\n"}), "no-booking/lab.yaml:7:1: a lab has either a fault of the library or a folder fault/"},
		"neither a fault nor healthy":     {nil, lab("fault: {name: port-typo, with: {port: \"8079\"}}", "catalogue: B7"), "healthy"},
		"no such fault behind":            {nil, lab("ticket:", "behind: {name: typo}\nticket:"), `there is no fault "typo" (port-typo)`},
		"a stray scene":                   {map[string]string{"scenes/edge.yaml": goodScene}, nil, "scenes/edge.yaml: stray file: a scene is a folder"},
		"a stray fault":                   {map[string]string{"faults/port-typo.yml": goodFault}, nil, "faults/port-typo.yml: stray file: a fault is a file ID.yaml"},
		"a shortcut that changes nothing": {nil, booking(map[string]string{"shortcuts/a.yaml": "# nothing\n", "lab.yaml": sharedLab + "shortcuts:\n  - {title: a, apply: shortcuts/a.yaml, stopped_by: b}\n"}), "shortcuts/a.yaml changes nothing"},
		"a namespace in a fault":          {nil, booking(map[string]string{"solution/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"}), "namespaces belong to the scene or the base"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shared, problems := labfile.LoadShared(labfile.Folder{FS: library(c.library)})
			if c.labs != nil {
				_, problems = labfile.Load(labfile.Folder{FS: c.labs}, shared)
			}
			if !slices.ContainsFunc(problems, func(p labs.Problem) bool { return strings.Contains(p.String(), c.want) }) {
				t.Errorf("got %v\nwant %s", problems, c.want)
			}
		})
	}
}

// A lab is offered after those that it presumes, whatever their difficulty.
func TestLabsAreOfferedAfterWhatTheyPresume(t *testing.T) {
	t.Parallel()
	shared, _ := labfile.LoadShared(labfile.Folder{FS: library(nil)})
	fsys := fstest.MapFS{}
	for id, more := range map[string]string{"a": "after: [c]", "b": "", "c": "difficulty: 3"} {
		text := strings.Replace(sharedLab, "id: no-booking", "id: "+id+"\n"+more, 1)
		if strings.Contains(more, "difficulty") {
			text = strings.Replace(text, "difficulty: 1\n", "", 1)
		}
		fsys[id+"/lab.yaml"] = &fstest.MapFile{Data: []byte(text)}
		fsys[id+"/debrief.md"] = &fstest.MapFile{Data: []byte("x\n")}
	}
	list, problems := labfile.Load(labfile.Folder{FS: fsys}, shared)
	var got []string
	for _, l := range list {
		got = append(got, l.ID)
	}
	if fmt.Sprint(got) != "[b c a]" {
		t.Errorf("order %v, problems %v", got, problems)
	}
}
