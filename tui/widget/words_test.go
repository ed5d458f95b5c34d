package widget

import (
	"strings"
	"testing"
	"time"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/tui/layout"
	"github.com/gatedrill/gatedrill/tui/theme"
)

func TestTimesInWords(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	cases := []struct{ got, want string }{
		{Clock(0), "00:00"}, {Clock(7*time.Minute + 12*time.Second), "07:12"}, {Clock(time.Hour + 62*time.Second), "1:01:02"}, {Clock(-time.Second), "00:00"},
		{Took(0), "0 s"}, {Took(42 * time.Second), "42 s"}, {Took(7*time.Minute + 12*time.Second), "7 min 12 s"},
		{Took(3 * time.Minute), "3 min"}, {Took(time.Hour + 2*time.Minute), "1 h 2 min"}, {Took(-time.Second), "0 s"},
		{Ago(300 * time.Millisecond), "0.3 s ago"}, {Ago(42 * time.Second), "42 s ago"}, {Ago(5 * time.Minute), "5 min ago"},
		{Ago(3 * time.Hour), "3 h ago"}, {Ago(3 * day), "3 days ago"}, {Ago(-time.Second), "0.0 s ago"},
		{About(0), ""}, {About(time.Minute), "about a minute"}, {About(11 * time.Minute), "about 11 minutes"}, {About(90 * time.Minute), "about 1.5 hours"},
		{Percent(0.999), "99 %"}, {Percent(1), "100 %"}, {Percent(-1), "0 %"}, {Percent(0.29), "29 %"},
		{Bar(0.5, 4), "██░░"}, {Bar(7, 2), "██"}, {Bar(1, -1), ""},
		{Count(1, "card"), "1 card"}, {Count(0, "card"), "0 cards"},
		{Gist("\n## **Why** `NR`,\nand when?\n\nmore"), "Why NR, and when?"}, {Gist(" \n"), ""},
		{Gist("    404 NR\n    more\n\nThe log says this. What now?"), "404 NR"},
		{Gist("Look:\n\n```\nGET ?\n\n404\n```\n\nWhere?"), "Look:"}, {Gist("```\n503 UH  \"-\"\n```\n\nWhy?"), `503 UH "-"`}, {Gist("Say it.\n\n    x?"), "Say it."}, {Gist("    only code"), "only code"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestNothingUnverifiedLooksGreen(t *testing.T) {
	t.Parallel()
	st := theme.New("auto", true)
	for _, v := range []labs.Verdict{"", labs.Unknown, "nonsense"} {
		if mark, _ := Verdict(st, v); mark != theme.Unknown {
			t.Errorf("verdict %q is shown as %s", v, mark)
		}
	}
	for _, o := range []labs.Outcome{"", labs.Pending, "nonsense"} {
		if mark, _ := Outcome(st, o); mark != theme.Unknown {
			t.Errorf("outcome %q is shown as %s", o, mark)
		}
	}
}

func TestPathLineFitsAndNamesEveryLayer(t *testing.T) {
	t.Parallel()
	st := theme.New("auto", true)
	var marks []labs.PathMark
	for _, l := range labs.Layers() {
		marks = append(marks, labs.PathMark{Layer: l})
	}
	for w := layout.MinWidth; w <= 120; w++ {
		line := PathLine(st, marks, w)
		if layout.Width(line) > w || strings.Count(line, "?") != 6 {
			t.Errorf("at %d cells: %q", w, line)
		}
	}
}

func TestRequestInWords(t *testing.T) {
	t.Parallel()
	cases := []struct {
		r    labs.Request
		want string
	}{
		{labs.Request{URL: "https://shop.example.com:8443/cart?x=1", From: "outside"}, "GET shop.example.com:8443/cart?x=1  SNI shop.example.com  from outside"},
		{labs.Request{URL: "http://shop.example.com", Method: "POST"}, "POST shop.example.com/"},
		{labs.Request{URL: "https://a/", SNI: "b", Headers: map[string]string{"host": "c"}}, "GET c/  SNI b"},
		{labs.Request{URL: "https://a/", SNI: labs.NoServerName}, "GET a/  no SNI"},
	}
	for _, c := range cases {
		if got := Asked(c.r, ""); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if got := Got(labs.Answer{}); got != "nothing asked yet" {
		t.Errorf("got %q", got)
	}
	if got := Got(labs.Answer{Observed: true, Error: "refused"}); got != "connection refused" {
		t.Errorf("got %q", got)
	}
}
