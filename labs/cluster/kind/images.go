package kind

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/gatedrill/gatedrill/labs/cluster/workload"
)

// loadedFile is where the node notes which archives were loaded, one key a
// line, so that none is loaded twice.
const loadedFile = "/kind/gatedrill-loaded"

// loader brings images into the node.
type loader struct {
	b      *Backend
	node   node
	loaded string // the node's note
	say    func(string)
}

// loadImages brings the workloads' image and the archives of the settings into
// the node, and Istio's images where the engine has them already; others are
// pulled by the node when they are needed.
func (b *Backend) loadImages(ctx context.Context, n node, say func(string)) error {
	note, err := n.output(ctx, "sh", "-c", "cat "+loadedFile+" 2>/dev/null; true")
	if err != nil {
		return err
	}
	l := &loader{b: b, node: n, loaded: note, say: say}
	if err := l.app(ctx); err != nil {
		return err
	}
	for _, a := range b.set.Archives {
		if err := l.archive(ctx, a); err != nil {
			return err
		}
	}
	l.istio(ctx)
	return ctx.Err()
}

func (l *loader) app(ctx context.Context) error {
	l.say("image " + workload.Image)
	arch, err := l.node.architecture(ctx)
	if err != nil {
		return err
	}
	program, err := l.b.o.App(ctx, arch)
	if err != nil {
		return fmt.Errorf("get the labs' workload for linux/%s: %w", arch, err)
	}
	// The client that speaks from a workload is the node's own curl.
	version, _ := l.node.output(ctx, "curl", "--version")
	sum := sha256.Sum256(append([]byte(version), program...))
	return l.once(ctx, hex.EncodeToString(sum[:]), workload.Image, func(w io.Writer) error {
		var tools string
		if version != "" {
			if tools, err = l.node.output(ctx, "sh", "-c", packCurl); err != nil {
				return fmt.Errorf("take curl from node %s: %w", l.node.name, err)
			}
		}
		return workload.Archive(w, program, []byte(tools), arch)
	})
}

// packCurl writes a tar of curl and the libraries that it needs.
const packCurl = `curl=$(command -v curl) && tar -C / --mtime=@0 -chf - "${curl#/}" $(ldd "$curl" | sed -n 's|^[^/]*/\([^ ]*\).*|\1|p')`

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

// istio hands Istio's images over that the engine holds. It only saves a
// pull: what cannot be handed over is pulled by the node.
func (l *loader) istio(ctx context.Context) {
	e := l.node.engine
	for _, name := range []string{"pilot", "proxyv2"} {
		image := l.b.set.Hub + "/" + name + ":" + l.b.set.Tag
		id, err := e.run(ctx, answersWithin, "image", "inspect", "--format", "{{.Id}}", image)
		if err != nil {
			continue
		}
		err = l.once(ctx, image+" "+strings.TrimSpace(id), image, func(w io.Writer) error {
			cmd := exec.CommandContext(ctx, e.name, "save", image)
			cmd.WaitDelay = time.Second
			cmd.Stdout = w
			return run(cmd)
		})
		if err != nil && ctx.Err() == nil {
			l.say("image " + image + " to be pulled by the node: " + err.Error())
		}
	}
}

// once loads what save writes, unless the node has noted it.
func (l *loader) once(ctx context.Context, key, name string, save func(io.Writer) error) error {
	if strings.Contains(l.loaded, key+"\n") {
		return nil
	}
	l.say("image " + name + " to be loaded")
	r, w := io.Pipe()
	stop := context.AfterFunc(ctx, func() { r.CloseWithError(context.Cause(ctx)) })
	defer stop()
	saved := make(chan error, 1)
	go func() {
		err := save(w)
		w.CloseWithError(err)
		saved <- err
	}()
	err := l.node.load(ctx, r)
	r.CloseWithError(io.ErrClosedPipe) // nobody reads on
	if serr := <-saved; serr != nil && !errors.Is(serr, io.ErrClosedPipe) {
		err = serr // the import only saw its end
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("load image %s into node %s: %w", name, l.node.name, err)
	}
	l.loaded += key + "\n"
	if err := l.node.write(ctx, loadedFile, l.loaded); err != nil {
		return fmt.Errorf("note what node %s holds: %w", l.node.name, err)
	}
	return nil
}
