package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/explain"
	"github.com/gatedrill/gatedrill/labs/record"
	"github.com/gatedrill/gatedrill/labs/snapshot"
	"github.com/gatedrill/gatedrill/labs/trace"
)

// recordSnapshot keeps what was looked at and for which request. It holds no
// private keys, since observers drop them, and no credential of the request.
func recordSnapshot(file string, s snapshot.Snapshot, r labs.Request) error {
	s.Requests = []labs.Request{publishable(r)}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("record snapshot: %w", err)
	}
	if err := record.Write(f, s); err != nil {
		return errors.Join(err, f.Close(), os.Remove(file))
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("record snapshot: %w", err)
	}
	return nil
}

// publishable is a request without what lets somebody else in: a token keeps
// its claims and loses its signature, other credentials and cookies go.
func publishable(r labs.Request) labs.Request {
	r.Headers = maps.Clone(r.Headers)
	for k, v := range r.Headers {
		switch strings.ToLower(k) {
		case "authorization", "proxy-authorization":
			scheme, token, _ := strings.Cut(v, " ")
			if parts := strings.Split(token, "."); len(parts) == 3 {
				r.Headers[k] = scheme + " " + parts[0] + "." + parts[1] + ".cut"
				continue
			}
			r.Headers[k] = scheme + " cut"
		case "cookie", "x-api-key":
			r.Headers[k] = "cut"
		}
	}
	return r
}

// replayTrace judges a recording. The request is the recorded one, for another
// URL where one is given. What a lab in progress hides stays hidden.
func replayTrace(e *env, f traceFlags, ask question) error {
	s, err := readSnapshot(f.replay)
	if err != nil {
		return err
	}
	r := ask.request
	switch {
	case r.URL == "" && len(s.Requests) == 0:
		return usagef("trace --from-snapshot %s: it does not say for which request it was recorded: give the URL", f.replay)
	case r.URL == "":
		r = s.Requests[0]
	case len(s.Requests) > 0 && s.Requests[0].URL == r.URL:
		r.Name = s.Requests[0].Name // its answer was recorded
	case len(s.Requests) == 0 && len(s.Answers) == 1:
		for r.Name = range s.Answers { // that of the only request
		}
	}
	p := hiddenByLab(e, trace.Trace(r, s))
	return tell(e, f.json, tracedOf(p, s, explain.Tools{}))
}

func readSnapshot(file string) (s snapshot.Snapshot, err error) {
	in, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, usagef("trace --from-snapshot: %w", err)
	}
	if err != nil {
		return s, fmt.Errorf("trace --from-snapshot: %w", err)
	}
	defer in.Close() //nolint:errcheck // only read from
	if s, err = record.Read(in); err != nil {
		return s, fmt.Errorf("%s: %w (record it: gatedrill trace --snapshot FILE URL)", file, err)
	}
	return s, nil
}
