package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// stopWithin is how long requests in flight may take after SIGTERM. Labs are
// reset in about a second; a workload must not hold that up.
const stopWithin = 50 * time.Millisecond

// servers is everything one process listens on.
type servers struct {
	addrs map[string]net.Addr // by kind: "http", "https", "tcp", "tls", "relay"
	runs  []func() error      // each serves one listener until stopped
	stops []func(context.Context) error
}

// listen opens every address of o, or none.
func listen(ctx context.Context, o options) (*servers, error) {
	s := &servers{addrs: map[string]net.Addr{}}
	var conf *tls.Config
	if o.https != "" || o.tls != "" {
		var err error
		if conf, err = tlsConfig(o); err != nil {
			return nil, err
		}
	}
	for _, l := range []struct {
		kind, addr string
		serve      func(net.Listener)
	}{
		{"http", o.http, func(l net.Listener) { s.addHTTP(l, o, nil) }},
		{"https", o.https, func(l net.Listener) { s.addHTTP(l, o, conf) }},
		{"tcp", o.tcp, func(l net.Listener) { s.addTCP(l, o.name) }},
		{"tls", o.tls, func(l net.Listener) { s.addTCP(tls.NewListener(l, conf), o.name) }},
		{"relay", o.relay, func(l net.Listener) {
			s.addServer(l, &http.Server{Handler: newRelay(), ReadHeaderTimeout: 10 * time.Second})
		}},
	} {
		if l.addr == "" {
			continue
		}
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", l.addr)
		if err != nil {
			s.stop()
			return nil, fmt.Errorf("open -%s: %w", l.kind, err)
		}
		s.addrs[l.kind] = ln.Addr()
		l.serve(ln)
	}
	return s, nil
}

func (s *servers) addHTTP(l net.Listener, o options, conf *tls.Config) {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(conf != nil)
	protocols.SetUnencryptedHTTP2(conf == nil)
	srv := &http.Server{
		Handler:           handler(o),
		Protocols:         &protocols,
		TLSConfig:         conf,
		IdleTimeout:       o.idle,
		ReadHeaderTimeout: 10 * time.Second,
	}
	s.addServer(l, srv)
}

// addServer serves HTTP, over TLS where the server has a configuration for it.
func (s *servers) addServer(l net.Listener, srv *http.Server) {
	s.runs = append(s.runs, func() error {
		serve := srv.Serve
		if srv.TLSConfig != nil {
			serve = func(l net.Listener) error { return srv.ServeTLS(l, "", "") }
		}
		if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s: %w", l.Addr(), err)
		}
		return nil
	})
	s.stops = append(s.stops, func(ctx context.Context) error {
		if srv.Shutdown(ctx) != nil {
			srv.Close()
		}
		return l.Close()
	})
}

// serve runs every listener until ctx ends or one of them fails.
func (s *servers) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, run := range s.runs {
		wg.Go(func() {
			if err := run(); err != nil {
				cancel(err)
			}
		})
	}
	<-ctx.Done()
	s.stop()
	wg.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// stop lets requests in flight end for a moment, then cuts them off.
func (s *servers) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	var wg sync.WaitGroup
	for _, stop := range s.stops {
		// A listener that is closed already is what was wanted.
		wg.Go(func() { _ = stop(ctx) })
	}
	wg.Wait()
}

// tlsConfig reads certificate and key at every handshake, so that a rotated
// Secret is served without a restart; it fails at once if they are no pair.
func tlsConfig(o options) (*tls.Config, error) {
	pair := func() (*tls.Certificate, error) {
		c, err := tls.LoadX509KeyPair(o.cert, o.key)
		if err != nil {
			return nil, fmt.Errorf("load -cert %q and -key %q: %w", o.cert, o.key, err)
		}
		return &c, nil
	}
	if _, err := pair(); err != nil {
		return nil, err
	}
	conf := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return pair() },
	}
	if o.clientCA == "" {
		return conf, nil
	}
	pem, err := os.ReadFile(o.clientCA)
	if err != nil {
		return nil, fmt.Errorf("read -client-ca: %w", err)
	}
	conf.ClientAuth = tls.RequireAndVerifyClientCert
	conf.ClientCAs = x509.NewCertPool()
	if !conf.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("-client-ca %q holds no certificate", o.clientCA)
	}
	return conf, nil
}
