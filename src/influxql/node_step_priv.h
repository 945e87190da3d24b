/* SPDX-License-Identifier: Apache-2.0 */
/* node_step_priv.h -- the insides of steps: node_step.c (all but) node_integral.c (area under the
 * line). */
#ifndef SX_INFLUXQL_NODE_STEP_PRIV_H
#define SX_INFLUXQL_NODE_STEP_PRIV_H

#include "influxql/node.h"

union sx_iql_number {
    double f64;
    int64_t i64;
    uint64_t u64;
};

/* What a step knows of a series. */
struct step_state {
    const struct sx_iql_group *group;
    bool has_previous;
    int64_t previous_ns;
    union sx_iql_number previous, sum;
    union sx_iql_number *ring; /* moving_average: the last values */
    size_t ring_count, ring_capacity, ring_at;
    int64_t window_begin_ns, window_end_ns; /* integral; in the query's direction */
};

struct step_node {
    struct sx_iql_node node; /* first */
    struct sx_iql_node *input;
    struct sx_iql_step step;
    bool ascending;
    struct sx_windows windows;
    struct sx_iql_buffer buffer;
    struct step_state *states; /* by series, in the order they came */
    size_t state_count, state_capacity;
    const struct sx_iql_points *in;
    uint32_t at;
    bool ended;     /* the input did */
    size_t flushed; /* states whose last area was given */
};

/* A number as a double. */
double sx_iql_step_float(stria_type type, union sx_iql_number value);

/* Adds a point to the area of its window; a window that is over is put into the buffer. */
void sx_iql_integral_add(struct step_node *n, struct step_state *s, int64_t ts_ns, double value);
/* Puts the last window. */
void sx_iql_integral_end(struct step_node *n, struct step_state *s);

#endif
