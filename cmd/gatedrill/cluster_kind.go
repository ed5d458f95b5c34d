package main

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs/cluster/kind"
)

// kindFlags adds the flags that say what a kind cluster is made of. The
// function it returns lays those that were given over settings.
func kindFlags(e *env, c *cobra.Command) func(*kind.Settings) error {
	fl := c.Flags()
	var k kind.Settings
	var file string
	fl.StringVar(&file, "settings", "", "`file` with all of this as JSON; other flags go before it")
	fl.StringVar(&k.Name, "name", "", "name of the kind cluster")
	fl.StringVar(&k.NodeImage, "node-image", "", "kind node image")
	fl.StringVar(&k.Hub, "hub", "", "hub of Istio's images")
	fl.StringVar(&k.Tag, "tag", "", "tag of Istio's images")
	fl.BoolVar(&k.StockEnvoy, "stock-envoy", false, "Istio's images hold an Envoy without Istio's own filters")
	fl.StringVar(&k.Config, "config", "", "`file` with a kind cluster configuration")
	fl.StringArrayVar(&k.Archives, "load", nil, "image archive, a `file`, to load into the node (may be repeated)")
	oneOfFlag(e, c, &k.Engine, "engine", "container engine; else the first that answers", kind.Engines()...)
	return func(s *kind.Settings) error {
		if file != "" {
			read, err := kind.ReadSettings(file)
			if err != nil {
				return usagef("%w", err)
			}
			*s = read
		}
		for flag, lay := range map[string]func(){
			"name": func() { s.Name = k.Name }, "node-image": func() { s.NodeImage = k.NodeImage },
			"hub": func() { s.Hub = k.Hub }, "tag": func() { s.Tag = k.Tag },
			"stock-envoy": func() { s.StockEnvoy = k.StockEnvoy }, "config": func() { s.Config = k.Config },
			"load": func() { s.Archives = slices.DeleteFunc(k.Archives, func(a string) bool { return a == "" }) }, "engine": func() { s.Engine = k.Engine },
		} {
			if fl.Changed(flag) {
				lay()
			}
		}
		paths := []*string{&s.Config}
		for i := range s.Archives {
			paths = append(paths, &s.Archives[i])
		}
		return absolute(paths)
	}
}

// absolute makes paths of files that are there absolute.
func absolute(paths []*string) error {
	for _, p := range paths {
		if *p == "" {
			continue
		}
		if _, err := os.Stat(*p); err != nil {
			return usagef("%w", err)
		}
		full, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		*p = full
	}
	return nil
}
