package envoy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestShares: a priority takes what those before it cannot. The numbers are
// those of Envoy's documentation.
func TestShares(t *testing.T) {
	t.Parallel()
	group := func(priority, up, down int) []Endpoint {
		var out []Endpoint
		for i := range up + down {
			e := Endpoint{Priority: priority, Health: "HEALTHY"}
			switch {
			case i < down && i%2 == 0:
				e.Failed = []string{"failed_outlier_check"}
			case i < down:
				e.Health = "UNHEALTHY"
			}
			out = append(out, e)
		}
		return out
	}
	for _, tt := range []struct {
		name      string
		endpoints []Endpoint
		want      map[int]int
	}{
		{"one priority", group(0, 3, 0), map[int]int{0: 100}},
		{"72 of 100: enough by overprovisioning", append(group(0, 72, 28), group(1, 100, 0)...), map[int]int{0: 100, 1: 0}},
		{"71 of 100", append(group(0, 71, 29), group(1, 100, 0)...), map[int]int{0: 99, 1: 1}},
		{"half: 30 percent spill over", append(group(0, 50, 50), group(1, 100, 0)...), map[int]int{0: 70, 1: 30}},
		{"none in the first", append(group(0, 0, 2), group(1, 2, 0)...), map[int]int{0: 0, 1: 100}},
		{"a quarter each: together too few", append(group(0, 25, 75), group(1, 25, 75)...), map[int]int{0: 50, 1: 50}},
		{"none at all", group(0, 0, 2), nil},
		{"no endpoints", nil, nil},
	} {
		if d := cmp.Diff(tt.want, Shares(tt.endpoints)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
	if got := Reached(append(group(0, 0, 2), group(1, 1, 0)...)); len(got) != 1 || got[0].Priority != 1 {
		t.Errorf("reached %v", got)
	}
	if got := Reached(group(0, 0, 2)); len(got) != 2 {
		t.Errorf("none healthy: reached %v", got)
	}
}
