package tuitest

import (
	"context"
	"io"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/screen"
)

// feed is a value with a number that grows when it changes, to be waited for.
type feed[T any] struct {
	mu      sync.Mutex
	value   T
	number  int
	changed chan struct{}
}

func (f *feed[T]) set(v T) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.value = v
	f.number++
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

func (f *feed[T]) get() T {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.value
}

func (f *feed[T]) wait(ctx context.Context, after int) (T, int, error) {
	for {
		f.mu.Lock()
		if f.number > after {
			defer f.mu.Unlock()
			return f.value, f.number, nil
		}
		if f.changed == nil {
			f.changed = make(chan struct{})
		}
		changed := f.changed
		f.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			var none T
			return none, after, ctx.Err()
		}
	}
}

// Labs plays the lab runner. Show changes what Watch returns.
type Labs struct {
	Listings  []labs.Listing
	StartErr  error
	ResetErr  error
	ShellErr  error
	Reply     labs.Reply // to the next verdict or answer
	ReplyErr  error
	Path      labs.Path // of Trace
	TraceErr  error
	Rows      []labs.HostRow // of Hosts
	HostsErr  error
	Solved    string // the solution
	Command   tea.ExecCommand
	OnVerdict func(labs.Step, labs.Verdict)
	OnAnswer  func(labs.Step, string)
	OnHint    func(labs.Step)

	views feed[labs.View]
	mu    sync.Mutex
	calls []string
}

// Show makes a view the current one.
func (l *Labs) Show(v labs.View) { l.views.set(v) }

// Calls lists what was called, in order: "start shop-is-gone".
func (l *Labs) Calls() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.calls...)
}

func (l *Labs) called(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, s)
}

// List returns the listings.
func (l *Labs) List(context.Context) ([]labs.Listing, error) { return l.Listings, nil }

// Start notes the call.
func (l *Labs) Start(_ context.Context, id string) error {
	l.called("start " + id)
	return l.StartErr
}

// Resume notes the call.
func (l *Labs) Resume(context.Context) error {
	l.called("resume")
	return l.StartErr
}

// Watch waits for Show.
func (l *Labs) Watch(ctx context.Context, after int) (labs.View, int, error) {
	return l.views.wait(ctx, after)
}

// Verdict notes the call and gives the reply.
func (l *Labs) Verdict(_ context.Context, s labs.Step, v labs.Verdict) (labs.Reply, error) {
	l.called("verdict " + string(s) + " " + string(v))
	if l.OnVerdict != nil {
		l.OnVerdict(s, v)
	}
	return l.Reply, l.ReplyErr
}

// Answer notes the call and gives the reply.
func (l *Labs) Answer(_ context.Context, s labs.Step, text string) (labs.Reply, error) {
	l.called("answer " + string(s) + " " + text)
	if l.OnAnswer != nil {
		l.OnAnswer(s, text)
	}
	return l.Reply, l.ReplyErr
}

// Hint notes the call.
func (l *Labs) Hint(_ context.Context, s labs.Step) (string, error) {
	l.called("hint " + string(s))
	if l.OnHint != nil {
		l.OnHint(s)
	}
	return "", nil
}

// Solution returns the solution.
func (l *Labs) Solution(context.Context) (string, error) {
	l.called("solution")
	return l.Solved, nil
}

// Reset notes the call.
func (l *Labs) Reset(context.Context) error {
	l.called("reset")
	return l.ResetErr
}

// Leave notes the call.
func (l *Labs) Leave(context.Context) error {
	l.called("leave")
	return nil
}

// Recheck notes the call.
func (l *Labs) Recheck(context.Context) error {
	l.called("recheck")
	return nil
}

// Shell returns Command.
func (l *Labs) Shell(context.Context) (tea.ExecCommand, error) {
	l.called("shell")
	return l.Command, l.ShellErr
}

// Trace returns the path.
func (l *Labs) Trace(_ context.Context, url string) (labs.Path, error) {
	l.called("trace " + url)
	return l.Path, l.TraceErr
}

// Hosts returns the rows.
func (l *Labs) Hosts(context.Context) ([]labs.HostRow, error) { return l.Rows, l.HostsErr }

// Shell is a learner's shell that does f instead.
type Shell struct{ Do func() error }

// Run does it.
func (s Shell) Run() error { return s.Do() }

// SetStdin is not needed.
func (Shell) SetStdin(io.Reader) {}

// SetStdout is not needed.
func (Shell) SetStdout(io.Writer) {}

// SetStderr is not needed.
func (Shell) SetStderr(io.Writer) {}

// Cluster plays the place labs run in. Show changes what Watch returns.
type Cluster struct {
	states feed[screen.Cluster]
	mu     sync.Mutex
	ensure int
}

// Show makes a status the current one.
func (c *Cluster) Show(s screen.Cluster) { c.states.set(s) }

// Ensured counts the calls of Ensure.
func (c *Cluster) Ensured() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ensure
}

// Ensure counts the call.
func (c *Cluster) Ensure(context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ensure++
}

// Watch waits for Show.
func (c *Cluster) Watch(ctx context.Context, after int) (screen.Cluster, int, error) {
	return c.states.wait(ctx, after)
}
