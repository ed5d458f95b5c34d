//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs/cluster/install"
	"github.com/gatedrill/gatedrill/labs/cluster/kind"
	"github.com/gatedrill/gatedrill/labs/cluster/sandbox/programs"
)

// clusters is how often a kind cluster is made, by us and by hand.
const clusters = 3

// kindWorld is a world whose cluster is a kind cluster.
type kindWorld struct {
	world
	set kind.Settings
	cli string // kind's own program
}

func newKindWorld(ctx context.Context, b *bench) (*kindWorld, error) {
	w := &kindWorld{world: newWorld(b, "kind"), set: kind.Settings{}}
	if b.kind != "" {
		set, err := kind.ReadSettings(b.kind)
		if err != nil {
			return nil, err
		}
		w.set = set
	}
	w.set.Name = "gatedrill-bench"
	w.set = w.set.Filled()
	if err := os.MkdirAll(w.home, 0o700); err != nil {
		return nil, err
	}
	choice, err := json.Marshal(map[string]any{"backend": "kind", "kind": w.set})
	if err == nil {
		err = os.WriteFile(filepath.Join(w.home, "cluster.json"), choice, 0o600)
	}
	if err != nil {
		return nil, err
	}
	w.cli = filepath.Join(b.dir, "kind-cli")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", w.cli, "sigs.k8s.io/kind").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build kind's own program: %w: %s", err, out)
	}
	w.backend = kind.New(kind.Options{
		Home: w.home, Self: []string{b.binary}, Environ: w.env, Settings: w.set, Tools: []string{b.programs},
		App: programs.Source{Given: b.programs}.App, Now: time.Now,
	})
	return w, nil
}

// measureKind makes kind clusters by turns, ours and by hand, and a lab on
// the last of ours; then a sandbox, for the ratio.
func measureKind(ctx context.Context, b *bench) (rows []row, err error) {
	w, err := newKindWorld(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.backend.Down(context.WithoutCancel(ctx))) }()
	var ours, hand, answered []time.Duration
	for i := range clusters {
		fmt.Fprintf(b.log, "  cluster %d of %d, by hand and ours\n", i+1, clusters)
		took, err := w.byHand(ctx)
		if err != nil {
			return nil, err
		}
		hand = append(hand, took)
		if err := w.backend.Down(ctx); err != nil {
			return nil, err
		}
		up, first, err := w.up(ctx)
		if err != nil {
			return nil, err
		}
		ours, answered = append(ours, up), append(answered, first)
	}
	rows = []row{
		timed("kind create, load and apply by hand", 0, hand),
		timed("cluster up, the same made by us", time.Duration(1.1*float64(middle(hand))), ours),
		timed("nothing running to HTTP 200 through a gateway, kind", 0, answered),
	}
	more, err := w.lab(ctx, limits{reset: 3 * time.Second, green: 500 * time.Millisecond})
	rows = append(rows, more...)
	if err != nil {
		return rows, err
	}
	return w.ratio(ctx, rows, answered)
}

// ratio measures the sandbox's way from nothing to an answer beside kind's.
func (w *kindWorld) ratio(ctx context.Context, rows []row, ofKind []time.Duration) (_ []row, err error) {
	s, err := newSandboxWorld(ctx, w.b)
	if err != nil {
		return rows, err
	}
	defer func() { err = errors.Join(err, s.backend.Down(context.WithoutCancel(ctx))) }()
	var cold []time.Duration
	for i := range clusters {
		fmt.Fprintf(w.b.log, "  sandbox %d of %d\n", i+1, clusters)
		if err := s.sandbox.Reset(ctx); err != nil {
			return rows, err
		}
		took, err := s.start(ctx, answered)
		if err != nil {
			return rows, err
		}
		cold = append(cold, took)
	}
	return append(rows,
		timed("nothing running to HTTP 200 through a gateway, sandbox", 0, cold),
		sampled("kind against sandbox, the same way", 0, "×", []float64{middle(ofKind).Seconds() / middle(cold).Seconds()})), nil
}

// middle is the median.
func middle(list []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(list))
	return s[len(s)/2]
}

// up makes the cluster by our command, and returns when that was done, and
// when the gateway answered.
func (w *kindWorld) up(ctx context.Context) (up, first time.Duration, err error) {
	began := time.Now()
	if up, err = w.gatedrill(ctx, "", "cluster", "up"); err != nil {
		return 0, 0, err
	}
	_, err = w.start(ctx, answered)
	return up, time.Since(began), err
}

// byHand makes the same cluster with kind's program and kubectl, as a person
// would who has the images and the manifests at hand, and deletes it again.
func (w *kindWorld) byHand(ctx context.Context) (time.Duration, error) {
	dir, err := os.MkdirTemp(w.b.dir, "hand-")
	if err != nil {
		return 0, err
	}
	profile := install.Release(w.set.Hub, w.set.Tag)
	if w.set.StockEnvoy {
		profile = install.StockEnvoy(w.set.Hub, w.set.Tag)
	}
	crds, rest, err := manifestFiles(dir, install.Options{Profile: profile.Quick()})
	if err != nil {
		return 0, err
	}
	const name = "gatedrill-bench-hand"
	config := filepath.Join(dir, "kubeconfig")
	create := []string{w.cli, "create", "cluster", "--name", name, "--image", w.set.NodeImage, "--kubeconfig", config, "--wait", "180s"}
	if w.set.Config != "" {
		create = append(create, "--config", w.set.Config)
	}
	kubectl := func(args ...string) []string {
		return append([]string{filepath.Join(w.b.programs, "kubectl"), "--kubeconfig", config}, args...)
	}
	down := []string{w.cli, "delete", "cluster", "--name", name, "--kubeconfig", config}
	defer func() { _ = exec.CommandContext(context.WithoutCancel(ctx), down[0], down[1:]...).Run() }()
	began := time.Now()
	for _, c := range [][]string{
		create,
		{w.cli, "load", "docker-image", w.set.Hub + "/pilot:" + w.set.Tag, w.set.Hub + "/proxyv2:" + w.set.Tag, "--name", name},
		kubectl("apply", "--server-side", "-f", crds),
		kubectl("wait", "--for=condition=Established", "--timeout=60s", "-f", crds),
		kubectl("apply", "--server-side", "-f", rest),
		kubectl("-n", install.Namespace, "rollout", "status", "deployment/istiod", "--timeout=180s"),
		kubectl("-n", install.Namespace, "rollout", "status", "deployment/istio-ingressgateway", "--timeout=180s"),
	} {
		if out, err := exec.CommandContext(ctx, c[0], c[1:]...).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%s: %w: %s", strings.Join(c, " "), err, out)
		}
	}
	return time.Since(began), nil
}

// manifestFiles writes what we install as files for kubectl.
func manifestFiles(dir string, o install.Options) (crds, rest string, err error) {
	objs, err := install.Objects(o)
	if err != nil {
		return "", "", err
	}
	var texts [2]strings.Builder
	for _, u := range objs {
		b, err := yaml.Marshal(u.Object)
		if err != nil {
			return "", "", err
		}
		i := 1
		if u.GetKind() == "CustomResourceDefinition" {
			i = 0
		}
		texts[i].WriteString("---\n")
		texts[i].Write(b)
	}
	crds, rest = filepath.Join(dir, "crds.yaml"), filepath.Join(dir, "istio.yaml")
	return crds, rest, errors.Join(
		os.WriteFile(crds, []byte(texts[0].String()), 0o600), os.WriteFile(rest, []byte(texts[1].String()), 0o600))
}
