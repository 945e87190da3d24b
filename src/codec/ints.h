/* SPDX-License-Identifier: Apache-2.0 */
/* ints.h -- a sequence of 64-bit integers <-> bytes: what all other codecs stand on.
 *
 * Why         Times, ints, decimals of doubles, dictionary indexes, lengths: all become integers,
 *             and one place knows how integers are stored.
 * Format      u8 head: kind | order << 2 | has_factor << 4 (bits 5 to 7 are 0, but see kind 2)
 *             kind 0, all in one line: zigzag varint first value | [order 1: zigzag varint step]
 *             kind 1, packed: zigzag varint first value | [varint factor, if any] |
 *               [order 3: zigzag varint slope | varint 2^32 times what it lacks] | packed.h, of
 *               (value - first value) / factor; order 3 as order 0, less the line
 *             The line of order 3 at index i: slope * i + floor(rest * i / 2^32).
 *             kind 2, coded: as kind 1, but coded.h in place of packed.h. Head + 32: its table is a
 *               shared one.
 *             1000 1010 1020 1030 = 04 | d0 0f | 14: kind 0, order 1, first 1000, step 10
 * Invariants  Any int64 sequence comes back; arithmetic is modulo 2^64, so uint64 may be passed
 *             too.
 * Limits      1 to SX_INTS_MAX values.
 * Threads     Pure. */
#ifndef SX_CODEC_INTS_H
#define SX_CODEC_INTS_H

#include "codec/coded.h"
#include "codec/packed.h"
#include "stria.h"

#define SX_INTS_MAX (SX_GROUP * SX_PACKED_GROUPS_MAX)

enum sx_ints_kind { SX_INTS_STEP = 0, SX_INTS_PACKED = 1, SX_INTS_CODED = 2 };
#define SX_INTS_SAMPLED 4 /* groups that are looked at to choose an order */
#define SX_INTS_LINE 3    /* the order that is a line with small deviations */

/* How to plan. */
struct sx_ints_wish {
    bool try_line;                  /* they are times, or like times */
    uint64_t *scratch;              /* 3 * count numbers: try the sealed form, too; NULL: do not */
    const struct sx_tables *shared; /* tables that the sealed form may use; NULL: none */
};

/* What was found out about a sequence, and its reduced values. */
struct sx_ints_plan {
    enum sx_ints_kind kind;
    unsigned order;
    int64_t first;
    uint64_t factor;
    uint64_t slope; /* of the line, in units of factor; or the step of kind 0, in units of 1 */
    uint32_t slope_rest;
    size_t count;
    uint64_t bits;                                    /* estimate of the whole */
    uint64_t packed_bits[4];                          /* of each order that was tried */
    struct sx_packed_plan packed[3][SX_INTS_SAMPLED]; /* of its groups, if they are no more */
    int64_t *work;                                    /* the reduced values */
    struct sx_ints_wish wish;
    struct sx_coded_plan coded; /* of kind 2 */
};

/* Looks at `count` values (1 to SX_INTS_MAX) and decides. `work` has room for count numbers and
 * lives as long as the plan, as do scratch and tables; it may be `values` itself. */
void sx_ints_plan(struct sx_ints_plan *plan, const int64_t *values, size_t count, int64_t *work,
                  const struct sx_ints_wish *wish);

/* Appends the planned form. */
void sx_ints_write(struct sx_buf *out, const struct sx_ints_plan *plan);

struct sx_ints_reader {
    enum sx_ints_kind kind;
    unsigned order;
    size_t count;
    uint64_t first;
    uint64_t factor;
    uint64_t slope;
    uint32_t slope_rest;
    size_t next; /* group; of kind 0 and for the line */
    union {
        struct sx_packed_reader packed;
        struct sx_coded_reader coded;
    } in;
};

/* Whether coded integers of that many bits are worth it: they must save a 64th part of the plan's
 * and 4 bytes. */
bool sx_ints_is_better_coded(const struct sx_ints_plan *plan, uint64_t bits);

/* Bits of what comes before the groups. */
uint64_t sx_ints_head_bits(const struct sx_ints_plan *plan);

/* Reads the head of `in`, untrusted, which must be used up by the sequence and outlives the reader.
 * shared: the tables it was encoded with, if any; they outlive the reader.
 * Returns OK, CORRUPT, VERSION. */
stria_status sx_ints_open(struct sx_ints_reader *reader, struct sx_bytes in, size_t count,
                          const struct sx_tables *shared, stria_error *err);

/* Goes to group `group` (of 256 values). False: the bytes break the format. */
bool sx_ints_seek(struct sx_ints_reader *reader, size_t group);

/* Reads the next group into `out`, which has room for 256 values even if the last group is short.
 * False: the bytes break the format. */
bool sx_ints_next(struct sx_ints_reader *reader, int64_t *out);
/* The same as doubles of a scale. */
bool sx_ints_next_f64(struct sx_ints_reader *reader, double *out, const struct sx_scale *scale);

/* Reads values [first, first + count) of the sequence. */
bool sx_ints_range(struct sx_ints_reader *reader, size_t first, size_t count, int64_t *out);

/* Adds up ranges that follow one another: the first begins at value `first`, each ends before its
 * number in `ends`, which ascend. want_range: min and max, too. totals: added to, one each. */
bool sx_ints_totals(struct sx_ints_reader *reader, size_t first, const uint32_t *ends,
                    size_t range_count, bool want_range, struct sx_totals *totals);

/* The plan of a sequence that is there in the hot form, `size` bytes, and its reduced values in
 * `work`, which has room for them and lives as long as the plan; plan->bits are without the head.
 * reader: opened, nothing read yet. False: the bytes break the format, or the form is not hot. */
bool sx_ints_reduce(struct sx_ints_plan *plan, struct sx_ints_reader *reader, size_t size,
                    int64_t *work);

/* Plans the coded form of reduced values of kind 1, without shared tables; the plan stays of kind 1
 * if that is better. plan->bits are without the head before, and with it afterwards. Sets *counts
 * to those of the best order, which lie in plan->wish.scratch or in `small`, 6 * SX_CODED_SMALL
 * words. Returns what sx_coded_choose() said of them. */
uint64_t sx_ints_seal(struct sx_ints_plan *plan, struct sx_coded_counts *counts, uint64_t *small);

/* "step", "packed-1", ... for inspect: of the head byte. */
const char *sx_ints_name(uint8_t head);

#endif
