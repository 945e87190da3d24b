/* SPDX-License-Identifier: Apache-2.0 */
/* block.h -- decoded rows of one series: times and columns in arrays that are used again and again.
 *
 * Threads     One owner. */
#ifndef SX_SCAN_BLOCK_H
#define SX_SCAN_BLOCK_H

#include "base/arena.h"
#include "model/vector.h"

struct sx_block_column {
    stria_type type;
    void *values;
    uint64_t *present;
    bool all_present;  /* every row has a value: `present` is all ones */
    bool none_present; /* no row has */
    bool lost;         /* damaged: no older value may take its place */
};

struct sx_block {
    struct sx_mem *mem;
    uint32_t row_count;
    uint32_t row_capacity;
    int64_t *ts_ns;
    uint32_t column_count, column_capacity;
    struct sx_block_column *columns;
    struct sx_arena strings; /* what string values point to, unless it is in a memtable */
    uint32_t rank;           /* of the source it was decoded from */
};

void sx_block_init(struct sx_block *block, struct sx_mem *mem);
void sx_block_deinit(struct sx_block *block);

/* Makes room for so many rows and columns of these types; what was in it is gone.
 * Returns OK, NOMEM. */
stria_status sx_block_shape(struct sx_block *block, uint32_t row_count, const stria_type *types,
                            uint32_t column_count, stria_error *err);

/* Marks a column: no row has a value. */
void sx_block_no_values(struct sx_block *block, uint32_t column);
/* Finds out all_present and none_present from the bits. */
void sx_block_settle(struct sx_block *block, uint32_t column);

/* Copies `count` bits of `from` (NULL: all ones) beginning at `first` to `to` beginning at `at`. */
void sx_bits_copy(uint64_t *to, size_t at, const uint64_t *from, size_t first, size_t count);

/* Reverses the order of the rows. */
void sx_block_reverse(struct sx_block *block);

/* Copies rows [first, first + count) of `from` behind the rows of `to`, whose room suffices; the
 * columns are the same. Strings are not copied: `from` must outlive the use of `to`. */
void sx_block_append(struct sx_block *to, const struct sx_block *from, uint32_t first,
                     uint32_t count);
/* Takes out the rows whose bit is set. */
void sx_block_drop(struct sx_block *block, const uint64_t *drop);

#endif
