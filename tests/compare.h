/* SPDX-License-Identifier: Apache-2.0 */
/* compare.h -- everything that can be read from a store against the oracle.
 *
 * Why         A store that keeps its promises holds what the oracle holds: each value bit for bit,
 *             no row twice, none too many. Rows past their policy's time may be there or not: they
 *             go by whole segments.
 * Threads     One owner. */
#ifndef SX_TESTS_COMPARE_H
#define SX_TESTS_COMPARE_H

#include "store.h"

#define COMPARE_TEXT_MAX 400

struct comparison {
    char text[COMPARE_TEXT_MAX]; /* the first difference */
    uint64_t cell_count;         /* compared */
};

/* How to read. */
struct compare_how {
    bool descending;
    bool in_time; /* only times from time_min_ns to time_max_ns */
    int64_t time_min_ns, time_max_ns;
    uint64_t *damage_count; /* reading goes on without what is damaged; NULL: it fails */
};

/* False: they differ, or something cannot be read. how: NULL for everything, ascending. */
bool compare_store(struct store *store, const struct oracle *oracle, const struct compare_how *how,
                   struct comparison *result);

/* A view of a policy against what the oracle held when it was taken. */
bool compare_view(struct store *store, struct sx_view *view, uint32_t policy_id,
                  const struct oracle *oracle, const struct oracle_policy *policy,
                  const struct compare_how *how, struct comparison *result);

/* Only the databases and policies. */
bool compare_catalog(struct store *store, const struct oracle *oracle, struct comparison *result);

/* Whether the mark of a write is there. False with text: it could not be read. */
bool compare_find_mark(struct store *store, uint32_t policy_id, int64_t ts_ns, uint32_t id,
                       bool *there, struct comparison *result);

/* Each value of a view: for tests that compare in their own way. False stops. */
typedef bool (*compare_each)(void *context, uint32_t series, int64_t ts_ns, uint32_t column,
                             uint64_t value, const uint8_t *text, size_t text_size);
bool compare_read(struct sx_view *view, uint32_t policy_id, struct sx_mem *mem,
                  const struct compare_how *how, compare_each each, void *context,
                  struct comparison *result);

#endif
