package explain

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLogNamesEveryField: one field for each of Istio's format, each with the
// value that stands in its place.
func TestLogNamesEveryField(t *testing.T) {
	t.Parallel()
	const line = `[2026-11-23T08:12:44.120Z] "GET /cart HTTP/2" 503 UF,URX upstream_reset closed "tls_error" 11 12 13 14 "10.0.0.1" "agent x" "id-1" "shop.example.com" "10.0.0.2:80" outbound|80||cart 10.0.0.3:1 10.0.0.4:8443 10.0.0.5:2 sni.example.com route-1`
	var got []string
	for _, f := range Log(line) {
		if f.Means == "" {
			t.Errorf("%s is not explained", f.Name)
		}
		got = append(got, f.Value)
	}
	want := []string{"2026-11-23T08:12:44.12Z", "GET /cart HTTP/2", "503", "UF,URX", "upstream_reset", "closed", "tls_error",
		"11", "12", "13", "14", "10.0.0.1", "agent x", "id-1", "shop.example.com", "10.0.0.2:80", "outbound|80||cart", "10.0.0.3:1",
		"10.0.0.4:8443", "10.0.0.5:2", "sni.example.com", "route-1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestLogOfOtherLines(t *testing.T) {
	t.Parallel()
	if got := Log("warning: not of the access log"); got != nil {
		t.Errorf("explained: %v", got)
	}
	head := Log(`[2026-11-23T08:12:44.120Z] "- - -" 0 NR filter_chain_not_found - "-" 0 0`)
	if len(head) != 6 || head[1].Value != "- - -" || head[5].Value != "-" {
		t.Errorf("a line that was cut: %v", head)
	}
	if m := head[3].Means; !strings.Contains(m, "NR: no route") {
		t.Errorf("the flag is not explained: %q", m)
	}
	if m := flags("XX,UH"); m != "XX: a response flag that is not known here; UH: the cluster has no healthy endpoint" {
		t.Errorf("got %q", m)
	}
	for _, f := range []string{"NR", "NC", "UH", "UF", "UC", "UO", "UT", "UR", "UPE", "UMSDR", "URX", "DC", "DR", "DPE", "DT", "LR", "SI", "IH", "RL", "RLSE", "UAEX", "DI", "FI", "LH", "NFCF", "OM", "DF", "DO", "UDO", "RFCF"} {
		if flag(f) == "" {
			t.Errorf("%s is not explained", f)
		}
	}
}
