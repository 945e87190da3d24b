#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check_layers_test.sh -- plants one breach at a time in a copy of the tree and sees it named.
#
# Use         tests/check_layers_test.sh [BUILD]; BUILD is not used, every test gets it.
# Why         A checker that finds nothing looks the same whether it works or not.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0
mkdir -p "$copy/tree/app"
cp -R "$root/src" "$copy/tree/"
[ -d "$root/app" ] && cp -R "$root/app" "$copy/tree/"
cd "$copy/tree" || exit 1
objects=$copy/build/CMakeFiles/stria_objects.dir

run_check() { # run_check ARGUMENT...: output and status in $copy
    "$root/tools/check_layers" --root . "$@" >"$copy/output" 2>&1
    echo $? >"$copy/status"
}

expect() { # expect NAME STATUS TEXT...: the last run ended so and printed every TEXT
    name=$1 status=$2
    shift 2
    got=$(cat "$copy/status")
    [ "$got" = "$status" ] || wrong "$name" "status $got, want $status"
    for text in "$@"; do
        grep -qF -- "$text" "$copy/output" || wrong "$name" "not printed: $text"
    done
}

wrong() {
    printf 'FAILED %s: %s\n' "$1" "$2"
    sed 's/^/    /' "$copy/output"
    failures=$((failures + 1))
}

# plant NAME FILE LINE TEXT: FILE with one more line (a new FILE if there is none) is refused with
# FILE:number and TEXT; then everything is as before.
plant() {
    name=$1 file=$2 line=$3 text=$4
    mkdir -p "$(dirname "$file")"
    existed=0
    [ -f "$file" ] && existed=1 && cp "$file" "$copy/kept"
    printf '%s\n' "$line" >>"$file"
    run_check
    expect "$name" 1
    place="$file:$(wc -l <"$file" | tr -d ' '): "
    grep -F -- "$place" "$copy/output" | grep -qF -- "$text" ||
        wrong "$name" "not printed: $place$text"
    if [ $existed = 1 ]; then cp "$copy/kept" "$file"; else rm "$file"; fi
    find src app -type d -empty -delete 2>/dev/null
}

allow() { # allow NAME FILE LINE...: a new FILE of these lines is accepted
    name=$1 file=$2
    shift 2
    mkdir -p "$(dirname "$file")"
    printf '%s\n' "$@" >"$file"
    run_check
    expect "$name" 0
    rm "$file"
    find src app -type d -empty -delete 2>/dev/null
}

# compile FILE TEXT: an object of FILE, as the build would leave it.
compile() {
    mkdir -p "$(dirname "$1")" "$objects/$(dirname "$1")"
    printf '%s\n' "$2" >"$1"
    "${CC:-cc}" -O1 -w -c "$1" -o "$objects/$1.o" || wrong "compile $1" "does not compile"
}

# refuse_object NAME FILE CODE LINE TEXT: the object of CODE is refused with FILE:LINE: TEXT.
refuse_object() {
    compile "$2" "$3"
    run_check --build "$copy/build"
    expect "$1" 1 "$2:$4: $5"
    rm "$2"
}

accept_object() { # accept_object NAME FILE CODE
    compile "$2" "$3"
    run_check --build "$copy/build"
    expect "$1" 0
    rm "$2"
}

includes_are_checked() {
    plant 'an arrow upwards' src/base/planted.c '#include "wal/wal.h"' \
        'includes "wal/wal.h": base may include no other folder'
    plant 'an arrow between siblings' src/ingest/planted.h '#  include "influxql/parse.h"' \
        'includes "influxql/parse.h": ingest may include base model'
    plant 'an arrow into app' src/base/planted.c '#include "app/cli/line.h"' \
        'includes "app/cli/line.h"'
    plant 'the server going round stria.h' app/server/planted.c '#include "engine/engine.h"' \
        'includes "engine/engine.h": app/server may include'
    plant 'a file without a folder' src/planted.c '#include "stria.h"' 'lies in no folder'
    plant 'a folder nobody listed' src/misc/planted.c '#include "stria.h"' 'lies in misc'
    plant 'a path relative to the file' src/base/planted.c '#include "buf.h"' 'write it from src/'
    plant 'a source file' src/base/planted.c '#include "base/map.c"' 'only headers are included'
    plant 'a private header of others' src/engine/planted.c '#include "wal/wal_priv.h"' \
        'it is private to wal'
    plant 'a test disk in the product' src/wal/planted.c '#include "os/os_mem.h"' \
        'for tests only'
    plant 'a foreign library elsewhere' src/base/planted.c '#include <xxhash.h>' \
        'only base/hash may'
    plant 'a foreign folder elsewhere' src/scan/planted.c '#include <roaring/roaring.h>' \
        'only index/bitmap may'
    plant 'the heap by its header' src/base/planted.c '#include <malloc.h>' \
        'only base/mem app/server/process may'
    plant 'a system header' src/engine/planted.c '#include <unistd.h>' 'only os and app touch'
    plant 'a system folder' src/engine/planted.c '#include <sys/stat.h>' 'only os and app touch'
    plant 'an unknown header' src/os/planted.c '#include <gtk/gtk.h>' 'does not name this header'
}

allowed_includes_pass() {
    allow 'what a folder may include' src/segment/planted.c '#include "index/filter.h"' \
        '#include "stria.h"'
    allow 'a test of any folder on a test disk' src/base/planted_test.c '#include "os/os_mem.h"' \
        '#include <setjmp.h>' '#include <cmocka.h>'
    allow 'inspect, by exception' app/cli/inspect_wal.c '#include "wal/frame.h"' \
        '#include <unistd.h>'
    allow 'the system in os' src/os/planted.c '#include <sys/stat.h>' '#include <pthread.h>'
    allow 'a conditional header late' src/base/planted.c '#include <string.h>' '#ifdef X' \
        '#include "base/buf.h"' '#endif'
    allow 'a part of the test disk' src/os/os_mem_planted.c '#include "os/os_mem.h"'
    allow 'another test-only module' src/os/os_fault_planted.c '#include "os/os_mem.h"'
}

order_is_checked() {
    echo '#include "stria.h"' >src/base/planted.h
    plant 'own header not first' src/base/planted.c '#include "base/buf.h"' 'before its own header'
    plant 'own header after the system' src/base/planted_test.c '#include <stdio.h>' \
        'before its own header src/base/planted.h'
    rm src/base/planted.h
    printf '%s\n' '#include <string.h>' '#include "base/buf.h"' >src/base/planted.c
    run_check
    expect 'the system before the project' 1 \
        'src/base/planted.c:2: includes "base/buf.h" after a system'
    rm src/base/planted.c
}

layers_itself_is_checked() {
    cp src/LAYERS "$copy/layers"
    for row in 'loop: scan loop2|loop2, which is not listed above it' \
        'wal: base|wal is listed twice' 'what is this|not understood: what is this'; do
        cp "$copy/layers" src/LAYERS
        printf '%s\n' "${row%%|*}" >>src/LAYERS
        run_check
        expect "LAYERS: ${row%%|*}" 1 "src/LAYERS:$(wc -l <src/LAYERS | tr -d ' '): " "${row#*|}"
    done
    cp "$copy/layers" src/LAYERS
}

objects_are_checked() {
    refuse_object 'a system call without a header' src/engine/planted.c 'int fsync(int);

int sx_planted(void) { return fsync(1); }' 1 'uses fsync: only os and app touch'
    refuse_object 'a fortified call' src/engine/planted.c \
        'long __read_chk(int, void *, long, long);
long sx_planted(void *p) { return __read_chk(0, p, 1, 1); }' 1 'uses read: only os and app'
    refuse_object 'a 64-bit name' src/engine/planted.c 'long pread64(int, void *, long, long);
long sx_planted(void *p) { return pread64(0, p, 1, 1); }' 1 'uses pread: only os and app'
    refuse_object 'a thread call' src/task/planted.c 'int pthread_create(void);
int sx_planted(void) { return pthread_create(); }' 1 'uses pthread_create: only os and app'
    refuse_object 'a print' src/query/planted.c '/* printf */
#include <stdio.h>
void sx_planted(int x) { printf("%d\n", x); }' 3 'uses printf: only os and app'
    refuse_object 'the heap elsewhere' src/wal/planted.c '#include <stdlib.h>
void *sx_planted(unsigned long n) { return malloc(n); }' 2 'calls malloc(): only base/mem'
    refuse_object 'a public call from inside' src/exec/planted.c 'int stria_query(void);
int sx_planted(void) { return stria_query(); }' 1 'calls stria_query(): only src/api and app'
    refuse_object 'a public function elsewhere' src/exec/planted.c \
        'int stria_query(void) { return 1; }' 1 'defines stria_query()'
    accept_object 'system calls in os' src/os/planted.c 'int fsync(int);
int sx_planted(void) { return fsync(1); }'
    accept_object 'public functions in api' src/api/planted.c 'int stria_close(void);
int stria_query(void) { return stria_close(); }'
    accept_object 'public calls from app' app/cli/planted.c 'int stria_query(void);
int sx_planted(void) { return stria_query(); }'
    compile src/wal/planted.c 'int fsync(int); int sx_planted(void) { return fsync(1); }'
    rm src/wal/planted.c
    compile src/base/left.c 'int sx_left;'
    run_check --build "$copy/build"
    expect 'an object of a deleted source' 0
    run_check --build "$copy/tree"
    expect 'a build without objects' 2 'no objects'
}

run_check
expect 'the tree as it is' 0 'nothing wrong'
includes_are_checked
allowed_includes_pass
order_is_checked
layers_itself_is_checked
objects_are_checked
[ $failures -eq 0 ] && echo 'check_layers: every planted breach was named'
exit $((failures > 0))
