/* SPDX-License-Identifier: Apache-2.0 */
/* collector.h -- all plain aggregates and selectors of a level, from one reading of its sources.
 *
 * Algorithm   Series are read one after the other, never merged. Where a LIMIT needs only the first
 *             windows, the range is read in stretches that grow, until enough points are there.
 * Limits      Memory: the windows of one series of the outermost answer.
 * Threads     One owner; the level must live as long. */
#ifndef SX_INFLUXQL_COLLECTOR_H
#define SX_INFLUXQL_COLLECTOR_H

#include "influxql/level.h"
#include "query/aggregate.h"

/* Returns OK, NOMEM. */
stria_status sx_iql_collector_create(struct sx_iql_level *level,
                                     struct sx_iql_collector **collector, stria_error *err);
void sx_iql_collector_destroy(struct sx_iql_collector *collector); /* NULL is allowed */

/* Adds a function of the var `call->column`, with its range of time; *index names it.
 * Returns OK, NOMEM. */
stria_status sx_iql_collector_add(struct sx_iql_collector *collector,
                                  const struct sx_agg_call *call, uint32_t *index,
                                  stria_error *err);

/* A node that gives the points of a function. Returns OK, NOMEM. */
stria_status sx_iql_collector_node(struct sx_iql_collector *collector, uint32_t index,
                                   struct sx_iql_node **node, stria_error *err);

/* Whether anything was added. */
bool sx_iql_collector_is_used(const struct sx_iql_collector *collector);

/* Opens the sources; to be called once everything was added and every name of the level is known.
 * Returns OK; LIMIT, INVALID, NOMEM; what making a level and reading the store return. */
stria_status sx_iql_collector_open(struct sx_iql_collector *collector, stria_error *err);

#endif
