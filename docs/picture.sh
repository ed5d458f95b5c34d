#!/bin/sh
# Makes docs/lab.svg: the lab screen of the real program, three steps into the
# first lab. Uses a data directory of its own; the sandbox's programs come from
# the one given, or from the usual place (make sandbox).
set -eu
cd "$(dirname "$0")/.."
data=${GATEDRILL_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/gatedrill}
GATEDRILL_HOME=$(mktemp -d)
export GATEDRILL_HOME GATEDRILL_PROGRAMS="$data/programs" GATEDRILL_ENVOY="$data/programs/envoy" LANG=C.UTF-8
go build -o "$GATEDRILL_HOME/picture" ./cmd/gatedrill-picture
trap './bin/gatedrill sandbox stop; rm -rf "$GATEDRILL_HOME"' EXIT

drill=./bin/gatedrill
$drill sandbox start
$drill lab start shop-is-gone >/dev/null
$drill lab answer capture NR
$drill lab verdict entry healthy
$drill lab answer entry 1
$drill lab verdict listeners healthy
"$GATEDRILL_HOME/picture" -o docs/lab.svg -size 96x26 \
	-title 'The lab screen: ticket, path, runbook, the question of the current step, goals and guards' \
	wait:Continue 'type:\x1b[B\r' 'wait:api still answers' pause:2s -- $drill
