package labfile

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/gatedrill/gatedrill/labs"
)

// decode fills dst, a pointer to a struct, from a mapping. It is strict: an
// unknown key, a wrong type, a number where text is wanted are problems, and
// decoding goes on after each, so that all of them are reported. A field
// named Pos receives the place of its struct, one named Places those of the
// items of its lists.
func (s *source) decode(n ast.Node, dst any) { s.value(n, reflect.ValueOf(dst).Elem()) }

func (s *source) value(n ast.Node, v reflect.Value) {
	switch v.Interface().(type) {
	case labs.Expr:
		if t, ok := s.text(n); ok {
			v.Set(reflect.ValueOf(labs.Expr{Text: t, Pos: s.textPos(n)}))
		}
		return
	case labs.Literals:
		v.Set(reflect.ValueOf(s.literals(n)))
		return
	case time.Duration:
		s.duration(n, v)
		return
	case labs.Op:
		v.Set(reflect.ValueOf(s.op(n)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if t, ok := s.text(n); ok {
			v.SetString(t)
		}
	case reflect.Int:
		if i, ok := n.(*ast.IntegerNode); ok {
			if x, ok := s.integer(i).(int64); ok {
				v.SetInt(x)
			}
			return
		}
		s.want("a whole number", n)
	case reflect.Bool:
		if b, ok := n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			return
		}
		s.want("true or false", n)
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		s.value(n, p.Elem())
		v.Set(p)
	case reflect.Slice:
		s.list(n, v)
	case reflect.Map:
		s.mapping(n, v)
	case reflect.Struct:
		s.structure(n, v)
	case reflect.Interface:
		if x := s.tree(n); x != nil {
			v.Set(reflect.ValueOf(x))
		}
	default:
		panic("labfile: no decoding into " + v.Type().String()) // a new field's type: programmer error
	}
}

func (s *source) want(what string, n ast.Node) {
	s.complain(s.at(n), "want %s, got %s", what, kindOf(n))
}

func (s *source) text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.NullNode:
		s.complain(s.at(n), "want text, got nothing")
		return "", false
	}
	s.want("text (in quotes if it looks like something else)", n)
	return "", false
}

// literals reads one value, or a list of them, as they are written.
func (s *source) literals(n ast.Node) labs.Literals {
	switch n := n.(type) {
	case *ast.StringNode:
		return labs.Literals{n.Value}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return labs.Literals{n.GetToken().Value}
	case *ast.SequenceNode:
		var out labs.Literals
		for _, item := range n.Values {
			out = append(out, s.literals(item)...)
		}
		return out
	}
	s.want("a text, a number, true or false, or a list of them", n)
	return nil
}

func (s *source) duration(n ast.Node, v reflect.Value) {
	t, ok := s.text(n)
	if !ok {
		return
	}
	d, err := time.ParseDuration(t)
	if err != nil || d < 0 {
		s.complain(s.at(n), "want a duration such as 1.5s")
		return
	}
	v.SetInt(int64(d))
}

func (s *source) list(n ast.Node, v reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		s.want("a list", n)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, item := range seq.Values {
		s.value(item, out.Index(i))
	}
	v.Set(out)
}

func (s *source) mapping(n ast.Node, v reflect.Value) {
	if !isMapping(n) {
		s.want("a mapping", n)
		return
	}
	m := reflect.MakeMap(v.Type())
	for _, p := range pairsOf(n) {
		item := reflect.New(v.Type().Elem()).Elem()
		s.value(p.Value, item)
		m.SetMapIndex(reflect.ValueOf(keyOf(p)).Convert(v.Type().Key()), item)
	}
	v.Set(m)
}

func (s *source) structure(n ast.Node, v reflect.Value) {
	if !isMapping(n) {
		s.want("a mapping", n)
		return
	}
	fields := fieldsOf(v.Type())
	for _, p := range pairsOf(n) {
		i, ok := fields[keyOf(p)]
		if !ok {
			s.complain(s.pos(p.Key.GetToken()), "unknown key %q (known: %s)", keyOf(p), strings.Join(sortedKeys(fields), ", "))
			continue
		}
		s.value(p.Value, v.Field(i))
	}
	if f := v.FieldByName("Pos"); f.IsValid() {
		f.Set(reflect.ValueOf(s.at(n)))
	}
	if f := v.FieldByName("Places"); f.IsValid() && f.Type() == reflect.TypeFor[map[string][]labs.Pos]() {
		f.Set(reflect.ValueOf(s.items(n)))
	}
}

// items are the places of the items of a mapping's lists.
func (s *source) items(n ast.Node) map[string][]labs.Pos {
	out := map[string][]labs.Pos{}
	for _, p := range pairsOf(n) {
		if list, ok := p.Value.(*ast.SequenceNode); ok {
			for _, item := range list.Values {
				out[keyOf(p)] = append(out[keyOf(p)], s.textPos(item))
			}
		}
	}
	return out
}

// fieldsOf maps a struct's keys to its fields. A json tag counts where there
// is no yaml tag: Request serves both.
func fieldsOf(t reflect.Type) map[string]int {
	out := map[string]int{}
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("yaml")
		if tag == "" {
			tag, _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
		}
		if tag != "" && tag != "-" {
			out[tag] = i
		}
	}
	return out
}

func sortedKeys[K ~string, V any](m map[K]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, string(k))
	}
	slices.Sort(out)
	return out
}
