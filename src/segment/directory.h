/* SPDX-License-Identifier: Apache-2.0 */
/* directory.h -- which chunks a stripe has, where they are and what is in them.
 *
 * Why         A query for one field of a few series must find its chunks without reading other
 *             fields' entries: so each column of a stripe has a block of its own.
 * Format      docs/FORMAT.md "Directory". A stripe has groups: the rows of one series in one
 *             stretch of time. The time column's block tells the groups:
 *               varint series_delta << 2 | place, varint row_count - 1, zigzag first time - that of
 *                 the
 *               group before, zigzag span - that of the group before, and the time chunk's place:
 *                 0: the next bytes of the run: varint size, u32 crc
 *                 1: the same chunk as the group before
 *                 2: elsewhere in the file: varint offset, varint size, u32 crc
 *             A field's block begins with varint table_size and as many bytes of coder tables
 *             that its chunks share (codec/tables.h), and tells, for each group that has the field:
 *               u8 flags (1: groups were skipped; 2: some rows have no value; 4: all values are
 *                 the first of the statistics, and there is no chunk; 8: the chunk is not the next
 *                 of the run), [varint groups skipped - 1], [varint value count], [varint offset],
 *                 [varint size, u32 crc], statistics
 * Invariants  Groups are sorted by (series, time) and do not overlap.
 * Threads     Pure. */
#ifndef SX_SEGMENT_DIRECTORY_H
#define SX_SEGMENT_DIRECTORY_H

#include "segment/format.h"
#include "segment/stats.h"

struct sx_group {
    uint32_t series; /* ordinal in the segment */
    uint32_t row_count;
    int64_t min_ts, max_ts;
    struct sx_block_ref times;
};

struct sx_chunk {
    uint32_t group;  /* index in the stripe */
    uint32_t column; /* of the measurement; whoever reads the block sets it */
    bool has_absent;
    bool is_final;               /* of a writer: its bytes are copied, and stay as they are */
    struct sx_block_ref values;  /* size 0: there is none, all values are stats.first */
    struct sx_chunk_stats stats; /* stats.count: values */
};

#define SX_GROUPS_MAX 65536 /* of a stripe */

/* Appends the block of the time column. run_offset: where the stripe's time run begins.
 * first_series: the stripe's. */
void sx_groups_put(struct sx_buf *out, const struct sx_group *groups, size_t count,
                   uint32_t first_series, uint64_t run_offset);
/* Fills `count` groups from a whole block; false: damaged. Places lie below `limit`. */
SX_MUST_CHECK bool sx_groups_get(struct sx_bytes in, struct sx_group *groups, size_t count,
                                 uint32_t first_series, uint64_t run_offset, uint64_t limit);

/* Appends the block of a field. tables: those that its chunks were encoded with; may be empty.
 * run_offset: where the first of its own chunks is, or would be. */
void sx_chunks_put(struct sx_buf *out, stria_type type, struct sx_bytes tables,
                   const struct sx_chunk *chunks, size_t count, uint64_t run_offset);
/* Takes the tables off the front of a whole block; false: damaged. */
SX_MUST_CHECK bool sx_chunk_tables_get(struct sx_bytes *in, struct sx_bytes *tables);
/* No more chunks than these are told by the rest of a block of so many bytes: wide measurements
 * have columns that are in few of many groups. */
static inline size_t sx_chunks_max(size_t size, size_t group_count)
{
    return SX_MIN(size / 2 + 1, group_count); /* a chunk takes its flags and those of statistics */
}
/* Fills chunks (room for sx_chunks_max()) from the rest of it; *count of them; false: damaged. */
SX_MUST_CHECK bool sx_chunks_get(struct sx_bytes in, stria_type type, const struct sx_group *groups,
                                 size_t group_count, uint64_t run_offset, uint64_t limit,
                                 struct sx_chunk *chunks, size_t *count);

#endif
