package labfile_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/labs"
)

// What a file may hold stands in docs/labs.md, every key of it.
func TestEveryKeyIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/labs.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, part := range strings.Split(string(text), "\n## ") {
		name, body, _ := strings.Cut(part, "\n")
		sections[name] = body
	}
	code := regexp.MustCompile("`([A-Za-z0-9_]+)`")
	for _, c := range []struct {
		section string
		of      any
	}{
		{"lab.yaml", labs.Lab{}}, {"requests", labs.Request{}}, {"steps", labs.StepPlan{}}, {"steps", labs.Finding{}}, {"steps", labs.Check{}},
		{"steps", labs.Shortcut{}}, {"certificates", labs.Certificate{}}, {"certificates", labs.Token{}}, {"certificates", labs.Server{}},
		{"scene.yaml", labs.Scene{}}, {"A fault", labs.Fault{}},
		{"Shown facts", labs.Showing{}}, {"Shown facts", labs.Sight{}}, {"Shown facts", labs.Taught{}},
	} {
		told := map[string]bool{}
		for _, m := range code.FindAllStringSubmatch(sections[c.section], -1) {
			told[m[1]] = true
		}
		for f := range reflect.TypeOf(c.of).Fields() {
			key := f.Tag.Get("yaml")
			if key == "" {
				key, _, _ = strings.Cut(f.Tag.Get("json"), ",")
			}
			if key != "" && key != "-" && key != "name" && !told[key] { // a request's name is its key
				t.Errorf("docs/labs.md, %s: says nothing of %s (%T)", c.section, key, c.of)
			}
		}
	}
}
