/* SPDX-License-Identifier: Apache-2.0 */
/* node.h -- streams of points: what stands between reading rows and an answer's columns.
 *
 * Why         Functions of functions (derivative(mean(v))), fill, limits, top() are steps that each
 *             take points in order and give points in order; a query is a tree of them.
 * Algorithm   All nodes work on one series of the outermost answer at a time: begin() with it, then
 *             next() until it gives NULL. Points of one batch are of one series of the block.
 * Invariants  A batch lives until the next call on the node. Points come by time, in the direction
 *             of the query; of a sub-query, those of its series are interleaved.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_NODE_H
#define SX_INFLUXQL_NODE_H

#include "influxql/groups.h"
#include "model/vector.h"
#include "query/window.h"

struct sx_iql_points {
    const struct sx_iql_group *group;
    uint32_t row_count;
    const int64_t *ts_ns;
    struct sx_vector
        value; /* absent ones are the peer's "nil"; type NONE: rows without a function */
    const struct sx_vector *beside; /* names selected beside a function, or alone */
};

struct sx_iql_node;

struct sx_iql_node_ops {
    stria_status (*begin)(struct sx_iql_node *node, const struct sx_iql_group *outermost,
                          stria_error *err);
    stria_status (*next)(struct sx_iql_node *node, const struct sx_iql_points **points,
                         stria_error *err);
    void (*destroy)(struct sx_iql_node *node);
};

/* The first member of every node. */
struct sx_iql_node {
    const struct sx_iql_node_ops *ops;
    struct sx_mem *mem;
    struct sx_request *request;
    stria_type type; /* of the values */
    const stria_type *beside_types;
    uint32_t beside_count;
};

static inline stria_status sx_iql_node_begin(struct sx_iql_node *node,
                                             const struct sx_iql_group *outermost, stria_error *err)
{
    return node->ops->begin(node, outermost, err);
}

static inline stria_status sx_iql_node_next(struct sx_iql_node *node,
                                            const struct sx_iql_points **points, stria_error *err)
{
    return node->ops->next(node, points, err);
}

static inline void sx_iql_node_destroy(struct sx_iql_node *node)
{
    if (node)
        node->ops->destroy(node);
}

/* ---- points on their way out ---------------------------------------------------------------- */

/* Up to SX_VECTOR_MAX points that a node puts together. */
struct sx_iql_buffer {
    struct sx_mem *mem;
    const struct sx_iql_group *group;
    uint32_t row_count;
    int64_t *ts_ns;
    stria_type type;
    uint8_t *values;
    uint64_t *present;
    uint32_t beside_count;
    const stria_type *beside_types;
    uint8_t **beside_values;
    uint64_t **beside_present;
    struct sx_vector *vectors;
    struct sx_iql_points points;
};

/* For values of a type, and names beside them. False: no memory (it is to be deinitialised then,
 * too). */
SX_MUST_CHECK bool sx_iql_buffer_init(struct sx_iql_buffer *buffer, struct sx_mem *mem,
                                      stria_type type, const stria_type *beside_types,
                                      uint32_t beside_count);
void sx_iql_buffer_deinit(struct sx_iql_buffer *buffer);

static inline bool sx_iql_buffer_is_full(const struct sx_iql_buffer *buffer)
{
    return buffer->row_count == SX_VECTOR_MAX;
}

/* Empties it for points of a series. */
void sx_iql_buffer_clear(struct sx_iql_buffer *buffer, const struct sx_iql_group *group);

/* Appends a point; value NULL: nil. What stands beside it is absent. There must be room. */
void sx_iql_buffer_put(struct sx_iql_buffer *buffer, int64_t ts_ns, const void *value);
/* Appends point i of others, of the same types, at a time of its own; value NULL: nil. */
void sx_iql_buffer_put_from(struct sx_iql_buffer *buffer, int64_t ts_ns, const void *value,
                            const struct sx_iql_points *points, uint32_t i);

/* Makes it the points of `rows`, `count` numbers of rows, of columns of the same types. */
void sx_iql_buffer_gather(struct sx_iql_buffer *buffer, const struct sx_iql_points *points,
                          const uint16_t *rows, uint32_t count);

/* The points in it, or NULL if there are none. */
const struct sx_iql_points *sx_iql_buffer_points(struct sx_iql_buffer *buffer);

/* Where value i of points stands; NULL: it is nil. */
static inline const void *sx_iql_point_value(const struct sx_iql_points *points, uint32_t i)
{
    if (points->value.type == STRIA_NONE || !sx_vector_has(&points->value, i))
        return NULL;
    return (const uint8_t *)points->value.values + i * sx_type_size(points->value.type);
}

/* ---- the nodes ------------------------------------------------------------------------------ */

/* What nodes have to know of the query. */
struct sx_iql_frame {
    struct sx_mem *mem;
    struct sx_request *request;
    bool ascending;
    bool one_series;           /* the block's series are those of the outermost answer */
    struct sx_windows windows; /* the interval, and the range of the node */
    enum sx_iql_fill fill;
    const struct sx_iql_expr *fill_value; /* of FILL_NUMBER */
};

/* Each takes over `input`, also on failure. Returns OK, NOMEM. */

/* Windows without a point get one, as fill(...) says; counts: fill(null) gives 0. */
stria_status sx_iql_fill_create(const struct sx_iql_frame *frame, struct sx_iql_node *input,
                                bool counts, struct sx_iql_node **node, stria_error *err);

/* LIMIT and OFFSET, of each series. */
stria_status sx_iql_limit_create(const struct sx_iql_frame *frame, struct sx_iql_node *input,
                                 int64_t limit, int64_t offset, struct sx_iql_node **node,
                                 stria_error *err);

enum sx_iql_choose_kind {
    SX_IQL_CHOOSE_TOP,
    SX_IQL_CHOOSE_BOTTOM,
    SX_IQL_CHOOSE_SAMPLE,
};

struct sx_iql_choose {
    enum sx_iql_choose_kind kind;
    uint64_t count;       /* points wanted of a window */
    const uint32_t *tags; /* which of what stands beside: the best of each of their values alone */
    size_t tag_count;
};

/* Some points of each window. tag_count: of the block, that series are told apart by. */
stria_status sx_iql_choose_create(const struct sx_iql_frame *frame, struct sx_iql_node *input,
                                  const struct sx_iql_choose *choose, size_t tag_count,
                                  struct sx_iql_node **node, stria_error *err);

enum sx_iql_step_kind {
    SX_IQL_STEP_DERIVATIVE,
    SX_IQL_STEP_DIFFERENCE,
    SX_IQL_STEP_CUMULATIVE_SUM,
    SX_IQL_STEP_MOVING_AVERAGE,
    SX_IQL_STEP_ELAPSED,
    SX_IQL_STEP_INTEGRAL,
    SX_IQL_STEP_TECHNICAL,
};

enum sx_iql_technical_kind {
    SX_IQL_TECHNICAL_EMA,  /* exponential_moving_average */
    SX_IQL_TECHNICAL_DEMA, /* double_exponential_moving_average */
    SX_IQL_TECHNICAL_TEMA, /* triple_exponential_moving_average */
    SX_IQL_TECHNICAL_TRIX, /* triple_exponential_derivative */
    SX_IQL_TECHNICAL_RSI,  /* relative_strength_index */
    SX_IQL_TECHNICAL_KER,  /* kaufmans_efficiency_ratio */
    SX_IQL_TECHNICAL_KAMA, /* kaufmans_adaptive_moving_average */
    SX_IQL_TECHNICAL_CMO,  /* chande_momentum_oscillator */
};

enum sx_iql_warmup {
    SX_IQL_WARMUP_EXPONENTIAL,
    SX_IQL_WARMUP_SIMPLE,
    SX_IQL_WARMUP_NONE, /* of chande_momentum_oscillator: the last values alone */
};

struct sx_iql_step {
    enum sx_iql_step_kind kind;
    bool non_negative;
    int64_t unit_ns; /* of derivative, elapsed, integral */
    int64_t count;   /* of moving_average; the period of technical functions */
    enum sx_iql_technical_kind technical;
    enum sx_iql_warmup warmup;
    int64_t hold_count; /* of technical functions: results that are held back; -1: as it warms up */
};

/* Whether a step takes values of a type, and the type of its results. */
bool sx_iql_step_takes(enum sx_iql_step_kind kind, stria_type type);
stria_type sx_iql_step_type(enum sx_iql_step_kind kind, stria_type type);

/* Functions that go from point to point of a series. */
stria_status sx_iql_step_create(const struct sx_iql_frame *frame, struct sx_iql_node *input,
                                const struct sx_iql_step *step, struct sx_iql_node **node,
                                stria_error *err);

#endif
