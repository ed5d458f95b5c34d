package check

import (
	"fmt"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Document writes what an author may ask, in Markdown, from the vocabulary
// that Compile judges by.
func Document() string {
	var b strings.Builder
	b.WriteString(documentHead)
	section := func(title, words string, lists ...[]labs.Fact) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| name | type | what |\n|---|---|---|\n", title, words)
		for _, list := range lists {
			for _, f := range list {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, f.Type, f.Words)
			}
		}
	}
	section("requests.NAME", "What the client of a request saw, and what the first proxy on its way logged.", labs.AnswerFacts())
	section("trace.NAME", "The path of a request, beside its layers.", labs.PathFacts())
	section(`trace.NAME.hop("egress")`, "One proxy on the way, by its role ("+joined(labs.Roles())+"; a second one of a role is `gateway-2`). It has the layers too: "+
		"`trace.main.hop(\"egress\").route.culprit`.", labs.HopFacts())
	section("trace.NAME.LAYER", "Every layer has these. Without a hop they are of the first hop where the layer is broken, "+
		"else unknown, else healthy.", labs.LayerFacts())
	for _, l := range labs.Layers() {
		section("trace.NAME."+string(l), "", labs.FactsOf(l))
	}
	return strings.ReplaceAll(b.String(), "\n\n\n\n", "\n\n")
}

const documentHead = `# What a lab's questions may ask

<!-- Made of labs/facts.go: make golden -->

Findings (` + "`truth`" + `), goals and guards (` + "`that`" + `) are [CEL](https://cel.dev) expressions, with the Kubernetes libraries, over what was
observed. A name that does not exist, or a number compared with text, is an error when the lab is loaded. What was not observed makes
the outcome unknown: it is neither held nor failed.

| write | for |
|---|---|
| ` + "`requests.main.code`" + ` | what the client of request ` + "`main`" + ` saw |
| ` + "`trace.main.route.culprit`" + ` | a layer of its path, summed up over all hops |
| ` + "`trace.main.hop(\"egress\").route.culprit`" + ` | the layer at one hop |
| ` + "`object(\"Service\", \"drill-shop\", \"shop\")`" + ` | an object, or null when there is none |
| ` + "`objects(\"VirtualService\")`" + ` | all objects of a kind |

A kind that two API groups have is written with its group: ` + "`Gateway.networking.istio.io`, `Gateway.gateway.networking.k8s.io`" + `. Of a kind that
was not looked at nothing is known, not even that there is none.

Types: text and number as in CEL; an object is the text "Kind namespace/name"; a list is one of texts; seconds are a number with a fraction.
`
