/* SPDX-License-Identifier: Apache-2.0 */
/* postings.c -- see postings.h. */
#include "index/postings.h"

#include "base/varint.h"

static size_t run_length(const uint32_t *ordinals, size_t count, size_t i)
{
    size_t length = 1;
    while (i + length < count && ordinals[i + length] == ordinals[i] + length)
        length++;
    return length;
}

void sx_postings_put(struct sx_buf *out, const uint32_t *ordinals, size_t count)
{
    size_t run_count = 0;
    for (size_t i = 0; i < count; i += run_length(ordinals, count, i))
        run_count++;
    sx_buf_put_varint(out, run_count);
    uint64_t end = 0;
    for (size_t i = 0; i < count;) {
        size_t length = run_length(ordinals, count, i);
        sx_buf_put_varint(out, (ordinals[i] - end) << 1 | (length > 1));
        if (length > 1)
            sx_buf_put_varint(out, length - 2);
        end = ordinals[i] + length;
        i += length;
    }
}

bool sx_postings_add(struct sx_bytes *in, struct sx_bitset *set)
{
    uint64_t run_count, end = 0;
    if (!sx_varint_get_max(in, in->len, &run_count))
        return false;
    for (uint64_t i = 0; i < run_count; i++) {
        uint64_t gap, length = 1;
        if (!sx_varint_get(in, &gap))
            return false;
        if (gap & 1) {
            if (!sx_varint_get_max(in, set->size, &length))
                return false;
            length += 2;
        }
        gap >>= 1;
        if (gap > set->size - end || length > set->size - end - gap)
            return false;
        sx_bitset_add_range(set, (size_t)(end + gap), (size_t)length);
        end += gap + length;
    }
    return true;
}
