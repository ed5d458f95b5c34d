// Package conformance runs the Gateway API's own conformance suite against the
// sandbox: the profiles GATEWAY-HTTP, GATEWAY-TLS, GATEWAY-GRPC and GATEWAY-TCP
// with every gateway feature that Istio claims. It shows that what learners see
// in the sandbox is what a cluster with Istio does. It is a module of its own,
// so that nobody else gets the suite's dependencies.
//
// The suite calls gateways by their addresses, so it runs inside the sandbox's
// network, and its manifests name two images that need a program. With a
// sandbox that was started with --crds experimental:
//
//	cd cmd/gatedrill-sandbox/conformance
//	go build -o DIR/echo-basic sigs.k8s.io/gateway-api/conformance/echo-basic
//	go test -c -o DIR/conformance.test .
//	gatedrill sandbox program add gateway-api/echo-basic=DIR/echo-basic
//	gatedrill sandbox program add coredns/coredns=DIR/echo-basic
//	gatedrill sandbox run -- DIR/conformance.test -test.v
//
// DIR is an absolute path. It takes 3 to 5 minutes on two cores and cleans up
// after itself. The suite's own flags work too, such as --run-test=NAME; those
// for what is set below do not.
//
// Believe the lines of go test and the exit code, not --report-output: the suite
// writes that report before its parallel tests have run and counts them passed.
//
// UDPRoute's tests are the only ones that ask coredns anything, and Istio does
// not claim UDPRoute; its Deployment just has to be ready.
package conformance

import (
	"os"
	"testing"

	"k8s.io/apimachinery/pkg/util/sets"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/gateway-api/conformance"
	confv1 "sigs.k8s.io/gateway-api/conformance/apis/v1"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
	"sigs.k8s.io/gateway-api/pkg/features"
)

// TestConformance follows tests/integration/pilot/gateway_conformance_test.go
// of the Istio version in ../go.mod.
func TestConformance(t *testing.T) {
	if os.Getenv("KUBECONFIG") == "" {
		t.Fatal("KUBECONFIG is not set; run the test inside the sandbox: gatedrill sandbox run -- conformance.test")
	}
	o := conformance.DefaultOptions(t)
	o.GatewayClassName = "istio"
	o.ConformanceProfiles = []suite.ConformanceProfileName{
		suite.GatewayHTTPConformanceProfileName,
		suite.GatewayTLSConformanceProfileName,
		suite.GatewayGRPCConformanceProfileName,
		suite.GatewayTCPConformanceProfileName,
	}
	o.SupportedFeatures = features.SetsToNamesSet(claimed()).UnsortedList()
	hostname := gatewayv1.HostnameAddressType
	o.UsableNetworkAddresses = []gatewayv1.GatewaySpecAddress{{
		Type: &hostname, Value: "infra-backend-v1.gateway-conformance-infra.svc.cluster.local",
	}}
	o.UnusableNetworkAddresses = []gatewayv1.GatewaySpecAddress{{Type: &hostname, Value: "foo"}}
	o.Implementation = confv1.Implementation{
		Organization: "istio", Project: "istio", URL: "https://istio.io/",
		Version: "1.31", Contact: []string{"@istio/maintainers"},
	}
	conformance.RunConformanceWithOptions(t, o)
}

// claimed are the features that Istio claims, without those of a mesh, which
// are no part of these profiles. What goes is the list in Istio's
// pilot/pkg/config/kube/gateway/supported_features.go.
func claimed() sets.Set[features.Feature] {
	return features.AllFeatures.Difference(features.MeshCoreFeatures).Difference(features.MeshExtendedFeatures).Delete(
		features.GatewayBackendClientCertificateFeature,
		features.GatewayHTTPSListenerDetectMisdirectedRequestsFeature,
		features.UDPRouteFeature,
	)
}
