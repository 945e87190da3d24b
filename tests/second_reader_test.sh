#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# second_reader_test.sh -- a reader that knows nothing but docs/FORMAT.md reads the same rows: from
# the log, from segments, after deletes and merges.
#
# Use         tests/second_reader_test.sh BUILD
# Needs       python3; without it nothing is tested.
set -u
build=$(cd "${1:?the build folder}" && pwd)
stria=$build/stria
reader=$(cd "$(dirname "$0")" && pwd)/second_reader.py
if ! command -v python3 >/dev/null 2>&1; then
    echo "second reader: no python3, nothing tested"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

run() { # run WORD...: the program
    if ! "$stria" "$@" >out 2>err </dev/null; then
        echo "FAILED: stria $*"
        sed 's/^/    /' err | head -5
        failures=$((failures + 1))
    fi
}

compare() { # compare WHEN [STORE DATABASE]
    run export --data "${2:-store}" --db "${3:-d}"
    mv out all.lp
    if ! python3 "$reader" "${2:-store}" all.lp >got 2>&1; then
        echo "FAILED: $1"
        sed 's/^/    /' got | head -12
        failures=$((failures + 1))
    fi
}

fill() { # fill PART
    python3 "$reader" --sample "$1" >"$1.lp"
    run import --data store --db d --create-db "$1.lp"
}

# The example leaves its rows in the log; the second time they are written over themselves.
for times in once twice; do
    if ! "$build/example_embed" embedded >/dev/null; then
        echo "FAILED: the example, $times"
        failures=$((failures + 1))
    fi
    compare "the log, $times" embedded home
done
fill 0
compare 'rows of one segment'
fill 1
compare 'two segments'
"$stria" shell store --db d >out 2>err <<'END'
DELETE FROM cpu WHERE host = 'h1' AND time < 1700001000000000000
DELETE FROM raw WHERE time >= 1700000500000000000 AND time < 1700000600000000000
END
before=$(grep -c . all.lp)
compare 'deletes'
if [ "$(grep -c . all.lp)" -ge "$before" ]; then
    echo "FAILED: nothing was deleted"
    failures=$((failures + 1))
fi
fill 2
compare 'rows that come after a delete'
for part in 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    fill $part
    run compact --data store --until flush
done
compare 'many segments'
run compact --data store --until merge
compare 'merged segments'
# What it says of damage: a byte of the first segment is changed.
first=$(find store/seg -name '*.seg' | sort | head -n 1)
printf '\377' | dd of="$first" bs=1 seek=70 conv=notrunc 2>/dev/null
if python3 "$reader" store all.lp >got 2>&1 || ! grep -q Damaged got; then
    echo "FAILED: a damaged segment is not found"
    failures=$((failures + 1))
fi
[ $failures -eq 0 ] && echo "second reader: nothing wrong"
[ $failures -eq 0 ]
