/* SPDX-License-Identifier: Apache-2.0 */
/* directory.c -- see directory.h. */
#include "segment/directory.h"

#include "base/varint.h"
#include "codec/column.h"
#include "codec/tables.h"

enum { PLACE_NEXT = 0, PLACE_SAME = 1, PLACE_ELSEWHERE = 2 };
enum { CHUNK_SKIPPED = 1, CHUNK_HAS_ABSENT = 2, CHUNK_CONSTANT = 4, CHUNK_ELSEWHERE = 8 };
enum { CHUNK_FLAGS = 15 };

static bool same_ref(const struct sx_block_ref *a, const struct sx_block_ref *b)
{
    return a->offset == b->offset && a->size == b->size;
}

void sx_groups_put(struct sx_buf *out, const struct sx_group *groups, size_t count,
                   uint32_t first_series, uint64_t run_offset)
{
    uint32_t series = first_series;
    int64_t min_ts = 0;
    uint64_t span = 0, next = run_offset;
    for (size_t i = 0; i < count; i++) {
        const struct sx_group *g = &groups[i];
        /* Times may be as far apart as 2^64: differences wrap, and unwrap in reading. */
        uint64_t this_span = (uint64_t)g->max_ts - (uint64_t)g->min_ts;
        unsigned place = i && same_ref(&g->times, &groups[i - 1].times) ? PLACE_SAME
                         : g->times.offset == next                      ? PLACE_NEXT
                                                                        : PLACE_ELSEWHERE;
        sx_buf_put_varint(out, (uint64_t)(g->series - series) << 2 | place);
        sx_buf_put_varint(out, g->row_count - 1);
        sx_buf_put_zigzag(out, (int64_t)((uint64_t)g->min_ts - (uint64_t)min_ts));
        sx_buf_put_zigzag(out, (int64_t)(this_span - span));
        if (place == PLACE_ELSEWHERE)
            sx_buf_put_varint(out, g->times.offset);
        if (place != PLACE_SAME) {
            sx_buf_put_varint(out, g->times.size);
            sx_buf_put_u32(out, g->times.crc);
        }
        if (place == PLACE_NEXT)
            next += g->times.size;
        series = g->series;
        min_ts = g->min_ts;
        span = this_span;
    }
}

static bool get_ref(struct sx_bytes *in, uint64_t limit, struct sx_block_ref *ref)
{
    struct sx_bytes crc;
    if (!sx_varint_get_max(in, limit, &ref->size) || !sx_bytes_take(in, 4, &crc))
        return false;
    ref->crc = sx_get_u32(crc.ptr);
    return ref->offset <= limit && ref->size <= limit - ref->offset;
}

bool sx_groups_get(struct sx_bytes in, struct sx_group *groups, size_t count, uint32_t first_series,
                   uint64_t run_offset, uint64_t limit)
{
    uint64_t series = first_series, span = 0, next = run_offset;
    int64_t min_ts = 0;
    for (size_t i = 0; i < count; i++) {
        struct sx_group *g = &groups[i];
        uint64_t head, rows;
        int64_t min_delta, span_delta;
        if (!sx_varint_get(&in, &head) ||
            !sx_varint_get_max(&in, SX_COLUMN_VALUES_MAX - 1, &rows) ||
            !sx_zigzag_get(&in, &min_delta) || !sx_zigzag_get(&in, &span_delta))
            return false;
        series += head >> 2;
        min_ts = (int64_t)((uint64_t)min_ts + (uint64_t)min_delta);
        span += (uint64_t)span_delta;
        if (series > UINT32_MAX || (head & 3) == 3)
            return false;
        g->series = (uint32_t)series;
        g->row_count = (uint32_t)rows + 1;
        g->min_ts = min_ts;
        g->max_ts = (int64_t)((uint64_t)min_ts + span);
        if (g->max_ts < g->min_ts)
            return false;
        if ((head & 3) == PLACE_SAME) {
            if (i == 0)
                return false;
            g->times = groups[i - 1].times;
            continue;
        }
        g->times = (struct sx_block_ref){.offset = next};
        if ((head & 3) == PLACE_ELSEWHERE && !sx_varint_get(&in, &g->times.offset))
            return false;
        if (!get_ref(&in, limit, &g->times))
            return false;
        if ((head & 3) == PLACE_NEXT)
            next += g->times.size;
    }
    return in.len == 0;
}

void sx_chunks_put(struct sx_buf *out, stria_type type, struct sx_bytes tables,
                   const struct sx_chunk *chunks, size_t count, uint64_t run_offset)
{
    uint32_t next_group = 0;
    uint64_t next = run_offset;
    sx_buf_put_sized(out, tables);
    for (size_t i = 0; i < count; i++) {
        const struct sx_chunk *c = &chunks[i];
        bool skipped = c->group != next_group, constant = c->values.size == 0;
        bool elsewhere = !constant && c->values.offset != next;
        sx_buf_put_u8(
            out, (uint8_t)((skipped ? CHUNK_SKIPPED : 0) | (c->has_absent ? CHUNK_HAS_ABSENT : 0) |
                           (constant ? CHUNK_CONSTANT : 0) | (elsewhere ? CHUNK_ELSEWHERE : 0)));
        if (skipped)
            sx_buf_put_varint(out, c->group - next_group - 1);
        if (c->has_absent)
            sx_buf_put_varint(out, c->stats.count);
        if (elsewhere)
            sx_buf_put_varint(out, c->values.offset);
        if (!constant) {
            sx_buf_put_varint(out, c->values.size);
            sx_buf_put_u32(out, c->values.crc);
        }
        if (!elsewhere)
            next += c->values.size;
        sx_chunk_stats_put(out, type, &c->stats);
        next_group = c->group + 1;
    }
}

/* Whether statistics speak of rows and values that there are. */
static bool stats_fit(const struct sx_chunk_stats *stats, uint32_t row_count)
{
    return stats->nan_count <= stats->count && stats->min_row < row_count &&
           stats->max_row < row_count;
}

/* Whether statistics tell every value of a chunk that there is no column of. */
static bool tells_all(const struct sx_chunk *c)
{
    const struct sx_chunk_stats *s = &c->stats;
    return !c->has_absent && s->has_numbers && !s->nan_count && s->first == s->last &&
           s->first == s->min && s->first == s->max;
}

/* Takes the place of a chunk's values; a constant has none. */
static bool get_values(struct sx_bytes *in, unsigned flags, uint64_t limit, struct sx_chunk *c)
{
    if (flags & CHUNK_CONSTANT)
        return !(flags & CHUNK_ELSEWHERE);
    if ((flags & CHUNK_ELSEWHERE) && !sx_varint_get(in, &c->values.offset))
        return false;
    return get_ref(in, limit, &c->values) && c->values.size > 0;
}

bool sx_chunk_tables_get(struct sx_bytes *in, struct sx_bytes *tables)
{
    return sx_sized_get(in, tables) && tables->len <= SX_TABLES_SIZE_MAX;
}

bool sx_chunks_get(struct sx_bytes in, stria_type type, const struct sx_group *groups,
                   size_t group_count, uint64_t run_offset, uint64_t limit, struct sx_chunk *chunks,
                   size_t *count)
{
    uint64_t next_group = 0, next = run_offset;
    *count = 0;
    while (in.len) {
        struct sx_bytes head;
        uint64_t skipped = 0, values;
        if (!sx_bytes_take(&in, 1, &head) || head.ptr[0] > CHUNK_FLAGS)
            return false;
        unsigned flags = head.ptr[0];
        if (flags & CHUNK_SKIPPED) {
            if (!sx_varint_get_max(&in, group_count, &skipped))
                return false;
            skipped++;
        }
        next_group += skipped;
        if (next_group >= group_count)
            return false;
        struct sx_chunk *c = &chunks[(*count)++];
        *c = (struct sx_chunk){.group = (uint32_t)next_group,
                               .has_absent = flags & CHUNK_HAS_ABSENT};
        values = groups[next_group].row_count;
        if (c->has_absent && (!sx_varint_get_max(&in, values, &values) || values == 0))
            return false;
        c->stats.count = (uint32_t)values;
        c->values.offset = next;
        if (!get_values(&in, flags, limit, c) || !sx_chunk_stats_get(&in, type, &c->stats) ||
            !stats_fit(&c->stats, groups[next_group].row_count) ||
            ((flags & CHUNK_CONSTANT) && (type == STRIA_STRING || !tells_all(c))))
            return false;
        if (!(flags & CHUNK_ELSEWHERE))
            next += c->values.size;
        next_group++;
    }
    return true;
}
