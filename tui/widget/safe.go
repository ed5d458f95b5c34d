// Package widget draws what several screens need: Markdown, text fields,
// progress, clocks, the path of a request. It knows the domain's values, no
// ports and no I/O. It is also the border at which foreign text is cleaned.
package widget

import (
	"reflect"

	"github.com/gatedrill/gatedrill/cards"
)

// Safe returns v with every string in it cleaned, however deep: in fields,
// slices, maps and behind pointers. What arrives from a port goes through here
// once, so that no screen can forget it. v itself is not changed.
func Safe[T any](v T) T {
	src := reflect.ValueOf(&v).Elem()
	out := reflect.New(src.Type()).Elem()
	out.Set(src)
	clean(out)
	return out.Interface().(T)
}

// clean cleans what an addressable value holds; shared parts are copied
// before they are changed.
func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(cards.Clean(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				clean(f)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			clean(v.Index(i))
		}
	case reflect.Slice:
		cleanSlice(v)
	case reflect.Map:
		cleanMap(v)
	case reflect.Pointer:
		if !v.IsNil() {
			fresh := reflect.New(v.Type().Elem())
			fresh.Elem().Set(v.Elem())
			clean(fresh.Elem())
			v.Set(fresh)
		}
	case reflect.Interface:
		if !v.IsNil() {
			fresh := reflect.New(v.Elem().Type()).Elem()
			fresh.Set(v.Elem())
			clean(fresh)
			v.Set(fresh)
		}
	}
}

func cleanSlice(v reflect.Value) {
	if v.IsNil() {
		return
	}
	fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(fresh, v)
	for i := range fresh.Len() {
		clean(fresh.Index(i))
	}
	v.Set(fresh)
}

func cleanMap(v reflect.Value) {
	if v.IsNil() {
		return
	}
	fresh := reflect.MakeMapWithSize(v.Type(), v.Len())
	for it := v.MapRange(); it.Next(); {
		key := reflect.New(v.Type().Key()).Elem()
		key.Set(it.Key())
		clean(key)
		val := reflect.New(v.Type().Elem()).Elem()
		val.Set(it.Value())
		clean(val)
		fresh.SetMapIndex(key, val)
	}
	v.Set(fresh)
}

// Words is the text of an error, safe to print; "" for nil.
func Words(err error) string {
	if err == nil {
		return ""
	}
	return cards.Clean(err.Error())
}
