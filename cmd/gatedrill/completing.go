package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Bounds of how long a shell waits for the values of a word: those that files
// here have, and those that a cluster has to be asked for. What is not known by
// then is not offered.
const (
	filesWithin   = 2 * time.Second
	clusterWithin = 300 * time.Millisecond
)

// source lists the values that a word of a command line may have; behind a
// tab stands what one is. It has the command for its flags, and says nothing
// of what it cannot find out: nobody reads it while they type.
type source func(ctx context.Context, e *env, c *cobra.Command) []string

// fixed are values that are always the same.
func fixed(values ...string) source {
	return func(context.Context, *env, *cobra.Command) []string { return values }
}

// offer completes the arguments of a command by a source each.
func offer(e *env, sources ...source) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= len(sources) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return inTime(e, c, sources[len(args)]), cobra.ShellCompDirectiveNoFileComp
	}
}

// offerEach completes all arguments of a command by one source, each value
// once.
func offerEach(e *env, s source) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		given := func(v string) bool {
			name, _, _ := strings.Cut(v, "\t")
			return slices.Contains(args, name)
		}
		return slices.DeleteFunc(inTime(e, c, s), given), cobra.ShellCompDirectiveNoFileComp
	}
}

// offerOrFile completes an argument that may be the name of a file too: shells
// offer files where no value begins like the word.
func offerOrFile(e *env, s source) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return inTime(e, c, s), cobra.ShellCompDirectiveDefault
	}
}

// offerFlag completes the value of a flag.
func offerFlag(e *env, c *cobra.Command, flag string, s source) {
	must(c.RegisterFlagCompletionFunc(flag, func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return inTime(e, c, s), cobra.ShellCompDirectiveNoFileComp
	}))
}

// must is for errors of the code alone: a flag that there is not, or that is
// completed twice.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// inTime asks a source, and has it print nothing. What it lists comes from
// files and clusters: it is made harmless for a terminal.
func inTime(e *env, c *cobra.Command, s source) []string {
	quiet := *e
	quiet.Stdout, quiet.Stderr = io.Discard, io.Discard
	list := bounded(filesWithin, s)(c.Context(), &quiet, c)
	for i, line := range list {
		value, about, _ := strings.Cut(line, "\t")
		if list[i] = visible(value); about != "" {
			list[i] += "\t" + visible(about)
		}
	}
	return list
}

// bounded is a source that is given up after a while, whatever it waits for.
func bounded(within time.Duration, s source) source {
	return func(ctx context.Context, e *env, c *cobra.Command) []string {
		ctx, cancel := context.WithTimeout(ctx, within)
		defer cancel()
		found := make(chan []string, 1)
		go func() { found <- slices.Clone(s(ctx, e, c)) }()
		select {
		case list := <-found:
			return list
		case <-ctx.Done():
			return nil
		}
	}
}

// oneOf is the value of a flag that may be one of a few words, or "" for what
// holds without the flag.
type oneOf struct {
	to *string
	of []string
}

var _ pflag.Value = oneOf{}

func (o oneOf) String() string { return *o.to }
func (o oneOf) Type() string   { return strings.Join(o.of, "|") }

func (o oneOf) Set(s string) error {
	if s != "" && !slices.Contains(o.of, s) {
		last := len(o.of) - 1
		return fmt.Errorf("want %s or %s", strings.Join(o.of[:last], ", "), o.of[last])
	}
	*o.to = s
	return nil
}

// oneOfFlag adds a flag that may be one of a few words; to holds its default.
func oneOfFlag(e *env, c *cobra.Command, to *string, name, usage string, of ...string) {
	c.Flags().Var(oneOf{to, of}, name, usage)
	offerFlag(e, c, name, fixed(of...))
}

// completeFiles lets shells offer files where a command takes some: for
// arguments that nothing else completes, and for flags whose value is called a
// file or a folder.
func completeFiles(c *cobra.Command) {
	takesNone := c.Args != nil && c.Args(c, []string{"x"}) != nil
	if takesNone && c.ValidArgsFunction == nil {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { completeFileFlag(c, f) })
	c.PersistentFlags().VisitAll(func(f *pflag.Flag) { completeFileFlag(c, f) })
	for _, sub := range c.Commands() {
		completeFiles(sub)
	}
}

func completeFileFlag(c *cobra.Command, f *pflag.Flag) {
	if _, has := c.GetFlagCompletionFunc(f.Name); has {
		return
	}
	switch value, _ := pflag.UnquoteUsage(f); value {
	case "file":
	case "folder":
		must(c.MarkFlagDirname(f.Name))
	default:
		must(c.RegisterFlagCompletionFunc(f.Name, cobra.NoFileCompletions))
	}
}
