/* SPDX-License-Identifier: Apache-2.0 */
/* where.h -- a condition for one measurement: what the index decides, and what is left to its rows.
 *
 * Why         Tags are the same for all rows of a series: they are looked at once a series, mostly
 *             in the index. What is left is computed over columns; series whose tags leave the same
 *             are filtered by the same program.
 * Invariants  The rules are the peer's: a name that is no field is a tag; a tag that a series does
 *             not have is ""; a tag is compared with a string by = or by anything else, which is
 *             !=; two tags are "equal" when a series has both; a bare name as a condition finds
 *             nothing.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_WHERE_H
#define SX_INFLUXQL_WHERE_H

#include "influxql/schema.h"
#include "influxql/vars.h"
#include "model/selector.h"

/* The tags of a series, by key. */
struct sx_iql_tags {
    const stria_tag *items;
    size_t count;
};

/* The value of a tag; empty: the series has none. */
struct sx_bytes sx_iql_tag_value(const struct sx_iql_tags *tags, struct sx_bytes key);

struct sx_iql_where;

/* Makes the condition of a measurement. vars: gets the names that its rows are looked at by.
 * Returns OK, NOMEM, INVALID (a regular expression). */
stria_status sx_iql_where_create(struct sx_arena *arena, struct sx_mem *mem,
                                 const struct sx_iql_expr *condition,
                                 const struct sx_iql_measurement *m, struct sx_iql_vars *vars,
                                 struct sx_iql_where **where, stria_error *err);
void sx_iql_where_destroy(struct sx_iql_where *where); /* NULL is allowed */

/* What series must fulfil at least, for the index; NULL: nothing. */
const struct sx_tag_expr *sx_iql_where_tags(const struct sx_iql_where *where);

/* What of a series is wanted: *none, or the rows for which *filter is true (NULL: all). The
 * program's columns are numbered as in `vars`.
 * Returns OK, NOMEM, LIMIT. */
stria_status sx_iql_where_series(struct sx_iql_where *where, const struct sx_iql_vars *vars,
                                 const struct sx_iql_tags *tags, bool *none,
                                 struct sx_iql_program **filter, stria_error *err);

#endif
