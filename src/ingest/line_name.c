/* SPDX-License-Identifier: Apache-2.0 */
/* line_name.c -- see line_name.h. */
#include "ingest/line_name.h"

#include "ingest/line_scan.h"

const uint8_t *sx_name_end(const uint8_t *p, const uint8_t *end, uint8_t a, uint8_t b, uint8_t c)
{
    const uint8_t *start = p;
    for (p = sx_scan_any(p, end, a, b, c); p < end && p > start && p[-1] == '\\';)
        p = sx_scan_any(p + 1, end, a, b, c);
    return p;
}

static bool goes(uint8_t byte, bool quote_too)
{
    return byte == ',' || byte == '=' || byte == ' ' || (quote_too && byte == '"');
}

static struct sx_bytes unescape(struct sx_bytes raw, bool quote_too, uint8_t **scratch)
{
    if (raw.len == 0 || !memchr(raw.ptr, '\\', raw.len))
        return raw;
    uint8_t *start = *scratch, *out = start;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '\\' && i + 1 < raw.len && goes(raw.ptr[i + 1], quote_too))
            i++;
        *out++ = raw.ptr[i];
    }
    *scratch = out;
    return sx_bytes_make(start, (size_t)(out - start));
}

struct sx_bytes sx_name_text_of_tag(struct sx_bytes raw, uint8_t **scratch)
{
    return unescape(raw, false, scratch);
}

struct sx_bytes sx_name_text(struct sx_bytes raw, uint8_t **scratch)
{
    return unescape(raw, true, scratch);
}
