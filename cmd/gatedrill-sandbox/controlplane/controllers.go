package controlplane

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	controlleroptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
)

// needed are the controllers of a cluster with one node, no volumes and no
// cloud. Certificates, quotas, autoscaling and node life cycle are left out.
var needed = []string{
	"namespace-controller", "serviceaccount-controller", "root-ca-certificate-publisher-controller",
	"deployment-controller", "replicaset-controller", "statefulset-controller", "daemonset-controller",
	"job-controller", "cronjob-controller", "disruption-controller", "garbage-collector-controller",
	"endpoints-controller", "endpointslice-controller", "endpointslice-mirroring-controller",
	"clusterrole-aggregation-controller",
}

// Controllers runs the controller manager until ctx ends. Its command is not
// used: it gives up when the API server's /healthz fails for ten seconds, and
// the hooks that everything else here does not wait for are a part of that.
func (c Config) Controllers(ctx context.Context) error {
	o, err := controlleroptions.NewKubeControllerManagerOptions()
	if err != nil {
		return fmt.Errorf("controller manager: %w", err)
	}
	known, disabled, aliases := controllers.KnownControllers(), controllers.ControllersDisabledByDefault(), controllers.ControllerAliases()
	err = parse("controllers", o.Flags(known, disabled, aliases), []string{
		"--kubeconfig=" + c.Kubeconfig,
		"--leader-elect=false",
		"--secure-port=0",
		"--use-service-account-credentials=false",
		"--controllers=" + strings.Join(needed, ","),
		"--service-account-private-key-file=" + c.pki("sa.key"),
		"--root-ca-file=" + c.pki("ca.crt"),
	})
	if err != nil {
		return fmt.Errorf("controller manager: %w", err)
	}
	config, err := o.Config(ctx, known, disabled, aliases)
	if err != nil {
		return fmt.Errorf("controller manager: %w", err)
	}
	config.Kubeconfig.QPS = -1
	config.Kubeconfig.Wrap(func(next http.RoundTripper) http.RoundTripper { return healthTransport{next} })
	if err := controllers.Run(ctx, config.Complete()); err != nil && ctx.Err() == nil {
		return fmt.Errorf("controller manager: %w", err)
	}
	return nil
}

// healthTransport asks for the API server's health as Ready does.
type healthTransport struct{ next http.RoundTripper }

func (t healthTransport) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.URL.Path == "/healthz" {
		q = q.Clone(q.Context())
		q.URL.RawQuery = url.Values{"exclude": exceptSlowHooks}.Encode()
	}
	return t.next.RoundTrip(q)
}

// parse sets a component's options from flags.
func parse(name string, sets cliflag.NamedFlagSets, args []string) error {
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	for _, f := range sets.FlagSets {
		flags.AddFlagSet(f)
	}
	return flags.Parse(args)
}

// Scheduler runs the scheduler until ctx ends. Its command is not used: it
// would install the process's signal handler a second time, which panics.
func (c Config) Scheduler(ctx context.Context) error {
	o := scheduleroptions.NewOptions()
	if err := parse("scheduler", *o.Flags, []string{"--kubeconfig=" + c.Kubeconfig, "--leader-elect=false", "--secure-port=0"}); err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	config, s, err := scheduler.Setup(ctx, o)
	if err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	if err := scheduler.Run(ctx, config, s); err != nil && ctx.Err() == nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	return nil
}
