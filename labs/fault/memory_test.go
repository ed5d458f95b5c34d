package fault_test

import (
	"context"
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gatedrill/gatedrill/labs/fault"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

// forget deletes what is kept in the cluster, of the kinds given.
func (f fixture) forget(kinds ...string) {
	f.Helper()
	for _, k := range f.api.Kinds {
		for _, name := range kinds {
			if k.Kind != name {
				continue
			}
			r := f.api.Resource(k.GroupVersionResource).Namespace(fault.Namespace)
			list, err := r.List(context.Background(), metav1.ListOptions{})
			f.must(err)
			for _, o := range list.Items {
				f.must(r.Delete(context.Background(), o.GetName(), metav1.DeleteOptions{}))
			}
		}
	}
}

// Certificates of a CA that was lost are issued again: clients trust the new
// one only.
func TestCertificatesFollowTheirCA(t *testing.T) {
	f := setUp(t)
	shared, _ := labfile.LoadShared(labfile.Folder{FS: files(worldFiles)})
	w := shared.World
	old := f.get("Secret", "shop", "world-cert", "data", "tls.crt")
	f.must(f.engine.World(t.Context(), w, func(string) {}))
	if f.get("Secret", "shop", "world-cert", "data", "tls.crt") != old {
		t.Error("a good certificate was issued again")
	}
	f.forget("Secret", "ConfigMap")
	f.must(f.engine.World(t.Context(), w, func(string) {}))
	if f.get("Secret", "shop", "world-cert", "data", "tls.crt") == old {
		t.Error("the certificate is still of the CA that was lost")
	}
}

// Without its picture a lab cannot be taken out; that is said once, and does
// not stand in the way of the next lab.
func TestClearWithoutThePicture(t *testing.T) {
	f := setUp(t)
	shared, _ := labfile.LoadShared(labfile.Folder{FS: files(worldFiles)})
	w := shared.World
	lab := testLab()
	f.must(f.engine.Base(t.Context(), lab, "1", func(string) {}))
	f.must(f.engine.Break(t.Context(), lab, "1"))
	f.forget("Secret")
	if _, err := f.engine.Clear(t.Context()); !errors.Is(err, fault.ErrForgotten) {
		t.Fatalf("clear: %v", err)
	}
	if _, err := f.engine.Clear(t.Context()); !errors.Is(err, fault.ErrNoLab) {
		t.Errorf("clear again: %v", err)
	}
	if err := f.engine.Recover(t.Context()); !errors.Is(err, fault.ErrForgotten) {
		t.Errorf("recover: %v", err)
	}
	f.must(f.engine.World(t.Context(), w, func(string) {}))
	if f.get("VirtualService", "shop", "shop", "spec") != nil {
		t.Error("what the lab left is still there")
	}
}

// A namespace on its way out takes nothing new; it is waited for.
func TestOwnNamespaceThatIsLeaving(t *testing.T) {
	f := setUp(t)
	shared, _ := labfile.LoadShared(labfile.Folder{FS: files(worldFiles)})
	w := shared.World
	for _, k := range f.api.Kinds {
		if k.Kind != "Namespace" {
			continue
		}
		r := f.api.Resource(k.GroupVersionResource)
		o, err := r.Get(t.Context(), fault.Namespace, metav1.GetOptions{})
		f.must(err)
		now := metav1.Now()
		o.SetDeletionTimestamp(&now)
		_, err = r.Update(t.Context(), o, metav1.UpdateOptions{})
		f.must(err)
		time.AfterFunc(100*time.Millisecond, func() { _ = r.Delete(context.Background(), fault.Namespace, metav1.DeleteOptions{}) })
	}
	f.must(f.engine.World(t.Context(), w, func(string) {}))
	if f.get("Namespace", "", fault.Namespace, "metadata", "deletionTimestamp") != nil {
		t.Error("the world was made in a namespace that is leaving")
	}
}
