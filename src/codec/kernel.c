/* SPDX-License-Identifier: Apache-2.0 */
/* kernel.c -- the choice among the kernels; see kernel.h.
 *
 * Threads     The choice is one atomic pointer, made at the first call; two threads that make it at
 *             once make the same. */
#include "codec/kernel.h"

#include "codec/kernel_priv.h"

#include <stdatomic.h>

static _Atomic(const struct sx_kernels *) chosen;

const struct sx_kernels *sx_kernels_of(enum sx_isa isa)
{
    switch (isa) {
    case SX_ISA_PORTABLE:
        return &sx_kernels_portable;
#if defined(__x86_64__)
    case SX_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                       __builtin_cpu_supports("bmi2")
                   ? &sx_kernels_avx2
                   : NULL;
    case SX_ISA_AVX512:
        return sx_kernels_of(SX_ISA_AVX2) && __builtin_cpu_supports("avx512f") &&
                       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512bw")
                   ? &sx_kernels_avx512
                   : NULL;
#elif defined(__aarch64__)
    case SX_ISA_NEON: /* part of every ARMv8-A */
        return &sx_kernels_neon;
#endif
    case SX_ISA_BEST: {
        static const enum sx_isa order[] = {SX_ISA_AVX512, SX_ISA_AVX2, SX_ISA_NEON};
        for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
            if (sx_kernels_of(order[i]))
                return sx_kernels_of(order[i]);
        return &sx_kernels_portable;
    }
    default:
        return NULL;
    }
}

const struct sx_kernels *sx_kernels(void)
{
    const struct sx_kernels *kernels = atomic_load_explicit(&chosen, memory_order_acquire);
    if (!kernels) {
        kernels = sx_kernels_of(SX_ISA_BEST);
        atomic_store_explicit(&chosen, kernels, memory_order_release);
    }
    return kernels;
}

bool sx_kernels_force(enum sx_isa isa)
{
    const struct sx_kernels *kernels = sx_kernels_of(isa);
    if (kernels)
        atomic_store_explicit(&chosen, kernels, memory_order_release);
    return kernels != NULL;
}
