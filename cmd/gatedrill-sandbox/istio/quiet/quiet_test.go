package quiet

import "testing"

func TestProgram(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, ""},
		{[]string{"/usr/local/bin/pilot-agent", "proxy"}, "pilot-agent"},
		{[]string{"gatedrill-istio", "pilot-discovery", "discovery"}, "pilot-discovery"},
		{[]string{"istioctl", "pilot-agent"}, "istioctl"},
		{[]string{"gatedrill-istio", "analyze"}, ""},
		{[]string{"gatedrill-istio"}, ""},
	} {
		if got := Program(c.args); got != c.want {
			t.Errorf("Program(%q) = %q, want %q", c.args, got, c.want)
		}
	}
}
