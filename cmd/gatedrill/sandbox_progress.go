package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// progressLine shows progress on standard error: one line that is written
// over on a terminal; elsewhere a line for each new phase, and one every 15 s
// so that a long build is seen to go on.
type progressLine struct {
	w     io.Writer
	width int // of the terminal; 0 when it is none
	phase string
	began time.Duration
	said  time.Duration // when the last line was printed, elsewhere
	dirty bool
}

// sayEvery is how long a phase may go on without a line.
const sayEvery = 15 * time.Second

func newProgressLine(w io.Writer) *progressLine {
	return &progressLine{w: w, width: columns(w)}
}

func (p *progressLine) report(r cluster.Progress) {
	text := progressText(r)
	if p.width == 0 {
		if r.Phase != p.phase || r.Elapsed-p.said >= sayEvery {
			fmt.Fprintln(p.w, text)
			p.said = r.Elapsed
		}
		p.phase = r.Phase
		return
	}
	if r.Phase != p.phase && p.dirty {
		fmt.Fprintln(p.w)
	}
	p.phase, p.dirty = r.Phase, true
	fmt.Fprintf(p.w, "\r\x1b[K%s", cut(text, p.width-1))
}

// done ends the line.
func (p *progressLine) done() {
	if p.dirty {
		fmt.Fprintln(p.w)
	}
	p.dirty = false
}

// progressText is a clock, the phase, how far it is and what is waited for:
// "  1:02  build     1204/3310  k8s.io/api/core/v1".
func progressText(r cluster.Progress) string {
	s := int(r.Elapsed.Seconds())
	parts := []string{fmt.Sprintf("%3d:%02d  %-9s", s/60, s%60, r.Phase)}
	if r.Total > 0 {
		parts = append(parts, amount(r))
	}
	if r.Waiting != "" {
		parts = append(parts, r.Waiting)
	}
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) { // names come from the cluster
			return -1
		}
		return c
	}, strings.Join(parts, "  "))
}

// amount is "12.3/36.9 MB" for downloads and "1204/3310" for all else.
func amount(r cluster.Progress) string {
	if r.Phase == "download" {
		return fmt.Sprintf("%.1f/%.1f MB", float64(r.Done)/1e6, float64(r.Total)/1e6)
	}
	return fmt.Sprintf("%d/%d", r.Done, r.Total)
}

func cut(s string, n int) string {
	if r := []rune(s); n > 0 && len(r) > n {
		return string(r[:n])
	}
	return s
}
