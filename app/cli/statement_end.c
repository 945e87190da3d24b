/* SPDX-License-Identifier: Apache-2.0 */
/* statement_end.c -- see statement_end.h. */
#include "app/cli/statement_end.h"

#include "base/attr.h"

struct scan {
    const uint8_t *p, *end;
    uint8_t before;       /* the last byte that is not white; 0: none */
    struct sx_bytes word; /* the last word */
    int depth;            /* open parentheses */
    bool open;            /* a quote or comment did not end */
};

static bool is_word(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte >= 0x80;
}

static bool is_white(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool same_word(struct sx_bytes word, const char *name)
{
    if (word.len != strlen(name))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if ((word.ptr[i] | 0x20) != name[i])
            return false;
    return true;
}

/* Whether a / here begins a regular expression. */
static bool regex_begins(const struct scan *scan)
{
    if (is_word(scan->before))
        return same_word(scan->word, "select") || same_word(scan->word, "from") ||
               same_word(scan->word, "by");
    return scan->before == '~' || scan->before == '(' || scan->before == ',' || scan->before == '.';
}

/* Passes over what ends with `mark`, a backslash taking the next byte along. */
static void skip_quoted(struct scan *scan, uint8_t mark)
{
    for (scan->p++; scan->p < scan->end && *scan->p != mark; scan->p++)
        if (*scan->p == '\\' && scan->p + 1 < scan->end)
            scan->p++;
    scan->open = scan->p >= scan->end;
    scan->before = mark;
}

static bool at(const struct scan *scan, const char *mark)
{
    size_t len = strlen(mark);
    return (size_t)(scan->end - scan->p) >= len && memcmp(scan->p, mark, len) == 0;
}

static void skip_comment(struct scan *scan)
{
    for (scan->p += 2; scan->p < scan->end && !at(scan, "*/"); scan->p++)
        ;
    scan->open = scan->p >= scan->end;
    scan->p += !scan->open; /* on its last byte */
}

static void skip_line_comment(struct scan *scan)
{
    while (scan->p < scan->end && *scan->p != '\n')
        scan->p++;
}

static void take_word(struct scan *scan)
{
    const uint8_t *from = scan->p;
    while (scan->p + 1 < scan->end && is_word(scan->p[1]))
        scan->p++;
    scan->word = sx_bytes_make(from, (size_t)(scan->p + 1 - from));
    scan->before = *scan->p;
}

static void step(struct scan *scan)
{
    uint8_t byte = *scan->p;
    bool comment = at(scan, "/*");
    if (byte == '\'' || byte == '"' || (byte == '/' && !comment && regex_begins(scan))) {
        skip_quoted(scan, byte);
    } else if (comment) {
        skip_comment(scan);
    } else if (at(scan, "--")) {
        skip_line_comment(scan);
    } else if (is_word(byte)) {
        take_word(scan);
    } else {
        scan->depth += (byte == '(') - (byte == ')');
        if (byte == ';')
            scan->depth = 0;
        if (!is_white(byte))
            scan->before = byte;
    }
}

bool sx_statement_is_whole(struct sx_bytes text)
{
    struct scan scan = {.p = text.ptr, .end = text.ptr + text.len};
    if (text.len && text.ptr[text.len - 1] == '\\')
        return false;
    while (scan.p < scan.end) {
        step(&scan);
        scan.p += scan.p < scan.end;
    }
    return !scan.open && scan.depth <= 0;
}
