/* SPDX-License-Identifier: Apache-2.0 */
/* value_text.c -- see value_text.h. */
#include "app/cli/value_text.h"

#include "app/server/nearest.h"
#include "base/civil.h"
#include "base/duration_text.h"
#include "base/int_text.h"
#include "base/time_text.h"

static stria_status now_parse(struct sx_bytes text, int64_t now_ns, int64_t *ts_ns)
{
    *ts_ns = now_ns;
    if (!text.len)
        return STRIA_OK;
    bool back = text.ptr[0] == '-';
    int64_t length_ns;
    if (!back && text.ptr[0] != '+')
        return STRIA_INVALID;
    stria_status st =
        sx_duration_parse(sx_bytes_make(text.ptr + 1, text.len - 1), &length_ns, NULL);
    if (st)
        return st;
    bool over = back ? __builtin_sub_overflow(now_ns, length_ns, ts_ns)
                     : __builtin_add_overflow(now_ns, length_ns, ts_ns);
    return over ? STRIA_LIMIT : STRIA_OK;
}

stria_status sx_moment_parse(struct sx_bytes text, int64_t now_ns, int64_t *ts_ns)
{
    struct sx_bytes word;
    stria_status st;
    struct sx_wall_time wall;
    if (sx_bytes_starts_with(text, SX_LITERAL("now"))) {
        (void)sx_bytes_take(&text, 3, &word);
        st = now_parse(text, now_ns, ts_ns);
    } else if (sx_time_read(text, &wall) == STRIA_OK) {
        st = sx_wall_time_ns(&wall, wall.offset_s, ts_ns) ? STRIA_OK : STRIA_LIMIT;
    } else {
        st = sx_int_parse(text, ts_ns);
    }
    if (!st && (*ts_ns < STRIA_TIME_MIN || *ts_ns > STRIA_TIME_MAX))
        st = STRIA_LIMIT;
    return st;
}

/* Three digits of value / unit. */
static void put_scaled(struct sx_buf *out, uint64_t value, uint64_t unit)
{
    uint64_t whole = value / unit;
    uint64_t thousandths = value % unit * 1000 / unit; /* unit is at most 2^40 */
    if (whole >= 100)
        sx_buf_printf(out, "%llu", (unsigned long long)whole);
    else if (whole >= 10)
        sx_buf_printf(out, "%llu.%llu", (unsigned long long)whole,
                      (unsigned long long)thousandths / 100);
    else
        sx_buf_printf(out, "%llu.%02llu", (unsigned long long)whole,
                      (unsigned long long)thousandths / 10);
}

static void put_in_units(struct sx_buf *out, uint64_t value, uint64_t step,
                         const char *const *units, size_t unit_count)
{
    uint64_t unit = 1;
    size_t i = 0;
    while (i + 1 < unit_count && value / unit >= step) {
        unit *= step;
        i++;
    }
    if (i == 0)
        sx_buf_printf(out, "%llu%s", (unsigned long long)value, units[0]);
    else {
        put_scaled(out, value, unit);
        sx_buf_put_text(out, units[i]);
    }
}

void sx_put_count(struct sx_buf *out, uint64_t count)
{
    static const char *const units[] = {"", " k", " M", " G", " T"};
    put_in_units(out, count, 1000, units, SX_COUNT_OF(units));
}

void sx_put_size(struct sx_buf *out, uint64_t size)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB"};
    put_in_units(out, size, 1024, units, SX_COUNT_OF(units));
}

void sx_put_grouped(struct sx_buf *out, uint64_t count)
{
    uint8_t digits[SX_INT_TEXT_MAX];
    size_t len = sx_uint_write(digits, count);
    for (size_t i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            sx_buf_put_u8(out, ',');
        sx_buf_put_u8(out, digits[i]);
    }
}

void sx_put_elapsed(struct sx_buf *out, int64_t duration_ns)
{
    uint64_t ms = duration_ns > 0 ? (uint64_t)duration_ns / 1000000 : 0;
    if (ms < 100000) {
        sx_buf_printf(out, "%llu.%03llu s", (unsigned long long)ms / 1000,
                      (unsigned long long)ms % 1000);
        return;
    }
    uint8_t text[SX_DURATION_TEXT_MAX];
    sx_buf_put(out, text, sx_duration_write_go(text, (int64_t)(ms / 1000) * SX_SECOND_NS));
}

void sx_near_word_offer(struct sx_near_word *near, const char *word)
{
    size_t typed_len = strlen(near->typed);
    unsigned distance = sx_edit_distance(sx_bytes_of(near->typed), sx_bytes_of(word));
    unsigned limit = (unsigned)SX_MAX(typed_len, strlen(word)) / 3;
    if (typed_len >= 2 && strncmp(near->typed, word, typed_len) == 0)
        distance = 0;
    if (distance > SX_MAX(limit, 1) || (near->word && distance >= near->distance))
        return;
    near->word = word;
    near->distance = distance;
}
