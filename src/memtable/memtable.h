/* SPDX-License-Identifier: Apache-2.0 */
/* memtable.h -- the rows of one generation and policy that are in the log but not in a segment yet.
 *
 * Why         Rows stay as they were written: a batch's row bytes become the memtable's storage,
 *             and a series is a chain of pointers to its rows in the order they arrived. So
 *             applying a batch is one pointer a row, nothing is copied or transposed until it is
 *             read or flushed, and everything that can fail (memory) is done before the batch goes
 *             into the log.
 * Algorithm   reserve() gives every row of a batch its place: series, pointer blocks, storage.
 *             apply(), called in log order, fills the places in; it cannot fail. Blocks of pointers
 *             double from 2 to 64, so a series with one row costs little.
 *             A row in memory has the form of model/batch.h, but its series field holds the number
 *             of its schema here << 1 | has presence, and a string's word is the address of its
 *             varint length.
 * Invariants  The slots of its series are pinned as long as it lives.
 *             A reader sees a prefix of each series' rows. If `unsorted` is not set, times ascend
 *             strictly. Rows live until the memtable is destroyed.
 * Threads     reserve and cancel: any, under the memtable's lock. apply: one at a time (the log's
 *             order). Readers: no lock; counts are published with release. */
#ifndef SX_MEMTABLE_MEMTABLE_H
#define SX_MEMTABLE_MEMTABLE_H

#include "base/segmented.h"
#include "index/series_index.h"
#include "model/batch.h"

/* Pointers to rows, filled in log order. */
struct sx_row_block {
    _Atomic(struct sx_row_block *) next;
    uint32_t capacity;
    _Atomic uint32_t count;
    const uint8_t *rows[];
};

struct sx_mem_series {
    uint32_t slot;
    _Atomic bool unsorted;          /* some row is not after the one before it */
    _Atomic int64_t min_ts, max_ts; /* of the rows published */
    _Atomic(struct sx_row_block *) first;
    struct sx_row_block *filling; /* apply's alone */
    struct sx_row_block *last;    /* guarded by the lock: where reserve adds */
    uint64_t capacity, promised;  /* likewise: pointers there are, rows that may come */
};

struct sx_mem_schema {
    const struct sx_schema *schema;
    bool has_presence;
};

struct sx_memtable;

/* What reserve() prepared for one batch. */
struct sx_memtable_place {
    struct sx_mem_series **series; /* of each batch series; in the memtable's arena */
    uint32_t *schema_numbers;      /* of each run */
    uint8_t *rows;                 /* the rows' final storage: the log must write these bytes */
    size_t rows_size;
    uint8_t *strings;
    size_t strings_size;
    size_t row_count, sample_count;
};

/* mem: charged with everything. index: a reference is taken. NULL: no memory. */
struct sx_memtable *sx_memtable_create(struct sx_mem *mem, uint64_t generation,
                                       struct sx_series_index *index);
struct sx_memtable *sx_memtable_acquire(struct sx_memtable *memtable);
void sx_memtable_release(struct sx_memtable *memtable); /* NULL is allowed */

/* Makes place for a batch whose series have slots, pinned by the caller, and whose schemas are
 * resolved. Large row storage is moved out of the batch (which then has empty buffers), small is
 * copied; either way place->rows holds the bytes. With NOMEM the memtable has and promises what it
 * did before, and the batch is used up. */
stria_status sx_memtable_reserve(struct sx_memtable *memtable, struct sx_batch *batch,
                                 struct sx_memtable_place *place, stria_error *err);

/* The batch will not come: its places are free for others. */
void sx_memtable_cancel(struct sx_memtable *memtable, const struct sx_batch *batch,
                        const struct sx_memtable_place *place);

/* Makes the rows visible. */
void sx_memtable_apply(struct sx_memtable *memtable, const struct sx_batch *batch,
                       const struct sx_memtable_place *place, uint64_t seq);

uint64_t sx_memtable_generation(const struct sx_memtable *memtable);
struct sx_series_index *sx_memtable_index(const struct sx_memtable *memtable);
uint64_t sx_memtable_row_count(const struct sx_memtable *memtable);
uint64_t sx_memtable_sample_count(const struct sx_memtable *memtable);
/* Bytes charged for it. */
size_t sx_memtable_size(const struct sx_memtable *memtable);
/* Sequences of the batches applied; 0 and 0: none. */
void sx_memtable_seqs(const struct sx_memtable *memtable, uint64_t *first, uint64_t *last);

/* The range of the times of its rows; false: it has none. */
bool sx_memtable_times(const struct sx_memtable *memtable, int64_t *min_ts, int64_t *max_ts);

/* The rows of a slot, or NULL. */
struct sx_mem_series *sx_memtable_series(const struct sx_memtable *memtable, uint32_t slot);
/* The slots that have rows here, in no order: an array of *count, allocated from mem. */
stria_status sx_memtable_slots(struct sx_memtable *memtable, struct sx_mem *mem, uint32_t **slots,
                               size_t *count, stria_error *err);
/* Schemas that its rows have, numbered from 0. */
uint32_t sx_memtable_schema_count(const struct sx_memtable *memtable);
/* A schema by the number in a row's series field (shifted as told above). */
const struct sx_mem_schema *sx_memtable_schema(const struct sx_memtable *memtable, uint32_t number);

#endif
