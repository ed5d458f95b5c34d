package labs

// Showing is a world in which the facts of cards can be seen: a scene, and what
// is done to it in one view after the other. Each view begins with the scene
// as it is.
type Showing struct {
	APIVersion   string             `yaml:"apiVersion"`
	ID           string             `yaml:"id"` // what cards call it by: shown: edge
	Title        string             `yaml:"title"`
	Scene        Use                `yaml:"scene"`
	Requests     map[string]Request `yaml:"requests"` // beside the scene's, as what follows
	Certificates []Certificate      `yaml:"certificates"`
	Tokens       []Token            `yaml:"tokens"`
	Outside      []Server           `yaml:"outside"`
	DNS          map[string]string  `yaml:"dns"`
	Views        []Sight            `yaml:"views"`

	// Lab is all of it as labs are played: its goals are the facts that are
	// expressions, by Sight.Goal.
	Lab Lab `yaml:"-"`
	Pos Pos `yaml:"-"`
}

// Sight is a change of the scene, and what is to be seen then.
type Sight struct {
	Title  string            `yaml:"title"`
	Fault  Use               `yaml:"fault"`  // of the library, or
	Change []Op              `yaml:"change"` // of its own, or neither: the scene as it is
	Facts  map[string]Taught `yaml:"facts"`  // by the id of the card that teaches it
	Pos    Pos               `yaml:"-"`

	Does Change `yaml:"-"` // the fault's change, or its own
}

// Taught is what a card teaches, as the cluster is asked for it: by an
// expression, by a command, or by both.
type Taught struct {
	That   Expr     `yaml:"that"`
	Run    string   `yaml:"run"`
	Prints []string `yaml:"prints"` // each stands in the command's output
	Lacks  []string `yaml:"lacks"`  // none stands there
	Pos    Pos      `yaml:"-"`
}

// Goal is the title of the goal that a card's fact is in the Showing's lab.
func (v Sight) Goal(card string) string { return v.Title + ": " + card }
