package fault_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gatedrill/gatedrill/labs"
)

// A fault may take the address away by which clients know the gateway; their
// names lead there all the same.
func TestGatewayAddress(t *testing.T) {
	t.Parallel()
	lab := &labs.Lab{Requests: map[string]labs.Request{labs.MainRequest: {URL: "https://shop.example.com/"}}}
	for _, tt := range []struct {
		name string
		zone string
		has  bool // the Service has its address
		want string
	}{
		{"that of the Service", "shop.example.com. 60 IN A 192.0.2.9", true, "192.0.2.1"},
		{"a name that leads elsewhere does not count", "", true, "192.0.2.1"},
		{"taken away", "shop.example.com. 60 IN A 192.0.2.9", false, "192.0.2.9"},
		{"taken away, behind an alias", "shop.example.com. 60 IN CNAME gw.example.com.\ngw.example.com. 60 IN A 192.0.2.9", false, "192.0.2.9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := setUp(t)
			f.set("configmaps", "drill-internet", "public-dns", map[string]any{"zone": tt.zone}, "data")
			if !tt.has {
				f.set("services", "istio-system", "istio-ingressgateway", map[string]any{}, "status")
			}
			got, err := f.engine.GatewayAddress(t.Context(), lab)
			f.must(err)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// set writes a field of an object as it is, as a controller would.
func (f fixture) set(resource, ns, name string, value any, path ...string) {
	f.Helper()
	r := f.api.Resource(schema.GroupVersionResource{Version: "v1", Resource: resource}).Namespace(ns)
	o, err := r.Get(f.Context(), name, metav1.GetOptions{})
	f.must(err)
	f.must(unstructured.SetNestedField(o.Object, value, path...))
	_, err = r.Update(f.Context(), o, metav1.UpdateOptions{})
	f.must(err)
}
