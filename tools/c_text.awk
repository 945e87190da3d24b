# SPDX-License-Identifier: Apache-2.0
# c_text.awk -- splits a line of C into code, comment and strings, for checks that need one of them.
#
# Use         awk -f tools/c_text.awk -f CHECK.awk FILE...; CHECK calls split_line($0) on each line,
#             in order. That sets `code` (strings emptied), `comment` and `strings` (joined by \n).
# Limits      A string does not go on over a line end; there are no trigraphs.

function take_literal(line, quote,    whole)
{
    if (quote == "'")
        match(line, /^([^'\\]|\\.)*'/)
    else
        match(line, /^([^"\\]|\\.)*"/)
    if (RSTART == 0)
        RLENGTH = length(line)
    whole = substr(line, 1, RLENGTH - 1)
    if (quote == "\"")
        strings = strings whole "\n"
    code = code quote quote
    return substr(line, RLENGTH + 1)
}

function split_line(line,    place, mark)
{
    code = comment = strings = ""
    if (FNR == 1)
        in_comment = 0
    while (line != "") {
        if (in_comment) {
            place = index(line, "*/")
            comment = comment (place ? substr(line, 1, place - 1) " " : line)
            line = place ? substr(line, place + 2) : ""
            in_comment = !place
            continue
        }
        if (!match(line, /\/\*|\/\/|"|'/)) {
            code = code line
            return
        }
        mark = substr(line, RSTART, RLENGTH)
        code = code substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (mark == "/*") {
            in_comment = 1
            code = code " "
        } else if (mark == "//") {
            comment = comment line
            return
        } else {
            line = take_literal(line, mark)
        }
    }
}
