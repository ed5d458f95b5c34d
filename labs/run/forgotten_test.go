package run

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// forget deletes all that was kept of the cluster, as a learner might.
func (b *bench) forget() {
	b.Helper()
	for _, k := range b.api.Kinds {
		r := b.api.Resource(k.GroupVersionResource)
		if k.Kind == "Namespace" {
			b.must(r.Delete(b.Context(), fault.Namespace, metav1.DeleteOptions{}))
			continue
		}
		list, err := r.Namespace(fault.Namespace).List(b.Context(), metav1.ListOptions{})
		b.must(err)
		for _, o := range list.Items {
			b.must(r.Namespace(fault.Namespace).Delete(b.Context(), o.GetName(), metav1.DeleteOptions{}))
		}
	}
}

// TestForgotten deletes what the lab kept in the cluster: the open session
// says so, a reset does not claim what it cannot know, and the next start
// heals.
func TestForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.forget()
		if v := b.wait(labs.PhaseFailed); !strings.Contains(v.Trouble, "namespace drill-system was deleted") {
			t.Errorf("trouble: %q", v.Trouble)
		}
		err := b.service.Reset(t.Context())
		if !errors.Is(err, fault.ErrForgotten) || !strings.Contains(err.Error(), "make the fake anew: gatedrill cluster reset") {
			t.Errorf("reset: %v", err)
		}
		if err := b.service.Reset(t.Context()); !errors.Is(err, ErrNoLab) {
			t.Errorf("reset again: %v", err)
		}
		// The old lab's object is an orphan in the way of the other's base.
		b.labs[1].Base.Objects = []labs.Manifest{manifest("VirtualService", "networking.istio.io/v1", "shop", "other", hosts("shop.example.com"))}
		b.labs[1].Fault.Objects = []labs.Manifest{manifest("VirtualService", "networking.istio.io/v1", "shop", "other", hosts("shop.exmaple.com"))}
		b.must(b.service.Start(t.Context(), "other"))
		b.wait(labs.PhaseDiagnosing)
		if b.there("VirtualService", "shop", "shop") {
			t.Error("what the lost lab left is still there")
		}
		b.must(b.service.Leave(t.Context()))
	})
}

// TestResetOfAClusterMadeAnew finds nothing of the lab, and nothing is wrong
// with that.
func TestResetOfAClusterMadeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.service.Close()
		b.api = clustertest.NewAPI()
		b.engine = fault.New(b.api, b.api.Kinds, time.Now, nil)
		b.must(b.service.Reset(t.Context()))
	})
}

// TestResetOfAMarkThatIsGone puts back by the picture what is still kept.
func TestResetOfAMarkThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.must(b.service.Start(t.Context(), "typo"))
		b.wait(labs.PhaseDiagnosing)
		b.service.Close()
		b.must(b.resource("ConfigMap", fault.Namespace).Delete(t.Context(), "lab", metav1.DeleteOptions{}))
		b.must(b.service.Reset(t.Context()))
		if b.there("VirtualService", "shop", "shop") {
			t.Error("the fault is still there")
		}
	})
}

// resource is the client for a kind, in a namespace.
func (b *bench) resource(kind, ns string) dynamic.ResourceInterface {
	b.Helper()
	for _, k := range b.api.Kinds {
		if k.Kind == kind {
			return b.api.Resource(k.GroupVersionResource).Namespace(ns)
		}
	}
	b.Fatalf("no kind %s", kind)
	return nil
}

func (b *bench) there(kind, ns, name string) bool {
	b.Helper()
	_, err := b.resource(kind, ns).Get(b.Context(), name, metav1.GetOptions{})
	return err == nil
}
