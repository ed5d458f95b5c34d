package node

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	cadvisor "github.com/google/cadvisor/info/v1"
	cadvisorv2 "github.com/google/cadvisor/info/v2"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
)

// machine tells the kubelet the machine's size without looking at cgroups,
// which are the host's. Its disks are never full: nothing here is the
// kubelet's to clean up.
type machine struct {
	cadvisortest.Fake
	memory uint64 // bytes
}

func newMachine() (machine, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return machine{}, fmt.Errorf("size of the machine: %w", err)
	}
	var kib uint64
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err != nil {
		return machine{}, fmt.Errorf("size of the machine: /proc/meminfo: %w", err)
	}
	return machine{memory: kib << 10}, nil
}

func (m machine) MachineInfo() (*cadvisor.MachineInfo, error) {
	return &cadvisor.MachineInfo{NumCores: runtime.NumCPU(), MemoryCapacity: m.memory, MachineID: Name, SystemUUID: Name, BootID: Name}, nil
}

func (machine) VersionInfo() (*cadvisor.VersionInfo, error) {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return nil, err
	}
	return &cadvisor.VersionInfo{KernelVersion: strings.TrimSpace(string(text)), ContainerOsVersion: "gatedrill sandbox"}, nil
}

func disk() cadvisorv2.FsInfo {
	inodes, free := uint64(1e6), uint64(9e5)
	return cadvisorv2.FsInfo{Capacity: 100 << 30, Available: 90 << 30, Usage: 10 << 30, Inodes: &inodes, InodesFree: &free}
}

func (machine) ImagesFsInfo(context.Context) (cadvisorv2.FsInfo, error)    { return disk(), nil }
func (machine) RootFsInfo() (cadvisorv2.FsInfo, error)                     { return disk(), nil }
func (machine) ContainerFsInfo(context.Context) (cadvisorv2.FsInfo, error) { return disk(), nil }
func (machine) GetDirFsInfo(string) (cadvisorv2.FsInfo, error)             { return disk(), nil }

// files is the operating system to the kubelet. It drops the links that the
// kubelet wants below /var/log/containers: the path is hard-wired, the host's,
// and not ours to write.
type files struct{ kubecontainer.RealOS }

const containerLogs = "/var/log/containers"

func (f files) MkdirAll(path string, mode os.FileMode) error {
	if strings.HasPrefix(path, containerLogs) {
		return nil
	}
	return f.RealOS.MkdirAll(path, mode)
}

func (f files) Symlink(old, path string) error {
	if strings.HasPrefix(path, containerLogs) {
		return nil
	}
	return f.RealOS.Symlink(old, path)
}
