#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cli_server_test.sh -- the command line with a server: demo, feed, import, export, query, shell.
#
# Use         tests/cli_server_test.sh BUILD
set -u
stria=$(cd "${1:?the build folder}" && pwd)/stria
work=$(mktemp -d)
server=
cleanup() {
    [ -n "$server" ] && kill "$server" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1
export STRIA_HISTORY=
failures=0

wrong() { # wrong NAME TEXT
    printf 'FAILED %s: %s\n' "$1" "$2"
    sed 's/^/    out: /' out 2>/dev/null | head -40
    sed 's/^/    err: /' err 2>/dev/null | head -40
    failures=$((failures + 1))
}

run() { # run STATUS WORD...
    wanted=$1
    shift
    "$stria" "$@" >out 2>err </dev/null
    got=$?
    [ $got -eq "$wanted" ] || wrong "stria $*" "status $got, want $wanted"
}

in_out() { grep -qF -- "$1" out || wrong "$name" "not in the output: $1"; }
in_err() { grep -qF -- "$1" err || wrong "$name" "not on standard error: $1"; }
same() { cmp -s "$1" "$2" || wrong "$name" "$1 and $2 differ"; }

start_server() { # start_server DIR: its URL in url
    "$stria" serve --data "$1" --listen 127.0.0.1:0 >served 2>served.err &
    server=$!
    while ! grep -q '^listening on ' served; do
        kill -0 $server 2>/dev/null || { cat served.err; echo 'FAILED: no server'; exit 1; }
        sleep 0.1
    done
    url=$(sed 's/^listening on //; s/ .*//' served)
}

stop_server() {
    kill $server
    wait $server || wrong 'the server ends well' "status $?"
    server=
}

cat >in.lp <<'END'
cpu,host=a\ b big=18446744073709551615u,n=3i,note="say \"hi\"",up=true,usage=0.5 17
cpu,host=b usage=0.1 1700000001000000000
cpu,host=b usage=2 1700000002000000000
mem,host=b text="two
lines",used=-9223372036854775808i 1700000003000000000
END

name='import, query and export over HTTP'
start_server store
run 0 import --url "$url" --db home --create-db in.lp
in_err '4 points'
run 0 query --url "$url" --db home 'SELECT usage FROM cpu WHERE host = '\''b'\'''
cat >wanted <<'END'
name: cpu
time                  usage
--------------------  -----
2023-11-14T22:13:21Z    0.1
2023-11-14T22:13:22Z      2
END
same wanted out
run 0 query --data store --db home 'SELECT usage FROM cpu WHERE host = '\''b'\'''
same wanted out
sort in.lp >wanted
run 0 export --url "$url" --db home
sort out >got
same wanted got
run 0 export --data store --db home
sort out >got
same wanted got
run 1 import --url "$url" --db nope in.lp
in_err 'database not found: "nope"'
printf 'm v=1 1\nbad\n' >bad.lp
run 1 import --url "$url" --db home bad.lp
in_err '1 points'
in_err '1 line rejected'
run 1 query --url "$url" --db home 'SELECT FROM'
in_err 'error parsing query: found FROM'

name='the shell on a server'
printf 'use home\ninsert m v=5 5\nprecision ns\nSELECT v FROM m WHERE v = 5\nuse nope\n' |
    "$stria" shell "$url" >out 2>err
[ $? -eq 1 ] || wrong "$name" 'a failed line is no failure'
cat >wanted <<'END'
name: m
time  v
----  -
5     5
END
same wanted out
in_err "ERR: Database nope doesn't exist."

name='feed'
run 0 feed --url "$url" --db machine --interval 200ms --for 1
rows() { # rows: how many figures of the load are there
    "$stria" query --url "$url" --db machine 'SELECT count(load1) FROM system' |
        awk 'END { print $2 + 0 }'
}
before=$(rows)
"$stria" feed --url "$url" --db machine --interval 200ms 2>feed.err &
feed=$!
# The first figures of the processor are those between two looks.
until [ "$(rows)" -gt $((before + 1)) ] || ! kill -0 $feed 2>/dev/null; do sleep 0.2; done
kill $feed
wait $feed || wrong "$name" "status $?: $(cat feed.err)"
run 0 query --url "$url" --db machine 'SHOW MEASUREMENTS'
for measurement in cpu mem system processes; do in_out $measurement; done
for field in cpu:usage_idle mem:used system:load1 processes:total; do
    run 0 query --url "$url" --db machine "SELECT count(${field#*:}) FROM ${field%:*}"
    in_out "name: ${field%:*}"
done
name='a log that is written to can be looked at'
for file in store/wal/*.wal; do
    run 0 inspect "$file"
    in_out 'damage count          0'
done
stop_server

name='what is in segments has no log'
"$stria" compact --data store --until flush >out 2>err || wrong "$name" 'compact'
[ -z "$(ls store/wal)" ] || wrong "$name" "$(ls store/wal)"

name='a server that is not there'
run 1 query --url "$url" 'SHOW DATABASES'
in_err "$url: "
run 1 shell "$url"
run 1 feed --url "$url" --for 1

name='demo'
port=${url##*:}
# Starts the demo, and ends it by Ctrl-C when it has told all.
demo() {
    "$stria" demo "$@" >out 2>err </dev/null &
    demo=$!
    while ! grep -q 'Ctrl-C' out && kill -0 $demo 2>/dev/null; do sleep 0.1; done
}
end_demo() {
    kill -INT $demo
    wait $demo || wrong "$name" "status $?"
}
demo --data demo --port "$port"
end_demo
in_out "The server is at http://127.0.0.1:$port"
[ "$(grep -c '^SELECT ' out)" -eq 3 ] || wrong "$name" 'not three queries'
[ "$(grep -c '^name: ' out)" -ge 3 ] || wrong "$name" 'not three tables'
in_out 'curl '
in_out 'its data stays'
count='SELECT count(load1) FROM system'
run 0 query --data demo --db telegraf "$count" # nobody has it open any more
first=$(tail -n 1 out | awk '{ print $2 }')
demo --data demo --port "$port"
second=0
until [ "$second" -gt "$first" ] || ! kill -0 $demo 2>/dev/null; do
    sleep 0.2
    second=$("$stria" query --url "$url" --db telegraf "$count" | awk 'END { print $2 + 0 }')
done
end_demo
[ "$second" -gt "$first" ] || wrong "$name" "the data of the first start is gone: $first, $second"

name='demo takes the next port'
"$stria" serve --data holder --listen 127.0.0.1:8086 >held 2>&1 & # or somebody else has it
server=$!
while ! grep -q '^listening on ' held && kill -0 $server 2>/dev/null; do sleep 0.1; done
run 0 demo --data demo --for 1
in_out 'Port 8086 is taken; using port '
kill $server 2>/dev/null
wait $server
server=

[ $failures -eq 0 ] || { echo "$failures failures"; exit 1; }
echo "command line with a server: nothing wrong"
