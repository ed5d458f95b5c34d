package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png" // what browsers take pictures in
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// headless is a Chromium without a window, told what to do by a pipe.
type headless struct {
	t       *testing.T
	to      *os.File
	from    *bufio.Reader
	asked   int
	session string
}

// newBrowser starts $BROWSER_BIN, or one by its usual name, with the flags in
// $BROWSER_FLAGS; where there is none, the test is skipped and says so.
func newBrowser(t *testing.T) *headless {
	t.Helper()
	program := ""
	for _, name := range []string{os.Getenv("BROWSER_BIN"), "chromium", "chromium-browser", "google-chrome", "headless_shell"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("the page was not opened: there is no chromium, chromium-browser, google-chrome or headless_shell here, and BROWSER_BIN names none")
	}
	theirs, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, theirsToo, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--headless", "--no-sandbox", "--remote-debugging-pipe", "--user-data-dir=" + t.TempDir()}, strings.Fields(os.Getenv("BROWSER_FLAGS"))...)
	cmd := exec.CommandContext(t.Context(), program, append(args, "about:blank")...)
	cmd.ExtraFiles = []*os.File{theirs, theirsToo} // 3 and 4, where it looks for them
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has nothing to lose
		_ = cmd.Wait()
		for _, f := range []*os.File{theirs, to, from, theirsToo} {
			_ = f.Close()
		}
	})
	if err := from.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &headless{t: t, to: to, from: bufio.NewReader(from)}
}

// ask sends a command of the DevTools protocol and reads what it answers.
func (h *headless) ask(method string, params map[string]any, into any) {
	h.t.Helper()
	if err := h.try(method, params, into); err != nil {
		h.t.Fatal(err)
	}
}

// try is ask, where the browser may refuse.
func (h *headless) try(method string, params map[string]any, into any) error {
	h.t.Helper()
	h.asked++
	message := map[string]any{"id": h.asked, "method": method, "params": params}
	if h.session != "" {
		message["sessionId"] = h.session
	}
	text, err := json.Marshal(message)
	if err == nil {
		_, err = h.to.Write(append(text, 0))
	}
	if err != nil {
		h.t.Fatal(err)
	}
	for {
		line, err := h.from.ReadBytes(0)
		if err != nil {
			h.t.Fatalf("%s: %v", method, err)
		}
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal(bytes.TrimRight(line, "\x00"), &answer); err != nil {
			h.t.Fatal(err)
		}
		if answer.ID != h.asked {
			continue // an event
		}
		switch {
		case answer.Error != nil:
			return fmt.Errorf("%s: %s", method, answer.Error.Message)
		case into != nil:
			return json.Unmarshal(answer.Result, into)
		}
		return nil
	}
}

// open shows a page that runs no scripts.
func (h *headless) open(url string) {
	h.t.Helper()
	var target struct{ TargetID string }
	h.ask("Target.createTarget", map[string]any{"url": "about:blank", "width": 900, "height": 1700}, &target)
	var session struct{ SessionID string }
	h.ask("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	h.session = session.SessionID
	h.ask("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	h.ask("Page.navigate", map[string]any{"url": url}, nil)
}

// picture is what is seen of the page; an error while it is not there yet.
func (h *headless) picture() (image.Image, error) {
	h.t.Helper()
	var shot struct{ Data string }
	if err := h.try("Page.captureScreenshot", map[string]any{"format": "png"}, &shot); err != nil {
		return nil, err
	}
	text, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		h.t.Fatal(err)
	}
	if keep := os.Getenv("KEEP_PAGE"); keep != "" {
		if err := os.WriteFile(keep, text, 0o600); err != nil {
			h.t.Fatal(err)
		}
	}
	out, _, err := image.Decode(bytes.NewReader(text))
	if err != nil {
		h.t.Fatal(err)
	}
	return out, nil
}
