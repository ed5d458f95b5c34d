package trace

import (
	"slices"
	"strings"
	"sync"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/intent"
	"github.com/gatedrill/gatedrill/labs/match"
	"github.com/gatedrill/gatedrill/labs/snapshot"
)

// server is one port that a Gateway of either API asks for, as one gateway's
// pods see it.
type server struct {
	intent.Server
	ref     labs.Object // of its owner
	selects bool        // the Gateway is for the gateway's pods
}

// covers says how well the server's hosts fit a name, -1 when they do not.
func (s server) covers(name string) int { return match.Best(s.Hosts, name) }

// accepts says whether the hosts let a route of that namespace and host in.
func (s server) accepts(namespace, host string) bool {
	for i, h := range s.Hosts {
		if (s.Scopes[i] == "" || s.Scopes[i] == namespace) && match.Meet(h, host) {
			return true
		}
	}
	return false
}

// front is what the servers of all Gateways are to the pods of one gateway.
// All walks through that gateway share it, so nobody may change it.
type front struct {
	servers   []server
	byGateway map[string][]server      // the pods' own classic ones, by "namespace/name"
	byOwner   map[labs.Object][]server // all, by what declares them
	byTable   map[string]*server       // the pods' own, by their route tables
	gateways  []string                 // of byGateway
	parents   []object                 // that routes attach to here
	// orphans are the VirtualServices none of whose hosts is served.
	orphans func() map[labs.Object]bool
}

// face reads what the servers of all Gateways are to this walk's gateway.
func (w *walk) face() {
	var key strings.Builder
	for _, p := range w.pods {
		key.WriteString(p.Namespace() + "/" + p.Name() + " ")
	}
	key.WriteString("behind " + w.service.Namespace() + "/" + w.service.Name())
	w.front = w.fronts.get(key.String(), w.newFront)
	w.servers = w.front.servers
}

func (w *walk) newFront() *front {
	f := &front{
		servers: make([]server, 0, len(w.declared)), byGateway: map[string][]server{},
		byOwner: map[labs.Object][]server{}, byTable: map[string]*server{},
	}
	selects := map[labs.Object]bool{}
	for _, d := range w.declared {
		gateway := d.Gateway.Ref()
		mine, known := selects[gateway]
		if !known {
			mine = w.selects(d)
			selects[gateway] = mine
		}
		s := server{Server: d, ref: d.Owner.Ref(), selects: mine}
		s.Secrets = slices.Clone(d.Secrets)
		for i := range s.Secrets {
			if s.Secrets[i].Namespace == "" {
				s.Secrets[i].Namespace = w.podNamespace()
			}
		}
		f.servers = append(f.servers, s)
	}
	for i := range f.servers {
		f.sort(&f.servers[i])
	}
	services := w.virtualServices
	f.orphans = sync.OnceValue(func() map[labs.Object]bool {
		out := map[labs.Object]bool{}
		for _, v := range services {
			out[v.ref] = orphan(f.bound(v), v.ref.Namespace, v.hosts)
		}
		return out
	})
	return f
}

// sort puts a server where it is looked for.
func (f *front) sort(s *server) {
	if _, has := f.byOwner[s.ref]; !has && s.selects && !s.Classic {
		f.parents = append(f.parents, s.Owner)
	}
	f.byOwner[s.ref] = append(f.byOwner[s.ref], *s)
	if !s.selects {
		return
	}
	if table := routeTable(*s); table != "" && f.byTable[table] == nil {
		f.byTable[table] = s
	}
	if s.Classic {
		name := s.ref.Namespace + "/" + s.ref.Name
		if f.byGateway[name] == nil {
			f.gateways = append(f.gateways, name)
		}
		f.byGateway[name] = append(f.byGateway[name], *s)
	}
}

// bound are the servers of the Gateways that a VirtualService names, as far as
// they are for the pods.
func (f *front) bound(v hosted) []server {
	var out []server
	for _, name := range v.gateways {
		out = append(out, f.byGateway[name]...)
	}
	return out
}

// selects says whether a server's Gateway is for the pods.
func (w *walk) selects(s intent.Server) bool {
	if s.Classic {
		selector := s.Gateway.Labels("spec", "selector")
		return slices.ContainsFunc(w.pods, func(p object) bool {
			return len(selector) == 0 || snapshot.Selects(selector, p.Labels("metadata", "labels"))
		})
	}
	return w.managedSelects(s.Gateway)
}

// managedSelects says whether a Gateway API Gateway runs on the pods: those
// made for it, or those of the Service it names as its address.
func (w *walk) managedSelects(g object) bool {
	for _, a := range g.Items("spec", "addresses") {
		name, rest, _ := strings.Cut(a.Str("value"), ".")
		ns, _, _ := strings.Cut(rest, ".")
		if ns == "" {
			ns = g.Namespace()
		}
		if w.service != nil && w.service.Name() == name && w.service.Namespace() == ns {
			return true
		}
	}
	return slices.ContainsFunc(w.pods, func(p object) bool {
		return p.Namespace() == g.Namespace() && p.Labels("metadata", "labels")[gatewayNameLabel] == g.Name()
	})
}

// podNamespace is where a gateway looks for its Secrets.
func (w *walk) podNamespace() string {
	if len(w.pods) > 0 {
		return w.pods[0].Namespace()
	}
	if w.service != nil {
		return w.service.Namespace()
	}
	return ""
}

// pickIntended finds the server that should take the request: for the
// gateway's pods, on the port, closest to the name, of the right protocol
// before a wrong one.
func (w *walk) pickIntended() *server {
	var found *server
	top := -1
	for i := range w.servers {
		s := &w.servers[i]
		if !s.selects || s.Port != w.target.port {
			continue
		}
		score := s.covers(w.target.name())
		if score < 0 {
			continue
		}
		if s.TLS() == w.target.tls {
			score += 100_000
		}
		if score > top || score == top && age(s.Owner) < age(found.Owner) {
			top, found = score, s
		}
	}
	return found
}
