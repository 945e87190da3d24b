/* SPDX-License-Identifier: Apache-2.0 */
/* level.h -- a block that is carried out: from the rows of its sources to the rows of its answer.
 *
 * Why         Queries and sub-queries are the same thing: a level reads stored series, or the
 *             answers of the levels in it, and gives rows by series of the outermost answer.
 * Algorithm   Names that stand beside functions, or alone, and functions are symbols; each function
 *             is a tree of nodes. Their points are brought together by time, and the fields are
 *             computed from the symbols. All plain aggregates share one collector, which reads each
 *             series once.
 * Threads     One owner; schema and block must live as long. */
#ifndef SX_INFLUXQL_LEVEL_H
#define SX_INFLUXQL_LEVEL_H

#include "influxql/node.h"
#include "influxql/scan.h"

/* Rows of an answer, of one series of the block. */
struct sx_iql_result {
    const struct sx_iql_group *group;
    uint32_t row_count;
    const int64_t *ts_ns;
    const struct sx_vector *columns; /* by field, without the time */
};

struct sx_iql_collector;
struct sx_iql_joiner;
struct sx_iql_level;

struct sx_iql_level_source {
    const struct sx_iql_block_source *block_source;
    struct sx_iql_scan scan; /* unless it is a sub-query */
};

/* A field of the answer. */
struct sx_iql_output {
    struct sx_iql_program *program;
    uint64_t *words; /* bits without values that cannot be shown; NULL until needed */
};

struct sx_iql_level {
    struct sx_iql_schema *schema;
    struct sx_mem *mem;
    struct sx_request *request;
    const struct sx_iql_block *block;
    struct sx_iql_level *outer;
    struct sx_iql_groups groups;
    struct sx_iql_level_source *sources;
    size_t source_count;
    struct sx_iql_rollups *rollups; /* what may be read instead of rows; NULL: nothing */
    struct sx_iql_vars vars;        /* the names that are read of rows */
    /* names beside functions, or alone: numbers of vars */
    uint32_t *beside;
    stria_type *beside_types;
    uint32_t beside_count;
    /* functions */
    const struct sx_iql_expr **calls;
    stria_type *call_types; /* NONE: its argument is nothing that is stored */
    struct sx_bytes *call_texts;
    size_t call_count, call_capacity, text_capacity;
    struct sx_iql_node **nodes; /* of each call, NULL where it has no points; without calls: one */
    size_t node_count;
    struct sx_iql_collector *collector;
    struct sx_iql_frame frame;
    /* fields */
    const struct sx_iql_expr **fields;
    struct sx_iql_output *outputs;
    size_t field_count;
    struct sx_iql_joiner *joiner;
    struct sx_vector *columns;
    struct sx_iql_result result;
};

/* outer: the level around; NULL: none.
 * Returns  OK; UNSUPPORTED; INVALID in the peer's words; LIMIT; NOMEM; what reading the store
 *          returns. */
stria_status sx_iql_level_create(struct sx_iql_schema *schema, const struct sx_iql_block *block,
                                 struct sx_iql_level *outer, struct sx_iql_level **level,
                                 stria_error *err);
void sx_iql_level_destroy(struct sx_iql_level *level); /* NULL is allowed */

/* The type of a field's column; NONE: it has no values. */
stria_type sx_iql_level_type(const struct sx_iql_level *level, size_t field);

/* The rows of one series of the outermost answer; next gives NULL at their end. */
stria_status sx_iql_level_begin(struct sx_iql_level *level, const struct sx_iql_group *outermost,
                                stria_error *err);
stria_status sx_iql_level_next(struct sx_iql_level *level, const struct sx_iql_result **result,
                               stria_error *err);

/* ---- parts of it ---------------------------------------------------------------------------- */

/* Makes the node of call number `index`; *node is NULL when it can have no points.
 * Returns as level_create. */
stria_status sx_iql_build_call(struct sx_iql_level *level, size_t index, struct sx_iql_node **node,
                               stria_error *err);
/* The node of rows without functions. */
stria_status sx_iql_build_raw(struct sx_iql_level *level, struct sx_iql_node **node,
                              stria_error *err);

/* Brings the points of all nodes of a level together by time: one vector a symbol, calls first,
 * then the names beside. */
struct sx_iql_joined {
    const struct sx_iql_group *group;
    uint32_t row_count;
    const int64_t *ts_ns;
    const struct sx_vector *symbols;
};

stria_status sx_iql_joiner_create(struct sx_iql_level *level, struct sx_iql_joiner **joiner,
                                  stria_error *err);
void sx_iql_joiner_destroy(struct sx_iql_joiner *joiner); /* NULL is allowed */
stria_status sx_iql_joiner_begin(struct sx_iql_joiner *joiner, const struct sx_iql_group *outermost,
                                 stria_error *err);
stria_status sx_iql_joiner_next(struct sx_iql_joiner *joiner, const struct sx_iql_joined **joined,
                                stria_error *err);

#endif
