/* SPDX-License-Identifier: Apache-2.0 */
/* strings.h -- a column of byte strings <-> bytes.
 *
 * Format      0x60 constant: the bytes
 *             0x61 dictionary: varint number of entries | varint size and bytes of each, in order
 *             of
 *               first use | ints.h: index of each value
 *             0x62 plain: varint size | ints.h: length of each value | the bytes of all
 *             0x63 zstd: as plain, but the bytes of all as a zstd frame, and before it their size
 *             as a
 *               varint
 * Threads     Pure. */
#ifndef SX_CODEC_STRINGS_H
#define SX_CODEC_STRINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "codec/column.h"

enum sx_strings_id {
    SX_STRINGS_CONSTANT = 0x60,
    SX_STRINGS_DICTIONARY = 0x61,
    SX_STRINGS_PLAIN = 0x62,
    SX_STRINGS_ZSTD = 0x63,
};

stria_status sx_strings_encode(struct sx_buf *out, const stria_bytes *values, size_t count,
                               enum sx_tier tier, struct sx_mem *mem, stria_error *err);

/* Decodes values [first, first + range_count) of `count`; they point into `in` or the arena.
 * Returns OK, CORRUPT, VERSION, NOMEM. */
stria_status sx_strings_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                               stria_bytes *values, struct sx_arena *arena, stria_error *err);

const char *sx_strings_name(struct sx_bytes in);

#endif
