// Command gatedrill-app plays every workload and every outside server of the
// labs. It answers with what it saw of a request, so that a learner can tell
// what a gateway did to it, and it can be told to misbehave. It knows nothing
// of Kubernetes: what it is, is said by flags.
//
//	gatedrill-app -name shop -http :8080
//	gatedrill-app -name partner -http :80 -https :443 -cert tls.crt -key tls.key
//
// Run by hand in a workload's container it is also the client that speaks from
// there: "gatedrill-app ask" sends one request (a probe.Question on standard
// input) and prints what came back. And it is the DNS server of workloads in
// clusters whose own does not know the labs' public zone: "gatedrill-app
// resolve" reads the zone from the API server of the cluster that it runs in.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/gatedrill/gatedrill/labs/probe"
)

const usage = `usage: gatedrill-app [flags]
       gatedrill-app ask    ask what standard input says, and print the result
       gatedrill-app resolve ADDRESS NAMESPACE/CONFIGMAP/KEY
                            serve DNS there, by the zone in that ConfigMap

Answers every request with JSON: what this server saw of it.
  /healthz         200 "ok", or 503 with -unready
  upgrade          a WebSocket is echoed
  application/grpc grpc.health.v1.Health/Check says SERVING, any other
                   unary call gets its own message back

Behaviour of one request, by query or by header (?delay=2s, X-App-Delay: 2s):
  delay=2s         wait before the answer
  status=503       answer with this status
  redirect=URL     answer 302 (or status=3xx) to there
  reset            reset the connection without an answer
  close            answer, then close the connection
The flags of the same names make it so for every request but /healthz.

flags:
`

// options is what the flags say.
type options struct {
	name      string
	pod       string
	http      string
	https     string
	tcp       string
	tls       string
	relay     string
	cert, key string
	clientCA  string
	unready   bool
	idle      time.Duration
	defaults  behaviour
}

func main() {
	log.SetFlags(log.Ltime | log.Lmicroseconds)
	// A workload idles for hours beside dozens of others: give memory back
	// early rather than save a few milliseconds of collection.
	debug.SetGCPercent(50)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := play(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "gatedrill-app:", err)
		os.Exit(1)
	}
}

// play is what the arguments say: server, client or resolver.
func play(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "ask":
		return probe.AskHere(ctx, os.Stdin, os.Stdout, time.Now)
	case len(args) == 3 && args[0] == "resolve":
		z, err := inCluster(args[2], os.Getenv, serviceAccount)
		if err != nil {
			return err
		}
		return resolve(ctx, args[1], "/etc/resolv.conf", z)
	}
	return run(ctx, args, os.Hostname, os.Stderr)
}

// serviceAccount is where the kubelet puts a pod's token and the cluster's CA.
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

// run serves until ctx ends.
func run(ctx context.Context, args []string, hostname func() (string, error), out io.Writer) error {
	o, err := parse(args, out)
	if err != nil {
		return err
	}
	if o.pod, err = hostname(); err != nil {
		return fmt.Errorf("own host name: %w", err)
	}
	if o.name == "" {
		o.name = o.pod
	}
	s, err := listen(ctx, o)
	if err != nil {
		return err
	}
	for kind, addr := range s.addrs {
		log.Printf("%s serves %s on %s", o.name, kind, addr)
	}
	return s.serve(ctx)
}

func parse(args []string, out io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("gatedrill-app", flag.ContinueOnError)
	f.SetOutput(out)
	f.Usage = func() {
		fmt.Fprint(out, usage)
		f.PrintDefaults()
	}
	f.StringVar(&o.name, "name", "", "`name` given in answers (default the host name)")
	f.StringVar(&o.http, "http", "", "`address` for HTTP/1.1, HTTP/2 without TLS, WebSocket and gRPC")
	f.StringVar(&o.https, "https", "", "`address` for the same over TLS")
	f.StringVar(&o.tcp, "tcp", "", "`address` of a TCP server that greets with its name, then echoes")
	f.StringVar(&o.tls, "tls", "", "`address` for the same over TLS")
	f.StringVar(&o.relay, "relay", "", "`address` of an HTTP CONNECT proxy into this network; give it a loopback address")
	f.StringVar(&o.cert, "cert", "", "PEM `file` of the certificate chain; read anew for each connection")
	f.StringVar(&o.key, "key", "", "PEM `file` of its key")
	f.StringVar(&o.clientCA, "client-ca", "", "PEM `file` of the CA whose client certificates are demanded")
	f.BoolVar(&o.unready, "unready", false, "answer /healthz with 503")
	f.DurationVar(&o.idle, "idle", 0, "close connections that are idle for this long (0: never)")
	f.DurationVar(&o.defaults.delay, "delay", 0, "wait before each answer")
	f.IntVar(&o.defaults.status, "status", 0, "answer with this status")
	f.StringVar(&o.defaults.redirect, "redirect", "", "redirect to this `URL`")
	f.BoolVar(&o.defaults.reset, "reset", false, "reset connections instead of answering")
	f.BoolVar(&o.defaults.close, "close", false, "close the connection after each answer")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	return o, o.check(f.Args())
}

// check names every flag that does not fit the others.
func (o options) check(rest []string) error {
	var errs []error
	if len(rest) > 0 {
		errs = append(errs, fmt.Errorf("unexpected argument %q", rest[0]))
	}
	if o.http == "" && o.https == "" && o.tcp == "" && o.tls == "" && o.relay == "" {
		errs = append(errs, errors.New("nothing to serve: give one of -http, -https, -tcp, -tls, -relay"))
	}
	if needsTLS := o.https != "" || o.tls != ""; needsTLS && (o.cert == "" || o.key == "") {
		errs = append(errs, errors.New("-https and -tls need -cert and -key"))
	}
	if s := o.defaults.status; s != 0 && !validStatus(s) {
		errs = append(errs, fmt.Errorf("-status %d is not between 200 and 599", s))
	}
	return errors.Join(errs...)
}
