/* SPDX-License-Identifier: Apache-2.0 */
/* lp_out.h -- tables of stored rows -> line protocol that, read back, gives the same rows.
 *
 * Why         The export that every version of Stria, and every other database, reads.
 * Format      measurement,tag=value field=value,... time   A float is the shortest text that reads
 *             back as the same double; ints end in i, uints in u; strings are quoted; times are
 *             nanoseconds. A field that a row has with two types makes two lines.
 *             cpu,host=a\ b load=0.5,note="say \"hi\"",up=true,used=7i 1000
 * Limits      Without a form in line protocol, so left out and counted: NaN and infinite floats;
 *             empty names; names that end in a backslash or hold a bare LF; measurements that begin
 *             with # or a tab, field names that begin with a tab; tags and fields named time.
 * Threads     One owner. */
#ifndef SX_APP_CLI_LP_OUT_H
#define SX_APP_CLI_LP_OUT_H

#include "base/buf.h"
#include "stria.h"

struct sx_lp_column;

struct sx_lp_out {
    struct sx_mem *mem;
    struct sx_buf head;  /* "measurement,tag=value " of the table */
    struct sx_buf names; /* "name=" of each column */
    struct sx_lp_column *columns;
    size_t column_capacity;
    bool has_head;           /* the names of the series have a form */
    uint64_t row_count;      /* rows of which something was printed */
    uint64_t sample_count;   /* values printed */
    uint64_t left_out_count; /* values without a form */
};

void sx_lp_out_init(struct sx_lp_out *lp, struct sx_mem *mem);
void sx_lp_out_deinit(struct sx_lp_out *lp);

/* Begins a table: its first column is the time. Returns OK, NOMEM, LIMIT. */
SX_MUST_CHECK stria_status sx_lp_out_table(struct sx_lp_out *lp, const stria_table *table,
                                           stria_error *err);

/* Appends the rows of a batch of that table whose time is in [min_ns, max_ns].
 * Returns  OK, NOMEM, LIMIT (`text` met its maximum). */
SX_MUST_CHECK stria_status sx_lp_out_batch(struct sx_lp_out *lp, const stria_batch *batch,
                                           int64_t min_ns, int64_t max_ns, struct sx_buf *text,
                                           stria_error *err);

#endif
