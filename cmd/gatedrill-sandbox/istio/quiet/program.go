package quiet

import "path"

// Program says which of Istio's programs a command line asks for: by the name
// it was started under, else by its first argument; "" when by neither.
func Program(args []string) string {
	if len(args) == 0 {
		return ""
	}
	if p := path.Base(args[0]); known(p) {
		return p
	}
	if len(args) > 1 && known(args[1]) {
		return args[1]
	}
	return ""
}

func known(p string) bool {
	return p == "pilot-discovery" || p == "pilot-agent" || p == "istioctl"
}
