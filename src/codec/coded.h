/* SPDX-License-Identifier: Apache-2.0 */
/* coded.h -- integers as entropy-coded residuals: the sealed form.
 *
 * Why         Old data is written once and kept for years; its residuals are worth a code of their
 *             own. The integers and the sums are those of packed.h, so decoding is that plus a
 *             table look.
 * Format      [order 0: zigzag varint: lowest value] [order 2: zigzag varint: first difference]
 *             table: own: bits (bits.h) 3 log - 5 | 2 log2 of the tuple | 1 wide | classes.h,
 *             filled up to
 *                         a byte
 *                    shared: u8 index of it in the tables of the columns around (tables.h), + 128
 *                      wide
 *             [more than 8704 values, then two blocks, of which the first has half of them, rounded
 *             up to
 *               a multiple of 256: varint size of the first; [order 1 and 2: zigzag varint: value
 *                 before
 *               the second]; [order 2: zigzag varint: difference there]]
 *             block, ... : ans.h each, of numbers: order 0: value - lowest; order 1 and 2:
 *             difference +
 *               2^(domain - 1), modulo 2^domain
 *             wide: sums are modulo 2^64, else 2^32 in each group of 256 (kernel.h).
 *             The number of the first value says nothing: that value is 0, and in order 2 the first
 *             difference is told.
 * Invariants  The first value is 0: callers keep the origin.
 * Limits      SX_CODED_BLOCKS_MAX blocks of at most SX_ANS_BLOCK values.
 * Threads     Pure. */
#ifndef SX_CODEC_CODED_H
#define SX_CODEC_CODED_H

#include "base/buf.h"
#include "codec/ans.h"
#include "codec/chain.h"
#include "codec/tables.h"

#define SX_CODED_BLOCKS_MAX 2
#define SX_CODED_LOG_MAX 10 /* of a table of one's own */

struct sx_coded_plan {
    unsigned order;
    bool wide;
    bool is_shared;
    unsigned index; /* of the shared table */
    int64_t low;    /* order 0 */
    struct sx_ans_shape shape;
    struct sx_classes classes;
    uint64_t bits; /* of the whole */
};

/* The numbers of an order, counted. */
struct sx_coded_counts {
    unsigned order;
    unsigned domain;
    unsigned lead_size; /* bytes of the lowest value, or the first difference */
    struct sx_tally tally;
};

/* Counts an order (0 to 2). scratch: 3 * count words, in the last two thirds of which the counts
 * lie. */
void sx_coded_count(struct sx_coded_counts *counts, const int64_t *values, size_t count,
                    unsigned order, uint64_t *scratch);

#define SX_CODED_SMALL 1024 /* different numbers that are counted in passing */

/* Counts all orders whose numbers are small, in one go; the bits of the result say which. values[0]
 * is 0. scratch: 6 * SX_CODED_SMALL words, which the counts lie in. */
unsigned sx_coded_count_small(struct sx_coded_counts counts[3], const int64_t *values, size_t count,
                              uint64_t *scratch);

/* Plans from counts. own: what sx_coded_choose() said of the same counts before, or 0. Returns what
 * the numbers take with a table of their own, it included, times 256. plan->wide and low are left
 * to sx_coded_frame(). */
uint64_t sx_coded_choose(struct sx_coded_plan *plan, const struct sx_coded_counts *counts,
                         size_t count, const struct sx_tables *shared, uint64_t own);

/* Bits of what depends neither on the table nor on the numbers, about. */
uint64_t sx_coded_fixed_bits(size_t count, unsigned lead_size, unsigned log);

/* Sets the rest of a plan. */
void sx_coded_frame(struct sx_coded_plan *plan, const int64_t *values, size_t count,
                    unsigned domain);

/* Plans one order (0 to 2), which is the three before. values[0] is 0. scratch: 3 * count numbers.
 * shared: NULL, or tables that may be used. */
void sx_coded_plan(struct sx_coded_plan *plan, const int64_t *values, size_t count, unsigned order,
                   const struct sx_tables *shared, uint64_t *scratch);

/* Appends the planned form. */
void sx_coded_write(struct sx_buf *out, const struct sx_coded_plan *plan, const int64_t *values,
                    size_t count, const struct sx_tables *shared, uint64_t *scratch);

/* Values of all blocks but the last. */
static inline size_t sx_coded_block_size(size_t count)
{
    size_t share = count <= SX_ANS_BLOCK ? count : (count + 1) / 2;
    return (share + SX_GROUP - 1) / SX_GROUP * SX_GROUP;
}

struct sx_coded_block {
    struct sx_bytes data;
    uint64_t start, delta;
};

struct sx_coded_reader {
    size_t count;
    unsigned order;
    bool wide;
    size_t next;       /* group */
    size_t block_size; /* in groups */
    uint64_t low, first_delta;
    struct sx_chain chain;
    struct sx_coded_block blocks[SX_CODED_BLOCKS_MAX];
    const struct sx_ans_decoder *decoder;
    struct sx_ans_stream stream;
    struct sx_ans_decoder own;
    struct sx_ans_entry entries[1 << SX_CODED_LOG_MAX];
};

/* Reads the head of `in`, untrusted; values read later are origin + factor * (those encoded).
 * has_shared: the table is one of `shared`, which outlives the reader. False: `in` breaks the
 * format or asks for a table that is not there. */
bool sx_coded_open(struct sx_coded_reader *reader, struct sx_bytes in, size_t count, unsigned order,
                   int64_t origin, uint64_t factor, bool has_shared,
                   const struct sx_tables *shared);

/* Goes to a group: cheap to the first of a block, else what lies between is read. False: broken. */
bool sx_coded_seek(struct sx_coded_reader *reader, size_t group);

/* Reads the next group; room for 256 values. False: the bytes break the format. */
bool sx_coded_next_i64(struct sx_coded_reader *reader, int64_t *out);
bool sx_coded_next_f64(struct sx_coded_reader *reader, double *out, const struct sx_scale *scale);

/* As sx_packed_next_total; false: the bytes break the format. */
bool sx_coded_next_total(struct sx_coded_reader *reader, struct sx_totals *totals, bool want_range);

/* Numbers of `values` in an order, into `numbers`, and the domain they need; order 0: `*low` is
 * taken off. The first number is a copy of the second in orders 1 and 2. */
unsigned sx_coded_numbers(uint64_t *numbers, const int64_t *values, size_t count, unsigned order,
                          int64_t *low);

#endif
