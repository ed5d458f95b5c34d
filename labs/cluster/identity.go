package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"k8s.io/client-go/rest"
)

// identityWithin bounds the question which cluster it is.
const identityWithin = 5 * time.Second

// Identity is what tells a cluster from all others, by whatever address,
// kubeconfig or user it is reached: the uid of its namespace kube-system.
func (h *Handle) Identity(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, identityWithin)
	defer cancel()
	client, err := rest.HTTPClientFor(h.REST)
	if err != nil {
		return "", fmt.Errorf("ask %s which cluster it is: %w", h.Name, err)
	}
	base, _, err := rest.DefaultServerUrlFor(h.REST)
	if err != nil {
		return "", fmt.Errorf("ask %s which cluster it is: %w", h.Name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath("api/v1/namespaces/kube-system").String(), nil)
	if err != nil {
		return "", fmt.Errorf("ask %s which cluster it is: %w", h.Name, err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask %s which cluster it is: %w", h.Name, err)
	}
	defer resp.Body.Close()
	var ns struct{ Metadata struct{ UID string } }
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("ask %s which cluster it is: namespace kube-system: %s", h.Name, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&ns); err != nil || ns.Metadata.UID == "" {
		return "", fmt.Errorf("ask %s which cluster it is: namespace kube-system has no uid (%v)", h.Name, err)
	}
	return ns.Metadata.UID, nil
}
