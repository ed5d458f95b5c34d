package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// session is a lab with a cluster: an observer that runs, and what follows
// it. It lives until close.
type session struct {
	lab     *labs.Lab
	cluster *Cluster
	seen    Observer
	set     *check.Set
	needs   needs
	read    Reader
	cancel  context.CancelFunc
	ctx     context.Context // ends with the session
	wg      sync.WaitGroup

	mu        sync.Mutex
	failed    error // why the observer ended
	following bool
	works     int // parts of a start that are going on
}

// connect opens a session for a lab, or returns the one that is open.
func (s *Service) connect(ctx context.Context, lab *labs.Lab) (*session, error) {
	s.open.Lock()
	defer s.open.Unlock()
	s.mu.Lock()
	have := s.sess
	s.mu.Unlock()
	if have != nil && have.lab == lab && have.ctx.Err() == nil {
		return have, nil
	}
	if have != nil {
		have.close()
	}
	set, problems := check.Compile(lab)
	if len(problems) > 0 {
		return nil, fmt.Errorf("lab %s: %s", lab.ID, problems[0])
	}
	c, err := s.cluster(ctx)
	if err != nil {
		return nil, err
	}
	// The session outlives the call that opens it.
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	_, world := s.library()
	n := &session{lab: lab, cluster: c, set: set, needs: needsOf(world.For(lab), lab), read: s.c.Read, ctx: life, cancel: cancel}
	s.mu.Lock()
	s.sess, s.place = n, place{name: c.Name, ready: "ready"}
	s.bump()
	s.mu.Unlock()
	return n, nil
}

// work does a part of a start in the background.
func (n *session) work(f func()) {
	count := func(by int) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.works += by
	}
	count(1)
	n.wg.Go(func() {
		defer count(-1)
		f()
	})
}

// busy says whether a part of a start is going on here.
func (n *session) busy() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.works > 0
}

// cluster finds the cluster.
func (s *Service) cluster(ctx context.Context) (*Cluster, error) {
	c, err := s.c.Connect(ctx)
	if cluster.Unreachable(err) {
		return nil, cluster.Plain("find the cluster", err)
	}
	return c, err
}

// observer returns the session's observer, made when it is first needed. A
// single command only needs its Fresh.
func (n *session) observer() (Observer, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		o, err := n.cluster.Observe(n.ctx, n.lab)
		if err != nil {
			return nil, cluster.Plain("observe the cluster", err)
		}
		n.seen = o
	}
	return n.seen, nil
}

// run makes the observer watch, until the session ends.
func (n *session) run(o Observer) {
	if err := o.Run(n.ctx); err != nil && n.ctx.Err() == nil {
		n.mu.Lock()
		n.failed = err
		n.mu.Unlock()
	}
}

func (n *session) close() {
	n.cancel()
	n.wg.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen != nil {
		n.seen.Close()
	}
}

// look judges a snapshot.
func (n *session) look(snap snapshot.Snapshot) (Observed, check.Facts) {
	f := check.Facts{Answers: snap.Answers, Objects: snap.Objects, Kinds: snap.Kinds, Missing: snap.Missing, Paths: map[string]labs.Path{}}
	mesh := n.read(snap)
	for name, r := range n.lab.Requests {
		if name == labs.MainRequest || n.set.Traced(name) {
			f.Paths[name] = mesh.Trace(r)
		}
	}
	o := Observed{At: snap.At, Main: f.Paths[labs.MainRequest], Stated: n.stated(f)}
	o.Goals, o.Guards = n.set.Judge(f)
	there := seen{snap, mesh.Index()}
	o.Unready = n.needs.unready(there)
	words, replaced := trouble(n.needs, there)
	o.Trouble, o.Replaced = words, replaced && check.Healthy(o.Goals, o.Guards)
	if why := n.why(); why != nil {
		o.Trouble = fmt.Sprintf("The cluster cannot be observed any more: %v. See gatedrill sandbox status; the lab stays as it is.", why)
	}
	return o, f
}

// why is the reason that the observer ended, nil while it has not.
func (n *session) why() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.failed
}

// stated says whether the main request ends as the author wrote it down.
func (n *session) stated(f check.Facts) bool {
	finding := n.lab.Steps[labs.StepCapture].Finding
	if finding == nil || len(finding.Is) == 0 {
		return true
	}
	t, err := n.set.Truth(labs.StepCapture, f)
	return err == nil && t.Agrees(finding.Is)
}

// fresh looks at everything anew and judges it.
func (n *session) fresh(ctx context.Context) (Observed, check.Facts, error) {
	seen, err := n.observer()
	if err != nil {
		return Observed{}, check.Facts{}, err
	}
	snap, err := seen.Fresh(ctx)
	if err != nil {
		return Observed{}, check.Facts{}, cluster.Plain("look at the cluster", err)
	}
	o, f := n.look(snap)
	return o, f, nil
}

// silentFor is how long a cluster may not answer before it is not waited for.
const silentFor = 5 * time.Second

// until follows the observer until a look satisfies done. What is the thing
// waited for; last says why not yet.
func (n *session) until(ctx context.Context, within time.Duration, what string, done func(Observed) (ok bool, last string)) (Observed, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	why, answered := "nothing was observed", time.Now()
	for {
		snap := n.seen.Snapshot()
		o, _ := n.look(snap)
		ok, last := done(o)
		if ok {
			return o, nil
		}
		if silence(snap) == "" {
			answered = time.Now()
		} else if time.Since(answered) > silentFor {
			return o, cluster.Plain("wait for "+what, cluster.ErrNoAnswer)
		}
		if why = last; o.Trouble != "" {
			why = fmt.Sprintf("%s (%s)", last, o.Trouble)
		}
		select {
		case <-ctx.Done():
			return o, fmt.Errorf("%s was not seen within %s: %s", what, within, why)
		case <-n.seen.Changed():
		case <-time.After(100 * time.Millisecond):
		}
	}
}
