# SPDX-License-Identifier: Apache-2.0
# banned.awk -- finds calls that have a better replacement here; the working half of check_banned.
#
# Use         awk -f tools/c_text.awk -f tools/banned.awk FILE...
# Rules       `everywhere`: unbounded or without an error. `product` (src and app, not their tests):
#             what depends on the locale, ends the process, or is not charged to a budget.
#             A number is never printed by %f or %g there, and TODO needs an issue: TODO(#12).
# Output      FILE:LINE: what is wrong and what to use. Exit status 1 if there was any.

function fail(text)
{
    printf "%s:%d: %s\n", FILENAME, FNR, text
    failed = 1
}

function ban(list, names, instead,    words, count, i)
{
    count = split(names, words, " ")
    for (i = 1; i <= count; i++) {
        replacement[words[i]] = instead
        scope[words[i]] = list
    }
}

BEGIN {
    ban("everywhere", "gets strcpy strcat stpcpy wcscpy wcscat", "memcpy with a checked size")
    ban("everywhere", "sprintf vsprintf", "snprintf, or sx_buf")
    ban("everywhere", "strncpy strncat", "memcpy with a checked size: they may leave out the NUL")
    ban("everywhere", "strtok strtok_r strsep", "a view (struct sx_bytes) that is cut")
    ban("everywhere", "atoi atol atoll", "the parsers of base, which tell errors")
    ban("everywhere", "alloca strdupa strndupa", "a bounded array, or struct sx_mem")
    ban("everywhere", "tmpnam tempnam mktemp", "mkdtemp")
    ban("everywhere", "signal", "sigaction")
    ban("everywhere", "vfork gethostbyname asctime ctime rand srand", "its reentrant successor")
    ban("product", "scanf sscanf fscanf vsscanf", "the parsers of base, which tell errors")
    ban("product", "atof strtod strtof strtold", "the parsers of base, which ask no locale")
    ban("product", "setlocale strcoll strxfrm", "nothing: results must not depend on the locale")
    ban("product", "setjmp longjmp sigsetjmp siglongjmp", "a status that is passed up")
    ban("product", "localtime localtime_r mktime strftime strptime tzset", "the times of base")
    ban("heap", "malloc calloc realloc reallocarray strdup strndup asprintf vasprintf " \
        "posix_memalign aligned_alloc", "struct sx_mem (base/mem.h): it is charged to a budget")
}

function in_scope(list)
{
    if (list == "everywhere")
        return 1
    if (FILENAME !~ /^(src|app)\// || FILENAME ~ /_test\.[ch]$/)
        return 0
    if (list == "heap") # os has no accountant at hand; os_mem and os_fault are for tests
        return FILENAME !~ /^src\/(base\/mem\.c|os\/os_(posix|mem|fault))/
    return 1
}

function check_calls(text,    name, front)
{
    front = " "
    while (match(text, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        if (RSTART > 1)
            front = substr(text, RSTART - 1, 1)
        name = substr(text, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", name)
        text = substr(text, RSTART + RLENGTH)
        if ((name in replacement) && front !~ /[.>]/ && in_scope(scope[name]))
            fail("calls " name "(): use " replacement[name])
        front = "("
    }
}

# Conversions of printf that print a double. %2F is a byte of a URL, and %% is a percent sign.
function check_formats(text,    found)
{
    gsub(/%%/, "", text)
    while (match(text, /%[-+#0-9.*lL]*[aAeEfFgG]/)) {
        found = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        if (found !~ /^%[0-9][A-Fa-f]$/)
            fail("prints a number by " found ": use the printers of base, which ask no locale")
    }
}

{
    split_line($0)
    check_calls(code)
    if (in_scope("product") && strings != "")
        check_formats(strings)
    if (comment ~ /(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)/ && comment !~ /TODO\(#[0-9]+\)/)
        fail("a note for later without an issue: TODO(#number)")
}

END { exit failed }
