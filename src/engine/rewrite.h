/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite.h -- rows of a view -> new segments: what a flush and a merge have in common.
 *
 * Algorithm   Series come in key order; each one's rows are read merged and gathered into groups
 *             that end at window boundaries, at a time grid inside the window (window / 2^k, for
 *             merges, so that series that began at different moments share time columns again), and
 *             at SX_COLUMN_VALUES_MAX rows. A segment that grows beyond its maximum, or
 *             whose index, which is held until its end, takes what memory there is for it, is ended
 *             between series. Groups of segments that stay as they are may be copied as they are
 *             stored (rewrite_copy.c).
 * Threads     One owner. */
#ifndef SX_ENGINE_REWRITE_H
#define SX_ENGINE_REWRITE_H

#include "scan/reader.h"
#include "segment/stored.h"
#include "segment/writer.h"

struct sx_engine;

struct sx_rewrite_options {
    struct sx_view *view;
    struct sx_mem *mem;
    struct sx_segment_info info; /* of the output: policy, level, tier, generations, sequences */
    int64_t window_ns;
    int64_t time_min_ns, time_max_ns; /* rows outside are left out */
    bool grid;                        /* cut groups on the time grid of the window */
    uint32_t window_count;            /* windows with rows in that range, about; 0: one */
    bool copy;                        /* what stays as it is need not be decoded */
    size_t index_size_max;            /* of one output; 0: as the store's memory allows */
};

struct sx_rewrite {
    struct sx_engine *engine;
    struct sx_rewrite_options options;
    struct sx_request request;
    struct sx_reader *reader;
    struct sx_segment_writer *writer; /* NULL: none is open */
    uint64_t segment_id;              /* of the open one */
    struct sx_block rows;             /* gathered of the series at hand; its strings are copies */
    stria_type *types;
    uint32_t type_capacity;
    bool has_text; /* some column is of strings */
    struct sx_writer_column *columns;
    int64_t group_end; /* times from here on belong to the next group */
    int64_t grid_ns;
    bool series_begun; /* in the writer */
    size_t index_size; /* what its index takes, about */
    const struct sx_scan_series *series;
    struct sx_stored_group stored;   /* the group being copied */
    uint64_t copied_size;            /* bytes of chunks that were */
    struct sx_segment_info *outputs; /* finished */
    size_t output_count, output_capacity;
};

stria_status sx_rewrite_init(struct sx_rewrite *rewrite, struct sx_engine *engine,
                             const struct sx_rewrite_options *options, stria_error *err);
/* Files that were written are removed unless `keep`. */
void sx_rewrite_deinit(struct sx_rewrite *rewrite, bool keep);

/* Adds all rows of a series; series come in ascending order of keys. *row_count: how many there
 * were. */
stria_status sx_rewrite_series(struct sx_rewrite *rewrite, const struct sx_scan_series *series,
                               uint64_t *row_count, stria_error *err);
/* The same in parts, for rows that are made of those that are read: begin, which makes rw->reader
 * read the series; put, as often as wanted; end. What is put keeps to the windows. */
stria_status sx_rewrite_begin(struct sx_rewrite *rewrite, const struct sx_scan_series *series,
                              stria_error *err);
stria_status sx_rewrite_put(struct sx_rewrite *rewrite, const int64_t *ts_ns, uint32_t row_count,
                            const struct sx_writer_column *columns, size_t column_count,
                            stria_error *err);
stria_status sx_rewrite_end(struct sx_rewrite *rewrite, stria_error *err);
/* Ends the segment at hand. */
stria_status sx_rewrite_finish(struct sx_rewrite *rewrite, stria_error *err);

#endif
