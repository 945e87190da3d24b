/* SPDX-License-Identifier: Apache-2.0 */
/* fpmode.h -- the floating-point mode of a thread: rounding to nearest, denormals kept, no traps.
 *
 * Why         The library runs in threads of programs that may have set another mode (a host language, a
 *             library built with -ffast-math): with another rounding half of all decimals would decode
 *             to other bits, and with denormals flushed some values would be lost. So every entry that
 *             encodes, decodes or computes with doubles sets the default and puts back what it found.
 * Use         sx_fpmode mode = sx_fpmode_set(); ... sx_fpmode_restore(mode);
 *             A thread of our own calls sx_fpmode_set() once.
 * Limits      x86-64 (MXCSR; the x87 unit is not used there) and AArch64 (FPCR). Elsewhere fenv.h, which
 *             does not reach the flushing of denormals.
 * Threads     The mode is the calling thread's. */
#ifndef SX_CODEC_FPMODE_H
#define SX_CODEC_FPMODE_H

#include <stdint.h>

#if defined(__x86_64__)

#include <xmmintrin.h>

typedef uint32_t sx_fpmode;

/* All exceptions masked, round to nearest, no flush to zero, no denormals as zero; as after a reset. */
#define SX_FPMODE_DEFAULT 0x1f80u
/* The six lowest bits are flags that operations set: they are no mode, and stay. */
#define SX_FPMODE_FLAGS 0x3fu

static inline sx_fpmode sx_fpmode_set(void)
{
    sx_fpmode before = _mm_getcsr();
    if ((before & ~SX_FPMODE_FLAGS) != SX_FPMODE_DEFAULT)
        _mm_setcsr(SX_FPMODE_DEFAULT | (before & SX_FPMODE_FLAGS));
    return before;
}

static inline void sx_fpmode_restore(sx_fpmode before)
{
    if ((before & ~SX_FPMODE_FLAGS) != SX_FPMODE_DEFAULT)
        _mm_setcsr(before);
}

#elif defined(__aarch64__)

typedef uint64_t sx_fpmode;

static inline sx_fpmode sx_fpmode_set(void)
{
    sx_fpmode before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    if (before != 0)
        __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
    return before;
}

static inline void sx_fpmode_restore(sx_fpmode before)
{
    if (before != 0)
        __asm__ volatile("msr fpcr, %0" : : "r"(before));
}

#else

#include <fenv.h>

typedef int sx_fpmode;

static inline sx_fpmode sx_fpmode_set(void)
{
    sx_fpmode before = fegetround();
    (void)fesetround(FE_TONEAREST);
    return before;
}

static inline void sx_fpmode_restore(sx_fpmode before)
{
    (void)fesetround(before);
}

#endif

#endif
