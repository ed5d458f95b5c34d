package install

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	kyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/gatedrill/gatedrill/labs/outside"
)

//go:embed manifests/*.yaml
var manifests embed.FS

// Manifest returns one of the embedded files with the profile's marks still
// in it. Names are those of Files.
func Manifest(name string) ([]byte, error) {
	return manifests.ReadFile("manifests/" + name)
}

// The embedded files.
const (
	FileIstioCRDs        = "crds-istio.yaml"
	FileStandardCRDs     = "crds-gateway-standard.yaml"
	FileExperimentalCRDs = "crds-gateway-experimental.yaml"
	FileBase             = "base.yaml"
	FileIstiod           = "istiod.yaml"
	FileIngress          = "ingressgateway.yaml"
	FileEgress           = "egressgateway.yaml"
)

// set is what will be applied, in groups that follow one another.
type set struct {
	namespaces, crds, istiod, ingress, egress []*unstructured.Unstructured

	hash string // over everything above
}

func load(o Options) (*set, error) {
	gwapi := FileStandardCRDs
	switch o.CRDs {
	case "", Standard:
	case Experimental:
		gwapi = FileExperimentalCRDs
	default:
		return nil, fmt.Errorf("gateway API definitions %q: want %q or %q", o.CRDs, Standard, Experimental)
	}
	l := loader{profile: o.Profile, sum: sha256.New()}
	s := &set{namespaces: []*unstructured.Unstructured{namespace()}}
	s.crds = append(l.file(FileIstioCRDs), l.file(gwapi)...)
	s.istiod = append(l.file(FileBase), l.file(FileIstiod)...)
	s.ingress = l.file(FileIngress)
	if o.Egress {
		s.egress = resolvedBy(o.Resolver, l.file(FileEgress))
	}
	if l.err != nil {
		return nil, l.err
	}
	if err := settle(s.istiod, o); err != nil {
		return nil, err
	}
	fmt.Fprintf(l.sum, "%v %s", o.Profile, o.MeshConfig)
	s.hash = hex.EncodeToString(l.sum.Sum(nil))
	return s, nil
}

// resolvedBy makes the Deployments' pods ask a DNS server, if one is given.
func resolvedBy(address string, objs []*unstructured.Unstructured) []*unstructured.Unstructured {
	for _, u := range objs {
		if spec, _, _ := unstructured.NestedMap(u.Object, "spec", "template", "spec"); address != "" && u.GetKind() == "Deployment" {
			outside.ResolveBy(spec, address, u.GetNamespace())
			_ = unstructured.SetNestedMap(u.Object, spec, "spec", "template", "spec") // it was there a moment ago
		}
	}
	return objs
}

// Objects returns everything that Apply would apply, in its order.
func Objects(o Options) ([]*unstructured.Unstructured, error) {
	s, err := load(o)
	if err != nil {
		return nil, err
	}
	return slices.Concat(s.namespaces, s.crds, s.istiod, s.ingress, s.egress), nil
}

// loader reads manifests, keeps the first error and sums what it read.
type loader struct {
	profile Profile
	sum     hash.Hash
	err     error
}

func (l *loader) file(name string) []*unstructured.Unstructured {
	if l.err != nil {
		return nil
	}
	b, err := Manifest(name)
	if err != nil {
		l.err = fmt.Errorf("read embedded manifest %s: %w", name, err)
		return nil
	}
	l.sum.Write(b)
	text := strings.NewReplacer(HubMark, l.profile.Hub, TagMark, l.profile.Tag).Replace(string(b))
	objs, err := Decode([]byte(text))
	if err != nil {
		l.err = fmt.Errorf("embedded manifest %s: %w", name, err)
	}
	return objs
}

// Decode splits a YAML stream into objects.
func Decode(stream []byte) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	r := kyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(stream)))
	for {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		u := &unstructured.Unstructured{}
		text, err := yaml.YAMLToJSON(doc)
		if err == nil { // Kubernetes' own decoder keeps whole numbers whole
			err = json.Unmarshal(text, &u.Object)
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", len(out)+1, err)
		}
		if len(u.Object) > 0 {
			out = append(out, u)
		}
	}
}

func namespace() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": Namespace},
	}}
}
