/* SPDX-License-Identifier: Apache-2.0 */
/* asks.h -- questions to a store, from a seed, and what the oracle says to them.
 *
 * Why         Whoever uses a store sees it through statements; what they answer must follow from
 *             the rows alone, not from where these lie.
 * Method      A question speaks of one policy, one field whose type never changes, and times that
 *             the policy keeps. What the oracle can work out naively is compared with it; the
 *             whole answer, in its order, is hashed, so that runs of one history under several
 *             configurations can be compared with each other: float sums among them.
 * Threads     One owner. */
#ifndef SX_TESTS_ASKS_H
#define SX_TESTS_ASKS_H

#include "lines.h"
#include "ops.h"

/* Asks what `op` (one of OP_SELECT_ROWS to OP_DRY_RUN, resolved) asks. False with text: the answer
 * is not the oracle's. *hash: of the answer; 0: there is nobody to ask, or
 * a store with little memory refused. */
bool ask(const struct op *op, struct store *store, const struct oracle *oracle, uint64_t *hash,
         char *text, size_t text_size);

#endif
