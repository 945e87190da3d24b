#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# checks_test.sh -- plants what check_sizes, check_refs, check_banned and check_symbols must refuse
# into a small tree, and what they must not.
#
# Use         tests/checks_test.sh [BUILD]; BUILD is not used, every test gets it.
# Why         A checker that finds nothing looks the same whether it works or not.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0
spdx='/* SPDX-License-Identifier: Apache-2.0 */'

# The small tree, all of it in order. Anew for every row.
fresh_tree() {
    rm -rf "$copy/tree"
    mkdir -p "$copy/tree/src/base" "$copy/tree/include" "$copy/tree/docs/adr" "$copy/tree/tests"
    cd "$copy/tree" || exit 1
    mkdir tools
    cp "$root/src/LAYERS" src/LAYERS
    cp "$root/tools/check_layers" tools/
    printf '%s\n' '# SPDX-License-Identifier: Apache-2.0' '# Nothing.' >CMakeLists.txt
    printf '%s\n' '#!/bin/sh' '# SPDX-License-Identifier: Apache-2.0' '# dev -- none.' >dev
    printf '%s\n' "$spdx" '/* good.h -- a module. */' '#ifndef SX_BASE_GOOD_H' \
        '#define SX_BASE_GOOD_H' 'int sx_good(int x);' '#endif' >src/base/good.h
    printf '%s\n' "$spdx" '/* good.c -- see good.h. */' '#include "base/good.h"' '' \
        'int sx_good(int x)' '{' '    return x ? sx_good(x - 1) : 0;' '}' >src/base/good.c
    printf '%s\n' "$spdx" '/* good_test.c -- tests of good.h. */' >src/base/good_test.c
}

wrong() {
    printf 'FAILED %s: %s\n' "$1" "$2"
    sed 's/^/    /' "$copy/output"
    failures=$((failures + 1))
}

# refuse CHECK NAME FILE TEXT LINE...: FILE of these lines makes CHECK fail and print TEXT.
# A first LINE of + appends to FILE as it is in the tree.
refuse() {
    check=$1 name=$2 file=$3 text=$4
    shift 4
    put_file "$file" "$@"
    if "$root/tools/$check" --root . >"$copy/output" 2>&1; then
        wrong "$name" "$check let it pass"
    fi
    grep -qF -- "$text" "$copy/output" || wrong "$name" "not printed: $text"
}

# accept CHECK NAME FILE LINE...
accept() {
    check=$1 name=$2 file=$3
    shift 3
    put_file "$file" "$@"
    "$root/tools/$check" --root . >"$copy/output" 2>&1 || wrong "$name" "$check refused it"
}

put_file() {
    file=$1
    shift
    fresh_tree
    mkdir -p "$(dirname "$file")"
    if [ "$1" = + ]; then shift; else rm -f "$file"; fi
    printf '%s\n' "$@" >>"$file"
}

repeat() { # repeat COUNT LINE
    yes "$2" | head -n "$1"
}

sizes() {
    accept check_sizes 'the small tree' src/base/good.c + ''
    refuse check_sizes 'no licence' src/base/good.c 'src/base/good.c:1: the first line must' \
        '/* good.c -- see good.h. */'
    refuse check_sizes 'no purpose' src/base/good.c 'good.c:2: the second line must begin' \
        "$spdx" '/* good -- see good.h. */'
    refuse check_sizes 'a script without purpose' tests/a_test.sh 'tests/a_test.sh:3: the second' \
        '#!/bin/sh' '# SPDX-License-Identifier: Apache-2.0' 'exit 0'
    refuse check_sizes 'another guard' src/base/good.h 'good.h:3: the header guard must be' \
        "$spdx" '/* good.h -- a module. */' '#ifndef GOOD_H' '#define GOOD_H' '#endif'
    refuse check_sizes 'no guard' src/base/good.h 'no header guard SX_BASE_GOOD_H' \
        "$spdx" '/* good.h -- a module. */' 'int x;'
    refuse check_sizes 'a long line' src/base/good.c 'good.c:9: 101 columns' + \
        "/* $(repeat 95 x | tr -d '\n') */"
    accept check_sizes 'a hundred letters of two bytes' src/base/good.c + \
        "/* $(repeat 94 é | tr -d '\n') */"
    refuse check_sizes 'blanks at an end' src/base/good.c 'good.c:9: blanks at the end' + 'int x; '
    refuse check_sizes 'a long function' src/base/good.c 'good.c:10: a function of 71 lines' + \
        'int long_one(void)' '{' "$(repeat 69 '    ;')" '}'
    accept check_sizes 'a function of 70 lines' src/base/good.c + \
        'int long_one(void)' '{' "$(repeat 68 '    ;')" '}'
    refuse check_sizes 'a long file' src/base/good.c 'good.c:1001: 1001 lines' + \
        "$(repeat 993 'int x;')"
    accept check_sizes 'a file of a thousand lines' src/base/good.c + "$(repeat 992 'int x;')"
    grep -q 'good.c:1000: warning' "$copy/output" || wrong 'a file of 1000 lines' 'no warning'
    accept check_sizes 'a part without a header of its own' src/base/lone.c \
        "$spdx" '/* lone.c -- alone. */'
    accept check_sizes 'a part of a tested module' src/base/good_part_two.c \
        "$spdx" '/* good_part_two.c -- a part. */'
}

refs() {
    accept check_refs 'the small tree' src/base/good.c + ''
    refuse check_refs 'a file that is not there' src/base/good.c 'src/base/gone.c is not there' + \
        '/* see src/base/gone.c */'
    refuse check_refs 'a neighbour that is not there' src/base/good.c 'gone.h is not there' + \
        '/*' ' * see gone.h */'
    refuse check_refs 'a folder that is not there' src/base/good.c 'docs/plans is not there' + \
        '// docs/plans.'
    refuse check_refs 'a decision that is not there' src/base/good.c 'ADR 12 is not there' + \
        '/* why: ADR 12 */'
    refuse check_refs 'a link that leads nowhere' docs/A.md 'the link to B.md leads nowhere' \
        '[b](B.md)'
    refuse check_refs 'a document that names a file' README.md 'src/base/gone.c is not there' \
        'Read `src/base/gone.c`.'
    refuse check_refs 'a script that names a file' tests/a.sh 'tools/gone is not there' \
        '# tools/gone'
    refuse check_refs 'an unfinished merge' docs/A.md 'A.md:2: a merge was not finished here' \
        'one' '<<<<<<< ours'
    refuse check_refs 'the end of one, in code' src/base/good.c 'a merge was not finished here' + \
        '>>>>>>> theirs'
    accept check_refs 'a heading underlined' docs/A.md 'Title' '======='
    accept check_refs 'a decision' docs/adr/0012-why.md 'See ADR 12, docs/adr/0012-why.md.'
    accept check_refs 'names that are there' src/base/good.c + \
        '/* good.h, base/good.h, src/base, src/base/good: stria. <zstd.h> and zstd.h too. */'
    accept check_refs 'patterns and examples' src/base/good.c + \
        '/* x.h, src/wal/x_test.c, fuzz/fuzz_<name>.c, https://example.org/docs/gone */'
    accept check_refs 'code is not a comment' src/base/good.c + 'char *s = "src/base/gone.c";'
    accept check_refs 'links' docs/A.md '[b](https://example.org) [c](#here) [d](A.md#x)'
}

banned() {
    accept check_banned 'the small tree' src/base/good.c + ''
    refuse check_banned 'strcpy' src/base/good.c 'good.c:9: calls strcpy(): use' + ' strcpy (a, b);'
    refuse check_banned 'sprintf in a test' src/base/good_test.c 'calls sprintf()' + \
        'x = sprintf(a);'
    refuse check_banned 'strtod in app' app/cli/x.c 'calls strtod()' 'd = strtod(s, &end);'
    refuse check_banned 'malloc' app/cli/x.c 'calls malloc()' 'p = malloc(1);'
    refuse check_banned 'a double by printf' src/base/good.c 'number by %.3f' + 'f("%.3f");'
    refuse check_banned 'a double by printf, short' src/base/good.c 'by %g' + 'f("a %% %g");'
    refuse check_banned 'a bare note' src/base/good.c 'a note for later' + '/* TODO: later */'
    accept check_banned 'a note with its issue' src/base/good.c + '/* TODO(#7): later */'
    accept check_banned 'names that only look so' src/base/good.c + \
        'a->malloc(1); b.strcpy(c); my_strcpy(d); /* strcpy(x) */ s = "strcpy(x)"; strcpy_s = 1;'
    accept check_banned 'percent signs' src/base/good.c + 'f("%% full, %d, %2F, 5 % free, %zu");'
    accept check_banned 'malloc in base/mem.c' src/base/mem.c 'p = malloc(1);'
    accept check_banned 'malloc in a test' src/base/good_test.c + 'p = malloc(1); d = strtod(s, 0);'
    accept check_banned 'a comment over lines' src/base/good.c + '/* a' ' gets(x)' '*/ int x;'
    refuse check_banned 'after a comment' src/base/good.c 'calls gets()' + '/* a' '*/ gets(x);'
}

symbols() { # symbols NAME STATUS TEXT CODE: libraries of CODE
    fresh_tree
    mkdir -p build/release
    printf '%s\n' "$4" >planted.c
    cc -w -shared -fPIC planted.c -o build/release/libstria.so
    cc -w -c planted.c -o build/release/planted.o
    rm -f build/release/libstria.a
    ar rc build/release/libstria.a build/release/planted.o
    rm planted.c
    status=0
    "$root/tools/check_symbols" --root . >"$copy/output" 2>&1 || status=1
    [ $status = "$2" ] || wrong "$1" "status $status"
    grep -qF -- "$3" "$copy/output" || wrong "$1" "not printed: $3"
}

unused() { # unused NAME TEXT LINE...: lines in a new file make check_symbols print TEXT, or not (!)
    name=$1 text=$2
    shift 2
    put_file src/base/planted.c "$@"
    LC_ALL=C awk -f "$root/tools/c_text.awk" -f "$root/tools/unused.awk" src/base/*.[ch] \
        >"$copy/output"
    case $text in
    !*) grep -qF -- "${text#!}" "$copy/output" && wrong "$name" "printed: ${text#!}" ;;
    *) grep -qF -- "$text" "$copy/output" || wrong "$name" "not printed: $text" ;;
    esac
}

wrapping() { # a long line of a paragraph goes on in the next one, a long row of a table does not
    fresh_tree
    words=$(repeat 24 ' six' | tr -d '\n') # 96 columns
    printf '%s\n' "/*$words seven" ' * eight */' " * Why         ${words#???????????} nine" \
        ' *             ten' ' * Limits      none' " *              ${words#??????????????} row" \
        ' *             after' '/* short */' "int x; /*$words $words */" >src/base/wide.c
    "$root/tools/wrap_comments" src/base/wide.c >"$copy/output"
    cat src/base/wide.c >>"$copy/output"
    printf '%s\n' "/*$words" ' * seven eight */' " * Why         ${words#???????????}" \
        ' *             nine ten' ' * Limits      none' " *              ${words#??????????????}" \
        ' *                row' ' *             after' '/* short */' \
        "int x; /*$words $words */" >src/base/wanted.c
    diff src/base/wanted.c src/base/wide.c >>"$copy/output" || wrong 'wrapping' 'other lines'
    "$root/tools/wrap_comments" src/base/wanted.c >"$copy/output"
    [ -s "$copy/output" ] && wrong 'wrapping twice' 'the second time changed something'
}

sizes
refs
banned
wrapping
hidden='__attribute__((visibility("hidden")))'
symbols 'names in order' 0 'nothing wrong' "int stria_x(void) { return 1; } $hidden int sx_x;"
symbols 'an export' 1 'libstria.so: defines sx_x' 'int sx_x(void) { return 1; }'
symbols 'a name of the archive' 1 'libstria.a: defines helper' \
    "$hidden int helper(void) { return 1; }"
symbols 'data' 1 'libstria.so: defines table' 'int table[2] = {1, 2};'
unused 'only its own file' 'src/base/good.c:5: warning: only its own file uses sx_good()' 'int x;'
unused 'never' 'src/base/planted.c:1: warning: nothing uses sx_x()' 'int sx_x(int a)' '{' '}'
unused 'used elsewhere' '!sx_good' 'int y(void)' '{' '    return sx_good(1);' '}'
unused 'used by a macro' '!sx_good' '#define USE(x) \' 'sx_good(x)'
[ $failures -eq 0 ] && echo 'checks: every planted breach was named'
exit $((failures > 0))
