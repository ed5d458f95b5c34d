package check

import (
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

func TestMisreadTellsSlipsFromWrongAnswers(t *testing.T) {
	shop := []string{"VirtualService shop/shop"}
	for _, x := range []struct {
		accept labs.Accept
		values []string
		answer string
		slip   bool
	}{
		{labs.AcceptNumber, []string{"1"}, "one", true},
		{labs.AcceptNumber, []string{"1"}, "2", false},
		{labs.AcceptBoolean, []string{"true"}, "maybe", true},
		{labs.AcceptBoolean, []string{"true"}, "no", false},
		{labs.AcceptObject, shop, "shop", true},
		{labs.AcceptObject, shop, "vs shop", true},
		{labs.AcceptObject, shop, "shop/shop", true},
		{labs.AcceptObject, shop, "vs shop/api", false},
		{labs.AcceptObject, shop, "vs shop/shop", false},
		{labs.AcceptObject, []string{"Namespace /shop"}, "ns other", false},
		{labs.AcceptFlag, []string{"NR"}, "what is it", true},
		{labs.AcceptFlag, []string{"NR"}, "404 NR", false},
		{labs.AcceptFlag, []string{"NR"}, "503 UC", false},
		{labs.AcceptFlag, []string{"NR"}, "404", true},
		{labs.AcceptNumber, []string{"80"}, ":81", false},
		{labs.AcceptFlag, []string{"NR"}, "uf", false},
		{labs.AcceptFlag, []string{"NR"}, "-", false},
		{labs.AcceptFlag, []string{"XX"}, "xx", false},
		{labs.AcceptText, []string{"SIMPLE"}, "anything", false},
	} {
		got := Truth{accept: x.accept, values: x.values}.Misread(x.answer)
		if (got != "") != x.slip {
			t.Errorf("%s, want %v: %q gives %q", x.accept, x.values, x.answer, got)
		}
	}
}

func TestMisreadSaysWhatIsMissing(t *testing.T) {
	secret := Truth{accept: labs.AcceptObject, values: []string{"Secret infra/front-cert"}}
	for answer, want := range map[string]string{
		"infra/front-cert":   "Name the kind too",
		"`infra/front-cert`": "Name the kind too",
		"secret front-cert":  "Name the namespace too",
		"secret/front-cert":  "Name the namespace too",
		"front-cert":         "Type the object as",
	} {
		if got := secret.Misread(answer); !strings.HasPrefix(got, want) {
			t.Errorf("%q gives %q, want %q", answer, got, want)
		}
	}
}

func TestAnswersAsToolsPrintThem(t *testing.T) {
	for _, x := range []struct {
		accept       labs.Accept
		value, typed string
		want         bool
	}{
		{labs.AcceptNumber, "8080", ":8080", true},
		{labs.AcceptNumber, "8080", " :8080", true},
		{labs.AcceptNumber, "8080", ":80", false},
		{labs.AcceptFlag, "UC", "503 UC", true},
		{labs.AcceptFlag, "UC", "503 uc", true},
		{labs.AcceptFlag, "UF,URX", "503 UF,URX", true},
		{labs.AcceptFlag, "DC", "0 DC", true},
		{labs.AcceptFlag, "UC", "404 NR", false},
		{labs.AcceptFlag, "-", "200 -", true},
		{labs.AcceptFlag, "-", "404", false},
	} {
		if got := (Truth{accept: x.accept, values: []string{x.value}}).Accepts(x.typed); got != x.want {
			t.Errorf("%q where %q is true: %v, want %v", x.typed, x.value, got, x.want)
		}
	}
}

func TestSameAnswers(t *testing.T) {
	for _, x := range []struct {
		accept labs.Accept
		a, b   string
		want   bool
	}{
		{labs.AcceptObject, "Gateway infra/front", "gw front -n infra", true},
		{labs.AcceptObject, "Gateway infra/front", "gw infra/back", false},
		{labs.AcceptSet, "a, b", "b a", true},
		{labs.AcceptSet, "a, b", "a", false},
		{labs.AcceptBoolean, "yes", "healthy", true},
	} {
		s := &Set{truths: map[labs.Step]question{labs.StepTLS: {accept: x.accept}}}
		if got := s.Same(labs.StepTLS, x.a, x.b); got != x.want {
			t.Errorf("%s: %q and %q: %v", x.accept, x.a, x.b, got)
		}
	}
}
