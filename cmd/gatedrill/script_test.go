package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
	"github.com/gatedrill/gatedrill/labs/fault"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gatedrill": main})
}

// TestScript runs the command-line behaviour written in testdata/script.
// Scripts need no cluster: those that do live in live_test.go.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GATEDRILL_HOME", env.WorkDir+"/home")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("TZ", "UTC")
			packages, err := filepath.Abs("../../cards/anki/testdata")
			env.Setenv("PACKAGES", packages) // that Anki wrote
			if err != nil {
				return err
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"stranger": stranger},
	})
}

// stranger [deny=RESOURCE,…] [hang=RESOURCE,…] [without=GROUP,…] FILE CONTEXT…
// serves somebody's cluster in memory until the script ends, and writes a
// kubeconfig with contexts that lead to it. Lists of what is denied are
// forbidden, those of what hangs are never answered, and of groups that are not
// there nothing is known.
func stranger(ts *testscript.TestScript, _ bool, args []string) {
	api, err := clustertest.NewStranger()
	ts.Check(err)
	s := clustertest.NewServer(api)
	var deny, hang []string
	for ; strings.Contains(args[0], "="); args = args[1:] {
		what, list, _ := strings.Cut(args[0], "=")
		switch words := strings.Split(list, ","); what {
		case "deny":
			deny = words
		case "hang":
			hang = words
		case "without":
			api.Kinds = slices.DeleteFunc(api.Kinds, func(k fault.Kind) bool { return slices.Contains(words, k.Group) })
		default:
			ts.Fatalf("stranger %s: want deny=, hang= or without=", args[0])
		}
	}
	s.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet {
			ts.Logf("stranger: %s %s", r.Method, r.URL.Path)
		}
		last := path.Base(r.URL.Path)
		switch {
		case slices.Contains(hang, last):
			<-r.Context().Done()
			return true
		case slices.Contains(deny, last):
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"%s is forbidden: User \"jo\" cannot list resource \"%s\" at the cluster scope"}`, last, last)
			return true
		}
		return false
	})
	h := httptest.NewServer(s)
	ts.Defer(h.Close)
	ts.Defer(h.CloseClientConnections) // first: requests that hang end
	c := clientcmdapi.NewConfig()
	c.Clusters["home"] = &clientcmdapi.Cluster{Server: h.URL}
	c.AuthInfos["jo"] = &clientcmdapi.AuthInfo{Token: "secret"}
	for _, name := range args[1:] {
		c.Contexts[name] = &clientcmdapi.Context{Cluster: "home", AuthInfo: "jo"}
	}
	ts.Check(clientcmd.WriteToFile(*c, ts.MkAbs(args[0])))
}
