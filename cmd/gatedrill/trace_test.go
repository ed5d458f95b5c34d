package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
)

// nowhere is a backend without a cluster.
type nowhere struct{}

func (nowhere) Name() string { return "sandbox" }
func (nowhere) Up(context.Context, func(cluster.Progress)) (*cluster.Handle, error) {
	return nil, cluster.ErrNotRunning
}
func (nowhere) Attach(context.Context) (*cluster.Handle, error) { return nil, cluster.ErrNotRunning }
func (nowhere) Down(context.Context) error                      { return nil }
func (nowhere) State(context.Context) cluster.State             { return cluster.State{Name: "nowhere"} }
func (nowhere) Reset(context.Context) error                     { return nil }
func (nowhere) Close()                                          {}

func TestTraceExitCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"trace"}, exitUsage},
		{[]string{"trace", "shop.example.com"}, exitUsage},
		{[]string{"trace", "--from", "client", "http://shop.example.com/"}, exitUsage},
		{[]string{"trace", "--via", "egress", "http://shop.example.com/"}, exitUsage},
		{[]string{"trace", "--to", "nobody", "http://shop.example.com/"}, exitUsage},
		{[]string{"trace", "--connect-to", "shop", "http://shop.example.com/"}, exitUsage},
		{[]string{"trace", "--cert", "x", "http://shop.example.com/"}, exitUsage},
		{[]string{"trace", "--probe", "--no-probe", "http://shop.example.com/"}, exitUsage},
		{[]string{"trace", "--from-snapshot", "x", "--watch", "http://shop.example.com/"}, exitUsage},
		{[]string{"trace", "--watch", "--snapshot", "x", "http://shop.example.com/"}, exitUsage},
		{[]string{"trace", "http://shop.example.com/"}, exitUnknown},
	} {
		var out, errs bytes.Buffer
		e := &env{
			Stdout: &out, Stderr: &errs, Now: time.Now, Getenv: func(string) string { return "" }, Home: t.TempDir(),
			backend: func(*env) (cluster.Backend, error) { return nowhere{}, nil },
		}
		if got := run(t.Context(), e, tt.args); got != tt.want {
			t.Errorf("%v: exit code %d, want %d\n%s", tt.args, got, tt.want, errs.String())
		}
	}
}

func TestTraceVerdict(t *testing.T) {
	t.Parallel()
	for want, verdicts := range map[int][]labs.Verdict{
		0:           {labs.Healthy, labs.OffPath, labs.Healthy},
		exitFailed:  {labs.Unknown, labs.Broken, labs.OffPath},
		exitUnknown: {labs.Healthy, labs.Unknown},
	} {
		p := labs.Path{Hops: []labs.Hop{{}}}
		for _, v := range verdicts {
			p.Hops[0].Layers = append(p.Hops[0].Layers, labs.LayerReport{Layer: labs.Layers()[len(p.Hops[0].Layers)], Verdict: v})
		}
		got := 0
		if err, ok := verdictCode(overall(p)).(*exitError); ok {
			got = err.code
		}
		if got != want {
			t.Errorf("%v: exit code %d, want %d", verdicts, got, want)
		}
	}
}

func TestPrintPath(t *testing.T) {
	t.Parallel()
	p := labs.Path{
		Hops: []labs.Hop{{Layers: []labs.LayerReport{
			{Layer: labs.LayerDNS, Verdict: labs.Healthy, Summary: "shop.example.com → 172.18.255.200"},
			{Layer: labs.LayerEntry, Verdict: labs.Unknown, Summary: "not seen"},
			{
				Layer: labs.LayerRoute, Verdict: labs.Broken, Summary: `no virtual host for "shop.example.com"`,
				Want: "a VirtualService", Got: "VirtualService drill-shop/shop: hosts [\x1b[31mred]",
				Objects: []labs.Object{{Kind: "VirtualService", Namespace: "drill-shop", Name: "shop"}},
			},
			{Layer: labs.LayerDestination, Verdict: labs.OffPath, Summary: "not reached"},
		}}},
		Answer: labs.Answer{Observed: true, Code: 404, Flag: "NR", Details: "route_not_found", Took: 12 * time.Millisecond},
	}
	const want = `dns          ✓ shop.example.com → 172.18.255.200
entry        ? not seen
route        ✗ no virtual host for "shop.example.com"
               want  a VirtualService
               got   VirtualService drill-shop/shop: hosts [·[31mred]
               look  VirtualService drill-shop/shop
destination  – not reached
answer         404 NR route_not_found   12ms
`
	var out bytes.Buffer
	newPage(&out).path(p)
	if out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
}
