/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_priv.h -- what the versions of the kernels share. */
#ifndef SX_CODEC_KERNEL_PRIV_H
#define SX_CODEC_KERNEL_PRIV_H

#include "codec/kernel.h"

extern const struct sx_kernels sx_kernels_portable;
extern const struct sx_kernels sx_kernels_avx2;
extern const struct sx_kernels sx_kernels_avx512;
extern const struct sx_kernels sx_kernels_neon;

/* Moves a chain to the end of its group, whose last two relative values are told. */
static inline void sx_chain_end(struct sx_chain *chain, unsigned order, int32_t before,
                                int32_t last)
{
    if (order == 0)
        return;
    chain->start += (uint64_t)(int64_t)last;
    chain->delta = (uint64_t)((int64_t)last - (int64_t)before);
}

#endif
