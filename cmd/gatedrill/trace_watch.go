package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// How long a change has to hold until it is told (an answer comes later than
// the configuration that it follows from), and how long the first look may
// take.
const (
	settles     = 500 * time.Millisecond
	firstWithin = 15 * time.Second
)

// change is one line of --watch.
type change struct {
	At      time.Time    `json:"at"`
	Hop     string       `json:"hop"`
	Layer   string       `json:"layer"` // or "answer"
	From    labs.Verdict `json:"from,omitempty"`
	To      labs.Verdict `json:"to,omitempty"`
	Summary string       `json:"summary"`
}

// watchTrace tells the path once, and then each change, until it is ended.
// Its exit code is that of the last path.
func watchTrace(ctx context.Context, e *env, f traceFlags, ask question, s *sight, o *observe.Observer) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { _ = o.Run(ctx) }) // ends with the context alone
	if s.names != nil {
		wg.Go(func() { s.names.follow(ctx) })
	}
	w := &watcher{e: e, json: f.json, ask: ask, sight: s}
	began, settled := e.Now(), time.NewTimer(time.Hour)
	for {
		select {
		case <-ctx.Done():
			if !w.told {
				return fail(exitUnknown, fmt.Errorf("nothing was seen yet"))
			}
			return verdictCode(overall(w.last))
		case <-o.Changed():
			if w.look(ctx, o.Snapshot()) {
				settled.Reset(settles)
			}
		case <-settled.C:
			if !w.told && !ready(w.seen, ask.request, s.unasked) && e.Now().Sub(began) < firstWithin {
				settled.Reset(settles)
				continue
			}
			if err := w.tell(tracedOf(w.next, w.seen, s.tools)); err != nil {
				return err
			}
		}
	}
}

// ready says whether a first look is complete: the answer came, or none will.
func ready(s snapshot.Snapshot, r labs.Request, unasked string) bool {
	a, has := s.Answers[r.Name]
	for _, why := range s.Missing {
		if why == observe.NotReadYet {
			return false
		}
	}
	return has && (a.Observed || a.Error != "") && s.Missing["cluster"] == "" && (unasked != "" || len(s.Proxies) > 0)
}

// watcher prints what differs from the last path that it told.
type watcher struct {
	e     *env
	json  bool
	ask   question
	sight *sight
	seen  snapshot.Snapshot
	next  labs.Path // seen last
	told  bool
	last  labs.Path // told last
}

// look takes a snapshot, and says whether the path differs from the one before.
func (w *watcher) look(ctx context.Context, s snapshot.Snapshot) bool {
	w.seen = s
	if w.sight.names != nil {
		w.sight.names.learn(ctx, w.ask.hosts(s))
	}
	p := w.sight.shown(trace.Trace(w.ask.request, s))
	if len(changes(w.e.Now(), w.next, p)) == 0 && w.next.Hops != nil {
		return false
	}
	w.next = p
	return true
}

func (w *watcher) tell(t traced) error {
	was := w.last
	w.last = t.Path
	if !w.told {
		w.told = true
		if w.json {
			return w.document(t)
		}
		return newPage(w.e.Stdout).traced(t)
	}
	out := newPage(w.e.Stdout)
	for _, c := range changes(w.e.Now(), was, t.Path) {
		if w.json {
			if err := w.document(c); err != nil {
				return err
			}
			continue
		}
		out.change(c, len(t.Path.Proxies()) > 1, w.e.Zone)
	}
	return out.err
}

// change prints what has changed on one line, with its hop where there are
// several.
func (p *page) change(c change, several bool, zone *time.Location) {
	name, marks := c.Layer, ""
	if c.Hop != "" && several {
		name = c.Hop + " " + name
	}
	if c.To != "" {
		marks = traceMark(c.From) + " → " + traceMark(c.To) + "  "
	}
	p.para(fmt.Sprintf("%s  %-12s %s", c.At.In(zone).Format(time.TimeOnly), name, marks), c.Summary)
}

// document prints one line of JSON.
func (w *watcher) document(v any) error {
	enc := json.NewEncoder(w.e.Stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print JSON: %w", err)
	}
	return nil
}

// changes are the layers whose verdict, or what is said of a broken or unknown
// one, differs, and the answer when its outcome does.
func changes(at time.Time, a, b labs.Path) []change {
	var out []change
	seen := map[string]bool{}
	add := func(hop string, l labs.Layer) {
		if seen[hop+"\n"+string(l)] {
			return
		}
		seen[hop+"\n"+string(l)] = true
		was, now := reportOf(a, hop, l), reportOf(b, hop, l)
		if was.Verdict == now.Verdict && (now.Verdict == labs.Healthy || now.Verdict == labs.OffPath || was.Summary == now.Summary) {
			return
		}
		out = append(out, change{At: at, Hop: hop, Layer: string(l), From: was.Verdict, To: now.Verdict, Summary: now.Summary})
	}
	for _, p := range []labs.Path{b, a} {
		for _, h := range p.Hops {
			for _, r := range h.Layers {
				add(h.Name, r.Layer)
			}
		}
	}
	if x, y := outcome(a.Answer), outcome(b.Answer); x != y {
		out = append(out, change{At: at, Layer: "answer", Summary: x + " → " + y})
	}
	return out
}

// reportOf is a layer's report at a hop; one that is not on the way is off the
// path.
func reportOf(p labs.Path, hop string, l labs.Layer) labs.LayerReport {
	if h, ok := p.Hop(hop); ok {
		for _, r := range h.Layers {
			if r.Layer == l {
				return r
			}
		}
	}
	return labs.LayerReport{Layer: l, Verdict: labs.OffPath, Summary: "not on the way"}
}
