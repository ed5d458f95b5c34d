package trace

import "github.com/gatedrill/gatedrill/labs"

// path is the path of what was walked.
func (j *journey) path() labs.Path {
	p := labs.Path{Request: j.request, Answer: j.whole, At: j.snap.At}
	for _, w := range j.hops {
		h := labs.Hop{Name: w.name, Role: w.role}
		if len(w.pods) > 0 {
			h.Proxy = w.pods[0].Ref()
		}
		for _, r := range w.reports {
			r.Hop = w.name
			h.Layers = append(h.Layers, r.LayerReport)
		}
		p.Hops = append(p.Hops, h)
	}
	if len(j.hops) > 0 {
		p.Hops = append(p.Hops, j.server())
	}
	return p
}

// all are the reports of all hops in order.
func (j *journey) all() []*report {
	var out []*report
	for _, w := range j.hops {
		out = append(out, w.reports...)
	}
	return out
}

// server is the last stop: what should answer.
func (j *journey) server() labs.Hop {
	h := labs.Hop{Name: string(labs.RoleServer), Role: labs.RoleServer}
	last := j.hops[len(j.hops)-1]
	switch {
	case len(last.upstreams) > 0 && len(last.upstreams[0].pods) > 0:
		h.Proxy = last.ownerOf(last.upstreams[0].pods[0])
	case len(last.upstreams) > 0 && last.upstreams[0].entry != nil:
		h.Proxy = last.upstreams[0].entry.Ref()
	case len(last.upstreams) > 0 && last.upstreams[0].service != nil:
		h.Proxy = last.upstreams[0].service.Ref()
	case last.leaves():
		h.Proxy = labs.Object{Kind: "Host", Name: last.target.host}
	}
	return h
}
