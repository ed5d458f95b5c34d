package fault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// aggregated asks for all groups of a path in one answer. Every API server
// from 1.30 on has it. client-go's discovery package is not used: for older
// servers it links the types of every API, which each start would pay for.
const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

const aggregatedList = "APIGroupDiscoveryList"

// discoverWithin bounds one question to the API server.
const discoverWithin = 30 * time.Second

// groupList is the part of an APIGroupDiscoveryList that is read.
type groupList struct {
	Kind  string
	Items []struct {
		Metadata struct{ Name string }
		Versions []struct {
			Version   string
			Freshness string
			Resources []struct {
				Resource     string
				Scope        string
				ResponseKind struct{ Kind string }
			}
		} // the preferred one first
	}
}

// Discover lists the kinds in the versions that the server prefers. Groups
// whose own server does not answer are left out.
func Discover(ctx context.Context, cfg *rest.Config) ([]Kind, error) {
	c := dynamic.ConfigFor(cfg)
	c.GroupVersion = &schema.GroupVersion{}
	client, err := rest.UnversionedRESTClientFor(c)
	if err != nil {
		return nil, fmt.Errorf("connect to the cluster: %w", err)
	}
	var out []Kind
	for _, path := range []string{"/api", "/apis"} {
		body, err := client.Get().AbsPath(path).SetHeader("Accept", aggregated).Do(ctx).Raw()
		if err != nil {
			return nil, fmt.Errorf("ask the API server what it serves: %w", err)
		}
		kinds, err := readKinds(body)
		if err != nil {
			return nil, fmt.Errorf("read what the API server serves at %s: %w", path, err)
		}
		out = append(out, kinds...)
	}
	return out, nil
}

// readKinds takes each resource in the first version that has it.
func readKinds(body []byte) ([]Kind, error) {
	var list groupList
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	if list.Kind != aggregatedList {
		return nil, fmt.Errorf("it sent %q, want %q: %w", list.Kind, aggregatedList, errOldServer)
	}
	var out []Kind
	for _, g := range list.Items {
		seen := map[string]bool{}
		for _, v := range g.Versions {
			if v.Freshness == "Stale" {
				continue
			}
			for _, r := range v.Resources {
				if seen[r.Resource] || r.ResponseKind.Kind == "" {
					continue
				}
				seen[r.Resource] = true
				out = append(out, Kind{
					GroupVersionResource: schema.GroupVersionResource{Group: g.Metadata.Name, Version: v.Version, Resource: r.Resource},
					Kind:                 r.ResponseKind.Kind, Namespaced: r.Scope == "Namespaced",
				})
			}
		}
	}
	return out, nil
}

var errOldServer = errors.New("labs need Kubernetes 1.30 or later")
