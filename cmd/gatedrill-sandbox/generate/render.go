package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	mesh "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/operator/pkg/helm"
	"istio.io/istio/operator/pkg/values"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/version"
	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs/cluster/install"
)

const (
	manifests = "labs/cluster/install/manifests/"
	bootstrap = "labs/cluster/sandbox/programs/envoy_bootstrap_tmpl.json"
)

// settings are the values of every profile: small requests (istiod asks for
// 2 GiB otherwise), no autoscaling, no disruption budgets in a cluster of one
// node, and an access log in Istio's own format.
const settings = `
spec:
  values:
    global:
      hub: ` + install.HubMark + `
      tag: ` + install.TagMark + `
      istioNamespace: ` + install.Namespace + `
      imagePullPolicy: IfNotPresent
      defaultPodDisruptionBudget: {enabled: false}
      proxy: {resources: {requests: {cpu: 10m, memory: 40Mi}}}
    pilot:
      autoscaleEnabled: false
      resources: {requests: {cpu: 10m, memory: 128Mi}}
    gateways:
      istio-ingressgateway: {autoscaleEnabled: false, resources: {requests: {cpu: 10m, memory: 40Mi}}}
      istio-egressgateway: {autoscaleEnabled: false, resources: {requests: {cpu: 10m, memory: 40Mi}}}
    meshConfig: {accessLogFile: /dev/stdout}
`

// render returns every generated file by its path in the repository.
func render() (map[string][]byte, error) {
	files := map[string][]byte{}
	vals, err := values.MapFromYaml([]byte(settings))
	if err != nil {
		return nil, fmt.Errorf("read the values: %w", err)
	}
	base, err := chart("istio-base", "base", vals)
	if err != nil {
		return nil, err
	}
	crds, rest := split(base)
	files[manifests+install.FileIstioCRDs], files[manifests+install.FileBase] = crds, rest
	for name, c := range map[string][2]string{
		install.FileIstiod:  {"istiod", "istio-control/istio-discovery"},
		install.FileIngress: {"istio-ingressgateway", "gateways/istio-ingress"},
		install.FileEgress:  {"istio-egressgateway", "gateways/istio-egress"},
	} {
		objs, err := chart(c[0], c[1], vals)
		if err != nil {
			return nil, err
		}
		_, files[manifests+name] = split(objs)
	}
	if err := gatewayAPI(files); err != nil {
		return nil, err
	}
	files[manifests+install.FileMeshKeys] = meshKeys()
	files[bootstrap], err = bootstrapTemplate()
	return files, err
}

// chart renders one chart of the Istio module.
func chart(release, dir string, vals values.Map) ([]*unstructured.Unstructured, error) {
	kube := &version.Info{Major: "1", Minor: "36", GitVersion: "v1.36.1"}
	ms, warnings, err := helm.Render(release, install.Namespace, dir, vals, kube)
	if err != nil {
		return nil, fmt.Errorf("render chart %s: %w", dir, err)
	}
	if len(warnings) > 0 {
		return nil, fmt.Errorf("render chart %s: %v", dir, warnings)
	}
	var out []*unstructured.Unstructured
	for _, m := range ms {
		out = append(out, m.Unstructured)
	}
	return out, nil
}

// split writes definitions and all other objects as two sorted streams.
func split(objs []*unstructured.Unstructured) (crds, rest []byte) {
	slices.SortStableFunc(objs, func(a, b *unstructured.Unstructured) int {
		return strings.Compare(a.GetKind()+"/"+a.GetName(), b.GetKind()+"/"+b.GetName())
	})
	for _, u := range objs {
		b, err := yaml.Marshal(u.Object)
		if err != nil {
			panic(err) // it came out of YAML
		}
		doc := append([]byte("---\n"), b...)
		if u.GetKind() == "CustomResourceDefinition" {
			crds = append(crds, doc...)
		} else {
			rest = append(rest, doc...)
		}
	}
	return crds, rest
}

// gatewayAPI joins the definitions of both channels. The admission policy
// that guards upgrades between channels is left out: the sandbox changes
// channel on purpose.
func gatewayAPI(files map[string][]byte) error {
	dir, err := moduleDir("sigs.k8s.io/gateway-api")
	if err != nil {
		return err
	}
	for channel, name := range map[string]string{
		"standard": install.FileStandardCRDs, "experimental": install.FileExperimentalCRDs,
	} {
		paths, err := filepath.Glob(filepath.Join(dir, "config", "crd", channel, "gateway.networking.*.yaml"))
		if err != nil {
			return err
		}
		var objs []*unstructured.Unstructured
		for _, p := range paths {
			b, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			docs, err := install.Decode(b)
			if err != nil {
				return fmt.Errorf("%s: %w", p, err)
			}
			for _, u := range docs {
				unstructured.RemoveNestedField(u.Object, "status")
				objs = append(objs, u)
			}
		}
		files[manifests+name], _ = split(objs)
		if len(files[manifests+name]) == 0 {
			return fmt.Errorf("no definitions in %s, channel %s", dir, channel)
		}
	}
	return nil
}

// bootstrapTemplate is Istio's template of Envoy's bootstrap without the
// parts that need an extension of Istio's own Envoy.
func bootstrapTemplate() ([]byte, error) {
	dir, err := moduleDir("istio.io/istio")
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(dir, "tools", "packaging", "common", "envoy_bootstrap.json"))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	skipping, skipped := false, 0
	for line := range bytes.Lines(b) {
		if bytes.Contains(line, []byte("if .metadata_discovery")) {
			skipping = true
			skipped++
		}
		if !skipping {
			out.Write(line)
		} else if bytes.Contains(line, []byte("- end }}")) {
			skipping = false
		}
	}
	if skipped == 0 || skipping {
		return nil, fmt.Errorf("%s: metadata_discovery is not where it was; read the template again", dir)
	}
	return out.Bytes(), nil
}

// meshKeys lists the settings of the mesh configuration, as they are read from
// YAML: each by two names.
func meshKeys() []byte {
	var names []string
	fields := (&mesh.MeshConfig{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		names = append(names, fields.Get(i).JSONName(), string(fields.Get(i).Name()))
	}
	slices.Sort(names)
	return []byte(strings.Join(slices.Compact(names), "\n") + "\n")
}

func moduleDir(module string) (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("find module %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}
