#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# embed_test.sh -- the example program: what it prints is what is told here, twice.
#
# Use         tests/embed_test.sh BUILD
set -u
build=${1:?the build folder}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/wanted" <<'END'
columns: 4 rows, 6 samples
lines: 1 rows, 1 rejected
  line 2: unable to parse 'room,floor=3 temperature=warm 180000000000': invalid boolean
> SELECT mean(temperature), max(people) FROM room GROUP BY floor
room floor=-1: time mean max
 0s 12.375 -
room floor=3: time mean max
 0s 21.5833 3
> SELECT temperature FROM room WHERE people > 1
room: time temperature
 0s 21.25
 60s 21.5
> scan floor=3
room floor=3: time people temperature
 0s 2 21.25
 60s 3 21.5
 120s 1 22
rows_written_total 5
samples_written_total 8
END

# The second time the rows are written over themselves.
for run in first second; do
    if ! "$build/example_embed" "$work/data" >"$work/got"; then
        echo "FAILED: the $run run ended with an error"
        exit 1
    fi
    if ! diff -u "$work/wanted" "$work/got"; then
        echo "FAILED: the $run run printed something else"
        exit 1
    fi
done
"$build/example_embed" 2>/dev/null
[ $? -eq 2 ] || { echo "FAILED: no directory is no wrong use"; exit 1; }
"$build/example_embed" /dev/null/x 2>/dev/null
[ $? -eq 1 ] || { echo "FAILED: an impossible directory is no failure"; exit 1; }
echo "embed: nothing wrong"
