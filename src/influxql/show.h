/* SPDX-License-Identifier: Apache-2.0 */
/* show.h -- what the SHOW statements share: which measurements are meant, what was found, tables.
 *
 * Why         Every list is made in the same way: the condition is split, the measurements of the
 *             sources are visited, what they hold goes into a bag, and the bag becomes tables.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_SHOW_H
#define SX_INFLUXQL_SHOW_H

#include "influxql/bag.h"
#include "influxql/listing.h"
#include "influxql/open.h"
#include "query/literal_tables.h"

struct sx_iql_showing {
    const struct sx_iql_context *context;
    const struct sx_iql_show *show;
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_iql_schema schema;
    struct sx_iql_bag bag;
    const struct sx_iql_expr *condition; /* without bounds of time */
    bool has_min, has_max, has_time;     /* the condition bounds it: so, so, or either way */
    int64_t time_min_ns, time_max_ns;
    /* WITH KEY */
    struct sx_regex *key_regex;
    struct sx_regex_scratch *scratch;
};

/* The statement and the context must live as long. To be deinitialised in any case. */
stria_status sx_iql_showing_init(struct sx_iql_showing *s, const struct sx_iql_show *show,
                                 const struct sx_iql_context *context, stria_error *err);
void sx_iql_showing_deinit(struct sx_iql_showing *s);

/* Which policies a source means that names none. */
enum sx_iql_policies {
    SX_IQL_POLICY_DEFAULT, /* that of the request, or the database's default */
    SX_IQL_POLICY_ALL,
};

typedef stria_status (*sx_iql_show_visit)(struct sx_iql_showing *s, struct sx_iql_measurement *m,
                                          stria_error *err);

/* Calls `visit` for each measurement of the sources, policy by policy; without sources, for all.
 * Returns  OK; INVALID, NOT_FOUND (database, policy); what visit or reading the store returns. */
stria_status sx_iql_show_each(struct sx_iql_showing *s, enum sx_iql_policies policies,
                              sx_iql_show_visit visit, stria_error *err);

/* The database of ON or of the request; NULL: there is none of that name, which is no error to the
 * statements that ask so. Returns OK, INVALID ("database name required"). */
stria_status sx_iql_show_database(const struct sx_iql_showing *s,
                                  const struct sx_database **database, stria_error *err);

/* For a series that a condition does not decide: UNSUPPORTED, if the condition names a field; else
 * OK, and the series does not match. */
stria_status sx_iql_show_undecided(struct sx_iql_showing *s, const struct sx_iql_measurement *m,
                                   const char *statement, stria_error *err);

/* Whether a measurement still has rows. */
stria_status sx_iql_show_alive(struct sx_iql_showing *s, const struct sx_iql_measurement *m,
                               bool *alive, stria_error *err);

/* Finds the series of a measurement; `widened`: in the peer's shards that the range touches. */
stria_status sx_iql_show_list(struct sx_iql_showing *s, struct sx_iql_listing *listing,
                              const struct sx_iql_measurement *m,
                              const struct sx_iql_expr *condition, bool widened, stria_error *err);

/* Whether WITH KEY lets a tag key through; without it, any. */
stria_status sx_iql_show_key(struct sx_iql_showing *s, struct sx_bytes key, bool *wanted,
                             stria_error *err);

stria_status sx_iql_show_add(struct sx_iql_showing *s, struct sx_bytes name, struct sx_bytes first,
                             struct sx_bytes second, stria_error *err);

/* The part of `count` rows that OFFSET and LIMIT leave: [*begin, *end). */
void sx_iql_show_limit(const struct sx_iql_limits *limits, size_t count, size_t *begin,
                       size_t *end);

/* Reads what was made, or destroys it. */
stria_status sx_iql_show_finish(struct sx_literal_tables *tables, struct sx_table_source **source,
                                stria_error *err);

/* The bag as tables, a measurement each, with the first and second text of its triples.
 * second: NULL: there is one column. */
stria_status sx_iql_show_tables(struct sx_iql_showing *s, const char *first, const char *second,
                                struct sx_table_source **source, stria_error *err);

/* An expression of the condition that is no comparison of a tag by =, !=, =~ or !~; NULL: none.
 * False: no memory. */
SX_MUST_CHECK bool sx_iql_show_find_complex(struct sx_iql_showing *s,
                                            const struct sx_iql_expr **complex);

#endif
