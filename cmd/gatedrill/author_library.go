package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/labfile"
)

func authorLibrary(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "library [SCENE|FAULT]", Short: "Show the scenes and faults that labs are made of", Args: cobra.MaximumNArgs(1), ValidArgsFunction: offer(e, scenesAndFaults),
		RunE: func(_ *cobra.Command, args []string) error {
			shared, problems := labfile.LoadShared(ownShared())
			for _, p := range problems {
				say(e.Stderr, p.String())
			}
			p := &printer{w: e.Stdout}
			switch {
			case len(args) == 0:
				for _, id := range shared.SceneIDs() {
					s, _ := shared.Scene(labs.Use{Name: id})
					p.line("%-18s %s", id, s.Title)
				}
				p.line("\nwhat is in one, and what can break in it: gatedrill author library SCENE")
			case slices.Contains(shared.SceneIDs(), args[0]):
				p.scene(shared, args[0])
			case slices.Contains(shared.FaultIDs(), args[0]):
				p.fault(shared, args[0])
			default:
				return usagef("the library has no scene and no fault %q (scenes: %s)", args[0], strings.Join(shared.SceneIDs(), ", "))
			}
			return p.err
		},
	}
}

// scene prints what a lab gets from a scene, and what it may say of it.
func (p *printer) scene(shared labfile.Shared, id string) {
	s, _ := shared.Scene(labs.Use{Name: id})
	p.line("scene %s: %s", id, s.Title)
	p.line("\nparameters, as they are unless a lab says with:")
	for _, name := range slices.Sorted(maps.Keys(s.Parameters)) {
		p.line("  %-14s %s", name, s.Parameters[name])
	}
	p.line("\nrequests:")
	for _, name := range slices.Sorted(maps.Keys(s.Requests)) {
		r := s.Requests[name]
		p.line("  %-14s %s from %s", name, r.URL, r.From)
	}
	p.line("\nobjects:")
	for _, m := range s.Base.Objects {
		p.line("  %s", m.Ref())
	}
	p.line("\nfaults that fit:")
	for _, f := range faultsOf(shared, id) {
		p.line("  %-34s %s", f.ID, f.Title)
	}
}

// faultsOf are the faults that a scene can have.
func faultsOf(shared labfile.Shared, scene string) []labs.Fault {
	var out []labs.Fault
	for _, id := range shared.FaultIDs() {
		if f, problems := shared.Fault(labs.Use{Name: id}, labs.Use{Name: scene}); len(problems) == 0 {
			out = append(out, f)
		}
	}
	return out
}

func (p *printer) fault(shared labfile.Shared, id string) {
	for _, scene := range shared.SceneIDs() {
		f, problems := shared.Fault(labs.Use{Name: id}, labs.Use{Name: scene})
		if len(problems) > 0 {
			continue
		}
		p.line("fault %s (%s): %s", id, f.Catalogue, f.Title)
		p.line("  fits %s; breaks %s; looks like %s; in the scene %s it blames %s", strings.Join(f.Scenes, ", "), f.Layer, f.Family, scene, f.Blames)
		for _, name := range slices.Sorted(maps.Keys(f.Parameters)) {
			p.line("  parameter %s: %s", name, f.Parameters[name])
		}
		if len(f.UnseenBy) > 0 {
			p.line("  unseen by istioctl %s", strings.Join(f.UnseenBy, ", "))
		}
		if len(f.Cards) > 0 {
			p.line("  cards: %s", strings.Join(f.Cards, ", "))
		}
		return
	}
	p.err = fmt.Errorf("fault %s fits no scene that can be read", id)
}
