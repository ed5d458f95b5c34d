package observe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/workload"
	"github.com/gatedrill/gatedrill/labs/podexec"
	"github.com/gatedrill/gatedrill/labs/probe"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// execSlack is what starting a program in a container may take beside the
// request itself.
const execSlack = 5 * time.Second

// asker is a program in a workload's image that can be made to ask.
type asker string

// The askers, the better first: our own program by its name, as it lies in
// the sandbox, or by its path in our image, and curl.
const (
	ownByName asker = "gatedrill-app"
	ownByPath asker = workload.Path
	curl      asker = "curl"
)

func askers() []asker { return []asker{ownByName, ownByPath, curl} }

// ways remembers which program of a container asks, so that the others are
// not tried at each request.
type ways struct {
	mu    sync.Mutex
	known map[podexec.Container]asker
	tried map[podexec.Container]time.Time // when nobody was found
}

// nobodyFor is how long a container without a program to ask is left alone.
const nobodyFor = 30 * time.Second

// order returns the containers' programs to try, one that worked first.
func (w *ways) order(containers []podexec.Container, now time.Time) (out []step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range containers {
		if now.Sub(w.tried[c]) < nobodyFor {
			continue
		}
		for _, a := range askers() {
			s := step{c, a, w.known[c] == a}
			if s.worked {
				out = slices.Insert(out, 0, s)
			} else {
				out = append(out, s)
			}
		}
	}
	return out
}

// step is one program to try.
type step struct {
	container podexec.Container
	asker     asker
	worked    bool // before
}

func (w *ways) worked(s step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil {
		w.known = map[podexec.Container]asker{}
	}
	w.known[s.container] = s.asker
}

func (w *ways) failed(containers []podexec.Container, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tried == nil {
		w.tried = map[podexec.Container]time.Time{}
	}
	for _, c := range containers {
		delete(w.known, c)
		w.tried[c] = now
	}
}

// askFrom sends a request from a workload: by our program in one of its
// containers, else by its curl.
func (o *Observer) askFrom(ctx context.Context, p *probe.Prober, r labs.Request, s snapshot.Snapshot) probe.Result {
	containers, err := o.containers(r.From, s)
	if err != nil {
		return unsent(labs.Answer{Error: err.Error()}, o.clock())
	}
	q, err := p.Question(r)
	if err != nil {
		return unsent(labs.Answer{Error: err.Error()}, o.clock())
	}
	ctx, cancel := context.WithTimeout(ctx, q.Timeout+execSlack)
	defer cancel()
	var why error
	steps := o.ways.order(containers, o.clock())
	for _, step := range steps {
		res, err := o.askBy(ctx, step, q)
		if err == nil {
			o.ways.worked(step)
			return res
		}
		if !errors.Is(err, podexec.ErrNoCommand) {
			why = err
		}
		if ctx.Err() != nil || step.worked && why != nil {
			return unsent(labs.Answer{Error: err.Error()}, o.clock())
		}
	}
	if why == nil {
		if len(steps) > 0 {
			o.ways.failed(containers, o.clock())
		}
		why = fmt.Errorf("the image of %s has neither gatedrill-app nor curl to ask with", r.From)
	}
	return unsent(labs.Answer{Error: why.Error()}, o.clock())
}

// containers are those of the workload's first pod that may ask.
func (o *Observer) containers(workload string, s snapshot.Snapshot) ([]podexec.Container, error) {
	namespace, _, ok := strings.Cut(workload, "/")
	if why := s.MissingIn(namespace, "Pod"); why != "" {
		return nil, fmt.Errorf("which pods there are is not known: %s", why)
	}
	if !ok || !o.ours(namespace) {
		return nil, fmt.Errorf("nothing may be run in %q: it is not in a namespace of ours", workload)
	}
	pods := workloadPods(s.Objects, workload)
	if len(pods) == 0 {
		return nil, fmt.Errorf("no pod of %s runs", workload)
	}
	var out []podexec.Container
	for _, c := range pods[0].Items("spec", "containers") {
		if name := c.Str("name"); name != snapshot.ProxyContainer {
			out = append(out, podexec.Container{Namespace: namespace, Pod: pods[0].Name(), Name: name})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no container beside the proxy", pods[0].Ref())
	}
	return out, nil
}

// askBy asks by one program. An error means that nothing was asked.
func (o *Observer) askBy(ctx context.Context, s step, q probe.Question) (probe.Result, error) {
	if s.asker == curl {
		return o.askByCurl(ctx, s.container, q)
	}
	text, err := json.Marshal(q)
	if err != nil {
		return probe.Result{}, fmt.Errorf("pack the question: %w", err)
	}
	out, err := o.exec.Run(ctx, s.container, []string{string(s.asker), "ask"}, text)
	if err != nil {
		return probe.Result{}, err
	}
	var res probe.Result
	if err := json.Unmarshal(out.Stdout, &res); err != nil || out.Code != 0 {
		return probe.Result{}, fmt.Errorf("%s ask in %s/%s ended with %d: %s", s.asker, s.container.Namespace, s.container.Pod, out.Code, firstLine(out.Stderr))
	}
	return res, nil
}

func (o *Observer) askByCurl(ctx context.Context, c podexec.Container, q probe.Question) (probe.Result, error) {
	run, err := q.Curl()
	if err != nil {
		return probe.Result{}, err
	}
	sent := o.clock()
	out, err := o.exec.Run(ctx, c, run.Args, run.Stdin)
	if err != nil {
		return probe.Result{}, err
	}
	res := run.Result(out.Code, out.Stdout, out.Stderr)
	res.Sent, res.Answer.At = sent, o.clock()
	res.Answer.Took = res.Answer.At.Sub(sent)
	return res, nil
}

func firstLine(text []byte) string {
	lines := slices.Collect(strings.Lines(string(text)))
	if len(lines) == 0 {
		return "it printed nothing"
	}
	return strings.TrimSpace(lines[0])
}
