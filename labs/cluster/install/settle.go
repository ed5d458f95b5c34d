package install

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// settle writes the profile and the user's mesh settings into istiod's
// Deployment and the mesh ConfigMap.
func settle(objs []*unstructured.Unstructured, o Options) error {
	deploy, mesh := find(objs, "Deployment", "istiod"), find(objs, "ConfigMap", "istio")
	if deploy == nil || mesh == nil {
		return fmt.Errorf("embedded manifest %s: no Deployment istiod or no ConfigMap istio in it", FileIstiod)
	}
	if err := addEnv(deploy, o.Profile.IstiodEnv); err != nil {
		return err
	}
	return layMesh(mesh, []byte(o.Profile.Mesh), o.MeshConfig)
}

func find(objs []*unstructured.Unstructured, kind, name string) *unstructured.Unstructured {
	i := slices.IndexFunc(objs, func(u *unstructured.Unstructured) bool {
		return u.GetKind() == kind && u.GetName() == name
	})
	if i < 0 {
		return nil
	}
	return objs[i]
}

// addEnv sets variables of istiod's only container, replacing those there.
func addEnv(deploy *unstructured.Unstructured, env map[string]string) error {
	cs, _, err := unstructured.NestedSlice(deploy.Object, "spec", "template", "spec", "containers")
	if err != nil || len(cs) != 1 {
		return fmt.Errorf("deployment istiod: want one container, got %d (%v)", len(cs), err)
	}
	c, ok := cs[0].(map[string]any)
	if !ok {
		return fmt.Errorf("deployment istiod: its container is a %T", cs[0])
	}
	vars, _, err := unstructured.NestedSlice(c, "env")
	if err != nil {
		return fmt.Errorf("deployment istiod: %w", err)
	}
	vars = slices.DeleteFunc(vars, func(v any) bool {
		m, _ := v.(map[string]any)
		name, _ := m["name"].(string)
		_, set := env[name]
		return set
	})
	for _, k := range sortedKeys(env) {
		vars = append(vars, map[string]any{"name": k, "value": env[k]})
	}
	c["env"] = vars
	return unstructured.SetNestedSlice(deploy.Object, cs, "spec", "template", "spec", "containers")
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// layMesh lays YAML documents over the mesh configuration, later over earlier.
func layMesh(cm *unstructured.Unstructured, layers ...[]byte) error {
	text, _, err := unstructured.NestedString(cm.Object, "data", "mesh")
	if err != nil {
		return fmt.Errorf("configmap istio: %w", err)
	}
	mesh := map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &mesh); err != nil {
		return fmt.Errorf("configmap istio: mesh: %w", err)
	}
	for _, l := range layers {
		over := map[string]any{}
		if err := yaml.Unmarshal(l, &over); err != nil {
			return fmt.Errorf("mesh configuration: %w", err)
		}
		merge(mesh, over)
	}
	out, err := yaml.Marshal(mesh)
	if err != nil {
		return fmt.Errorf("configmap istio: mesh: %w", err)
	}
	return unstructured.SetNestedField(cm.Object, string(out), "data", "mesh")
}

// merge is a JSON merge patch: maps are merged, null deletes, all else
// replaces.
func merge(dst, over map[string]any) {
	for k, v := range over {
		switch v := v.(type) {
		case nil:
			delete(dst, k)
		case map[string]any:
			d, ok := dst[k].(map[string]any)
			if !ok {
				d = map[string]any{}
			}
			merge(d, v)
			dst[k] = d
		default:
			dst[k] = v
		}
	}
}
