/* SPDX-License-Identifier: Apache-2.0 */
/* series_index.h -- the series of one policy that are in memory: key -> slot, and tags -> slots.
 *
 * Why         A known series must cost a writer no lookup at all (it keeps a hint), an unknown one
 *             a hash and a few compares, never a disk read; and a million of them must fit in 200
 *             MB.
 * Algorithm   A (tag, value) pair is stored once, in the escaped form of a series key, with the
 *             list of its series; a series is its measurement and the numbers of its pairs: 4 bytes
 *             a tag. A key is compared pair by pair with the stored bytes.
 * Invariants  A slot's storage never moves. A slot's version changes when it is given to another
 *             series, so an old hint cannot be mistaken. Lists are ascending.
 * Limits      2^31 slots.
 * Threads     Lookups by hint take no lock; everything else takes the index's own, which is a
 *             leaf. */
#ifndef SX_INDEX_SERIES_INDEX_H
#define SX_INDEX_SERIES_INDEX_H

#include "index/measurement.h"
#include "index/tag_eval.h"
#include "model/batch.h"
#include "os/sync.h"

#define SX_SLOT_NONE UINT32_MAX

struct sx_slot {
    uint64_t hash;   /* of the key */
    uint32_t *pairs; /* sorted by tag */
    uint32_t measurement;
    uint16_t pair_count;
    bool used;
    _Atomic uint32_t version;
    _Atomic uint32_t pin_count;          /* handles that hold it */
    _Atomic uint64_t defined_generation; /* its definition is durable in the log of this one */
    _Atomic uint64_t used_generation;    /* the newest that may have rows of it */
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

/* The slot a hint leads to, or SX_SLOT_NONE when the hint is of something else. */
uint32_t sx_series_index_hinted(struct sx_series_index *index, const struct sx_series_hint *hint);

/* The slot of a canonical, valid key, made if need be; fills *hint (may be NULL).
 * Returns  OK, NOMEM, LIMIT. */
stria_status sx_series_index_resolve(struct sx_series_index *index, struct sx_bytes key,
                                     uint64_t hash, struct sx_series_hint *hint, uint32_t *slot,
                                     stria_error *err);

/* The slot of a key, or SX_SLOT_NONE if it is not in memory. */
uint32_t sx_series_index_find(struct sx_series_index *index, struct sx_bytes key, uint64_t hash);

/* A slot's struct; `slot` must be one that was handed out. */
struct sx_slot *sx_series_index_slot(struct sx_series_index *index, uint32_t slot);

/* Numbers handed out so far: slots are 0 .. this - 1 (some may be unused). */
size_t sx_series_index_slot_count(struct sx_series_index *index);
/* Series in memory. */
size_t sx_series_index_series_count(struct sx_series_index *index);

/* Appends the canonical key of a slot; a refusal shows in key->failed. */
void sx_series_index_key(struct sx_series_index *index, uint32_t slot, struct sx_buf *key);

/* Sorts slots by their keys. False: no memory. */
SX_MUST_CHECK bool sx_series_index_sort(struct sx_series_index *index, uint32_t *slots,
                                        size_t count);

/* The measurement of a slot, or by plain name (NULL: unknown); made if need be (NULL: no
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

/* Calls for each type range that the manifest does not have yet (or for every one, if `all`), with
 * the lock held; a status stops. */
typedef stria_status (*sx_type_each)(void *context, struct sx_bytes measurement,
                                     struct sx_bytes field, const struct sx_type_range *range,
                                     stria_error *err);
stria_status sx_series_index_each_type(struct sx_series_index *index, bool all, sx_type_each each,
                                       void *context, stria_error *err);
/* All ranges that exist now are in the manifest. */
void sx_series_index_types_saved(struct sx_series_index *index);

/* The slots a selector's measurement and tags ask for (its times do not matter here). `set` is
 * initialised by the call, from request->mem, also on failure. */
stria_status sx_series_index_select(struct sx_series_index *index,
                                    const struct sx_selector *selector, struct sx_request *request,
                                    struct sx_bitset *set, stria_error *err);

#endif
