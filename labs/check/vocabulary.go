package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"

	"github.com/gatedrill/gatedrill/labs"
)

// The names of the variables' types. What is asked of one layer has a type of
// its own, "gatedrill.layer.route".
const (
	answersType = "gatedrill.requests"
	answerType  = "gatedrill.request"
	pathsType   = "gatedrill.trace"
	pathType    = "gatedrill.path"
	hopType     = "gatedrill.hop"
	layerType   = "gatedrill.layer."
)

// vocabulary makes types of the facts that package labs lists, so that a
// question which asks for what there is not, or compares a number with text,
// does not compile.
type vocabulary struct {
	types.Provider
	fields map[string]map[string]*types.Type // by type and name
	missed map[string]string                 // name that no type had → the type asked last
}

func newVocabulary(requests []string) *vocabulary {
	v := &vocabulary{missed: map[string]string{}, fields: map[string]map[string]*types.Type{
		answersType: {}, pathsType: {},
		answerType: fieldsOf(labs.AnswerFacts()),
		pathType:   fieldsOf(labs.PathFacts()),
		hopType:    fieldsOf(labs.HopFacts()),
	}}
	for _, r := range requests {
		v.fields[answersType][r] = types.NewObjectType(answerType)
		v.fields[pathsType][r] = types.NewObjectType(pathType)
	}
	for _, l := range labs.Layers() {
		name := layerType + string(l)
		v.fields[name] = fieldsOf(labs.LayerFacts(), labs.FactsOf(l))
		v.fields[pathType][string(l)] = types.NewObjectType(name)
		v.fields[hopType][string(l)] = types.NewObjectType(name)
	}
	return v
}

func fieldsOf(lists ...[]labs.Fact) map[string]*types.Type {
	out := map[string]*types.Type{}
	for _, f := range slices.Concat(lists...) {
		out[f.Name] = typeOf(f.Type)
	}
	return out
}

func typeOf(t labs.FactType) *types.Type {
	switch t {
	case labs.FactNumber:
		return types.IntType
	case labs.FactDuration:
		return types.DoubleType
	case labs.FactBoolean:
		return types.BoolType
	case labs.FactNames:
		return types.NewMapType(types.StringType, types.StringType)
	case labs.FactList:
		return types.NewListType(types.StringType)
	case labs.FactText, labs.FactObject:
	}
	return types.StringType
}

// use puts the vocabulary on top of what an environment knows already.
func (v *vocabulary) use(e *cel.Env) (*cel.Env, error) {
	v.Provider = e.CELTypeProvider()
	return cel.CustomTypeProvider(v)(e)
}

// FindStructType says whether there is a type of that name.
func (v *vocabulary) FindStructType(name string) (*types.Type, bool) {
	if _, ok := v.fields[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return v.Provider.FindStructType(name)
}

// FindStructFieldNames lists what may be asked of a type.
func (v *vocabulary) FindStructFieldNames(name string) ([]string, bool) {
	if f, ok := v.fields[name]; ok {
		return slices.Sorted(maps.Keys(f)), true
	}
	return v.Provider.FindStructFieldNames(name)
}

// FindStructFieldType returns the type of one fact. Values are plain maps, so
// that a fact which was not observed is an error when it is asked for.
func (v *vocabulary) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	f, ok := v.fields[name]
	if !ok {
		return v.Provider.FindStructFieldType(name, field)
	}
	t, ok := f[field]
	if !ok {
		v.missed[field] = name
		return nil, false
	}
	return &types.FieldType{Type: t}, true
}

// words says what is wrong with a name that the compiler calls undefined; any
// other message stays.
func (v *vocabulary) words(message string) string {
	field, ok := strings.CutPrefix(message, "undefined field '")
	field = strings.TrimSuffix(field, "'")
	at, missed := v.missed[field]
	if !ok || !missed {
		return message
	}
	known := strings.Join(slices.Sorted(maps.Keys(v.fields[at])), ", ")
	switch at {
	case answersType, pathsType:
		return fmt.Sprintf("no request is called %q (%s)", field, known)
	case answerType:
		return fmt.Sprintf("a request has no %q (%s)", field, known)
	case pathType, hopType:
		return fmt.Sprintf("no layer is called %q (%s)", field, known)
	}
	return fmt.Sprintf("layer %s has no fact %q (%s)", strings.TrimPrefix(at, layerType), field, known)
}
