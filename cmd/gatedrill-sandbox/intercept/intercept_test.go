package intercept

import (
	"strings"
	"testing"
)

// injected is what istiod 1.31 gives its init container.
var injected = strings.Fields("-p 15001 -z 15006 -u 1337 -m REDIRECT -i * -x 10.0.0.0/8,192.0.2.7 -b * -d 15090,15021,15020 --log_output_level=default:info")

func texts(t *testing.T, args []string) string {
	t.Helper()
	o, err := Parse(args)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range o.Rules() {
		hook := "out"
		if r.Inbound {
			hook = "in"
		}
		out = append(out, hook+": "+r.Text)
	}
	return strings.Join(out, "\n")
}

func TestRulesOfAnInjectedPod(t *testing.T) {
	t.Parallel()
	const want = `in: tcp dport 15090 return
in: tcp dport 15021 return
in: tcp dport 15020 return
in: tcp dport 15008 return
in: meta l4proto tcp redirect to :15006
out: ip saddr 127.0.0.6 oifname lo return
out: ip daddr != 127.0.0.1 oifname lo meta mark 1337 tcp redirect to :15006
out: meta mark 1337 return
out: ip daddr 127.0.0.0/8 return
out: ip daddr 10.0.0.0/8 return
out: ip daddr 192.0.2.7/32 return
out: meta l4proto tcp redirect to :15001`
	if got := texts(t, injected); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRulesOfASelection(t *testing.T) {
	t.Parallel()
	got := texts(t, []string{"-b", "8080", "-i", "10.96.0.0/16", "-o", "3306"})
	for _, want := range []string{
		"in: tcp dport 8080 redirect to :15006",
		"out: tcp dport 3306 return",
		"out: ip daddr 10.96.0.0/16 tcp redirect to :15001",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "meta l4proto tcp redirect") {
		t.Errorf("more than the selection is redirected:\n%s", got)
	}
}

func TestNoInbound(t *testing.T) {
	t.Parallel()
	if got := texts(t, []string{"-b", ""}); strings.Contains(got, "in: ") {
		t.Errorf("inbound rules although none are wanted:\n%s", got)
	}
}

func TestNothingOutboundButSomePorts(t *testing.T) {
	t.Parallel()
	got := texts(t, []string{"-i", "", "-q", "8443,9000"})
	for _, want := range []string{"out: tcp dport 8443 redirect to :15001", "out: tcp dport 9000 redirect to :15001"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "out: meta l4proto tcp redirect") {
		t.Errorf("more than the ports is redirected:\n%s", got)
	}
}

func TestBadArgument(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-p", "x"}, {"-d", "70000"}, {"-x", "10.0.0.0/99"}} {
		if _, err := Parse(args); err == nil || !strings.Contains(err.Error(), args[1]) {
			t.Errorf("Parse(%q): %v, want the value named", args, err)
		}
	}
}
