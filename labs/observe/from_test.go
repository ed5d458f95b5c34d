package observe

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/labs/podexec"
)

func TestWays(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 18, 0, 0, 0, time.UTC)
	app, other := podexec.Container{Namespace: "w", Pod: "client", Name: "app"}, podexec.Container{Namespace: "w", Pod: "client", Name: "other"}
	both := []podexec.Container{app, other}
	w := &ways{}
	tried := func(at time.Time) string {
		var out []string
		for _, s := range w.order(both, at) {
			out = append(out, s.container.Name+" "+string(s.asker))
		}
		return strings.Join(out, ", ")
	}
	const all = "app gatedrill-app, app /gatedrill-app, app curl, other gatedrill-app, other /gatedrill-app, other curl"
	steps := []struct {
		name string
		do   func()
		at   time.Time
		want string
	}{
		{"nothing is known", func() {}, now, all},
		{"one worked", func() { w.worked(step{container: other, asker: curl}) }, now,
			"other curl, app gatedrill-app, app /gatedrill-app, app curl, other gatedrill-app, other /gatedrill-app"},
		{"nobody is there", func() { w.failed(both, now) }, now.Add(time.Second), ""},
		{"and is looked for again", func() {}, now.Add(nobodyFor), all},
	}
	for _, tt := range steps {
		tt.do()
		if d := cmp.Diff(tt.want, tried(tt.at)); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}
