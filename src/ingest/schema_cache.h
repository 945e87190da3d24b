/* SPDX-License-Identifier: Apache-2.0 */
/* schema_cache.h -- from the fields of a line, as they are written, to the columns of its row.
 *
 * Why         Lines of one source name the same fields in the same order again and again. Their
 *             names are compared as raw bytes with those of the line before; unescaping, sorting
 *             and finding doubles is done once.
 * Format      A shape is a measurement and a sequence of (raw name, type). It belongs to a schema:
 *             the measurement and the columns sorted by (name, type), which many shapes may share.
 *             cpu b=1,a=2i -> shape ("b=" FLOAT -> 1, "a=" INT -> 0) of schema (a INT, b FLOAT)
 * Invariants  In a shape no name has two types: such points are refused. A name may come twice with
 *             one type: both fields are of one column and the later value wins.
 * Threads     One owner. Entries live until the cache is cleared. */
#ifndef SX_INGEST_SCHEMA_CACHE_H
#define SX_INGEST_SCHEMA_CACHE_H

#include "base/map.h"
#include "model/batch.h"

struct sx_shape;

struct sx_measurement {
    struct sx_bytes name;
    uint64_t hash;
    const struct sx_shape *last_shape; /* the one met last: a new series' guess; NULL: none */
};

struct sx_schema {
    struct sx_measurement *measurement;
    const struct sx_batch_column *columns;
    uint32_t column_count;
    uint32_t batch_index; /* where it was last put; the batch tells whether it is still there */
    uint64_t hash;
};

#define SX_SHAPE_SKIP UINT16_MAX /* a field named time, which is not stored */

struct sx_shape_field {
    const uint8_t *name; /* raw, with its '='; followed by 8 readable bytes */
    uint32_t name_size;
    uint16_t column; /* or SX_SHAPE_SKIP */
    uint8_t type;
};

struct sx_shape {
    struct sx_schema *schema;
    uint64_t hash;
    uint32_t field_count;
    uint32_t name_size_max; /* of the raw names, without '=' */
    bool skips;             /* some fields are not stored */
    struct sx_shape_field *fields;
};

/* The fields of a line while it is parsed, as parallel arrays of up to SX_COLUMN_COUNT_MAX. */
struct sx_line_fields {
    uint32_t count;
    uint64_t *values;
    uint8_t *types;
    struct sx_bytes *names; /* raw, with '=' */
};

struct sx_schema_cache {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_map measurement_map, schema_map, shape_map;
    struct sx_measurement **measurements;
    struct sx_schema **schemas;
    struct sx_shape **shapes;
    size_t measurement_count, schema_count, shape_count;
    size_t measurement_capacity, schema_capacity, shape_capacity;
    /* While a shape is made: */
    struct sx_bytes *texts; /* of its names */
    uint16_t *order;
    struct sx_batch_column *columns;
    struct sx_buf scratch;
};

/* False: no memory. deinit is needed in any case. */
SX_MUST_CHECK bool sx_schema_cache_init(struct sx_schema_cache *cache, struct sx_mem *mem);
void sx_schema_cache_deinit(struct sx_schema_cache *cache);
void sx_schema_cache_clear(struct sx_schema_cache *cache);

/* The one with that name, made if need be; NULL: no memory. The name is copied. */
struct sx_measurement *sx_schema_cache_measurement(struct sx_schema_cache *cache,
                                                   struct sx_bytes name);

/* The shape of exactly these fields, or NULL. */
const struct sx_shape *sx_schema_cache_find(const struct sx_schema_cache *cache,
                                            const struct sx_measurement *measurement,
                                            const struct sx_line_fields *fields);

/* What became of fields. Without a shape they are not stored: either all are named time (there is
 * no conflict), or a name comes with a second type. */
struct sx_shape_made {
    const struct sx_shape *shape;
    bool conflict;
    struct sx_bytes name;   /* the text of the name that conflicts */
    stria_type type;        /* that it comes with */
    stria_type type_before; /* that it came with before */
    /* The columns of the fields before the conflict, sorted. They and `name` live until the next
     * sx_schema_cache_add(). */
    const struct sx_batch_column *columns;
    uint32_t column_count;
};

/* Makes the shape of fields that sx_schema_cache_find() does not know. False: no memory. */
SX_MUST_CHECK bool sx_schema_cache_add(struct sx_schema_cache *cache,
                                       struct sx_measurement *measurement,
                                       const struct sx_line_fields *fields,
                                       struct sx_shape_made *made);

#endif
