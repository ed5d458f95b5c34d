package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

func authorNew(e *env) *cobra.Command {
	var scene, fault string
	var with map[string]string
	c := &cobra.Command{
		Use: "new FOLDER --scene SCENE [--fault FAULT]", Short: "Begin a lab: a folder with what is to be written", Args: cobra.ExactArgs(1),
		Long: `Begin a lab in a new folder, whose name is the lab's id: a lab.yaml in a scene of
the library, and a debrief. What is to be written is empty in it, and
gatedrill author lint names each of these places. Without --fault the lab has a
folder fault/ of its own, and a folder solution/: see CONTRIBUTING.md.`,
		RunE: func(_ *cobra.Command, args []string) error {
			return newLab(e, filepath.Clean(args[0]), labs.Use{Name: scene, With: with}, fault)
		},
	}
	c.Flags().StringVar(&scene, "scene", "", "the healthy world that it plays in (gatedrill author library)")
	c.Flags().StringVar(&fault, "fault", "", "what is wrong in it, of the library")
	offerFlag(e, c, "scene", scenes)
	offerFlag(e, c, "fault", faults)
	c.Flags().StringToStringVar(&with, "with", nil, "values of the scene's parameters: team=clinic,domain=clinic.example")
	return c
}

func newLab(e *env, dir string, scene labs.Use, fault string) error {
	shared, _ := labfile.LoadShared(ownShared())
	if scene.Name == "" {
		return usagef("--scene names the world that the lab plays in: %s", strings.Join(shared.SceneIDs(), ", "))
	}
	s, problems := shared.Scene(scene)
	if len(problems) > 0 {
		return usagef("--scene %s: %s", scene.Name, problems[0].Words)
	}
	page := labForm{ID: filepath.Base(dir), Scene: scene, Fault: fault, Steps: labs.Steps(), Plans: s.Steps}
	if fault != "" {
		f, problems := shared.Fault(labs.Use{Name: fault}, scene)
		if len(problems) > 0 {
			return usagef("--fault %s: %s", fault, problems[0].Words)
		}
		page.Breaks, page.Cards = labs.StepOf(f.Layer), f.Cards
	}
	text, err := page.render()
	if err != nil {
		return fmt.Errorf("write lab.yaml: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return usagef("make the lab's folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "lab.yaml"), text, 0o644); err != nil {
		return fmt.Errorf("write lab.yaml: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "debrief.md"), []byte("# What happened\n"), 0o644); err != nil {
		return fmt.Errorf("write debrief.md: %w", err)
	}
	fmt.Fprintf(e.Stdout, "made %s; what is to be written in it: gatedrill author lint %s\n", dir, dir)
	return nil
}

// labForm is what a new lab.yaml is made of.
type labForm struct {
	ID     string
	Scene  labs.Use
	Fault  string
	Breaks labs.Step
	Cards  []string
	Steps  []labs.Step
	Plans  map[labs.Step]labs.StepPlan
}

// form is a lab.yaml to be filled in.
const form = `apiVersion: gatedrill/v1
id: {{.ID}}
title: "" # what people notice, not why
minutes: 10
difficulty: 1 # to 5
scene: {name: {{.Scene.Name}}{{with .With}}, with: { {{- . -}} }{{end}}}
{{- if .Fault}}
fault: {name: {{.Fault}}}
{{- else}}
catalogue: own # id of the fault
breaks: [] # the step that is broken: entry, listeners, tls, hosts, destination
{{- end}}
ticket: "" # what a colleague would write: symptom, since when, what still works
steps: # the scene has commands, questions and hints; what is written here goes before them
{{- range .Steps}}
  # {{.}}: {{$.Asked .}}
{{- if eq . $.Breaks}}
  {{.}}:
    finding: {ask: "", truth: "", accept: text, is: ""} # a question that tells the fault, see docs/questions.md; else leave ask and truth out
    hints: [] # from where to look to what to compare
{{- else if not ($.Answered .)}}
  {{.}}:
    finding: {is: ""} # your own answer; leave the step out where it differs from run to run
{{- end}}
{{- end}}
goals:
  - {title: "", that: requests.main.code == 200}
guards:
  - {title: "", that: ""} # what a reviewer would ask of the fix
shortcuts: [] # {title: …, apply: shortcuts/FILE.yaml, stopped_by: title of a guard}
cards: [{{.Named}}]
`

// With are the values of the scene's parameters, as YAML.
func (p labForm) With() string {
	var out []string
	for name, value := range p.Scene.With {
		out = append(out, name+": "+value)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// Asked is the scene's question of a step, and the answer that it gives.
func (p labForm) Asked(s labs.Step) string {
	f := p.Plans[s].Finding
	switch {
	case f == nil:
		return "the scene asks nothing"
	case len(f.Is) > 0:
		return f.Ask + " " + strings.Join(f.Is, ", ")
	}
	return f.Ask
}

// Answered says whether the scene answers its question.
func (p labForm) Answered(s labs.Step) bool {
	f := p.Plans[s].Finding
	return f != nil && len(f.Is) > 0
}

// Named are the cards that the fault exercises.
func (p labForm) Named() string { return strings.Join(p.Cards, ", ") }

func (p labForm) render() ([]byte, error) {
	t, err := template.New("lab.yaml").Parse(form)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
