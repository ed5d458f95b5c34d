// Package outside makes the world outside of the cluster: servers that have a
// name, an address and a certificate of their own, and the public zone that
// holds their records.
package outside

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Namespace holds the servers that play the world outside.
const Namespace = labs.NamespacePrefix + "outside"

// Name is the name of a server's objects in Namespace: its host with dashes.
func Name(s labs.Server) string {
	return strings.Trim(strings.NewReplacer(".", "-", "*", "any").Replace(s.Host), "-")
}

// Certificates are those that the servers with HTTPS present.
func Certificates(list []labs.Server) []labs.Certificate {
	var out []labs.Certificate
	for _, s := range list {
		if s.HTTPS == 0 {
			continue
		}
		names := s.Names
		if len(names) == 0 {
			names = []string{s.Host}
		}
		c := labs.Certificate{Secret: Namespace + "/" + Name(s), Names: names, CA: s.CA, Days: s.Days, Pos: s.Pos}
		if s.ClientCA != "" {
			c.ClientCA, c.Holds = s.ClientCA, []string{"tls.crt", "tls.key", "ca.crt"}
		}
		out = append(out, c)
	}
	return out
}

// Container ports of a server; its Service maps the wanted ports to them.
const (
	httpPort  = 8080
	httpsPort = 8443
	tcpPort   = 9000
)

// Home is a namespace without sidecars.
func Home(name string) labs.Manifest {
	m := manifest("v1", "Namespace", "", name, nil)
	m.Object["metadata"].(map[string]any)["labels"] = map[string]any{"istio-injection": "disabled"}
	return m
}

// Manifests are a server's workload, and a Service whose address the record
// holds. The Service is hidden from the mesh: to every proxy the server is
// outside.
func Manifests(s labs.Server) []labs.Manifest {
	name := Name(s)
	args := []any{"-name", s.Host}
	var ports []any
	add := func(name string, port, target int) {
		if port == 0 {
			return
		}
		args = append(args, "-"+name, fmt.Sprintf(":%d", target))
		ports = append(ports, map[string]any{"name": name, "port": int64(port), "targetPort": int64(target)})
	}
	add("http", s.HTTP, httpPort)
	add("https", s.HTTPS, httpsPort)
	add("tcp", s.TCP, tcpPort)
	container := map[string]any{"name": "app", "image": "gatedrill/app:1"}
	pod := map[string]any{"terminationGracePeriodSeconds": int64(1)}
	if s.HTTPS != 0 {
		args = append(args, "-cert", "/cert/tls.crt", "-key", "/cert/tls.key")
		if s.ClientCA != "" {
			args = append(args, "-client-ca", "/cert/ca.crt")
		}
		container["volumeMounts"] = []any{map[string]any{"name": "cert", "mountPath": "/cert", "readOnly": true}}
		pod["volumes"] = []any{map[string]any{"name": "cert", "secret": map[string]any{"secretName": name}}}
	}
	for _, a := range s.Args {
		args = append(args, a)
	}
	container["args"] = slices.Clip(args)
	pod["containers"] = []any{container}
	selector := map[string]any{"app": name}
	deployment := manifest("apps/v1", "Deployment", Namespace, name, map[string]any{
		"selector": map[string]any{"matchLabels": selector},
		"template": map[string]any{"metadata": map[string]any{"labels": selector}, "spec": pod},
	})
	service := manifest("v1", "Service", Namespace, name, map[string]any{
		"type": "LoadBalancer", "selector": selector, "ports": ports,
	})
	service.Object["metadata"].(map[string]any)["annotations"] = map[string]any{"networking.istio.io/exportTo": "~"}
	for _, m := range []*labs.Manifest{&deployment, &service} {
		m.Pos = s.Pos
	}
	return []labs.Manifest{deployment, service}
}

// manifest makes an object; namespace and spec may be missing.
func manifest(version, kind, namespace, name string, spec map[string]any) labs.Manifest {
	meta := map[string]any{"name": name}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	o := map[string]any{"apiVersion": version, "kind": kind, "metadata": meta}
	if len(spec) > 0 {
		o["spec"] = spec
	}
	return labs.Manifest{Object: o}
}
