package kubecontext

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/gatedrill/gatedrill/labs/note"
)

// Errors of reading a context.
var (
	ErrNoContext = errors.New("no such context")
	ErrOther     = errors.New("it leads to another cluster than the one that was agreed to")
)

// Target is where a context leads, as the kubeconfig has it.
type Target struct {
	Context, Cluster, Server string
	// Identity is equal for equal clusters.
	Identity string
}

// Find reads where a context leads, from files as KUBECONFIG lists them.
// Nothing is written and no server is asked.
func Find(files []string, context string) (Target, error) {
	cfg, err := load(files, context)
	if err != nil {
		return Target{}, err
	}
	return targetOf(cfg), nil
}

// Targets reads where all contexts of such files lead, by their names. Files
// that are not there have none.
func Targets(files []string) ([]Target, error) {
	cfg, err := (&clientcmd.ClientConfigLoadingRules{Precedence: files}).Load()
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	var out []Target
	for _, name := range slices.Sorted(maps.Keys(cfg.Contexts)) {
		cfg.CurrentContext = name
		out = append(out, targetOf(cfg))
	}
	return out, nil
}

func targetOf(cfg *clientcmdapi.Config) Target {
	c := cfg.Contexts[cfg.CurrentContext]
	t := Target{Context: cfg.CurrentContext, Cluster: c.Cluster}
	if cl := cfg.Clusters[c.Cluster]; cl != nil {
		t.Server = cl.Server
		sum := sha256.New()
		fmt.Fprintf(sum, "%s\n%s\n", cl.Server, cl.TLSServerName)
		sum.Write(cl.CertificateAuthorityData)
		t.Identity = hex.EncodeToString(sum.Sum(nil)[:12])
	}
	return t
}

// load reads one context, with everything that its files refer to in it.
func load(files []string, context string) (*clientcmdapi.Config, error) {
	there := slices.DeleteFunc(slices.Clone(files), func(f string) bool {
		_, err := os.Stat(f)
		return f == "" || errors.Is(err, os.ErrNotExist)
	})
	if len(there) == 0 {
		return nil, fmt.Errorf("there is no kubeconfig at %s (name one: --kubeconfig FILE): %w", strings.Join(files, ", "), os.ErrNotExist)
	}
	cfg, err := (&clientcmd.ClientConfigLoadingRules{Precedence: there}).Load()
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig: %w", err)
	}
	if cfg.Contexts[context] == nil {
		have := "none"
		if len(cfg.Contexts) > 0 {
			have = strings.Join(slices.Sorted(maps.Keys(cfg.Contexts)), ", ")
		}
		return nil, fmt.Errorf("context %q: %w in %s; there: %s", context, ErrNoContext, strings.Join(there, ", "), have)
	}
	cfg.CurrentContext = context
	if err := clientcmdapi.MinifyConfig(cfg); err != nil {
		return nil, fmt.Errorf("context %q: %w", context, err)
	}
	if err := clientcmdapi.FlattenConfig(cfg); err != nil {
		return nil, fmt.Errorf("context %q: %w", context, err)
	}
	return cfg, nil
}

// refresh renews our copy from the person's files: credentials change. It
// refuses a context that leads elsewhere by now. A copy serves while the
// person's files are gone.
func (b *Backend) refresh() (*clientcmdapi.Config, error) {
	if b.set.Context == "" {
		return nil, errors.New("no context was chosen (gatedrill cluster use --context NAME)")
	}
	cfg, err := load(b.set.Kubeconfig, b.set.Context)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, ErrNoContext) {
		if kept, kerr := load([]string{b.kubeconfig()}, b.set.Context); kerr == nil {
			return kept, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if t := targetOf(cfg); t.Identity != b.set.Identity {
		return nil, fmt.Errorf("context %q leads to %s: %w (look at it anew: gatedrill cluster use --context %s)", b.set.Context, t.Server, ErrOther, b.set.Context)
	}
	// A command without -n shall not land among other people's things.
	if own := b.labs().Namespaces; len(own) > 0 {
		cfg.Contexts[cfg.CurrentContext].Namespace = own[0]
	}
	text, err := clientcmd.Write(*cfg)
	if err == nil {
		err = note.Replace(b.kubeconfig(), text, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("copy context %q: %w", b.set.Context, err)
	}
	return cfg, nil
}

// Files lists the kubeconfig files that kubectl would read, by the values of
// KUBECONFIG and the home directory.
func Files(kubeconfig, home string) []string {
	if list := slices.DeleteFunc(filepath.SplitList(kubeconfig), func(f string) bool { return f == "" }); len(list) > 0 {
		return list
	}
	return []string{filepath.Join(home, ".kube", "config")}
}
