/* SPDX-License-Identifier: Apache-2.0 */
/* deletes.h -- deletes made from a seed: as a selector for the engine, and done to the oracle.
 *
 * Invariants  The same delete always speaks of the same rows. None speaks of the series of marks,
 *             from which tests know which writes are there.
 * Threads     One owner. */
#ifndef SX_TESTS_DELETES_H
#define SX_TESTS_DELETES_H

#include "oracle.h"

#include "base/mem.h"
#include "exec/selection.h"
#include "model/command.h"

enum delete_kind { DELETE_ROWS = 0, DELETE_SERIES, DELETE_MEASUREMENT };

struct delete
{
    enum delete_kind kind;
    uint64_t seed;
    int64_t now_ns; /* its times are around this */
};

struct delete_selector {
    struct sx_selector selector;
    /* what that points to: */
    struct sx_tag_expr tags[3];
    struct sx_regex *measurement_regex, *tag_regex;
    stria_tag names[2];
};

/* mem: of the regular expressions. */
void delete_selector_init(struct delete_selector *selector, const struct delete *d,
                          struct sx_mem *mem);
void delete_selector_deinit(struct delete_selector *selector);

void delete_apply(const struct delete *d, struct oracle *oracle,
                  const struct oracle_policy *policy);

/* How much of a policy a delete speaks of (NULL: everything), between two times, both inclusive;
 * all but the bytes. */
void delete_count(const struct delete *d, const struct oracle *oracle,
                  const struct oracle_policy *policy, int64_t min_ns, int64_t max_ns,
                  struct sx_selection_counts *counts);

#endif
