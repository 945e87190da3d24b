/* SPDX-License-Identifier: Apache-2.0 */
/* memtable.c -- see memtable.h. */
#include "memtable/memtable.h"

#include "base/error.h"
#include "os/sync.h"

#include <assert.h>

#define BLOCK_COUNT_MIN 2
#define BLOCK_COUNT_MAX 64
#define COPY_SIZE_MAX ((size_t)16384) /* larger row storage is moved, not copied */
#define ARENA_BLOCK_SIZE ((size_t)65536)
#define TABLE_FIRST 1024

/* Storage taken over from a batch. */
struct blob {
    struct blob *next;
    uint8_t *bytes;
};

struct sx_memtable {
    struct sx_mem mem; /* a node of its own, so its size is known */
    struct sx_mem *parent;
    _Atomic uint32_t reference_count;
    uint64_t generation;
    struct sx_series_index *index;
    struct sx_segmented series;  /* slot -> _Atomic(struct sx_mem_series *) */
    struct sx_segmented schemas; /* number -> struct sx_mem_schema */

    struct sx_mutex mutex; /* guards what follows */
    struct sx_arena arena;
    struct blob *blobs;
    uint32_t *slots;
    size_t slot_count, slot_capacity;
    _Atomic uint32_t schema_count; /* published after the schema */
    struct sx_map schema_map;      /* schema and presence -> number */

    _Atomic uint64_t row_count, sample_count, first_seq, last_seq; /* written by apply */
    _Atomic int64_t min_ts, max_ts; /* likewise; of rows to be seen */
};

struct sx_memtable *sx_memtable_create(struct sx_mem *mem, uint64_t generation,
                                       struct sx_series_index *index)
{
    struct sx_memtable *mt = sx_mem_zalloc(mem, sizeof *mt);
    if (!mt)
        return NULL;
    mt->parent = mem;
    sx_mem_init(&mt->mem, mem, "memtable", 0);
    atomic_init(&mt->reference_count, 1);
    atomic_init(&mt->min_ts, INT64_MAX);
    atomic_init(&mt->max_ts, INT64_MIN);
    mt->generation = generation;
    mt->index = sx_series_index_acquire(index);
    sx_segmented_init(&mt->series, &mt->mem, sizeof(_Atomic(struct sx_mem_series *)), TABLE_FIRST);
    sx_segmented_init(&mt->schemas, &mt->mem, sizeof(struct sx_mem_schema), TABLE_FIRST);
    sx_mutex_init(&mt->mutex);
    sx_arena_init(&mt->arena, &mt->mem, ARENA_BLOCK_SIZE);
    sx_map_init(&mt->schema_map, &mt->mem);
    return mt;
}

struct sx_memtable *sx_memtable_acquire(struct sx_memtable *mt)
{
    atomic_fetch_add_explicit(&mt->reference_count, 1, memory_order_relaxed);
    return mt;
}

void sx_memtable_release(struct sx_memtable *mt)
{
    if (!mt || atomic_fetch_sub_explicit(&mt->reference_count, 1, memory_order_acq_rel) != 1)
        return;
    while (mt->blobs) {
        struct blob *blob = mt->blobs;
        mt->blobs = blob->next;
        sx_mem_free(&mt->mem, blob->bytes);
    }
    for (size_t i = 0; i < mt->slot_count; i++)
        sx_series_index_unpin(mt->index, mt->slots[i]);
    sx_mem_free(&mt->mem, mt->slots);
    sx_map_deinit(&mt->schema_map);
    sx_arena_deinit(&mt->arena);
    sx_segmented_deinit(&mt->series);
    sx_segmented_deinit(&mt->schemas);
    sx_mutex_deinit(&mt->mutex);
    sx_mem_deinit(&mt->mem);
    sx_series_index_release(mt->index);
    sx_mem_free(mt->parent, mt);
}

/* ---- reserve: with the lock held; arena memory of a failed try stays until the memtable goes
 * ---- */

static struct sx_mem_series *series_of(struct sx_memtable *mt, uint32_t slot)
{
    _Atomic(struct sx_mem_series *) *cell;
    if (!sx_segmented_reserve(&mt->series, slot))
        return NULL;
    cell = sx_segmented_at(&mt->series, slot);
    struct sx_mem_series *series = atomic_load_explicit(cell, memory_order_relaxed);
    if (series)
        return series;
    if (!SX_GROW(&mt->mem, mt->slots, mt->slot_capacity, mt->slot_count + 1))
        return NULL;
    series = sx_arena_zalloc(&mt->arena, sizeof *series);
    if (!series)
        return NULL;
    series->slot = slot;
    atomic_init(&series->min_ts, INT64_MAX);
    atomic_init(&series->max_ts, INT64_MIN);
    mt->slots[mt->slot_count++] = slot;
    sx_series_index_pin(mt->index, slot);
    atomic_store_explicit(cell, series, memory_order_release);
    return series;
}

static bool add_block(struct sx_memtable *mt, struct sx_mem_series *series)
{
    uint32_t capacity = series->last ? series->last->capacity * 2 : BLOCK_COUNT_MIN;
    capacity = SX_MIN(capacity, BLOCK_COUNT_MAX);
    struct sx_row_block *block =
        sx_arena_alloc(&mt->arena, sizeof *block + capacity * sizeof block->rows[0]);
    if (!block)
        return false;
    atomic_init(&block->next, NULL);
    atomic_init(&block->count, 0);
    block->capacity = capacity;
    if (series->last)
        atomic_store_explicit(&series->last->next, block, memory_order_release);
    else
        atomic_store_explicit(&series->first, block, memory_order_release);
    series->last = block;
    series->capacity += capacity;
    return true;
}

struct schema_key {
    const struct sx_schema *schema;
    bool has_presence;
};

static uint64_t schema_key_hash(const struct sx_schema *schema, bool has_presence)
{
    uint64_t x =
        (uint64_t)schema->measurement->id << 33 | (uint64_t)schema->number << 1 | has_presence;
    x *= 0x9e3779b97f4a7c15u;
    return x ^ x >> 29;
}

static bool schema_equal(const void *owner, uint32_t value, const void *key)
{
    const struct sx_mem_schema *schema = sx_memtable_schema(owner, value);
    const struct schema_key *k = key;
    return schema->schema == k->schema && schema->has_presence == k->has_presence;
}

static uint64_t schema_hash(const void *owner, uint32_t value)
{
    const struct sx_mem_schema *schema = sx_memtable_schema(owner, value);
    return schema_key_hash(schema->schema, schema->has_presence);
}

static bool schema_number(struct sx_memtable *mt, const struct sx_schema *schema, bool has_presence,
                          uint32_t *number)
{
    struct schema_key key = {.schema = schema, .has_presence = has_presence};
    uint64_t hash = schema_key_hash(schema, has_presence);
    *number = sx_map_find(&mt->schema_map, hash, schema_equal, mt, &key);
    if (*number != SX_MAP_NONE)
        return true;
    uint32_t count = atomic_load(&mt->schema_count);
    if (!sx_map_reserve(&mt->schema_map, count + 1, schema_hash, mt) ||
        !sx_segmented_reserve(&mt->schemas, count))
        return false;
    *number = count;
    struct sx_mem_schema *entry = sx_segmented_at(&mt->schemas, *number);
    *entry = (struct sx_mem_schema){.schema = schema, .has_presence = has_presence};
    sx_map_put(&mt->schema_map, hash, *number);
    atomic_store_explicit(&mt->schema_count, count + 1, memory_order_release);
    return true;
}

/* Takes the bytes of a batch's buffer over, or copies them if they are few. */
static bool take_storage(struct sx_memtable *mt, struct sx_buf *buf, uint8_t **bytes)
{
    *bytes = NULL;
    if (buf->len == 0)
        return true;
    if (buf->len <= COPY_SIZE_MAX) {
        *bytes = sx_arena_alloc(&mt->arena, buf->len);
        if (*bytes)
            memcpy(*bytes, buf->ptr, buf->len);
        return *bytes != NULL;
    }
    struct blob *blob = sx_arena_alloc(&mt->arena, sizeof *blob);
    if (!blob)
        return false;
    if (buf->capacity > buf->len + buf->len / 8) {
        uint8_t *fitted = sx_mem_resize(buf->mem, buf->ptr, buf->len);
        if (fitted) {
            buf->ptr = fitted;
            buf->capacity = buf->len;
        }
    }
    if (!sx_mem_move(buf->mem, &mt->mem, buf->ptr))
        return false;
    *blob = (struct blob){.next = mt->blobs, .bytes = buf->ptr};
    mt->blobs = blob;
    *bytes = buf->ptr;
    sx_buf_init(buf, buf->mem, buf->max);
    return true;
}

/* Frees what take_storage() took over last, if it was these bytes. */
static void drop_storage(struct sx_memtable *mt, const uint8_t *bytes)
{
    struct blob *blob = mt->blobs;
    if (!blob || blob->bytes != bytes)
        return;
    mt->blobs = blob->next;
    sx_mem_free(&mt->mem, blob->bytes);
}

/* Counts each series' rows: promised goes up by `sign` a row. */
static void promise(const struct sx_batch *batch, const uint8_t *rows,
                    struct sx_mem_series **series, int sign)
{
    for (size_t i = 0; i < batch->run_count; i++) {
        const struct sx_batch_run *run = &batch->runs[i];
        size_t size = sx_row_size(batch->schemas[run->schema].column_count, run->has_presence);
        const uint8_t *row = rows + run->offset;
        for (uint32_t j = 0; j < run->row_count; j++, row += size)
            series[sx_get_u32(row + SX_ROW_SERIES)]->promised += (uint64_t)(int64_t)sign;
    }
}

static bool reserve_tables(struct sx_memtable *mt, const struct sx_batch *batch,
                           struct sx_memtable_place *place)
{
    place->series = sx_arena_array(&mt->arena, batch->series_count + 1, sizeof *place->series);
    place->schema_numbers =
        sx_arena_array(&mt->arena, batch->run_count + 1, sizeof *place->schema_numbers);
    if (!place->series || !place->schema_numbers)
        return false;
    for (size_t i = 0; i < batch->series_count; i++) {
        place->series[i] = series_of(mt, batch->series[i].slot);
        if (!place->series[i])
            return false;
    }
    for (size_t i = 0; i < batch->run_count; i++) {
        const struct sx_schema *schema = batch->schemas[batch->runs[i].schema].resolved;
        if (!schema_number(mt, schema, batch->runs[i].has_presence, &place->schema_numbers[i]))
            return false;
    }
    return true;
}

static bool reserve_blocks(struct sx_memtable *mt, const struct sx_batch *batch,
                           struct sx_memtable_place *place)
{
    for (size_t i = 0; i < batch->series_count; i++)
        while (place->series[i]->promised > place->series[i]->capacity)
            if (!add_block(mt, place->series[i]))
                return false;
    return true;
}

stria_status sx_memtable_reserve(struct sx_memtable *mt, struct sx_batch *batch,
                                 struct sx_memtable_place *place, stria_error *err)
{
    size_t rows_size = batch->rows.len, strings_size = batch->strings.len;
    *place = (struct sx_memtable_place){.rows_size = rows_size,
                                        .strings_size = strings_size,
                                        .row_count = batch->row_count,
                                        .sample_count = batch->sample_count};
    sx_mutex_lock(&mt->mutex);
    bool ok = reserve_tables(mt, batch, place);
    if (ok) {
        promise(batch, batch->rows.ptr, place->series, 1);
        ok = reserve_blocks(mt, batch, place);
        /* Storage last, and rows at the very end: while they are the batch's, it can be undone. */
        ok = ok && take_storage(mt, &batch->strings, &place->strings);
        if (ok && !take_storage(mt, &batch->rows, &place->rows)) {
            drop_storage(mt, place->strings);
            ok = false;
        }
        if (!ok)
            promise(batch, batch->rows.ptr, place->series, -1);
    }
    sx_mutex_unlock(&mt->mutex);
    /* What is refused is rarely the batch's own bytes, but a block of the arena. */
    size_t size = SX_MAX(rows_size + strings_size, ARENA_BLOCK_SIZE);
    return ok ? STRIA_OK : sx_mem_refused(&mt->mem, size, err);
}

void sx_memtable_cancel(struct sx_memtable *mt, const struct sx_batch *batch,
                        const struct sx_memtable_place *place)
{
    sx_mutex_lock(&mt->mutex);
    promise(batch, place->rows, place->series, -1);
    sx_mutex_unlock(&mt->mutex);
}

/* ---- apply ---- */

static void put_row(struct sx_mem_series *series, const uint8_t *row, int64_t ts_ns)
{
    struct sx_row_block *block = series->filling;
    if (!block)
        block = atomic_load_explicit(&series->first, memory_order_acquire);
    uint32_t count = atomic_load_explicit(&block->count, memory_order_relaxed);
    if (count == block->capacity) {
        block = atomic_load_explicit(&block->next, memory_order_acquire);
        count = 0;
    }
    assert(block && count < block->capacity); /* reserve() made room */
    int64_t max = atomic_load_explicit(&series->max_ts, memory_order_relaxed);
    if (ts_ns <= max)
        atomic_store_explicit(&series->unsorted, true, memory_order_relaxed);
    else
        atomic_store_explicit(&series->max_ts, ts_ns, memory_order_relaxed);
    if (ts_ns < atomic_load_explicit(&series->min_ts, memory_order_relaxed))
        atomic_store_explicit(&series->min_ts, ts_ns, memory_order_relaxed);
    block->rows[count] = row;
    /* Release: who reads the count sees the row, and the marks above. */
    atomic_store_explicit(&block->count, count + 1, memory_order_release);
    series->filling = block;
}

/* Before the row can be seen. */
static void note_time(struct sx_memtable *mt, int64_t ts_ns)
{
    if (ts_ns < atomic_load_explicit(&mt->min_ts, memory_order_relaxed))
        atomic_store_explicit(&mt->min_ts, ts_ns, memory_order_release);
    if (ts_ns > atomic_load_explicit(&mt->max_ts, memory_order_relaxed))
        atomic_store_explicit(&mt->max_ts, ts_ns, memory_order_release);
}

static bool has_strings(const struct sx_schema *schema)
{
    for (uint32_t i = 0; i < schema->column_count; i++)
        if (schema->types[i] == STRIA_STRING)
            return true;
    return false;
}

/* Turns offsets into the heap into addresses. */
static void point_strings(const struct sx_schema *schema, uint8_t *values, const uint8_t *heap)
{
    for (uint32_t i = 0; i < schema->column_count; i++)
        if (schema->types[i] == STRIA_STRING) {
            uint64_t address = (uint64_t)(uintptr_t)(heap + sx_get_u64(values + (size_t)i * 8));
            memcpy(values + (size_t)i * 8, &address, 8);
        }
}

void sx_memtable_apply(struct sx_memtable *mt, const struct sx_batch *batch,
                       const struct sx_memtable_place *place, uint64_t seq)
{
    for (size_t i = 0; i < batch->run_count; i++) {
        const struct sx_batch_run *run = &batch->runs[i];
        uint32_t number = place->schema_numbers[i];
        const struct sx_schema *schema = sx_memtable_schema(mt, number)->schema;
        size_t size = sx_row_size(schema->column_count, run->has_presence);
        size_t values =
            SX_ROW_VALUES + (run->has_presence ? sx_presence_size(schema->column_count) : 0);
        bool strings = place->strings_size && has_strings(schema);
        uint8_t *row = place->rows + run->offset;
        for (uint32_t j = 0; j < run->row_count; j++, row += size) {
            struct sx_mem_series *series = place->series[sx_get_u32(row + SX_ROW_SERIES)];
            sx_put_u32(row + SX_ROW_SERIES, number << 1 | run->has_presence);
            if (strings)
                point_strings(schema, row + values, place->strings);
            int64_t ts_ns = (int64_t)sx_get_u64(row + SX_ROW_TIME);
            note_time(mt, ts_ns);
            put_row(series, row, ts_ns);
        }
    }
    atomic_fetch_add(&mt->row_count, place->row_count);
    atomic_fetch_add(&mt->sample_count, place->sample_count);
    if (!atomic_load(&mt->first_seq))
        atomic_store(&mt->first_seq, seq);
    atomic_store(&mt->last_seq, seq);
}

/* ---- looking ---- */

uint64_t sx_memtable_generation(const struct sx_memtable *mt)
{
    return mt->generation;
}

struct sx_series_index *sx_memtable_index(const struct sx_memtable *mt)
{
    return mt->index;
}

uint64_t sx_memtable_row_count(const struct sx_memtable *mt)
{
    return atomic_load(&mt->row_count);
}

uint64_t sx_memtable_sample_count(const struct sx_memtable *mt)
{
    return atomic_load(&mt->sample_count);
}

size_t sx_memtable_size(const struct sx_memtable *mt)
{
    return sx_mem_size(&mt->mem);
}

void sx_memtable_seqs(const struct sx_memtable *mt, uint64_t *first, uint64_t *last)
{
    *first = atomic_load(&mt->first_seq);
    *last = atomic_load(&mt->last_seq);
}

bool sx_memtable_times(const struct sx_memtable *mt, int64_t *min_ts, int64_t *max_ts)
{
    *max_ts = atomic_load_explicit(&mt->max_ts, memory_order_acquire);
    *min_ts = atomic_load_explicit(&mt->min_ts, memory_order_acquire);
    return *min_ts <= *max_ts;
}

struct sx_mem_series *sx_memtable_series(const struct sx_memtable *mt, uint32_t slot)
{
    _Atomic(struct sx_mem_series *) *cell = sx_segmented_find(&mt->series, slot);
    return cell ? atomic_load_explicit(cell, memory_order_acquire) : NULL;
}

uint32_t sx_memtable_schema_count(const struct sx_memtable *mt)
{
    return atomic_load_explicit(&mt->schema_count, memory_order_acquire);
}

const struct sx_mem_schema *sx_memtable_schema(const struct sx_memtable *mt, uint32_t number)
{
    return sx_segmented_at(&mt->schemas, number);
}

stria_status sx_memtable_slots(struct sx_memtable *mt, struct sx_mem *mem, uint32_t **slots,
                               size_t *count, stria_error *err)
{
    sx_mutex_lock(&mt->mutex);
    *count = 0;
    *slots = sx_mem_alloc(mem, (mt->slot_count + 1) * sizeof **slots);
    if (*slots) {
        for (size_t i = 0; i < mt->slot_count; i++)
            if (atomic_load(&sx_memtable_series(mt, mt->slots[i])->max_ts) != INT64_MIN)
                (*slots)[(*count)++] = mt->slots[i];
    }
    sx_mutex_unlock(&mt->mutex);
    return *slots ? STRIA_OK : sx_mem_refused(mem, mt->slot_count * sizeof **slots, err);
}
