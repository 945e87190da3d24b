/* SPDX-License-Identifier: Apache-2.0 */
/* rows.h -- the rows of one series in a memtable, in time order and as columns.
 *
 * Why         Rows lie where they were written; readers and the flush want ascending times and
 *             arrays.
 * Algorithm   Pointers are collected block by block (blocks outside the range are skipped while
 *             times ascend), sorted stably if a row came late, and rows of equal time are taken
 *             together: a column's value is that of the newest of them that has one.
 * Threads     A collection belongs to one thread; the memtable must be held meanwhile. */
#ifndef SX_MEMTABLE_ROWS_H
#define SX_MEMTABLE_ROWS_H

#include "memtable/memtable.h"

struct sx_mem_row {
    int64_t ts_ns;
    const uint8_t *row;
};

struct sx_mem_rows {
    struct sx_mem *mem;
    struct sx_mem_row *rows; /* ascending; of equal times the newer later */
    size_t row_count, row_capacity;
    /* Time i is that of rows[starts[i]] .. rows[starts[i + 1] - 1]; NULL: every row has its own. */
    uint32_t *starts;
    size_t time_count;
};

/* Collects the rows with times from time_min to time_max (inclusive) that are visible now.
 * Returns  OK, NOMEM. `rows` is to be deinitialised in any case. */
stria_status sx_mem_rows_collect(struct sx_mem_rows *rows, struct sx_mem *mem,
                                 struct sx_mem_series *series, int64_t time_min, int64_t time_max,
                                 stria_error *err);
void sx_mem_rows_deinit(struct sx_mem_rows *rows);

/* Times [first, first + count). */
void sx_mem_rows_times(const struct sx_mem_rows *rows, size_t first, size_t count, int64_t *ts_ns);

/* Values of a column (an id of the measurement) at times [first, first + count), of the column's
 * type: `values` has room for them, `present` for (count + 63) / 64 words. Strings point into the
 * memtable. Returns the number of values present. */
size_t sx_mem_rows_column(const struct sx_memtable *memtable, const struct sx_mem_rows *rows,
                          size_t first, size_t count, uint32_t column_id, stria_type type,
                          void *values, uint64_t *present);

/* Marks in `used` (a bit per column id of the measurement) the columns that any row has. */
void sx_mem_rows_columns(const struct sx_memtable *memtable, const struct sx_mem_rows *rows,
                         uint64_t *used);

#endif
