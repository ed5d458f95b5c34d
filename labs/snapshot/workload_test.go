package snapshot

import (
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

func podOf(name string, labels map[string]any, owners ...[3]string) Object {
	var refs []any
	for _, o := range owners {
		refs = append(refs, map[string]any{"apiVersion": o[0], "kind": o[1], "name": o[2]})
	}
	return Object{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"namespace": "shop", "name": name, "labels": labels, "ownerReferences": refs}}
}

// TestWorkload: one way from what runs pods to its pods, whatever its kind.
func TestWorkload(t *testing.T) {
	t.Parallel()
	hash := map[string]any{"pod-template-hash": "5f4"}
	deployed := podOf("web-5f4-x", hash, [3]string{"apps/v1", "ReplicaSet", "web-5f4"})
	stateful := podOf("db-0", nil, [3]string{"apps/v1", "StatefulSet", "db"})
	daemon := podOf("agent-x", nil, [3]string{"apps/v1", "DaemonSet", "agent"})
	replica := podOf("bare-x", nil, [3]string{"apps/v1", "ReplicaSet", "bare"})
	job := podOf("once-x", nil, [3]string{"batch/v1", "Job", "once"})
	cron := podOf("nightly-29-x", nil, [3]string{"batch/v1", "Job", "nightly-29"})
	alone := podOf("alone", nil)
	static := podOf("static-node", nil, [3]string{"v1", "Node", "node"})
	for _, tt := range []struct {
		key  string
		pod  Object
		want string // "" for none of its pods
	}{
		{"shop/web", deployed, "Deployment.apps shop/web"},
		{"shop/deployment/web", deployed, "Deployment.apps shop/web"},
		{"shop/web-5f4", deployed, "ReplicaSet.apps shop/web-5f4"},
		{"shop/web-5f4-x", deployed, "Pod shop/web-5f4-x"},
		{"shop/statefulset/web", deployed, ""},
		{"other/web", deployed, ""},
		{"shop/db", stateful, "StatefulSet.apps shop/db"},
		{"shop/StatefulSet/db", stateful, "StatefulSet.apps shop/db"},
		{"shop/pod/db-0", stateful, "Pod shop/db-0"},
		{"shop/agent", daemon, "DaemonSet.apps shop/agent"},
		{"shop/replicaset/bare", replica, "ReplicaSet.apps shop/bare"},
		{"shop/once", job, "Job.batch shop/once"},
		{"shop/cronjob/nightly", cron, "CronJob.batch shop/nightly"},
		{"shop/alone", alone, "Pod shop/alone"},
		{"shop/node", static, ""},
	} {
		ref, ok := ParseWorkload(tt.key).Runs(tt.pod)
		if got := ref.Long(); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%s runs %s: %v as %s, want %q", tt.key, tt.pod.Name(), ok, got, tt.want)
		}
	}
	for key, want := range map[string]labs.Object{
		"shop/gone":             {Group: "apps", Kind: "Deployment", Namespace: "shop", Name: "gone"},
		"shop/statefulset/gone": {Group: "apps", Kind: "StatefulSet", Namespace: "shop", Name: "gone"},
		"shop/job/gone":         {Group: "batch", Kind: "Job", Namespace: "shop", Name: "gone"},
		"shop/pod/gone":         {Kind: "Pod", Namespace: "shop", Name: "gone"},
	} {
		if got := ParseWorkload(key).Ref(); got != want {
			t.Errorf("%s is %+v, want %+v", key, got, want)
		}
	}
}
