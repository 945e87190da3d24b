/* SPDX-License-Identifier: Apache-2.0 */
/* bench_text.h -- figures of the benches as text.
 *
 * Threads     Pure. */
#ifndef SX_APP_CLI_BENCH_TEXT_H
#define SX_APP_CLI_BENCH_TEXT_H

#include "base/buf.h"

/* Appends a number that is not negative with `digits` (0 to 6) digits behind the point, filled up
 * with spaces in front to `width`. */
void sx_bench_put_fixed(struct sx_buf *out, double v, unsigned digits, unsigned width);

/* Nanoseconds that this thread has had a processor: what else the machine does is not counted. */
uint64_t sx_bench_now_ns(void);

/* A random number, to visit blocks in no order; *state is anything at first. */
uint64_t sx_bench_random(uint64_t *state);

/* Puts 0 to count - 1 into a random order. */
void sx_bench_shuffle(uint32_t *order, size_t count);

#endif
