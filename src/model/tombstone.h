/* SPDX-License-Identifier: Apache-2.0 */
/* tombstone.h -- a delete: which series, which times, and what it masks.
 *
 * Why         Rows are taken out of files only by later merges; until then a delete is a mask that
 *             every read applies. A delete ends the generation that is being written, so it masks
 *             whole generations and nothing else needs an order:
 *             docs/adr/0004-a-delete-ends-a-generation.md.
 * Algorithm   Tombstone T masks the rows of its series and times in every source whose generations
 *             all come before T's, unless the source is a segment that was written with T applied.
 * Format      One operation of the manifest (engine/edit.h); the condition as in sx_tag_expr_put().
 * Limits      SX_TOMBSTONES_MAX.
 * Threads     Lists are immutable; the reference count is atomic. One thread at a time copies. */
#ifndef SX_MODEL_TOMBSTONE_H
#define SX_MODEL_TOMBSTONE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/regex.h"
#include "model/selector.h"

struct sx_tombstone {
    uint64_t id;         /* of the store, ascending */
    uint64_t generation; /* rows of earlier generations are masked */
    uint32_t policy_id;
    bool all_measurements;
    struct sx_bytes measurement;       /* plain; unless all or regex */
    struct sx_bytes measurement_regex; /* the pattern; ptr NULL: none */
    bool measurement_regex_not;
    const struct sx_tag_expr *tags; /* NULL: all series */
    int64_t time_min_ns, time_max_ns;
    /* made of the pattern when the list was made */
    const struct sx_regex *compiled;
};

/* What lists share: each shows the first items, and the longest is added to in place. */
struct sx_tombstone_room {
    _Atomic uint32_t reference_count;
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_regex **regexes; /* owned, of all items */
    size_t regex_count, regex_capacity;
    struct sx_tombstone *items;
    size_t count, capacity;
};

/* All tombstones of one policy, by id. */
struct sx_tombstones {
    _Atomic uint32_t reference_count;
    struct sx_mem *mem;
    struct sx_tombstone_room *room;
    const struct sx_tombstone *items;
    size_t count;
};

/* Most of one policy that merges have not carried out yet; further deletes are refused. */
#define SX_TOMBSTONES_MAX ((size_t)10000)
#define SX_TAG_EXPR_DEPTH_MAX 1000
#define SX_TAG_EXPR_COUNT_MAX 65536

/* Appends a condition: u8 kind; AND and OR: left, right; MATCH: u8 op, sized key, sized value (the
 * pattern of a regular expression). A NULL condition is TRUE. */
void sx_tag_expr_put(struct sx_buf *out, const struct sx_tag_expr *expr);

/* A copy of `from` (may be NULL) with one more item (may be NULL: none) and without the items whose
 * ids are in drop[0 .. drop_count). One more shares the others with `from`, as a rule; else
 * conditions are copied, their regular expressions made anew.
 * Returns  OK, NOMEM, SYNTAX (a pattern). */
stria_status sx_tombstones_copy(struct sx_mem *mem, const struct sx_tombstones *from,
                                const struct sx_tombstone *more, const uint64_t *drop,
                                size_t drop_count, struct sx_tombstones **out, stria_error *err);
struct sx_tombstones *sx_tombstones_acquire(struct sx_tombstones *tombstones); /* NULL is allowed */
void sx_tombstones_release(struct sx_tombstones *tombstones);                  /* NULL is allowed */

/* Whether a condition is within the limits of what can be taken again; NULL is. */
bool sx_tag_expr_fits(const struct sx_tag_expr *expr);

/* Whether it speaks of all series and all times of its measurements. */
static inline bool sx_tombstone_is_whole(const struct sx_tombstone *tombstone)
{
    return !tombstone->tags && tombstone->time_min_ns == INT64_MIN &&
           tombstone->time_max_ns == INT64_MAX;
}

/* Decodes a condition into the arena, without its compiled expressions (copying makes them).
 * Returns  OK, CORRUPT (damaged, or too deep), NOMEM. */
stria_status sx_tag_expr_take(struct sx_arena *arena, struct sx_bytes *in,
                              const struct sx_tag_expr **expr, stria_error *err);

/* Whether a tombstone speaks of the series with this canonical key. `scratch` and `text` are the
 * caller's, used again and again.
 * Returns  OK; LIMIT (a regular expression takes too many steps); NOMEM. */
stria_status sx_tombstone_matches(const struct sx_tombstone *tombstone, struct sx_bytes key,
                                  struct sx_regex_scratch *scratch, struct sx_buf *text,
                                  bool *matches, stria_error *err);

#endif
