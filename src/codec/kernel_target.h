/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_target.h -- compiling the rest of a file for an instruction set.
 *
 * Why         The library is built for the oldest CPU of its architecture; the kernels of newer
 *             ones are in files that raise the target by themselves, so that no build file needs to
 *             know.
 * Use         SX_TARGET_BEGIN("avx2,fma") ... SX_TARGET_END */
#ifndef SX_CODEC_KERNEL_TARGET_H
#define SX_CODEC_KERNEL_TARGET_H

#define SX_PRAGMA(text) _Pragma(#text)

/* A function that becomes a part of those that call it: what is constant there is constant in it.
 * Where branches are counted it stands once by itself, as each part would count for itself the
 * branches that its constants never take. */
#if defined(SX_COVERAGE)
#define SX_INLINE static
#else
#define SX_INLINE static inline __attribute__((always_inline))
#endif

/* Before a loop of a constant number of rounds: no loop is left of it. */
#if defined(__clang__)
#define SX_UNROLL(count) SX_PRAGMA(clang loop unroll(full))
#else
#define SX_UNROLL(count) SX_PRAGMA(GCC unroll count)
#endif

#if defined(__clang__)
#define SX_TARGET_BEGIN(names)                                                                     \
    SX_PRAGMA(clang attribute push(__attribute__((target(names))), apply_to = function))
#define SX_TARGET_END SX_PRAGMA(clang attribute pop)
#else
#define SX_TARGET_BEGIN(names) SX_PRAGMA(GCC push_options) SX_PRAGMA(GCC target(names))
#define SX_TARGET_END SX_PRAGMA(GCC pop_options)
#endif

#endif
