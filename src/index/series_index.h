/* SPDX-License-Identifier: Apache-2.0 */
/* series_index.h -- the series of one policy that are in memory: key -> slot, and tags -> slots.
 *
 * Why         A known series must cost a writer no lookup at all (it keeps a hint), an unknown one
 *             a hash and a few compares, never a disk read; and a million of them must fit in 200
 *             MB.
 * Algorithm   A value of a tag is stored once, in the escaped form of a series key, with the list
 *             of its series; a series is a slot with the numbers of its values, a byte or two each.
 *             A key is compared part by part with the stored bytes.
 *             A slot is held by pins: of series handles, of memtables that have rows of it, and of
 *             writers on their way. A slot that nobody holds has no rows but in segments; it can be
 *             evicted, its number given to another series, and what only it had is freed.
 * Invariants  A slot's storage never moves. A slot's version changes when it is evicted, so an old
 *             hint cannot be mistaken.
 * Limits      2^31 - 1 slots.
 * Threads     Pins and lookups by hint take no lock; everything else takes the index's own, which
 *             are leaves, for microseconds; a selection takes as long as it needs to look at the
 *             values of its tags, and series that are new wait for it. */
#ifndef SX_INDEX_SERIES_INDEX_H
#define SX_INDEX_SERIES_INDEX_H

#include "index/measurement.h"
#include "index/tag_eval.h"
#include "model/batch.h"
#include "os/sync.h"

#define SX_SLOT_NONE UINT32_MAX

#define SX_SLOT_DEAD 0x80000000u /* in `pins`: evicted */

struct sx_slot {
    uint64_t hash; /* of the key */
    uint32_t measurement;
    uint32_t tags; /* place of the list of its values; of a dead slot: the next dead one */
    _Atomic uint32_t pins;
    _Atomic uint32_t version;
    /* Generations, lower 32 bits: */
    _Atomic uint32_t defined_generation; /* its definition is durable in the log of this one */
    _Atomic uint32_t used_generation;    /* the newest that may have rows of it */
};

struct sx_series_index;

/* index_id: a number no other index of the store's opening has (for hints); not 0. NULL: no
 * memory. */
struct sx_series_index *sx_series_index_create(struct sx_mem *mem, uint32_t policy_id,
                                               uint32_t index_id, int64_t window_ns);
/* One reference each; the last release frees it. NULL is allowed in release. */
struct sx_series_index *sx_series_index_acquire(struct sx_series_index *index);
void sx_series_index_release(struct sx_series_index *index);

uint32_t sx_series_index_policy_id(const struct sx_series_index *index);
uint32_t sx_series_index_id(const struct sx_series_index *index);

/* The slot a hint leads to, with a pin for the caller; or SX_SLOT_NONE when the hint is of
 * something else. */
uint32_t sx_series_index_hinted(struct sx_series_index *index, const struct sx_series_hint *hint);

/* The slot of a canonical, valid key, made if need be, with a pin for the caller; fills *hint (may
 * be NULL).
 * Returns  OK, NOMEM, LIMIT. */
stria_status sx_series_index_resolve(struct sx_series_index *index, struct sx_bytes key,
                                     uint64_t hash, struct sx_series_hint *hint, uint32_t *slot,
                                     stria_error *err);

/* Whether no tag of a canonical key would get a value beyond so many; else the first such tag and
 * its value, escaped, in the key. */
bool sx_series_index_tags_admit(struct sx_series_index *index, struct sx_bytes key,
                                uint64_t values_max, struct sx_bytes *tag, struct sx_bytes *value);

/* One more pin of a slot that the caller, or something it holds, has pinned; and one less. */
void sx_series_index_pin(struct sx_series_index *index, uint32_t slot);
void sx_series_index_unpin(struct sx_series_index *index, uint32_t slot);

/* Looks at the next `look` slots, round and round, and evicts those that nobody holds and that no
 * generation from `before` on has rows of. Returns how many went. */
size_t sx_series_index_evict(struct sx_series_index *index, uint32_t before, size_t look);

/* The slot of a key, or SX_SLOT_NONE if it is not in memory. */
uint32_t sx_series_index_find(struct sx_series_index *index, struct sx_bytes key, uint64_t hash);

/* A slot's struct; `slot` must be one that was handed out. What is not atomic in it stays while the
 * slot is pinned. */
struct sx_slot *sx_series_index_slot(struct sx_series_index *index, uint32_t slot);

/* Numbers handed out so far: slots are 0 .. this - 1 (some may be unused). */
size_t sx_series_index_slot_count(struct sx_series_index *index);
/* Series in memory. */
size_t sx_series_index_series_count(struct sx_series_index *index);

/* Appends the canonical key of a pinned slot; a refusal shows in key->failed. */
void sx_series_index_key(struct sx_series_index *index, uint32_t slot, struct sx_buf *key);

/* Sorts slots, all pinned, by their keys; `mem` is for scratch (about 20 bytes a slot). Writers
 * wait for a few microseconds at a time. False: no memory. */
SX_MUST_CHECK bool sx_series_index_sort(struct sx_series_index *index, struct sx_mem *mem,
                                        uint32_t *slots, size_t count);

/* The measurement of a pinned slot, or by plain name (NULL: unknown); made if need be (NULL: no
 * memory). */
struct sx_measurement *sx_series_index_measurement_of(struct sx_series_index *index, uint32_t slot);
struct sx_measurement *sx_series_index_find_measurement(struct sx_series_index *index,
                                                        struct sx_bytes name);

/* Copies the columns known of a slot's measurement, by id: as many as there are (*count) or fit in
 * `capacity`. Returns the measurement's id. Names live as long as the index. */
uint32_t sx_series_index_columns(struct sx_series_index *index, uint32_t slot,
                                 struct sx_measurement_column *columns, uint32_t capacity,
                                 uint32_t *count);

/* Interns the schema of a batch; *schema gets it. */
stria_status sx_series_index_schema(struct sx_series_index *index,
                                    const struct sx_batch_schema *batch_schema,
                                    const struct sx_schema **schema, stria_error *err);
/* sx_measurement_check_types under the lock. */
stria_status sx_series_index_check_types(struct sx_series_index *index,
                                         const struct sx_schema *schema, int64_t window,
                                         struct sx_type_conflict *conflict, stria_error *err);
/* sx_measurement_note_type under the lock; makes the measurement. */
stria_status sx_series_index_note_type(struct sx_series_index *index, struct sx_bytes measurement,
                                       struct sx_bytes field, stria_type type, int64_t first_window,
                                       int64_t last_window, bool dirty, stria_error *err);

/* Forgets the types of a measurement's fields: it was dropped. */
void sx_series_index_forget_types(struct sx_series_index *index, struct sx_bytes measurement);

/* Calls for each type range that the manifest does not have yet, which count as being in it from
 * then on (or for every one, if `all`), with the lock held; a status stops. */
typedef stria_status (*sx_type_each)(void *context, struct sx_bytes measurement,
                                     struct sx_bytes field, const struct sx_type_range *range,
                                     stria_error *err);
stria_status sx_series_index_each_type(struct sx_series_index *index, bool all, sx_type_each each,
                                       void *context, stria_error *err);
/* Calls for every type range of one measurement (its plain name), or of all (NULL), with the lock
 * held; a status stops. */
stria_status sx_series_index_types(struct sx_series_index *index,
                                   const struct sx_bytes *measurement, sx_type_each each,
                                   void *context, stria_error *err);
/* The length of the windows that type ranges speak of. */
int64_t sx_series_index_window_ns(const struct sx_series_index *index);
/* The edit with the ranges came to nothing: all of them go into the next one. */
void sx_series_index_types_lost(struct sx_series_index *index);

/* The slots a selector's measurement and tags ask for (its times do not matter here). `set` is
 * initialised by the call, from request->mem, also on failure. */
stria_status sx_series_index_select(struct sx_series_index *index,
                                    const struct sx_selector *selector, struct sx_request *request,
                                    struct sx_bitset *set, stria_error *err);

#endif
