/* SPDX-License-Identifier: Apache-2.0 */
/* selector.h -- which series and which times: what every read, delete and listing asks for.
 *
 * Why         InfluxQL's WHERE on tags, PromQL's matchers and a scan's options become one form,
 *             which the index alone evaluates.
 * Threads     Immutable once built. */
#ifndef SX_MODEL_SELECTOR_H
#define SX_MODEL_SELECTOR_H

#include "base/bytes.h"
#include "stria.h"

struct sx_regex; /* base/regex.h */

enum sx_tag_expr_kind {
    SX_TAG_TRUE = 0,
    SX_TAG_FALSE,
    SX_TAG_AND,
    SX_TAG_OR,
    SX_TAG_MATCH,
};

/* A condition on tags. An absent tag has the value "": so `host = ''` selects series without host,
 * and `host != 'a'` those without as well. */
struct sx_tag_expr {
    enum sx_tag_expr_kind kind;
    const struct sx_tag_expr *left, *right; /* AND, OR */
    /* MATCH: */
    stria_match_op op;
    struct sx_bytes key;          /* plain text, not escaped */
    struct sx_bytes value;        /* EQUAL, NOT_EQUAL */
    const struct sx_regex *regex; /* REGEX, NOT_REGEX */
};

struct sx_selector {
    uint32_t policy_id;
    bool all_measurements;
    struct sx_bytes measurement;              /* unless all_measurements or regex */
    const struct sx_regex *measurement_regex; /* NULL: none */
    bool measurement_regex_not;               /* those that do not match */
    const struct sx_tag_expr *tags;           /* NULL: all series */
    int64_t time_min_ns, time_max_ns;         /* both inclusive */
};

#endif
