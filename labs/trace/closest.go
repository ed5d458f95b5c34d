package trace

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs/match"
)

// closest is the policy that is most about this request: of several that miss
// it that is the one that was meant. What a rule says of operations tells what
// it is about; who may ask, and when, tells whom it lets. A policy for chosen
// workloads goes before one for all, and one of few conditions before one of
// many: it was meant for more.
func (c caller) closest(policies []object) object {
	var found object
	top, fewest := -1, 0
	for _, p := range policies {
		score := 0
		for _, rule := range p.Items("spec", "rules") {
			score = max(score, c.closeness(rule))
		}
		score *= 3
		if p.Has("spec", "targetRefs") || p.Has("spec", "selector") {
			score += 2
		} else if p.Namespace() != rootNamespace {
			score++
		}
		if n := conditions(p); score > top || score == top && n < fewest {
			found, top, fewest = p, score, n
		}
	}
	return found
}

// conditions counts what a policy says of operations, sources and the rest.
func conditions(policy object) int {
	n := 0
	for _, rule := range policy.Items("spec", "rules") {
		for _, o := range rule.Items("to") {
			n += len(o.Map("operation"))
		}
		for _, o := range rule.Items("from") {
			n += len(o.Map("source"))
		}
		n += len(rule.Items("when"))
	}
	return n
}

// closeness counts what a rule and the request have in common.
func (c caller) closeness(rule object) int {
	score := 1 // a rule at all
	to := rule.Items("to")
	switch {
	case len(to) == 0 || c.any(to, "operation", c.operationField, false) != no:
		score += 8
	case c.touches(to):
		score += 4 + min(3, c.held(to))
	}
	if from := rule.Items("from"); len(from) == 0 || c.any(from, "source", c.sourceField, false) != no {
		score += 2
	}
	if !slices.ContainsFunc(rule.Items("when"), func(o object) bool { return c.condition(o) == no }) {
		score++
	}
	return score
}

// held is how many fields of one of the operations the request fits, or nearly.
func (c caller) held(operations []object) int {
	most := 0
	for _, o := range operations {
		n, op := 0, o.Map("operation")
		for name := range op {
			if holds, _ := c.operationField(name, op.Strs(name)); holds != no || c.nearly(name, op.Strs(name)) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// touches says whether one of the operations nearly names the request's host or
// path.
func (c caller) touches(operations []object) bool {
	return slices.ContainsFunc(operations, func(o object) bool {
		op := o.Map("operation")
		for name := range op {
			if c.nearly(name, op.Strs(name)) {
				return true
			}
		}
		return false
	})
}

// nearly says whether one of the hosts is, but for some letters, the request's,
// or one of the paths is above or below its path.
func (c caller) nearly(field string, values []string) bool {
	host, path := match.WithoutPort(c.target.authority), match.PathOnly(c.target.path)
	switch strings.TrimPrefix(strings.ToLower(field), "not") {
	case "hosts":
		return slices.ContainsFunc(values, func(h string) bool {
			_, close := near(h, host)
			return close || policyMatch(strings.ToLower(h), host)
		})
	case "paths":
		return slices.ContainsFunc(values, func(p string) bool {
			p = strings.Trim(p, "*")
			return p != "" && p != "/" && (strings.HasPrefix(path, p) || path != "/" && strings.HasPrefix(p, path))
		})
	}
	return false
}
