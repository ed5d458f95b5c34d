package observe

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/gatedrill/gatedrill/labs/envoy"
)

// refusedLines is how much of a proxy's log is searched for updates that Envoy
// did not take: its admin port tells of listeners only.
const refusedLines = "1500"

// refused is one update that Envoy did not take, and when.
type refused struct {
	envoy.Refusal
	at time.Time
}

// How Envoy logs them: clusters one by one, a route table with all of its text
// and the reason in the last line.
var (
	refusedCluster = regexp.MustCompile(`^(\S+)\t.*\tcds: cluster '([^']*)' config rejected: (.*?)(\tthread=\d+)?$`)
	refusedTable   = regexp.MustCompile(`^(\S+)\t.*\tgRPC config for \S+\.RouteConfiguration rejected: (.*)$`)
	tableName      = regexp.MustCompile(`^name: "([^"]*)"`)
	tableReason    = regexp.MustCompile(`^: (Proto constraint .*?)(\tthread=\d+)?$`)
)

// refusals reads them from a log, the latest of each resource.
func refusals(r io.Reader) []refused {
	var out []refused
	var table *refused
	add := func(x refused) {
		out = append(slices.DeleteFunc(out, func(o refused) bool { return o.Kind == x.Kind && o.Name == x.Name }), x)
	}
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		line := s.Text()
		if m := refusedCluster.FindStringSubmatch(line); m != nil {
			add(refused{envoy.Refusal{Kind: "cluster", Name: m[2], Details: m[3]}, stamp(m[1])})
		}
		if m := refusedTable.FindStringSubmatch(line); m != nil {
			table = &refused{envoy.Refusal{Kind: "route", Details: m[2]}, stamp(m[1])}
			continue
		}
		if table == nil {
			continue
		}
		if m := tableName.FindStringSubmatch(line); m != nil && table.Name == "" {
			table.Name = m[1]
		}
		if m := tableReason.FindStringSubmatch(line); m != nil {
			if table.Details = m[1]; table.Name != "" {
				add(*table)
			}
			table = nil
		}
	}
	return out
}

func stamp(text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// standing leaves out what Envoy has taken since: it was updated later than it
// was refused.
func standing(list []refused, dump []byte) []refused {
	if len(list) == 0 {
		return nil
	}
	type entry struct {
		Updated time.Time `json:"last_updated"`
		Cluster struct {
			Name string `json:"name"`
		} `json:"cluster"`
		Table struct {
			Name string `json:"name"`
		} `json:"route_config"`
	}
	var d struct {
		Configs []struct {
			Clusters []entry `json:"dynamic_active_clusters"`
			Routes   []entry `json:"dynamic_route_configs"`
		} `json:"configs"`
	}
	if json.Unmarshal(dump, &d) != nil {
		return list
	}
	updated := map[string]time.Time{}
	for _, c := range d.Configs {
		for _, e := range slices.Concat(c.Clusters, c.Routes) {
			updated["cluster "+e.Cluster.Name] = e.Updated
			updated["route "+e.Table.Name] = e.Updated
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(r refused) bool { return updated[r.Kind+" "+r.Name].After(r.at) })
}

// readRefused searches the end of the log. A log that cannot be read tells
// nothing new.
func (p *proxy) readRefused(ctx context.Context, known []refused) []refused {
	body, err := p.log(ctx, url.Values{"tailLines": {refusedLines}})
	if err != nil {
		return known
	}
	defer body.Close()
	found := refusals(body)
	for _, k := range known {
		if !slices.ContainsFunc(found, func(f refused) bool { return f.Kind == k.Kind && f.Name == k.Name }) {
			found = append(found, k)
		}
	}
	return found
}

// plain are refusals as a snapshot holds them.
func plain(list []refused) []envoy.Refusal {
	var out []envoy.Refusal
	for _, r := range list {
		out = append(out, r.Refusal)
	}
	return out
}
