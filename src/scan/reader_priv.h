/* SPDX-License-Identifier: Apache-2.0 */
/* reader_priv.h -- the insides of the reader: reader.c (pieces and batches), reader_decode.c
 * (pieces to blocks), reader_merge.c (blocks to one), stretch.c (pieces without their values). */
#ifndef SX_SCAN_READER_PRIV_H
#define SX_SCAN_READER_PRIV_H

#include "memtable/rows.h"
#include "scan/reader.h"
#include "scan/stretch.h"
#include "segment/chunks.h"

/* Of one source, a stretch of time of the series at hand. */
struct sx_piece {
    uint32_t source; /* = rank */
    int64_t min_ts, max_ts;
    int64_t reach;          /* the greatest max_ts of this piece and those before it */
    uint32_t stripe, group; /* of a segment */
    bool masked;            /* a delete touches some of its rows */
    size_t first, count; /* times of a memtable's rows; of a segment, count is that of the group */
};

/* A stored column that serves a wanted one. */
struct sx_stored {
    uint32_t column; /* of the segment's or index's measurement */
    stria_type type;
};

#define SX_STORED_MAX 5 /* as many as types */

/* What serves a wanted column in one source; weakest type first. */
struct sx_column_match {
    uint32_t count;
    struct sx_stored stored[SX_STORED_MAX];
};

struct sx_reader_source {
    uint64_t used;        /* when: by number of series that the reader went through */
    uint32_t measurement; /* that `matches` is for; UINT32_MAX: none */
    struct sx_column_match *matches;
    struct sx_segment_cursor cursor;
    struct sx_mem_rows rows; /* of a memtable, of the series at hand */
    uint32_t slot;
    struct sx_measurement_column *columns; /* of that series' measurement */
    uint32_t column_count, column_capacity;
};

/* A delete that speaks of the series at hand. */
struct sx_mask {
    const struct sx_tombstone *tombstone;
};

struct sx_reader {
    struct sx_reader_options options;
    struct sx_mem *mem;
    struct sx_request *request;
    struct sx_reader_source **sources; /* by rank; NULL: nothing of it was read */
    uint32_t *opened;                  /* those that are not NULL */
    size_t opened_count, opened_capacity;
    uint64_t series_number;
    struct sx_scan_column *columns; /* at hand */
    stria_type *types;
    uint32_t column_count, column_capacity;
    struct sx_arena names; /* of columns, when all are wanted */

    struct sx_mask *masks; /* of the series at hand */
    size_t mask_count, mask_capacity;
    struct sx_regex_scratch *scratch; /* for finding them */
    struct sx_buf text;

    struct sx_piece *pieces; /* sorted by time */
    size_t piece_count, piece_capacity;
    size_t next_piece;   /* of those not answered yet: from the front, or from the back */
    uint32_t part_rows;  /* a piece that stands alone is decoded so many rows at a time; 0: whole */
    uint32_t part_taken; /* rows of the next piece that were decoded already */
    bool part_left;      /* the decoding at hand left rows of its piece for later */
    bool in_parts;       /* the decoding at hand may do so */

    struct sx_block *blocks; /* of the overlapping pieces */
    size_t block_count, block_capacity;
    struct sx_block merged;
    struct sx_block spare;    /* for conversions */
    struct sx_block *current; /* being answered */
    uint32_t current_row;

    const struct sx_piece *stretch; /* that can be added up; NULL: none */
    uint32_t stretch_first;         /* row of the group */
    const int64_t *stretch_ts;      /* of its rows; NULL: not read yet */
    struct sx_stretch stretch_rows;

    struct sx_rows rows;
    struct sx_vector *vectors;
};

/* More sources than these are not kept open, unless a series needs more; and then, where memory is
 * tight, without the room that they decode to. */
#define SX_READER_OPENED_MAX ((size_t)64)

/* Decodes a piece into a block; only the times in the reader's range. May give no rows. */
stria_status sx_reader_decode(struct sx_reader *reader, const struct sx_piece *piece,
                              struct sx_block *block, stria_error *err);
/* Nothing of a piece is needed any more. Years of a series are in so many segments that room for a
 * group of each, and coder tables of each column, can be too much. */
void sx_reader_piece_done(struct sx_reader *reader, const struct sx_piece *piece);
/* Makes the groups of a segment's piece and the matches of its source ready. */
stria_status sx_reader_piece_columns(struct sx_reader *reader, const struct sx_piece *piece,
                                     stria_error *err);
/* The same, and the times of its group. */
stria_status sx_reader_piece_times(struct sx_reader *reader, const struct sx_piece *piece,
                                   const int64_t **ts, stria_error *err);
/* The rows [*first, *end) of ascending times that lie in the asked range. */
void sx_reader_rows_in_range(const struct sx_reader *reader, const int64_t *ts, uint32_t count,
                             uint32_t *first, uint32_t *end);
/* The next pieces that overlap one another: [*first, *first + *count); returns what next_piece is
 * when they are taken. There must be pieces left. */
size_t sx_reader_cluster(const struct sx_reader *reader, size_t *first, size_t *count);
/* Finds the deletes that speak of a series. */
stria_status sx_reader_find_masks(struct sx_reader *reader, struct sx_bytes key, stria_error *err);
/* Whether all times from min_ts to max_ts of a source are deleted; *some: whether any is. */
bool sx_reader_masked(const struct sx_reader *reader, uint32_t source, int64_t min_ts,
                      int64_t max_ts, bool *some);
/* Takes the deleted rows out of a block that was decoded from a source. */
stria_status sx_reader_drop_masked(struct sx_reader *reader, uint32_t source,
                                   struct sx_block *block, stria_error *err);
/* Merges reader->blocks[0 .. count) into reader->merged. */
stria_status sx_reader_merge(struct sx_reader *reader, size_t count, stria_error *err);
/* Makes reader->columns those that the pieces at hand have. */
stria_status sx_reader_find_columns(struct sx_reader *reader, stria_error *err);

#endif
