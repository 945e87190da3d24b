/* SPDX-License-Identifier: Apache-2.0 */
/* bag.h -- what a SHOW statement found: triples of texts, each once, in order.
 *
 * Why         Lists of keys, values, fields and series are gathered series by series over several
 *             policies, where the same thing is met again and again; and they are shown measurement
 *             by measurement. One form does for all: (measurement, first column, second column).
 * Limits      Memory: the texts and about 70 bytes a triple, of the budget it was given.
 * Threads     One owner. */
#ifndef SX_INFLUXQL_BAG_H
#define SX_INFLUXQL_BAG_H

#include "base/arena.h"
#include "base/map.h"

struct sx_iql_triple {
    struct sx_bytes name, first, second;
    uint64_t hash;
    uint64_t count; /* how often it was added */
};

struct sx_iql_bag {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_map map;
    struct sx_iql_triple *items;
    size_t count, capacity;
};

void sx_iql_bag_init(struct sx_iql_bag *bag, struct sx_mem *mem);
void sx_iql_bag_deinit(struct sx_iql_bag *bag); /* of a zeroed one as well */

/* Adds a triple, or counts it once more if it is there; the texts are copied. False: no memory. */
SX_MUST_CHECK bool sx_iql_bag_add(struct sx_iql_bag *bag, struct sx_bytes name,
                                  struct sx_bytes first, struct sx_bytes second);

/* Sorts by name, first, second, as bytes; nothing may be added afterwards. */
void sx_iql_bag_sort(struct sx_iql_bag *bag);

/* Where the triples end that have the name of number `begin` (and its first text, if `both`), once
 * sorted. */
size_t sx_iql_bag_end(const struct sx_iql_bag *bag, size_t begin, bool both);

#endif
