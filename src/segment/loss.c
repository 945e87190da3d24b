/* SPDX-License-Identifier: Apache-2.0 */
/* loss.c -- see loss.h. */
#include "segment/loss.h"

#include "base/time_text.h"
#include "model/series_key.h"
#include "segment/keys.h"

#include <inttypes.h>

#define KEY_SIZE_MAX ((size_t)1 << 20)
#define BLOCK_SIZE_MAX ((size_t)1 << 30)

static void put_part(struct sx_buf *out, struct sx_bytes part)
{
    uint8_t *room = sx_buf_extend(out, part.len);
    if (!room)
        return;
    struct sx_bytes text = sx_key_text(part, room);
    if (text.ptr != room)
        memcpy(room, text.ptr, text.len);
    out->len -= part.len - text.len;
}

/* "cpu,host=a" */
static void put_key(struct sx_buf *out, struct sx_bytes key)
{
    struct sx_bytes part = {0};
    for (unsigned i = 0; sx_key_take(&key, &part); i++) {
        if (i)
            sx_buf_put_u8(out, i % 2 ? ',' : '=');
        put_part(out, part);
    }
}

static void put_series(struct sx_buf *out, struct sx_segment_keys *keys,
                       const struct sx_segment_measurement *m, uint32_t ordinal, struct sx_buf *key)
{
    sx_buf_clear(key);
    if (keys && !sx_segment_keys_get(keys, ordinal, key, NULL)) {
        put_key(out, sx_buf_bytes(key));
        return;
    }
    sx_buf_printf(out, "series %" PRIu32 " of ", ordinal - m->first_series);
    put_part(out, m->escaped);
}

void sx_segment_loss_put_series(struct sx_buf *out, struct sx_segment *segment, uint32_t ordinal,
                                struct sx_mem *mem)
{
    const struct sx_segment_measurement *m = sx_segment_measurement_of(segment, ordinal);
    struct sx_segment_keys keys;
    struct sx_buf key;
    bool has_keys = !sx_segment_keys_init(&keys, segment, m, mem, 1, NULL);
    sx_buf_init(&key, mem, KEY_SIZE_MAX);
    put_series(out, has_keys ? &keys : NULL, m, ordinal, &key);
    sx_buf_deinit(&key);
    sx_segment_keys_deinit(&keys);
}

void sx_segment_loss_put_column(struct sx_buf *out, const struct sx_segment_measurement *m,
                                uint32_t column)
{
    put_part(out, m->escaped);
    if (column == SX_LOSS_ALL_COLUMNS)
        return;
    sx_buf_put_u8(out, ' ');
    sx_buf_put_bytes(out, m->columns[column].name);
}

void sx_segment_loss_put_tag(struct sx_buf *out, const struct sx_segment *segment,
                             const struct sx_segment_measurement *m, uint32_t tag)
{
    put_part(out, m->escaped);
    sx_buf_put_u8(out, ' ');
    put_part(out, segment->tags[tag].escaped);
}

/* The value at a place, in `text`. It is walked to from the start: damage elsewhere in the
 * dictionary does not matter. */
static bool find_value(struct sx_segment *segment, uint32_t tag, uint32_t value,
                       struct sx_buf *block, struct sx_buf *text)
{
    struct sx_dictionary dictionary;
    struct sx_dictionary_walk walk;
    if (sx_segment_read(segment, &segment->tags[tag].dictionary, block, NULL))
        return false;
    struct sx_bytes in = sx_buf_bytes(block);
    bool ok = sx_dictionary_take(&in, &dictionary) && value < dictionary.count &&
              sx_dictionary_walk(&walk, &dictionary, 0, text);
    for (uint32_t i = 0; ok && i <= value; i++)
        ok = sx_dictionary_next(&walk, text);
    return ok;
}

void sx_segment_loss_put_value(struct sx_buf *out, struct sx_segment *segment, uint32_t tag,
                               uint32_t value, struct sx_mem *mem)
{
    struct sx_buf block, text;
    sx_buf_init(&block, mem, BLOCK_SIZE_MAX);
    sx_buf_init(&text, mem, KEY_SIZE_MAX);
    if (find_value(segment, tag, value, &block, &text)) {
        put_part(out, segment->tags[tag].escaped);
        sx_buf_put_u8(out, '=');
        put_part(out, sx_buf_bytes(&text));
    } else {
        sx_buf_printf(out, "value %" PRIu32 " of ", value);
        put_part(out, segment->tags[tag].escaped);
    }
    sx_buf_deinit(&block);
    sx_buf_deinit(&text);
}

static void put_time(struct sx_buf *out, int64_t ts_ns)
{
    uint8_t text[SX_TIME_TEXT_MAX];
    sx_buf_put(out, text, sx_time_write(text, ts_ns));
}

void sx_segment_loss_put(struct sx_buf *out, struct sx_segment *segment,
                         const struct sx_segment_loss *loss, struct sx_mem *mem)
{
    struct sx_segment_keys keys;
    struct sx_buf key;
    bool has_keys = !sx_segment_keys_init(&keys, segment, loss->measurement, mem, 2, NULL);
    sx_buf_init(&key, mem, KEY_SIZE_MAX);
    put_series(out, has_keys ? &keys : NULL, loss->measurement, loss->first_series, &key);
    if (loss->series_count > 1) {
        sx_buf_put_text(out, " to ");
        put_series(out, has_keys ? &keys : NULL, loss->measurement,
                   loss->first_series + loss->series_count - 1, &key);
        sx_buf_printf(out, " (%" PRIu32 " series)", loss->series_count);
    }
    sx_buf_put_u8(out, ' ');
    if (loss->column == SX_LOSS_ALL_COLUMNS)
        sx_buf_put_text(out, "all fields");
    else
        sx_buf_put_bytes(out, loss->measurement->columns[loss->column].name);
    sx_buf_put_u8(out, ' ');
    put_time(out, loss->min_ts);
    sx_buf_put_text(out, " to ");
    put_time(out, loss->max_ts);
    sx_buf_deinit(&key);
    sx_segment_keys_deinit(&keys);
}
