/* SPDX-License-Identifier: Apache-2.0 */
/* chain.h -- a group of residuals to values, where the kernels alone do not do.
 *
 * Threads     Pure. */
#ifndef SX_CODEC_CHAIN_H
#define SX_CODEC_CHAIN_H

#include "codec/kernel.h"

/* As to_i64 of the kernels, with sums modulo 2^64. */
void sx_chain_wide(int64_t *out, const uint64_t *residuals, struct sx_chain *chain, unsigned order);

/* As to_f64 of the kernels, for any chain: by way of integers where doubles would not be exact. */
void sx_chain_f64(double *out, const uint32_t *residuals, struct sx_chain *chain, unsigned order,
                  const struct sx_scale *scale);

#endif
