/* SPDX-License-Identifier: Apache-2.0 */
/* coded_read.c -- decoding of the sealed form; see coded.h. */
#include "codec/coded.h"

#include "base/varint.h"

#include <assert.h>

/* ---- the head ------------------------------------------------------------------------------- */

static bool get_own_table(struct sx_coded_reader *reader, struct sx_bytes *in)
{
    struct sx_ans_decoder *decoder = &reader->own;
    struct sx_bytes table;
    unsigned head = (unsigned)sx_bits_get(*in, 0, 6);
    size_t position = 6;
    decoder->shape.log = (head & 7) + SX_ANS_LOG_MIN;
    decoder->shape.tuple = 1u << (head >> 3 & 3);
    reader->wide = head >> 5;
    if (decoder->shape.log > SX_CODED_LOG_MAX || decoder->shape.tuple > 4 ||
        !sx_classes_get(&decoder->classes, *in, &position) ||
        !sx_bytes_take(in, (position + 7) / 8, &table) ||
        !sx_ans_fits(&decoder->classes, decoder->shape))
        return false;
    sx_ans_decoder_init(decoder, reader->entries);
    reader->decoder = decoder;
    return true;
}

static bool get_shared_table(struct sx_coded_reader *reader, struct sx_bytes *in,
                             const struct sx_tables *shared)
{
    struct sx_bytes head;
    if (!sx_bytes_take(in, 1, &head) || !shared)
        return false;
    unsigned index = head.ptr[0] & 127;
    if (index >= shared->count || shared->tables[index].order != reader->order)
        return false;
    reader->wide = head.ptr[0] >> 7;
    reader->decoder = &shared->tables[index].decoder;
    return true;
}

static bool get_blocks(struct sx_coded_reader *reader, struct sx_bytes in)
{
    uint64_t sizes[SX_CODED_BLOCKS_MAX] = {0};
    size_t blocks = (reader->count + SX_ANS_BLOCK - 1) / SX_ANS_BLOCK;
    for (size_t i = 0; i + 1 < blocks; i++) {
        int64_t start = 0, delta = 0;
        if (!sx_varint_get_max(&in, in.len, &sizes[i]) ||
            (reader->order > 0 && !sx_zigzag_get(&in, &start)) ||
            (reader->order == 2 && !sx_zigzag_get(&in, &delta)))
            return false;
        reader->blocks[i + 1].start = (uint64_t)start;
        reader->blocks[i + 1].delta = (uint64_t)delta;
    }
    for (size_t i = 0; i + 1 < blocks; i++)
        if (sizes[i] > in.len || !sx_bytes_take(&in, (size_t)sizes[i], &reader->blocks[i].data))
            return false;
    reader->blocks[blocks - 1].data = in;
    return true;
}

bool sx_coded_open(struct sx_coded_reader *reader, struct sx_bytes in, size_t count, unsigned order,
                   int64_t origin, uint64_t factor, bool has_shared, const struct sx_tables *shared)
{
    int64_t number = 0;
    assert(count > 0 && count <= (size_t)SX_CODED_BLOCKS_MAX * SX_ANS_BLOCK && order <= 2);
    reader->count = count;
    reader->order = order;
    reader->block_size = sx_coded_block_size(count) / SX_GROUP;
    if (order != 1 && !sx_zigzag_get(&in, &number))
        return false;
    reader->low = order == 0 ? (uint64_t)number : 0;
    reader->first_delta = order == 2 ? (uint64_t)number : 0;
    if (!(has_shared ? get_shared_table(reader, &in, shared) : get_own_table(reader, &in)) ||
        !get_blocks(reader, in))
        return false;
    unsigned domain = reader->decoder->classes.domain;
    if (order > 0 && domain == 0)
        return false;
    reader->chain = (struct sx_chain){
        .origin = (uint64_t)origin,
        .factor = factor,
        .start = reader->low,
        .step = order ? 0 - ((uint64_t)1 << (domain - 1)) : 0,
    };
    return sx_coded_seek(reader, 0);
}

/* ---- groups --------------------------------------------------------------------------------- */

/* Before the first group of a block. */
static void begin_block(struct sx_coded_reader *reader)
{
    size_t block = reader->next / reader->block_size, first = reader->next * SX_GROUP;
    size_t count = SX_MIN(reader->count - first, reader->block_size * SX_GROUP);
    sx_ans_open(&reader->stream, reader->decoder, reader->blocks[block].data, count);
    if (reader->order > 0) {
        reader->chain.start = reader->blocks[block].start;
        reader->chain.delta = reader->blocks[block].delta;
    }
}

/* The first residual of all says nothing: the chain begins where it makes the first value 0. */
static void begin_chain(struct sx_coded_reader *reader, uint64_t residual)
{
    uint64_t first = residual + reader->chain.step;
    if (!reader->wide)
        first = (uint64_t)(int64_t)(int32_t)(uint32_t)first;
    if (reader->order == 1)
        reader->chain.start = 0 - first;
    if (reader->order == 2) {
        reader->chain.start = 0 - reader->first_delta;
        reader->chain.delta = reader->first_delta - first;
    }
}

static void begin_group(struct sx_coded_reader *reader)
{
    assert(reader->next * SX_GROUP < reader->count);
    if (reader->next % reader->block_size == 0)
        begin_block(reader);
}

/* Residuals of the next group, sums modulo 2^32. */
static bool next_narrow(struct sx_coded_reader *reader, uint32_t *residuals)
{
    begin_group(reader);
    if (!sx_ans_next_32(&reader->stream, reader->decoder, residuals))
        return false;
    if (reader->next == 0)
        begin_chain(reader, residuals[0]);
    reader->next++;
    return true;
}

/* The same, modulo 2^64. */
static bool next_wide(struct sx_coded_reader *reader, uint64_t *residuals)
{
    begin_group(reader);
    if (!sx_ans_next(&reader->stream, reader->decoder, residuals))
        return false;
    if (reader->next == 0)
        begin_chain(reader, residuals[0]);
    reader->next++;
    return true;
}

bool sx_coded_next_i64(struct sx_coded_reader *reader, int64_t *out)
{
    if (reader->wide) {
        uint64_t wide[SX_GROUP];
        if (!next_wide(reader, wide))
            return false;
        sx_chain_wide(out, wide, &reader->chain, reader->order);
        return true;
    }
    uint32_t narrow[SX_GROUP];
    if (!next_narrow(reader, narrow))
        return false;
    sx_kernels()->to_i64[reader->order](out, narrow, &reader->chain);
    return true;
}

bool sx_coded_next_f64(struct sx_coded_reader *reader, double *out, const struct sx_scale *scale)
{
    if (reader->wide) {
        int64_t values[SX_GROUP];
        if (!sx_coded_next_i64(reader, values))
            return false;
        sx_kernels()->scale(out, values, SX_GROUP, scale);
        return true;
    }
    uint32_t narrow[SX_GROUP];
    if (!next_narrow(reader, narrow))
        return false;
    sx_chain_f64(out, narrow, &reader->chain, reader->order, scale);
    return true;
}

bool sx_coded_next_total(struct sx_coded_reader *reader, struct sx_totals *totals, bool want_range)
{
    size_t count = SX_MIN(reader->count - reader->next * SX_GROUP, SX_GROUP);
    unsigned domain = reader->decoder->classes.domain;
    int64_t values[SX_GROUP];
    if (want_range || reader->wide || count < SX_GROUP || domain > SX_WEIGHTED_WIDTH) {
        if (!sx_coded_next_i64(reader, values))
            return false;
        sx_totals_add(totals, values, count);
        return true;
    }
    uint32_t residuals[SX_GROUP];
    if (!next_narrow(reader, residuals))
        return false;
    if (!sx_chain_sum(totals, residuals, domain, &reader->chain, reader->order)) {
        sx_kernels()->to_i64[reader->order](values, residuals, &reader->chain);
        sx_totals_add(totals, values, SX_GROUP);
    }
    return true;
}

bool sx_coded_seek(struct sx_coded_reader *reader, size_t group)
{
    reader->next = group - group % reader->block_size;
    while (reader->next < group) { /* the sums count, and so does where the stream stands */
        int64_t passed[SX_GROUP];
        if (!sx_coded_next_i64(reader, passed))
            return false;
    }
    return true;
}
