package anki

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
)

func TestX(t *testing.T) {
	fs, _ := filepath.Glob("testdata/*pkg")
	for _, f := range fs {
		c, err := Read(context.Background(), f, func(string, int, int) {})
		if err != nil {
			t.Error(err)
			continue
		}
		fmt.Printf("%s %+v\n", f, *c)
	}
}
