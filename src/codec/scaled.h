/* SPDX-License-Identifier: Apache-2.0 */
/* scaled.h -- doubles as integers of a common scale, with exceptions: the main form of doubles.
 *
 * Format      See floats.h, codec 0x42.
 * Algorithm   The digits come from a sample: the fewest that bring nearly all values back. All
 *             values are then scaled and compared; if some fail, a second look at those may ask for
 *             more digits. Numbers made by a program, such as a share of 2^33 in percent, may have
 *             few binary places where they have 17 digits: then the unit is a power of two. A value
 *             that is a few units in the last place beside a decimal (0.1 + 0.2) keeps the
 *             difference as a small residual; what fits neither way is an exception.
 * Threads     Pure. Needs the default floating-point mode. */
#ifndef SX_CODEC_SCALED_H
#define SX_CODEC_SCALED_H

#include "codec/ints.h"

#define SX_SCALED_RESIDUAL_MAX 64 /* largest distance from a decimal, in units in the last place */

struct sx_scaled_plan {
    const double *values;
    size_t count;
    bool binary;
    unsigned digits;
    int exponent;
    size_t exception_count;
    bool has_residuals;
    uint64_t bits; /* estimate of the whole; UINT64_MAX: this form is out of the question */
    struct sx_ints_plan ints;
    struct sx_ints_plan residuals;
    int64_t *numbers;         /* scratch of the caller: count each; numbers become ints.work */
    int64_t *beside;          /* k of each value */
    uint64_t *bad;            /* a bit for each value that is an exception */
    struct sx_ints_wish wish; /* set by the caller, for the numbers */
};

/* Looks at `values` and decides the scale. The three arrays of scratch and the wish are set by the
 * caller and live as long as the plan. */
void sx_scaled_plan(struct sx_scaled_plan *plan, const double *values, size_t count);

/* Appends the planned form, its codec id left out. */
void sx_scaled_write(struct sx_buf *out, const struct sx_scaled_plan *plan);

struct sx_scaled_reader {
    size_t count;
    size_t next; /* group */
    struct sx_scale scale;
    bool has_residuals;
    size_t ints_size; /* bytes of the integers, the last of the column */
    struct sx_ints_reader ints;
    struct sx_ints_reader residuals;
    struct sx_bytes positions; /* of the exceptions not yet met */
    const uint8_t *patterns;   /* their bits */
    size_t pattern_step;       /* 8, or 0 when all share one */
    size_t exceptions_left;
    size_t exception_next; /* index of the next one; `count` when there is none */
};

/* Reads the head of `in`, untrusted, codec id left out. Returns OK, CORRUPT, VERSION. */
stria_status sx_scaled_open(struct sx_scaled_reader *reader, struct sx_bytes in, size_t count,
                            const struct sx_tables *shared, stria_error *err);

/* Passes the exception that is next. False: the bytes break the format. */
bool sx_scaled_skip_exception(struct sx_scaled_reader *reader);

/* Goes to a group, once and before any is read. False: the bytes break the format. */
bool sx_scaled_seek(struct sx_scaled_reader *reader, size_t group);

/* Reads the next group; room for 256 values. False: the bytes break the format. */
bool sx_scaled_next(struct sx_scaled_reader *reader, double *out);

#endif
