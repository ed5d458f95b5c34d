// Package widget draws what several screens need: Markdown, text fields,
// progress, clocks, the path of a request. It knows the domain's values, no
// ports and no I/O. It is also the border at which foreign text is cleaned.
package widget

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Sanitize makes foreign text safe to print: escape sequences and control
// characters (C0 and C1, but for newline and tab) are taken out, as are the
// invisible characters that turn the reading direction around. Bytes that are
// no UTF-8 become U+FFFD. Text that is safe already is returned as it is.
func Sanitize(s string) string {
	if safe(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = ansi.Strip(s)
	return strings.Map(func(r rune) rune {
		if forbidden(r) {
			return -1
		}
		return r
	}, s)
}

func safe(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, forbidden) < 0
}

func forbidden(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// SanitizeMarkdown is Sanitize for text that goes through a Markdown renderer,
// which would turn a reference such as &#27; into the control character.
func SanitizeMarkdown(s string) string {
	return reference.ReplaceAllStringFunc(Sanitize(s), func(ref string) string {
		digits, base := strings.ToLower(ref[2:len(ref)-1]), 10
		if rest, ok := strings.CutPrefix(digits, "x"); ok {
			digits, base = rest, 16
		}
		n, err := strconv.ParseInt(digits, base, 32)
		if err != nil || forbidden(rune(n)) {
			return "\uFFFD"
		}
		return ref
	})
}

var reference = regexp.MustCompile(`&#(?:[0-9]+|[xX][0-9a-fA-F]+);`)

// Safe returns v with every string in it sanitized, however deep: in fields,
// slices, maps and behind pointers. What arrives from a port goes through here
// once, so that no screen can forget it. v itself is not changed.
func Safe[T any](v T) T {
	src := reflect.ValueOf(&v).Elem()
	out := reflect.New(src.Type()).Elem()
	out.Set(src)
	clean(out)
	return out.Interface().(T)
}

// clean sanitizes what an addressable value holds; shared parts are copied
// before they are changed.
func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(Sanitize(v.String()))
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
	return Sanitize(err.Error())
}
