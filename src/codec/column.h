/* SPDX-License-Identifier: Apache-2.0 */
/* column.h -- one column of values <-> bytes: the front door of the codecs.
 *
 * Why         Everything above (segments, memtables) stores columns without knowing how; everything
 *             below is a pure function. Codecs differ by type and by what the values look like; the
 *             encoder looks at statistics of one pass and takes the cheapest exact one.
 * Format      u8 codec id | the codec's own bytes. Ids: column.c; all: docs/format-columns.md.
 *             The number of values and their type are not stored here: whoever stores the column
 *             knows.
 * Invariants  What is decoded is what was encoded, bit for bit (NaN payloads, -0.0, any int64, any
 *             bytes): the encoder verifies or the codec is exact by construction.
 * Limits      SX_COLUMN_VALUES_MAX values in a column.
 * Threads     Pure: only the arguments are touched. */
#ifndef SX_CODEC_COLUMN_H
#define SX_CODEC_COLUMN_H

#include "base/arena.h"
#include "base/buf.h"
#include "stria.h"

#define SX_COLUMN_VALUES_MAX 16384

/* How hard the encoder tries: HOT at flush and early merges (fast to write and read), SEALED when a
 * window is final (smallest). */
enum sx_tier { SX_TIER_HOT = 0, SX_TIER_SEALED = 1 };

/* Appends the encoded form of `count` (1 to SX_COLUMN_VALUES_MAX) values to `out`.
 * type     FLOAT double, INT int64_t, UINT uint64_t, BOOL uint8_t 0/1, STRING stria_bytes, TIME
 *          int64_t (any order, but ascending is what it is good at).
 * mem      for scratch, all freed on return.
 * Returns  OK, NOMEM, LIMIT (`out` met its maximum). */
stria_status sx_column_encode(struct sx_buf *out, stria_type type, const void *values, size_t count,
                              enum sx_tier tier, struct sx_mem *mem, stria_error *err);

/* Decodes exactly `count` values from the whole of `in` into `values` (room for count of them).
 * in       untrusted: truncated or changed bytes give CORRUPT or other values, never a read
 *          outside.
 * arena    takes what strings need besides `in` itself; decoded strings point into `in` or the
 *          arena. May be NULL for other types.
 * Returns  OK, CORRUPT, NOMEM, VERSION (a codec id of a newer version). */
stria_status sx_column_decode(struct sx_bytes in, stria_type type, void *values, size_t count,
                              struct sx_arena *arena, stria_error *err);

/* Decodes values [first, first + range_count) of the `count` in the column; as fast as the codec
 * allows (at worst it decodes all before them). */
stria_status sx_column_decode_range(struct sx_bytes in, stria_type type, size_t count, size_t first,
                                    size_t range_count, void *values, struct sx_arena *arena,
                                    stria_error *err);

struct sx_tables;

/* The same two with coder tables that the columns of a field in a stripe share; NULL: none. A
 * column that was encoded with tables can be decoded only with them. See tables.h. */
stria_status sx_column_encode_shared(struct sx_buf *out, stria_type type, const void *values,
                                     size_t count, enum sx_tier tier,
                                     const struct sx_tables *tables, struct sx_mem *mem,
                                     stria_error *err);
stria_status sx_column_decode_shared(struct sx_bytes in, stria_type type, size_t count,
                                     size_t first, size_t range_count,
                                     const struct sx_tables *tables, void *values,
                                     struct sx_arena *arena, stria_error *err);

/* Whether all values of an encoded column of numbers or booleans are equal, and it says no more. */
bool sx_column_is_constant(struct sx_bytes in, stria_type type);
/* Appends such a column, of any number of values. bits: of the value, as in statistics. */
void sx_column_put_constant(struct sx_buf *out, stria_type type, uint64_t bits);

/* The name of the codec of an encoded column, for inspect and bench; "?" when unknown. */
const char *sx_column_codec_name(struct sx_bytes in);

#endif
