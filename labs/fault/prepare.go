package fault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs"
)

// ErrNoLab is returned by Marked and Clear when no lab is in the cluster.
var ErrNoLab = errors.New("no lab is in the cluster")

// Stage says how far a lab got in the cluster.
type Stage string

// The stages. In every one of them a restore of PictureWorld is possible;
// from StageBase on, one of PictureBase.
const (
	StageGoingIn Stage = "going-in" // the base is being applied
	StageBase    Stage = "base"     // the base is in, and healthy
	StageBroken  Stage = "broken"   // the fault is in
)

// Mark is what the cluster remembers of the lab that is in it.
type Mark struct {
	Lab     string `json:"lab"`
	Attempt string `json:"attempt"`
	Stage   Stage  `json:"stage"`
}

type clientAt struct {
	resource dynamic.ResourceInterface
	name     string
	as       labs.Object
}

// World applies what all labs share and waits until it is ready. What is
// current already costs one call each. Namespaces of the worlds before that
// this one has no use for go, unwaited for.
func (e *Engine) World(ctx context.Context, w labs.World, report func(string)) error {
	if err := e.ownNamespace(ctx); err != nil {
		return err
	}
	if err := e.dropOrphans(ctx); err != nil {
		return err
	}
	// Namespaces first: certificates need them too.
	vars := &variables{engine: e, gateway: labs.DefaultGateway}
	homes := homesIn(w.Change.Objects)
	if err := e.leave(ctx, homes); err != nil {
		return err
	}
	if err := e.house(ctx, world, vars, homes); err != nil {
		return err
	}
	if err := e.certificates(ctx, world, w.Certificates); err != nil {
		return err
	}
	if err := e.change(ctx, world, vars, w.Change); err != nil {
		return err
	}
	return e.waitReady(ctx, w.Change.Objects, report)
}

// Base takes the picture of the world, applies a lab's base, waits until it
// is ready and takes the picture of that.
func (e *Engine) Base(ctx context.Context, lab *labs.Lab, attempt string, report func(string)) error {
	before, err := e.take(ctx)
	if err != nil {
		return err
	}
	if err := e.keep(ctx, PictureWorld, before); err != nil {
		return err
	}
	mark := Mark{Lab: lab.ID, Attempt: attempt, Stage: StageGoingIn}
	if err := e.mark(ctx, mark); err != nil {
		return err
	}
	if err := e.certificates(ctx, lab.ID, lab.Certificates); err != nil {
		return err
	}
	if err := e.internet(ctx, lab, report); err != nil {
		return err
	}
	if err := e.Apply(ctx, lab, lab.Base); err != nil {
		return err
	}
	if err := e.waitReady(ctx, lab.Base.Objects, report); err != nil {
		return err
	}
	base, err := e.take(ctx)
	if err != nil {
		return err
	}
	if err := e.keep(ctx, PictureBase, base); err != nil {
		return err
	}
	mark.Stage = StageBase
	return e.mark(ctx, mark)
}

// internet brings up what the lab has outside of the cluster.
func (e *Engine) internet(ctx context.Context, lab *labs.Lab, report func(string)) error {
	if err := e.Apply(ctx, lab, lab.Internet); err != nil {
		return err
	}
	return e.waitReady(ctx, lab.Internet.Objects, report)
}

// Break puts the fault in.
func (e *Engine) Break(ctx context.Context, lab *labs.Lab, attempt string) error {
	// The mark first: a crash in between must not leave a fault unnoticed.
	if err := e.mark(ctx, Mark{Lab: lab.ID, Attempt: attempt, Stage: StageBroken}); err != nil {
		return err
	}
	return e.Apply(ctx, lab, lab.Fault)
}

// Mend puts the lab's healthy base back.
func (e *Engine) Mend(ctx context.Context) (Report, error) { return e.Restore(ctx, PictureBase) }

// Clear removes the lab: the cluster is as it was before it. Without a lab it
// returns ErrNoLab; the cluster may never have held one, so there may be no
// picture to go back to. When the picture is gone it returns ErrForgotten, and
// the mark goes too: nothing can be put back by it. A broken lab is mended first: Envoy remembers a certificate that it refused, and refuses
// the next listener with a Secret of that name, unless a good one came before
// the old listener went. What the mending misses, the restore behind it finds.
func (e *Engine) Clear(ctx context.Context) (Report, error) {
	m, err := e.Marked(ctx)
	if errors.Is(err, ErrNoLab) {
		return Report{}, err
	}
	if err == nil && m.Stage == StageBroken {
		_, _ = e.Mend(ctx)
	}
	r, err := e.Restore(ctx, PictureWorld)
	if err != nil && !errors.Is(err, ErrForgotten) {
		return r, err
	}
	return r, errors.Join(err, e.unmark(ctx))
}

// Marked returns the mark of the lab that is in the cluster, or ErrNoLab.
func (e *Engine) Marked(ctx context.Context) (Mark, error) {
	o, err := e.configMaps().Get(ctx, markName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return Mark{}, ErrNoLab
	}
	if err != nil {
		return Mark{}, fmt.Errorf("ask which lab is in the cluster: %w", err)
	}
	text, _, _ := unstructured.NestedString(o.Object, "data", "mark")
	var m Mark
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return Mark{}, fmt.Errorf("read ConfigMap %s/%s: %w", Namespace, markName, err)
	}
	return m, nil
}

const markName = "lab"

func (e *Engine) mark(ctx context.Context, m Mark) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("mark the cluster: %w", err)
	}
	if err := e.note(ctx, markName, manager, map[string]any{"mark": string(text)}); err != nil {
		return fmt.Errorf("mark the cluster: %w", err)
	}
	return nil
}

func (e *Engine) unmark(ctx context.Context) error {
	if err := e.configMaps().Delete(ctx, markName, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("take the mark off the cluster: %w", err)
	}
	return nil
}
