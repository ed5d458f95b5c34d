package tui_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScreensKeepTheRules reads the sources: styles are made in theme only,
// nothing below tui reads the clock or starts a goroutine of its own, and what
// a screen's command finds out is addressed to that screen.
func TestScreensKeepTheRules(t *testing.T) {
	t.Parallel()
	files := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "tuitest/") {
			return err
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		wrapped := map[ast.Node]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				if makesMessage(n) && !wrapped[n] && strings.Contains(path, "/") && !strings.HasPrefix(path, "screen/") {
					t.Errorf("%s makes a message without an address: use Env.Do, or Tell for the root", set.Position(n.Pos()))
				}
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine: make it a command", set.Position(n.Pos()))
			case *ast.CallExpr:
				sel, ok := n.Fun.(*ast.SelectorExpr)
				if !ok {
					break
				}
				if sel.Sel.Name == "Do" || sel.Sel.Name == "Tell" {
					for _, a := range n.Args {
						wrapped[a] = true
					}
				}
				from, _ := sel.X.(*ast.Ident)
				switch {
				case from == nil:
				case from.Name == "lipgloss" && sel.Sel.Name == "NewStyle" && filepath.Dir(path) != "theme":
					t.Errorf("%s makes a style: put it into theme", set.Position(n.Pos()))
				case from.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since" || sel.Sel.Name == "Until"):
					t.Errorf("%s reads the clock: call Env.Now in a command", set.Position(n.Pos()))
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("looked at %d files only", files)
	}
}

// makesMessage says whether a function literal is a command: func() tea.Msg.
func makesMessage(f *ast.FuncLit) bool {
	if f.Type.Params.NumFields() != 0 || f.Type.Results.NumFields() != 1 {
		return false
	}
	sel, ok := f.Type.Results.List[0].Type.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Msg"
}
