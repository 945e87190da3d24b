# SPDX-License-Identifier: Apache-2.0
# wrap.awk -- writes a C file with its comment lines wrapped to 100 columns; see wrap_comments.
#
# Algorithm   The words that do not fit go to the front of the next line, if that continues the
#             paragraph (equal indent, no new key), else to a line of their own with the same
#             hanging indent. A key is a word and two blanks, as in "Why   " or "size   bytes of
#             it". Deeper than the text of a key are rows of tables: they are never joined, and what
#             does not fit stands two columns further in.
# Limits      Whole-line comments only.

function columns_of(line)
{
    gsub(/[\200-\277]/, "", line)
    return length(line)
}

# The last blank before column 101 with something but the comment's mark in front; 0: none.
function cut_of(line,    i, columns, cut)
{
    for (i = 1; i <= length(line) && columns <= 100; i++) {
        if (substr(line, i, 1) !~ /[\200-\277]/)
            columns++
        if (substr(line, i, 1) == " " && columns <= 101 && substr(line, 1, i) ~ /[^ \/*] $/)
            cut = i
    }
    return cut
}

# What a line begins with that continues the paragraph of `line`.
function prefix_of(line,    base, star, rest)
{
    match(line, /^ */)
    base = substr(line, 1, RLENGTH)
    rest = substr(line, RLENGTH + 1)
    star = rest ~ /^\/\*/ ? base " *" : base "*"
    sub(/^\/?\*/, "", rest)
    if (line !~ /^ *\/\*/ && match(rest, /^ +[A-Za-z_][a-z_0-9]*  +/))
        return star sprintf("%" RLENGTH "s", "")
    match(rest, /^ +/)
    return star sprintf("%" (RLENGTH > 0 ? RLENGTH : 1) "s", "")
}

function is_row(line)
{
    return line ~ /^ *\*              /
}

function continues(line, prefix,    rest)
{
    if (substr(line, 1, length(prefix)) != prefix)
        return 0
    rest = substr(line, length(prefix) + 1)
    return rest ~ /^[^ ]/ && rest !~ /^[A-Za-z_][a-z_0-9]*  +/ && rest !~ /^\*\//
}

function put(line, next_index,    cut, tail, prefix, row, in_row)
{
    while (line ~ /^ *(\/\*|\*)/ && columns_of(line) > 100 && (cut = cut_of(line))) {
        tail = substr(line, cut + 1)
        row = is_row(line)
        prefix = prefix_of(line) (row && !in_row ? "  " : "")
        in_row = row
        line = substr(line, 1, cut - 1)
        if (tail == "*/") { # never alone: take a word along
            cut = match(line, / [^ ]*$/)
            tail = substr(line, cut + 1) " */"
            line = substr(line, 1, cut - 1)
        }
        print line
        line = prefix tail
        if (!row && tail !~ /\*\/$/ && continues(lines[next_index], prefix)) {
            line = line " " substr(lines[next_index], length(prefix) + 1)
            next_index++
        }
    }
    print line
    return next_index
}

{ lines[NR] = $0 }

END {
    for (i = 1; i <= NR;)
        i = put(lines[i], i + 1)
}
