package install

import (
	"strings"
	"testing"
)

func TestCheckMesh(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "# only words\n", ""},
		{"good", "outboundTrafficPolicy: {mode: REGISTRY_ONLY}\naccessLogFile: null\nproxy_http_port: 1\n", ""},
		{"broken", "trustDomain: x\n  accessLogFile: [\n", "line 2: it is no YAML"},
		{"list", "- trustDomain\n", "it is no mapping: want settings"},
		{"text", "trustDomain", "it is no mapping: want settings"},
		{"unknown", "trustDomain: x\n# outboundTraficPolicy: no\noutboundTraficPolicy: {}\n", `line 3: Istio's mesh configuration has no setting "outboundTraficPolicy"`},
		{"twice", "trustDomain: x\ntrustDomain: y\n", "line 2: it is no YAML: key \"trustDomain\" already set"},
	} {
		got := ""
		if err := CheckMesh([]byte(tt.text)); err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") || strings.Contains(got, "\n") {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The profiles' own settings pass too.
func TestProfilesPassCheckMesh(t *testing.T) {
	t.Parallel()
	if err := CheckMesh([]byte(Sandbox().Mesh)); err != nil {
		t.Error(err)
	}
}
