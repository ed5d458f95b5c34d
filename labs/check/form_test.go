package check

import (
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
		{labs.AcceptFlag, []string{"NR"}, "404 NR", true},
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
