// Package keymap is the one table of keys: which key means what, where. Screens
// look a key up in the scope that is in force and act on the intent; footer and
// help are made from the same table.
package keymap

// Intent is what a key press asks for.
type Intent string

// Scope is where a set of keys is in force. A screen names its own scope,
// which may change with its state.
type Scope string

// The scopes. Global keys work everywhere, except that in a typing scope
// printable keys are text.
const (
	Global         Scope = "anywhere"
	Home           Scope = "home"
	ReviewQuestion Scope = "review, question"
	ReviewPick     Scope = "review, picking"
	ReviewType     Scope = "review, typing an answer"
	ReviewTyped    Scope = "review, answer not typed to the end"
	ReviewAnswer   Scope = "review, answer"
	ReviewFailed   Scope = "review, nothing loaded"
	ReviewSummary  Scope = "review, summary"
	LabWait        Scope = "lab, not open yet"
	LabBusy        Scope = "lab, being prepared or put back"
	LabTrouble     Scope = "lab, in trouble"
	LabDiagnose    Scope = "lab, diagnosis"
	LabShell       Scope = "lab, your shell"
	LabType        Scope = "lab, typing a finding"
	LabUnearned    Scope = "lab, mended before it was found"
	LabFix         Scope = "lab, repair"
	LabSolved      Scope = "lab, solved"
	List           Scope = "list"
	ListType       Scope = "list, typing a filter"
	CardList       Scope = "cards"
	Stats          Scope = "stats"
	Trace          Scope = "trace"
	TraceType      Scope = "trace, typing a URL"
	TraceHosts     Scope = "trace, hosts of the cluster"
	Tour           Scope = "tour"
	Settings       Scope = "settings"
	SettingsType   Scope = "settings, typing a value"
	Palette        Scope = "commands"
	Page           Scope = "page"
	Confirm        Scope = "question"
)

// Typing says whether printable keys are text in this scope.
func (s Scope) Typing() bool {
	return s == ReviewType || s == LabType || s == ListType || s == SettingsType || s == Palette || s == TraceType
}

// modal says whether what is on screen comes before everything else.
func (s Scope) modal() bool { return s == Page || s == Confirm }

// The intents.
const (
	Quit      Intent = "quit"
	Interrupt Intent = "interrupt"
	Help      Intent = "help"
	Commands  Intent = "commands"
	Sleep     Intent = "to the background"
	Before    Intent = "page before"
	OpenTour  Intent = "open tour"
	Back      Intent = "back"
	Go        Intent = "go"
	Up        Intent = "up"
	Down      Intent = "down"
	PageUp    Intent = "page up"
	PageDown  Intent = "page down"
	Top       Intent = "top"
	Bottom    Intent = "bottom"
	Filter    Intent = "filter"
	Again     Intent = "try again"
	Yes       Intent = "yes"

	OpenReview   Intent = "open review"
	OpenLabs     Intent = "open labs"
	OpenCards    Intent = "open cards"
	OpenStats    Intent = "open stats"
	OpenTrace    Intent = "open trace"
	OpenSettings Intent = "open settings"
	Default      Intent = "default"

	Reveal    Intent = "reveal"
	Pick1     Intent = "pick 1"
	Pick2     Intent = "pick 2"
	Pick3     Intent = "pick 3"
	Pick4     Intent = "pick 4"
	Pick5     Intent = "pick 5"
	Pick6     Intent = "pick 6"
	Edit      Intent = "edit the card"
	Problems  Intent = "problems of decks"
	RateAgain Intent = "rate again"
	RateHard  Intent = "rate hard"
	RateGood  Intent = "rate good"
	RateEasy  Intent = "rate easy"
	Undo      Intent = "undo"
	Suspend   Intent = "suspend"
	Bury      Intent = "bury"
	Mark      Intent = "mark"
	Forget    Intent = "forget"
	Cram      Intent = "cram"
	MoreNew   Intent = "more new cards"
	CardLab   Intent = "lab of the card"

	Shell       Intent = "shell"
	ShellWhole  Intent = "whole shell"
	LeaveShell  Intent = "to the lab"
	ScrollBack  Intent = "scroll back"
	ScrollForth Intent = "scroll forth"
	Wider       Intent = "wider"
	Narrower    Intent = "narrower"
	Answer      Intent = "answer"
	Healthy     Intent = "verdict healthy"
	Broken      Intent = "verdict broken"
	OffPath     Intent = "verdict not on path"
	Hint        Intent = "hint"
	Next        Intent = "next command"
	Copy        Intent = "copy command"
	Details     Intent = "details"
	Evidence    Intent = "evidence"
	Reset       Intent = "reset"
	Solution    Intent = "solution"
)

// Binding joins keys to an intent within a scope.
type Binding struct {
	Scope  Scope
	Keys   []string // as Bubble Tea names them
	Intent Intent
	Show   string // the key as printed: "⏎"
	Short  string // one or two words for the footer; "" leaves it out there
	Long   string // a sentence for the help
}

// Keys is a table of keys made ready to be asked.
type Keys struct {
	table  []Binding
	intent map[Scope]map[string]Intent
}

// New makes the keys of a table.
func New(table []Binding) *Keys {
	k := &Keys{table: table, intent: map[Scope]map[string]Intent{}}
	for _, b := range table {
		if k.intent[b.Scope] == nil {
			k.intent[b.Scope] = map[string]Intent{}
		}
		for _, key := range b.Keys {
			k.intent[b.Scope][key] = b.Intent
		}
	}
	return k
}

// Lookup finds the intent of a key in a scope, "" if it has none there.
func (k *Keys) Lookup(s Scope, key string) Intent { return k.intent[s][key] }

// Everywhere finds what a key means whatever is on screen, as far as it is no
// text there
// and nothing lies over the screen.
func (k *Keys) Everywhere(s Scope, key string) Intent {
	i := k.Lookup(Global, key)
	if s == LabShell {
		return "" // all keys are the shell's
	}
	if (s.Typing() || s.modal()) && i != Interrupt && i != Sleep {
		return ""
	}
	return i
}

// In returns the bindings of one scope in the order of the table.
func (k *Keys) In(s Scope) []Binding {
	var out []Binding
	for _, b := range k.table {
		if b.Scope == s {
			out = append(out, b)
		}
	}
	return out
}
