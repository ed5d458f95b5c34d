package cri

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"sync"
	"time"
)

// logFile is a container's log in the CRI's format: time, stream, F (a whole
// line) or P (a part of one), text.
type logFile struct {
	path string
	mu   sync.Mutex
	file *os.File
}

func (l *logFile) open() error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("container log: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		_ = l.file.Close()
	}
	l.file = f
	return nil
}

func (l *logFile) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
}

func (l *logFile) remove() error {
	if err := os.Remove(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("container log: %w", err)
	}
	return nil
}

// pumps copy a process's output to its log.
type pumps struct {
	done  sync.WaitGroup
	child []*os.File // the process's ends
}

// started lets go of the process's ends; the pumps end when it does.
func (p *pumps) started() {
	for _, f := range p.child {
		_ = f.Close()
	}
}

// attach makes cmd's output go to the log.
func (l *logFile) attach(cmd *exec.Cmd) (*pumps, error) {
	p := &pumps{}
	for _, stream := range []string{"stdout", "stderr"} {
		r, w, err := os.Pipe()
		if err != nil {
			p.started()
			return nil, fmt.Errorf("container %s: %w", stream, err)
		}
		p.child = append(p.child, w)
		if stream == "stdout" {
			cmd.Stdout = w
		} else {
			cmd.Stderr = w
		}
		p.done.Go(func() { l.pump(r, stream) })
	}
	return p, nil
}

func (l *logFile) pump(from *os.File, stream string) {
	defer from.Close()
	lines := bufio.NewReaderSize(from, 16<<10)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 {
			l.write(stream, line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func (l *logFile) write(stream string, line []byte) {
	tag, end := "F", ""
	if line[len(line)-1] != '\n' {
		tag, end = "P", "\n"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		fmt.Fprintf(l.file, "%s %s %s %s%s", time.Now().Format(time.RFC3339Nano), stream, tag, line, end)
	}
}

// ReopenContainerLog goes on in a new file after the kubelet has moved the
// old one away.
func (r *Runtime) ReopenContainerLog(_ context.Context, id string) error {
	c, _, err := r.get(id)
	if err != nil {
		return err
	}
	return c.log.open()
}
