package command

import "strings"

// curl is how curl reads its words.
func curl() grammar {
	return grammar{
		style: getopt,
		short: map[string]string{
			"#": "progress-bar", "0": "http1.0", "1": "tlsv1", "4": "ipv4", "6": "ipv6", "A": "user-agent", "C": "continue-at", "D": "dump-header",
			"E": "cert", "F": "form", "G": "get", "H": "header", "I": "head", "J": "remote-header-name", "K": "config", "L": "location",
			"N": "no-buffer", "O": "remote-name", "S": "show-error", "T": "upload-file", "V": "version", "X": "request", "Z": "parallel",
			"b": "cookie", "c": "cookie-jar", "d": "data", "e": "referer", "f": "fail", "g": "globoff", "h": "help", "i": "show-headers",
			"include": "show-headers", "k": "insecure", "m": "max-time", "n": "netrc", "o": "output", "p": "proxytunnel", "q": "disable",
			"r": "range", "s": "silent", "u": "user", "v": "verbose", "w": "write-out", "x": "proxy", "z": "time-cond",
		},
		bare: []string{
			"anyauth", "basic", "cert-status", "compressed", "disable", "fail", "fail-early", "fail-with-body", "get", "globoff",
			"haproxy-protocol", "head", "http0.9", "http1.0", "http1.1", "http2", "http2-prior-knowledge", "http3", "http3-only",
			"insecure", "ipv4", "ipv6", "junk-session-cookies", "location", "location-trusted", "netrc", "next", "no-alpn", "no-buffer",
			"no-keepalive", "no-progress-meter", "no-sessionid", "parallel", "path-as-is", "post301", "post302", "post303", "progress-bar",
			"proxy-insecure", "proxytunnel", "raw", "remote-header-name", "remote-name", "show-error", "show-headers", "silent",
			"ssl-no-revoke", "ssl-reqd", "styled-output", "tcp-nodelay", "tlsv1", "tlsv1.0", "tlsv1.1", "tlsv1.2", "tlsv1.3", "verbose", "version",
		},
		value: header,
		words: urls,
	}
}

// header sets aside what is the same in a header, and in a method.
func header(flag, value string) string {
	switch flag {
	case "header":
		if name, text, ok := strings.Cut(value, ":"); ok {
			return strings.ToLower(strings.TrimSpace(name)) + ": " + strings.TrimSpace(text)
		}
	case "request":
		return strings.ToUpper(value)
	}
	return value
}

// urls sets aside what curl puts into an address by itself.
func urls(places []item) []item {
	for i, p := range places {
		scheme, rest, ok := strings.Cut(p.key, "://")
		if !ok {
			scheme, rest = "http", p.key
		}
		host, path, _ := strings.Cut(rest, "/")
		places[i].key = strings.ToLower(scheme) + "://" + strings.ToLower(host) + "/" + path
	}
	return places
}
