/* SPDX-License-Identifier: Apache-2.0 */
/* series_index.c -- see series_index.h: slots, keys and their order. Selection is in
 * series_select.c, measurements and types in series_index_types.c. */
#include "index/series_index.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/sort.h"
#include "index/series_index_priv.h"
#include "model/series_key.h"

#define SLOT_FIRST 1024

struct sx_series_index *sx_series_index_create(struct sx_mem *mem, uint32_t policy_id,
                                               uint32_t index_id, int64_t window_ns)
{
    struct sx_series_index *ix = sx_mem_zalloc(mem, sizeof *ix);
    if (!ix)
        return NULL;
    ix->mem = mem;
    atomic_init(&ix->reference_count, 1);
    ix->policy_id = policy_id;
    ix->index_id = index_id;
    ix->window_ns = window_ns;
    sx_mutex_init(&ix->mutex);
    sx_segmented_init(&ix->slots, mem, sizeof(struct sx_slot), SLOT_FIRST);
    sx_map_init(&ix->series_map, mem);
    sx_map_init(&ix->pair_map, mem);
    sx_map_init(&ix->tag_map, mem);
    sx_map_init(&ix->measurement_map, mem);
    return ix;
}

struct sx_series_index *sx_series_index_acquire(struct sx_series_index *ix)
{
    atomic_fetch_add_explicit(&ix->reference_count, 1, memory_order_relaxed);
    return ix;
}

void sx_series_index_release(struct sx_series_index *ix)
{
    if (!ix || atomic_fetch_sub_explicit(&ix->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    struct sx_mem *mem = ix->mem;
    for (size_t i = 0; i < atomic_load(&ix->slot_count); i++)
        sx_mem_free(mem, sx_series_index_slot(ix, (uint32_t)i)->pairs);
    sx_segmented_deinit(&ix->slots);
    for (size_t i = 0; i < ix->pair_count; i++) {
        sx_slot_list_deinit(&ix->pairs[i].slots, mem);
        sx_mem_free(mem, ix->pairs[i].bytes);
    }
    for (size_t i = 0; i < ix->tag_count; i++) {
        sx_mem_free(mem, ix->tags[i].name);
        sx_mem_free(mem, ix->tags[i].pairs);
    }
    for (size_t i = 0; i < ix->measurement_count; i++) {
        sx_measurement_destroy(ix->measurements[i].measurement);
        sx_slot_list_deinit(&ix->measurements[i].slots, mem);
    }
    sx_mem_free(mem, ix->pairs);
    sx_mem_free(mem, ix->tags);
    sx_mem_free(mem, ix->measurements);
    sx_map_deinit(&ix->series_map);
    sx_map_deinit(&ix->pair_map);
    sx_map_deinit(&ix->tag_map);
    sx_map_deinit(&ix->measurement_map);
    sx_mutex_deinit(&ix->mutex);
    sx_mem_free(mem, ix);
}

uint32_t sx_series_index_policy_id(const struct sx_series_index *ix)
{
    return ix->policy_id;
}

uint32_t sx_series_index_id(const struct sx_series_index *ix)
{
    return ix->index_id;
}

/* ---- slots ---- */

struct sx_slot *sx_series_index_slot(struct sx_series_index *ix, uint32_t slot)
{
    return sx_segmented_at(&ix->slots, slot);
}

size_t sx_series_index_slot_count(struct sx_series_index *ix)
{
    return atomic_load_explicit(&ix->slot_count, memory_order_acquire);
}

size_t sx_series_index_series_count(struct sx_series_index *ix)
{
    sx_mutex_lock(&ix->mutex);
    size_t count = ix->series_map.count;
    sx_mutex_unlock(&ix->mutex);
    return count;
}

uint32_t sx_series_index_hinted(struct sx_series_index *ix, const struct sx_series_hint *hint)
{
    if (!hint || hint->index_id != ix->index_id)
        return SX_SLOT_NONE;
    struct sx_slot *slot = sx_series_index_slot(ix, hint->slot);
    return atomic_load_explicit(&slot->version, memory_order_acquire) == hint->version
               ? hint->slot
               : SX_SLOT_NONE;
}

/* ---- measurements, tags, pairs ---- */

static bool measurement_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_series_index *ix = owner;
    return sx_bytes_equal(ix->measurements[value].measurement->escaped,
                          *(const struct sx_bytes *)key);
}

static uint64_t measurement_hash(const void *owner, uint32_t value)
{
    return sx_hash(
        ((const struct sx_series_index *)owner)->measurements[value].measurement->escaped);
}

uint32_t sx_index_measurement(struct sx_series_index *ix, struct sx_bytes escaped, bool make)
{
    uint64_t hash = sx_hash(escaped);
    uint32_t id = sx_map_find(&ix->measurement_map, hash, measurement_equal, ix, &escaped);
    if (id != SX_MAP_NONE || !make)
        return id;
    uint8_t *scratch = sx_mem_alloc(ix->mem, escaped.len + 1);
    if (!scratch)
        return SX_MAP_NONE;
    id = (uint32_t)ix->measurement_count;
    struct sx_measurement *m = NULL;
    if (sx_map_reserve(&ix->measurement_map, ix->measurement_count + 1, measurement_hash, ix) &&
        SX_GROW(ix->mem, ix->measurements, ix->measurement_capacity, ix->measurement_count + 1))
        m = sx_measurement_create(ix->mem, sx_key_text(escaped, scratch), id);
    sx_mem_free(ix->mem, scratch);
    if (!m)
        return SX_MAP_NONE;
    ix->measurements[ix->measurement_count++] = (struct sx_index_measurement){.measurement = m};
    sx_map_put(&ix->measurement_map, hash, id);
    return id;
}

static bool tag_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_index_tag *tag = &((const struct sx_series_index *)owner)->tags[value];
    return sx_bytes_equal(sx_bytes_make(tag->name, tag->name_len), *(const struct sx_bytes *)key);
}

static uint64_t tag_hash(const void *owner, uint32_t value)
{
    const struct sx_index_tag *tag = &((const struct sx_series_index *)owner)->tags[value];
    return sx_hash(sx_bytes_make(tag->name, tag->name_len));
}

uint32_t sx_index_tag(struct sx_series_index *ix, struct sx_bytes name, bool make)
{
    uint64_t hash = sx_hash(name);
    uint32_t id = sx_map_find(&ix->tag_map, hash, tag_equal, ix, &name);
    if (id != SX_MAP_NONE || !make)
        return id;
    if (!sx_map_reserve(&ix->tag_map, ix->tag_count + 1, tag_hash, ix) ||
        !SX_GROW(ix->mem, ix->tags, ix->tag_capacity, ix->tag_count + 1))
        return SX_MAP_NONE;
    uint8_t *copy = sx_mem_alloc(ix->mem, name.len + 1);
    if (!copy)
        return SX_MAP_NONE;
    memcpy(copy, name.ptr, name.len);
    id = (uint32_t)ix->tag_count++;
    ix->tags[id] = (struct sx_index_tag){.name = copy, .name_len = name.len};
    sx_map_put(&ix->tag_map, hash, id);
    return id;
}

static bool pair_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_index_pair *pair = &((const struct sx_series_index *)owner)->pairs[value];
    return sx_bytes_equal(sx_bytes_make(pair->bytes, pair->len), *(const struct sx_bytes *)key);
}

static uint64_t pair_hash(const void *owner, uint32_t value)
{
    const struct sx_index_pair *pair = &((const struct sx_series_index *)owner)->pairs[value];
    return sx_hash(sx_bytes_make(pair->bytes, pair->len));
}

uint32_t sx_index_pair(struct sx_series_index *ix, struct sx_bytes bytes)
{
    return sx_map_find(&ix->pair_map, sx_hash(bytes), pair_equal, ix, &bytes);
}

/* `bytes` is "key 00 value 00", key_len that of the key. */
static uint32_t pair_of(struct sx_series_index *ix, struct sx_bytes bytes, size_t key_len)
{
    uint64_t hash = sx_hash(bytes);
    uint32_t id = sx_map_find(&ix->pair_map, hash, pair_equal, ix, &bytes);
    if (id != SX_MAP_NONE)
        return id;
    uint32_t tag = sx_index_tag(ix, sx_bytes_make(bytes.ptr, key_len), true);
    if (tag == SX_MAP_NONE || !sx_map_reserve(&ix->pair_map, ix->pair_count + 1, pair_hash, ix) ||
        !SX_GROW(ix->mem, ix->pairs, ix->pair_capacity, ix->pair_count + 1))
        return SX_MAP_NONE;
    struct sx_index_tag *t = &ix->tags[tag];
    if (!SX_GROW(ix->mem, t->pairs, t->pair_capacity, t->pair_count + 1))
        return SX_MAP_NONE;
    uint8_t *copy = sx_mem_alloc(ix->mem, bytes.len);
    if (!copy)
        return SX_MAP_NONE;
    memcpy(copy, bytes.ptr, bytes.len);
    id = (uint32_t)ix->pair_count++;
    ix->pairs[id] = (struct sx_index_pair){
        .bytes = copy, .len = (uint32_t)bytes.len, .key_len = (uint32_t)key_len};
    t->pairs[t->pair_count++] = id;
    sx_map_put(&ix->pair_map, hash, id);
    return id;
}

/* ---- series ---- */

/* Whether the series in a slot has this key. */
static bool slot_equal(const void *owner, uint32_t value, const void *key)
{
    struct sx_series_index *ix = (struct sx_series_index *)(uintptr_t)owner;
    struct sx_bytes rest = *(const struct sx_bytes *)key, part;
    const struct sx_slot *slot = sx_series_index_slot(ix, value);
    struct sx_bytes name = ix->measurements[slot->measurement].measurement->escaped;
    if (!sx_key_take(&rest, &part) || !sx_bytes_equal(part, name))
        return false;
    for (size_t i = 0; i < slot->pair_count; i++) {
        const struct sx_index_pair *pair = &ix->pairs[slot->pairs[i]];
        if (rest.len < pair->len || memcmp(rest.ptr, pair->bytes, pair->len) != 0)
            return false;
        rest.ptr += pair->len;
        rest.len -= pair->len;
    }
    return rest.len == 0;
}

static uint64_t slot_hash(const void *owner, uint32_t value)
{
    return sx_series_index_slot((struct sx_series_index *)(uintptr_t)owner, value)->hash;
}

/* Finds the numbers of a key's pairs; *pairs is allocated. SX_MAP_NONE on failure, else the
 * measurement. */
static uint32_t intern_parts(struct sx_series_index *ix, struct sx_bytes key, uint32_t **pairs,
                             size_t *pair_count)
{
    struct sx_bytes part, value;
    size_t capacity = 0;
    *pairs = NULL;
    *pair_count = 0;
    if (!sx_key_take(&key, &part))
        return SX_MAP_NONE;
    uint32_t measurement = sx_index_measurement(ix, part, true);
    while (measurement != SX_MAP_NONE && sx_key_take(&key, &part) && sx_key_take(&key, &value)) {
        struct sx_bytes bytes = sx_bytes_make(part.ptr, part.len + 1 + value.len + 1);
        uint32_t pair = pair_of(ix, bytes, part.len);
        if (pair == SX_MAP_NONE || !SX_GROW(ix->mem, *pairs, capacity, *pair_count + 1)) {
            measurement = SX_MAP_NONE;
            break;
        }
        (*pairs)[(*pair_count)++] = pair;
    }
    if (measurement == SX_MAP_NONE) {
        sx_mem_free(ix->mem, *pairs);
        *pairs = NULL;
    }
    return measurement;
}

/* Room in every list the new slot goes into, so that adding it cannot fail half-way. */
static bool reserve_lists(struct sx_series_index *ix, uint32_t measurement, const uint32_t *pairs,
                          size_t pair_count)
{
    bool ok = sx_slot_list_reserve(&ix->measurements[measurement].slots, ix->mem);
    for (size_t i = 0; ok && i < pair_count; i++)
        ok = sx_slot_list_reserve(&ix->pairs[pairs[i]].slots, ix->mem);
    return ok;
}

static uint32_t add_series(struct sx_series_index *ix, struct sx_bytes key, uint64_t hash)
{
    uint32_t *pairs;
    size_t pair_count;
    uint32_t number = (uint32_t)atomic_load(&ix->slot_count);
    uint32_t measurement = intern_parts(ix, key, &pairs, &pair_count);
    if (measurement == SX_MAP_NONE)
        return SX_SLOT_NONE;
    if (!reserve_lists(ix, measurement, pairs, pair_count) ||
        !sx_segmented_reserve(&ix->slots, number) ||
        !sx_map_reserve(&ix->series_map, ix->series_map.count + 1, slot_hash, ix)) {
        sx_mem_free(ix->mem, pairs);
        return SX_SLOT_NONE;
    }
    struct sx_slot *slot = sx_series_index_slot(ix, number);
    slot->hash = hash;
    slot->pairs = pairs;
    slot->pair_count = (uint16_t)pair_count;
    slot->measurement = measurement;
    slot->used = true;
    atomic_store_explicit(&slot->version, 1, memory_order_release);
    sx_slot_list_add(&ix->measurements[measurement].slots, number);
    for (size_t i = 0; i < pair_count; i++)
        sx_slot_list_add(&ix->pairs[pairs[i]].slots, number);
    sx_map_put(&ix->series_map, hash, number);
    atomic_store_explicit(&ix->slot_count, number + 1, memory_order_release);
    return number;
}

stria_status sx_series_index_resolve(struct sx_series_index *ix, struct sx_bytes key, uint64_t hash,
                                     struct sx_series_hint *hint, uint32_t *slot, stria_error *err)
{
    sx_mutex_lock(&ix->mutex);
    *slot = sx_map_find(&ix->series_map, hash, slot_equal, ix, &key);
    if (*slot == SX_MAP_NONE)
        *slot = add_series(ix, key, hash);
    sx_mutex_unlock(&ix->mutex);
    if (*slot == SX_SLOT_NONE)
        return sx_mem_refused(ix->mem, 256, err);
    if (hint)
        *hint = (struct sx_series_hint){.index_id = ix->index_id,
                                        .slot = *slot,
                                        .version =
                                            atomic_load(&sx_series_index_slot(ix, *slot)->version)};
    return STRIA_OK;
}

uint32_t sx_series_index_find(struct sx_series_index *ix, struct sx_bytes key, uint64_t hash)
{
    sx_mutex_lock(&ix->mutex);
    uint32_t slot = sx_map_find(&ix->series_map, hash, slot_equal, ix, &key);
    sx_mutex_unlock(&ix->mutex);
    return slot;
}

static void put_key(struct sx_series_index *ix, const struct sx_slot *slot, struct sx_buf *key)
{
    sx_buf_put_bytes(key, ix->measurements[slot->measurement].measurement->escaped);
    sx_buf_put_u8(key, 0);
    for (size_t i = 0; i < slot->pair_count; i++)
        sx_buf_put(key, ix->pairs[slot->pairs[i]].bytes, ix->pairs[slot->pairs[i]].len);
}

void sx_series_index_key(struct sx_series_index *ix, uint32_t slot, struct sx_buf *key)
{
    sx_mutex_lock(&ix->mutex);
    put_key(ix, sx_series_index_slot(ix, slot), key);
    sx_mutex_unlock(&ix->mutex);
}

/* ---- sorting by key ---- */

/* Compared by ranks of measurement and pairs: the order of the pairs' bytes is that of the
 * key's. */
struct ranks {
    struct sx_series_index *ix;
    uint32_t *measurement_ranks, *pair_ranks;
};

static int compare_measurements(const void *a, const void *b, void *context)
{
    const struct sx_series_index *ix = context;
    return sx_bytes_compare(ix->measurements[*(const uint32_t *)a].measurement->escaped,
                            ix->measurements[*(const uint32_t *)b].measurement->escaped);
}

static int compare_pairs(const void *a, const void *b, void *context)
{
    const struct sx_series_index *ix = context;
    const struct sx_index_pair *x = &ix->pairs[*(const uint32_t *)a];
    const struct sx_index_pair *y = &ix->pairs[*(const uint32_t *)b];
    return sx_bytes_compare(sx_bytes_make(x->bytes, x->len), sx_bytes_make(y->bytes, y->len));
}

static int compare_slots(const void *a, const void *b, void *context)
{
    const struct ranks *ranks = context;
    const struct sx_slot *x = sx_series_index_slot(ranks->ix, *(const uint32_t *)a);
    const struct sx_slot *y = sx_series_index_slot(ranks->ix, *(const uint32_t *)b);
    if (x->measurement != y->measurement)
        return ranks->measurement_ranks[x->measurement] < ranks->measurement_ranks[y->measurement]
                   ? -1
                   : 1;
    size_t count = SX_MIN(x->pair_count, y->pair_count);
    for (size_t i = 0; i < count; i++)
        if (x->pairs[i] != y->pairs[i])
            return ranks->pair_ranks[x->pairs[i]] < ranks->pair_ranks[y->pairs[i]] ? -1 : 1;
    return (int)x->pair_count - (int)y->pair_count;
}

/* ranks[i]: the place of item i in the sorted order. NULL: no memory. */
static uint32_t *make_ranks(struct sx_series_index *ix, size_t count, sx_sort_compare compare)
{
    uint32_t *order = sx_mem_alloc(ix->mem, (count + 1) * sizeof *order);
    uint32_t *ranks = sx_mem_alloc(ix->mem, (count + 1) * sizeof *ranks);
    if (order && ranks) {
        for (size_t i = 0; i < count; i++)
            order[i] = (uint32_t)i;
        sx_sort(order, count, sizeof *order, compare, ix);
        for (size_t i = 0; i < count; i++)
            ranks[order[i]] = (uint32_t)i;
    } else {
        sx_mem_free(ix->mem, ranks);
        ranks = NULL;
    }
    sx_mem_free(ix->mem, order);
    return ranks;
}

bool sx_series_index_sort(struct sx_series_index *ix, uint32_t *slots, size_t count)
{
    sx_mutex_lock(&ix->mutex);
    struct ranks ranks = {.ix = ix};
    ranks.measurement_ranks = make_ranks(ix, ix->measurement_count, compare_measurements);
    ranks.pair_ranks = make_ranks(ix, ix->pair_count, compare_pairs);
    bool ok = ranks.measurement_ranks && ranks.pair_ranks;
    if (ok)
        sx_sort(slots, count, sizeof *slots, compare_slots, &ranks);
    sx_mem_free(ix->mem, ranks.measurement_ranks);
    sx_mem_free(ix->mem, ranks.pair_ranks);
    sx_mutex_unlock(&ix->mutex);
    return ok;
}
