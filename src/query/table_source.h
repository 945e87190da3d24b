/* SPDX-License-Identifier: Apache-2.0 */
/* table_source.h -- where an answer comes from: tables, one after the other, each in batches.
 *
 * Why         A raw scan, a SELECT, a SHOW and a list of databases are read in the same way, so
 *             that every answer can be streamed and none need be held whole.
 * Use         next_table until it gives NULL; after each, next_batch until it gives NULL. A batch
 *             that is not wanted may be left unread.
 * Threads     One owner; cancelling is by the request. */
#ifndef SX_QUERY_TABLE_SOURCE_H
#define SX_QUERY_TABLE_SOURCE_H

#include "base/attr.h"
#include "stria.h"

struct sx_table_source;

struct sx_table_source_ops {
    /* *table is NULL at the end; it lives until the next call of next_table. PARTIAL at the end:
     * the answer lacks what err->text names. */
    stria_status (*next_table)(struct sx_table_source *source, const stria_table **table,
                               stria_error *err);
    /* *batch is NULL at the end of the table; it lives until the next call on the source. */
    stria_status (*next_batch)(struct sx_table_source *source, const stria_batch **batch,
                               stria_error *err);
    void (*destroy)(struct sx_table_source *source);
};

/* The first member of every implementation. */
struct sx_table_source {
    const struct sx_table_source_ops *ops;
};

static inline void sx_table_source_destroy(struct sx_table_source *source)
{
    if (source)
        source->ops->destroy(source);
}

#endif
