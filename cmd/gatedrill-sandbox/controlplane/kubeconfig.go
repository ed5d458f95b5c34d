package controlplane

import (
	"fmt"
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/gatedrill/gatedrill/labs/note"
)

// WriteKubeconfig writes the administrator's kubeconfig, mode 0600, for use
// inside the sandbox. Certificates are in it, so that it can be read from
// outside as well.
func (c Config) WriteKubeconfig() error {
	files := map[string][]byte{}
	for _, name := range []string{"ca.crt", "admin.crt", "admin.key"} {
		text, err := os.ReadFile(c.pki(name))
		if err != nil {
			return fmt.Errorf("write kubeconfig: %w", err)
		}
		files[name] = text
	}
	k := clientcmdapi.NewConfig()
	k.Clusters[Name] = &clientcmdapi.Cluster{Server: "https://" + APIAddress, CertificateAuthorityData: files["ca.crt"]}
	k.AuthInfos["admin"] = &clientcmdapi.AuthInfo{ClientCertificateData: files["admin.crt"], ClientKeyData: files["admin.key"]}
	k.Contexts[Name] = &clientcmdapi.Context{Cluster: Name, AuthInfo: "admin"}
	k.CurrentContext = Name
	text, err := clientcmd.Write(*k)
	if err == nil {
		err = note.Replace(c.Kubeconfig, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write kubeconfig: %w", err)
	}
	return nil
}

// REST is how the sandbox's own parts reach the API: without a rate limit of
// the client, which only costs time here.
func (c Config) REST() (*rest.Config, error) {
	cfg, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	cfg.QPS = -1
	cfg.UserAgent = "gatedrill-sandbox"
	return cfg, nil
}
