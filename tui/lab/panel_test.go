package lab

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestCommandsBreakSoThatTheyStillRun(t *testing.T) {
	for _, c := range []string{
		`kubectl logs -n istio-system deploy/istio-ingressgateway --since=30s | grep '^\[' | tail -3`,
		`istioctl proxy-config endpoints deploy/orders-istio -n mesh --cluster "outbound|80||orders.mesh.svc.cluster.local"`,
		`kubectl get gateways.gateway.networking.k8s.io orders -o jsonpath='{range .a[*]}{.name} has {.n}{"\n"}{end}' | cat`,
	} {
		for _, w := range []int{36, 40, 60, 80} {
			lines := command(c, w)
			for _, l := range lines {
				if ansi.StringWidth(l) > w {
					t.Errorf("%d cells: %q is too wide", w, l)
				}
			}
			joined := strings.ReplaceAll(strings.Join(lines, "\n"), " \\\n  ", " ")
			if w == 80 && strings.ReplaceAll(joined, "\n", " ") != c {
				t.Errorf("%d cells: got %q", w, joined)
			}
			if squeezed := strings.NewReplacer(" ", "", "\n", ""); squeezed.Replace(joined) != squeezed.Replace(c) {
				t.Errorf("%d cells: something is lost: %q", w, joined)
			}
		}
	}
}
