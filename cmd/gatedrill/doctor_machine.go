package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"github.com/gatedrill/gatedrill/labs/cluster"
)

// lookAtTerminal tells what the screens can do there. Commands work anywhere,
// so that nothing of it stops anything.
func lookAtTerminal(_ context.Context, e *env) []cluster.Finding {
	name := cluster.Finding{What: "terminal", State: cluster.OK, Saw: e.Getenv("TERM")}
	if name.Saw == "" || name.Saw == "dumb" {
		name.State, name.Saw, name.Next = cluster.Note, "no terminal that can draw (TERM is empty or dumb)", "use the commands: gatedrill review --plain, gatedrill lab list"
	}
	return []cluster.Finding{name, lookAtColours(e), lookAtSize(e), lookAtLetters(e)}
}

func lookAtColours(e *env) cluster.Finding {
	f := cluster.Finding{What: "colours", State: cluster.OK}
	out, ok := e.Stdout.(*os.File)
	switch {
	case e.Getenv("NO_COLOR") != "":
		f.Saw = "none, as NO_COLOR says; marks and words say the same"
	case !ok || !term.IsTerminal(out.Fd()):
		return unseenTerminal(f)
	default:
		profile := colorprofile.Detect(out, os.Environ())
		f.Saw = profile.String()
		if profile < colorprofile.ANSI {
			f.State, f.Saw, f.Next = cluster.Note, "none; marks and words say the same", "if yours has colours: export TERM=xterm-256color"
		}
	}
	return f
}

func lookAtSize(e *env) cluster.Finding {
	const narrow, low = 40, 12 // see the tests of the screens
	f := cluster.Finding{What: "size", State: cluster.OK}
	out, ok := e.Stdout.(*os.File)
	if !ok || !term.IsTerminal(out.Fd()) {
		return unseenTerminal(f)
	}
	width, height, err := term.GetSize(out.Fd())
	if err != nil || width == 0 || height == 0 {
		f.State, f.Optional, f.Saw, f.Next = cluster.Unknown, true, fmt.Sprintf("the terminal does not say it (%v)", err), "say it: stty cols 80 rows 24"
		return f
	}
	f.Saw = fmt.Sprintf("%d columns, %d lines", width, height)
	if width < narrow || height < low {
		f.State, f.Next = cluster.Note, fmt.Sprintf("make the window larger: %d columns and %d lines at least, 80 and 24 are good", narrow, low)
	}
	return f
}

// unseenTerminal is the finding where output goes elsewhere.
func unseenTerminal(f cluster.Finding) cluster.Finding {
	f.State, f.Optional, f.Saw, f.Next = cluster.Unknown, true, "the output does not go to a terminal", "look on one: gatedrill doctor"
	return f
}

func lookAtLetters(e *env) cluster.Finding {
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale == "" {
			locale = e.Getenv(name)
		}
	}
	f := cluster.Finding{What: "letters", State: cluster.OK, Saw: "UTF-8, as the locale " + locale + " says"}
	switch upper := strings.ToUpper(locale); {
	case runtime.GOOS == "windows":
		f.Saw = "UTF-8, as Windows' terminals have it"
	case !strings.Contains(upper, "UTF-8") && !strings.Contains(upper, "UTF8"):
		f.State, f.Saw, f.Next = cluster.Note, fmt.Sprintf("locale %q is not UTF-8: lines and marks may look wrong", locale), "export LANG=C.UTF-8"
	}
	return f
}

// lookAtEditor looks for the first word of the editor, which a shell reads,
// and for the shell that labs open.
func lookAtEditor(_ context.Context, e *env) []cluster.Finding {
	editor, _, _ := strings.Cut(e.editor(), " ")
	return []cluster.Finding{
		onPath(e, "editor", editor, cluster.Note, "cards cannot be edited", "name yours: export EDITOR=nano"),
		onPath(e, "sh", "sh", cluster.Note, "it starts the editor", "install a POSIX shell"),
		onPath(e, "bash", "bash", cluster.Missing, "labs open it", "install bash"),
	}
}

// onPath looks for a program on the PATH that the commands see.
func onPath(e *env, what, name, lack, use, next string) cluster.Finding {
	path, err := findOn(e.Getenv("PATH"), name)
	if err != nil {
		return cluster.Finding{What: what, State: lack, Saw: fmt.Sprintf("%s is not on PATH; %s", name, use), Next: next}
	}
	return cluster.Finding{What: what, State: cluster.OK, Saw: path}
}

// findOn finds a program as a shell would.
func findOn(path, name string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) {
		return exec.LookPath(name)
	}
	for _, dir := range filepath.SplitList(path) {
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil && dir != "" {
			return found, nil
		}
	}
	return "", exec.ErrNotFound
}

// lookForTools names the programs that labs' commands and the source need.
func lookForTools(_ context.Context, e *env) []cluster.Finding {
	build := cluster.Note // what is built already, or got elsewhere, needs no Go
	if _, s, err := programSource(e); err == nil && s.Tree != "" && s.Given == "" && len(s.Missing()) > 0 && onSandbox(e) {
		build = cluster.Missing
	}
	return []cluster.Finding{
		onPath(e, "curl", "curl", cluster.Missing, "the runbook's captures need it", "install curl"),
		onPath(e, "openssl", "openssl", cluster.Missing, "the runbook's TLS step needs it", "install openssl"),
		onPath(e, "go", "go", build, "it builds the sandbox's programs", "get Go 1.26 or later: https://go.dev/dl"),
		onPath(e, "git", "git", cluster.Note, "it gets the source", "install git"),
		onPath(e, "make", "make", cluster.Note, "it runs what the Makefile says", "install make"),
	}
}

// lookAtClock finds a clock that went back, by files that were written since
// then, and a zone that the review log cannot name.
func lookAtClock(_ context.Context, e *env) []cluster.Finding {
	now := e.Now()
	clock := cluster.Finding{What: "clock", State: cluster.OK, Saw: now.In(e.Zone).Format(time.RFC3339)}
	exe, err := os.Executable()
	for _, path := range []string{exe, e.path("cards.db"), e.path("history.jsonl")} {
		fi, lost := os.Stat(path)
		if lost != nil && !errors.Is(lost, os.ErrNotExist) {
			err = errors.Join(err, lost)
		}
		if lost == nil && fi.ModTime().Sub(now) > time.Minute {
			clock.State, clock.Next = cluster.Missing, "set the clock: timedatectl set-ntp true"
			clock.Saw += fmt.Sprintf(", and %s was written at %s: certificates would not be valid, and days not count", path, fi.ModTime().In(e.Zone).Format(time.RFC3339))
			break
		}
	}
	if err != nil && clock.State == cluster.OK {
		clock.State, clock.Saw, clock.Next = cluster.Unknown, firstLine(err), "see the clock: date"
	}
	zone := cluster.Finding{What: "zone", State: cluster.OK, Saw: e.Zone.String()}
	if zone.Saw == time.Local.String() || zone.Saw == "" {
		zone.State, zone.Saw, zone.Next = cluster.Note, "it has no name: "+now.In(e.Zone).Format("-07:00")+" is all that answers keep of it", "name it: export TZ=Europe/Berlin"
	}
	return []cluster.Finding{clock, zone}
}
