package trace

import (
	"testing"

	"sigs.k8s.io/yaml"
)

// Of policies that miss a request the one that was meant for it.
func TestClosest(t *testing.T) {
	t.Parallel()
	c := caller{
		target: target{authority: "shop.example.com", method: "GET", path: "/catalog/7", headers: map[string]string{}},
		port:   8080, principal: "cluster.local/ns/web/sa/front",
	}
	policy := func(name, spec string) object {
		o := object{}
		if err := yaml.Unmarshal([]byte("{metadata: {name: "+name+", namespace: shop}, spec: "+spec+"}"), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	for _, tt := range []struct{ name, other, meant string }{
		{"another account before another path",
			`{rules: [{to: [{operation: {paths: [/healthz]}}]}]}`, `{rules: [{from: [{source: {principals: [cluster.local/ns/web/sa/back]}}]}]}`},
		{"a path that is nearly it before another method",
			`{rules: [{to: [{operation: {methods: [POST], paths: [/catalog*]}}]}]}`, `{rules: [{to: [{operation: {methods: [GET], paths: [/catalog]}}]}]}`},
		{"a host that is nearly it before another path",
			`{rules: [{to: [{operation: {methods: [GET], paths: [/healthz]}}]}]}`, `{rules: [{to: [{operation: {hosts: [shops.example.com]}}]}]}`},
		{"a list of hosts before a list of paths and methods",
			`{rules: [{to: [{operation: {methods: [GET], paths: [/healthz]}}]}]}`, `{rules: [{to: [{operation: {hosts: [other.test]}}]}]}`},
		{"one of rules before one of none", `{}`, `{rules: [{to: [{operation: {paths: [/healthz]}}]}]}`},
		{"one for the workload before one for all",
			`{rules: [{from: [{source: {namespaces: [a]}}]}]}`, `{selector: {matchLabels: {app: shop}}, rules: [{from: [{source: {namespaces: [b]}}]}]}`},
	} {
		if got := c.closest([]object{policy("other", tt.other), policy("meant", tt.meant)}); got.Name() != "meant" {
			t.Errorf("%s: %s", tt.name, got.Name())
		}
		if got := c.closest([]object{policy("meant", tt.meant), policy("other", tt.other)}); got.Name() != "meant" {
			t.Errorf("%s, in the other order: %s", tt.name, got.Name())
		}
	}
	if c.closest(nil) != nil {
		t.Error("of none there is no closest")
	}
}
