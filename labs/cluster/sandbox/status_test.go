package sandbox

import "testing"

func TestLastWords(t *testing.T) {
	t.Parallel()
	const stack = "\n\ngoroutine 1 [running]:\nmain.run({0x1, 0x7, 0x7})\n\t/src/main.go:51 +0x3e9\nmain.main()\n"
	for name, c := range map[string]struct{ log, want string }{
		"ended":          {"one\ntwo\nthree\n", "two\nthree"},
		"short":          {"one\n", "one"},
		"empty":          {"", ""},
		"panic":          {"one\npanic: no map" + stack, "panic: no map"},
		"out of memory":  {"one\nfatal error: runtime: out of memory" + stack, "fatal error: runtime: out of memory"},
		"record":         {`{"level":"panic","msg":"failed to create WAL","error":"no space left on device","stacktrace":"x"}` + "\npanic: failed to create WAL" + stack, "failed to create WAL: no space left on device"},
		"other record":   {`{"level":"info","msg":"ready"}` + "\npanic: no map" + stack, "panic: no map"},
		"panic at first": {"panic: no map" + stack, "panic: no map"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := lastWords(c.log, 2); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
