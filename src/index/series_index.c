/* SPDX-License-Identifier: Apache-2.0 */
/* series_index.c -- see series_index.h: slots, how they are found, made and given back. */
#include "index/series_index.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/varint.h"
#include "index/series_index_priv.h"
#include "model/series_key.h"

#include <assert.h>

#define SLOT_FIRST 1024
#define SLOTS_MAX ((uint32_t)SX_SYMBOL_EMPTY)
#define EVICT_STEP 256 /* slots that are looked at in one hold of the lock */

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
    ix->free_slot = SX_SLOT_NONE;
    sx_mutex_init(&ix->mutex);
    sx_mutex_init(&ix->names_mutex);
    sx_segmented_init(&ix->measurements, mem, sizeof(struct sx_index_measurement), SLOT_FIRST);
    sx_segmented_init(&ix->slots, mem, sizeof(struct sx_slot), SLOT_FIRST);
    sx_table_init(&ix->series, mem);
    sx_byte_heap_init(&ix->heap, mem);
    sx_index_symbols_init(ix);
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
    sx_index_symbols_deinit(ix);
    sx_segmented_deinit(&ix->slots);
    sx_table_deinit(&ix->series);
    sx_byte_heap_deinit(&ix->heap);
    for (uint32_t i = 0; i < sx_index_measurement_count(ix); i++) {
        sx_measurement_destroy(sx_index_measurement_at(ix, i)->measurement);
        sx_slot_list_deinit(&sx_index_measurement_at(ix, i)->slots, mem);
    }
    sx_segmented_deinit(&ix->measurements);
    sx_map_deinit(&ix->measurement_map);
    sx_mutex_deinit(&ix->mutex);
    sx_mutex_deinit(&ix->names_mutex);
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
    size_t count = ix->series.count;
    sx_mutex_unlock(&ix->mutex);
    return count;
}

void sx_series_index_pin(struct sx_series_index *ix, uint32_t slot)
{
    uint32_t before =
        atomic_fetch_add_explicit(&sx_series_index_slot(ix, slot)->pins, 1, memory_order_relaxed);
    assert(before && !(before & SX_SLOT_DEAD));
    (void)before;
}

void sx_series_index_unpin(struct sx_series_index *ix, uint32_t slot)
{
    /* Release: whoever takes the slot away afterwards sees what was done with it. */
    uint32_t before =
        atomic_fetch_sub_explicit(&sx_series_index_slot(ix, slot)->pins, 1, memory_order_release);
    assert(before & ~SX_SLOT_DEAD);
    (void)before;
}

uint32_t sx_series_index_hinted(struct sx_series_index *ix, const struct sx_series_hint *hint)
{
    if (!hint || hint->index_id != ix->index_id)
        return SX_SLOT_NONE;
    struct sx_slot *slot = sx_series_index_slot(ix, hint->slot);
    /* The pin comes first: then either eviction sees it, or this sees that the slot is dead or of
     * another version. */
    uint32_t before = atomic_fetch_add(&slot->pins, 1);
    if (!(before & SX_SLOT_DEAD) &&
        atomic_load_explicit(&slot->version, memory_order_acquire) == hint->version)
        return hint->slot;
    atomic_fetch_sub(&slot->pins, 1);
    return SX_SLOT_NONE;
}

struct sx_tag_walk sx_index_tags_of(const struct sx_series_index *ix, const struct sx_slot *slot)
{
    struct sx_tag_walk walk = {.next = slot->tags ? sx_byte_heap_at(&ix->heap, slot->tags) : NULL,
                               .left = slot->tags ? 1 : 0};
    uint32_t count = 0;
    if (sx_tag_walk_next(&walk, &count)) /* the list begins with its count */
        walk.left = count;
    return walk;
}

/* ---- measurements ---- */

static struct sx_bytes escaped_name(const struct sx_series_index *ix, uint32_t id)
{
    return sx_index_measurement_at(ix, id)->measurement->escaped;
}

static bool measurement_equal(const void *owner, uint32_t value, const void *key)
{
    return sx_bytes_equal(escaped_name(owner, value), *(const struct sx_bytes *)key);
}

static uint64_t measurement_hash(const void *owner, uint32_t value)
{
    return sx_hash(escaped_name(owner, value));
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
    id = sx_index_measurement_count(ix);
    struct sx_measurement *m = NULL;
    if (sx_map_reserve(&ix->measurement_map, (size_t)id + 1, measurement_hash, ix) &&
        sx_segmented_reserve(&ix->measurements, id))
        m = sx_measurement_create(ix->mem, sx_key_text(escaped, scratch), id);
    sx_mem_free(ix->mem, scratch);
    if (!m)
        return SX_MAP_NONE;
    *sx_index_measurement_at(ix, id) = (struct sx_index_measurement){.measurement = m};
    sx_map_put(&ix->measurement_map, hash, id);
    atomic_store_explicit(&ix->measurement_count, id + 1, memory_order_release);
    return id;
}

/* ---- keys ---- */

/* Whether the series in a slot has this key. */
static bool slot_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_series_index *ix = owner;
    struct sx_bytes rest = *(const struct sx_bytes *)key, part;
    const struct sx_slot *slot = sx_segmented_at(&ix->slots, value);
    if (!sx_key_take(&rest, &part) || !sx_bytes_equal(part, escaped_name(ix, slot->measurement)))
        return false;
    struct sx_tag_walk walk = sx_index_tags_of(ix, slot);
    uint32_t symbol;
    while (sx_tag_walk_next(&walk, &symbol)) {
        const struct sx_index_tag *tag = &ix->tags[sx_index_symbol(ix, symbol)->tag];
        if (!sx_key_take(&rest, &part) ||
            !sx_bytes_equal(part, sx_bytes_make(tag->name, tag->name_len)) ||
            !sx_key_take(&rest, &part) || !sx_bytes_equal(part, sx_index_symbol_value(ix, symbol)))
            return false;
    }
    return rest.len == 0;
}

uint32_t sx_series_index_find(struct sx_series_index *ix, struct sx_bytes key, uint64_t hash)
{
    sx_mutex_lock(&ix->mutex);
    uint32_t slot = sx_table_find(&ix->series, hash, slot_equal, ix, &key);
    sx_mutex_unlock(&ix->mutex);
    return slot;
}

void sx_series_index_key(struct sx_series_index *ix, uint32_t number, struct sx_buf *key)
{
    uint32_t symbol;
    sx_mutex_lock(&ix->mutex);
    const struct sx_slot *slot = sx_series_index_slot(ix, number);
    sx_buf_put_bytes(key, escaped_name(ix, slot->measurement));
    sx_buf_put_u8(key, 0);
    struct sx_tag_walk walk = sx_index_tags_of(ix, slot);
    while (sx_tag_walk_next(&walk, &symbol)) {
        const struct sx_index_tag *tag = &ix->tags[sx_index_symbol(ix, symbol)->tag];
        sx_buf_put(key, tag->name, tag->name_len);
        sx_buf_put_u8(key, 0);
        sx_buf_put_bytes(key, sx_index_symbol_value(ix, symbol));
        sx_buf_put_u8(key, 0);
    }
    sx_mutex_unlock(&ix->mutex);
}

/* ---- adding ---- */

/* The parts of a series that is to be added. */
struct parts {
    uint32_t measurement;
    uint32_t symbols[SX_TAG_COUNT_MAX];
    uint32_t count;
};

/* Drops the symbols that were made for a series that did not come about. */
static void drop_parts(struct sx_series_index *ix, const struct parts *parts)
{
    for (uint32_t i = parts->count; i-- > 0;)
        sx_index_drop_symbol(ix, parts->symbols[i]);
}

/* Finds or makes measurement and symbols. */
static stria_status intern_parts(struct sx_series_index *ix, struct sx_bytes key,
                                 struct parts *parts, stria_error *err)
{
    struct sx_bytes name = {0}, value;
    parts->count = 0;
    parts->measurement = SX_MAP_NONE;
    if (sx_key_take(&key, &name)) {
        sx_mutex_lock(&ix->names_mutex);
        parts->measurement = sx_index_measurement(ix, name, true);
        sx_mutex_unlock(&ix->names_mutex);
    }
    if (parts->measurement == SX_MAP_NONE)
        return sx_mem_refused(ix->mem, sizeof(struct sx_measurement), err);
    while (sx_key_take(&key, &name) && sx_key_take(&key, &value)) {
        if (parts->count == SX_TAG_COUNT_MAX)
            return sx_fail(err, STRIA_LIMIT, "a series may have %d tags at most", SX_TAG_COUNT_MAX);
        uint32_t symbol = sx_index_make_symbol(ix, name, value);
        if (symbol == SX_SYMBOL_NONE)
            return sx_mem_refused(ix->mem, name.len + value.len + sizeof(struct sx_symbol), err);
        parts->symbols[parts->count++] = symbol;
    }
    return STRIA_OK;
}

/* Puts "count, symbols" into the heap; false: no memory. No tags take none. */
static bool store_tags(struct sx_series_index *ix, const struct parts *parts, uint32_t *place)
{
    uint8_t bytes[(SX_TAG_COUNT_MAX + 1) * 5];
    size_t size = sx_varint_write(bytes, parts->count);
    *place = 0;
    if (parts->count == 0)
        return true;
    for (uint32_t i = 0; i < parts->count; i++)
        size += sx_varint_write(bytes + size, parts->symbols[i]);
    *place = sx_byte_heap_alloc(&ix->heap, size);
    if (*place)
        memcpy(sx_byte_heap_at(&ix->heap, *place), bytes, size);
    return *place != 0;
}

static size_t tags_size(const struct sx_series_index *ix, const struct sx_slot *slot)
{
    struct sx_tag_walk walk = sx_index_tags_of(ix, slot);
    uint32_t symbol;
    while (sx_tag_walk_next(&walk, &symbol)) {
    }
    return (size_t)(walk.next - sx_byte_heap_at(&ix->heap, slot->tags));
}

/* Everything that may fail of putting a series into a slot. */
static bool reserve_all(struct sx_series_index *ix, const struct parts *parts, uint32_t number,
                        uint32_t *tags)
{
    bool ok = sx_segmented_reserve(&ix->slots, number) && sx_table_reserve(&ix->series) &&
              sx_slot_list_reserve(&sx_index_measurement_at(ix, parts->measurement)->slots, ix->mem,
                                   number);
    for (uint32_t i = 0; ok && i < parts->count; i++)
        ok = sx_index_symbol_reserve(ix, parts->symbols[i], number);
    return ok && store_tags(ix, parts, tags);
}

/* Makes a slot for a key that has none; it comes with a pin. */
static stria_status add_series(struct sx_series_index *ix, struct sx_bytes key, uint64_t hash,
                               uint32_t *out, stria_error *err)
{
    struct parts parts;
    uint32_t tags, count = (uint32_t)atomic_load(&ix->slot_count);
    uint32_t number = ix->free_slot == SX_SLOT_NONE ? count : ix->free_slot;
    *out = SX_SLOT_NONE;
    if (number >= SLOTS_MAX)
        return sx_fail(err, STRIA_LIMIT, "%u series in memory are the most there can be",
                       SLOTS_MAX);
    stria_status st = intern_parts(ix, key, &parts, err);
    if (!st && !reserve_all(ix, &parts, number, &tags))
        st = sx_mem_refused(ix->mem, sizeof(struct sx_slot), err);
    if (st) {
        drop_parts(ix, &parts);
        return st;
    }
    struct sx_slot *slot = sx_series_index_slot(ix, number);
    if (number < count)
        ix->free_slot = slot->tags;
    slot->hash = hash;
    slot->tags = tags;
    slot->measurement = parts.measurement;
    atomic_store_explicit(&slot->defined_generation, 0, memory_order_relaxed);
    atomic_store_explicit(&slot->used_generation, 0, memory_order_relaxed);
    sx_slot_list_add(&sx_index_measurement_at(ix, parts.measurement)->slots, number);
    for (uint32_t i = 0; i < parts.count; i++)
        sx_index_symbol_add(ix, parts.symbols[i], number);
    sx_table_put(&ix->series, hash, number);
    if (number == count) {
        atomic_store_explicit(&slot->version, 1, memory_order_relaxed);
        atomic_store_explicit(&slot->pins, 1, memory_order_relaxed);
        atomic_store_explicit(&ix->slot_count, number + 1, memory_order_release);
    } else { /* somebody with an old hint may have a pin for a moment: it is kept */
        atomic_fetch_sub(&slot->pins, SX_SLOT_DEAD - 1);
    }
    *out = number;
    return STRIA_OK;
}

stria_status sx_series_index_resolve(struct sx_series_index *ix, struct sx_bytes key, uint64_t hash,
                                     struct sx_series_hint *hint, uint32_t *slot, stria_error *err)
{
    stria_status st = STRIA_OK;
    sx_mutex_lock(&ix->mutex);
    *slot = sx_table_find(&ix->series, hash, slot_equal, ix, &key);
    if (*slot == SX_TABLE_NONE)
        st = add_series(ix, key, hash, slot, err);
    else /* nobody evicts while the lock is held */
        atomic_fetch_add_explicit(&sx_series_index_slot(ix, *slot)->pins, 1, memory_order_relaxed);
    if (!st && hint)
        *hint = (struct sx_series_hint){.index_id = ix->index_id,
                                        .slot = *slot,
                                        .version =
                                            atomic_load(&sx_series_index_slot(ix, *slot)->version)};
    sx_mutex_unlock(&ix->mutex);
    return st;
}

/* ---- eviction ---- */

/* Takes a slot away unless somebody holds it. */
static bool evict(struct sx_series_index *ix, uint32_t number)
{
    struct sx_slot *slot = sx_series_index_slot(ix, number);
    uint32_t none = 0, symbol;
    if (!atomic_compare_exchange_strong(&slot->pins, &none, SX_SLOT_DEAD))
        return false;
    atomic_fetch_add(&slot->version, 1);
    sx_table_remove(&ix->series, slot->hash, number);
    sx_slot_list_remove(&sx_index_measurement_at(ix, slot->measurement)->slots, ix->mem, number);
    struct sx_tag_walk walk = sx_index_tags_of(ix, slot);
    while (sx_tag_walk_next(&walk, &symbol))
        sx_index_symbol_remove(ix, symbol, number);
    if (slot->tags)
        sx_byte_heap_free(&ix->heap, slot->tags, tags_size(ix, slot));
    slot->tags = ix->free_slot;
    ix->free_slot = number;
    return true;
}

/* Moves what lives out of the emptiest parts of the heap. */
static void move_blocks(struct sx_series_index *ix)
{
    size_t count = sx_series_index_slot_count(ix);
    sx_byte_heap_begin_moving(&ix->heap);
    for (size_t i = 0; i < count; i++) {
        struct sx_slot *slot = sx_series_index_slot(ix, (uint32_t)i);
        if (!(atomic_load_explicit(&slot->pins, memory_order_relaxed) & SX_SLOT_DEAD) &&
            slot->tags && sx_byte_heap_is_leaving(&ix->heap, slot->tags))
            slot->tags = sx_byte_heap_move(&ix->heap, slot->tags, tags_size(ix, slot));
    }
    sx_index_symbols_move(ix);
}

/* A stretch of slots; returns how many went. */
static size_t evict_stretch(struct sx_series_index *ix, uint32_t before, size_t look)
{
    size_t evicted = 0, count = sx_series_index_slot_count(ix);
    sx_mutex_lock(&ix->mutex);
    for (size_t i = 0; i < look && i < count; i++) {
        uint32_t number = ix->hand < count ? ix->hand : 0;
        ix->hand = number + 1;
        const struct sx_slot *slot = sx_series_index_slot(ix, number);
        if (atomic_load_explicit(&slot->pins, memory_order_relaxed) == 0 &&
            atomic_load_explicit(&slot->used_generation, memory_order_relaxed) < before)
            evicted += evict(ix, number);
    }
    sx_mutex_unlock(&ix->mutex);
    return evicted;
}

size_t sx_series_index_evict(struct sx_series_index *ix, uint32_t before, size_t look)
{
    size_t evicted = 0;
    for (size_t done = 0; done < look; done += EVICT_STEP)
        evicted += evict_stretch(ix, before, SX_MIN(look - done, EVICT_STEP));
    if (evicted) {
        sx_mutex_lock(&ix->mutex);
        if (sx_byte_heap_is_sparse(&ix->heap))
            move_blocks(ix);
        sx_table_trim(&ix->series);
        sx_table_trim(&ix->symbol_table);
        sx_mutex_unlock(&ix->mutex);
    }
    return evicted;
}
