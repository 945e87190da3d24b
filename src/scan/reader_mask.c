/* SPDX-License-Identifier: Apache-2.0 */
/* reader_mask.c -- deletes that no merge has carried out yet, applied while reading (reader.h).
 *
 * Algorithm   When a series is begun, the view's tombstones are matched with its key. A piece whose
 *             times are all deleted is left out; of one that is touched the rows are looked at one
 *             by one. */
#include "base/error.h"
#include "scan/reader_priv.h"

stria_status sx_reader_find_masks(struct sx_reader *r, struct sx_bytes key, stria_error *err)
{
    const struct sx_tombstones *list = r->options.view->tombstones;
    if (!r->scratch)
        r->scratch = sx_regex_scratch_create(r->mem);
    if (!r->scratch)
        return sx_mem_refused(r->mem, 1024, err);
    for (size_t i = 0; i < list->count; i++) {
        const struct sx_tombstone *t = &list->items[i];
        bool matches;
        if (t->time_max_ns < r->options.time_min_ns || t->time_min_ns > r->options.time_max_ns)
            continue;
        stria_status st = sx_tombstone_matches(t, key, r->scratch, &r->text, &matches, err);
        if (st)
            return st;
        if (!matches)
            continue;
        if (!SX_GROW(r->mem, r->masks, r->mask_capacity, r->mask_count + 1))
            return sx_mem_refused(r->mem, sizeof *r->masks, err);
        r->masks[r->mask_count++] = (struct sx_mask){.tombstone = t};
    }
    return STRIA_OK;
}

bool sx_reader_masked(const struct sx_reader *r, uint32_t source, int64_t min_ts, int64_t max_ts,
                      bool *some)
{
    *some = false;
    for (size_t i = 0; i < r->mask_count; i++) {
        const struct sx_tombstone *t = r->masks[i].tombstone;
        if (t->time_max_ns < min_ts || t->time_min_ns > max_ts ||
            !sx_view_masks(r->options.view, t, source))
            continue;
        *some = true;
        if (t->time_min_ns <= min_ts && t->time_max_ns >= max_ts)
            return true;
    }
    return false;
}

stria_status sx_reader_drop_masked(struct sx_reader *r, uint32_t source, struct sx_block *block,
                                   stria_error *err)
{
    size_t size = ((size_t)block->row_count + 64) / 64 * sizeof(uint64_t);
    uint64_t *drop = sx_mem_zalloc(r->mem, size);
    if (!drop)
        return sx_mem_refused(r->mem, size, err);
    for (size_t i = 0; i < r->mask_count; i++) {
        const struct sx_tombstone *t = r->masks[i].tombstone;
        if (!sx_view_masks(r->options.view, t, source))
            continue;
        for (uint32_t row = 0; row < block->row_count; row++)
            if (block->ts_ns[row] >= t->time_min_ns && block->ts_ns[row] <= t->time_max_ns)
                sx_bit_set(drop, row);
    }
    sx_block_drop(block, drop);
    sx_mem_free(r->mem, drop);
    return STRIA_OK;
}
