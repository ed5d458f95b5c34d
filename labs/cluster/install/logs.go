package install

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// detailed describes pods for an error, with the last words of those that
// crashed. It may be called when the wait's context is over.
func (c *client) detailed(pods objects) string {
	out := describe(pods)
	if c.http == nil {
		return out
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, name := range slices.Sorted(maps.Keys(pods)) {
		for _, s := range containers(pods[name]) {
			if restarts, _, _ := unstructured.NestedInt64(s, "restartCount"); restarts == 0 {
				continue
			}
			container, _ := s["name"].(string)
			if words, err := c.lastWords(ctx, name, container); err == nil && words != "" {
				out += fmt.Sprintf("\nthe last lines of %s before it ended:\n%s", name, words)
			}
		}
	}
	return out
}

// lastWords are the last lines of a container's previous run.
func (c *client) lastWords(ctx context.Context, pod, container string) (string, error) {
	url := fmt.Sprintf("%s/api/v1/namespaces/%s/pods/%s/log?previous=true&tailLines=5&container=%s", c.base, Namespace, pod, container)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("read the log of %s: %s", pod, resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	return strings.TrimSpace(string(text)), err
}
