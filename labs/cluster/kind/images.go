package kind

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"

	"github.com/gatedrill/gatedrill/labs/cluster/workload"
)

// loadedFile is where the node notes which archives were loaded, one
// checksum a line, so that none is loaded twice.
const loadedFile = "/kind/gatedrill-loaded"

// loader brings images into the node.
type loader struct {
	b      *Backend
	engine engine
	node   nodes.Node
	loaded string // the node's note
	say    func(string)
}

// loadImages brings the workloads' image and the archives of the settings into
// the node, and Istio's images where the engine has them already; others are
// pulled by the node when they are needed.
func (b *Backend) loadImages(ctx context.Context, e engine, n nodes.Node, say func(string)) error {
	note, err := output(ctx, n, "sh", "-c", "cat "+loadedFile+" 2>/dev/null; true")
	if err != nil {
		return err
	}
	l := &loader{b: b, engine: e, node: n, loaded: note, say: say}
	if err := l.app(ctx); err != nil {
		return err
	}
	for _, a := range b.set.Archives {
		if err := l.archive(ctx, a); err != nil {
			return err
		}
	}
	return l.istio(ctx)
}

func (l *loader) app(ctx context.Context) error {
	l.say("image " + workload.Image)
	arch, err := architecture(ctx, l.node)
	if err != nil {
		return err
	}
	program, err := l.b.o.App(ctx, arch)
	if err != nil {
		return fmt.Errorf("get the labs' workload for linux/%s: %w", arch, err)
	}
	sum := sha256.Sum256(program)
	return l.once(ctx, hex.EncodeToString(sum[:]), workload.Image, func(w io.Writer) error {
		return workload.Archive(w, program, arch)
	})
}

// archive loads a file. It is known again by its path, size and time.
func (l *loader) archive(ctx context.Context, path string) error {
	fi, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("load an image archive: %w", err)
	}
	return l.once(ctx, fmt.Sprintf("%s %d %d", path, fi.Size(), fi.ModTime().Unix()), path, func(w io.Writer) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	})
}

// istio hands Istio's images over that the engine holds.
func (l *loader) istio(ctx context.Context) error {
	for _, name := range []string{"pilot", "proxyv2"} {
		image := l.b.set.Hub + "/" + name + ":" + l.b.set.Tag
		id, err := l.engine.run(ctx, answersWithin, "image", "inspect", "--format", "{{.Id}}", image)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			continue // the node pulls it
		}
		err = l.once(ctx, image+" "+strings.TrimSpace(id), image, func(w io.Writer) error {
			cmd := exec.CommandContext(ctx, l.engine.name, "save", image)
			cmd.WaitDelay = time.Second
			var errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = w, &errs
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("%w: %s", err, lastLine(errs.String()))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// once loads what save writes, unless the node has noted it.
func (l *loader) once(ctx context.Context, key, name string, save func(io.Writer) error) error {
	if strings.Contains(l.loaded, key+"\n") {
		return nil
	}
	l.say("image " + name + " to be loaded")
	r, w := io.Pipe()
	saved := make(chan error, 1)
	go func() {
		err := save(w)
		w.CloseWithError(err)
		saved <- err
	}()
	err := nodeutils.LoadImageArchive(l.node, r)
	r.CloseWithError(io.ErrClosedPipe) // nobody reads on
	if serr := <-saved; serr != nil && err == nil {
		err = serr
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("load image %s into node %s: %w%s", name, l.node, err, outputOf(err))
	}
	l.loaded += key + "\n"
	if err := nodeutils.WriteFile(l.node, loadedFile, l.loaded); err != nil {
		return fmt.Errorf("note what node %s holds: %w", l.node, err)
	}
	return nil
}
