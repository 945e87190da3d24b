/* SPDX-License-Identifier: Apache-2.0 */
/* fpmode.c -- see fpmode.h. */
#include "codec/fpmode.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

#define MXCSR_DEFAULT 0x1f80u /* all exceptions masked, nearest, no FTZ, no DAZ */

struct sx_fp_mode sx_fp_mode_enter(void)
{
    struct sx_fp_mode mode = {.saved = _mm_getcsr()};
    if (mode.saved != MXCSR_DEFAULT)
        _mm_setcsr(MXCSR_DEFAULT);
    return mode;
}

void sx_fp_mode_leave(struct sx_fp_mode mode)
{
    if (_mm_getcsr() != (uint32_t)mode.saved)
        _mm_setcsr((uint32_t)mode.saved);
}

#elif defined(__aarch64__)

struct sx_fp_mode sx_fp_mode_enter(void)
{
    struct sx_fp_mode mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode.saved));
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
    return mode;
}

void sx_fp_mode_leave(struct sx_fp_mode mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(mode.saved));
}

#else
#error "the floating-point mode of this processor is not known"
#endif
