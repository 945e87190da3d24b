#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# conformance.sh -- replays recorded answers of InfluxDB against the optimised server and compares
# how many agree with how many did before.
#
# Use         tests/conformance.sh [--record] [NAME...]
#             NAME      cases, functions, writes, http; without any, all
#             --record  writes the new counts to tests/conformance.counts
#             STRIA_CONFORMANCE: the folder of run.py and NAME.jsonl, else ../shared/conformance/
#             influxql beside the checkout; STRIA_PROGRAM: the server, else build/release/stria
# Algorithm   One server on a free port, empty, its clock pinned to the moment the cases were
#             recorded at; run.py replays a file and prints the counts in its last line.
# Output      One line a file; the cases that differ are in build/conformance/NAME.failed.jsonl.
#             Exit status 0; 1 if a count fell or the server ended by itself or badly; 2 if
#             something that is needed is not there.
# Needs       python3.
set -u
cd "$(dirname "$0")/.." || exit 2
cases=${STRIA_CONFORMANCE:-../shared/conformance/influxql}
program=${STRIA_PROGRAM:-build/release/stria}
counts=tests/conformance.counts
output=build/conformance
now=2031-03-04T05:06:07.123456789Z

record=
if [ "${1:-}" = --record ]; then
    record=yes
    shift
fi
names=${*:-cases functions writes http}
[ -f "$cases/run.py" ] || { echo "conformance: no $cases/run.py" >&2; exit 2; }
[ -x "$program" ] || { echo "conformance: no $program; ./dev build makes it" >&2; exit 2; }
command -v python3 >/dev/null || { echo "conformance: no python3" >&2; exit 2; }

mkdir -p "$output"
data=$(mktemp -d "$output/data.XXXXXX")
server=
stop_server() { # the status of the server; 0 if it is gone already
    [ -n "$server" ] || return 0
    kill -TERM "$server" 2>/dev/null
    wait "$server"
    result=$?
    server=
    return $result
}
trap 'stop_server; rm -rf "$data"' EXIT
trap 'exit 1' INT TERM

port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
"$program" serve --data "$data/store" --listen "127.0.0.1:$port" --test-now $now \
    >"$output/server.log" 2>&1 </dev/null &
server=$!

answers() {
    python3 -c 'import sys, urllib.request
urllib.request.urlopen(sys.argv[1], timeout=5)' "http://127.0.0.1:$port/ping" 2>/dev/null
}
tries=0
until answers; do
    tries=$((tries + 1))
    if ! kill -0 $server 2>/dev/null || [ $tries -gt 100 ]; then
        echo "conformance: the server does not answer; its log:" >&2
        tail -n 20 "$output/server.log" >&2
        exit 1
    fi
    sleep 0.1
done

status=0
replay() { # replay NAME: sets status, appends "NAME passed" to the new counts
    timeout 600 python3 "$cases/run.py" --url "http://127.0.0.1:$port" --cases "$cases/$1.jsonl" \
        --pinned-now --float-rel 1e-12 --failed "$output/$1.failed.jsonl" >"$output/$1.txt" 2>&1
    line=$(tail -n 1 "$output/$1.txt")
    passed=$(printf '%s\n' "$line" | sed -n 's/^\([0-9]*\) passed, .*/\1/p')
    before=$(awk -v name="$1" '$1 == name { print $2 }' "$counts" 2>/dev/null)
    if [ -z "$passed" ]; then
        echo "$1: not replayed to the end: $line"
        status=1
        return
    fi
    echo "$1 $passed" >>"$data/counts"
    note=
    if [ "$passed" -lt "${before:-0}" ]; then
        note='  FELL'
        [ -n "$record" ] || status=1
    elif [ "$passed" -gt "${before:-0}" ]; then
        note='  rose'
    fi
    echo "$1: $line (before: ${before:-none})$note"
}

: >"$data/counts"
for name in $names; do
    replay "$name"
    kill -0 $server 2>/dev/null && continue
    echo "conformance: the server ended by itself; its log:"
    tail -n 20 "$output/server.log"
    status=1
    break
done
stop_server || { echo "conformance: the server ended with status $?"; status=1; }

if [ -n "$record" ]; then
    # What was not replayed now keeps its count.
    [ -f $counts ] && awk 'FNR == NR { seen[$1] = 1; next } !/^#/ && !($1 in seen)' \
        "$data/counts" $counts >>"$data/kept"
    {
        echo '# Recorded answers that the server gives, by file: tests/conformance.sh --record'
        cat "$data/counts" "$data/kept" 2>/dev/null | LC_ALL=C sort
    } >"$data/new"
    cp "$data/new" $counts
fi
exit $status
