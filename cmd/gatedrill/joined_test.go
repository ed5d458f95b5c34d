package main

import (
	"strings"
	"testing"
)

// The screen refuses what the command refuses, in the same words, and asks
// nothing of a cluster for it.
func TestScreenRefusesTheURLsThatTheCommandRefuses(t *testing.T) {
	t.Parallel()
	p := &labPort{} // without a service: nothing may be asked of it
	for _, url := range []string{"?ttps://shop.example.com/cart", "ftp://shop.example.com/", "https://", "https:///cart"} {
		_, screen := p.Trace(t.Context(), url)
		_, command := traceFlags{}.build([]string{url})
		if screen == nil || command == nil || screen.Error() != command.Error() || !strings.Contains(screen.Error(), "want a URL") {
			t.Errorf("%q: the screen says %v, the command %v", url, screen, command)
		}
	}
}
