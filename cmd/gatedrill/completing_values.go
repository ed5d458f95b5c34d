package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/cluster/kubecontext"
	"github.com/gatedrill/gatedrill/labs/history"
	"github.com/gatedrill/gatedrill/labs/hosts"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/observe"
	"github.com/gatedrill/gatedrill/tui/look"
)

// labIDs are the labs by the names of their folders: reading what is in them
// takes too long while somebody types.
func labIDs(_ context.Context, e *env, _ *cobra.Command) []string {
	folders, _, closeFolders := openLabs(e)
	defer closeFolders()
	var out []string
	for _, f := range folders {
		out = append(out, f.IDs()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func deckNames(_ context.Context, e *env, _ *cobra.Command) []string {
	return ofDecks(deckSources(e), func(d cards.Deck) []string { return []string{d.Name + "\t" + d.Title} })
}

func ownDeckNames(_ context.Context, e *env, _ *cobra.Command) []string {
	return ofDecks([]deck.Source{deckSources(e).own()}, func(d cards.Deck) []string { return []string{d.Name + "\t" + d.Title} })
}

func cardIDs(_ context.Context, e *env, _ *cobra.Command) []string {
	return ofDecks(deckSources(e), func(d cards.Deck) []string {
		var out []string
		for _, c := range d.Cards {
			out = append(out, c.ID+"\t"+strings.Join(strings.Fields(c.Front), " "))
		}
		return out
	})
}

// ofDecks are values of decks as their files are now. The card database is
// not opened: it may have to be migrated, and others may hold it.
func ofDecks(sources []deck.Source, values func(cards.Deck) []string) []string {
	decks, _ := deck.Load(sources...)
	var out []string
	for _, d := range decks {
		out = append(out, values(d)...)
	}
	return out
}

// contexts are those of the person's kubeconfig, or of the one that
// --kubeconfig names.
func contexts(_ context.Context, e *env, c *cobra.Command) []string {
	files, err := kubeconfigOf(e, c)
	if err != nil {
		return nil
	}
	targets, err := kubecontext.Targets(files)
	if err != nil {
		return nil
	}
	var out []string
	for _, t := range targets {
		out = append(out, t.Context+"\t"+t.Server)
	}
	return out
}

func kubeconfigOf(e *env, c *cobra.Command) ([]string, error) {
	file, _ := c.Flags().GetString("kubeconfig")
	return (&contextChoice{file: file}).files(e)
}

// backups are the copies that restore takes.
func backups(_ context.Context, e *env, _ *cobra.Command) []string {
	list, err := keptHome(e).List()
	if err != nil {
		return nil
	}
	var out []string
	for _, c := range list {
		out = append(out, c.Name()+"\t"+c.Made.In(e.Zone).Format("2006-01-02 15:04")+" "+c.Reason)
	}
	return out
}

func scenes(context.Context, *env, *cobra.Command) []string {
	shared, _ := labfile.LoadShared(ownShared())
	return shared.SceneIDs()
}

func faults(context.Context, *env, *cobra.Command) []string {
	shared, _ := labfile.LoadShared(ownShared())
	return shared.FaultIDs()
}

func scenesAndFaults(ctx context.Context, e *env, c *cobra.Command) []string {
	return slices.Concat(scenes(ctx, e, c), faults(ctx, e, c))
}

// ownImages are those that a program was given to.
func ownImages(_ context.Context, e *env, _ *cobra.Command) []string {
	b, err := newSandbox(e, "", "")
	if err != nil {
		return nil
	}
	programs, err := b.OwnPrograms()
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(programs))
}

// settingWords are the settings, each with the values that it may have.
func settingWords(context.Context, *env, *cobra.Command) []string {
	var out []string
	for _, s := range look.Table() {
		for _, v := range s.Values {
			out = append(out, s.Name+"="+v)
		}
	}
	for _, b := range backends() {
		out = append(out, whereKey+"="+b)
	}
	for _, l := range cards.Lines(nil, 0) {
		out = append(out, l.Key()+"=\t"+l.About)
	}
	for _, k := range look.Keys() {
		out = append(out, k.Name+"=\t"+k.About)
	}
	return out
}

// hostURLs are URLs that reach the hosts of the cluster that the command looks
// at, by its objects alone. While a lab asks for a diagnosis there are none:
// the list would give it away.
func hostURLs(ctx context.Context, e *env, c *cobra.Command) []string {
	var out []string
	for _, h := range servedHosts(ctx, e, c) {
		if r, ok := h.Request(); ok {
			out = append(out, r.URL+"\t"+h.Gateway.String())
		}
	}
	return out
}

// hostNames are the same hosts, and what a client without a name says.
func hostNames(ctx context.Context, e *env, c *cobra.Command) []string {
	out := []string{"none\tno server name is sent"}
	for _, h := range servedHosts(ctx, e, c) {
		if !h.Wildcard() && h.TLS != "" {
			out = append(out, h.Host)
		}
	}
	return slices.Compact(out)
}

func servedHosts(ctx context.Context, e *env, c *cobra.Command) []hosts.Host {
	records, _, err := history.Open(e.path("history.jsonl")).Read(0)
	if now := history.Current(records); err != nil || len(now) > 0 && !history.GivenUp(records, now[0].Attempt) {
		return nil
	}
	h, err := glance(ctx, e, c)
	if err != nil {
		return nil
	}
	o, err := observe.New(h, observe.Options{Clock: e.Now, Unasked: unasked})
	if err != nil {
		return nil
	}
	defer o.Close()
	return hosts.List(o.Objects(ctx))
}

// glance is a way to read the objects of the cluster that a command looks at,
// which writes nothing there and asks nobody for a password.
func glance(ctx context.Context, e *env, c *cobra.Command) (*cluster.Handle, error) {
	var set kubecontext.Settings
	chosen, err := e.choice()
	if err != nil {
		return nil, err
	}
	switch set.Context, _ = c.Flags().GetString("context"); {
	case set.Context != "" || c.Flags().Changed("kubeconfig"):
		if set.Kubeconfig, err = kubeconfigOf(e, c); err != nil {
			return nil, err
		}
	case chosen.Backend == backendSandbox:
		return e.attach(ctx)
	case chosen.Backend == backendContext:
		set = chosen.Context
	default:
		b, err := e.cluster()
		if err != nil {
			return nil, err
		}
		set.Kubeconfig = []string{b.State(ctx).Kubeconfig}
	}
	return kubecontext.Look(ctx, kubecontext.Options{Now: e.Now, Settings: set, Unattended: true}, nil)
}
