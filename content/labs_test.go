package content_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatedrill/gatedrill/cards/deck"
	"github.com/gatedrill/gatedrill/content"
	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/check"
	"github.com/gatedrill/gatedrill/labs/labfile"
	"github.com/gatedrill/gatedrill/labs/syllabus"
)

// load returns the labs as shipped; none may have a problem.
func load(t *testing.T) []labs.Lab {
	t.Helper()
	l, problems := labfile.Open(content.Shared(), content.Labs())
	for _, p := range problems {
		t.Error(p)
	}
	if len(l.Labs) == 0 {
		t.Fatal("no labs")
	}
	return l.Labs
}

func TestLabsLoadAndCompile(t *testing.T) {
	t.Parallel()
	for _, lab := range load(t) {
		_, problems := check.Compile(&lab)
		for _, p := range problems {
			t.Error(p)
		}
	}
}

// Each layer that can break has a lab, both APIs are practised, and some
// fault is one that istioctl analyze does not see.
func TestLabsCoverTheRunbook(t *testing.T) {
	t.Parallel()
	breaks, shapes, unseen := map[labs.Step]int{}, map[string]int{}, 0
	for _, lab := range load(t) {
		for _, s := range lab.Breaks {
			breaks[s]++
		}
		for _, s := range lab.Shapes {
			shapes[s]++
		}
		unseen += len(lab.UnseenBy)
		if len(lab.Shortcuts) == 0 {
			t.Errorf("%s: no shortcut proves its guards", lab.ID)
		}
	}
	for _, s := range labs.Steps() {
		if len(s.Layers()) > 0 && breaks[s] == 0 {
			t.Errorf("no lab breaks %s", s)
		}
	}
	if shapes["gateway-api"] < 1 || shapes["istio-api"] < 2 || unseen < 1 {
		t.Errorf("shapes %v, unseen by analyze %d", shapes, unseen)
	}
}

// The syllabus is what labs are for: each stands in a row of it.
func TestLabsAreOfTheSyllabus(t *testing.T) {
	t.Parallel()
	s, problems := syllabus.Load(content.Shared())
	for _, p := range problems {
		t.Error(p)
	}
	for _, l := range s.Beside(load(t)) {
		t.Errorf("lab %s (catalogue %s) stands in no row of content/%s: put its id into the row that it is for", l.ID, l.Catalogue, syllabus.File)
	}
}

// Labs and cards are joined by ids in both directions.
func TestLabsAndCardsNameEachOther(t *testing.T) {
	t.Parallel()
	decks, problems := deck.Load(deck.Source{Name: "decks", FS: content.Decks()})
	if err := deck.Join(problems); err != nil {
		t.Fatal(err)
	}
	cards := map[string]bool{}
	labIDs := map[string]bool{}
	all := load(t)
	for _, lab := range all {
		labIDs[lab.ID] = true
	}
	for _, d := range decks {
		for _, c := range d.Cards {
			cards[c.ID] = true
			for _, id := range c.Labs {
				if !labIDs[id] {
					t.Errorf("card %s names lab %s: there is none", c.ID, id)
				}
			}
		}
	}
	for _, lab := range all {
		named := slices.Clone(lab.Cards)
		for _, p := range lab.Steps {
			named = append(named, p.Cards...)
		}
		for _, id := range named {
			if !cards[id] {
				t.Errorf("lab %s names card %s: there is none", lab.ID, id)
			}
		}
	}
}

// Mystery is kept: neither ticket nor title says the word that solves it.
func TestTicketsGiveNothingAway(t *testing.T) {
	t.Parallel()
	for _, lab := range load(t) {
		told := strings.ToLower(lab.Title + " " + lab.Ticket)
		for _, word := range []string{"virtualservice", "httproute", "destinationrule", "peerauthentication",
			"selector", "endpoint", "listener", "credentialname", "private key", "typo", "mtls", "strict"} {
			if strings.Contains(told, word) {
				t.Errorf("%s: title or ticket says %q", lab.ID, word)
			}
		}
	}
}

// A question that only a broken layer would be asked tells the verdict; a
// command that fetches by its name the object that is asked for, or searches
// for the words of a cause, tells the answer.
func TestQuestionsAndCommandsGiveNothingAway(t *testing.T) {
	t.Parallel()
	presumes := regexp.MustCompile(`(?i)\b(does not|cannot|can't|should|wrong|broken|missing|instead|as it does)\b`)
	named := regexp.MustCompile(`kubectl get (gateway|httproute|virtualservice|secret|destinationrule)[a-z0-9.]* [a-z0-9]`)
	pointed := regexp.MustCompile(`(?i)grep '?[^-|]*(conflict|error|reject|mismatch)|--sort-by`)
	for _, l := range load(t) {
		for name, s := range l.Steps {
			if s.Finding == nil {
				continue
			}
			if s.Finding.Accept == labs.AcceptObject && presumes.MatchString(s.Finding.Ask) {
				t.Errorf("%s %s: the question %q presumes a verdict", l.ID, name, s.Finding.Ask)
			}
			for _, look := range s.Look {
				if s.Finding.Accept == labs.AcceptObject && named.MatchString(look) && !strings.Contains(look, "credentialName") {
					t.Errorf("%s %s: the command %q names what is asked for", l.ID, name, look)
				}
				if pointed.MatchString(look) {
					t.Errorf("%s %s: the command %q points at the cause", l.ID, name, look)
				}
			}
		}
	}
}

// The gateway's address is not to be reached from everywhere: curl is led there
// by name, other clients by $GATEWAY_80 and $GATEWAY_443.
func TestCommandsReachTheGatewayFromEverywhere(t *testing.T) {
	t.Parallel()
	direct := regexp.MustCompile(`\$\{?GATEWAY_IP\}?:\d`)
	for _, l := range load(t) {
		for name, s := range l.Steps {
			for _, look := range s.Look {
				if direct.MatchString(look) {
					t.Errorf("%s %s: the command %q needs a way to the gateway's address; say $GATEWAY_443", l.ID, name, look)
				}
			}
		}
		text, err := fs.ReadFile(content.Labs(), l.ID+"/debrief.md")
		if err != nil {
			t.Fatal(err)
		}
		if found := direct.Find(text); found != nil {
			t.Errorf("%s: the debrief says %s; say $GATEWAY_443", l.ID, found)
		}
	}
}

// A debrief is read on a terminal, at most a page.
func TestDebriefsArePages(t *testing.T) {
	t.Parallel()
	for _, lab := range load(t) {
		text, err := fs.ReadFile(content.Labs(), lab.ID+"/debrief.md")
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > 50 {
			t.Errorf("%s: %d lines", lab.ID, n)
		}
		if !strings.Contains(string(text), "**Three commands to keep**") {
			t.Errorf("%s: no commands to keep", lab.ID)
		}
	}
}
