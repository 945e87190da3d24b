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

bool sx_postings_walk(struct sx_postings_walk *walk, struct sx_bytes in, size_t universe)
{
    *walk = (struct sx_postings_walk){.rest = in, .universe = universe};
    return sx_varint_get_max(&walk->rest, in.len, &walk->run_count);
}

bool sx_postings_next(struct sx_postings_walk *walk, uint32_t *first, uint32_t *length)
{
    uint64_t gap, more = 1;
    if (walk->run_count == 0 || !sx_varint_get(&walk->rest, &gap))
        return false;
    if (gap & 1) {
        if (!sx_varint_get_max(&walk->rest, walk->universe, &more))
            return false;
        more += 2;
    }
    gap >>= 1;
    if (gap > walk->universe - walk->end || more > walk->universe - walk->end - gap)
        return false;
    *first = (uint32_t)(walk->end + gap);
    *length = (uint32_t)more;
    walk->end += (size_t)(gap + more);
    walk->run_count--;
    return true;
}

bool sx_postings_add(struct sx_bytes *in, struct sx_bitset *set)
{
    struct sx_postings_walk walk;
    uint32_t first, length;
    if (!sx_postings_walk(&walk, *in, set->size))
        return false;
    while (sx_postings_next(&walk, &first, &length))
        sx_bitset_add_range(set, first, length);
    *in = walk.rest;
    return walk.run_count == 0;
}
