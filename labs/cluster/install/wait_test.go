package install

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	k8stesting "k8s.io/client-go/testing"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// silent reports to nobody.
func silent(t *testing.T) *reporter {
	_, p := newPatience(t.Context())
	t.Cleanup(p.stop)
	return newReporter(nil, p)
}

func waiting(reason, message string) *unstructured.Unstructured {
	u := object("v1", "Pod", "istiod-1", map[string]any{
		"phase": "Pending",
		"containerStatuses": []any{map[string]any{
			"name": "discovery", "state": map[string]any{"waiting": map[string]any{"reason": reason, "message": message}},
		}},
	})
	u.Object["spec"] = map[string]any{"containers": []any{map[string]any{"name": "discovery", "image": "docker.io/istio/pilot:1.31.0"}}}
	return u
}

func TestDescribeNamesTheImage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ reason, message, want string }{
		{"ContainerCreating", "", "istiod-1 (pulling or creating: istio/pilot:1.31.0)"},
		{"PodInitializing", "", "istiod-1 (pulling or creating: istio/pilot:1.31.0)"},
		{"ErrImagePull", "not found", "istiod-1 (ErrImagePull: not found)"},
	} {
		if got := describe(objects{"istiod-1": waiting(tt.reason, tt.message)}); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// The wait begins anew at news, may be longer while an image is on its way,
// and has an end in any case.
func TestPatience(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		pod   func(minute int) *unstructured.Unstructured
		after time.Duration
		want  string
	}{
		{"nothing happens", func(int) *unstructured.Unstructured { return waiting("ErrImagePull", "") }, quiet, "no news for 5m0s"},
		{"the same over and over", func(m int) *unstructured.Unstructured {
			return waiting([]string{"ErrImagePull", "ImagePullBackOff"}[m%2], "")
		}, quiet + time.Minute, "no news for 5m0s"},
		{"an image is on its way", func(int) *unstructured.Unstructured { return waiting("ContainerCreating", "") }, slow, "no news for 10m0s"},
		{"always something new", func(m int) *unstructured.Unstructured {
			return waiting("CrashLoopBackOff", fmt.Sprint("minute ", m))
		}, most, "not within 15m0s"},
		{"a slow line", func(m int) *unstructured.Unstructured {
			if m < 9 {
				return waiting("ContainerCreating", "")
			}
			return pod("istiod-1", "True", "2026-01-02T10:00:05Z")
		}, 9 * time.Minute, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, f := newFake(tt.pod(0))
				ctx, p := newPatience(t.Context())
				defer p.stop()
				var wg sync.WaitGroup
				wg.Go(func() {
					r, _, _ := kinds("Pod")
					for m := 1; ; m++ {
						select {
						case <-ctx.Done():
							return
						case <-time.After(time.Minute):
						}
						if err := f.Tracker().Update(r, tt.pod(m), Namespace); err != nil {
							t.Error(err)
						}
					}
				})
				began := time.Now()
				err := c.podsReady(ctx, istiodPods, time.Time{}, newReporter(nil, p))
				took := time.Since(began)
				p.stop()
				wg.Wait()
				if took != tt.after || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
					t.Errorf("after %s: %v; want after %s: %s", took, err, tt.after, tt.want)
				}
			})
		})
	}
}

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}

// An API server that is away for a moment does not end the wait.
func TestErrorsThatPassAreWaitedOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
	}{
		{"refused", errRefused},
		{"reset", &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}},
		{"too many requests", apierrors.NewTooManyRequests("later", 1)},
		{"no etcd", apierrors.NewInternalError(errors.New("etcdserver: leader changed"))},
		{"timeout", apierrors.NewTimeoutError("slow", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, f := newFake(pod("istiod-1", "True", "2026-01-02T10:00:05Z"))
				var lists, applies atomic.Int32
				f.PrependReactor("list", "pods", func(k8stesting.Action) (bool, runtime.Object, error) { return lists.Add(1) <= 2, nil, tt.err })
				f.PrependReactor("patch", "*", func(k8stesting.Action) (bool, runtime.Object, error) {
					if applies.Add(1) <= 2 {
						return true, nil, tt.err
					}
					return true, &unstructured.Unstructured{}, nil
				})
				said := ""
				_, p := newPatience(t.Context())
				defer p.stop()
				r := newReporter(func(p cluster.Progress) { said = p.Waiting }, p)
				if err := c.podsReady(t.Context(), istiodPods, time.Time{}, r); err != nil {
					t.Error(err)
				}
				if !strings.HasPrefix(said, "the API server: ") {
					t.Errorf("said %q", said)
				}
				if err := c.apply(t.Context(), object("v1", "ConfigMap", "istio", nil)); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A watch that breaks or is too old is begun again.
func TestBrokenWatchesAreBegunAgain(t *testing.T) {
	t.Parallel()
	for _, broken := range []error{errRefused, apierrors.NewResourceExpired("too old")} {
		synctest.Test(t, func(t *testing.T) {
			c, f := newFake(pod("istiod-1", "False", "2026-01-02T10:00:05Z"))
			r, _, _ := kinds("Pod")
			f.PrependWatchReactor("pods", func(k8stesting.Action) (bool, watch.Interface, error) {
				return true, nil, errors.Join(broken, f.Tracker().Update(r, pod("istiod-1", "True", "2026-01-02T10:00:05Z"), Namespace))
			})
			if err := c.podsReady(t.Context(), istiodPods, time.Time{}, silent(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A list that fails says nothing about pods: the error is what there is to say.
func TestAFailedListIsNotAnEmptyOne(t *testing.T) {
	t.Parallel()
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "", errors.New("you may not"))
	for want, answer := range map[string]error{"connection refused": errRefused, "you may not": forbidden} {
		synctest.Test(t, func(t *testing.T) {
			c, f := newFake()
			f.PrependReactor("list", "*", func(k8stesting.Action) (bool, runtime.Object, error) { return true, nil, answer })
			ctx, p := newPatience(t.Context())
			defer p.stop()
			err := c.podsReady(ctx, istiodPods, time.Time{}, newReporter(nil, p))
			if err == nil || strings.Contains(err.Error(), "no pod yet") || !strings.Contains(err.Error(), want) {
				t.Errorf("pods: got %v", err)
			}
			err = c.established(ctx, []*unstructured.Unstructured{object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "gateways", nil)})
			if err == nil || strings.Contains(err.Error(), "definitions gateways") || !strings.Contains(err.Error(), want) && !errors.Is(err, context.Cause(ctx)) {
				t.Errorf("definitions: got %v", err)
			}
		})
	}
}
