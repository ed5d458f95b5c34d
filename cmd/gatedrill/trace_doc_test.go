package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fill sets every field of a value, so that its JSON leaves nothing out.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		e := reflect.New(v.Type().Elem()).Elem()
		fill(e)
		v.SetMapIndex(reflect.ValueOf("name").Convert(v.Type().Key()), e)
	case reflect.Interface:
		v.Set(reflect.ValueOf("x"))
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	default:
		panic("no way to fill " + v.Kind().String())
	}
}

// fields lists what a JSON value holds: "`hops[].name` string".
func fields(path string, v any, into map[string]string) {
	switch x := v.(type) {
	case map[string]any:
		if strings.HasSuffix(path, "facts") || strings.HasSuffix(path, "headers") { // names of their own
			into[path] = "object"
			return
		}
		for k, e := range x {
			fields(strings.TrimPrefix(path+"."+k, "."), e, into)
		}
	case []any:
		if len(x) == 0 {
			into[path+"[]"] = "empty"
		}
		for _, e := range x {
			fields(path+"[]", e, into)
		}
	case string:
		into[path] = "string"
	case bool:
		into[path] = "boolean"
	case float64:
		into[path] = "number"
	}
}

func fieldsOf(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	out := map[string]string{}
	fields("", v, out)
	return out
}

// TestDocumentedJSON holds docs/trace.md and what the commands print to each
// other, field by field: neither says what the other does not.
func TestDocumentedJSON(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/trace.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (string|number|boolean|object) \\|")
	example := regexp.MustCompile("(?s)```json\n(.*?)```")
	for _, tt := range []struct {
		section string
		value   any
	}{
		{"## The JSON of a trace", new(traced)},
		{"## The JSON of --watch", new(change)},
		{"## The JSON of hosts", new(hostTable)},
		{"## The JSON of an error", &struct {
			Error failure `json:"error"`
		}{}},
	} {
		_, section, ok := strings.Cut(string(doc), tt.section+"\n")
		if !ok {
			t.Errorf("no section %q", tt.section)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		listed := map[string]string{}
		for _, m := range row.FindAllStringSubmatch(section, -1) {
			listed[m[1]] = m[2]
		}
		fill(reflect.ValueOf(tt.value).Elem())
		var text bytes.Buffer
		if err := writeJSON(&text, tt.value); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(listed, fieldsOf(t, text.Bytes())); diff != "" {
			t.Errorf("%s: (-documented +printed):\n%s\n%s", tt.section, diff, rowsFor(fieldsOf(t, text.Bytes())))
		}
		m := example.FindStringSubmatch(section)
		if m == nil {
			t.Errorf("%s: no example", tt.section)
			continue
		}
		for path, kind := range fieldsOf(t, []byte(m[1])) {
			if kind != "empty" && listed[path] != kind {
				t.Errorf("%s: the example has %s, a %s, which is documented as %q", tt.section, path, kind, listed[path])
			}
		}
	}
}

// rowsFor writes the rows of a table, to be pasted.
func rowsFor(have map[string]string) string {
	var out []string
	for path, kind := range have {
		out = append(out, fmt.Sprintf("| `%s` | %s |", path, kind))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
