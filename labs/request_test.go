package labs

import "testing"

func TestServerName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sni, host, want string }{
		{"the host", "", "shop.example.com", "shop.example.com"},
		{"another name", "www.example.com", "shop.example.com", "www.example.com"},
		{"an address has none", "", "192.0.2.1", ""},
		{"a name for an address", "shop.example.com", "192.0.2.1", "shop.example.com"},
		{"a client that sends none", NoServerName, "shop.example.com", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (Request{SNI: tt.sni}).ServerName(tt.host); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A server name is meant for one host; a client that sends none sends none to
// the next one either.
func TestForwarded(t *testing.T) {
	t.Parallel()
	for sni, want := range map[string]string{"www.example.com": "api.example.com", NoServerName: "", "": "api.example.com"} {
		if got := (Request{SNI: sni}).Forwarded().ServerName("api.example.com"); got != want {
			t.Errorf("sni %q: the next host is sent %q, want %q", sni, got, want)
		}
	}
}
