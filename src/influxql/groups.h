/* SPDX-License-Identifier: Apache-2.0 */
/* groups.h -- the series of answers: a measurement's name and the values of the tags grouped by.
 *
 * Why         Rows, points and tables of one series share one struct, so that "the same series" is
 *             a comparison of pointers. The series of a sub-query are finer than those of the query
 *             around it; each knows the one it goes into.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_GROUPS_H
#define SX_INFLUXQL_GROUPS_H

#include "base/map.h"
#include "influxql/block.h"
#include "influxql/where.h"

struct sx_iql_group {
    struct sx_bytes name;
    const struct sx_bytes *values;    /* by the block's tags; empty: the series has no such tag */
    const struct sx_iql_group *outer; /* of the query around; NULL: there is none */
    uint64_t hash;
};

/* The series of one block. */
struct sx_iql_groups {
    struct sx_mem *mem;
    struct sx_arena arena;
    const struct sx_iql_block *block;
    struct sx_iql_groups *outer; /* of the query around; NULL: there is none */
    size_t *outer_tags;          /* where each tag of the outer block is in this block's */
    struct sx_map map;
    struct sx_iql_group **items;
    size_t count, capacity;
};

/* outer: NULL for the outermost block. Returns OK, NOMEM. To be deinitialised in any case. */
stria_status sx_iql_groups_init(struct sx_iql_groups *groups, struct sx_mem *mem,
                                const struct sx_iql_block *block, struct sx_iql_groups *outer,
                                stria_error *err);
void sx_iql_groups_deinit(struct sx_iql_groups *groups);

/* The group of a series, made if need be. Returns OK, NOMEM. */
stria_status sx_iql_groups_of(struct sx_iql_groups *groups, struct sx_bytes name,
                              const struct sx_iql_tags *tags, const struct sx_iql_group **group,
                              stria_error *err);

/* The order of two groups of one block with `tag_count` tags: by name, then by values. */
int sx_iql_group_compare(const struct sx_iql_group *a, const struct sx_iql_group *b,
                         size_t tag_count);

/* The group of the outermost query that a group goes into. */
const struct sx_iql_group *sx_iql_group_outermost(const struct sx_iql_group *group);

#endif
