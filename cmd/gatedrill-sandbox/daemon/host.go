package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/controlplane"
	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/network"
)

// errNotIsolated is what a daemon says that someone started by hand.
var errNotIsolated = errors.New("this is not a sandbox of its own: start it with `gatedrill sandbox start` or `gatedrill-sandbox up`")

// isolated says whether this process has its own pid and user namespace, for
// what follows changes mounts and network of whatever it runs in.
func isolated() error {
	m, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return fmt.Errorf("look at the user namespace: %w", err)
	}
	f := strings.Fields(string(m))
	if os.Getpid() != 1 || len(f) == 3 && f[2] == "4294967295" {
		return errNotIsolated
	}
	return nil
}

// hostPID is this process's id as the host sees it: /proc is still the one that
// was mounted there. It must be asked before settle.
func hostPID() (int, error) {
	self, err := os.Readlink("/proc/self")
	if err != nil {
		return 0, fmt.Errorf("look up the process id: %w", err)
	}
	return strconv.Atoi(self)
}

// hostFiles take the place of the host's own, as seen in the sandbox: names are
// resolved by the cluster's DNS and by nothing else.
var hostFiles = map[string]string{
	"resolv.conf":   "nameserver " + network.DNSIP + "\nsearch default.svc.cluster.local svc.cluster.local cluster.local\n",
	"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
	"hosts":         "127.0.0.1 localhost\n" + network.NodeIP + " " + controlplane.Name + "\n",
}

// settle makes the namespaces that the daemon was started in its own: a private
// mount tree, a /proc of its pids, its host name, its resolver. dir is where the
// files are kept that cover the host's.
func settle(dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc (inside a container it must not be masked: docker run --security-opt systempaths=unconfined): %w", err)
	}
	if err := unix.Sethostname([]byte(controlplane.Name)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range hostFiles {
		ours := filepath.Join(dir, name)
		if err := os.WriteFile(ours, []byte(text), 0o644); err != nil {
			return err
		}
		// Through links: resolv.conf is often one, into /run.
		if err := unix.Mount(ours, filepath.Join("/etc", name), "", unix.MS_BIND, ""); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cover /etc/%s: %w", name, err)
		}
	}
	return nil
}

// socketPath is the longest folder that the kubelet can make its socket in:
// a socket's path has 107 bytes, and it adds pod-resources/kubelet.sock.
const socketPath = 107 - len("/root/pod-resources/kubelet.sock")

// short returns a path of at most socketPath bytes for dir: dir itself, or a
// folder of the host that is of no use here, with dir mounted over it.
func short(dir string, keep ...string) (string, error) {
	if len(dir) <= socketPath {
		return dir, nil
	}
	for _, place := range []string{"/srv", "/mnt", "/media", "/opt"} {
		st, err := os.Stat(place)
		if err != nil || !st.IsDir() || holds(place, append(keep, dir)) {
			continue
		}
		if err := unix.Mount(dir, place, "", unix.MS_BIND, ""); err != nil {
			return "", fmt.Errorf("mount %s at %s: %w", dir, place, err)
		}
		return place, nil
	}
	return "", fmt.Errorf("%s is too long a path for the kubelet's socket; use a data directory with a shorter one", dir)
}

// holds says whether one of the paths is below place.
func holds(place string, paths []string) bool {
	for _, p := range paths {
		if rel, err := filepath.Rel(place, p); err == nil && !strings.HasPrefix(rel, "..") {
			return true
		}
	}
	return false
}
