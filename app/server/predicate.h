/* SPDX-License-Identifier: Apache-2.0 */
/* predicate.h -- the `predicate` of /api/v2/delete: which series a delete speaks of.
 *
 * Why         It is InfluxQL's syntax, but only a conjunction of equalities, so it becomes the
 *             matchers of stria_delete().
 * Format      term { AND term }, with parentheses anywhere around terms
 *             term:  key = value | key =~ /regular expression/
 *             key:   name | "name"; _measurement stands for the measurement's name
 *             value: 'text' | "text" | name; '' means that the tag is absent
 *             _measurement="my m" AND "t 1"='a b' AND host=~/^web/
 *             Behind it stands what the peer puts there, AND time >= ..., so that the texts of
 *             errors and their places are the peer's.
 * Limits      SX_PREDICATE_MATCHERS_MAX.
 * Threads     One owner. */
#ifndef SX_APP_SERVER_PREDICATE_H
#define SX_APP_SERVER_PREDICATE_H

#include "base/arena.h"
#include "stria.h"

#define SX_PREDICATE_MATCHERS_MAX 1000

struct sx_predicate {
    bool has_measurement;
    stria_bytes measurement;
    bool is_nothing; /* it asks for two measurements at once: no row has them */
    stria_matcher *matchers;
    size_t matcher_count, capacity;
};

/* Reads the first `size` bytes of a text; in the rest, if it is not empty, only its first word is
 * looked at, which must be an AND behind a blank. What is read lives in the arena or in the text.
 * Returns  OK; SYNTAX ("found x, expected y at line 1, char 1"); UNSUPPORTED: another operator, or
 *          OR; INVALID: a field is compared; LIMIT; NOMEM. */
SX_MUST_CHECK stria_status sx_predicate_read(struct sx_predicate *predicate, struct sx_arena *arena,
                                             struct sx_bytes text, size_t size, stria_error *err);

#endif
