// Package node is the sandbox's one node: the real kubelet as a part of this
// process, over a runtime of plain processes.
package node

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	noop "go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/sys/unix"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	v1core "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/record"
	internalapi "k8s.io/cri-api/pkg/apis"
	kubeletapp "k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/kubelet"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	kubeletutil "k8s.io/kubernetes/pkg/kubelet/util"
	"k8s.io/kubernetes/pkg/util/oom"
	"k8s.io/kubernetes/pkg/volume"
	"k8s.io/kubernetes/pkg/volume/configmap"
	"k8s.io/kubernetes/pkg/volume/downwardapi"
	"k8s.io/kubernetes/pkg/volume/emptydir"
	"k8s.io/kubernetes/pkg/volume/hostpath"
	"k8s.io/kubernetes/pkg/volume/projected"
	"k8s.io/kubernetes/pkg/volume/secret"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
	"k8s.io/kubernetes/pkg/volume/util/subpath"
	"k8s.io/mount-utils"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/controlplane"
)

// Name is the node's name.
const Name = controlplane.Name

// maxPods is what the pods' address range can hold, nearly.
const maxPods = 200

// Config is what the kubelet works with.
type Config struct {
	Dir          string // its folder; emptied by Start, the API has the state
	Certificates string // folder with ca.crt, kubelet.crt and kubelet.key
	IP, DNS      string
	Runtime      Runtime
}

// Runtime runs the pods.
type Runtime interface {
	internalapi.RuntimeService
	internalapi.ImageManagerService
}

func (c Config) logs() string { return filepath.Join(c.Dir, "logs") }

// Start runs the kubelet until ctx ends; it returns when it has begun.
func (c Config) Start(ctx context.Context, cfg *rest.Config) error {
	if err := os.RemoveAll(c.Dir); err != nil {
		return fmt.Errorf("clear the kubelet's folder: %w", err)
	}
	if err := os.MkdirAll(c.logs(), 0o755); err != nil {
		return fmt.Errorf("the kubelet's folder: %w", err)
	}
	flags := c.flags()
	conf, err := c.configuration()
	if err != nil {
		return err
	}
	deps, err := c.dependencies(ctx, cfg, flags, conf)
	if err != nil {
		return err
	}
	if err := kubeletapp.RunKubelet(ctx, &options.KubeletServer{KubeletFlags: *flags, KubeletConfiguration: *conf}, deps); err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	return nil
}

func (c Config) flags() *options.KubeletFlags {
	f := options.NewKubeletFlags()
	f.RootDirectory = filepath.Join(c.Dir, "root")
	f.CertDirectory = filepath.Join(c.Dir, "pki")
	f.HostnameOverride = Name
	f.NodeIP = c.IP
	f.MinimumGCAge = metav1.Duration{Duration: time.Minute}
	f.MaxContainerCount = -1
	f.MaxPerPodContainerCount = 2
	return f
}

func (c Config) configuration() (*kubeletconfig.KubeletConfiguration, error) {
	k, err := options.NewKubeletConfiguration()
	if err != nil {
		return nil, fmt.Errorf("the kubelet's defaults: %w", err)
	}
	k.EnableServer, k.Address, k.Port, k.ReadOnlyPort, k.HealthzPort = true, c.IP, 10250, 0, 0
	k.TLSCertFile = filepath.Join(c.Certificates, "kubelet.crt")
	k.TLSPrivateKeyFile = filepath.Join(c.Certificates, "kubelet.key")
	// Pods can reach the kubelet: only who may in the API may ask it.
	k.Authentication.Anonymous.Enabled = false
	k.Authentication.X509.ClientCAFile = filepath.Join(c.Certificates, "ca.crt")
	k.Authentication.Webhook.Enabled = true
	k.Authorization.Mode = kubeletconfig.KubeletAuthorizationModeWebhook
	k.MaxPods = maxPods
	k.ClusterDNS, k.ClusterDomain = []string{c.DNS}, "cluster.local"
	k.ResolverConfig = "" // never the host's
	k.PodLogsDir = c.logs()
	k.ContainerRuntimeEndpoint = "unix:///in-process" // must not be empty; the runtime is passed as a value
	k.RegisterNode, k.EnableControllerAttachDetach = true, false
	k.SerializeImagePulls, k.RegistryPullQPS = false, 0
	// No cgroups, no swap policy, no disk of its own to guard.
	k.CgroupsPerQOS, k.CgroupRoot, k.EnforceNodeAllocatable = false, "", nil
	k.FailSwapOn, k.LocalStorageCapacityIsolation, k.EvictionHard = false, false, nil
	k.MaxOpenFiles = openFiles()
	k.SyncFrequency.Duration = 10 * time.Second
	k.NodeStatusUpdateFrequency.Duration = 10 * time.Second
	k.NodeStatusReportFrequency.Duration = 5 * time.Minute
	return k, nil
}

// dependencies are the kubelet's, with our runtime in place of a socket and
// without whatever touches the host: no mount program (volumes are plain
// folders in our 0700 directory, the runtime binds them), no cgroups, no OOM
// scores.
func (c Config) dependencies(ctx context.Context, cfg *rest.Config, flags *options.KubeletFlags, conf *kubeletconfig.KubeletConfiguration) (*kubelet.Dependencies, error) {
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return nil, err
	}
	beat := rest.CopyConfig(cfg)
	beat.Timeout = conf.NodeStatusUpdateFrequency.Duration
	heartbeat, err := kubernetes.NewForConfig(beat)
	if err != nil {
		return nil, err
	}
	tls, err := kubeletapp.InitializeTLS(ctx, flags, conf)
	if err != nil {
		return nil, fmt.Errorf("the kubelet's certificate: %w", err)
	}
	auth, reload, err := kubeletapp.BuildAuth(types.NodeName(Name), client, *conf)
	if err != nil {
		return nil, fmt.Errorf("the kubelet's authentication: %w", err)
	}
	reload(ctx.Done())
	m, err := newMachine()
	if err != nil {
		return nil, err
	}
	events := record.NewBroadcaster(record.WithContext(ctx))
	events.StartRecordingToSink(&v1core.EventSinkImpl{Interface: client.CoreV1().Events("")})
	recorder := events.NewRecorder(legacyscheme.Scheme, v1.EventSource{Component: "kubelet", Host: Name})
	latency := kubeletutil.NewPodStartupLatencyTracker()
	source, err := pods(ctx, client, recorder, latency)
	if err != nil {
		return nil, err
	}
	return &kubelet.Dependencies{
		Recorder: recorder, PodConfig: source,
		KubeClient: client, HeartbeatClient: heartbeat, EventClient: client.CoreV1(), OnHeartbeatFailure: func() {},
		RemoteRuntimeService: c.Runtime, RemoteImageService: c.Runtime,
		TLSOptions: tls, Auth: auth,
		CAdvisorInterface: &m, OSInterface: files{}, VolumePlugins: volumes(),
		ContainerManager: cm.NewStubContainerManager(),
		OOMAdjuster:      oom.NewFakeOOMAdjuster(),
		Mounter:          &mount.FakeMounter{}, Subpather: &subpath.FakeSubpath{}, HostUtil: hostutil.NewFakeHostUtil(nil),
		PodStartupLatencyTracker: latency, NodeStartupLatencyTracker: kubeletutil.NewNodeStartupLatencyTracker(),
		TracerProvider: noop.NewTracerProvider(),
	}, nil
}

func volumes() []volume.VolumePlugin {
	var all []volume.VolumePlugin
	for _, plugins := range [][]volume.VolumePlugin{
		emptydir.ProbeVolumePlugins(), secret.ProbeVolumePlugins(), configmap.ProbeVolumePlugins(),
		downwardapi.ProbeVolumePlugins(), projected.ProbeVolumePlugins(),
		hostpath.ProbeVolumePlugins(volume.VolumeConfig{}),
	} {
		all = append(all, plugins...)
	}
	return all
}

// openFiles is what this process may have open. The kubelet sets its process's
// limit to what it is configured with, and this process is the whole cluster.
func openFiles() int64 {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 1 << 20 // the kernel's usual ceiling; what is too much is refused and logged
	}
	return int64(min(l.Max, 1<<20))
}
