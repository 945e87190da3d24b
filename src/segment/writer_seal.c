/* SPDX-License-Identifier: Apache-2.0 */
/* writer_seal.c -- a gathered stripe's columns of numbers once more, in the sealed form.
 *
 * Why         Series of one field are alike: they share coder tables (codec/sealing.h), which can
 *             be made only when all of a stripe are there. So chunks are gathered in the hot form,
 *             which is small and quick to read back, and coded for good before the stripe is
 *             written.
 *             Chunks that were copied are sealed already, and their tables are those of the run.
 * Limits      Memory: one column of the stripe twice, and five megabytes while it is sealed;
 *             where they are not to be had, each column has a table of its own. */
#include "base/error.h"
#include "base/varint.h"
#include "codec/sealing.h"
#include "segment/writer_priv.h"

#include <assert.h>

static bool is_number(stria_type type)
{
    return type == STRIA_FLOAT || type == STRIA_INT || type == STRIA_UINT;
}

bool sx_writer_seals_later(const struct sx_segment_writer *w, stria_type type)
{
    return w->tier == SX_TIER_SEALED && !w->no_entropy && is_number(type);
}

enum sx_tier sx_writer_gather_tier(const struct sx_segment_writer *w, stria_type type)
{
    return is_number(type) ? SX_TIER_HOT : w->tier;
}

/* Parts a gathered chunk into what tells the rows with a value, sized, and the values. */
static struct sx_encoded values_of(const struct sx_writer_run *run, const struct sx_chunk *chunk,
                                   struct sx_bytes *presence)
{
    struct sx_bytes whole = {.ptr = run->data.ptr + chunk->values.offset,
                             .len = (size_t)chunk->values.size};
    struct sx_bytes rest = whole, inner;
    bool good = !chunk->has_absent || sx_sized_get(&rest, &inner);
    assert(good); /* it was put there so */
    (void)good;
    *presence = sx_bytes_make(whole.ptr, whole.len - rest.len);
    return (struct sx_encoded){.bytes = rest, .count = chunk->stats.count};
}

/* Whether it is there in the hot form: a constant has no bytes, and what was copied is final. */
static bool is_to_seal(const struct sx_chunk *chunk)
{
    return chunk->values.size && !chunk->is_final;
}

/* What is known of the chunks of a run; NULL, where there is no memory for it: then each column is
 * encoded by itself, which is larger. */
static stria_status look_at_run(struct sx_segment_writer *w, struct sx_writer_run *run,
                                struct sx_sealing **sealing, stria_error *err)
{
    size_t size = run->chunk_count * sizeof(struct sx_encoded);
    struct sx_encoded *encoded = sx_mem_alloc(w->mem, size);
    struct sx_bytes presence;
    *sealing = NULL;
    if (!encoded)
        return sx_mem_refused(w->mem, size, err);
    size_t count = 0;
    for (size_t i = 0; i < run->chunk_count; i++)
        if (is_to_seal(&run->chunks[i]))
            encoded[count++] = values_of(run, &run->chunks[i], &presence);
    stria_error what = {0};
    stria_status st = STRIA_OK;
    if (count)
        st = sx_sealing_create_with(run->type, encoded, count, sx_buf_bytes(&run->tables), w->mem,
                                    sealing, &what);
    sx_mem_free(w->mem, encoded);
    if (st == STRIA_NOMEM)
        return STRIA_OK;
    if (st && err)
        *err = what;
    return st;
}

/* Encodes a column by itself. */
static stria_status encode_alone(struct sx_segment_writer *w, stria_type type,
                                 const struct sx_encoded *column, struct sx_buf *out,
                                 stria_error *err)
{
    size_t size = column->count * sizeof(uint64_t);
    uint64_t *values = sx_mem_alloc(w->mem, size);
    if (!values)
        return sx_mem_refused(w->mem, size, err);
    stria_status st = sx_column_decode(column->bytes, type, values, column->count, NULL, err);
    if (!st)
        st = sx_column_encode(out, type, values, column->count, SX_TIER_SEALED, w->mem, err);
    sx_mem_free(w->mem, values);
    return st;
}

/* Encodes the chunks of a run into `out`. */
static stria_status encode_again(struct sx_segment_writer *w, struct sx_writer_run *run,
                                 struct sx_sealing *sealing, struct sx_buf *out, stria_error *err)
{
    size_t next = 0; /* of those that are no constants */
    for (size_t i = 0; i < run->chunk_count; i++) {
        struct sx_chunk *chunk = &run->chunks[i];
        struct sx_bytes presence;
        size_t offset = out->len;
        if (!is_to_seal(chunk)) {
            if (chunk->values.size)
                sx_buf_put(out, run->data.ptr + chunk->values.offset, (size_t)chunk->values.size);
            chunk->values.offset = offset;
            continue;
        }
        struct sx_encoded column = values_of(run, chunk, &presence);
        sx_buf_put_bytes(out, presence);
        stria_status st = sealing ? sx_sealing_put(sealing, next++, out, err)
                                  : encode_alone(w, run->type, &column, out, err);
        if (st)
            return st;
        chunk->values.offset = offset;
        chunk->values.size = out->len - offset;
    }
    return out->failed ? sx_buf_refused(out, "stripe", err) : STRIA_OK;
}

stria_status sx_writer_seal_run(struct sx_segment_writer *w, struct sx_writer_run *run,
                                stria_error *err)
{
    struct sx_sealing *sealing = NULL;
    struct sx_buf out;
    bool any = false;
    for (size_t i = 0; i < run->chunk_count && !any; i++)
        any = is_to_seal(&run->chunks[i]);
    if (!any)
        return STRIA_OK;
    sx_buf_init(&out, w->mem, run->data.max);
    stria_status st = look_at_run(w, run, &sealing, err);
    if (!st && sealing && run->tables.len == 0) {
        sx_buf_put_bytes(&run->tables, sx_sealing_tables(sealing));
        if (run->tables.failed)
            st = sx_buf_refused(&run->tables, "coder tables", err);
    }
    if (!st)
        st = encode_again(w, run, sealing, &out, err);
    if (!st) {
        struct sx_buf old = run->data;
        run->data = out;
        out = old;
    }
    sx_sealing_destroy(sealing);
    sx_buf_deinit(&out);
    return st;
}
