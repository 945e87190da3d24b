/* SPDX-License-Identifier: Apache-2.0 */
/* columns.h -- which measurements and stored columns a view has, for planning and listings.
 *
 * Algorithm   The index of a store knows the types that fields have or had, so segments are looked
 *             at only until each of them was seen; what was deleted is looked for in all segments
 *             of its time.
 * Threads     One owner; the view must be held. */
#ifndef SX_SCAN_COLUMNS_H
#define SX_SCAN_COLUMNS_H

#include "model/request.h"
#include "scan/view.h"

/* One stored column of a measurement; a field written with two types is two of them. */
struct sx_view_column {
    struct sx_bytes name;
    stria_type type;
};

struct sx_view_measurement {
    struct sx_bytes name;           /* plain */
    struct sx_bytes escaped;        /* as in a series key */
    struct sx_view_column *columns; /* sorted by (name, type) */
    size_t column_count, column_capacity;
};

struct sx_view_columns {
    struct sx_mem *mem;
    struct sx_arena arena;
    struct sx_view_measurement *measurements; /* sorted by name */
    size_t measurement_count, measurement_capacity;
};

/* Gathers the measurements of the sources that reach into the time range, and their columns.
 * `only`: the plain name of the one wanted; NULL: all. To be deinitialised in any case.
 * Returns  OK, NOMEM, CORRUPT, IO, CANCELLED, TIMEOUT. */
stria_status sx_view_columns_init(struct sx_view_columns *columns, struct sx_view *view,
                                  const struct sx_bytes *only, int64_t time_min_ns,
                                  int64_t time_max_ns, struct sx_request *request,
                                  stria_error *err);
void sx_view_columns_deinit(struct sx_view_columns *columns);

/* The measurement of a plain name; NULL: not there. */
const struct sx_view_measurement *sx_view_columns_find(const struct sx_view_columns *columns,
                                                       struct sx_bytes name);

#endif
