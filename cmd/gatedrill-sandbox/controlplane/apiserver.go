package controlplane

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
)

// APIServer runs the API server until ctx ends.
func (c Config) APIServer(ctx context.Context) error {
	cmd := apiserver.NewAPIServerCommand()
	cmd.SetArgs(c.apiFlags())
	if err := cmd.ExecuteContext(ctx); err != nil {
		return fmt.Errorf("API server: %w", err)
	}
	return nil
}

// apiFlags has no logging flag: the components share one log, and setting it
// up twice differently is an error.
func (c Config) apiFlags() []string {
	return []string{
		"--etcd-servers=" + etcdURL,
		"--bind-address=0.0.0.0", // of the sandbox's own network: pods reach it by the node's address
		"--advertise-address=" + c.NodeIP,
		"--secure-port=" + strconv.Itoa(APIPort),
		"--tls-cert-file=" + c.pki("apiserver.crt"), "--tls-private-key-file=" + c.pki("apiserver.key"),
		"--client-ca-file=" + c.pki("ca.crt"),
		"--kubelet-certificate-authority=" + c.pki("ca.crt"),
		"--kubelet-client-certificate=" + c.pki("kubelet-client.crt"), "--kubelet-client-key=" + c.pki("kubelet-client.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-signing-key-file=" + c.pki("sa.key"), "--service-account-key-file=" + c.pki("sa.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--api-audiences=https://kubernetes.default.svc,istio-ca",
		"--authorization-mode=RBAC",
		"--service-cluster-ip-range=" + c.ServiceCIDR,
		"--allow-privileged=true",
		"--profiling=false",
		// The taint it adds is removed by the node-lifecycle controller, in
		// periods of 5 s: both are left out.
		"--disable-admission-plugins=TaintNodesByCondition",
		// Global to the process, so also the kubelet's: do not read /dev/kmsg,
		// do not insist on sysctls of the host.
		"--feature-gates=KubeletInUserNamespace=true",
	}
}

// exceptSlowHooks leaves out two hooks that begin with a sleep of one second.
// They make roles and priority classes, which members of system:masters, as
// everything here is, do not need.
var exceptSlowHooks = []string{
	"poststarthook/rbac/bootstrap-roles",
	"poststarthook/scheduling/bootstrap-system-priority-classes",
}

// Ready waits until the API server can be worked with, saying what it waits
// for.
func Ready(ctx context.Context, client kubernetes.Interface, waiting func(string)) error {
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for {
		q := client.Discovery().RESTClient().Get().AbsPath("/readyz")
		for _, e := range exceptSlowHooks {
			q = q.Param("exclude", e)
		}
		body, err := q.DoRaw(ctx)
		if err == nil {
			return nil
		}
		waiting(unready(string(body), err))
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the API server: %w", ctx.Err())
		case <-t.C:
		}
	}
}

// unready names the checks that a health report says are failing.
func unready(report string, err error) string {
	var failing []string
	for line := range strings.Lines(report) {
		if check, ok := strings.CutPrefix(line, "[-]"); ok {
			failing = append(failing, strings.Fields(check)[0])
		}
	}
	if len(failing) == 0 {
		return err.Error()
	}
	return strings.Join(failing, ", ")
}
