/* SPDX-License-Identifier: Apache-2.0 */
/* packed.h -- integers as bit-packed residuals: the hot form, made to be decoded at memory speed.
 *
 * Algorithm   The values, or their differences (order 1), or the differences of those (order 2),
 *             are taken in groups of 256. A group has a step and a width: residual = difference -
 *             step, of which `width` bits are packed; the few residuals that need more keep the
 *             rest in a list of patches. So a counter that resets or a spike costs its group a few
 *             bytes only.
 * Format      headers | data of group 0 | data of group 1 ...
 *             header of a group:
 *               u8 width code, + 128 if there are patches: 0-32: residuals of that many bits, sums
 *                 modulo 2^32; 33 + w, w = 0-64: residuals of w bits, sums modulo 2^64
 *               [patches: u8 count (1-255) | u8 bits of each patch (1-64), which is a signed
 *                 number]
 *               zigzag varint: step, less the step of the group before (0 before the first); in
 *                 order
 *                 0 this is the value that residual 0 stands for
 *               [order 1 and 2, group 4, 8, 12 ...: zigzag varint: the value before the group, less
 *                 the one told last (0 at first); order 2 also zigzag varint: the difference there]
 *             order 2, before the first header: zigzag varint of the first difference
 *             data of a whole group: width <= 32: see kernel.h; else the lower 32 bits of all, then
 *             the
 *               upper width - 32 bits, each as in kernel.h. Of the last group, when it is short:
 *                 `width`
 *               bits each, one after another (bits.h).
 *             then the patches: u8 position each | signed numbers (bits.h), to be put above the
 *             packed bits. The value before the first is -step (order 1); in order 2 it is -(first
 *             difference) and the difference before it is (first difference) - step: value 0 comes
 *             out as 0, and the first difference costs nothing.
 *             10 12 14 17 as 0 2 4 7 in order 1: 02 | 04 | bits 0 0 0 1 = step 2, width 1:
 *             01 04 08 (width 1, no patches; step 2; residuals -, 0, 0, 1: the first is step by
 *             rule)
 * Invariants  The first value is 0: callers keep the origin. Any uint64 sequence comes back, all
 *             arithmetic is modulo 2^64.
 * Limits      SX_PACKED_GROUPS_MAX groups.
 * Threads     Pure. */
#ifndef SX_CODEC_PACKED_H
#define SX_CODEC_PACKED_H

#include "base/buf.h"
#include "codec/chain.h"

#define SX_PACKED_GROUPS_MAX 64
#define SX_PACKED_VECTOR 4 /* groups between two places where decoding can begin */

/* What was found out about a group. */
struct sx_packed_plan {
    uint64_t step;
    uint8_t width;
    uint8_t patch_count;
    uint8_t high_width;
    bool wide;
    uint32_t bits; /* of data, headers not counted */
};

/* Bits that `values` would take in an order, headers and all, from at most `groups` of its groups.
 * plans: NULL, or room for as many, for the plans of those. */
uint64_t sx_packed_estimate(const int64_t *values, size_t count, unsigned order, size_t groups,
                            struct sx_packed_plan *plans);

/* Appends the packed form. values[0] is 0; 1 to 256 * SX_PACKED_GROUPS_MAX values. plans: NULL, or
 * what sx_packed_estimate() found out about all the groups. */
void sx_packed_encode(struct sx_buf *out, const int64_t *values, size_t count, unsigned order,
                      const struct sx_packed_plan *plans);

struct sx_packed_group {
    const uint8_t *data;
    uint64_t step;
    uint64_t start, delta; /* before the group; only where decoding can begin */
    uint8_t width;
    uint8_t patch_count;
    uint8_t high_width;
    bool wide;
};

struct sx_packed_reader {
    size_t count;
    unsigned order;
    size_t group_count;
    size_t next;           /* group to be read next */
    struct sx_chain chain; /* before that group */
    struct sx_packed_group groups[SX_PACKED_GROUPS_MAX];
};

/* Reads the headers of `in`, which is untrusted and must be used up exactly. Values read later are
 * origin + factor * (those encoded). False: `in` breaks the format. */
bool sx_packed_open(struct sx_packed_reader *reader, struct sx_bytes in, size_t count,
                    unsigned order, int64_t origin, uint64_t factor);

/* Goes to a group; cheap to the groups 0, 4, 8 ..., at worst three groups are read on the way. */
void sx_packed_seek(struct sx_packed_reader *reader, size_t group);

/* Reads the next group into `out`, which has room for 256 values (the last group may be
 * shorter). */
void sx_packed_next_i64(struct sx_packed_reader *reader, int64_t *out);
void sx_packed_next_f64(struct sx_packed_reader *reader, double *out, const struct sx_scale *scale);

/* Reads past the next group and adds its values to `totals`. want_range: min and max, too; without
 * them values need not be made. */
void sx_packed_next_total(struct sx_packed_reader *reader, struct sx_totals *totals,
                          bool want_range);

/* Values of a group. */
static inline size_t sx_packed_group_size(const struct sx_packed_reader *reader, size_t group)
{
    size_t left = reader->count - group * SX_GROUP;
    return left < SX_GROUP ? left : SX_GROUP;
}

#endif
