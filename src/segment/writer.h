/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h -- makes a segment from series in key order.
 *
 * Use         create; for each series, in ascending order of keys: series, then rows for each group
 *             of its rows in ascending time; finish; destroy.
 * Algorithm   Chunks are encoded as they come and gathered per column until a stripe is full; then
 *             the stripe is written column by column, its directory behind it. In the sealed
 *             tier columns of numbers are encoded again then, with coder tables of the stripe. The
 *             index (dictionaries, series blocks, postings, filter) is written at the end. Equal
 *             time columns are stored once.
 *             A group that another segment has already may be copied as it is stored: then it is
 *             not encoded. In the sealed tier such chunks bring the coder tables of their stripe
 *             along; what is encoded beside them uses these, too. Chunks with other tables end the
 *             stripe, or must be encoded where too small a one would come of it.
 * Limits      Memory: a stripe, and per series 4 bytes a tag, 8 for the hash; the dictionaries.
 * Threads     One owner. */
#ifndef SX_SEGMENT_WRITER_H
#define SX_SEGMENT_WRITER_H

#include "codec/column.h"
#include "model/request.h"
#include "os/os.h"
#include "segment/format.h"

struct sx_segment;
struct sx_segment_writer;

struct sx_segment_writer_options {
    struct sx_os *os;
    struct sx_mem *mem;
    const char *path; /* made exclusively; copied */
    struct sx_segment_info
        info;        /* ids, level, tier, generations, sequences; the rest is filled in */
    bool no_entropy; /* numbers stay bit-packed in the sealed tier, too: larger, faster to read */
};

/* A column of a group of rows. */
struct sx_writer_column {
    struct sx_bytes name;
    stria_type type;         /* FLOAT .. STRING */
    const void *values;      /* one per row; those of absent rows are ignored */
    const uint64_t *present; /* NULL: every row has a value */
};

stria_status sx_segment_writer_create(const struct sx_segment_writer_options *options,
                                      struct sx_segment_writer **writer, stria_error *err);
/* Removes the file unless it was finished. NULL is allowed. */
void sx_segment_writer_destroy(struct sx_segment_writer *writer);

/* Begins a series; `key` is canonical, greater than the one before, and copied. */
stria_status sx_segment_writer_series(struct sx_segment_writer *writer, struct sx_bytes key,
                                      uint64_t hash, stria_error *err);

/* Adds rows of the current series: 1 to SX_COLUMN_VALUES_MAX, times ascending strictly and after
 * those added before. Columns without any value are left out; each row should have one. */
stria_status sx_segment_writer_rows(struct sx_segment_writer *writer, const int64_t *ts_ns,
                                    uint32_t row_count, const struct sx_writer_column *columns,
                                    size_t column_count, stria_error *err);

struct sx_stored_group;

/* Whether the chunks of a segment are as this writer would make them, so that they may be
 * copied. */
bool sx_segment_writer_is_alike(const struct sx_segment_writer *writer,
                                const struct sx_segment *segment);
/* Whether a group can be copied now, as rows of the current series; its stripe may be ended for it.
 * Returns OK, IO, NOMEM, LIMIT. */
stria_status sx_segment_writer_has_room(struct sx_segment_writer *writer,
                                        const struct sx_stored_group *group, bool *has_room,
                                        stria_error *err);
/* Adds the rows of a group, whose bytes were read, and for which there is room: what rows() says
 * holds for its times. */
stria_status sx_segment_writer_copy(struct sx_segment_writer *writer,
                                    const struct sx_stored_group *group, stria_error *err);

/* Whether a series may be the next: its key comes behind that of the one before. */
bool sx_segment_writer_may_follow(const struct sx_segment_writer *writer, struct sx_bytes key);

/* Bytes written and gathered so far: to split large output. */
uint64_t sx_segment_writer_size(const struct sx_segment_writer *writer);
uint64_t sx_segment_writer_row_count(const struct sx_segment_writer *writer);

/* Writes the index and the footer and syncs the file (not its folder). *info: what it became. */
stria_status sx_segment_writer_finish(struct sx_segment_writer *writer,
                                      struct sx_segment_info *info, stria_error *err);

#endif
