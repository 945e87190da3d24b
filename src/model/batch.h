/* SPDX-License-Identifier: Apache-2.0 */
/* batch.h -- rows on their way in: what parsers make, the log carries and the memtable takes.
 *
 * Why         One form from the parser to the memtable, and its rows are the log's bytes: a row is
 *             written once and copied twice (log, memtable), whatever it came from.
 * Format      A batch belongs to one policy. It has a table of series (canonical keys), a table of
 *             schemas (measurement and columns), a heap of string bytes, and rows in the order they
 *             arrived, grouped in runs of equal schema. A row is
 *               i64 time | u32 series (index into the table; batch-local) |
 *               [presence: u64 per 64 columns, bit = column, if the run has presence] |
 *               u64 per column: bits of the double, int, uint; bool 0 or 1;
 *               string: offset into the heap, where its varint length and its bytes stand
 *             all little-endian. The value of an absent column is 0.
 * Invariants  Columns of a schema are sorted by (name, type), no pair twice, 1 to
 *             SX_COLUMN_COUNT_MAX. Arrival order is kept: later rows win over earlier ones of equal
 *             series and time.
 * Threads     One owner. */
#ifndef SX_MODEL_BATCH_H
#define SX_MODEL_BATCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "stria.h"

#define SX_COLUMN_COUNT_MAX 4096
#define SX_STRING_SIZE_MAX 1048576            /* of a string value, as the peer */
#define SX_BATCH_SIZE_MAX ((size_t)256 << 20) /* rows of one batch, in bytes */

struct sx_batch_column {
    struct sx_bytes name;
    stria_type type; /* FLOAT .. STRING */
};

struct sx_batch_schema {
    struct sx_bytes measurement;
    const struct sx_batch_column *columns;
    uint32_t column_count;
    const void *resolved; /* the engine's own schema; NULL until it is known */
};

/* Where the engine found a series last time, kept by whoever writes to it again: a cache of the
 * parser, a series handle. Zero means: nowhere yet. The engine alone reads and writes it. */
struct sx_series_hint {
    uint32_t index_id; /* which in-memory index (one per policy and opening) */
    uint32_t slot;
    uint32_t version; /* of the slot */
};

struct sx_batch_series {
    struct sx_bytes key;         /* canonical (series_key.h); borrowed or of the batch's arena.
                                    Empty: the hint is that of a handle, which is enough */
    uint64_t hash;               /* sx_hash(key) */
    struct sx_series_hint *hint; /* NULL: none */
    uint32_t slot;               /* filled in by the engine */
};

struct sx_batch_run {
    uint32_t schema;
    uint32_t row_count;
    size_t offset; /* of its first row in `rows` */
    bool has_presence;
};

struct sx_batch {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_batch_series *series;
    size_t series_count, series_capacity;
    struct sx_batch_schema *schemas;
    size_t schema_count, schema_capacity;
    struct sx_batch_run *runs;
    size_t run_count, run_capacity;
    struct sx_buf rows;
    struct sx_buf strings;
    uint32_t *lines; /* of each row: 1-based line of the input, or row number; for reports */
    size_t line_capacity;
    size_t row_count;
    size_t sample_count;
};

void sx_batch_init(struct sx_batch *batch, struct sx_mem *mem);
void sx_batch_deinit(struct sx_batch *batch);
/* Empties it and keeps most of its storage. */
void sx_batch_clear(struct sx_batch *batch);

/* Bytes of presence words of a row. */
static inline size_t sx_presence_size(uint32_t column_count)
{
    return ((size_t)column_count + 63) / 64 * 8;
}

#define SX_ROW_TIME 0
#define SX_ROW_SERIES 8
#define SX_ROW_VALUES 12 /* or the presence words, then the values */

/* Bytes of a row. */
static inline size_t sx_row_size(uint32_t column_count, bool has_presence)
{
    return SX_ROW_VALUES + (has_presence ? sx_presence_size(column_count) : 0) +
           (size_t)column_count * 8;
}

/* Adds a series or a schema to the tables; false: no memory. The index of the new entry is the
 * count before. `key`, `measurement`, `columns` are not copied. */
SX_MUST_CHECK bool sx_batch_add_series(struct sx_batch *batch, struct sx_bytes key, uint64_t hash,
                                       struct sx_series_hint *hint);
SX_MUST_CHECK bool sx_batch_add_schema(struct sx_batch *batch, struct sx_bytes measurement,
                                       const struct sx_batch_column *columns,
                                       uint32_t column_count);

/* Appends a row and returns where its presence words or values begin, to be filled by the caller
 * (they are zero); NULL: no memory or the batch is full. A new run is begun if need be. */
uint8_t *sx_batch_add_row(struct sx_batch *batch, uint32_t schema, bool has_presence, int64_t ts_ns,
                          uint32_t series, uint32_t line);

/* Puts string bytes into the heap; false: no memory. *word is the row's 8 bytes for it. */
SX_MUST_CHECK bool sx_batch_add_string(struct sx_batch *batch, struct sx_bytes text,
                                       uint64_t *word);

/* The bytes of a string by its row's word, as long as the batch has the heap. */
struct sx_bytes sx_batch_string(const struct sx_batch *batch, uint64_t word);

#endif
