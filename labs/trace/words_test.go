package trace

import "testing"

func TestNear(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		d    int
		near bool
	}{
		{"shop.example.com", "shop.exmaple.com", 1, true},
		{"shop.example.com", "shop.example.com", 0, true},
		{"shop.example.com", "shops.example.com", 1, true},
		{"app.example.com", "www.example.com", 3, true},
		{"shop.example.com", "partner.test", 14, false},
		{"", "ab", 2, true},
	} {
		d, close := near(tt.a, tt.b)
		if close != tt.near || tt.near && d != tt.d {
			t.Errorf("near(%q, %q) = %d, %v; want %d, %v", tt.a, tt.b, d, close, tt.d, tt.near)
		}
	}
}
