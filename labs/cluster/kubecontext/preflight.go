package kubecontext

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/fault"
)

// preflightWithin bounds a whole preflight.
const preflightWithin = 45 * time.Second

// Preflight looks at everything that labs need of the cluster, and changes
// nothing in it. It stops at the first thing without which nothing else can be
// seen.
func (b *Backend) Preflight(ctx context.Context) Preflight {
	ctx, cancel := context.WithTimeout(ctx, preflightWithin)
	defer cancel()
	p := Preflight{}
	t, err := Find(b.set.Kubeconfig, b.set.Context)
	if err != nil {
		p.fail("context", err, "see: kubectl config get-contexts")
		return p
	}
	p.Target = t
	p.Creates = b.creates()
	cfg, err := load(b.set.Kubeconfig, b.set.Context)
	if err != nil {
		p.fail("context", err, "see: kubectl config get-contexts")
		return p
	}
	c, err := newClient(ctx, cfg, b.o)
	if err != nil {
		p.fail("credential", err, "see: kubectl --context "+t.Context+" get --raw /readyz")
		return p
	}
	if !c.lookAtServer(ctx, &p) || !c.lookAtKinds(ctx, &p) {
		return p
	}
	c.lookAtIstio(ctx, &p)
	c.lookAtGateway(ctx, &p)
	c.lookAtRights(ctx, &p, b.labs().Namespaces, b.set.MeshAdmin)
	c.lookAtNamespaces(ctx, &p, b.labs().Namespaces)
	return p
}

// creates lists what is made in the cluster, and when.
func (b *Backend) creates() []string {
	f := b.labs()
	out := []string{
		"by `cluster up`: namespace " + fault.Namespace + " with a Lease, and Pod relay of image " + b.set.Image,
		"by a lab: namespaces " + strings.Join(f.Namespaces, ", ") + ", and in them workloads of that image, Services, gateways, routes, policies, Secrets",
	}
	if b.set.MeshAdmin {
		out = append(out, "by a lab, as --mesh-admin allows: Secrets, Services and settings in "+istioSystem+", and restarts of its gateway;",
			"a reset puts all of "+istioSystem+" back as it was when the lab began, whoever changed it")
	}
	for _, o := range f.ClusterWide {
		out = append(out, "by a lab, for the whole cluster: "+o.String())
	}
	return append(out, "everything bears the label "+fault.Label+"; `cluster down` removes it")
}

func (c *client) lookAtServer(ctx context.Context, p *Preflight) bool {
	body, err := c.get(ctx, "/version")
	if err == nil {
		err = c.answers(ctx)
	}
	if err != nil {
		p.fail("API server", err, "try again later")
		return false
	}
	var v struct{ GitVersion string }
	if err := json.Unmarshal(body, &v); err != nil || v.GitVersion == "" {
		v.GitVersion = "of an unknown version"
	}
	p.Asked = true
	p.add("API server", cluster.OK, c.target.Server+", Kubernetes "+v.GitVersion, "")
	return true
}

// lookAtKinds makes sure that the kinds of Istio and the Gateway API are
// served in the versions that labs are written in.
func (c *client) lookAtKinds(ctx context.Context, p *Preflight) bool {
	kinds, err := c.discover(ctx)
	if err != nil {
		p.fail("kinds", err, "labs need Kubernetes 1.30 or later")
		return false
	}
	good := true
	for _, g := range []struct {
		group, what, next string
		resources         []string
	}{
		{istioNet, "Istio's kinds", "install Istio 1.22 or later", []string{"gateways", "virtualservices", "destinationrules"}},
		{istioSecurity, "Istio's policies", "install Istio 1.22 or later", []string{"peerauthentications", "authorizationpolicies"}},
		{gatewayAPI, "the Gateway API", "install its standard channel: https://gateway-api.sigs.k8s.io/guides", []string{"gateways", "httproutes"}},
	} {
		var lack []string
		for _, r := range g.resources {
			i := slices.IndexFunc(kinds, func(k fault.Kind) bool { return k.Group == g.group && k.Resource == r })
			switch {
			case i < 0:
				lack = append(lack, r+" is not served")
			case kinds[i].Version != "v1":
				lack = append(lack, r+" is served as "+kinds[i].Version+", labs are written in v1")
			}
		}
		if len(lack) > 0 {
			p.add(g.what, cluster.Missing, g.group+": "+strings.Join(lack, "; "), g.next)
			good = false
			continue
		}
		p.add(g.what, cluster.OK, g.group+"/v1"+c.bundle(ctx, g.group), "")
	}
	return good
}

// bundle is the Gateway API's own version, where it may be read.
func (c *client) bundle(ctx context.Context, group string) string {
	if group != gatewayAPI {
		return ""
	}
	crds := schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	o, err := c.dynamic.Resource(crds).Get(ctx, "gateways."+gatewayAPI, metav1.GetOptions{})
	if err != nil {
		return ""
	}
	return " of " + o.GetAnnotations()[gatewayAPI+"/bundle-version"]
}

func (c *client) discover(ctx context.Context) ([]fault.Kind, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*answerWithin)
	defer cancel()
	return fault.Discover(ctx, c.rest)
}

func (c *client) lookAtIstio(ctx context.Context, p *Preflight) {
	version, err := c.istioVersion(ctx)
	switch {
	case err != nil && version == "":
		p.fail("Istio", err, "install Istio with its control plane in "+istioSystem)
		return
	case err != nil:
		p.add("Istio", cluster.Missing, err.Error(), "see: kubectl get pods -n "+istioSystem)
		return
	}
	p.add("Istio", cluster.OK, version, "")
	if ok, saw := c.injects(ctx); ok {
		p.add("sidecar injector", cluster.OK, saw, "")
	} else {
		p.add("sidecar injector", cluster.Note, saw, "labs that need sidecars are not offered")
	}
}

func (c *client) lookAtGateway(ctx context.Context, p *Preflight) {
	a, err := c.gateway(ctx)
	if err != nil {
		p.fail("ingress gateway", err, "give it an address, by a load balancer such as MetalLB; or use a cluster of gatedrill's own: gatedrill cluster use kind")
		return
	}
	p.add("ingress gateway", cluster.OK, istioSystem+"/"+ingressService+" at "+a.String(), "")
}

func (c *client) lookAtRights(ctx context.Context, p *Preflight, own []string, meshAdmin bool) {
	lack, err := c.lacking(ctx, wanted(own, meshAdmin))
	switch {
	case err != nil:
		p.fail("rights", err, "ask whoever runs the cluster")
	case len(lack) > 0:
		next := "ask whoever runs the cluster for them"
		if meshAdmin {
			next += ", or choose it without --mesh-admin, for labs that need less"
		}
		p.add("rights", cluster.Missing, "not allowed: "+summed(lack), next)
	case meshAdmin:
		p.add("rights", cluster.OK, "all that labs need, in "+istioSystem+" too", "")
	default:
		p.add("rights", cluster.OK, "all that labs need in namespaces of their own", "")
		p.add("mesh-admin", cluster.Note, "not chosen", "labs that write to "+istioSystem+" are not offered; to allow that: --mesh-admin")
	}
}

func (c *client) lookAtNamespaces(ctx context.Context, p *Preflight, own []string) {
	foreign, mine, err := c.namespaces(ctx, own)
	switch {
	case err != nil:
		p.fail("namespaces", err, "ask whoever runs the cluster")
	case len(foreign) > 0:
		p.add("namespaces", cluster.Missing, "there already, and not gatedrill's: "+strings.Join(foreign, ", "),
			"they are left alone; rename them, or use a cluster without them")
	case len(mine) > 0:
		p.add("namespaces", cluster.Note, "left by gatedrill: "+strings.Join(mine, ", "), "they are used again")
	default:
		p.add("namespaces", cluster.OK, "none of those that labs need is there yet", "")
	}
}

// namespaces says which of those that labs need are there: those of others,
// and ours.
func (c *client) namespaces(ctx context.Context, own []string) (foreign, mine []string, err error) {
	for _, name := range append(slices.Clone(own), fault.Namespace) {
		o, err := c.dynamic.Resource(core("namespaces")).Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return nil, nil, fmt.Errorf("look for namespace %s: %w", name, err)
		case isOurs(o):
			mine = append(mine, name)
		default:
			foreign = append(foreign, name)
		}
	}
	return foreign, mine, nil
}

func isOurs(o *unstructured.Unstructured) bool { return o.GetLabels()[fault.Label] != "" }
