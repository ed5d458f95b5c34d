package accuracy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// name is the name of a server's objects: its host with dashes.
func (s Server) name() string {
	return strings.Trim(strings.NewReplacer(".", "-", "*", "any").Replace(s.Host), "-")
}

func (s Server) certificate() labs.Certificate {
	names := s.Names
	if len(names) == 0 {
		names = []string{s.Host}
	}
	c := labs.Certificate{Secret: OutsideNamespace + "/" + s.name(), Names: names, CA: s.CA, Days: s.Days, Pos: s.Pos}
	if s.ClientCA != "" {
		c.ClientCA, c.Holds = s.ClientCA, []string{"tls.crt", "tls.key", "ca.crt"}
	}
	return c
}

// Container ports of a server; its Service maps the wanted ports to them.
const (
	httpPort  = 8080
	httpsPort = 8443
	tcpPort   = 9000
)

// manifests are a workload and a Service whose address the record holds. The
// Service is hidden from the mesh: to every proxy the server is outside.
func (s Server) manifests() []labs.Manifest {
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
		pod["volumes"] = []any{map[string]any{"name": "cert", "secret": map[string]any{"secretName": s.name()}}}
	}
	for _, a := range s.Args {
		args = append(args, a)
	}
	container["args"] = slices.Clip(args)
	pod["containers"] = []any{container}
	labels := map[string]any{"app": s.name()}
	deployment := manifest("apps/v1", "Deployment", OutsideNamespace, s.name(), map[string]any{
		"selector": map[string]any{"matchLabels": labels},
		"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": pod},
	})
	service := manifest("v1", "Service", OutsideNamespace, s.name(), map[string]any{
		"type": "LoadBalancer", "selector": labels, "ports": ports,
	})
	service.Object["metadata"].(map[string]any)["annotations"] = map[string]any{"networking.istio.io/exportTo": "~"}
	return []labs.Manifest{deployment, service}
}
