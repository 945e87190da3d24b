/* SPDX-License-Identifier: Apache-2.0 */
/* node_step_priv.h -- the insides of steps: node_step.c (all but), node_integral.c (the area
 * under the line), node_technical.c (technical analysis). */
#ifndef SX_INFLUXQL_NODE_STEP_PRIV_H
#define SX_INFLUXQL_NODE_STEP_PRIV_H

#include "influxql/node.h"

union sx_iql_number {
    double f64;
    int64_t i64;
    uint64_t u64;
};

/* An average that older values fade out of. */
struct sx_iql_fading {
    double last;
    uint64_t count; /* values, until it is warm */
};

struct sx_iql_turn {
    double value, change;
};

/* What a function of technical analysis knows of a series. */
struct sx_iql_technical {
    uint64_t count; /* values */
    double last;    /* value; of TRIX: average */
    struct sx_iql_fading fading[3];
    struct sx_iql_turn *ring; /* the last values */
    size_t ring_count, ring_capacity, ring_at;
    double way;        /* the changes in the ring, without their signs */
    double rise, fall; /* those in the ring */
    double adapted;
};

/* What a step knows of a series. */
struct step_state {
    const struct sx_iql_group *group;
    bool has_previous;
    int64_t previous_ns;
    union sx_iql_number previous, sum;
    union sx_iql_number *ring; /* moving_average: the last values */
    size_t ring_count, ring_capacity, ring_at;
    struct sx_iql_technical technical;
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

/* Adds a value; *out is the result if *shown. False: no memory. */
SX_MUST_CHECK bool sx_iql_technical_add(struct sx_iql_technical *t, struct sx_mem *mem,
                                        const struct sx_iql_step *step, double value, double *out,
                                        bool *shown);
void sx_iql_technical_free(struct sx_iql_technical *t, struct sx_mem *mem);

/* A number as a double. */
double sx_iql_step_float(stria_type type, union sx_iql_number value);

/* Adds a point to the area of its window; a window that is over is put into the buffer. */
void sx_iql_integral_add(struct step_node *n, struct step_state *s, int64_t ts_ns, double value);
/* Puts the last window. */
void sx_iql_integral_end(struct step_node *n, struct step_state *s);

#endif
