//go:build linux

// Command gatedrill-pod is the small static program inside the sandbox's pods:
// the process that holds a pod's namespaces, the shim that becomes a container,
// the one that runs a learner's shell, and the marker of a sidecar's sockets.
// It is apart from the daemon because starting that takes 0.1 s and 70 MiB.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: gatedrill-pod pause|container|session|mark N COMMAND… (run by gatedrill-sandbox)")
		os.Exit(2)
	}
	code, err := run(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "gatedrill-pod %s: %v\n", os.Args[1], err)
		code = 127
	}
	os.Exit(code)
}

// run does one job and returns the exit code.
func run(job string, args []string) (int, error) {
	switch job {
	case "pause":
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
		<-stop
		return 0, nil
	case "container":
		return 0, becomeContainer()
	case "session":
		return session()
	case "mark":
		return mark(args)
	case "marked":
		return 0, becomeMarked(args)
	default:
		return 0, fmt.Errorf("no such job")
	}
}
