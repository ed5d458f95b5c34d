// Package accuracy says how right the trace is, as a number. A case is a
// folder of objects, a request, and the right answer: the layer that is broken
// and the object to blame. Cases run on a live cluster, which proves that they
// are what they claim, and are recorded; the recordings are judged again by
// every test.
package accuracy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

// Case is one case as its folder states it.
type Case struct {
	ID      string       `yaml:"-"` // the folder's name
	Title   string       `yaml:"title"`
	Source  string       `yaml:"source"` // where the fault is from: "faults.md H1", or the address of a public report
	Request labs.Request `yaml:"request"`
	Expect  Expect       `yaml:"expect"`
	Reason  string       `yaml:"reason"`  // why that is the right answer, from what was seen
	Symptom string       `yaml:"symptom"` // what the client gets, see Seen

	Certificates []labs.Certificate `yaml:"certificates"`
	Outside      []labs.Server      `yaml:"outside"`
	DNS          map[string]string  `yaml:"dns"`     // public records, see outside.Zone
	Order        []string           `yaml:"order"`   // objects whose creation order decides, oldest first
	Patch        []labs.Op          `yaml:"patch"`   // operations after the objects are in
	Unready      []string           `yaml:"unready"` // Deployments that never get ready
	Heal         string             `yaml:"heal"`    // a file beside case.yaml that makes the path healthy
	Needs        []string           `yaml:"needs"`   // see Needs
	Pos          labs.Pos           `yaml:"-"`

	Objects labs.Change `yaml:"-"` // objects.yaml
	Healing labs.Change `yaml:"-"` // the file that Heal names
}

// Expect is the right answer.
type Expect struct {
	Layer  string   `yaml:"layer"`  // a layer's name, or "healthy"
	Object string   `yaml:"object"` // the object to blame
	Also   []string `yaml:"also"`   // others that are as good an answer
	Hop    string   `yaml:"hop"`    // where it is broken, when that matters
	Pos    labs.Pos `yaml:"-"`
}

// What a case may need of a cluster.
const (
	NeedsSidecar      = "sidecar"           // injected workloads
	NeedsEgress       = "egress"            // istio-egressgateway
	NeedsWaypoint     = "waypoint"          // the GatewayClass istio-waypoint
	NeedsAmbient      = "ambient"           // ztunnel
	NeedsExperimental = "experimental-crds" // the Gateway API's experimental kinds
)

// Needs lists what a case may need.
func Needs() []string {
	return []string{NeedsSidecar, NeedsEgress, NeedsWaypoint, NeedsAmbient, NeedsExperimental}
}

// healthy is the expected layer of a case that nothing is wrong with.
const healthy = "healthy"

// Healthy says that nothing is wrong in the case.
func (c Case) Healthy() bool { return c.Expect.Layer == healthy }

// Right says whether an object is the one to blame.
func (e Expect) Right(o labs.Object) bool {
	return slices.ContainsFunc(append([]string{e.Object}, e.Also...), func(text string) bool {
		want, ok := labfile.ParseObject(text)
		return ok && want.Kind == o.Kind && want.Namespace == o.Namespace && want.Name == o.Name && (want.Group == "" || want.Group == o.Group)
	})
}

// Seen says whether an answer is the symptom. The symptom's words are all
// wanted: a number is the status, capitals are a response flag that some proxy
// logged; any other word is part of the
// error, the details, the body, or of a log line.
func (c Case) Seen(a labs.Answer) bool {
	if !a.Observed {
		return false
	}
	flags, text := a.Flag, strings.Join([]string{a.Error, a.Details, a.Body, a.LogLine}, "\n")
	for _, l := range a.Logs {
		flags += "," + l.Flag
		text += "\n" + l.Details + "\n" + l.Failure + "\n" + l.Line
	}
	for _, word := range strings.Fields(c.Symptom) {
		switch {
		case strings.Trim(word, "0123456789") == "":
			if word != strconv.Itoa(a.Code) {
				return false
			}
		case strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ,") == "":
			for _, flag := range strings.Split(word, ",") {
				if !slices.Contains(strings.Split(flags, ","), flag) {
					return false
				}
			}
		case !strings.Contains(text, word):
			return false
		}
	}
	return true
}

// Got is an answer in the words of a symptom.
func Got(a labs.Answer) string {
	if !a.Observed {
		return "not observed: " + a.Error
	}
	out := a.Error
	if a.Code != 0 {
		out = strings.TrimSpace(strconv.Itoa(a.Code) + " " + out)
	}
	for _, more := range []string{a.Flag, a.Details} {
		if more != "" {
			out += " " + more
		}
	}
	return out
}

// patience bounds the wait for a symptom: a listener whose only certificate is
// missing is held back for 15 s.
const patience = 20 * time.Second
