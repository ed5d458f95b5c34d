package labfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs/labfile"
)

// Somebody's lab is held to what it may do; the place that does it is told.
func TestForeignLabs(t *testing.T) {
	t.Parallel()
	own := strings.NewReplacer("shop/", "drill-shop/", "namespace: shop", "namespace: drill-shop")
	deployment := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: drill-shop}\nspec: {template: {spec: %s}}\n"
	for name, c := range map[string]struct {
		lab   func(string) string
		files map[string]string
		want  string // "" for nothing
	}{
		"good":         {},
		"mesh, unsaid": {lab: func(s string) string { return strings.Replace(s, "requires: [mesh-admin]\n", "", 1) }, want: "the lab writes Secret istio-system/shop-cert, which is the whole mesh's"},
		"mesh, and no YAML": {lab: func(s string) string { return strings.Replace(s, "difficulty: 1", "difficulty: 1: 2", 1) },
			files: map[string]string{"base/mesh.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: istio-system}\n"}, want: "mapping value is not allowed"},
		"mesh, unneeded": {lab: func(s string) string { return strings.Replace(s, "istio-system/shop-cert", "drill-shop/shop-cert", 1) }, want: "leave mesh-admin out of requires"},
		"foreign namespace": {files: map[string]string{"base/web.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: payments}\n"},
			want: "the lab writes Service payments/web: a lab writes to namespaces named drill-…"},
		"namespace of the mesh": {files: map[string]string{"base/home.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: istio-system}\n"}, want: "the lab writes Namespace istio-system"},
		"cluster-wide":          {files: map[string]string{"fault/patch.yaml": "- delete: ClusterRole admin\n"}, want: "the lab writes ClusterRole admin"},
		"node, in a manifest":   {files: map[string]string{"base/pod.yaml": fmt.Sprintf(deployment, "{hostNetwork: true}")}, want: "base/pod.yaml:1:1: Deployment drill-shop/web reaches for the node: a lab's pods have no hostNetwork"},
		"node, in a merge": {files: map[string]string{"fault/patch.yaml": "- patch: Deployment shop/web\n  merge: {spec: {template: {spec: {volumes: [{name: a, hostPath: {path: /}}]}}}}\n"},
			want: "fault/patch.yaml:1:3: the patch of Deployment drill-shop/web reaches for the node: a lab's pods have no hostPath"},
		"node, in a path": {files: map[string]string{"fault/patch.yaml": "- patch: Deployment shop/web\n  json: [{op: add, path: /spec/template/spec/hostPID, value: true}]\n"}, want: "hostPID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lab := strings.Replace(goodLab, "difficulty: 1", "difficulty: 1\nrequires: [mesh-admin]", 1)
			if c.lab != nil {
				lab = c.lab(lab)
			}
			files := folder("shop-is-gone", c.files)
			files["shop-is-gone/lab.yaml"].Data = []byte(lab)
			for _, f := range files {
				f.Data = []byte(own.Replace(string(f.Data)))
			}
			list, problems := labfile.Load(labfile.Folder{Name: "mine", FS: files, Foreign: true}, labfile.Shared{})
			if c.want == "" && (len(list) != 1 || list[0].From != "mine") {
				t.Fatalf("%v %v", list, problems)
			}
			if c.want != "" && (len(list) > 0 || len(problems) != 1 || !strings.Contains(problems[0].String(), c.want) || !strings.HasPrefix(problems[0].File, "mine/shop-is-gone/")) {
				t.Errorf("%v, want one that says %q", problems, c.want)
			}
		})
	}
}
