package labs

// Use names something that is written once, with the values that make it this
// lab's own.
type Use struct {
	Name string            `yaml:"name"`
	With map[string]string `yaml:"with"`
	Pos  Pos               `yaml:"-"`
}

// Scene is a healthy world that labs break. Its texts hold ${name} in the
// places of its parameters; a lab that plays in it says what stands there.
type Scene struct {
	APIVersion string             `yaml:"apiVersion"`
	ID         string             `yaml:"id"`
	Title      string             `yaml:"title"`
	Parameters map[string]string  `yaml:"parameters"` // defaults; one may hold another's ${name}
	Shapes     []string           `yaml:"shapes"`
	Requires   []string           `yaml:"requires"`
	Gateway    string             `yaml:"gateway"`
	Requests   map[string]Request `yaml:"requests"`
	Steps      map[Step]StepPlan  `yaml:"steps"` // what a lab in this scene need not say itself

	Certificates []Certificate     `yaml:"certificates"`
	Tokens       []Token           `yaml:"tokens"`
	Outside      []Server          `yaml:"outside"`
	DNS          map[string]string `yaml:"dns"` // public records, see package outside

	Base Change `yaml:"-"` // base/
	Pos  Pos    `yaml:"-"`
}

// Fault is one thing that can be wrong in a scene: a change, and how it is
// taken back. Its texts hold ${name} in the places of its own parameters and
// of the scene's.
type Fault struct {
	APIVersion string            `yaml:"apiVersion"`
	ID         string            `yaml:"id"`
	Title      string            `yaml:"title"`     // what is wrong, for authors
	Catalogue  string            `yaml:"catalogue"` // "H1"
	Scenes     []string          `yaml:"scenes"`    // those it fits
	Parameters map[string]string `yaml:"parameters"`
	Requires   []string          `yaml:"requires"`
	Family     Family            `yaml:"family"`
	Layer      Layer             `yaml:"layer"`
	At         string            `yaml:"at"`        // the hop, where that matters
	Blames     string            `yaml:"blames"`    // the object to blame: "VirtualService shop/shop"
	UnseenBy   []string          `yaml:"unseen_by"` // diagnosers that stay silent: "analyze"
	Cards      []string          `yaml:"cards"`     // those it exercises
	Change     []Op              `yaml:"change"`
	Undo       []Op              `yaml:"undo"`
	Pos        Pos               `yaml:"-"`
}

// Family is a symptom as a client sees it. Faults of one family look alike.
type Family string

// The families.
const (
	FamilyUnresolved    Family = "unresolved"        // the name has no address
	FamilyRefused       Family = "refused"           // the connection is refused
	FamilyTimeout       Family = "timeout"           // no answer in time, or 504
	FamilyReset         Family = "reset"             // the connection is cut, in the handshake or later
	FamilyNotTLS        Family = "not-tls"           // TLS asked, something else answered; or the other way round
	FamilyCertificate   Family = "wrong-certificate" // the client does not accept the certificate
	FamilyRejected      Family = "client-rejected"   // the server does not accept the client's certificate, or its lack
	FamilyNotFound      Family = "not-found"         // 404 of the proxy
	FamilyRedirect      Family = "redirect-loop"     // redirects without end, or to nowhere
	FamilyUnauthorized  Family = "unauthorized"      // 401
	FamilyForbidden     Family = "forbidden"         // 403
	FamilyNoUpstream    Family = "no-upstream"       // 503 or 500: no cluster, no healthy endpoint
	FamilyUnreached     Family = "upstream-failure"  // 503: the connection to the upstream fails
	FamilyCutOff        Family = "upstream-closed"   // 503: the upstream closes the connection
	FamilyUpstreamError Family = "upstream-error"    // the server itself answers an error
	FamilyBlocked       Family = "blocked"           // 502 of the client's own sidecar, or its closed connection
	FamilySome          Family = "some-requests"     // some requests fail and others do not
	FamilyWrongAnswer   Family = "wrong-answer"      // 200, by the wrong server
	FamilyBypassed      Family = "bypassed"          // 200, by the wrong way or against policy
)

// Families lists the families.
func Families() []Family {
	return []Family{FamilyUnresolved, FamilyRefused, FamilyTimeout, FamilyReset, FamilyNotTLS, FamilyCertificate, FamilyRejected, FamilyNotFound,
		FamilyRedirect, FamilyUnauthorized, FamilyForbidden, FamilyNoUpstream, FamilyUnreached, FamilyCutOff, FamilyUpstreamError, FamilyBlocked,
		FamilySome, FamilyWrongAnswer, FamilyBypassed}
}

// Server is a server outside the mesh, found by its host's public record.
type Server struct {
	Host     string   `yaml:"host"`
	HTTP     int      `yaml:"http"`  // port, 0 for none
	HTTPS    int      `yaml:"https"` // port, 0 for none
	TCP      int      `yaml:"tcp"`   // port, 0 for none
	Names    []string `yaml:"names"` // in its certificate; its host when empty
	CA       string   `yaml:"ca"`    // "public" when empty
	Days     int      `yaml:"days"`  // validity of its certificate
	ClientCA string   `yaml:"clientCA"`
	Args     []string `yaml:"args"` // more flags of the workload
	Pos      Pos      `yaml:"-"`
}
