package hostshell

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gatedrill/gatedrill/labs/note"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Zone reads the labs' outside world from the cluster: owner names and their
// values. A cluster without one has an empty zone.
func Zone(ctx context.Context, c dynamic.Interface) (map[string][]string, error) {
	maps := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	o, err := c.Resource(maps).Namespace(snapshot.ZoneNamespace).Get(ctx, snapshot.ZoneName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the public DNS zone: %w", err)
	}
	text, _, err := unstructured.NestedString(o.Object, "data", snapshot.ZoneKey)
	if err != nil {
		return nil, fmt.Errorf("read the public DNS zone: %w", err)
	}
	zone, _ := snapshot.ParseZone(text)
	return zone, nil
}

// ZoneOf reads the zone of the cluster that a kubeconfig leads to.
func ZoneOf(ctx context.Context, kubeconfig string) (map[string][]string, error) {
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("read KUBECONFIG: %w", err)
	}
	cfg, err := clientcmd.RESTConfigFromKubeConfig(text)
	if err != nil {
		return nil, fmt.Errorf("read KUBECONFIG: %s: %w", kubeconfig, err)
	}
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("reach the cluster of %s: %w", kubeconfig, err)
	}
	return Zone(ctx, client)
}

// curlrc is one shell's settings for curl.
type curlrc struct {
	file    string
	gateway string              // the lab's
	here    map[string]net.Addr // listeners that lead to it, by port; nil where none need to
}

// write lets curl find the names of the zone as it is now. A name whose
// gateway this machine has no way to leads to the listener of its port, even
// when a command says --resolve: curl follows connect-to first.
func (c curlrc) write(zone map[string][]string) error {
	var b strings.Builder
	for _, port := range slices.Sorted(maps.Keys(c.here)) {
		fmt.Fprintf(&b, "connect-to = \"%s:%s:%s\"\n", c.gateway, port, c.here[port])
	}
	for _, name := range slices.Sorted(maps.Keys(zone)) {
		list := snapshot.Resolve(zone, name)
		if strings.HasPrefix(name, "*") || len(list) == 0 {
			continue
		}
		for _, port := range ports {
			if l := c.here[port]; l != nil && list[0] == c.gateway {
				fmt.Fprintf(&b, "connect-to = \"%s:%s:%s\"\n", name, port, l)
			} else {
				fmt.Fprintf(&b, "resolve = \"%s:%s:%s\"\n", name, port, list[0])
			}
		}
	}
	if err := note.Replace(c.file, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write the shell's curl settings: %w", err)
	}
	return nil
}

func (s *Shell) remember(rc curlrc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rcs = append(slices.DeleteFunc(s.rcs, func(o curlrc) bool { return o.file == rc.file }), rc)
}

// Names tells the shells that were made of a zone that changed.
func (s *Shell) Names(_ context.Context, zone map[string][]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, rc := range s.rcs {
		errs = append(errs, rc.write(zone))
	}
	return errors.Join(errs...)
}
