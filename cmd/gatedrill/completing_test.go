package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
)

const gatewayOfTheirs = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: theirs}
spec:
  gatewayClassName: istio
  addresses: [{value: istio-ingressgateway.istio-system.svc.cluster.local}]
  listeners:
  - {name: https, port: 443, protocol: HTTPS, hostname: shop.example.com, tls: {mode: Terminate}}
  - {name: wild, port: 443, protocol: HTTPS, hostname: "*.example.net", tls: {mode: Terminate}}
`

// theirCluster writes a kubeconfig with the context dev, of a cluster that has
// a gateway.
func theirCluster(t *testing.T) string {
	t.Helper()
	api, err := clustertest.NewStranger()
	if err != nil {
		t.Fatal(err)
	}
	var o map[string]any
	if err := yaml.Unmarshal([]byte(gatewayOfTheirs), &o); err != nil {
		t.Fatal(err)
	}
	if err := api.Make(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	c := clientcmdapi.NewConfig()
	c.Clusters["home"] = &clientcmdapi.Cluster{Server: clustertest.Serve(t, api).URL}
	c.Contexts["dev"] = &clientcmdapi.Context{Cluster: "home"}
	file := filepath.Join(t.TempDir(), "config")
	if err := clientcmd.WriteToFile(*c, file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCompleteHosts(t *testing.T) {
	t.Parallel()
	e, _ := offline(t)
	c := traceCommands(e)[0]
	for flag, value := range map[string]string{"kubeconfig": theirCluster(t), "context": "dev"} {
		if err := c.Flags().Set(flag, value); err != nil {
			t.Fatal(err)
		}
	}
	if got := hostURLs(t.Context(), e, c); got != nil {
		t.Errorf("a lab asks what is broken, and its hosts are offered: %q", got)
	}
	if err := os.Remove(e.path("history.jsonl")); err != nil {
		t.Fatal(err)
	}
	if got, want := hostURLs(t.Context(), e, c), []string{"https://shop.example.com/\tGateway theirs/public"}; !slices.Equal(got, want) {
		t.Errorf("URLs are %q, want %q", got, want)
	}
	if got, want := hostNames(t.Context(), e, c), []string{"none\tno server name is sent", "shop.example.com"}; !slices.Equal(got, want) {
		t.Errorf("server names are %q, want %q", got, want)
	}
}

// TestCompletionWaitsForNobody: a source that does not even see that it was
// given up is left alone, and what others put into a name moves no cursor.
func TestCompletionWaitsForNobody(t *testing.T) {
	t.Parallel()
	e, _ := offline(t)
	c := &cobra.Command{}
	c.SetContext(t.Context())
	never := make(chan struct{})
	defer close(never)
	hangs := func(context.Context, *env, *cobra.Command) []string { <-never; return []string{"late"} }
	began := time.Now()
	if got := inTime(e, c, bounded(clusterWithin, hangs)); got != nil || time.Since(began) >= filesWithin {
		t.Errorf("%q after %s", got, time.Since(began))
	}
	if got := inTime(e, c, fixed("a\x1b[2J\tb\nc")); !slices.Equal(got, []string{"a·[2J\tb·c"}) {
		t.Errorf("%q", got)
	}
}

// findShell finds a shell to complete in; where there is none, the test says so
// and is skipped.
func findShell(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("nothing was completed in %s: it is not on PATH", name)
	}
	return path
}

// completed runs a script in a shell, which finds gatedrill on its PATH (see
// TestMain), and returns what it printed.
func completed(t *testing.T, script string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], append(args[1:], script)...)
	cmd.Env = append(os.Environ(), "GATEDRILL_HOME="+t.TempDir(), "HOME="+t.TempDir(), "TERM=dumb")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil || errs.Len() > 0 {
		t.Fatalf("%s: %v\n%s", args[0], err, errs.String())
	}
	return string(out)
}

// bashCompletion are the words before and behind the cursor as the package
// bash-completion makes them, for machines without it: none of ours is split.
const bashCompletion = `
_get_comp_words_by_ref() { cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD; }
__ltrim_colon_completions() { :; }
`

func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	bash := findShell(t, "bash")
	before := bashCompletion
	const installed = "/usr/share/bash-completion/bash_completion"
	if _, err := os.Stat(installed); err == nil {
		before = "source " + installed + "\n"
	} else {
		t.Logf("%s is not there: its two functions are ours", installed)
	}
	out := completed(t, before+`
compopt() { :; } # is for a completion that readline asks for
source <(gatedrill completion bash)
COMP_LINE='gatedrill lab start shop-is-g' COMP_POINT=29 COMP_TYPE=9 COMP_WORDS=(gatedrill lab start shop-is-g) COMP_CWORD=3
__start_gatedrill
printf '<%s>' "${COMPREPLY[@]}"`, bash, "--norc", "-c")
	if out != "<shop-is-gone>" {
		t.Errorf("shop-is-g is completed to %q", out)
	}
}

func TestCompletionInFish(t *testing.T) {
	t.Parallel()
	fish := findShell(t, "fish")
	out := completed(t, `gatedrill completion fish | source; complete --do-complete 'gatedrill lab verdict tls off'`, fish, "--no-config", "-c")
	if strings.TrimSpace(out) != "off-path" {
		t.Errorf("off is completed to %q", out)
	}
}

// TestCompletionInZsh: zsh completes on a terminal only; its script is read by
// it, and asks the program.
func TestCompletionInZsh(t *testing.T) {
	t.Parallel()
	zsh := findShell(t, "zsh")
	out := completed(t, `
compdef() { :; }
_describe() { print -r -- "${(@P)2}"; return 0 }
source <(gatedrill completion zsh)
words=(gatedrill lab start shop-is-g) CURRENT=4
_gatedrill`, zsh, "-f", "-c")
	if !slices.Contains(strings.Fields(out), "shop-is-gone") {
		t.Errorf("shop-is-g is completed to %q", out)
	}
}
