//go:build unix

package terminal

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestScreenShowsWhatAProgramDraws(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s, err := Start(exec.Command("sh", "-c", `printf 'name? '; read n; printf '\033[2J\033[Hhello \033[1m%s\033[0m' "$n"; read _`), 20, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.WaitFor(ctx, "name?"); err != nil {
		t.Fatal(err)
	}
	if err := s.Type("gate\n"); err != nil {
		t.Fatal(err)
	}
	if err := s.WaitFor(ctx, "hello gate"); err != nil {
		t.Fatal(err)
	}
	if svg := s.SVG("a test"); !strings.Contains(svg, "font-weight=\"bold\"") || !strings.Contains(svg, "hello") {
		t.Errorf("want the bold name and the text in the picture, got:\n%s", svg)
	}
}

func TestWaitForSaysWhatWasOnScreenAtTheEnd(t *testing.T) {
	t.Parallel()
	s, err := Start(exec.Command("sh", "-c", "echo last words; exit 3"), 20, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.WaitFor(t.Context(), "never drawn")
	if !errors.Is(err, ErrEnded) || !strings.Contains(err.Error(), "last words") {
		t.Errorf("want ErrEnded with the screen's text, got %v", err)
	}
}
