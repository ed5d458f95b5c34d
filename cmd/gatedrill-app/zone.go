package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// zoneReader follows one key of one ConfigMap by the API server's own watch
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes),
// with the service account that the kubelet gave to this pod.
type zoneReader struct {
	client  *http.Client
	list    string // URL of the namespace's ConfigMaps, with a query that selects the one
	account string // directory with token, read anew for each call: it is rotated
	key     string
}

// zoneAgain is the pause before the ConfigMap is read anew, after a watch that
// ended as after a call that failed.
const zoneAgain = 300 * time.Millisecond

// inCluster returns a reader of "namespace/name/key" that asks the API server
// of the cluster in which it runs.
func inCluster(what string, env func(string) string, account string) (*zoneReader, error) {
	part := strings.Split(what, "/")
	if len(part) != 3 {
		return nil, fmt.Errorf("zone %q: want namespace/configmap/key", what)
	}
	host, port := env("KUBERNETES_SERVICE_HOST"), env("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return nil, errors.New("this is no pod of a cluster: KUBERNETES_SERVICE_HOST and _PORT are not set")
	}
	pem, err := os.ReadFile(filepath.Join(account, "ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("read the cluster's CA: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", filepath.Join(account, "ca.crt"))
	}
	u := url.URL{Scheme: "https", Host: net.JoinHostPort(host, port), Path: "/api/v1/namespaces/" + part[0] + "/configmaps",
		RawQuery: url.Values{"fieldSelector": {"metadata.name=" + part[1]}}.Encode()}
	t := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second}
	return &zoneReader{client: &http.Client{Transport: t}, list: u.String(), account: account, key: part[2]}, nil
}

// configMap is what is read of one.
type configMap struct {
	Metadata struct {
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Data map[string]string `json:"data"`
}

// follow hands every new text over until ctx ends, the empty one when there is
// no ConfigMap. What it cannot read leaves the last text as it was.
func (z *zoneReader) follow(ctx context.Context, read func(string)) {
	for ctx.Err() == nil {
		version, err := z.now(ctx, read)
		if err == nil {
			err = z.changes(ctx, version, read)
		}
		if err != nil && ctx.Err() == nil {
			log.Printf("follow the public zone: %v", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(zoneAgain):
		}
	}
}

// now reads the text as it is, and the version of the list.
func (z *zoneReader) now(ctx context.Context, read func(string)) (version string, err error) {
	resp, err := z.get(ctx, "")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var list struct {
		configMap
		Items []configMap `json:"items"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		return "", fmt.Errorf("read the ConfigMap: %w", err)
	}
	text := ""
	for _, m := range list.Items {
		text = m.Data[z.key]
	}
	read(text)
	return list.Metadata.ResourceVersion, nil
}

// changes follows the watch until it ends, which it does every few minutes.
func (z *zoneReader) changes(ctx context.Context, version string, read func(string)) error {
	resp, err := z.get(ctx, "&watch=true&timeoutSeconds=240&resourceVersion="+url.QueryEscape(version))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	events := json.NewDecoder(resp.Body)
	for {
		var e struct {
			Type   string    `json:"type"`
			Object configMap `json:"object"`
		}
		if err := events.Decode(&e); err != nil {
			return nil // it has ended, or broke: the list is read anew
		}
		switch e.Type {
		case "ADDED", "MODIFIED":
			read(e.Object.Data[z.key])
		case "DELETED":
			read("")
		default: // ERROR: the version is too old
			return nil
		}
	}
}

// get asks the API server.
func (z *zoneReader) get(ctx context.Context, more string) (*http.Response, error) {
	token, err := os.ReadFile(filepath.Join(z.account, "token"))
	if err != nil {
		return nil, fmt.Errorf("read the service account's token: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, z.list+more, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	resp, err := z.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("GET %s: %s", req.URL.Path, resp.Status)
	}
	return resp, nil
}
