/* SPDX-License-Identifier: Apache-2.0 */
/* lp_cut.c -- see lp_cut.h.
 *
 * Algorithm   Few texts have quotes or backslashes at all: then the last LF is it. Else line after
 *             line is looked at, those without either being skipped at once; in the others a quote
 *             counts where a value may stand: behind the first bare space, with more '=' than ','
 *             so far. Bare means not behind a backslash. */
#include "app/cli/lp_cut.h"

#include <stdbool.h>

/* What may stand before a line; the end of CRLF is taken so too, though it stands behind. */
static bool is_white(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == 0;
}

/* The quote that ends a string whose inside begins at p; `end`: none does. */
static const uint8_t *string_end(const uint8_t *p, const uint8_t *end)
{
    for (; p < end && *p != '"'; p++)
        if (*p == '\\' && p + 1 < end)
            p++;
    return p;
}

/* The LF that ends the line at p, looked at byte by byte; `end`: none does. */
static const uint8_t *careful_line_end(const uint8_t *p, const uint8_t *end)
{
    bool fields = false, odd = false;
    uint64_t equals = 0, commas = 0;
    for (bool escaped = false; p < end; p++) {
        if (*p == '\\') {
            escaped = true;
            odd = !odd;
            continue;
        }
        if (*p == '\n' && !odd)
            return p;
        if (!escaped) {
            fields = fields || *p == ' ';
            equals += fields && *p == '=';
            commas += fields && *p == ',';
            if (*p == '"' && fields && equals > commas && (p = string_end(p + 1, end)) == end)
                return end;
        }
        escaped = odd = false;
    }
    return end;
}

static const uint8_t *line_end(const uint8_t *p, const uint8_t *end)
{
    while (p < end && is_white(*p))
        p++;
    const uint8_t *lf = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    const uint8_t *plain_end = lf ? lf : end;
    size_t len = (size_t)(plain_end - p);
    if (len == 0 || *p == '#' || (!memchr(p, '"', len) && !memchr(p, '\\', len)))
        return plain_end;
    return careful_line_end(p, end);
}

size_t sx_lp_cut(struct sx_bytes text)
{
    if (!text.len)
        return 0;
    const uint8_t *p = text.ptr, *end = text.ptr + text.len;
    if (!memchr(p, '"', text.len) && !memchr(p, '\\', text.len)) {
        const uint8_t *last = memrchr(p, '\n', text.len);
        return last ? (size_t)(last - p) + 1 : 0;
    }
    size_t cut = 0;
    while (p < end) {
        const uint8_t *lf = line_end(p, end);
        if (lf == end)
            break;
        p = lf + 1;
        cut = (size_t)(p - text.ptr);
    }
    return cut;
}

uint64_t sx_lp_count_lines(struct sx_bytes text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\n';
    return count;
}

uint64_t sx_lp_count_points(struct sx_bytes text)
{
    uint64_t count = 0;
    const uint8_t *p = text.ptr, *end = p + text.len;
    while (p < end) {
        while (p < end && is_white(*p))
            p++;
        count += p < end && *p != '#' && *p != '\n';
        p = line_end(p, end);
        p += p < end;
    }
    return count;
}
