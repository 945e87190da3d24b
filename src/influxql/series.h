/* SPDX-License-Identifier: Apache-2.0 */
/* series.h -- the rows of stored series as points, merged by time where an answer has several.
 *
 * Algorithm   One series is passed through, batch by batch. The rows of several are read one series
 *             after the other, kept, and then merged with a binary heap. So that what is kept stays
 *             small, the range of time is cut where it gets too much: in the middle of what was
 *             read, again and again until it fits.
 * Invariants  Rows of equal time come in the order the peer's heap gives them out, which begins
 *             with the order of the series but changes as rows are taken; it starts anew with each
 *             cut. It depends on the rows alone.
 * Limits      About 16 MiB of rows are kept, or the rows of one moment.
 * Threads     One owner; the level must live as long. */
#ifndef SX_INFLUXQL_SERIES_H
#define SX_INFLUXQL_SERIES_H

#include "influxql/level.h"

/* The rows of one source.
 * var       the name whose values are the points' (rows without one are left out), UINT32_MAX: none
 *           (rows without any field named beside are left out).
 * row_max   rows of each series of the block that will be asked for; 0: all.
 * Returns   OK, NOMEM. */
stria_status sx_iql_series_create(struct sx_iql_level *level, size_t source, uint32_t var,
                                  int64_t time_min_ns, int64_t time_max_ns, uint64_t row_max,
                                  struct sx_iql_node **node, stria_error *err);

/* The rows of a sub-query; likewise. */
stria_status sx_iql_mapper_create(struct sx_iql_level *level, size_t source, uint32_t var,
                                  struct sx_iql_node **node, stria_error *err);

/* The points of several nodes of one type, by time. Takes over the nodes, also on failure; the
 * array is copied. */
stria_status sx_iql_merge_create(const struct sx_iql_frame *frame,
                                 struct sx_iql_node *const *inputs, size_t input_count,
                                 struct sx_iql_node **node, stria_error *err);

#endif
