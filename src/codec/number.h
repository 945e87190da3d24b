/* SPDX-License-Identifier: Apache-2.0 */
/* number.h -- one double in few bytes, exactly: constants and statistics.
 *
 * Format      u8 digits p (0-21), then zigzag varint n: the double nearest to n / 10^p;
 *             or u8 32, then u64 its bits. The shortest is written.
 *             45.0 = 00 5a; 0.1 = 01 02; NaN = 20 and 8 bytes.
 * Limits      SX_NUMBER_SIZE_MAX bytes.
 * Threads     Pure. Needs the default floating-point mode. */
#ifndef SX_CODEC_NUMBER_H
#define SX_CODEC_NUMBER_H

#include "base/buf.h"

#define SX_NUMBER_SIZE_MAX 9

void sx_number_put(struct sx_buf *out, double v);

/* Takes a number off the front of *in; false: it is cut or malformed. */
bool sx_number_get(struct sx_bytes *in, double *v);

#endif
