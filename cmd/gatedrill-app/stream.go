package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
)

// addTCP adds a server that says its name in a first line and then sends
// back what it gets.
func (s *servers) addTCP(l net.Listener, name string) {
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	stopped := false
	var wg sync.WaitGroup
	s.runs = append(s.runs, func() error {
		defer wg.Wait()
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("accept on %s: %w", l.Addr(), err)
			}
			mu.Lock()
			open[conn] = true
			if stopped {
				conn.Close()
			}
			mu.Unlock()
			wg.Go(func() {
				greetAndEcho(conn, name)
				mu.Lock()
				delete(open, conn)
				mu.Unlock()
			})
		}
	})
	s.stops = append(s.stops, func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		stopped = true
		for conn := range open {
			conn.Close()
		}
		return l.Close()
	})
}

func greetAndEcho(conn net.Conn, name string) {
	defer conn.Close()
	log.Printf("connection from %s", conn.RemoteAddr())
	if _, err := fmt.Fprintf(conn, "%s sees %s\n", name, conn.RemoteAddr()); err != nil {
		return
	}
	// It ends when either side closes; whichever it was, nothing is left to do.
	_, _ = io.Copy(conn, conn)
}
