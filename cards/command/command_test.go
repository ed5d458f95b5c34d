package command

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatedrill/gatedrill/cards"
)

// Lines that are one command to the tool.
func TestSame(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, accepted, typed string }{
		{"as it is", "kubectl get pods", "kubectl get pods"},
		{"spaces and quotes", `kubectl get pods -l 'app=web'`, `  kubectl   get "pods" -l app=web `},
		{"a prompt", "kubectl get pods", "$ kubectl get pods"},
		{"over lines", "kubectl get pods \\\n  -n shop", "kubectl get pods -n shop"},
		{"order of flags", "kubectl get pods -n shop -o wide", "kubectl -o wide get -n shop pods"},
		{"long and short flags", "kubectl get pods -n shop -A", "kubectl get pods --all-namespaces --namespace shop"},
		{"equals", "kubectl get pods --namespace=shop", "kubectl get pods --namespace shop"},
		{"short with its value", "kubectl get pods -n shop -o json", "kubectl get pods -nshop -o=json"},
		{"a bundle", "kubectl exec -i -t web -- sh", "kubectl exec -it web -- sh"},
		{"a flag that is true anyway", "kubectl get pods -w", "kubectl get pods --watch=true"},
		{"short name of a kind", "kubectl get services web", "kubectl get svc web"},
		{"kind and name", "kubectl get service/web", "kubectl get svc web"},
		{"several names", "kubectl get svc web api", "kubectl get services/web svc/api"},
		{"several kinds", "kubectl get vs,gw -A", "kubectl get gateways.networking.istio.io,virtualservices -A"},
		{"a kind with its group", "kubectl get virtualservices.networking.istio.io -A", "kubectl get vs -A"},
		{"a pod is what logs are of", "kubectl logs pod/web -c istio-proxy", "kubectl logs web -c istio-proxy"},
		{"-f follows logs", "kubectl logs deploy/web -f --tail 5", "kubectl logs --follow --tail=5 deployment/web"},
		{"-f of apply is a file", "kubectl apply -f x.yaml", "kubectl apply --filename=x.yaml"},
		{"-p of patch is a patch", "kubectl patch svc web -p '{}'", "kubectl patch services web --patch {}"},
		{"k", "kubectl get ns", "k get namespaces"},
		{"what runs in a pod", "kubectl exec deploy/web -n shop -- curl -sI localhost:80", "kubectl exec -n shop deployments/web -- curl --head --silent http://localhost:80/"},
		{"rollout", "kubectl rollout restart deployment web", "kubectl rollout restart deploy/web"},
		{"label", "kubectl label ns shop istio-injection=enabled", "kubectl label namespace/shop istio-injection=enabled"},
		{"proxy-config", "istioctl proxy-config routes deploy/gw -n istio-system", "istioctl pc r deployment/gw --namespace=istio-system"},
		{"plural and singular of proxy-config", "istioctl pc listener x --port 8443", "istioctl proxy-config listeners pod/x --port=8443"},
		{"experimental", "istioctl x describe pod web", "istioctl experimental des po web"},
		{"proxy-status", "istioctl ps", "istioctl proxy-status"},
		{"letters of curl", "curl -sSI -k https://shop.example.com/", "curl -k -I -S -s https://shop.example.com"},
		{"long flags of curl", "curl -v --resolve a:443:1.2.3.4 https://a", "curl --resolve a:443:1.2.3.4 --verbose https://a/"},
		{"a header", "curl -H 'Host: shop' http://1.2.3.4", "curl -Hhost:shop 1.2.3.4"},
		{"a header twice, in any order", "curl -H a:1 -H b:2 x", "curl -H b:2 -H a:1 x"},
		{"flags of openssl", "openssl s_client -connect a:443 -servername b", "openssl s_client -servername b -connect a:443"},
		{"a pipe", "openssl s_client -connect a:443 </dev/null | openssl x509 -noout -subject", "openssl s_client </dev/null -connect a:443|openssl x509 -subject -noout"},
		{"the folder of a program", "/usr/bin/curl x", "curl x"},
		{"a program that is not known", "grep -rn 'a b' x", "grep -rn \"a b\" x"},
		{"dig", "dig +short shop.example.com @10.0.0.1", "dig @10.0.0.1 'shop.example.com' +short"},
		{"tcpdump", "tcpdump -ni any port 443", "tcpdump -i any -n port 443"},
		{"-r of a log is to reset it", "istioctl pc log x -r -n y", "istioctl proxy-config log --reset x -n y"},
		{"-r of another command has a value", "istioctl ps -r canary", "istioctl proxy-status --revision=canary"},
		{"equals of a program that is not known", "envoy --mode=validate", "envoy --mode validate"},
		{"what only the shell knows", `kubectl logs "$POD"`, `kubectl logs "$POD"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, pair := range [][2]string{{tt.accepted, tt.typed}, {tt.typed, tt.accepted}} {
				if d := Compare(pair[:1], pair[1]); !d.Same() {
					t.Errorf("%q is not %q: %+v", pair[1], pair[0], d)
				}
			}
		})
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, accepted, typed string
		want                  cards.Difference
	}{
		{"a flag is missing", "kubectl get pods -n shop", "kubectl get pods", cards.Difference{Missing: []string{"-n shop"}}},
		{"a flag too many", "kubectl get pods", "kubectl get pods -o wide", cards.Difference{Extra: []string{"-o wide"}}},
		{"another value", "kubectl get pods --namespace=shop", "kubectl get pods -n web", cards.Difference{Changed: []cards.Change{{Want: "--namespace=shop", Got: "-n web"}}}},
		{"another word", "istioctl pc routes x", "istioctl pc listeners x", cards.Difference{Changed: []cards.Change{{Want: "routes", Got: "listeners"}}}},
		{"a word is missing", "istioctl pc routes x", "istioctl pc x", cards.Difference{Missing: []string{"routes"}}},
		{"another object", "kubectl get svc web", "kubectl get svc api", cards.Difference{Changed: []cards.Change{{Want: "svc web", Got: "svc api"}}}},
		{"another program", "istioctl ps", "kubectl get pods", cards.Difference{Changed: []cards.Change{{Want: "istioctl ps", Got: "kubectl get pods"}}}},
		{"no second half of a pipe", "kubectl get pods | grep web", "kubectl get pods", cards.Difference{Missing: []string{"grep web"}}},
		{"another joint", "cat a && cat b", "cat a; cat b", cards.Difference{Changed: []cards.Change{{Want: "&&", Got: ";"}}}},
		{"no redirection", "openssl s_client -connect a:443 </dev/null", "openssl s_client -connect a:443", cards.Difference{Missing: []string{"</dev/null"}}},
		{"a flag on the wrong side of --", "kubectl exec web -n shop -- env", "kubectl exec web -- env -n shop", cards.Difference{Missing: []string{"-n shop"}, Extra: []string{"-n", "shop"}}},
		{"curl knows no equals", "curl --max-time 2 x", "curl --max-time=2 x", cards.Difference{
			Missing: []string{"x", "--max-time 2"}, Extra: []string{"--max-time=2 x"},
		}},
		{"a flag that is false", "kubectl get pods -w", "kubectl get pods --watch=false", cards.Difference{Changed: []cards.Change{{Want: "-w", Got: "--watch=false"}}}},
		{"the two gateways are two", "kubectl get gateways.networking.istio.io", "kubectl get gtw", cards.Difference{Changed: []cards.Change{{Want: "gateways.networking.istio.io", Got: "gtw"}}}},
		{"nothing", "ls", " ", cards.Difference{Trouble: "there is no command in it"}},
		{"no shell reads it", "ls", "ls 'x", cards.Difference{Trouble: "a shell does not read it: reached EOF without closing quote `'`, at character 4"}},
		{"too long", "ls", strings.Repeat("x", 5000), cards.Difference{Trouble: "it is longer than 4096 bytes"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.Accepted = tt.accepted
			got := Compare([]string{tt.accepted}, tt.typed)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Same() {
				t.Error("and that is the same")
			}
		})
	}
}

// The learner is told of the command that his comes nearest to.
func TestNearest(t *testing.T) {
	t.Parallel()
	d := Compare([]string{"istioctl pc routes x -n a", "kubectl get pods -A", "kubectl get pods -n shop -o wide"}, "kubectl get po -n shop")
	if d.Accepted != "kubectl get pods -n shop -o wide" || len(d.Missing) != 1 {
		t.Errorf("%+v", d)
	}
	if d := Compare([]string{"a", "b"}, "b"); !d.Same() || d.Accepted != "b" {
		t.Errorf("%+v", d)
	}
	if d := Compare([]string{"a '", "b"}, "b"); !d.Same() {
		t.Errorf("one that no shell reads among them: %+v", d)
	}
}

func FuzzCompare(f *testing.F) {
	for _, s := range []string{
		"kubectl get pods -n shop -o wide", "kubectl exec -it web -- curl -sI localhost", "istioctl pc r x --name=y", "curl -H 'a: b' -sSIk https://a/b",
		"openssl s_client -connect a:443 </dev/null | openssl x509 -noout", "for i in 1 2; do ls; done", "a=b ls <<X\nx\nX", "! ls & ls", "$(ls) `ls` ${x:-y}", "k get svc/ -l",
	} {
		f.Add(s, "kubectl get pods")
		f.Add("kubectl logs x -f", s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		d := Compare([]string{a}, b)
		if err := Check(a); err == nil && Check(b) == nil {
			if back := Compare([]string{b}, a); back.Same() != d.Same() {
				t.Errorf("%q and %q: %v one way, %v the other", a, b, d.Same(), back.Same())
			}
			if self := Compare([]string{a}, a); !self.Same() {
				t.Errorf("%q is not itself: %+v", a, self)
			}
		} else if d.Same() {
			t.Errorf("%q and %q are the same, though one is no command", a, b)
		}
	})
}
