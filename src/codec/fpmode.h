/* SPDX-License-Identifier: Apache-2.0 */
/* fpmode.h -- the floating-point mode that stored numbers depend on.
 *
 * Why         The host's thread may round another way or flush denormals to zero (any library built
 *             with -ffast-math does that to it); then half of all decimals would decode to other
 *             bits. So calls of the public header that encode, decode or add up save the mode, set
 *             the default and put the host's back.
 * Threads     The mode is the calling thread's own. */
#ifndef SX_CODEC_FPMODE_H
#define SX_CODEC_FPMODE_H

#include <stdint.h>

struct sx_fp_mode {
    uint64_t saved;
};

/* Sets round-to-nearest, no flushing, no traps; returns what was. */
struct sx_fp_mode sx_fp_mode_enter(void);
void sx_fp_mode_leave(struct sx_fp_mode mode);

#endif
