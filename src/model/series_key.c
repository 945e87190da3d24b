/* SPDX-License-Identifier: Apache-2.0 */
/* series_key.c -- see series_key.h. */
#include "model/series_key.h"

#include "base/error.h"
#include "base/sort.h"

#include <string.h>

#define PART_END 0x00
#define ESCAPE 0x01

void sx_key_put(struct sx_buf *key, struct sx_bytes part)
{
    size_t plain = 0;
    while (plain < part.len && part.ptr[plain] > ESCAPE)
        plain++;
    sx_buf_put(key, part.ptr, plain);
    for (size_t i = plain; i < part.len; i++) {
        if (part.ptr[i] <= ESCAPE)
            sx_buf_put_u8(key, ESCAPE);
        sx_buf_put_u8(key, part.ptr[i] <= ESCAPE ? (uint8_t)(part.ptr[i] + 1) : part.ptr[i]);
    }
    sx_buf_put_u8(key, PART_END);
}

bool sx_key_take(struct sx_bytes *key, struct sx_bytes *part)
{
    const uint8_t *end = key->len ? memchr(key->ptr, PART_END, key->len) : NULL;
    if (!end)
        return false;
    *part = sx_bytes_make(key->ptr, (size_t)(end - key->ptr));
    key->len -= part->len + 1;
    key->ptr = end + 1;
    return true;
}

struct sx_bytes sx_key_text(struct sx_bytes part, uint8_t *scratch)
{
    if (part.len == 0 || !memchr(part.ptr, ESCAPE, part.len))
        return part;
    size_t len = 0;
    for (size_t i = 0; i < part.len; i++) {
        uint8_t byte = part.ptr[i];
        if (byte == ESCAPE && i + 1 < part.len)
            byte = (uint8_t)(part.ptr[++i] - 1);
        scratch[len++] = byte;
    }
    return sx_bytes_make(scratch, len);
}

static int compare_tags(const void *a, const void *b, void *context)
{
    const stria_tag *tags = context;
    stria_bytes x = tags[*(const uint16_t *)a].key, y = tags[*(const uint16_t *)b].key;
    return sx_bytes_compare(sx_bytes_make(x.ptr, x.len), sx_bytes_make(y.ptr, y.len));
}

/* Appends the tags in the order of their keys. */
static stria_status put_tags(struct sx_buf *key, const stria_tag *tags, size_t count,
                             stria_error *err)
{
    uint16_t order[SX_TAG_COUNT_MAX];
    for (size_t i = 0; i < count; i++)
        order[i] = (uint16_t)i;
    sx_sort(order, count, sizeof order[0], compare_tags, (void *)(uintptr_t)tags);
    for (size_t i = 0; i < count; i++) {
        const stria_tag *tag = &tags[order[i]];
        if (tag->key.len == 0)
            return sx_fail(err, STRIA_INVALID, "a tag has an empty key");
        if (i && compare_tags(&order[i - 1], &order[i], (void *)(uintptr_t)tags) == 0)
            return sx_fail(err, STRIA_INVALID, "tag '%.*s' is given twice", (int)tag->key.len,
                           tag->key.ptr);
        if (tag->value.len == 0)
            continue;
        sx_key_put(key, sx_bytes_make(tag->key.ptr, tag->key.len));
        sx_key_put(key, sx_bytes_make(tag->value.ptr, tag->value.len));
    }
    return STRIA_OK;
}

stria_status sx_key_make(struct sx_buf *key, struct sx_bytes measurement, const stria_tag *tags,
                         size_t count, stria_error *err)
{
    size_t start = key->len;
    if (count > SX_TAG_COUNT_MAX)
        return sx_fail(err, STRIA_LIMIT, "%zu tags: at most %d are allowed", count,
                       SX_TAG_COUNT_MAX);
    sx_key_put(key, measurement);
    stria_status st = put_tags(key, tags, count, err);
    size_t size = key->len - start;
    if (!st && key->failed)
        st = sx_buf_refused(key, "series key", err);
    else if (!st && size > SX_KEY_SIZE_MAX)
        st = sx_fail(err, STRIA_LIMIT, "max key length exceeded: %zu > %d", size, SX_KEY_SIZE_MAX);
    if (st)
        key->len = start;
    return st;
}

static bool part_valid(struct sx_bytes part)
{
    for (size_t i = 0; i < part.len; i++)
        if (part.ptr[i] == ESCAPE && (++i == part.len || part.ptr[i] < 1 || part.ptr[i] > 2))
            return false;
    return true;
}

bool sx_key_valid(struct sx_bytes key)
{
    struct sx_bytes part, last = {0};
    size_t count = 0;
    if (key.len > SX_KEY_SIZE_MAX)
        return false;
    for (; sx_key_take(&key, &part); count++) {
        if (!part_valid(part) || (count && part.len == 0))
            return false;
        if (count % 2 == 0)
            continue;
        if (count > 1 && sx_bytes_compare(last, part) >= 0)
            return false;
        last = part;
    }
    return key.len == 0 && count % 2 == 1;
}

bool sx_key_find(struct sx_bytes key, struct sx_bytes name, struct sx_bytes *value)
{
    struct sx_bytes part;
    if (!sx_key_take(&key, &part))
        return false;
    while (sx_key_take(&key, &part) && sx_key_take(&key, value)) {
        int order = sx_bytes_compare(part, name);
        if (order >= 0)
            return order == 0;
    }
    return false;
}
