/* SPDX-License-Identifier: Apache-2.0 */
/* repeat.h -- columns of doubles whose values come again: runs of equal ones, or a few in any
 * order.
 *
 * Format      See floats.h, 0x44 and 0x45. Entries of a dictionary ascend, as their bits do.
 * Threads     Pure. Needs the default floating-point mode. */
#ifndef SX_CODEC_REPEAT_H
#define SX_CODEC_REPEAT_H

#include "codec/plain.h"

struct sx_repeat_plan {
    enum sx_floats_id id;       /* RUNS or DICTIONARY */
    uint64_t bits;              /* estimate of the whole; UINT64_MAX: this is out of the question */
    size_t count;               /* of runs or entries */
    struct sx_plain_plan inner; /* their values */
    struct sx_ints_plan ints;   /* lengths of the runs, or indexes */
    struct sx_mem *mem;
    void *block; /* scratch, owned */
};

/* Plans runs or a dictionary, if the values may be like that. `values` are not kept. False: no
 * memory (nothing is to be released then). */
bool sx_runs_plan(struct sx_repeat_plan *plan, const double *values, size_t count,
                  enum sx_tier tier, struct sx_mem *mem);
bool sx_dictionary_plan(struct sx_repeat_plan *plan, const double *values, size_t count,
                        enum sx_tier tier, struct sx_mem *mem);
void sx_repeat_release(struct sx_repeat_plan *plan);

/* Appends the planned form, codec id first. */
void sx_repeat_write(struct sx_buf *out, const struct sx_repeat_plan *plan);

/* Decode values [first, first + range_count) of `count` from what follows the codec id. Return OK,
 * CORRUPT, VERSION. */
stria_status sx_runs_decode(struct sx_bytes in, size_t count, size_t first, size_t range_count,
                            double *values, stria_error *err);
stria_status sx_dictionary_decode(struct sx_bytes in, size_t count, size_t first,
                                  size_t range_count, double *values, stria_error *err);

#endif
