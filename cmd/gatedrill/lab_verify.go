package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatedrill/gatedrill/labs"
	"github.com/gatedrill/gatedrill/labs/cluster"
	"github.com/gatedrill/gatedrill/labs/verify"
)

func labVerify(e *env) *cobra.Command {
	var all bool
	var seed int64
	var lanes int
	c := &cobra.Command{
		Use: "verify ID… | --all", Short: "Prove on a live cluster that labs do what they claim",
		ValidArgsFunction: offerEach(e, labIDs),
		Long: `Prove on a live cluster that labs do what they claim: the base is healthy;
with the fault in, the goals fail and the trace breaks exactly where claimed;
every question has an answer and every command runs; each shortcut fails the
guard it names; the solutions heal; reset leaves nothing behind. The cluster is
started where none runs. With --all there is a row for each lab, and a line
for what does not hold. With --lanes N the labs are shared among N sandboxes
made for it (0.6 GB each) and taken away at the end; the one in use is left alone.

Exit code 1 when anything does not hold.`,
	}
	c.Flags().BoolVar(&all, "all", false, "verify every lab")
	c.Flags().Int64Var(&seed, "shuffle", 0, "with --all: in an order drawn by this seed")
	c.Flags().IntVar(&lanes, "lanes", 0, "prove in `N` sandboxes of their own, side by side")
	asJSON := jsonFlag(c)
	backendFlag(e, c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if all == (len(args) > 0) || seed != 0 && !all {
			return usagef("name labs, or give --all, with or without --shuffle SEED")
		}
		if lanes < 0 || lanes > maxLanes {
			return usagef("--lanes %d: want 1 to %d", lanes, maxLanes)
		}
		if lanes > 0 && c.Flags().Changed("backend") {
			return usagef("--lanes makes sandboxes: it does not go with --backend")
		}
		ok, err := shown(e, all, *asJSON, func(report func(verify.Line)) (bool, []verify.Line, error) {
			if lanes > 0 {
				return verifyInLanes(c.Context(), e, lanes, args, seed, report)
			}
			return verifyLabs(c.Context(), e, args, seed, report)
		})
		if err == nil && !ok {
			return fail(exitFailed, nil)
		}
		return err
	}
	return c
}

// shown proves, and shows what comes of it: as rows, lines or JSON.
func shown(e *env, rows, asJSON bool, prove func(report func(verify.Line)) (bool, []verify.Line, error)) (bool, error) {
	report, end := proofsOf(e, rows, asJSON)
	ok, lines, err := prove(report)
	end()
	if asJSON && (err == nil || len(lines) > 0) { // else the error is the document
		if err := writeJSON(e.Stdout, lines); err != nil {
			return false, err
		}
	}
	return ok, err
}

// proofsOf prints what is proved as it comes: nothing beside JSON, a row for
// each of all labs, else a line for each check.
func proofsOf(e *env, all, asJSON bool) (report func(verify.Line), end func()) {
	switch {
	case asJSON:
		return func(verify.Line) {}, func() {}
	case all:
		t := &proofTable{e: e}
		return t.add, t.end
	}
	return func(l verify.Line) { printProof(e, l) }, func() {}
}

// verifyLabs proves labs by id, all of them without one, in the order that the
// seed draws unless it is 0.
func verifyLabs(ctx context.Context, e *env, ids []string, seed int64, report func(verify.Line)) (bool, []verify.Line, error) {
	chosen, world, err := pick(e, ids, seed)
	if err != nil {
		return false, nil, err
	}
	return proveLabs(ctx, e, chosen, world, len(ids) > 0, report)
}

// pick are the labs of the ids, in the order of the seed, and what they share.
func pick(e *env, ids []string, seed int64) ([]labs.Lab, labs.World, error) {
	list, world := loadLabs(e)
	chosen, err := choose(list, ids)
	return drawnBy(seed, chosen), world, err
}

// drawnBy orders labs as a seed draws them; 0 leaves them as they are.
func drawnBy(seed int64, list []labs.Lab) []labs.Lab {
	out := slices.Clone(list)
	if seed != 0 {
		rand.New(rand.NewPCG(uint64(seed), 0)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out
}

// lacking lists what a lab requires and a cluster has not.
func lacking(h *cluster.Handle, lab *labs.Lab) string {
	var out []string
	for _, r := range lab.Requires {
		if !h.Has(labs.Capability(r)) {
			out = append(out, r)
		}
	}
	return strings.Join(out, ", ")
}

// choose picks labs by id; all without one.
func choose(list []labs.Lab, ids []string) ([]labs.Lab, error) {
	if len(ids) == 0 {
		return list, nil
	}
	var out []labs.Lab
	for _, id := range ids {
		found := false
		for _, l := range list {
			if l.ID == id {
				out, found = append(out, l), true
			}
		}
		if !found {
			return nil, usagef("no lab is called %q (list them: gatedrill lab list)", id)
		}
	}
	return out, nil
}
