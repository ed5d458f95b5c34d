package main

import (
	"fmt"
	_ "unsafe" // for linkname

	"github.com/spf13/cobra"

	discovery "istio.io/istio/pilot/cmd/pilot-discovery/app"
	"istio.io/istio/pilot/pkg/bootstrap"
	"istio.io/istio/pkg/cmd"

	"github.com/gatedrill/gatedrill/cmd/gatedrill-sandbox/istio/waypoint"
)

// serverArgs are pilot-discovery's own, which its flags are read into.
//
//go:linkname serverArgs istio.io/istio/pilot/cmd/pilot-discovery/app.serverArgs
var serverArgs *bootstrap.PilotArgs

// discoveryCommand is pilot-discovery whose `discovery` runs our istiod.
func discoveryCommand() (*cobra.Command, error) {
	root := discovery.NewRootCommand()
	c, _, err := root.Find([]string{"discovery"})
	if err != nil {
		return nil, fmt.Errorf("pilot-discovery has no command discovery: %w", err)
	}
	c.RunE = serve
	return root, nil
}

// serve does what the command did, with waypoints that work here.
func serve(c *cobra.Command, _ []string) error {
	cmd.PrintFlags(c.Flags())
	waypoint.StockFilters()
	stop := make(chan struct{})
	s, err := bootstrap.NewServer(serverArgs)
	if err != nil {
		return fmt.Errorf("make istiod: %w", err)
	}
	waypoint.FollowEndpoints(s.XDSServer)
	if err := s.Start(stop); err != nil {
		return fmt.Errorf("start istiod: %w", err)
	}
	cmd.WaitSignal(stop)
	s.WaitUntilCompletion()
	return nil
}
