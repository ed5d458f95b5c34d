// Command generate renders the manifests that every backend installs from
// the charts in the Istio module, and takes the Gateway API's definitions and
// Envoy's bootstrap template from their modules. Run it from the module's
// directory after a change of version: go run ./generate
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// root is the root module's directory, seen from this module's.
const root = "../.."

func main() {
	files, err := render()
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(root, name), b, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "generate:", err)
			os.Exit(1)
		}
		fmt.Println(name)
	}
}
