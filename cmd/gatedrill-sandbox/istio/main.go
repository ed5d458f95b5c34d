// Command gatedrill-istio is Istio's part of the sandbox: pilot-discovery,
// pilot-agent and istioctl in one program, chosen by the name it is started
// under or by its first argument. It is kept apart from the Kubernetes
// program, in which istiod would lose its pilot_* metrics: both register
// OpenTelemetry's one global meter provider.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // istioctl on people's own contexts

	meshconfig "istio.io/api/mesh/v1alpha1"
	istioctl "istio.io/istio/istioctl/cmd"
	agent "istio.io/istio/pilot/cmd/pilot-agent/app"
	istioagent "istio.io/istio/pkg/istio-agent"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/security"
	"istio.io/istio/security/pkg/nodeagent/sds"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/istio/quiet"
)

func main() {
	quiet.Restore()
	program := quiet.Program(os.Args)
	if program == "" {
		fmt.Fprintln(os.Stderr, "usage: gatedrill-istio pilot-discovery|pilot-agent|istioctl [ARGS…]")
		os.Exit(2)
	}
	if len(os.Args) > 1 && os.Args[1] == program {
		os.Args = os.Args[1:]
	}
	os.Args[0] = program // cobra and istioctl's help name the program by it
	os.Exit(run(program))
}

func run(program string) int {
	root, err := command(program)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", program, err)
		return istioctl.GetExitCode(err)
	}
	log.EnableKlogWithCobra()
	if err := root.Execute(); err != nil {
		if program == "istioctl" {
			return istioctl.GetExitCode(err) // it has printed the error
		}
		log.Error(err)
		return 255
	}
	return 0
}

func command(program string) (*cobra.Command, error) {
	switch program {
	case "pilot-agent":
		return agent.NewRootCommand(secretServer), nil
	case "pilot-discovery":
		return discoveryCommand()
	default:
		if err := istioctl.ConfigAndEnvProcessing(); err != nil {
			return nil, fmt.Errorf("read the environment: %w", err)
		}
		return istioctl.GetRootCmd(os.Args[1:]), nil
	}
}

// secretServer makes the agent's SDS server; without a factory it panics.
func secretServer(o *security.Options, m security.SecretManager, p *meshconfig.PrivateKeyProvider) istioagent.SDSService {
	return sds.NewServer(o, m, p)
}
