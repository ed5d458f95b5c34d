package accuracy

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

// Told is what was said of a case.
type Told struct {
	Layer   string      `json:"layer"` // a layer's name, "healthy" or "unknown"
	Object  labs.Object `json:"object,omitzero"`
	Hop     string      `json:"hop,omitempty"`
	Summary string      `json:"summary,omitempty"` // of the layer's report
}

// String is the answer in one line.
func (t Told) String() string {
	out := t.Layer
	if t.Hop != "" {
		out += " at " + t.Hop
	}
	if t.Object != (labs.Object{}) {
		out += ", " + t.Object.String()
	}
	if t.Summary != "" {
		out += " (" + t.Summary + ")"
	}
	return out
}

const unknown = "unknown"

// TellPath is what a path says: the layer where it breaks, else unknown when
// any layer is, else healthy.
func TellPath(p labs.Path) Told {
	if r, broken := p.Broken(); broken {
		t := Told{Layer: string(r.Layer), Hop: r.Hop, Summary: r.Summary}
		if len(r.Objects) > 0 {
			t.Object = r.Objects[0]
		}
		return t
	}
	for _, h := range p.Hops {
		for _, r := range h.Layers {
			if r.Verdict == labs.Unknown {
				return Told{Layer: unknown, Hop: r.Hop, Summary: string(r.Layer) + ": " + r.Summary}
			}
		}
	}
	if len(p.Hops) == 0 {
		return Told{Layer: unknown, Summary: "the path has no hops"}
	}
	return Told{Layer: healthy}
}

// Mark is how right an answer is.
type Mark struct {
	Layer        bool `json:"rightLayer"`
	Object       bool `json:"rightObject"`
	Unknown      bool `json:"unknown"`
	FalseHealthy bool `json:"falseHealthy"`
	FalseBroken  bool `json:"falseBroken"`
}

// Judge compares an answer with the right one. The right object at the wrong
// layer is not right.
func (c Case) Judge(t Told) Mark {
	m := Mark{Unknown: t.Layer == unknown}
	if c.Healthy() {
		m.Layer = t.Layer == healthy
		m.Object = m.Layer
		m.FalseBroken = !m.Layer && !m.Unknown
		return m
	}
	m.FalseHealthy = t.Layer == healthy
	m.Layer = t.Layer == c.Expect.Layer && (c.Expect.Hop == "" || c.Expect.Hop == t.Hop)
	m.Object = m.Layer && c.Expect.Right(t.Object)
	return m
}

// JudgeAnalyze says how right istioctl analyze is, which knows no layers: the
// errors and warnings that the case brought name an object to blame, or, in a
// healthy case, there are none.
func (c Case) JudgeAnalyze(said []Message) Mark {
	names := slices.ContainsFunc(said, func(m Message) bool { return c.Expect.Right(m.Object()) })
	if c.Healthy() {
		return Mark{Object: len(said) == 0, FalseBroken: len(said) > 0}
	}
	return Mark{Object: names, FalseHealthy: len(said) == 0}
}

// Message is one error or warning of istioctl analyze.
type Message struct {
	Level  string `json:"level"`
	Code   string `json:"code"`
	Origin string `json:"origin"` // "VirtualService ns/name"
	Text   string `json:"message"`
}

// Object is the object that the message is about.
func (m Message) Object() labs.Object {
	o, _ := labfile.ParseObject(m.Origin)
	return o
}

// String is the message as istioctl prints it.
func (m Message) String() string {
	return m.Level + " [" + m.Code + "] (" + m.Origin + ") " + strings.ReplaceAll(m.Text, "\n", " ")
}
