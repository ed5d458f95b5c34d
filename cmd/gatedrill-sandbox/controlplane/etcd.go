package controlplane

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// Etcd starts the store and returns when it answers. The returned function
// stops it without waiting for its clients, which are all in this process.
func (c Config) Etcd(ctx context.Context) (stop func(), err error) {
	client, err := url.Parse(etcdURL)
	if err != nil {
		return nil, err
	}
	peer, err := url.Parse(etcdPeerURL)
	if err != nil {
		return nil, err
	}
	e := embed.NewConfig()
	e.Dir = c.etcdDir()
	e.LogLevel = "error"
	// What a crash of the whole machine would lose is a lesson's state.
	e.UnsafeNoFsync = true
	e.ListenClientUrls, e.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	e.ListenPeerUrls, e.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
	e.InitialCluster = e.InitialClusterFromName(e.Name)
	// A single member has nobody to wait for in an election: 1 s less.
	e.TickMs, e.ElectionMs = 20, 100
	server, err := embed.StartEtcd(e)
	if err != nil {
		return nil, fmt.Errorf("start etcd with the data in %s: %w (gatedrill sandbox reset starts with none)", e.Dir, err)
	}
	select {
	case <-server.Server.ReadyNotify():
		return server.Server.HardStop, nil
	case err := <-server.Err():
		server.Close()
		return nil, fmt.Errorf("etcd: %w", err)
	case <-time.After(time.Minute):
		server.Close()
		return nil, fmt.Errorf("etcd does not answer after a minute")
	case <-ctx.Done():
		server.Close()
		return nil, ctx.Err()
	}
}
