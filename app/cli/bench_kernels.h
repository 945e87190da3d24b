/* SPDX-License-Identifier: Apache-2.0 */
/* bench_kernels.h -- `stria bench kernels`: the inner loops of decoding, one by one.
 *
 * Algorithm   64 MiB or more of packed groups of random residuals, 8192 values to a block; the
 *             blocks are gone through in random order by one thread, for a round without and
 *             three with the clock, each at most 0.04 s and going on where the one before ended;
 *             the least time counts. Each block's bytes are asked for while the one
 *             before is worked on, as a scan does that knows what comes next.
 * Format      --json: a line each: kernel, isa, width, count (values), ns_per_value. Kernels:
 *               unpack       bits to 32-bit residuals
 *               for          frame of reference to doubles of two decimals
 *               delta        differences alike
 *               delta2       differences of differences alike
 *               delta-int    differences to integers
 *               sum-delta    the sum of a group of differences, without its values
 * Threads     One. */
#ifndef SX_APP_CLI_BENCH_KERNELS_H
#define SX_APP_CLI_BENCH_KERNELS_H

#include "app/cli/out.h"

/* Returns OK or NOMEM. cold_size: as in bench_codec.h. */
stria_status sx_bench_kernels(struct sx_out *out, struct sx_mem *mem, bool json, size_t cold_size,
                              stria_error *err);

#endif
