package kubecontext

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// answerWithin bounds one question to the API server.
const answerWithin = 5 * time.Second

// client is the way to the API server.
type client struct {
	made    string // of which kubeconfig
	target  Target
	rest    *rest.Config
	http    *http.Client // bounded by answerWithin
	dynamic dynamic.Interface
	base    *url.URL
	within  time.Duration // of one question
}

// Trouble is an error with what to do about it.
type Trouble struct {
	What, Next string
	err        error
}

func (t *Trouble) Error() string { return t.What + " (" + t.Next + ")" }
func (t *Trouble) Unwrap() error { return t.err }

// connect makes the client, or finds the one that was made of the same
// kubeconfig, and makes sure that the server answers it.
func (b *Backend) connect(ctx context.Context) (*client, error) {
	c, err := b.current(ctx)
	if err == nil {
		err = c.answers(ctx)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// current is the client of the kubeconfig as it is now. A credential plugin is
// run, the server is not asked.
func (b *Backend) current(ctx context.Context) (*client, error) {
	cfg, err := b.refresh()
	if err != nil {
		return nil, err
	}
	text, err := clientcmd.Write(*cfg)
	if err != nil {
		return nil, fmt.Errorf("read context %q: %w", b.set.Context, err)
	}
	b.mu.Lock()
	have := b.client
	b.mu.Unlock()
	if have != nil && have.made == string(text) {
		return have, nil
	}
	c, err := newClient(ctx, cfg, b.o)
	if err != nil {
		return nil, err
	}
	c.made = string(text)
	b.mu.Lock()
	b.client = c
	b.mu.Unlock()
	return c, nil
}

func newClient(ctx context.Context, cfg *clientcmdapi.Config, o Options) (*client, error) {
	name := cfg.CurrentContext
	c := &client{target: targetOf(cfg), within: o.within}
	kc := cfg.Contexts[name]
	user := cfg.AuthInfos[kc.AuthInfo]
	if user != nil && user.AuthProvider != nil {
		return nil, &Trouble{What: fmt.Sprintf("context %q logs in by the auth provider %q, which no longer exists", name, user.AuthProvider.Name),
			Next: "use a credential plugin (exec) in your kubeconfig"}
	}
	rc, err := clientcmd.NewNonInteractiveClientConfig(*cfg, name, &clientcmd.ConfigOverrides{}, nil).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("read context %q: %w", name, err)
	}
	rc.UserAgent, rc.QPS, rc.Burst = "gatedrill", 50, 100
	rc.WarningHandler = rest.NoWarnings{}
	if rc.ExecProvider != nil && o.Unattended {
		return nil, &Trouble{What: fmt.Sprintf("context %q logs in by a program", name), Next: "see whether it does: kubectl --context " + name + " get --raw /readyz"}
	}
	if rc.ExecProvider != nil {
		p := &plugin{spec: rc.ExecProvider, cluster: cfg.Clusters[kc.Cluster], environ: o.Environ, within: pluginWithin, now: o.Now}
		if err := p.use(ctx, rc); err != nil {
			return nil, &Trouble{What: err.Error(), Next: "see what it asks: kubectl --context " + name + " get --raw /readyz", err: err}
		}
	}
	c.rest = rc
	if c.dynamic, err = dynamic.NewForConfig(rc); err != nil {
		return nil, fmt.Errorf("reach context %q: %w", name, err)
	}
	if c.base, _, err = rest.DefaultServerUrlFor(rc); err != nil {
		return nil, fmt.Errorf("reach context %q: %w", name, err)
	}
	quick := rest.CopyConfig(rc)
	quick.Timeout = c.within
	if c.http, err = rest.HTTPClientFor(quick); err != nil {
		return nil, fmt.Errorf("reach context %q: %w", name, err)
	}
	return c, nil
}

// get reads a path of the API server.
func (c *client) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.JoinPath(path).String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.trouble(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	switch {
	case err != nil:
		return nil, c.trouble(err)
	case resp.StatusCode == http.StatusOK:
		return body, nil
	case resp.StatusCode == http.StatusUnauthorized:
		return nil, c.trouble(apierrors.NewUnauthorized(resp.Status))
	case resp.StatusCode == http.StatusForbidden:
		return nil, apierrors.NewForbidden(schema.GroupResource{Resource: path}, "", errors.New(resp.Status))
	}
	return nil, &Trouble{What: fmt.Sprintf("API server %s answers %s: %s", c.target.Server, resp.Status, cut(strings.TrimSpace(string(body)), 200)), Next: "try again later"}
}

// answers asks the API server whether it is ready.
func (c *client) answers(ctx context.Context) error {
	_, err := c.get(ctx, "/readyz")
	if apierrors.IsForbidden(err) {
		return nil // that is an answer
	}
	return err
}

// trouble names what keeps the server from being asked, and what to do.
func (c *client) trouble(err error) error {
	name, server := c.target.Context, c.target.Server
	var dns *net.DNSError
	var cert *x509.CertificateInvalidError
	var authority x509.UnknownAuthorityError
	t := &Trouble{What: fmt.Sprintf("API server %s: %v", server, rootOf(err)), Next: "see also: kubectl --context " + name + " get --raw /readyz", err: err}
	switch {
	case apierrors.IsUnauthorized(err):
		t.What = fmt.Sprintf("API server %s does not take the credential of context %q: it may have expired", server, name)
		t.Next = "log in anew as you do for kubectl, then try again"
	case errors.Is(err, syscall.ECONNREFUSED):
		t.What, t.err = "nothing listens at API server "+server, fmt.Errorf("%w: %w", cluster.ErrNotRunning, err)
		t.Next = "start the cluster, or look whether the address is still right"
	case os.IsTimeout(err), errors.Is(err, context.DeadlineExceeded):
		t.What = fmt.Sprintf("API server %s does not answer within %s", server, c.within)
		t.Next = "look whether a VPN or a tunnel is needed; see also: kubectl --context " + name + " get --raw /readyz"
	case errors.As(err, &dns):
		t.What = fmt.Sprintf("API server %s: the name is not known here", server)
		t.Next = "look whether a VPN is needed, or whether the cluster is still there"
	case errors.As(err, &cert), errors.As(err, &authority):
		t.Next = "get a new kubeconfig for the cluster"
	}
	return t
}

// rootOf drops the request's own line from an error of net/http.
func rootOf(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
