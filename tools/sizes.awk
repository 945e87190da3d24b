# SPDX-License-Identifier: Apache-2.0
# sizes.awk -- the half of check_sizes that reads one file after the other.
#
# Output      FILE:LINE: what is wrong; "warning" before what does not fail. Exit status 1 if
#             anything failed.

function fail(line, text)
{
    printf "%s:%d: %s\n", FILENAME, line, text
    failed = 1
}

function base_name(path)
{
    sub(/^.*\//, "", path)
    return path
}

# Characters of a line of UTF-8, where awk counts bytes.
function columns_of(line)
{
    gsub(/[\200-\277]/, "", line)
    return length(line)
}

function end_file()
{
    if (last_file == "")
        return
    if (last_line > 1000)
        printf "%s:%d: %d lines: at most 1000, better 500\n", last_file, last_line, last_line
    else if (last_line > 500)
        printf "%s:%d: warning: %d lines: better at most 500\n", last_file, last_line, last_line
    if (last_line > 1000)
        failed = 1
    if (is_header && guard_step < 2) {
        printf "%s:1: no header guard %s\n", last_file, guard
        failed = 1
    }
}

function guard_of(path)
{
    sub(/^(src|include)\//, "", path)
    path = toupper(path)
    gsub(/[^A-Z0-9]/, "_", path)
    return path == "STRIA_H" ? path : "SX_" path
}

function check_opening(line, number)
{
    if (number == 1 && line !~ /SPDX-License-Identifier: Apache-2\.0/)
        fail(FNR, "the first line must say SPDX-License-Identifier: Apache-2.0")
    if (number == 2 && is_c && index(line, "/* " base_name(FILENAME) " -- ") != 1)
        fail(FNR, "the second line must begin: /* " base_name(FILENAME) " -- its purpose")
    if (number == 2 && !is_c && line !~ /^# ./)
        fail(FNR, "the second line must say in a comment what the file is for")
}

function check_guard(line)
{
    if (guard_step == 0 && line ~ /^#/) {
        if (line != "#ifndef " guard)
            fail(FNR, "the header guard must be " guard)
        guard_step = 1
    } else if (guard_step == 1) {
        if (line != "#define " guard)
            fail(FNR, "#define " guard " must follow its #ifndef")
        guard_step = 2
    }
}

# A function goes from a brace in the first column to the next one; in scripts from "name() {".
function check_function(line)
{
    if (line ~ /^[A-Za-z_][A-Za-z0-9_ *]*\(/)
        head = line
    if (line ~ /^\{/ || line ~ /^[a-z_]+\(\) \{/) {
        start = FNR
    } else if (line ~ /^\}/ && start) {
        if (FNR - start + 1 > 70)
            fail(start, "a function of " (FNR - start + 1) " lines: at most 70: " head)
        start = 0
    }
}

FNR == 1 {
    end_file()
    last_file = FILENAME
    is_c = FILENAME ~ /\.[ch]$/
    is_header = FILENAME ~ /\.h$/
    guard = guard_of(FILENAME)
    guard_step = start = 0
    shift = /^#!/
}

{ last_line = FNR }
FNR <= 2 + shift { check_opening($0, FNR - shift) }
columns_of($0) > 100 { fail(FNR, columns_of($0) " columns: at most 100") }
is_header { check_guard($0) }
/[ \t]$/ { fail(FNR, "blanks at the end of the line") }
{ check_function($0) }

END {
    end_file()
    exit failed
}
