package trace

import (
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// misread: the route rewrites a prefix so that the path begins with two
// slashes, and the server does not answer such a path: it sends the client to
// another, or knows none of that name.
func (j *journey) misread() {
	w := j.hops[len(j.hops)-1]
	if w.matched == nil || w.matched.route.Rewrite == nil || j.broken() || !j.whole.Observed {
		return
	}
	path := w.target.rewritten(*w.matched.route).path
	sent := j.whole.Code >= 300 && j.whole.Code < 500 && (j.whole.Upstream || strings.Contains(j.whole.Details, "via_upstream"))
	if !sent || !strings.HasPrefix(path, "//") || strings.HasPrefix(w.target.path, "//") {
		return
	}
	w.report(labs.LayerRoute).override(w.routed.Ref(), "the path is rewritten to one that begins with two slashes", "one slash: a prefix that ends as its replacement does", path)
}
