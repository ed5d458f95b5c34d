package envoy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// section is any part of a config dump: their fields have different names, so
// that one pass over the text reads them all.
type section struct {
	Type             string            `json:"@type"`
	StaticListeners  []listenerEntry   `json:"static_listeners"`
	DynamicListeners []dynamicListener `json:"dynamic_listeners"`
	StaticRoutes     []routeEntry      `json:"static_route_configs"`
	DynamicRoutes    []routeEntry      `json:"dynamic_route_configs"`
	StaticClusters   []clusterEntry    `json:"static_clusters"`
	ActiveClusters   []clusterEntry    `json:"dynamic_active_clusters"`
	WarmingClusters  []clusterEntry    `json:"dynamic_warming_clusters"`
	StaticEndpoints  []endpointEntry   `json:"static_endpoint_configs"`
	DynamicEndpoints []endpointEntry   `json:"dynamic_endpoint_configs"`
	StaticSecrets    []secretEntry     `json:"static_secrets"`
	ActiveSecrets    []secretEntry     `json:"dynamic_active_secrets"`
	WarmingSecrets   []secretEntry     `json:"dynamic_warming_secrets"`
}

func (s section) name() string { return s.Type[strings.LastIndex(s.Type, ".")+1:] }

// Parse decodes a config dump taken with include_eds, and the health that
// /clusters?format=json adds (may be nil). A dump without listeners or
// clusters of its own is an error: it is no whole one.
func Parse(dump, clusters []byte) (*Config, error) {
	var d struct {
		Configs []section `json:"configs"`
	}
	if err := json.Unmarshal(dump, &d); err != nil {
		return nil, fmt.Errorf("decode config dump: %w", err)
	}
	c := &Config{Endpoints: map[string][]Endpoint{}}
	have := map[string]bool{}
	for _, s := range d.Configs {
		have[s.name()] = true
		if err := c.take(s); err != nil {
			return nil, fmt.Errorf("decode config dump: %s: %w", s.name(), err)
		}
	}
	for _, name := range []string{"ListenersConfigDump", "ClustersConfigDump"} {
		if !have[name] {
			return nil, fmt.Errorf("decode config dump: it has no %s: take a whole one", name)
		}
	}
	if len(clusters) > 0 {
		if err := c.health(clusters); err != nil {
			return nil, fmt.Errorf("decode clusters: %w", err)
		}
	}
	return c, nil
}

func (c *Config) take(s section) error {
	c.clusters(s)
	c.endpoints(s)
	c.secrets(s)
	return errors.Join(c.listeners(s), c.routes(s))
}

// refusal is what an entry says of an update that Envoy did not take.
type refusal struct {
	Failed struct {
		Name    string `json:"name"`
		Cluster string `json:"cluster_name"`
	} `json:"failed_configuration"`
	Details string `json:"details"`
}

func (c *Config) refused(kind, name string, r *refusal) {
	if r == nil {
		return
	}
	for _, n := range []string{r.Failed.Name, r.Failed.Cluster} {
		if name == "" {
			name = n
		}
	}
	if x := (Refusal{Kind: kind, Name: name, Details: r.Details}); !slices.Contains(c.Refused, x) {
		c.Refused = append(c.Refused, x) // Envoy lists some twice
	}
}

// typed is a piece of configuration whose @type says what it is; it is
// decoded by those who know the type.
type typed struct {
	Type string
	raw  json.RawMessage
}

func (t *typed) UnmarshalJSON(b []byte) error {
	name, ok := leadingType(b)
	if !ok {
		var kind struct {
			Type string `json:"@type"`
		}
		if err := json.Unmarshal(b, &kind); err != nil {
			return err
		}
		name = kind.Type
	}
	t.Type, t.raw = name[strings.LastIndex(name, ".")+1:], bytes.Clone(b)
	return nil
}

// leadingType reads the type where Envoy writes it, in the first field, which
// saves a second pass over most of a dump. The text is valid JSON.
func leadingType(b []byte) (string, bool) {
	for _, next := range []string{"{", `"@type"`, ":", `"`} {
		var ok bool
		if b, ok = bytes.CutPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte(next)); !ok {
			return "", false
		}
	}
	name, _, ok := bytes.Cut(b, []byte(`"`))
	return string(name), ok && !bytes.Contains(name, []byte(`\`))
}

// each calls f for every field of an object; f tells whether it knows it.
// The names that it does not know are returned, in the order of the text.
func each(b []byte, f func(name string, value json.RawMessage) (known bool, err error)) (unknown []string, err error) {
	if string(b) == "null" {
		return nil, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return nil, err
	}
	for _, name := range sorted(fields) {
		known, err := f(name, fields[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if !known {
			unknown = append(unknown, name)
		}
	}
	return unknown, nil
}

type address struct {
	Socket struct {
		Address string `json:"address"`
		Port    int    `json:"port_value"`
	} `json:"socket_address"`
	Internal struct {
		Listener string `json:"server_listener_name"`
		Endpoint string `json:"endpoint_id"`
	} `json:"envoy_internal_address"`
	Pipe struct {
		Path string `json:"path"`
	} `json:"pipe"`
}

// String writes an address as istioctl does.
func (a address) String() string {
	switch {
	case a.Internal.Listener != "":
		return "envoy://" + a.Internal.Listener + "/" + a.Internal.Endpoint
	case a.Pipe.Path != "":
		return "unix://" + a.Pipe.Path
	case a.Socket.Address == "":
		return ""
	case strings.Contains(a.Socket.Address, ":"):
		return "[" + a.Socket.Address + "]:" + strconv.Itoa(a.Socket.Port)
	}
	return a.Socket.Address + ":" + strconv.Itoa(a.Socket.Port)
}

// labels are those by which Envoy chooses a socket for an endpoint; a value
// that is no text is held as its JSON.
type labels map[string]string

func (l *labels) UnmarshalJSON(b []byte) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(b, &values); err != nil {
		return err
	}
	*l = make(labels, len(values))
	for k, v := range values {
		var text string
		if json.Unmarshal(v, &text) != nil {
			text = string(v)
		}
		(*l)[k] = text
	}
	return nil
}

// metadata is Istio's own, which names the object a piece of configuration
// came from.
type metadata struct {
	Filter struct {
		Istio struct {
			Config   string `json:"config"`
			Workload string `json:"workload"`
			External bool   `json:"external"`
		} `json:"istio"`
		Match       labels `json:"envoy.transport_socket_match"`
		OriginalDst struct {
			Local    string `json:"local"`
			Waypoint string `json:"waypoint"`
		} `json:"envoy.filters.listener.original_dst"`
		Tunnel struct {
			Destination string `json:"destination"`
		} `json:"tunnel"`
	} `json:"filter_metadata"`
}

// tunnel is where an HBONE endpoint's connection leads to.
func (m metadata) tunnel() string {
	if m.Filter.Tunnel.Destination != "" {
		return m.Filter.Tunnel.Destination
	}
	return m.Filter.OriginalDst.Local
}
