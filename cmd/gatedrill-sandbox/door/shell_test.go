package door

import (
	"slices"
	"strings"
	"testing"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	s := Session{Env: []string{"HOME=/home/x", "LANG=C", "TERM=dumb"}, Path: "/run/bin:/usr/bin", Kubeconfig: "/run/kubeconfig"}
	got := s.environment(order{
		Env:    map[string]string{"LANG": "de_DE", "PATH": "/opt/bin", "KUBECONFIG": "/other", "PROMPT_COMMAND": "x", "GATEWAY_IP": "172.18.255.200"},
		Prompt: "shop$ ",
	})
	want := strings.Split("GATEWAY_IP=172.18.255.200|HOME=/home/x|KUBECONFIG=/run/kubeconfig|LANG=de_DE|PATH=/run/bin:/usr/bin:/opt/bin|PS1=shop$ |TERM=dumb", "|")
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	own := s.environment(order{Env: map[string]string{"PS1": "mine> "}, Prompt: "shop$ "})
	if !slices.Contains(own, "PS1=mine> ") {
		t.Errorf("the client's PS1 was lost: %q", own)
	}
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, _, err := Session{Pod: "/nonexistent"}.start(order{Command: []string{"true"}, Dir: "/no/such/folder"})
	if err == nil || !strings.Contains(err.Error(), "/no/such/folder") {
		t.Errorf("error %v, want the folder named", err)
	}
}
