package main

import (
	"net/http/httptest"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/gatedrill/gatedrill/labs/cluster/clustertest"
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
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"stranger": stranger},
	})
}

// stranger FILE CONTEXT… serves somebody's cluster in memory until the script
// ends, and writes a kubeconfig with contexts that lead to it.
func stranger(ts *testscript.TestScript, _ bool, args []string) {
	api, err := clustertest.NewStranger()
	ts.Check(err)
	s := clustertest.NewServer(api)
	h := httptest.NewServer(s)
	ts.Defer(h.Close)
	c := clientcmdapi.NewConfig()
	c.Clusters["home"] = &clientcmdapi.Cluster{Server: h.URL}
	c.AuthInfos["jo"] = &clientcmdapi.AuthInfo{Token: "secret"}
	for _, name := range args[1:] {
		c.Contexts[name] = &clientcmdapi.Context{Cluster: "home", AuthInfo: "jo"}
	}
	ts.Check(clientcmd.WriteToFile(*c, ts.MkAbs(args[0])))
}
