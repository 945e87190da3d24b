# SPDX-License-Identifier: Apache-2.0
# refs.awk -- finds names of files, folders and decisions in comments and documents that are not
# there; the working half of check_refs.
#
# Use         awk -f tools/c_text.awk -f tools/refs.awk LIST FILE...; LIST names every file and
#             folder of the checkout, one a line.
# Rules       A path (src/base, src/base/x.c): it, or a module of that name, is there. A file
#             (x.c) in a comment: beside the file, or from src/ or the root. ADR N:
#             docs/adr/NNNN-*.md.
#             [text](file) in documents: from the document's folder.
# Skipped     Patterns (fuzz_<name>.c, *.c), and the examples x.h, y_test.c.

function fail(text)
{
    printf "%s:%d: %s\n", FILENAME, FNR, text
    failed = 1
}

function is_example(path)
{
    return path ~ /[*<>{}$]|NNN|\.\.\./ || path ~ /(^|\/)[xyz](_[a-z0-9]+)?(\.|$)/
}

function is_there(path)
{
    sub(/\/+$/, "", path)
    return (path in known) || ((path ".c") in known) || ((path ".h") in known) ||
           ((path "_test.c") in known)
}

# Calls check_name(kind, it) for every match of `pattern` in `text` that begins a word.
function each_match(text, pattern, kind,    front, found)
{
    front = " "
    while (match(text, pattern)) {
        if (RSTART > 1)
            front = substr(text, RSTART - 1, 1)
        found = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        if (kind == "link" || front !~ /[A-Za-z0-9_.\/<-]/)
            check_name(kind, found)
        front = substr(found, length(found))
    }
}

function check_name(kind, found,    folder)
{
    folder = FILENAME ~ /\// ? FILENAME : ""
    sub(/[^\/]*$/, "", folder)
    if (kind == "path") {
        sub(/[.,:;]+$/, "", found)
        if (!is_example(found) && !is_there(found))
            fail(found " is not there")
    } else if (kind == "source") {
        if (is_example(found) || found ~ ("^" own_folders "/") || (found in headers) ||
            (found in known) || ((folder found) in known) || (("src/" found) in known) ||
            (("include/" found) in known))
            return
        fail(found " is not there (looked in " (folder == "" ? "." : folder) ", src/, include/)")
    } else if (kind == "decision") {
        gsub(/[^0-9]/, "", found)
        if (!(sprintf("%04d", found + 0) in decisions))
            fail("ADR " found " is not there (docs/adr/)")
    } else {
        sub(/^\]\(/, "", found)
        sub(/[#)].*$/, "", found)
        if (found != "" && found !~ /^[a-z]+:/ && !is_there(found) && !is_there(folder found))
            fail("the link to " found " leads nowhere")
    }
}

function check_text(text)
{
    each_match(text, own_folders "/[A-Za-z0-9_./*<>{}$-]*", "path")
    each_match(text, "ADR[ -]?[0-9]+", "decision")
}

BEGIN { own_folders = "(src|app|docs|include|tests|tools|fuzz|bench|examples)" }

FILENAME == ARGV[1] {
    sub(/^\.\//, "")
    known[$0] = 1
    if (match($0, /^docs\/adr\/[0-9][0-9][0-9][0-9]-/))
        decisions[substr($0, 10, 4)] = 1
    next
}

# Headers of the system and of foreign libraries are named in comments too.
FILENAME == "src/LAYERS" && /^[@%+]/ {
    for (i = 1; i <= NF; i++) {
        sub(/:$/, "", $i)
        headers[$i] = 1
    }
    next
}

# What a merge leaves where nobody decided.
/^(<<<<<<<|>>>>>>>) / { fail("a merge was not finished here") }

FILENAME ~ /\.[ch]$/ {
    split_line($0)
    check_text(comment)
    each_match(comment, "[a-z][a-z0-9_]*(/[a-z0-9_]+)*\\.[ch]", "source")
    next
}

FILENAME ~ /\.md$/ {
    check_text($0)
    each_match($0, "\\]\\([^)]*\\)", "link")
    next
}

match($0, /(^|[ \t])#( |$).*/) { check_text(substr($0, RSTART)) }

END { exit failed }
