/* SPDX-License-Identifier: Apache-2.0 */
/* tag_eval.h -- a condition on tags -> the set of series for which it holds.
 *
 * Why         The memtable's index and each segment's index answer the same questions (which series
 *             have this tag value; which values has this tag), so the evaluation is written once.
 * Algorithm   EQUAL looks one list up; REGEX runs over the values of its tag, not over series, and
 *             takes the exact alternatives of the pattern out first; NOT is the complement; "" is
 *             absence.
 * Threads     As the source. */
#ifndef SX_INDEX_TAG_EVAL_H
#define SX_INDEX_TAG_EVAL_H

#include "index/bitset.h"
#include "model/request.h"
#include "model/selector.h"

/* Calls for each value of a tag: its text, and a handle for `add`; a status stops. */
typedef stria_status (*sx_value_each)(void *context, struct sx_bytes value, uint32_t value_id,
                                      stria_error *err);

/* What an index must answer. Texts are plain (not escaped). */
struct sx_tag_source {
    void *index;
    size_t universe; /* numbers 0 .. universe - 1 are series */
    /* Adds the series with this tag value to `set`; nothing if there is none. */
    stria_status (*add_equal)(void *index, struct sx_bytes key, struct sx_bytes value,
                              struct sx_bitset *set, stria_error *err);
    /* Walks the values of a tag. */
    stria_status (*each_value)(void *index, struct sx_bytes key, sx_value_each each, void *context,
                               stria_error *err);
    /* Adds the series of a value met in each_value of the same key. */
    stria_status (*add_value)(void *index, struct sx_bytes key, uint32_t value_id,
                              struct sx_bitset *set, stria_error *err);
};

/* `set` (initialised to the universe's size, empty) becomes the series for which `expr` holds; a
 * NULL expr holds for all. Scratch comes from request->mem.
 * Returns  OK, NOMEM, LIMIT (a regular expression that needs too many steps), CANCELLED, TIMEOUT,
 *          or an error of the source. */
stria_status sx_tag_eval(const struct sx_tag_source *source, const struct sx_tag_expr *expr,
                         struct sx_request *request, struct sx_bitset *set, stria_error *err);

#endif
