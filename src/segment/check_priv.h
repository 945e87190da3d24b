/* SPDX-License-Identifier: Apache-2.0 */
/* check_priv.h -- the insides of the check of a segment: check.c (all of it, and telling),
 * check_index.c (series, dictionaries, postings, filter), check_rows.c (stripes and chunks). */
#ifndef SX_SEGMENT_CHECK_PRIV_H
#define SX_SEGMENT_CHECK_PRIV_H

#include "codec/column.h"
#include "index/bitset.h"
#include "segment/check.h"
#include "segment/chunks.h"
#include "segment/loss.h"

/* Room for the values of one chunk. */
struct sx_check_room {
    _Alignas(16) uint8_t values[SX_COLUMN_VALUES_MAX * sizeof(stria_bytes)];
    uint64_t present[SX_COLUMN_VALUES_MAX / 64];
    uint16_t rows[SX_COLUMN_VALUES_MAX];
};

/* What the series blocks say of a tag: the sum tells nearly for certain whether postings say the
 * same (2^-64). */
struct sx_check_tag {
    uint64_t series_count; /* that have it */
    uint64_t sum;          /* of a hash of each (series, value) */
    bool is_partial;       /* some series could not be read */
};

struct sx_checking {
    struct sx_segment_check *check;
    struct sx_segment *segment;
    struct sx_mem *mem;
    struct sx_segment_cursor cursor;
    struct sx_check_room *room;
    struct sx_check_tag *tags;  /* of the segment, by number */
    struct sx_bitset with_rows; /* series of which there are */
    struct sx_arena strings;
    struct sx_buf block, text, stored, made, telling;
    uint64_t series_count, row_count, sample_count, chunk_count;
    int64_t min_ts, max_ts; /* of all groups */
    uint64_t unreported_bytes;
    stria_error *err;
};

/* ---- telling (check.c); each lets the check go on, which without memory it cannot ---- */

/* Of a failure to read something, as c->err says it. loss: what is lost with it, or NULL. */
stria_status sx_check_told(struct sx_checking *checking, stria_status st, uint64_t offset,
                           const struct sx_segment_loss *loss);
/* Of bytes that were read and are wrong. */
stria_status sx_check_damaged(struct sx_checking *checking, uint64_t offset, const char *what,
                              const struct sx_segment_loss *loss);

/* Of what is wrong but loses no rows: begin, append to checking->telling what is concerned, end. */
void sx_check_begin(struct sx_checking *checking, uint64_t offset, const char *what);
stria_status sx_check_end(struct sx_checking *checking, uint64_t offset);
/* The same of some series of a measurement, of which `first` is the first. */
stria_status sx_check_series(struct sx_checking *checking, uint64_t offset, const char *what,
                             uint32_t first, uint64_t count);

/* Tells the caller of bytes that were read. Returns OK, CANCELLED. */
stria_status sx_check_progress(struct sx_checking *checking, uint64_t size);

/* ---- what is checked ---- */

/* check_index.c */
stria_status sx_check_index(struct sx_checking *checking);
/* check_rows.c */
stria_status sx_check_rows(struct sx_checking *checking);

#endif
