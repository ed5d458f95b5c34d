// Command gatedrill-sandbox runs a Kubernetes cluster of plain processes.
package main

import (
	_ "github.com/gatedrill/gatedrill/labs/cluster"
	_ "github.com/google/cadvisor/info/v1"
	_ "github.com/google/nftables"
	_ "github.com/miekg/dns"
	_ "github.com/vishvananda/netlink"
	_ "go.etcd.io/etcd/server/v3/embed"
	_ "golang.org/x/sys/unix"
	_ "k8s.io/client-go/kubernetes"
	_ "k8s.io/cri-api/pkg/apis"
	_ "k8s.io/cri-streaming/pkg/streaming"
	_ "k8s.io/kubernetes/cmd/kube-apiserver/app"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	_ "k8s.io/kubernetes/cmd/kube-scheduler/app"
	_ "k8s.io/kubernetes/cmd/kubelet/app"
	_ "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	_ "k8s.io/mount-utils"
)

func main() {}
