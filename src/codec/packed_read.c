/* SPDX-License-Identifier: Apache-2.0 */
/* packed_read.c -- decoding of packed integers; see packed.h.
 *
 * Why         Everything that can be wrong is found when the headers are read, so that reading a
 *             group, which is where the time goes, checks nothing. */
#include "codec/packed.h"

#include "base/varint.h"
#include "codec/bits.h"

#include <assert.h>

/* ---- headers -------------------------------------------------------------------------------- */

static bool get_header(struct sx_packed_group *group, struct sx_bytes *in, uint64_t *step)
{
    struct sx_bytes two;
    int64_t more;
    *group = (struct sx_packed_group){0};
    if (in->len < 2)
        return false;
    unsigned code = in->ptr[0] & 127;
    bool patched = in->ptr[0] & 128;
    *in = sx_bytes_make(in->ptr + 1, in->len - 1);
    group->wide = code > 32;
    group->width = (uint8_t)(group->wide ? code - 33 : code);
    if (group->width > 64)
        return false;
    if (patched) {
        if (!sx_bytes_take(in, 2, &two))
            return false;
        group->patch_count = two.ptr[0];
        group->high_width = two.ptr[1];
        if (!group->patch_count || !group->high_width ||
            group->high_width + group->width > (group->wide ? 64 : 32))
            return false;
    }
    if (!sx_zigzag_get(in, &more))
        return false;
    *step += (uint64_t)more;
    group->step = *step;
    return true;
}

/* The places where decoding can begin: see the format. */
static bool get_start(struct sx_packed_reader *reader, size_t index, struct sx_bytes *in,
                      uint64_t *told)
{
    struct sx_packed_group *group = &reader->groups[index];
    int64_t start, delta = 0;
    if (reader->order == 0 || index == 0 || index % SX_PACKED_VECTOR)
        return true;
    if (!sx_zigzag_get(in, &start) || (reader->order == 2 && !sx_zigzag_get(in, &delta)))
        return false;
    *told += (uint64_t)start;
    group->start = *told;
    group->delta = (uint64_t)delta;
    return true;
}

static size_t data_size(const struct sx_packed_group *group, size_t count)
{
    size_t size = count < SX_GROUP ? sx_bits_size(count, group->width) : 32 * (size_t)group->width;
    return size + group->patch_count + sx_bits_size(group->patch_count, group->high_width);
}

static bool get_data(struct sx_packed_reader *reader, struct sx_bytes in)
{
    for (size_t i = 0; i < reader->group_count; i++) {
        struct sx_packed_group *group = &reader->groups[i];
        size_t count = sx_packed_group_size(reader, i);
        struct sx_bytes data;
        if (!sx_bytes_take(&in, data_size(group, count), &data))
            return false;
        group->data = data.ptr;
        if (count < SX_GROUP) { /* positions index a group: they must lie in this short one */
            size_t offset = sx_bits_size(count, group->width);
            for (size_t k = 0; k < group->patch_count; k++)
                if (data.ptr[offset + k] >= count)
                    return false;
        }
    }
    return in.len == 0;
}

bool sx_packed_open(struct sx_packed_reader *reader, struct sx_bytes in, size_t count,
                    unsigned order, int64_t origin, uint64_t factor)
{
    int64_t first_delta = 0;
    uint64_t step = 0, told = 0;
    assert(count > 0 && count <= (size_t)SX_GROUP * SX_PACKED_GROUPS_MAX && order <= 2);
    reader->count = count;
    reader->order = order;
    reader->group_count = (count + SX_GROUP - 1) / SX_GROUP;
    reader->chain = (struct sx_chain){.origin = (uint64_t)origin, .factor = factor};
    if (order == 2 && !sx_zigzag_get(&in, &first_delta))
        return false;
    for (size_t i = 0; i < reader->group_count; i++)
        if (!get_header(&reader->groups[i], &in, &step) || !get_start(reader, i, &in, &told))
            return false;
    struct sx_packed_group *first = &reader->groups[0];
    first->start = order == 1 ? 0 - first->step : 0 - (uint64_t)first_delta;
    first->delta = (uint64_t)first_delta - first->step;
    if (!get_data(reader, in))
        return false;
    sx_packed_seek(reader, 0);
    return true;
}

/* ---- groups --------------------------------------------------------------------------------- */

/* The chain as it stands at the beginning of the next group. */
static void begin_group(struct sx_packed_reader *reader)
{
    const struct sx_packed_group *group = &reader->groups[reader->next];
    if (reader->order == 0) {
        reader->chain.start = group->step;
        return;
    }
    reader->chain.step = group->step;
    if (reader->next % SX_PACKED_VECTOR == 0) {
        reader->chain.start = group->start;
        reader->chain.delta = group->delta;
    }
}

static struct sx_bytes patches_of(const struct sx_packed_group *group, size_t count)
{
    size_t offset =
        count < SX_GROUP ? sx_bits_size(count, group->width) : 32 * (size_t)group->width;
    return sx_bytes_make(group->data + offset, data_size(group, count) - offset);
}

/* Reads the patches of a group: what each adds to its residual. Returns where they go. */
static const uint8_t *read_patches(uint64_t *patches, const struct sx_packed_group *group,
                                   size_t count)
{
    struct sx_bytes list = patches_of(group, count);
    uint64_t sign = (uint64_t)1 << (group->high_width - 1);
    sx_bits_unpack(patches,
                   sx_bytes_make(list.ptr + group->patch_count, list.len - group->patch_count),
                   group->patch_count, group->high_width);
    for (size_t k = 0; k < group->patch_count; k++)
        patches[k] = ((patches[k] ^ sign) - sign) << group->width;
    return list.ptr;
}

/* Residuals of the next group, sums modulo 2^32. */
static void residuals_narrow(const struct sx_packed_reader *reader, uint32_t *out)
{
    const struct sx_packed_group *group = &reader->groups[reader->next];
    size_t count = sx_packed_group_size(reader, reader->next);
    uint64_t words[SX_GROUP];
    if (count == SX_GROUP) {
        sx_kernels()->unpack(out, group->data, group->width);
    } else {
        struct sx_bytes in = sx_bytes_make(group->data, sx_bits_size(count, group->width));
        sx_bits_unpack(words, in, count, group->width);
        for (size_t i = 0; i < count; i++)
            out[i] = (uint32_t)words[i];
        memset(out + count, 0, (SX_GROUP - count) * sizeof *out);
    }
    if (!group->patch_count)
        return;
    const uint8_t *positions = read_patches(words, group, count);
    for (size_t k = 0; k < group->patch_count; k++)
        out[positions[k]] |= (uint32_t)words[k];
}

/* Residuals of the next group, sums modulo 2^64. */
static void residuals_wide(const struct sx_packed_reader *reader, uint64_t *out)
{
    const struct sx_packed_group *group = &reader->groups[reader->next];
    size_t count = sx_packed_group_size(reader, reader->next);
    if (count == SX_GROUP) {
        uint32_t low[SX_GROUP], high[SX_GROUP];
        unsigned low_width = SX_MIN(group->width, 32);
        sx_kernels()->unpack(low, group->data, low_width);
        sx_kernels()->unpack(high, group->data + 32 * low_width, group->width - low_width);
        for (size_t i = 0; i < SX_GROUP; i++)
            out[i] = low[i] | (uint64_t)high[i] << 32;
    } else {
        struct sx_bytes in = sx_bytes_make(group->data, sx_bits_size(count, group->width));
        sx_bits_unpack(out, in, count, group->width);
        memset(out + count, 0, (SX_GROUP - count) * sizeof *out);
    }
    if (!group->patch_count)
        return;
    uint64_t patches[SX_GROUP];
    const uint8_t *positions = read_patches(patches, group, count);
    for (size_t k = 0; k < group->patch_count; k++)
        out[positions[k]] |= patches[k];
}

static void group_to_i64(struct sx_packed_reader *reader, int64_t *out)
{
    begin_group(reader);
    if (reader->groups[reader->next].wide) {
        uint64_t residuals[SX_GROUP];
        residuals_wide(reader, residuals);
        sx_chain_wide(out, residuals, &reader->chain, reader->order);
    } else {
        uint32_t residuals[SX_GROUP];
        residuals_narrow(reader, residuals);
        sx_kernels()->to_i64[reader->order](out, residuals, &reader->chain);
    }
    reader->next++;
}

void sx_packed_seek(struct sx_packed_reader *reader, size_t group)
{
    assert(group < reader->group_count);
    if (reader->order == 0) {
        reader->next = group;
        return;
    }
    int64_t passed[SX_GROUP];
    reader->next = group - group % SX_PACKED_VECTOR;
    while (reader->next < group)
        group_to_i64(reader, passed);
}

void sx_packed_next_i64(struct sx_packed_reader *reader, int64_t *out)
{
    assert(reader->next < reader->group_count);
    group_to_i64(reader, out);
}

void sx_packed_next_f64(struct sx_packed_reader *reader, double *out, const struct sx_scale *scale)
{
    assert(reader->next < reader->group_count);
    if (reader->groups[reader->next].wide) {
        int64_t values[SX_GROUP];
        group_to_i64(reader, values);
        sx_kernels()->scale(out, values, SX_GROUP, scale);
        return;
    }
    uint32_t residuals[SX_GROUP];
    begin_group(reader);
    residuals_narrow(reader, residuals);
    sx_chain_f64(out, residuals, &reader->chain, reader->order, scale);
    reader->next++;
}

void sx_packed_next_total(struct sx_packed_reader *reader, struct sx_totals *totals,
                          bool want_range)
{
    const struct sx_packed_group *group = &reader->groups[reader->next];
    size_t count = sx_packed_group_size(reader, reader->next);
    if (!want_range && !group->wide && count == SX_GROUP && !group->patch_count &&
        group->width <= SX_WEIGHTED_WIDTH) {
        uint32_t residuals[SX_GROUP];
        begin_group(reader);
        sx_kernels()->unpack(residuals, group->data, group->width);
        if (sx_chain_sum(totals, residuals, group->width, &reader->chain, reader->order)) {
            reader->next++;
            return;
        }
    }
    int64_t values[SX_GROUP];
    group_to_i64(reader, values);
    sx_totals_add(totals, values, count);
}
