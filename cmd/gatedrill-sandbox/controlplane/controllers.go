package controlplane

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/client-go/kubernetes"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
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

// Controllers runs the controller manager until ctx ends. It gives a slow API
// server up after ten seconds, so it is started when that is fully healthy,
// however long that takes.
func (c Config) Controllers(ctx context.Context, client kubernetes.Interface) error {
	if err := Healthy(ctx, client); err != nil {
		return err
	}
	cmd := controllers.NewControllerManagerCommand()
	cmd.SetArgs([]string{
		"--kubeconfig=" + c.Kubeconfig,
		"--leader-elect=false",
		"--secure-port=0",
		"--use-service-account-credentials=false",
		"--controllers=" + strings.Join(needed, ","),
		"--service-account-private-key-file=" + c.pki("sa.key"),
		"--root-ca-file=" + c.pki("ca.crt"),
	})
	if err := cmd.ExecuteContext(ctx); err != nil {
		return fmt.Errorf("controller manager: %w", err)
	}
	return nil
}

// Scheduler runs the scheduler until ctx ends. Its command is not used: it
// would install the process's signal handler a second time, which panics.
func (c Config) Scheduler(ctx context.Context) error {
	o := scheduleroptions.NewOptions()
	flags := pflag.NewFlagSet("scheduler", pflag.ContinueOnError)
	for _, f := range o.Flags.FlagSets {
		flags.AddFlagSet(f)
	}
	if err := flags.Parse([]string{"--kubeconfig=" + c.Kubeconfig, "--leader-elect=false", "--secure-port=0"}); err != nil {
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
