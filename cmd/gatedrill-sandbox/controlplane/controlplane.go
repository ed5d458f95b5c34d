// Package controlplane runs etcd, the API server, the controllers and the
// scheduler as parts of this process, and makes the certificates they know each
// other by. It must not know the node or Istio.
package controlplane

import (
	"path/filepath"
)

// Name is the node's name, here because the API server's certificates and the
// scheduler's bindings must agree with the kubelet about it.
const Name = "sandbox"

const (
	etcdURL     = "http://127.0.0.1:2379"
	etcdPeerURL = "http://127.0.0.1:2380"
	// APIAddress is where the API server is reached from the node itself.
	APIAddress = "127.0.0.1:6443"
	// APIPort is its port, on the node's address as well.
	APIPort = 6443
)

// Config says where the control plane keeps its things and what its addresses
// are.
type Config struct {
	Dir         string // etcd's data and the certificates, kept between runs
	NodeIP      string
	ServiceCIDR string
	// APIServiceIP is the first address of ServiceCIDR, "10.96.0.1".
	APIServiceIP string
	// Kubeconfig is written for whoever works inside the sandbox.
	Kubeconfig string
}

func (c Config) etcdDir() string { return filepath.Join(c.Dir, "etcd") }

// Certificates is the folder of the certificates.
func (c Config) Certificates() string { return filepath.Join(c.Dir, "pki") }

func (c Config) pki(name string) string { return filepath.Join(c.Certificates(), name) }
