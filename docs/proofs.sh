#!/usr/bin/env bash
# Proves all labs on every backend, each in a home of its own that is thrown
# away, and keeps what was proved in docs/proofs.json and docs/syllabus.md. The kind cluster is
# made of the public images unless GATEDRILL_TEST_KIND names a file with
# others; the context is that cluster, by its kubeconfig.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
export GATEDRILL_HOME=$out/home
gatedrill=./bin/gatedrill
balancer=
finish() {
	[ -z "$balancer" ] || kill "$balancer" || true
	GATEDRILL_HOME=$out/context $gatedrill cluster down --backend context || true
	$gatedrill cluster down --backend kind || true
	$gatedrill cluster down --backend sandbox || true
	rm -rf "$out"
}
trap finish EXIT

prove() { # NAME FLAGS…
	$gatedrill lab verify --all --json "${@:2}" >"$out/$1.json" || {
		echo "not all holds on $1:" >&2
		grep -A1 '"ok": false' "$out/$1.json" >&2 || true
	}
}

prove sandbox --lanes 3
settings=()
[ -z "${GATEDRILL_TEST_KIND-}" ] || settings=(--settings "$GATEDRILL_TEST_KIND")
$gatedrill cluster use kind "${settings[@]}" --name gatedrill-docs
prove kind --backend kind
kubeconfig=$out/home/kind/gatedrill-docs/kubeconfig
# A cluster that is somebody's has load balancers; this one's are ours.
$gatedrill cluster run --backend kind -- sleep 7200 &
balancer=$!
GATEDRILL_HOME=$out/context
$gatedrill cluster use --context kind-gatedrill-docs --kubeconfig "$kubeconfig" --mesh-admin --yes kind-gatedrill-docs
prove context --backend context
GATEDRILL_HOME=$out/home

go run ./cmd/gatedrill-syllabus sandbox="$out/sandbox.json" kind="$out/kind.json" context="$out/context.json"
