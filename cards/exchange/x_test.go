package exchange

import (
	"context"
	"fmt"
	"github.com/gatedrill/gatedrill/cards"
	"github.com/gatedrill/gatedrill/cards/anki"
	"path/filepath"
	"testing"
	"time"
	"os"
)

func TestX(t *testing.T) {
	fs, _ := filepath.Glob("../anki/testdata/old.apkg")
	for _, f := range fs {
		c, err := anki.Read(context.Background(), f, func(string, int, int) {})
		if err != nil {
			t.Error(err)
			continue
		}
		p, err := FromAnki(context.Background(), c, Learner{cards.Calendar{Rollover: 4}, time.Now()}, func(string, int, int) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Said {
			fmt.Println("-", s)
		}
		for _, d := range p.Decks {
			fs, err := d.files(os.DirFS("/nonexistent"))
			fmt.Println(err)
			for _, f := range fs {
				fmt.Println(f.Name)
				fmt.Println(f.Text)
			}
		}
		for _, e := range p.Events {
			fmt.Printf("%+v\n", e)
		}
		fmt.Println(p.Media)
	}
}
