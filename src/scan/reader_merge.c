/* SPDX-License-Identifier: Apache-2.0 */
/* reader_merge.c -- merging blocks that overlap in time (reader.h).
 *
 * Algorithm   The block with the least time gives all its rows that lie before the other blocks'
 *             next time in one copy; where times are equal, one row is made of them, each column's
 *             value being that of the highest rank that has one. */
#include "scan/reader_priv.h"

#include "base/error.h"

/* Row positions of the blocks; small, so on the stack up to a limit. */
struct merge {
    struct sx_block *blocks;
    uint32_t *at;
    size_t count;
};

/* The block whose next time is least; *limit: the least next time of the others. SIZE_MAX: all
 * done. */
static size_t least(const struct merge *m, int64_t *limit)
{
    size_t best = SIZE_MAX;
    *limit = INT64_MAX;
    for (size_t i = 0; i < m->count; i++) {
        if (m->at[i] >= m->blocks[i].row_count)
            continue;
        int64_t ts = m->blocks[i].ts_ns[m->at[i]];
        if (best == SIZE_MAX || ts < m->blocks[best].ts_ns[m->at[best]]) {
            if (best != SIZE_MAX)
                *limit = SX_MIN(*limit, m->blocks[best].ts_ns[m->at[best]]);
            best = i;
        } else {
            *limit = SX_MIN(*limit, ts);
        }
    }
    return best;
}

static void copy_value(struct sx_block_column *to, uint32_t to_row,
                       const struct sx_block_column *from, uint32_t from_row)
{
    size_t size = sx_type_size(to->type);
    memcpy((uint8_t *)to->values + to_row * size, (const uint8_t *)from->values + from_row * size,
           size);
}

/* Makes one row of all blocks' rows at time `ts`. */
static void combine(struct merge *m, struct sx_block *out, int64_t ts)
{
    uint32_t row = out->row_count;
    out->ts_ns[row] = ts;
    for (uint32_t c = 0; c < out->column_count; c++) {
        struct sx_block_column *column = &out->columns[c];
        uint32_t best_rank = 0;
        bool found = false, lost = false;
        for (size_t i = 0; i < m->count; i++) {
            const struct sx_block *block = &m->blocks[i];
            const struct sx_block_column *from = &block->columns[c];
            if (m->at[i] >= block->row_count || block->ts_ns[m->at[i]] != ts ||
                (!from->lost && !sx_bit_get(from->present, m->at[i])) ||
                (found && block->rank < best_rank))
                continue;
            best_rank = block->rank;
            found = true;
            lost = from->lost;
            if (!lost)
                copy_value(column, row, from, m->at[i]);
        }
        if (found && !lost) {
            sx_bit_set(column->present, row);
        } else {
            column->present[row / 64] &= ~((uint64_t)1 << (row % 64));
            memset((uint8_t *)column->values + row * sx_type_size(column->type), 0,
                   sx_type_size(column->type));
        }
    }
    out->row_count++;
    for (size_t i = 0; i < m->count; i++)
        if (m->at[i] < m->blocks[i].row_count && m->blocks[i].ts_ns[m->at[i]] == ts)
            m->at[i]++;
}

stria_status sx_reader_merge(struct sx_reader *r, size_t count, stria_error *err)
{
    struct sx_block *out = &r->merged;
    uint64_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += r->blocks[i].row_count;
    if (rows > UINT32_MAX / 64)
        return sx_fail(err, STRIA_LIMIT, "too many overlapping rows in one series: %zu pieces",
                       count);
    stria_status st = sx_block_shape(out, (uint32_t)rows, r->types, r->column_count, err);
    if (st)
        return st;
    struct merge m = {.blocks = r->blocks, .count = count};
    m.at = sx_mem_zalloc(r->mem, count * sizeof *m.at);
    if (!m.at)
        return sx_mem_refused(r->mem, count * sizeof *m.at, err);
    for (uint32_t c = 0; c < out->column_count; c++)
        memset(out->columns[c].present, 0, (rows + 63) / 64 * sizeof(uint64_t));
    int64_t limit;
    for (size_t b = least(&m, &limit); b != SIZE_MAX; b = least(&m, &limit)) {
        const struct sx_block *block = &m.blocks[b];
        uint32_t first = m.at[b], end = first;
        while (end < block->row_count && block->ts_ns[end] < limit)
            end++;
        if (end == first && block->ts_ns[first] == limit) {
            combine(&m, out, limit);
            continue;
        }
        if (end == first) /* limit is INT64_MAX and so is the time: no other block is left */
            end = block->row_count;
        sx_block_append(out, block, first, end - first);
        m.at[b] = end;
    }
    sx_mem_free(r->mem, m.at);
    for (uint32_t c = 0; c < out->column_count; c++)
        sx_block_settle(out, c);
    return STRIA_OK;
}
