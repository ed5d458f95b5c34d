package sandbox

import (
	"errors"
	"fmt"
	"strings"
)

// Problem is one reason why the sandbox cannot run on this system.
type Problem struct {
	Setting string `json:"setting"` // "user.max_user_namespaces = 0"
	What    string `json:"what"`    // what it forbids
	Fix     string `json:"fix"`     // the command that allows it
}

func preflightError(problems []Problem) error {
	var b strings.Builder
	b.WriteString("this system does not allow the sandbox:")
	for _, p := range problems {
		fmt.Fprintf(&b, "\n  %s: %s\n    allow it with: %s", p.Setting, p.What, p.Fix)
	}
	return errors.New(b.String())
}
