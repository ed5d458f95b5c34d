package check

import (
	"slices"
	"strings"

	"github.com/gatedrill/gatedrill/labs"
)

// Misread says in which form an answer is wanted that cannot be read as one
// of the kind asked for: "vs shop" where an object is asked for. Such an
// answer is a slip of the fingers, not of the mind. It is empty for whatever
// can be read, right or wrong.
func (t Truth) Misread(answer string) string {
	if t.Accepts(answer) {
		return ""
	}
	switch t.accept {
	case labs.AcceptNumber:
		if number(answer) == "" {
			return "Type a number."
		}
	case labs.AcceptBoolean:
		if boolean(answer) == "" {
			return "Type yes or no."
		}
	case labs.AcceptObject:
		o := object(answer)
		switch {
		case o == "":
			return "Type the object as: kind namespace/name."
		case kindless(answer):
			return "Name the kind too: kind namespace/name."
		case strings.Contains(o, " /") && !slices.ContainsFunc(t.values, func(v string) bool { return strings.Contains(object(v), " /") }):
			return "Name the namespace too: kind namespace/name."
		}
	case labs.AcceptFlag:
		for _, f := range strings.Split(flag(answer), ",") {
			if f != "-" && !slices.Contains(flags(), f) {
				return "Type the response flag as the log has it: a few capital letters, or - when there is none."
			}
		}
	case labs.AcceptText, labs.AcceptHost, labs.AcceptSerial, labs.AcceptSet:
	}
	return ""
}

// kindless says whether an answer is a namespace and a name alone, which reads
// like kind/name.
func kindless(answer string) bool {
	f := strings.Fields(answer)
	if len(f) != 1 {
		return false
	}
	first, rest, ok := strings.Cut(strings.Trim(f[0], "\"'`."), "/")
	return ok && !strings.ContainsAny(rest, "/.") && !IsKind(strings.ToLower(first))
}

// flags lists the response flags of Envoy 1.40.
func flags() []string {
	return strings.Fields("LH UH UT LR UR UF UC UO NR DI FI RL UAEX RLSE DC URX SI IH DPE UMSDR RFCF NFCF DT UPE NC OM DF DO DR UDO")
}
