package run

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// walked takes up which hops the main request takes, and how each layer of
// them is. A hop that was on the way and is not any more stays known: what
// became of it is what a learner looks for.
func (s *State) walked(e Observed) {
	s.main = e.Main
	way := make([]string, 0, len(e.Main.Hops))
	for _, h := range e.Main.Hops {
		way = append(way, h.Name)
	}
	for i, name := range s.way {
		if slices.Contains(way, name) || name == string(labs.RoleServer) {
			continue
		}
		at := 0
		if i > 0 {
			at = slices.Index(way, s.way[i-1]) + 1
		}
		way = slices.Insert(way, at, name)
	}
	s.way = way
	for _, name := range way {
		if name == string(labs.RoleServer) {
			continue
		}
		for _, l := range labs.Layers() {
			k := spot{name, l}
			s.hops[k] = s.hops[k].next(e.Main.LayerAt(name, l).Verdict, e.At)
		}
	}
}

// hopsView is the way hop by hop. Which hops the request takes tells where it
// breaks, so that before the diagnosis is complete they are no more than those
// that the steps name.
func (s State) hopsView() []labs.HopMark {
	if s.diagnosed() && len(s.way) > 0 {
		return s.liveHops()
	}
	var out []labs.HopMark
	for _, name := range labs.Steps() {
		at := s.Lab.Steps[name].At
		for _, l := range name.Layers() {
			i := slices.IndexFunc(out, func(h labs.HopMark) bool { return h.Name == at })
			if i < 0 {
				i = len(out)
				out = append(out, labs.HopMark{Name: at})
			}
			out[i].Layers = append(out[i].Layers, s.asked(name, l))
			if h, ok := s.hopOf(at); ok && s.done(name) && h.Proxy.Name != "" {
				out[i].Proxy = h.Proxy.String()
			}
		}
	}
	return out
}

// asked is one layer as far as its step is done: the mark once the verdict was
// verified, what it rests on with the step's answer, as a trace tells it.
func (s State) asked(name labs.Step, l labs.Layer) labs.PathMark {
	if !s.steps[name].verdictRight {
		return labs.PathMark{Layer: l}
	}
	m := s.path[l].shown(l)
	if s.done(name) && len(s.main.Hops) > 0 {
		m.Note = s.note(s.Lab.Steps[name].At, l)
	}
	return m
}

// note is what a layer rests on. Without a hop it is that of all hops
// together, which then names the one it speaks of.
func (s State) note(at string, l labs.Layer) string {
	if at != "" {
		return s.noted(s.main.LayerAt(at, l))
	}
	r := s.main.Layer(l)
	if text := s.noted(r); text != "" && r.Hop != "" && len(s.main.Proxies()) > 1 {
		return r.Hop + ": " + text
	}
	return s.noted(r)
}

// noted is a report in one line: its summary, and the objects that the summary
// does not name. The TLS mode, which the listener has, stands at tls: that step
// asks for it.
func (s State) noted(r labs.LayerReport) string {
	parts := []string{s.withoutMode(r).Summary}
	mode, _ := s.main.LayerAt(r.Hop, labs.LayerListener).Facts["mode"].(string)
	if r.Layer == labs.LayerTLS && !strings.Contains(r.Summary, mode) {
		parts = append(parts, mode)
	}
	for _, o := range r.Beside() {
		parts = append(parts, o.String())
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

// hopOf is the hop that a step is about: the only one where it names none.
func (s State) hopOf(at string) (labs.Hop, bool) {
	if at != "" {
		return s.main.Hop(at)
	}
	if all := s.main.Proxies(); len(all) == 1 {
		return all[0], true
	}
	return labs.Hop{}, false
}

// liveHops are the hops that the request takes now, and those that it took.
func (s State) liveHops() []labs.HopMark {
	out := make([]labs.HopMark, 0, len(s.way))
	for _, name := range s.way {
		h, there := s.main.Hop(name)
		m := labs.HopMark{Name: name, Gone: !there}
		if h.Proxy.Name != "" {
			m.Proxy = h.Proxy.String()
		}
		if name != string(labs.RoleServer) {
			for _, l := range labs.Layers() {
				p := s.hops[spot{name, l}].shown(l)
				p.Note = s.noted(s.main.LayerAt(name, l))
				m.Layers = append(m.Layers, p)
			}
		}
		out = append(out, m)
	}
	return out
}
