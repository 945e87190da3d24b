/* SPDX-License-Identifier: Apache-2.0 */
/* measurement.h -- what is known of a measurement at ingest: its columns, schemas and field types.
 *
 * Why         The field's type is fixed per measurement and window: a point that contradicts it is
 *             dropped with the peer's text. That is a rule of ingest only; stored columns are
 *             (name, type), so merges never meet a conflict.
 * Invariants  Column and schema numbers never change while the index lives. Type ranges of a field
 *             do not overlap and are sorted; neighbours of one type are one range.
 * Threads     Guarded by the lock of the index that owns it, but for a schema's fields, which are
 *             immutable once it is made. */
#ifndef SX_INDEX_MEASUREMENT_H
#define SX_INDEX_MEASUREMENT_H

#include "base/arena.h"
#include "base/map.h"
#include "model/batch.h"

/* The field has this type in windows starting from first_window to last_window (both inclusive). */
struct sx_type_range {
    int64_t first_window, last_window;
    stria_type type;
    bool dirty; /* not in the manifest yet */
};

struct sx_field {
    struct sx_bytes name;
    struct sx_type_range *ranges;
    size_t range_count, range_capacity;
    /* Stored with another type than the one that holds there: rows of a log that was read back
     * after newer ones were taken. They may overlap. */
    struct sx_type_range *others;
    size_t other_count, other_capacity;
};

/* A stored column: field name and type. */
struct sx_measurement_column {
    struct sx_bytes name;
    stria_type type;
    uint32_t field; /* index into fields */
};

struct sx_measurement;

/* A set of columns that rows come with. Immutable; lives as long as the index. */
struct sx_schema {
    struct sx_measurement *measurement;
    uint32_t column_count;
    uint32_t number;             /* in the measurement */
    _Atomic int64_t last_window; /* one window for which all types are known to agree; see below */
    const uint32_t *column_ids;  /* into the measurement's columns */
    const stria_type *types;
    const struct sx_bytes *names; /* of the columns */
};

struct sx_measurement {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_bytes name;    /* plain */
    struct sx_bytes escaped; /* as in a series key */
    uint32_t id;             /* in the index */
    struct sx_field *fields;
    size_t field_count, field_capacity;
    struct sx_measurement_column *columns;
    size_t column_count, column_capacity;
    struct sx_map column_map; /* (name, type) -> column */
    struct sx_map field_map;
    const struct sx_schema **schemas;
    size_t schema_count, schema_capacity;
    struct sx_map schema_map;
    bool types_dirty; /* some range is */
};

/* NULL: no memory. */
struct sx_measurement *sx_measurement_create(struct sx_mem *mem, struct sx_bytes name, uint32_t id);
void sx_measurement_destroy(struct sx_measurement *measurement); /* NULL is allowed */

/* The schema for sorted columns, made if need be; NULL: no memory. */
const struct sx_schema *sx_measurement_schema(struct sx_measurement *measurement,
                                              const struct sx_batch_column *columns,
                                              uint32_t column_count);

/* A row's field contradicts what the window has. Names live as long as the measurement. */
struct sx_type_conflict {
    struct sx_bytes measurement, field;
    stria_type type, type_before;
};

/* Whether rows of `schema` may be written to the window, taking note of types that are new in it.
 * OK; CONFLICT, told in *conflict; NOMEM. */
stria_status sx_measurement_check_types(const struct sx_schema *schema, int64_t window,
                                        int64_t window_ns, struct sx_type_conflict *conflict,
                                        stria_error *err);

/* Takes note of a type as the manifest or the log has it; never a conflict. False: no memory. */
SX_MUST_CHECK bool sx_measurement_note_type(struct sx_measurement *measurement,
                                            struct sx_bytes field, stria_type type,
                                            int64_t first_window, int64_t last_window,
                                            int64_t window_ns, bool dirty);
/* Forgets all types. */
void sx_measurement_forget_types(struct sx_measurement *measurement);

#endif
