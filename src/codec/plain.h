/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h -- the forms of a column of doubles that hold its values themselves, as opposed to runs
 * and dictionaries, which hold such a column in turn.
 *
 * Format      See floats.h: 0x40 to 0x43 and 0x46.
 * Algorithm   Equal bits throughout: constant. Else the scaled form is planned, which tells its
 *             size; only if that is poor are the others looked at. The choice is by size in bits,
 *             to which each form adds what its decoding time is worth.
 * Threads     Pure. Needs the default floating-point mode. */
#ifndef SX_CODEC_PLAIN_H
#define SX_CODEC_PLAIN_H

#include "codec/floats.h"
#include "codec/scaled.h"
#include "codec/xor.h"

struct sx_plain_plan {
    enum sx_floats_id id;
    const double *values;
    size_t count;
    uint64_t bits; /* estimate of the whole */
    struct sx_scaled_plan scaled;
    unsigned map; /* of ordered */
    struct sx_ints_plan ordered;
    struct sx_mem *mem;
    int64_t *block; /* scratch, owned; NULL: constant */
};

/* Looks at `count` values and decides. `values` and `shared` live as long as the plan. False: no
 * memory (nothing is to be released then). */
bool sx_plain_plan(struct sx_plain_plan *plan, const double *values, size_t count,
                   enum sx_tier tier, const struct sx_tables *shared, struct sx_mem *mem);
void sx_plain_release(struct sx_plain_plan *plan);

/* Appends the planned form, codec id first. */
void sx_plain_write(struct sx_buf *out, const struct sx_plain_plan *plan);

struct sx_plain_reader {
    enum sx_floats_id id;
    size_t next; /* group; of raw */
    struct sx_bytes raw;
    double constant;
    unsigned map;
    union {
        struct sx_scaled_reader scaled;
        struct sx_ints_reader ordered;
        struct sx_xor_reader xor ;
    } in;
};

/* Reads the head of `in`, untrusted, codec id first. Returns OK, CORRUPT, VERSION (another form
 * than these). */
stria_status sx_plain_open(struct sx_plain_reader *reader, struct sx_bytes in, size_t count,
                           const struct sx_tables *shared, stria_error *err);

/* Goes to a group, once and before any is read. False: the bytes break the format. */
bool sx_plain_seek(struct sx_plain_reader *reader, size_t group);

/* Reads the next group; room for 256 values. False: the bytes break the format. */
bool sx_plain_next(struct sx_plain_reader *reader, double *out);

#endif
