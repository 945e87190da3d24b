/* SPDX-License-Identifier: Apache-2.0 */
/* regex.h -- regular expressions in RE2's syntax, as Go's peers take them, matched by PCRE2.
 *
 * Why         Patterns come from strangers: what RE2 cannot match in linear time (look-around, back
 *             references, atomic groups, callouts, verbs) is refused with Go's text, and what is
 *             left is matched under a limit of steps. Most patterns of dashboards are plain names
 *             or lists of names: those are told to the caller and matched without PCRE2.
 * Source      Go 1.22, regexp/syntax, flags Perl: syntax, error texts, meaning. A byte that is not
 *             UTF-8 is matched as U+FFFD, as there.
 * Limits      SX_REGEX_SIZE_MAX bytes of pattern, SX_REGEX_DEPTH_MAX groups inside each other;
 *             steps of a match: SX_REGEX_STEPS_MIN + SX_REGEX_STEPS_PER_BYTE for each byte of the
 *             text. Scripts are those of Unicode 14; \pC has also what is not assigned.
 * Threads     A regex is immutable: any number may match with it, each with its own scratch. */
#ifndef SX_BASE_REGEX_H
#define SX_BASE_REGEX_H

#include "base/attr.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "stria.h"

#define SX_REGEX_SIZE_MAX ((size_t)256 << 10)
#define SX_REGEX_DEPTH_MAX 250
#define SX_REGEX_STEPS_MIN 10000
#define SX_REGEX_STEPS_PER_BYTE 64

struct sx_regex;
struct sx_regex_scratch;

enum sx_regex_kind {
    SX_REGEX_GENERAL = 0,
    SX_REGEX_ALL,      /* every text matches: .* */
    SX_REGEX_LITERALS, /* exactly the texts in `literals` match: ^(a|b)$; there may be none */
};

/* What is known without matching. Pointers live as long as the regex. */
struct sx_regex_info {
    enum sx_regex_kind kind;
    const struct sx_bytes *literals; /* sorted, none twice; LITERALS only */
    size_t literal_count;
    struct sx_bytes
        prefix; /* every text that matches begins with it: "web" for ^web[0-9]; may be "" */
};

/* Makes a regex of a pattern, which is copied; not anchored unless it says so.
 * Returns  OK; SYNTAX ("error parsing regexp: missing closing ): `(`"); LIMIT: the pattern is too
 *          long; NOMEM. */
SX_MUST_CHECK stria_status sx_regex_create(struct sx_mem *mem, struct sx_bytes pattern,
                                           struct sx_regex **regex, stria_error *err);
void sx_regex_destroy(struct sx_regex *regex); /* NULL is allowed */

const struct sx_regex_info *sx_regex_info(const struct sx_regex *regex);
/* The pattern as it was given. */
struct sx_bytes sx_regex_pattern(const struct sx_regex *regex);

/* What a thread needs for matching, with any regex; NULL: no memory. */
struct sx_regex_scratch *sx_regex_scratch_create(struct sx_mem *mem);
void sx_regex_scratch_destroy(struct sx_regex_scratch *scratch); /* NULL is allowed */

/* Whether a text matches.
 * Returns  OK; LIMIT: it would take too many steps; NOMEM. */
SX_MUST_CHECK stria_status sx_regex_match(const struct sx_regex *regex,
                                          struct sx_regex_scratch *scratch, struct sx_bytes text,
                                          bool *matches, stria_error *err);

#endif
