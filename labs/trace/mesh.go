package trace

import (
	"slices"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/envoy"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// Mesh is a snapshot that is read once for many requests: what each of them
// would look for among all objects is sorted by what it is looked for. Walks
// through it may run side by side.
type Mesh struct {
	snap  snapshot.Snapshot
	index snapshot.Index

	live            []pod            // in order
	podsAt          map[string][]int // of live, by address
	podsIn          map[string][]int // of live, by namespace
	services        map[string]object
	fronting        map[string]int      // Services by outside address, as their kind lists them
	endpointSlices  map[string][]object // EndpointSlices, by "namespace/service"
	owners          map[string][]owner  // Deployments, by namespace
	rules           map[string][]hosted // DestinationRules that are for no workload, by namespace
	entries         []hosted            // ServiceEntries
	declared        []intent.Server     // of all Gateways
	virtualServices []hosted
	revisions       map[string]bool // that istiods run

	configs     *shared[int, parsed]
	fronts      *shared[string, *front]
	attachments *shared[attaching, intent.Attachment]
}

// pod is one that is not on its way out.
type pod struct {
	object
	labels map[string]string
}

// owner is a Deployment with what it selects.
type owner struct {
	object
	selector map[string]string
}

// hosted is an object that is found by its hosts.
type hosted struct {
	object
	ref      labs.Object
	hosts    []string
	gateways []string // that a VirtualService names, in full
}

// attaching is one parentRef of a route, and an object that it means.
type attaching struct {
	route, parent labs.Object
	ref           int
}

// parsed is what a proxy runs, or why that cannot be read.
type parsed struct {
	config *envoy.Config
	err    error
}

// Of reads a snapshot.
func Of(s snapshot.Snapshot) *Mesh {
	m := &Mesh{
		snap: s, index: snapshot.IndexOf(s.Objects),
		configs: newShared[int, parsed](), fronts: newShared[string, *front](), attachments: newShared[attaching, intent.Attachment](),
	}
	m.declared = intent.Servers(m.index)
	m.sortPods()
	m.sortServices()
	m.sortByHost()
	m.sortRevisions()
	return m
}

// Index finds the snapshot's objects.
func (m *Mesh) Index() snapshot.Index { return m.index }

func (m *Mesh) sortPods() {
	m.podsAt, m.podsIn = map[string][]int{}, map[string][]int{}
	for _, p := range m.index.All("", "Pod") {
		if !alive(p) {
			continue
		}
		n, ip, ns := len(m.live), p.Str("status", "podIP"), p.Namespace()
		m.live = append(m.live, pod{p, p.Labels("metadata", "labels")})
		m.podsAt[ip], m.podsIn[ns] = append(m.podsAt[ip], n), append(m.podsIn[ns], n)
	}
	m.owners = map[string][]owner{}
	for _, d := range m.index.All("apps", "Deployment") {
		ns := d.Namespace()
		m.owners[ns] = append(m.owners[ns], owner{d, d.Labels("spec", "selector", "matchLabels")})
	}
}

func (m *Mesh) sortServices() {
	m.services, m.fronting, m.endpointSlices = map[string]object{}, map[string]int{}, map[string][]object{}
	for i, s := range m.index.All("", "Service") {
		outside := m.outside(s)
		for _, a := range slices.Concat(clusterIPs(s), outside) {
			if m.services[a] == nil {
				m.services[a] = s
			}
		}
		for _, a := range outside {
			if _, has := m.fronting[a]; !has {
				m.fronting[a] = i
			}
		}
	}
	for _, s := range m.index.All("discovery.k8s.io", "EndpointSlice") {
		key := s.Namespace() + "/" + s.Labels("metadata", "labels")["kubernetes.io/service-name"]
		m.endpointSlices[key] = append(m.endpointSlices[key], s)
	}
}

func (m *Mesh) sortByHost() {
	m.rules = map[string][]hosted{}
	for _, d := range m.index.All(istioNetworking, "DestinationRule") {
		if ns := d.Namespace(); len(d.Labels("spec", "workloadSelector", "matchLabels")) == 0 {
			m.rules[ns] = append(m.rules[ns], hosted{object: d, hosts: []string{ruleHost(d)}})
		}
	}
	for _, e := range m.index.All(istioNetworking, "ServiceEntry") {
		m.entries = append(m.entries, hosted{object: e, hosts: e.Strs("spec", "hosts")})
	}
	for _, v := range m.index.All(istioNetworking, "VirtualService") {
		h := hosted{object: v, ref: v.Ref(), hosts: v.Strs("spec", "hosts")}
		for _, g := range v.Strs("spec", "gateways") {
			h.gateways = append(h.gateways, intent.Qualify(g, h.ref.Namespace))
		}
		m.virtualServices = append(m.virtualServices, h)
	}
}

// podsWith are the live pods that have one of the addresses.
func (m *Mesh) podsWith(addresses ...string) []object {
	var at []int
	for _, a := range addresses {
		at = append(at, m.podsAt[a]...)
	}
	slices.Sort(at)
	var out []object
	for _, i := range slices.Compact(at) {
		out = append(out, m.live[i].object)
	}
	return out
}

// podAt finds the live pod of an address.
func (m *Mesh) podAt(address string) object {
	if list := m.podsAt[address]; address != "" && len(list) > 0 {
		return m.live[list[0]].object
	}
	return nil
}

// podsOf returns the live pods of a namespace that a selector matches.
func (m *Mesh) podsOf(namespace string, selector map[string]string) []object {
	var out []object
	for _, i := range m.podsIn[namespace] {
		if snapshot.Selects(selector, m.live[i].labels) {
			out = append(out, m.live[i].object)
		}
	}
	return out
}

// serviceAt finds the Service that has an address, inside or outside.
func (m *Mesh) serviceAt(address string) object { return m.services[address] }

// outside are the addresses at which the outside reaches a Service.
func (m *Mesh) outside(s object) []string {
	out, _ := m.snap.Outside(s)
	return out
}

// serviceOutside finds the first Service that has one of the addresses
// outside.
func (m *Mesh) serviceOutside(addresses []string) object {
	first := -1
	for _, a := range addresses {
		if i, has := m.fronting[a]; has && (first < 0 || i < first) {
			first = i
		}
	}
	if first < 0 {
		return nil
	}
	return m.index.All("", "Service")[first]
}

// ownerOf is what runs a pod: the last of what made it, or a Deployment that
// selects it; else the pod.
func (m *Mesh) ownerOf(pod object) labs.Object {
	if owners := snapshot.Owners(pod); len(owners) > 0 {
		return owners[len(owners)-1]
	}
	labels := pod.Labels("metadata", "labels")
	for _, d := range m.owners[pod.Namespace()] {
		if snapshot.Selects(d.selector, labels) {
			return d.Ref()
		}
	}
	return pod.Ref()
}

// attachment says which listeners of a parent take a route by one of its
// parentRefs.
func (m *Mesh) attachment(route object, i int, ref, parent object) intent.Attachment {
	return m.attachments.get(attaching{route.Ref(), parent.Ref(), i}, func() intent.Attachment {
		return intent.Attach(m.index, route, ref, parent)
	})
}

// run is what one of the snapshot's proxies runs.
func (m *Mesh) run(i int) (*envoy.Config, error) {
	p := m.snap.Proxies[i]
	if p.Config != nil {
		return p.Config, nil
	}
	r := m.configs.get(i, func() parsed {
		c, err := envoy.Parse(p.Dump, p.Clusters)
		return parsed{c, err}
	})
	return r.config, r.err
}
