package kubecontext

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gatedrill/gatedrill/labs/fault"
)

const (
	relayName = "relay"
	relayPort = 15080
	// relayWithin bounds the wait for the relay: its image may be pulled.
	relayWithin = 2 * time.Minute
	// relayStands is how long it has to run to be believed: a program that
	// cannot start is running for a moment too.
	relayStands = 600 * time.Millisecond
	// relayPatience is how long a reason that may pass is waited for.
	relayPatience = 20 * time.Second
)

// relayPod is a pod that the strictest of the Pod Security Standards admits.
// It has no token, and listens on its loopback only.
func relayPod(image string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{"name": relayName, "namespace": fault.Namespace,
			"labels": map[string]any{fault.Label: ownLabel, "app": "gatedrill-relay", "sidecar.istio.io/inject": "false"}},
		"spec": map[string]any{
			"automountServiceAccountToken": false, "enableServiceLinks": false, "terminationGracePeriodSeconds": int64(1),
			"securityContext": map[string]any{"runAsNonRoot": true, "runAsUser": int64(65532), "runAsGroup": int64(65532),
				"seccompProfile": map[string]any{"type": "RuntimeDefault"}},
			"containers": []any{map[string]any{
				"name": "relay", "image": image, "imagePullPolicy": "IfNotPresent",
				"args": []any{"-name", "relay", "-relay", fmt.Sprintf("127.0.0.1:%d", relayPort)},
				"resources": map[string]any{"requests": map[string]any{"cpu": "1m", "memory": "16Mi"},
					"limits": map[string]any{"cpu": "500m", "memory": "64Mi"}},
				"securityContext": map[string]any{"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
					"capabilities": map[string]any{"drop": []any{"ALL"}}},
			}},
		},
	}}
}

// ensureRelay makes the relay, or finds it, and returns when it runs. Why it
// does not is said in the pod's own words.
func (c *client) ensureRelay(ctx context.Context, image string, say func(string)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, relayWithin, fmt.Errorf("not within %s", relayWithin))
	defer cancel()
	pods := c.dynamic.Resource(core("pods")).Namespace(fault.Namespace)
	began, why := time.Now(), "to be made"
	var proved time.Time // since when it runs
	for {
		o, err := pods.Get(ctx, relayName, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			_, err = pods.Create(ctx, relayPod(image), metav1.CreateOptions{})
			// Its namespace's service account may not be there yet.
			if err != nil && !apierrors.IsAlreadyExists(err) && (!apierrors.IsForbidden(err) || time.Since(began) > 5*time.Second) {
				return fmt.Errorf("make Pod %s/%s: %w", fault.Namespace, relayName, err)
			}
		case err != nil && ctx.Err() == nil:
			return fmt.Errorf("look at Pod %s/%s: %w", fault.Namespace, relayName, c.orTrouble(err))
		case err != nil:
		case stale(o, image):
			none := int64(0)
			if err := pods.Delete(ctx, relayName, metav1.DeleteOptions{GracePeriodSeconds: &none}); err != nil && !apierrors.IsNotFound(err) {
				return fmt.Errorf("replace Pod %s/%s: %w", fault.Namespace, relayName, err)
			}
		default:
			running, reason, hopeless := podState(o)
			if running && !proved.IsZero() && time.Since(proved) >= relayStands {
				return nil
			}
			if running && proved.IsZero() {
				proved = time.Now()
			}
			if running {
				reason = "to go on running"
			} else {
				proved = time.Time{}
			}
			if why = reason; hopeless && time.Since(began) > relayPatience {
				return fmt.Errorf("Pod %s/%s does not start: %s (image %s has to be on the nodes, or in a registry, and as new as this gatedrill: gatedrill cluster use --context … --image IMAGE)",
					fault.Namespace, relayName, why, image)
			}
		}
		say(fmt.Sprintf("Pod %s/%s: %s", fault.Namespace, relayName, why))
		if pause(ctx, 200*time.Millisecond) != nil {
			return fmt.Errorf("wait for Pod %s/%s: %w: %s", fault.Namespace, relayName, context.Cause(ctx), why)
		}
	}
}

// stale says whether a relay has to be made anew.
func stale(o *unstructured.Unstructured, image string) bool {
	list, _, _ := unstructured.NestedSlice(o.Object, "spec", "containers")
	phase, _, _ := unstructured.NestedString(o.Object, "status", "phase")
	if o.GetDeletionTimestamp() != nil {
		return false // on its way out
	}
	m, _ := append(list, nil)[0].(map[string]any)
	return phase == "Failed" || phase == "Succeeded" || m["image"] != image
}

// podState says whether a pod runs, and if not why not, in its own words.
// Hopeless reasons seldom pass by themselves.
func podState(o *unstructured.Unstructured) (running bool, why string, hopeless bool) {
	conditions, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, x := range conditions {
		m, _ := x.(map[string]any)
		if m["type"] == "Ready" && m["status"] == "True" && o.GetDeletionTimestamp() == nil {
			return true, "", false
		}
		if m["type"] == "PodScheduled" && m["status"] == "False" {
			why, hopeless = fmt.Sprintf("%v: %v", m["reason"], m["message"]), true
		}
	}
	statuses, _, _ := unstructured.NestedSlice(o.Object, "status", "containerStatuses")
	for _, x := range statuses {
		m, _ := x.(map[string]any)
		for _, state := range []string{"waiting", "terminated"} {
			reason, _, _ := unstructured.NestedString(m, "state", state, "reason")
			message, _, _ := unstructured.NestedString(m, "state", state, "message")
			if reason != "" && reason != "ContainerCreating" {
				return false, reason + ": " + message, true
			}
		}
	}
	if why == "" {
		why = "starting"
	}
	return false, why, hopeless
}
