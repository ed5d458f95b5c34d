package envoy

import (
	"encoding/base64"
	"encoding/json"
)

// source is Envoy's DataSource; bytes are base64 in JSON.
type source struct {
	Bytes string `json:"inline_bytes"`
	Text  string `json:"inline_string"`
	File  string `json:"filename"`
}

func (s source) text() string {
	if s.Bytes == "" {
		return s.Text
	}
	b, err := base64.StdEncoding.DecodeString(s.Bytes)
	if err != nil {
		return ""
	}
	return string(b)
}

type sds struct {
	Name string `json:"name"`
}

func names(s []sds) []string {
	var out []string
	for _, x := range s {
		out = append(out, x.Name)
	}
	return out
}

type certificate struct {
	Chain source `json:"certificate_chain"`
}

// validation is how the other side's certificate is checked.
type validation struct {
	CA   source `json:"trusted_ca"`
	SANs []struct {
		Matcher stringMatch `json:"matcher"`
	} `json:"match_typed_subject_alt_names"`
	OldSANs []stringMatch `json:"match_subject_alt_names"`
}

func (v validation) sans() []StringMatch {
	var out []StringMatch
	for _, s := range v.SANs {
		out = append(out, s.Matcher.view())
	}
	for _, s := range v.OldSANs {
		out = append(out, s.view())
	}
	return out
}

type tlsContext struct {
	Common struct {
		Params struct {
			Min string `json:"tls_minimum_protocol_version"`
			Max string `json:"tls_maximum_protocol_version"`
		} `json:"tls_params"`
		Certs      []sds         `json:"tls_certificate_sds_secret_configs"`
		Own        []certificate `json:"tls_certificates"`
		CA         *sds          `json:"validation_context_sds_secret_config"`
		Validation validation    `json:"validation_context"`
		Combined   struct {
			CA      *sds       `json:"validation_context_sds_secret_config"`
			Default validation `json:"default_validation_context"`
		} `json:"combined_validation_context"`
		ALPN []string `json:"alpn_protocols"`
	} `json:"common_tls_context"`
	Require bool   `json:"require_client_certificate"`
	SNI     string `json:"sni"`
	AutoSNI bool   `json:"auto_host_sni"`
	AutoSAN bool   `json:"auto_sni_san_validation"`
}

func (t tlsContext) ca() string {
	switch {
	case t.Common.Combined.CA != nil:
		return t.Common.Combined.CA.Name
	case t.Common.CA != nil:
		return t.Common.CA.Name
	}
	return ""
}

// validation is the one that is there: of its own, or what a secret adds to.
func (t tlsContext) validation() validation {
	v := t.Common.Validation
	if d := t.Common.Combined.Default; v.CA == (source{}) && len(v.SANs)+len(v.OldSANs) == 0 {
		return d
	}
	return v
}

func (t tlsContext) certificates() (files, inline []string) {
	for _, c := range t.Common.Own {
		if c.Chain.File != "" {
			files = append(files, c.Chain.File)
		} else if text := c.Chain.text(); text != "" {
			inline = append(inline, text)
		}
	}
	return files, inline
}

func (t tlsContext) downstream() *TLS {
	v := t.validation()
	out := &TLS{
		Secrets: names(t.Common.Certs), CA: t.ca(), CAFile: v.CA.File, CAInline: v.CA.text(), SANs: v.sans(),
		RequireClient: t.Require, MinVersion: t.Common.Params.Min, MaxVersion: t.Common.Params.Max, ALPN: t.Common.ALPN,
	}
	out.Files, out.Inline = t.certificates()
	return out
}

func (t tlsContext) upstream() *UpstreamTLS {
	v := t.validation()
	out := &UpstreamTLS{
		SNI: t.SNI, Secrets: names(t.Common.Certs), CA: t.ca(), CAFile: v.CA.File, CAInline: v.CA.text(),
		SANs: v.sans(), AutoSNI: t.AutoSNI, AutoSAN: t.AutoSAN, ALPN: t.Common.ALPN,
	}
	out.Files, out.Inline = t.certificates()
	return out
}

type socket struct {
	Name   string `json:"name"`
	Config typed  `json:"typed_config"`
}

// tls decodes a TLS transport socket; ok is false for any other kind. One
// that wraps another (PROXY protocol, an internal upstream) is looked into.
func (s *socket) tls() (t tlsContext, ok bool, err error) {
	if s == nil || len(s.Config.raw) == 0 {
		return t, false, nil
	}
	switch s.Config.Type {
	case "DownstreamTlsContext", "UpstreamTlsContext":
		return t, true, json.Unmarshal(s.Config.raw, &t)
	}
	var wrap struct {
		Inner *socket `json:"transport_socket"`
	}
	if err := json.Unmarshal(s.Config.raw, &wrap); err != nil {
		return t, false, err
	}
	return wrap.Inner.tls()
}

type secretEntry struct {
	Name   string `json:"name"`
	Secret struct {
		Cert       certificate `json:"tls_certificate"`
		Validation validation  `json:"validation_context"`
	} `json:"secret"`
	Error *refusal `json:"error_state"`
}

func (c *Config) secrets(s section) {
	add := func(list []secretEntry, warming bool) {
		for _, e := range list {
			c.refused("secret", e.Name, e.Error)
			c.Secrets = append(c.Secrets, Secret{
				Name: e.Name, Warming: warming,
				Cert: e.Secret.Cert.Chain.text(), CA: e.Secret.Validation.CA.text(),
			})
		}
	}
	add(s.StaticSecrets, false)
	add(s.ActiveSecrets, false)
	add(s.WarmingSecrets, true)
}
