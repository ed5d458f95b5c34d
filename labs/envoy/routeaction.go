package envoy

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

type weighted struct {
	Name   string `json:"name"`
	Header string `json:"cluster_header"`
	Weight *int   `json:"weight"`
}

// clusterChoice is how a route or a TCP proxy names its clusters.
type clusterChoice struct {
	Cluster  string `json:"cluster"`
	Weighted struct {
		Clusters []weighted `json:"clusters"`
	} `json:"weighted_clusters"`
}

// view lists the clusters that get anything, and all with their shares. One
// without a weight gets as much as any other of that kind.
func (c clusterChoice) view() (names []string, all []Weighted) {
	if c.Cluster != "" {
		return []string{c.Cluster}, []Weighted{{c.Cluster, 100}}
	}
	for _, x := range c.Weighted.Clusters {
		weight := 1
		if x.Weight != nil {
			weight = *x.Weight
		}
		all = append(all, Weighted{x.Name, weight})
		if weight > 0 && x.Name != "" {
			names = append(names, x.Name)
		}
	}
	return names, all
}

type rawAction struct {
	clusterChoice
	Header   string          `json:"cluster_header"`
	Plugin   string          `json:"cluster_specifier_plugin"`
	Inline   json.RawMessage `json:"inline_cluster_specifier_plugin"`
	NotFound string          `json:"cluster_not_found_response_code"`
	Timeout  *string         `json:"timeout"`
	Prefix   string          `json:"prefix_rewrite"`
	Path     string          `json:"path_rewrite"`
	Regex    *regexRewrite   `json:"regex_rewrite"`
	Host     string          `json:"host_rewrite_literal"`
	Retry    struct {
		On    string `json:"retry_on"`
		Times *int   `json:"num_retries"`
	} `json:"retry_policy"`
	Mirrors []struct {
		Cluster  string    `json:"cluster"`
		Fraction *fraction `json:"runtime_fraction"`
	} `json:"request_mirror_policies"`
	CORS *rawCORS `json:"cors"`
}

func (a rawAction) fill(r *Route) error {
	r.Clusters, r.Weighted = a.view()
	switch {
	case a.Header != "":
		r.ClusterFrom = "cluster_header " + a.Header
	case a.Plugin != "" || len(a.Inline) > 0:
		r.ClusterFrom = strings.TrimSpace("cluster_specifier_plugin " + a.Plugin)
	}
	for _, w := range a.Weighted.Clusters {
		if w.Header != "" {
			r.ClusterFrom = "cluster_header " + w.Header
		}
	}
	if a.NotFound == "INTERNAL_SERVER_ERROR" {
		r.NotFound = 500
	}
	if a.NotFound == "NOT_FOUND" {
		r.NotFound = 404
	}
	var err error
	if r.Timeout = envoyTimeout; a.Timeout != nil {
		r.Timeout, err = duration(*a.Timeout)
	}
	if a.Retry.On != "" {
		r.RetryOn, r.Retries = a.Retry.On, 1
		if a.Retry.Times != nil {
			r.Retries = *a.Retry.Times
		}
	}
	a.rewrite(r)
	for _, m := range a.Mirrors {
		percent := 100.0
		if m.Fraction != nil {
			percent = m.Fraction.Default.percent()
		}
		r.Mirrors = append(r.Mirrors, Mirror{Cluster: m.Cluster, Percent: percent})
	}
	if a.CORS != nil {
		r.CORS = a.CORS.view()
	}
	return err
}

func (a rawAction) rewrite(r *Route) {
	w := Rewrite{Prefix: a.Prefix, Host: a.Host}
	if a.Regex != nil {
		w.Regex, w.Substitution = a.Regex.Pattern.Regex, a.Regex.Substitution
	}
	if a.Path != "" {
		w.Regex, w.Substitution = ".*", a.Path
	}
	if w != (Rewrite{}) {
		r.Rewrite = &w
	}
}

// duration reads protobuf's JSON form: "1.500s".
func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("read duration %q: %w", s, err)
	}
	return d, nil
}
