/* SPDX-License-Identifier: Apache-2.0 */
/* loss.c -- see loss.h. */
#include "segment/loss.h"

#include "base/time_text.h"
#include "model/series_key.h"
#include "segment/keys.h"

#include <inttypes.h>

#define KEY_SIZE_MAX ((size_t)1 << 20)

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
                       const struct sx_segment_loss *loss, uint32_t ordinal, struct sx_buf *key)
{
    sx_buf_clear(key);
    if (keys && !sx_segment_keys_get(keys, ordinal, key, NULL)) {
        put_key(out, sx_buf_bytes(key));
        return;
    }
    sx_buf_printf(out, "series %" PRIu32 " of ", ordinal - loss->measurement->first_series);
    put_part(out, loss->measurement->escaped);
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
    put_series(out, has_keys ? &keys : NULL, loss, loss->first_series, &key);
    if (loss->series_count > 1) {
        sx_buf_put_text(out, " to ");
        put_series(out, has_keys ? &keys : NULL, loss, loss->first_series + loss->series_count - 1,
                   &key);
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
