package envoy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Parse decodes a config dump taken with include_eds, and the health that
// /clusters?format=json adds (may be nil). An error names the section.
func Parse(dump, clusters []byte) (*Config, error) {
	var d struct {
		Configs []json.RawMessage `json:"configs"`
	}
	if err := json.Unmarshal(dump, &d); err != nil {
		return nil, fmt.Errorf("decode config dump: %w", err)
	}
	c := &Config{Endpoints: map[string][]Endpoint{}}
	for _, raw := range d.Configs {
		var t struct {
			Type string `json:"@type"`
		}
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, fmt.Errorf("decode config dump: %w", err)
		}
		name := t.Type[strings.LastIndex(t.Type, ".")+1:]
		if err := c.section(name, raw); err != nil {
			return nil, fmt.Errorf("decode config dump: %s: %w", name, err)
		}
	}
	if len(clusters) > 0 {
		if err := c.health(clusters); err != nil {
			return nil, fmt.Errorf("decode clusters: %w", err)
		}
	}
	return c, nil
}

func (c *Config) section(name string, raw []byte) error {
	switch name {
	case "ListenersConfigDump":
		return c.listeners(raw)
	case "RoutesConfigDump":
		return c.routes(raw)
	case "ClustersConfigDump":
		return c.clusters(raw)
	case "EndpointsConfigDump":
		return c.endpoints(raw)
	case "SecretsConfigDump":
		return c.secrets(raw)
	}
	return nil
}

type socketAddress struct {
	Address string `json:"address"`
	Port    int    `json:"port_value"`
}

type address struct {
	Socket socketAddress `json:"socket_address"`
}

func (a address) String() string {
	if a.Socket.Address == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", a.Socket.Address, a.Socket.Port)
}

// metadata is Istio's own, which names the object a piece of configuration
// came from.
type metadata struct {
	Filter struct {
		Istio struct {
			Config string `json:"config"`
		} `json:"istio"`
		Match struct {
			TLSMode string `json:"tlsMode"`
		} `json:"envoy.transport_socket_match"`
	} `json:"filter_metadata"`
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

type tlsContext struct {
	Common struct {
		Params struct {
			Min string `json:"tls_minimum_protocol_version"`
		} `json:"tls_params"`
		Certs    []sds             `json:"tls_certificate_sds_secret_configs"`
		Inline   []json.RawMessage `json:"tls_certificates"`
		CA       *sds              `json:"validation_context_sds_secret_config"`
		Combined struct {
			CA *sds `json:"validation_context_sds_secret_config"`
		} `json:"combined_validation_context"`
		ALPN []string `json:"alpn_protocols"`
	} `json:"common_tls_context"`
	Require bool   `json:"require_client_certificate"`
	SNI     string `json:"sni"`
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

type socket struct {
	Name   string          `json:"name"`
	Config json.RawMessage `json:"typed_config"`
}

// tls decodes a TLS transport socket; ok is false for any other kind.
func (s *socket) tls() (t tlsContext, ok bool, err error) {
	if s == nil || len(s.Config) == 0 {
		return t, false, nil
	}
	var kind struct {
		Type string `json:"@type"`
	}
	if err := json.Unmarshal(s.Config, &kind); err != nil {
		return t, false, err
	}
	if !strings.HasSuffix(kind.Type, "TlsContext") {
		return t, false, nil
	}
	return t, true, json.Unmarshal(s.Config, &t)
}
