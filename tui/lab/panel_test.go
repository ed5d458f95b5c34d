package lab

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestCommandsBreakSoThatTheyStillRun(t *testing.T) {
	for _, c := range []string{
		`kubectl logs -n istio-system deploy/istio-ingressgateway --since=30s | grep '^\[' | tail -3`,
		`istioctl proxy-config endpoints deploy/orders-istio -n drill-mesh --cluster "outbound|80||orders.drill-mesh.svc.cluster.local"`,
		`kubectl get gateways.gateway.networking.k8s.io orders -o jsonpath='{range .a[*]}{.name} has {.n}{"\n"}{end}' | cat`,
	} {
		for _, w := range []int{36, 40, 60, 80} {
			lines := command(c, w)
			for _, l := range lines {
				if ansi.StringWidth(l) > w {
					t.Errorf("%d cells: %q is too wide", w, l)
				}
			}
			joined := strings.Join(lines, "\n")
			joined = strings.ReplaceAll(joined, " \\\n  ", " ") // as a shell reads it
			if joined = strings.ReplaceAll(joined, "\n"+goesOn, ""); joined != c {
				t.Errorf("%d cells: got %q", w, joined)
			}
			if broken := strings.Contains(strings.Join(lines, "\n"), goesOn); broken && w >= 70 {
				t.Errorf("%d cells: a word is broken that fits on a line: %q", w, lines)
			}
		}
	}
}
