# SPDX-License-Identifier: Apache-2.0
# unused.awk -- lists internal functions that nothing, or only their own file, uses.
#
# Use         awk -f tools/c_text.awk -f tools/unused.awk FILE...; tests and fuzz targets too
# Algorithm   A line that begins in the first column declares or defines the sx_* function it
#             calls by name; a name on an indented line, or in a macro, is a use.
# Output      FILE:LINE: warning: ... Always exit status 0: a use may be on its way.

function note(name, declares)
{
    if (is_test) {
        tested[name] = 1
        return
    }
    if (declares) {
        if (!(name in place))
            order[++count] = name
        if (!(name in place) || FILENAME ~ /\.c$/)
            place[name] = FILENAME ":" FNR
        if (FILENAME ~ /\.c$/)
            home[name] = FILENAME
        return
    }
    uses[name]++
    uses_of_file[name, FILENAME]++
}

FNR == 1 { is_test = FILENAME ~ /_test\.[ch]$/ || FILENAME !~ /^(src|app)\// }

{
    split_line($0)
    is_macro = code ~ /^#/ || in_macro
    in_macro = is_macro && code ~ /\\$/
    at_margin = code ~ /^[A-Za-z_]/ && !is_macro
    while (match(code, /sx_[a-z0-9_]+[ \t]*\(?/)) {
        front = RSTART > 1 ? substr(code, RSTART - 1, 1) : " "
        name = substr(code, RSTART, RLENGTH)
        code = substr(code, RSTART + RLENGTH)
        called = sub(/[ \t]*\($/, "", name)
        sub(/[ \t]+$/, "", name)
        if (front !~ /[A-Za-z0-9_]/)
            if (!at_margin || called)
                note(name, at_margin && called)
    }
}

END {
    for (i = 1; i <= count; i++) {
        name = order[i]
        if (!uses[name])
            printf "%s: warning: nothing%s uses %s()\n", place[name], \
                   (name in tested) ? " but tests" : "", name
        else if (!(name in tested) && uses[name] == uses_of_file[name, home[name]])
            printf "%s: warning: only its own file uses %s(): it can be static\n", \
                   place[name], name
    }
}
