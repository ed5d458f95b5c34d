package lint

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// broken is what the fault writes, and what was there before.
type broken struct {
	fields, leaves, values []string // leaves are the fields that get a value
	healthy                string
}

// mesh are numbers that every mesh has.
const mesh = " 8080 8443 15001 15006 15012 15021 15090"

func (n *linter) broken() broken {
	b := broken{healthy: n.healthy() + mesh}
	b.change(n.lab.Fault)
	return b
}

// closely leaves the fields that others are in out: a hint may say where to
// look.
func (b broken) closely() broken {
	b.fields = b.leaves
	return b
}

// healthy is all that is known before anything is broken, as one text.
func (n *linter) healthy() string {
	l := n.lab
	text, err := json.Marshal([]any{l.Homes, l.Internet, l.Base, l.Certificates, l.Tokens, l.Requests, l.DNS})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// change takes in what a change writes.
func (b *broken) change(c labs.Change) {
	b.objects(c.Objects)
	for _, op := range c.Ops {
		b.objects(op.Apply)
		if op.Certificate != nil {
			b.values = append(b.values, op.Certificate.Names...)
		}
		if op.Patch == nil {
			continue
		}
		b.tree(op.Patch.Merge)
		for _, p := range op.Patch.JSON {
			if step, ok := p.(map[string]any); ok {
				at, _ := step["path"].(string)
				path := strings.Split(at, "/")
				b.fields, b.leaves = append(b.fields, path...), append(b.leaves, path[len(path)-1])
				b.tree(step["value"])
			}
		}
	}
	for _, list := range []*[]string{&b.fields, &b.leaves, &b.values} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

func (b *broken) objects(list []labs.Manifest) {
	for _, m := range list {
		b.values = append(b.values, m.Ref().Name)
		for part, x := range m.Object {
			if !slices.Contains([]string{"apiVersion", "kind", "metadata"}, part) {
				b.tree(x)
			}
		}
	}
}

func (b *broken) tree(x any) {
	switch x := x.(type) {
	case map[string]any:
		for k, v := range x {
			b.fields = append(b.fields, k)
			if v == nil || !isTree(v) {
				b.leaves = append(b.leaves, k)
			}
			b.tree(v)
		}
	case []any:
		for _, v := range x {
			b.tree(v)
		}
	case string:
		b.values = append(b.values, x)
	case int64:
		b.values = append(b.values, strconv.FormatInt(x, 10))
	}
}

func isTree(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return true
	case []any:
		return slices.ContainsFunc(v, isTree)
	}
	return false
}
