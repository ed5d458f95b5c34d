package labs

import (
	"fmt"
	"slices"
	"time"
)

// FormatVersion is what every lab.yaml and world.yaml states as apiVersion.
const FormatVersion = "gatedrill/v1"

// DefaultGateway is the Service that a lab's requests enter by when neither
// the lab nor the request says otherwise.
const DefaultGateway = "istio-system/istio-ingressgateway"

// Pos is a place in a lab's file, for errors. Line and Column count from 1.
type Pos struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// String renders file:line:column.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one thing wrong with a lab's files.
type Problem struct {
	Pos
	Text  string `json:"text,omitempty"` // the offending text, one line
	Words string `json:"words"`          // what is wrong, and what is wanted
}

// String renders file:line:column: words: offending text.
func (p Problem) String() string {
	if p.Text == "" {
		return p.Pos.String() + ": " + p.Words
	}
	return fmt.Sprintf("%s: %s: %q", p.Pos, p.Words, p.Text)
}

// Expr is a CEL expression with the place it stands at.
type Expr struct {
	Text string
	Pos  Pos // of its first character
}

// Lab is one lab as its folder states it.
type Lab struct {
	APIVersion   string             `yaml:"apiVersion"`
	ID           string             `yaml:"id"`
	Title        string             `yaml:"title"`
	Catalogue    string             `yaml:"catalogue"`
	Shapes       []string           `yaml:"shapes"`
	Minutes      int                `yaml:"minutes"`
	Difficulty   int                `yaml:"difficulty"` // 1 … 5
	Requires     []string           `yaml:"requires"`   // capabilities of the backend
	Breaks       []Step             `yaml:"breaks"`
	UnseenBy     []string           `yaml:"unseen_by"` // diagnosers that stay silent: "analyze"
	After        []string           `yaml:"after"`     // labs that it presumes
	Scene        Use                `yaml:"scene"`     // the healthy world that it plays in
	FaultOf      Use                `yaml:"fault"`     // from the library, in place of a folder fault/
	Behind       Use                `yaml:"behind"`    // a second fault of the library, which shows once the first is mended
	Healthy      string             `yaml:"healthy"`   // nothing is broken: title of the goal that a complete diagnosis meets
	Ticket       string             `yaml:"ticket"`
	Gateway      string             `yaml:"gateway"`  // ns/service, DefaultGateway when empty; ${GATEWAY_IP}
	Requests     map[string]Request `yaml:"requests"` // "main" is the one traced
	Certificates []Certificate      `yaml:"certificates"`
	Tokens       []Token            `yaml:"tokens"`
	Outside      []Server           `yaml:"outside"` // servers outside, beside the scene's
	DNS          map[string]string  `yaml:"dns"`     // public records, beside the scene's: see package outside
	Steps        map[Step]StepPlan  `yaml:"steps"`
	Goals        []Check            `yaml:"goals"`
	Guards       []Check            `yaml:"guards"`
	Shortcuts    []Shortcut         `yaml:"shortcuts"`
	Cards        []string           `yaml:"cards"`

	// Homes are the namespaces of the scene and the base. They stay when the lab ends, because
	// removing one takes seconds.
	Homes []Manifest `yaml:"-"`
	// Internet is what the scene has outside of the cluster: servers, and
	// their records. It is there before the base, so that no proxy asks for a
	// name in vain.
	Internet  Change   `yaml:"-"`
	Base      Change   `yaml:"-"` // the scene's base/, with the lab's own in place of what it has too
	Fault     Change   `yaml:"-"` // fault/
	Solutions []Change `yaml:"-"` // solution/, solution-2/ …; else what takes the library's faults back
	Halves    []Half   `yaml:"-"` // of two faults, each mended without the other
	Debrief   string   `yaml:"-"` // debrief.md, Markdown

	From   string         `yaml:"-"` // the folder that it comes from; "" for the program's own
	Pos    Pos            `yaml:"-"`
	Places map[string]Pos `yaml:"-"` // of the keys in lab.yaml: "ticket", "requests.main"
}

// Place is where a key of lab.yaml stands, or the file where it does not.
func (l *Lab) Place(key string) Pos {
	if p, ok := l.Places[key]; ok {
		return p
	}
	return Pos{File: l.Pos.File}
}

// Half mends one of two faults. The other one breaks the path then.
type Half struct {
	Mended string // id of the fault
	Change Change
	Breaks []Step
}

// Reports are the layers that a step's verdict is about: those of the hop
// that the lab names for it, else summed up over all hops.
func (l *Lab) Reports(s Step, p Path) []LayerReport {
	at := l.Steps[s].At
	var out []LayerReport
	for _, layer := range s.Layers() {
		if at == "" {
			out = append(out, p.Layer(layer))
		} else {
			out = append(out, p.LayerAt(at, layer))
		}
	}
	return out
}

// Main is the request that the runbook is walked with.
func (l *Lab) Main() Request { return l.Requests[MainRequest] }

// MainRequest is the name of the request that every lab must have.
const MainRequest = "main"

// Check is a goal or a guard: an expression that holds when it is met.
type Check struct {
	Title string `yaml:"title"`
	That  Expr   `yaml:"that"`
	Pos   Pos    `yaml:"-"`
}

// Shortcut is a way to silence the symptom that a guard must refuse.
type Shortcut struct {
	Title     string `yaml:"title"`
	Apply     string `yaml:"apply"`      // a file or folder below the lab's
	StoppedBy string `yaml:"stopped_by"` // title of the guard
	Change    Change `yaml:"-"`
	Pos       Pos    `yaml:"-"`
}

// Certificate is issued when the change that declares it is applied.
type Certificate struct {
	Secret   string   `yaml:"secret"`    // ns/name the Secret is written to
	Client   string   `yaml:"client"`    // instead: name of a client's certificate, for Request.Cert
	CA       string   `yaml:"ca"`        // "public" when empty; any other name is a CA of its own
	Names    []string `yaml:"names"`     // DNS names; the first is the common name
	Starts   int      `yaml:"starts"`    // days from now, -1 when 0
	Days     int      `yaml:"days"`      // validity from its start, 90 when 0
	Usage    string   `yaml:"usage"`     // "server" when empty, "client" where Client is set; a proxy that presents it to a server needs "client"
	Key      string   `yaml:"key"`       // "other": the key put beside the certificate is not its own
	Chain    string   `yaml:"chain"`     // "full" (leaf and issuing CA, the default), "leaf", "root" (all three), "reversed" (issuing CA first)
	Holds    []string `yaml:"holds"`     // keys of the Secret, tls.crt and tls.key when empty; ca.crt too
	ClientCA string   `yaml:"client_ca"` // whose CA certificate ca.crt holds; CA when empty
	Pos      Pos      `yaml:"-"`
}

// Token is a JSON Web Token that clients of a lab have: ${TOKEN:name} in a
// request's headers, $TOKEN_NAME in the learner's shell. It is signed when the
// lab starts, and checked by ${JWKS:key}.
type Token struct {
	Name     string         `yaml:"name"`
	Issuer   string         `yaml:"issuer"`
	Subject  string         `yaml:"subject"`
	Audience []string       `yaml:"audience"`
	Claims   map[string]any `yaml:"claims"`  // beside these
	Key      string         `yaml:"key"`     // name of the signer's key, see SignedBy
	Expired  bool           `yaml:"expired"` // since yesterday
	Pos      Pos            `yaml:"-"`
}

// SignedBy is the name of the key that signs the token: "login" unless it says.
func (t Token) SignedBy() string {
	if t.Key == "" {
		return "login"
	}
	return t.Key
}

// World is what all labs share. It is applied before a lab and stays in place
// between labs.
type World struct {
	APIVersion   string        `yaml:"apiVersion"`
	Certificates []Certificate `yaml:"certificates"`
	Change       Change        `yaml:"-"`
	Pos          Pos           `yaml:"-"`
}

// For is the world with the namespaces that a lab plays in.
func (w World) For(l *Lab) World {
	w.Change.Objects = slices.Concat(w.Change.Objects, l.Homes)
	return w
}

// Change is what a folder of a lab does to the cluster: its manifests are
// applied first, ordered by kind; then its operations run in order.
type Change struct {
	Objects []Manifest
	Ops     []Op
}

// Empty says that the change does nothing.
func (c Change) Empty() bool { return len(c.Objects) == 0 && len(c.Ops) == 0 }

// Manifest is one Kubernetes object. Strings in it may hold ${GATEWAY_IP} or
// ${ADDRESS:ns/service}, ${CA:name} for the certificate of a CA, ${JWKS:key}
// for the key set of a signer of tokens, or ${TOKEN:name}, replaced when it is
// applied.
type Manifest struct {
	Object map[string]any
	Text   string // as it stands in the file, for the learner to read
	Pos    Pos
}

// Op is one operation; exactly one of its fields is set.
type Op struct {
	Apply       []Manifest   // the manifests of a file of the same folder
	Delete      *Object      // gone when it returns
	Recreate    *Object      // deleted and made again as it was: now it is the younger
	Patch       *Patch       //
	Restart     *Object      // a Deployment, StatefulSet or DaemonSet: until new pods are ready and the old ones gone
	Wait        *Wait        //
	Certificate *Certificate // issued and written
	Pause       time.Duration
	Pos         Pos
}

// Wait waits until a condition of an object has a status, "True" or "False",
// or, where the condition is called "gone", until there is no such object.
type Wait struct {
	Object            Object
	Condition, Status string
}

// Gone is the Condition of an object that is not there.
const Gone = "gone"

// Patch changes an object that exists by a merge patch or a JSON patch.
type Patch struct {
	Object Object
	Merge  map[string]any
	JSON   []any
}
