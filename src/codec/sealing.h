/* SPDX-License-Identifier: Apache-2.0 */
/* sealing.h -- the columns of one field in a stripe, from the hot form to the sealed one.
 *
 * Why         Sealing is most of what merging costs. The hot form of a column tells its integers
 *             already: their scale, first value, factor and exceptions need not be found again. So
 *             most columns are never turned to values: their integers are unpacked, counted once,
 *             and coded.
 * Algorithm   sx_sealing_create() looks at each column: counts its numbers in each order that can
 *             be the best (coded.h), takes the cheapest, and keeps the counts, while there is room.
 *             From the counts the shared tables are made (tables_make.c). sx_sealing_put() unpacks
 *             a column again and codes it with what is known. Columns whose integers may not be
 *             the best form when they are sealed (doubles with residuals, repetitions or many bits;
 *             other forms than scaled ones) are decoded and encoded from their values.
 * Use         create, put column after column, destroy.
 * Limits      Memory: 5 MB and 64 bytes a column while it lives.
 * Threads     One at a time. */
#ifndef SX_CODEC_SEALING_H
#define SX_CODEC_SEALING_H

#include "base/buf.h"
#include "codec/tables.h"

/* A column as it was encoded in the hot tier, without shared tables. */
struct sx_encoded {
    struct sx_bytes bytes;
    size_t count; /* of values */
};

struct sx_sealing;

/* Looks at columns of FLOAT, INT or UINT, and makes their tables, none where they do not pay. The
 * bytes of the columns outlive the sealing; the array need not.
 * Returns OK, NOMEM, CORRUPT (a column does not decode). */
stria_status sx_sealing_create(stria_type type, const struct sx_encoded *columns,
                               size_t column_count, struct sx_mem *mem, struct sx_sealing **sealing,
                               stria_error *err);

/* The same with tables that are there already (their stored form, not empty): none are made, and
 * columns that they do not serve have tables of their own. So columns can be added to a stripe
 * whose others are sealed. CORRUPT also tells of the tables. */
stria_status sx_sealing_create_with(stria_type type, const struct sx_encoded *columns,
                                    size_t column_count, struct sx_bytes tables, struct sx_mem *mem,
                                    struct sx_sealing **sealing, stria_error *err);

/* The stored form of the tables, empty if there are none; lives as long as the sealing. */
struct sx_bytes sx_sealing_tables(const struct sx_sealing *sealing);

/* Appends the sealed form of a column, to be decoded with those tables.
 * Returns OK, NOMEM, CORRUPT, LIMIT (`out` met its maximum). */
stria_status sx_sealing_put(struct sx_sealing *sealing, size_t column, struct sx_buf *out,
                            stria_error *err);

/* NULL is allowed. */
void sx_sealing_destroy(struct sx_sealing *sealing);

#endif
