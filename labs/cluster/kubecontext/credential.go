package kubecontext

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// pluginWithin bounds one run of a credential plugin, pluginAgain is the
// shortest time between a failure and the next run.
const (
	pluginWithin = 8 * time.Second
	pluginAgain  = 3 * time.Second
)

// plugin gets credentials from a program, as client-go does
// (client.authentication.k8s.io). client-go waits for it without end and lets
// it write to the terminal; ours is ended, and what it said is in the error.
type plugin struct {
	spec    *clientcmdapi.ExecConfig
	cluster *clientcmdapi.Cluster
	environ []string
	within  time.Duration
	now     func() time.Time

	mu     sync.Mutex
	token  string
	until  time.Time // zero: until it is refused
	failed error
	tried  time.Time
}

// credential is the part of an ExecCredential's status that is read.
type credential struct {
	Token                 string     `json:"token"`
	ExpirationTimestamp   *time.Time `json:"expirationTimestamp"`
	ClientCertificateData string     `json:"clientCertificateData"`
	ClientKeyData         string     `json:"clientKeyData"`
}

// use lets cfg get its credential from the plugin instead of client-go's.
func (p *plugin) use(ctx context.Context, cfg *rest.Config) error {
	cfg.ExecProvider = nil
	c, err := p.run(ctx)
	if err != nil {
		return err
	}
	if c.ClientCertificateData != "" {
		cfg.CertData, cfg.KeyData = []byte(c.ClientCertificateData), []byte(c.ClientKeyData)
	}
	if c.Token == "" && c.ClientCertificateData == "" {
		return fmt.Errorf("credential plugin %s gave neither a token nor a certificate", p.spec.Command)
	}
	p.mu.Lock()
	p.keepLocked(c)
	p.mu.Unlock()
	if c.Token != "" {
		cfg.Wrap(func(rt http.RoundTripper) http.RoundTripper { return bearer{p, rt} })
	}
	return nil
}

// keepLocked remembers a credential; called with mu held.
func (p *plugin) keepLocked(c credential) {
	p.token, p.until = c.Token, time.Time{}
	if c.ExpirationTimestamp != nil {
		p.until = c.ExpirationTimestamp.Add(-10 * time.Second)
	}
}

// current returns a token that is good, as far as is known.
func (p *plugin) current(ctx context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token != "" && (p.until.IsZero() || p.now().Before(p.until)) {
		return p.token, nil
	}
	if p.failed != nil && p.now().Sub(p.tried) < pluginAgain {
		return "", p.failed
	}
	// Others wait for this run, so it does not end with one request's context.
	c, err := p.run(context.WithoutCancel(ctx))
	p.tried, p.failed = p.now(), err
	if err != nil {
		return "", err
	}
	p.keepLocked(c)
	return p.token, nil
}

// refuse drops a token that the server did not take.
func (p *plugin) refuse(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token == token {
		p.token = ""
	}
}

// run runs the program once.
func (p *plugin) run(ctx context.Context) (credential, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.within, fmt.Errorf("no answer within %s", p.within))
	defer cancel()
	info, err := json.Marshal(map[string]any{"apiVersion": p.spec.APIVersion, "kind": "ExecCredential", "spec": p.info()})
	if err != nil {
		return credential{}, err
	}
	cmd := exec.CommandContext(ctx, p.spec.Command, p.spec.Args...)
	cmd.Env = append(append([]string{}, p.environ...), "KUBERNETES_EXEC_INFO="+string(info))
	for _, e := range p.spec.Env {
		cmd.Env = append(cmd.Env, e.Name+"="+e.Value)
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.WaitDelay = 500 * time.Millisecond // children of it may hold the pipes
	err = cmd.Run()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if errors.Is(err, exec.ErrNotFound) && p.spec.InstallHint != "" {
		said.WriteString(p.spec.InstallHint)
	}
	if err != nil {
		words := strings.Join(strings.Fields(said.String()), " ")
		return credential{}, fmt.Errorf("credential plugin %s: %w %s", p.spec.Command, err, cut(words, 300))
	}
	var answer struct{ Status credential }
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		return credential{}, fmt.Errorf("credential plugin %s: read its answer: %w", p.spec.Command, err)
	}
	return answer.Status, nil
}

// info is what the program is told.
func (p *plugin) info() map[string]any {
	spec := map[string]any{"interactive": false}
	if p.spec.ProvideClusterInfo && p.cluster != nil {
		c := map[string]any{"server": p.cluster.Server}
		for k, v := range map[string]string{"tls-server-name": p.cluster.TLSServerName, "proxy-url": p.cluster.ProxyURL} {
			if v != "" {
				c[k] = v
			}
		}
		if p.cluster.InsecureSkipTLSVerify {
			c["insecure-skip-tls-verify"] = true
		}
		if len(p.cluster.CertificateAuthorityData) > 0 {
			c["certificate-authority-data"] = p.cluster.CertificateAuthorityData
		}
		if x := p.cluster.Extensions["client.authentication.k8s.io/exec"]; x != nil {
			c["config"] = x
		}
		spec["cluster"] = c
	}
	return spec
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// bearer adds the plugin's token to requests.
type bearer struct {
	p  *plugin
	rt http.RoundTripper
}

func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := b.p.current(req.Context())
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := b.rt.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		b.p.refuse(token)
	}
	return resp, err
}

// WrappedRoundTripper lets client-go look behind it.
func (b bearer) WrappedRoundTripper() http.RoundTripper { return b.rt }
