// Package resolver is the sandbox's DNS server: cluster.local out of the
// Services, everything else out of one zone that stands for the public DNS and
// is data in the cluster. It must not ask any server of the host's.
package resolver

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/miekg/dns"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/zone"
)

// Resolver answers DNS questions.
type Resolver struct {
	cluster cluster
	public  atomic.Pointer[zone.Zone]
}

// New makes a resolver that reads Services from f, which the caller starts, and
// watches the public zone until ctx ends.
func New(ctx context.Context, client kubernetes.Interface, f informers.SharedInformerFactory) (*Resolver, error) {
	r := &Resolver{cluster: cluster{f.Core().V1().Services().Lister(), f.Discovery().V1().EndpointSlices().Lister()}}
	r.read("")
	only := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(snapshot.ZoneNamespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) {
			o.FieldSelector = fields.OneTermEqualSelector("metadata.name", snapshot.ZoneName).String()
		}))
	update := func(o any) {
		if m, ok := o.(*corev1.ConfigMap); ok {
			r.read(m.Data[snapshot.ZoneKey])
		}
	}
	_, err := only.Core().V1().ConfigMaps().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: update, UpdateFunc: func(_, o any) { update(o) }, DeleteFunc: func(any) { r.read("") },
	})
	if err != nil {
		return nil, fmt.Errorf("watch the public zone: %w", err)
	}
	only.Start(ctx.Done())
	return r, nil
}

// read takes a new zone over. Its bad lines are only logged: what is wrong with
// the public DNS must be looked at with dig, as everywhere.
func (r *Resolver) read(text string) {
	z, err := zone.Parse(text)
	if err != nil {
		klog.ErrorS(err, "ConfigMap "+snapshot.ZoneNamespace+"/"+snapshot.ZoneName+" has bad lines")
	}
	r.public.Store(z)
}

// Serve listens on addresses ("10.96.0.10:53") by UDP and TCP and answers until
// ctx ends.
func (r *Resolver) Serve(ctx context.Context, addresses ...string) error {
	answer := func(name string, qtype uint16) ([]dns.RR, int) {
		rrs, exists := r.Answer(name, qtype)
		if !exists {
			return rrs, dns.RcodeNameError
		}
		return rrs, dns.RcodeSuccess
	}
	return zone.Serve(ctx, answer, func(err error) { klog.ErrorS(err, "The DNS server ended") }, addresses...)
}

// Answer returns the records for a question and whether the name exists. An
// alias of a Service may lead into the public zone.
func (r *Resolver) Answer(name string, qtype uint16) ([]dns.RR, bool) {
	name = dns.CanonicalName(name)
	if !r.cluster.holds(name) {
		return r.outside(name, qtype)
	}
	ips, alias, exists := r.cluster.lookup(name)
	if alias != "" {
		out := []dns.RR{&dns.CNAME{Hdr: header(name, dns.TypeCNAME), Target: alias}}
		if !r.cluster.holds(alias) {
			more, _ := r.public.Load().Answer(alias, qtype)
			return append(out, more...), true
		}
		ips, _, _ = r.cluster.lookup(alias)
		return append(out, records(alias, ips, qtype)...), true
	}
	return records(name, ips, qtype), exists
}

// outside answers from the zone; its last alias may lead to a Service.
func (r *Resolver) outside(name string, qtype uint16) ([]dns.RR, bool) {
	out, exists := r.public.Load().Answer(name, qtype)
	if len(out) > 0 {
		if c, ok := out[len(out)-1].(*dns.CNAME); ok && r.cluster.holds(dns.CanonicalName(c.Target)) {
			ips, _, _ := r.cluster.lookup(dns.CanonicalName(c.Target))
			out = append(out, records(c.Target, ips, qtype)...)
		}
	}
	return out, exists
}

// records are A records, when those were asked for. There is no IPv6 here.
func records(name string, ips []net.IP, qtype uint16) []dns.RR {
	if qtype != dns.TypeA && qtype != dns.TypeANY {
		return nil
	}
	var out []dns.RR
	for _, ip := range ips {
		out = append(out, &dns.A{Hdr: header(name, dns.TypeA), A: ip})
	}
	return out
}

func header(name string, rrtype uint16) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: rrtype, Class: dns.ClassINET, Ttl: ttl}
}
