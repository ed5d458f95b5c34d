package labs

// StepPlan is what a lab says of one runbook step.
type StepPlan struct {
	At      string   `yaml:"at"`   // the hop that the step asks about; "" = all, summed up
	Look    []string `yaml:"look"` // commands, as they stand
	Finding *Finding `yaml:"finding"`
	Hints   []string `yaml:"hints"` // from where to look to what to compare
	Wrong   string   `yaml:"wrong"` // said to a wrong finding; never the fix
	Cards   []string `yaml:"cards"` // due after a wrong verdict here, when the lab ends; the lab's when empty
	Pos     Pos      `yaml:"-"`

	Places map[string][]Pos `yaml:"-" json:"-"` // of the items of its lists: "look"
}

// Place is where an item of one of its lists stands, or the step itself.
func (p StepPlan) Place(list string, i int) Pos {
	if places := p.Places[list]; i < len(places) {
		return places[i]
	}
	return p.Pos
}

// Finding is a question whose true answer the cluster is asked for.
type Finding struct {
	Ask    string   `yaml:"ask"`
	Truth  Expr     `yaml:"truth"`
	Accept Accept   `yaml:"accept"` // AcceptText when empty
	Is     Literals `yaml:"is"`     // the author's own answer, to prove Truth by; none where it differs from run to run
	Pos    Pos      `yaml:"-"`
}

// Literals are values that an author wrote out: one, or a list.
type Literals []string

// Accept says how an answer is compared with the truth.
type Accept string

// The ways to compare. When the truth is a list, any of its elements is a
// right answer, except for AcceptSet, where all are wanted.
const (
	AcceptText    Accept = "text"    // words, case and spacing aside
	AcceptFlag    Accept = "flag"    // response flags: "NR", "URX,UF"; "-" for none
	AcceptObject  Accept = "object"  // "VirtualService shop/shop", "vs/shop.shop"
	AcceptNumber  Accept = "number"  // 404, 8443
	AcceptBoolean Accept = "boolean" // yes, no
	AcceptHost    Accept = "host"    // shop.example.com, without scheme, port, last dot
	AcceptSerial  Accept = "serial"  // certificate serial, colons and case aside
	AcceptSet     Accept = "set"     // all elements, in any order
)

// Accepts lists the ways to compare.
func Accepts() []Accept {
	return []Accept{AcceptText, AcceptFlag, AcceptObject, AcceptNumber, AcceptBoolean, AcceptHost, AcceptSerial, AcceptSet}
}
