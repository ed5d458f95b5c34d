package layout

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// texts are what the screens wrap: addresses, names, configuration, tables.
func texts() []string {
	return []string{
		"a VirtualService or HTTPRoute with this host, attached to Gateway shop/public",
		"Since this morning https://shop.example.com/cart answers 404 for everybody, and api.example.com is fine.",
		"Secret istio-system/shop-cert: the key does not belong to the certificate",
		`filter chain "0.0.0.0_8443" names outbound|443||shop.shop.svc.cluster.local, key=value,other=value`,
		"want x-forwarded-proto=https,x-envoy-attempt-count=1,x-request-id=3f6c9a,via=istio-ingressgateway",
		"  an indented line\n\nand https://a.example/" + strings.Repeat("long/", 30) + "end",
		"日本語のテキストと shop.example.com の名前 " + strings.Repeat("幅", 60),
	}
}

func TestWrappedLinesFitAndLoseNothing(t *testing.T) {
	t.Parallel()
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, text := range texts() {
		for w := 10; w <= 120; w++ {
			lines := Wrap(text, w)
			for i, l := range lines {
				if Width(l) > w {
					t.Errorf("%d cells: %q has %d", w, l, Width(l))
				}
				if i > 0 && strings.HasPrefix(l, "/") && strings.HasSuffix(lines[i-1], ":") {
					t.Errorf("%d cells: a URL is split before its slashes: %q, %q", w, lines[i-1], l)
				}
				if strings.HasSuffix(l, "://") || strings.HasSuffix(l, ":/") {
					t.Errorf("%d cells: the scheme is split from its host: %q", w, l)
				}
			}
			if got := bare(strings.Join(lines, "")); got != bare(text) {
				t.Errorf("%d cells: text is lost: %q", w, lines)
			}
			words := strings.Fields(strings.Join(lines, "\n"))
			for _, word := range strings.Fields(text) {
				if Width(word) <= w && !slices.Contains(words, word) {
					t.Errorf("%d cells: %q fits on a line and is broken: %q", w, word, lines)
				}
			}
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text string
		w          int
		want       []string
	}{
		{"between words", "one two three", 8, []string{"one two", "three"}},
		{"a name of a line's width", "in istio-system/shop-cert", 22, []string{"in", "istio-system/shop-cert"}},
		{"a long name at its mark", "istio-system/shop-cert", 15, []string{"istio-system/", "shop-cert"}},
		{"a mark at the edge", "abc/def", 3, []string{"abc", "/", "def"}},
		{"doubled marks stay together", "outbound|80||shop.svc", 14, []string{"outbound|", "80||shop.svc"}},
		{"lines and indents stay", "a\n\n  b c", 3, []string{"a", "", "  b", "c"}},
		{"no room", "words", 0, nil},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, Wrap(c.text, c.w)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestHang(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, head, text string
		w, n             int
		want             []string
	}{
		{"fits", "dns ✓ ", "a → b   Zone z", 30, 6, []string{"dns ✓ a → b   Zone z"}},
		{"hangs under its beginning", "dns ✓ ", "one of the many addresses", 18, 6, []string{"dns ✓ one of the", "      many", "      addresses"}},
		{"what stands aside goes below", "dns ✓ ", "an address   ConfigMap zone", 26, 6, []string{"dns ✓ an address", "      ConfigMap zone"}},
		{"a word too wide for what the head leaves", "destination ✓ ", "outbound.svc now", 18, 2, []string{"destination ✓", "  outbound.svc now"}},
	} {
		if diff := cmp.Diff(tt.want, Hang(tt.head, tt.text, tt.w, tt.n)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
