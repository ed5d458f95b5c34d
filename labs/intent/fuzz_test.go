package intent

import (
	"encoding/json"
	"testing"

	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// FuzzCompile: objects with fields of any type compile to something, and what
// they compile to can be asked.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		`{"kind":"VirtualService","metadata":{"name":"x"},"spec":{"http":[{"match":[{"uri":{"regex":"("},"headers":7,"port":"a"}],"route":[{"weight":"x"}],"delegate":{"name":"x"}}],"tls":[{"match":[{"sniHosts":"a"}]}],"tcp":7}}`,
		`{"kind":"HTTPRoute","spec":{"parentRefs":[{"name":1}],"hostnames":[7],"rules":[{"matches":[{"path":{"type":"New"},"headers":[{"type":"New"}]}],"filters":[{"type":"RequestMirror","requestMirror":{"fraction":{"numerator":1}}}],"backendRefs":[{"weight":-1}]}]}}`,
		`{"kind":"TLSRoute","spec":{"rules":[{}]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var o object
		if json.Unmarshal(text, &o) != nil {
			return
		}
		ix := snapshot.IndexOf([]object{o})
		v := View{Index: ix, Gateways: []string{"a/g"}, Port: 80}
		req, c := match.Request{Method: "GET", Path: "/", Authority: "h"}, match.Connection{Port: 80, SNI: "h", TLS: true}
		for _, rules := range [][]Rule{v.HTTP(o), v.TLS(o), v.TCP(o), v.Routes(o)} {
			if rule, res := Pick(rules, req, c); (rule == nil) == res.OK() {
				t.Errorf("rule %v, %+v", rule, res)
			}
		}
		for _, ref := range o.Items("spec", "parentRefs") {
			if Means(o, ref, o) {
				Attach(ix, o, ref, o)
			}
		}
	})
}
