/* SPDX-License-Identifier: Apache-2.0 */
/* writer_copy.c -- groups of other segments, copied as they are stored (writer.h).
 *
 * Why         Nothing in a chunk speaks of its segment but the coder tables of its stripe and
 *             field, so its bytes can stand anywhere where the same tables are; its checksum is
 *             made anew.
 * Algorithm   A run whose first copied chunk comes with tables takes them over. A chunk with other
 *             tables then needs another stripe: the one at hand ends, if most of it is copied and
 *             it is not too small. As long as a merge goes through the stripes of one segment, each
 *             of them becomes a stripe again. */
#include "segment/segment.h"
#include "segment/stored.h"
#include "segment/writer_priv.h"

/* What a stripe should at least have when it is ended for other tables. */
#define ENDED_SIZE_MIN (SX_STRIPE_SIZE_SEALED / 64)
#define ENDED_CHUNKS_MIN (SX_STRIPE_CHUNKS_MAX / 16)

bool sx_segment_writer_is_alike(const struct sx_segment_writer *w, const struct sx_segment *segment)
{
    /* A sealed segment without an index has no entropy coding either. */
    return segment->info.tier == (uint8_t)w->tier &&
           (segment->index.len > 0) == sx_writer_has_index(w);
}

/* Whether a chunk can stand in the stripe at hand, as far as its tables are concerned. */
static bool tables_fit(const struct sx_segment_writer *w, const struct sx_stored_chunk *stored)
{
    const struct sx_writer_measurement *m = &w->measurements[w->measurement_count - 1];
    if (stored->tables.len == 0 || stored->chunk.values.size == 0)
        return true;
    for (size_t i = 0; i < m->column_count; i++) {
        const struct sx_writer_run *run = &m->columns[i];
        if (run->type == stored->type && sx_bytes_equal(run->name, stored->name))
            return run->tables.len == 0 ||
                   sx_bytes_equal(sx_buf_bytes(&run->tables), stored->tables);
    }
    return true;
}

stria_status sx_segment_writer_has_room(struct sx_segment_writer *w,
                                        const struct sx_stored_group *group, bool *has_room,
                                        stria_error *err)
{
    *has_room = true;
    for (size_t i = 0; i < group->chunk_count && *has_room; i++)
        *has_room = tables_fit(w, &group->chunks[i]);
    if (*has_room)
        return STRIA_OK;
    *has_room = 2 * w->stripe_copied >= w->stripe_chunks &&
                (w->stripe_size >= ENDED_SIZE_MIN || w->stripe_chunks >= ENDED_CHUNKS_MIN);
    return *has_room ? sx_writer_flush_stripe(w, err) : STRIA_OK;
}

static stria_status copy_chunk(struct sx_segment_writer *w, const struct sx_stored_group *group,
                               size_t number, stria_error *err)
{
    const struct sx_stored_chunk *stored = &group->chunks[number];
    struct sx_bytes bytes = sx_stored_bytes(group, number);
    struct sx_chunk chunk = stored->chunk;
    struct sx_writer_run *run = NULL;
    stria_status st = sx_writer_run_of(w, stored->name, stored->type, &run, err);
    if (st)
        return st;
    if (bytes.len && stored->tables.len && run->tables.len == 0) {
        sx_buf_put_bytes(&run->tables, stored->tables);
        if (run->tables.failed)
            return sx_buf_refused(&run->tables, "coder tables", err);
    }
    chunk.is_final = true;
    w->stripe_copied++;
    return sx_writer_add_chunk(w, run, &chunk, bytes, err);
}

stria_status sx_segment_writer_copy(struct sx_segment_writer *w, const struct sx_stored_group *from,
                                    stria_error *err)
{
    const struct sx_group *group = from->group;
    stria_status st = sx_writer_begin_group(w, sx_stored_times(from), group->min_ts, group->max_ts,
                                            group->row_count, err);
    for (size_t i = 0; i < from->chunk_count && !st; i++)
        st = copy_chunk(w, from, i, err);
    return st ? st : sx_writer_end_group(w, err);
}
