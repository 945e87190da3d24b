/* SPDX-License-Identifier: Apache-2.0 */
/* go_text.c -- see go_text.h. */
#include "app/server/go_text.h"

#include "base/error.h"
#include "base/time_text.h"

#define LAYOUT "2006-01-02T15:04:05.999999999Z07:00"
#define TEXT_SIZE_MAX 600 /* of an error */

void sx_go_put_quoted(struct sx_buf *out, struct sx_bytes text)
{
    static const char controls[] = "abtnvfr"; /* 7 to 13 */
    sx_buf_put_u8(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '"' || c == '\\')
            sx_buf_printf(out, "\\%c", c);
        else if (c >= 7 && c <= 13)
            sx_buf_printf(out, "\\%c", controls[c - 7]);
        else if (c < 0x20 || c == 0x7f)
            sx_buf_printf(out, "\\x%02x", c);
        else
            sx_buf_put_u8(out, c);
    }
    sx_buf_put_u8(out, '"');
}

/* ---- times ---------------------------------------------------------------------------------- */

static size_t digits_at(struct sx_bytes text, size_t at)
{
    size_t count = 0;
    while (at + count < text.len && text.ptr[at + count] >= '0' && text.ptr[at + count] <= '9')
        count++;
    return count;
}

static bool is_offset(struct sx_bytes rest)
{
    return rest.len >= 6 && (rest.ptr[0] == '+' || rest.ptr[0] == '-') && digits_at(rest, 1) == 2 &&
           rest.ptr[3] == ':' && digits_at(rest, 4) >= 2;
}

/* Where a text leaves the layout: the rest, and what should stand there. False: it does not. */
static bool find_fault(struct sx_bytes text, size_t *at, const char **wanted)
{
    static const struct {
        const char *name;
        size_t digits; /* 0: the name itself */
    } parts[] = {{"2006", 4}, {"-", 0}, {"01", 2}, {"-", 0}, {"02", 2}, {"T", 0},
                 {"15", 2},   {":", 0}, {"04", 2}, {":", 0}, {"05", 2}};
    *at = 0;
    for (size_t i = 0; i < SX_COUNT_OF(parts); i++) {
        size_t size = parts[i].digits ? parts[i].digits : 1;
        bool good = parts[i].digits ? digits_at(text, *at) >= size
                                    : *at < text.len && text.ptr[*at] == (uint8_t)parts[i].name[0];
        *wanted = parts[i].name;
        if (!good)
            return true;
        *at += size;
    }
    if (*at < text.len && (text.ptr[*at] == '.' || text.ptr[*at] == ',') &&
        digits_at(text, *at + 1))
        *at += 1 + digits_at(text, *at + 1);
    struct sx_bytes rest = sx_bytes_make(text.ptr + *at, text.len - *at);
    *wanted = "Z07:00";
    if (!is_offset(rest) && !(rest.len && rest.ptr[0] == 'Z'))
        return true;
    *at += rest.ptr[0] == 'Z' ? 1 : 6;
    *wanted = NULL; /* too much */
    return *at < text.len;
}

static stria_status tell_fault(struct sx_bytes text, size_t at, const char *wanted,
                               stria_error *err)
{
    char storage[TEXT_SIZE_MAX + 1];
    struct sx_buf out;
    struct sx_bytes rest = sx_bytes_make(text.ptr + at, SX_MIN(text.len - at, 100));
    sx_buf_init_fixed(&out, storage, TEXT_SIZE_MAX);
    sx_buf_put_text(&out, "parsing time ");
    sx_go_put_quoted(&out, sx_bytes_make(text.ptr, SX_MIN(text.len, 100)));
    if (wanted) {
        sx_buf_put_text(&out, " as \"" LAYOUT "\": cannot parse ");
        sx_go_put_quoted(&out, rest);
        sx_buf_printf(&out, " as \"%s\"", wanted);
    } else {
        sx_buf_put_text(&out, ": extra text: ");
        sx_go_put_quoted(&out, rest);
    }
    return sx_fail(err, STRIA_INVALID, "%.*s", (int)out.len, storage);
}

static unsigned two_digits(struct sx_bytes text, size_t at)
{
    return (unsigned)(text.ptr[at] - '0') * 10 + (unsigned)(text.ptr[at + 1] - '0');
}

stria_status sx_go_time_parse(struct sx_bytes text, int64_t *ts_ns, int32_t *offset_s,
                              stria_error *err)
{
    size_t at;
    const char *wanted;
    struct sx_wall_time time;
    if (find_fault(text, &at, &wanted))
        return tell_fault(text, at, wanted, err);
    if (sx_time_read(text, &time)) {
        unsigned month = two_digits(text, 5);
        const char *what = month < 1 || month > 12     ? "month"
                           : two_digits(text, 11) > 23 ? "hour"
                           : two_digits(text, 14) > 59 ? "minute"
                           : two_digits(text, 17) > 59 ? "second"
                                                       : "day";
        return sx_fail(err, STRIA_INVALID, "parsing time \"%.*s\": %s out of range",
                       (int)SX_MIN(text.len, 100), (const char *)text.ptr, what);
    }
    *offset_s = time.offset_s;
    if (!sx_wall_time_ns(&time, time.offset_s, ts_ns))
        *ts_ns = time.seconds < 0 ? INT64_MIN : INT64_MAX;
    return STRIA_OK;
}
