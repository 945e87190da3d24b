/* SPDX-License-Identifier: Apache-2.0 */
/* listing.h -- the series of a measurement that a statement about what is stored speaks of.
 *
 * Why         SHOW, its cardinalities and deletes look at series: their conditions are decided by
 *             tags, and a series counts only while it has rows.
 * Algorithm   The index selects by tags and, chunk by chunk, by time. Rows are read only where that
 *             leaves a doubt: where a delete may have hidden all there are, or where the caller
 *             wants times to be exact and a source reaches beyond the range.
 * Threads     One owner; schema and condition must live as long. */
#ifndef SX_INFLUXQL_LISTING_H
#define SX_INFLUXQL_LISTING_H

#include "influxql/where.h"
#include "scan/series_set.h"

struct sx_iql_listed {
    struct sx_bytes key; /* canonical */
    uint64_t hash;       /* of the key */
    struct sx_iql_tags tags;
    bool by_rows; /* the condition holds or not by the fields of a row */
};

struct sx_iql_listing_options {
    const struct sx_iql_expr *condition; /* without bounds of time; NULL: none */
    int64_t time_min_ns, time_max_ns;    /* both inclusive */
    bool exact_times; /* there must be a row in the range; else one near it is enough */
};

struct sx_reader;
struct sx_regex_scratch;

struct sx_iql_listing {
    struct sx_mem *mem;
    struct sx_request *request;
    const struct sx_iql_measurement *measurement;
    struct sx_iql_listing_options options;
    struct sx_iql_vars vars;
    struct sx_iql_where *where;
    struct sx_series_set set;
    size_t next;
    struct sx_reader *reader; /* made when it is needed */
    struct sx_regex_scratch *scratch;
    struct sx_buf text;
    struct sx_arena arena; /* of the tags at hand */
    stria_tag *tags;
    size_t tag_capacity;
    struct sx_iql_listed listed;
};

/* Finds the series. To be deinitialised in any case.
 * Returns  OK, NOMEM, INVALID (a regular expression), what reading the store returns. */
stria_status sx_iql_listing_init(struct sx_iql_listing *listing, struct sx_iql_schema *schema,
                                 const struct sx_iql_measurement *measurement,
                                 const struct sx_iql_listing_options *options, stria_error *err);
void sx_iql_listing_deinit(struct sx_iql_listing *listing); /* of a zeroed one as well */

/* The next series in the order of their keys, or NULL; it lives until the next call. */
stria_status sx_iql_listing_next(struct sx_iql_listing *listing,
                                 const struct sx_iql_listed **listed, stria_error *err);

#endif
