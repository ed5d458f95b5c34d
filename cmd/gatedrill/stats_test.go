package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// past is a student who studied for some weeks, and forgot one card often.
func past(t *testing.T) *student {
	t.Helper()
	l := newStudent(t)
	l.live(40)
	return l
}

func TestStatsSetRecallBesideWhatIsWanted(t *testing.T) {
	t.Parallel()
	l := past(t)
	out := l.run(0, "stats")
	has(t, out, "retention over 30 days: ", ", wanted 90 %", "LAYER", "destination", "TOPIC", "due in the next 14 days: ")
	var n struct {
		Retention struct {
			Days30, Ever struct {
				Reviews int
				Recall  float64
			}
			WantedMost float64
		}
		Days       []struct{ Answers int }
		Forecast   []int
		Hours      []struct{ Answers int }
		Layers     []struct{ Labs int }
		Difficulty []struct{ Cards int }
		Answers    int
	}
	if err := json.Unmarshal([]byte(l.run(0, "stats", "--json")), &n); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, d := range n.Days {
		sum += d.Answers
	}
	r := n.Retention
	if r.Ever.Reviews < 50 || !(r.Ever.Recall > 0.8 && r.Ever.Recall < 1) || r.WantedMost != 0.9 || sum != n.Answers || len(n.Days) != 365 || len(n.Forecast) != 30 || len(n.Hours) != 24 {
		t.Errorf("%+v", n)
	}
	if len(n.Layers) != 6 || n.Layers[5].Labs == 0 {
		t.Errorf("layers with their labs: %+v", n.Layers)
	}
}

// The page is one well-formed file that needs nothing else.
func TestStatsPageStandsAlone(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]*student{"past": past(t), "nothing yet": newStudent(t)} {
		page := l.run(0, "stats", "--html")
		for _, bad := range []string{"<script", "http:", "https:", "url(", "@import", "<link", "<img", "NaN", "Inf", "&lt;nil"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: the page has %q", name, bad)
			}
		}
		if strings.Count(page, "<svg") != 6 || strings.Count(page, "<rect class=\"h") != 365 {
			t.Errorf("%s: %d charts, %d days", name, strings.Count(page, "<svg"), strings.Count(page, "<rect class=\"h"))
		}
		for i, part := range strings.SplitAfter(page, "</svg>") {
			from := strings.Index(part, "<svg")
			if from < 0 {
				continue
			}
			d := xml.NewDecoder(strings.NewReader(part[from:]))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: chart %d: %v", name, i, err)
				}
			}
		}
	}
}

// A browser that runs no scripts draws the page: all charts, in their colours.
func TestStatsPageIsDrawnByABrowser(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	file := filepath.Join(t.TempDir(), "stats.html")
	if err := os.WriteFile(file, []byte(past(t).run(0, "stats", "--html")), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open("file://" + file)
	colours := map[string][3]uint8{"columns": {0x05, 0x50, 0xae}, "what was forgotten": {0xb3, 0x18, 0x1f}, "days without an answer": {0xe6, 0xe8, 0xeb}}
	const enough, tries = 100, 40 // dots; half seconds
	var seen map[[3]uint8]int
	for range tries {
		shot, err := b.picture()
		if err == nil {
			missing := false
			seen = dots(shot)
			for _, c := range colours {
				missing = missing || seen[c] < enough
			}
			if !missing {
				return
			}
		}
		t.Logf("not yet: %v", err)
		time.Sleep(500 * time.Millisecond)
	}
	for what, c := range colours {
		t.Errorf("%s: %d dots in their colour", what, seen[c])
	}
}

// dots counts the colours of a picture.
func dots(of image.Image) map[[3]uint8]int {
	seen := map[[3]uint8]int{}
	for y := range of.Bounds().Dy() {
		for x := range of.Bounds().Dx() {
			r, g, b, _ := of.At(x, y).RGBA()
			seen[[3]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}]++
		}
	}
	return seen
}
