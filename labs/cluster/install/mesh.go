package install

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	_ "embed"

	"sigs.k8s.io/yaml"
)

// FileMeshKeys lists the settings that Istio's mesh configuration has, in both
// spellings that istiod reads; see the heavy module's generate command.
const FileMeshKeys = "mesh-keys.txt"

//go:embed manifests/mesh-keys.txt
var meshKeys string

// MeshError is what is wrong with mesh settings.
type MeshError struct {
	Line int // counted from 1; 0 when it is not known
	What string
}

func (e *MeshError) Error() string {
	if e.Line == 0 {
		return e.What
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.What)
}

// yamlWords finds line and reason in what the YAML reader says.
var yamlWords = regexp.MustCompile(`(?s)yaml: (?:unmarshal errors:\s*)?(?:line (\d+): )?(.*)`)

// CheckMesh says whether a text can be laid over the mesh configuration: it is
// YAML, a mapping, and all its keys are settings that Istio has. What stands
// below them, istiod judges.
func CheckMesh(text []byte) error {
	var tree any
	if err := yaml.UnmarshalStrict(text, &tree); err != nil {
		e := &MeshError{What: "it is no YAML: " + err.Error()}
		if m := yamlWords.FindStringSubmatch(err.Error()); m != nil {
			e.What = "it is no YAML: " + strings.ReplaceAll(m[2], "\n", "; ")
			e.Line, _ = strconv.Atoi(m[1]) // digits, or none
		}
		return e
	}
	if tree == nil {
		return nil
	}
	over, ok := tree.(map[string]any)
	if !ok {
		return &MeshError{What: "it is no mapping: want settings of Istio's mesh configuration, such as outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}
	}
	known := strings.Fields(meshKeys)
	for _, k := range slices.Sorted(maps.Keys(over)) {
		if !slices.Contains(known, k) {
			return &MeshError{Line: lineOf(text, k), What: fmt.Sprintf("Istio's mesh configuration has no setting %q", k)}
		}
	}
	return nil
}

// lineOf finds a key of the outermost mapping, 0 when it is written in a way
// that hides it.
func lineOf(text []byte, key string) int {
	for i, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(strings.Trim(line, `'"`), key); ok && strings.HasPrefix(strings.TrimLeft(rest, `'" `), ":") {
			return i + 1
		}
	}
	return 0
}
