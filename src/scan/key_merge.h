/* SPDX-License-Identifier: Apache-2.0 */
/* key_merge.h -- all series of a view's segments in key order, one at a time: for merges.
 *
 * Why         A merge must not hold the keys of ten million series: each segment is walked by its
 *             own order, one measurement's tables at a time. Of the pieces of one output, whose
 *             series follow one another, only that one is read whose turn it is.
 * Threads     One owner; the view must be held. Memtables of the view are not looked at. */
#ifndef SX_SCAN_KEY_MERGE_H
#define SX_SCAN_KEY_MERGE_H

#include "scan/series_set.h"
#include "segment/keys.h"

/* One segment's place. */
struct sx_key_stream {
    uint32_t source;
    uint32_t ordinal;      /* of the series whose key is at hand */
    uint32_t series_count; /* of the segment */
    bool open;             /* `keys` is of the measurement at hand */
    struct sx_segment_keys keys;
    struct sx_buf key;
    uint64_t hash;
};

struct sx_key_merge {
    struct sx_view *view;
    struct sx_mem *mem;
    bool passes_damage;
    struct sx_key_stream *streams;
    size_t stream_count;
    struct sx_buf key; /* of the series given out */
    struct sx_scan_source *sources;
    struct sx_scan_series series;
};

/* pass_damage: series whose keys cannot be read are left out, instead of ending it; what they are
 * is for somebody else to tell. To be deinitialised in any case. Returns OK, NOMEM, CORRUPT, IO. */
stria_status sx_key_merge_init(struct sx_key_merge *merge, struct sx_view *view, bool pass_damage,
                               struct sx_mem *mem, stria_error *err);
void sx_key_merge_deinit(struct sx_key_merge *merge);

/* The next series, valid until the next call; NULL at the end. */
stria_status sx_key_merge_next(struct sx_key_merge *merge, const struct sx_scan_series **series,
                               stria_error *err);

#endif
