/* SPDX-License-Identifier: Apache-2.0 */
/* line_scan.c -- see line_scan.h.
 *
 * Algorithm   The end of a line depends on whether an LF is quoted, so the line is read as the
 *             fields will be: quotes count only behind the first bare space and while one '=' more
 *             than ',' was met, which is the place of a value. Bare means: not right behind a
 *             backslash. m,t="a f="x<LF>y",g=1<LF>   ends at the second <LF>: the quote in the tag
 *             means nothing. */
#include "ingest/line_scan.h"

const uint64_t sx_scan_tens[20] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

/* The quote that closes a string whose inside begins at p; `end` if none does. */
static const uint8_t *string_end(const uint8_t *p, const uint8_t *end)
{
    for (p = sx_scan_any(p, end, '"', '\\', '"'); p < end && *p == '\\';) {
        p = end - p > 2 ? p + 2 : end;
        p = sx_scan_any(p, end, '"', '\\', '"');
    }
    return p;
}

/* The first bare space, or LF that ends the line. */
static const uint8_t *key_end(const uint8_t *p, const uint8_t *end)
{
    for (;;) {
        p = sx_scan_any(p, end, ' ', '\\', '\n');
        if (p == end || *p != '\\')
            return p;
        const uint8_t *run = p;
        while (p < end && *p == '\\')
            p++;
        bool odd = (p - run) % 2 == 1;
        if (p < end && (*p == ' ' || (*p == '\n' && odd)))
            p++;
    }
}

const uint8_t *sx_scan_line_end(const uint8_t *p, const uint8_t *end)
{
    bool escaped = false, odd = false;
    uint64_t equals = 0, commas = 0;
    for (p = key_end(p, end); p < end; p++) {
        if (*p == '\\') {
            escaped = true;
            odd = !odd;
            continue;
        }
        if (*p == '\n' && !odd)
            return p;
        if (!escaped) {
            equals += *p == '=';
            commas += *p == ',';
            if (*p == '"' && equals > commas) {
                p = string_end(p + 1, end);
                if (p == end)
                    return end;
            }
        }
        escaped = odd = false;
    }
    return end;
}

uint64_t sx_scan_count_lines(const uint8_t *p, const uint8_t *end)
{
    uint64_t count = 0;
    for (; p < end; p++)
        count += *p == '\n';
    return count;
}
