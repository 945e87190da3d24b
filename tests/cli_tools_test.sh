#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cli_tools_test.sh -- the command line on a directory, as a user has it: fill, ask, export and
# import, inspect, verify, a damaged copy, a read-only folder, a second writer, wrong words.
#
# Use         tests/cli_tools_test.sh BUILD
set -u
stria=$(cd "${1:?the build folder}" && pwd)/stria
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
export STRIA_HISTORY=
failures=0

wrong() { # wrong NAME TEXT
    printf 'FAILED %s: %s\n' "$1" "$2"
    sed 's/^/    out: /' out 2>/dev/null | head -20
    sed 's/^/    err: /' err 2>/dev/null | head -20
    failures=$((failures + 1))
}

run() { # run STATUS WORD...: the program, its outputs in out and err
    wanted=$1
    shift
    "$stria" "$@" >out 2>err </dev/null
    got=$?
    [ $got -eq "$wanted" ] || wrong "stria $*" "status $got, want $wanted"
}

in_out() { grep -qF -- "$1" out || wrong "$name" "not in the output: $1"; }
in_err() { grep -qF -- "$1" err || wrong "$name" "not on standard error: $1"; }
same() { cmp -s "$1" "$2" || wrong "$name" "$1 and $2 differ"; }

cat >in.lp <<'END'
# a comment with a "quote
cpu,host=a\ b usage=0.5,n=3i,up=true,note="say \"hi\"",big=18446744073709551615u 17
cpu,host=b usage=0.1 1700000001000000000
cpu,host=b usage=1e-300 1700000002000000000
mem,host=b used=-9223372036854775808i,text="two
lines" 1700000003000000000
mem,host=b used=7i 1600000000000000000
END

name='import and ask'
run 0 import --data store --db home --create-db in.lp
in_err '5 points (10 values)'
in_err '0 lines rejected'
run 0 query --data store --db home 'SELECT usage FROM cpu WHERE host = '\''b'\'''
cat >wanted <<'END'
name: cpu
time                   usage
--------------------  ------
2023-11-14T22:13:21Z     0.1
2023-11-14T22:13:22Z  1e-300
END
same wanted out
run 0 query --data store --db home --format csv --precision ns \
    'SELECT usage FROM cpu WHERE host = '\''b'\'''
printf 'name,tags,time,usage\ncpu,,1700000001000000000,0.1\n' >wanted
head -n 2 out >got && same wanted got
run 0 query --data store --db home --json --precision s 'SELECT used FROM mem'
{
    printf '{"results":[{"statement_id":0,"series":[{"name":"mem","columns":["time","used"],'
    printf '"values":[[1600000000,7],[1700000003,-9223372036854775808]]}]}]}\n'
} >wanted
same wanted out
run 0 query --data store --db home --format jsonl 'SELECT used FROM mem LIMIT 1'
printf '{"name":"mem","row":{"time":"2020-09-13T12:26:40Z","used":7}}\n' >wanted
same wanted out
echo 'SELECT count(usage) FROM cpu' | "$stria" query --data store --db home - >out 2>err
in_out '3'
run 1 query --data store --db nope 'SELECT v FROM m'
in_out 'database not found: nope'
run 1 query --data store --db home 'SELECT FROM'
in_err 'found FROM, expected'
run 1 query --data store 'CREATE DATABASE x'
in_err '`stria shell` carries such statements out'

name='export and import give the same'
run 0 export --data store --db home all.lp
gzip -c all.lp >all.lp.gz
run 0 import --data second --db home --create-db all.lp.gz
"$stria" export --data second --db home |
    "$stria" import --data third --db home --create-db - 2>err ||
    wrong "$name" 'export | import failed'
for store in second third; do
    run 0 export --data $store --db home
    same all.lp out
done
run 0 compact --data third --until seal
run 0 export --data third --db home
same all.lp out
run 0 export --data store --db home --measurement mem --start 2023-01-01 --end 2024-01-01
printf 'mem,host=b text="two\nlines",used=-9223372036854775808i %s\n' 1700000003000000000 >wanted
same wanted out
"$stria" export --data store --db home 2>err | head -n 1 >out
[ -s err ] && wrong "$name" 'a reader that goes away is an error'

name='bad lines are told with their place'
printf 'm v=1 1\nbad line\nm v=2 2\nm v="x" 3\n' >bad.lp
run 1 import --data bad --db home --create-db --json bad.lp
in_out '"points":2,"samples":2,"rejected":2'
in_out 'bad.lp:2: unable to parse'
in_out 'bad.lp:4: '

name='inspect'
run 0 inspect --json store
for key in samples rows series segments segment_bytes manifest_bytes wal_bytes ballast_bytes; do
    in_out "\"$key\":"
done
in_out '"samples":10,"rows":5,"series":3,'
for file in store/seg/*.seg store/manifest/*.man; do
    run 0 inspect "$file"
    in_out 'damage count          0'
done

name='verify'
run 0 verify store
in_out '0 findings in '
run 0 verify --json store
in_out '"findings":[],"findings_count":0,'

# Flips the lowest bit of a byte of a file.
flip() { # flip FILE OFFSET
    byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

name='verify finds a flipped byte'
for file in $(cd store && echo seg/*.seg manifest/*.man); do
    rm -rf copy
    cp -R store copy
    size=$(wc -c <"copy/$file")
    case $file in *.seg) offset=64 ;; *) offset=112 ;; esac
    [ "$size" -gt "$offset" ] || wrong "$name" "$file is too small"
    flip "copy/$file" $offset
    run 1 verify copy
    in_out "$file "
    in_out '1 finding in '
    run 1 verify --json copy
    in_out "$file"
    in_out '"findings_count":1,'
    case $file in *.seg)
        in_out "\"file\":\"$file\",\"offset\":"
        run 1 verify copy
        grep -qE "^$file [0-9]+ ." out || wrong "$name" "no line with file, offset and text"
        run 1 inspect "copy/$file"
        in_out "$file"
        run 1 query --data copy --db home 'SELECT * FROM cpu; SELECT * FROM mem'
        run 1 export --data copy --db home
        ;;
    esac
done

name='damage costs the segment, not the statement'
printf 'cpu,host=a,rack=1 usage=1 1\n' >first.lp
printf 'mem,host=a used=1 1\ncpu,host=b,zone=z usage=2 2\n' >second.lp
for file in first second; do # a segment each
    run 0 import --data parts --db home --create-db --precision ns $file.lp
    run 0 compact --data parts --until flush
done
damaged=$(cd parts && printf '%s\n' seg/*.seg | head -n 1)
size=$(wc -c <"parts/$damaged")
flip "parts/$damaged" $((size - 100)) # in the footer: nothing of it can be read
for text in 'SELECT * FROM mem' 'SELECT * FROM cpu' 'SELECT usage, zone FROM cpu' \
    'SELECT * FROM /./' 'SELECT count(*) FROM cpu' 'SELECT * FROM (SELECT * FROM cpu)' \
    'SELECT * FROM cpu GROUP BY *'; do
    run 1 query --data parts --db home --format json "$text"
    in_out '"values":[['
    in_out "$damaged"
    in_out '"level":"warning"'
done
run 1 query --data parts --db home --json --precision ns 'SELECT * FROM cpu'
in_out '"columns":["time","host","usage","zone"],"values":[[2,"b",2,"z"]]'

name='a folder without write permission'
cp -R second frozen
chmod -R a-w,a+rX frozen
reader=$stria
if [ "$(id -u)" = 0 ]; then # who may write all the same: somebody else looks
    cp "$stria" program
    chmod a+rx . program
    reader="setpriv --reuid=65534 --regid=65534 --clear-groups $work/program"
fi
look() { # look STATUS WORD...: run, by somebody who may not write
    wanted=$1
    shift
    $reader "$@" >out 2>err </dev/null
    got=$?
    [ $got -eq "$wanted" ] || wrong "$name: $*" "status $got, want $wanted"
}
look 0 query --data frozen --db home 'SELECT count(usage) FROM cpu'
look 0 export --data frozen --db home
same all.lp out
look 0 inspect frozen
look 0 verify frozen
look 1 import --data frozen --db home in.lp
look 1 compact --data frozen
printf 'SHOW DATABASES\n' >ask
$reader shell frozen <ask >out 2>err || wrong "$name" 'the shell failed'
in_err 'opened frozen for reading only: '
in_out 'home'
chmod -R u+w frozen

name='nothing that only reads changes anything'
find second -type f -exec cksum {} + | sort >before
run 0 query --data second --db home 'SELECT * FROM cpu'
run 0 export --data second --db home
run 0 inspect second
run 0 verify second
find second -type f -exec cksum {} + | sort >after
same before after

name='a second writer is refused'
mkfifo lines
"$stria" import --data second --db home lines 2>first.err &
first=$!
exec 3>lines
printf 'm v=1 1\n' >&3
while [ ! -e second/LOCK ] || "$stria" compact --data second >/dev/null 2>&1; do sleep 0.1; done
run 1 import --data second --db home in.lp
in_err 'another process has the store open for writing'
run 1 compact --data second
in_err 'another process has the store open for writing'
run 0 query --data second --db home 'SELECT count(usage) FROM cpu'
printf 'SHOW DATABASES\n' | "$stria" shell second >out 2>err
in_err 'for reading only: another process writes to it'
in_out 'home'
exec 3>&-
wait $first || wrong "$name" 'the first writer failed'

name='wrong words'
run 2 qurey
in_err 'did you mean query?'
run 2 query --dat store x
in_err 'did you mean --data?'
run 2 query --data store
in_err 'missing: TEXT'
run 2 export --data store --db home --format xml
in_err '--format: not one of lp: xml'
run 2 import --data store
run 1 query --data nowhere 'SHOW DATABASES'
in_err 'there is no store'
mkdir foreign && echo hello >foreign/file
run 1 import --data foreign --db home --create-db in.lp
in_err "is not a store and not empty ('file' is in it)"
run 0 help
run 0 help query
in_out 'stria query --data'
run 0 version

[ $failures -eq 0 ] || { echo "$failures failures"; exit 1; }
echo "command line: nothing wrong"
