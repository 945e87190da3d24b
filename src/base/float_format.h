/* SPDX-License-Identifier: Apache-2.0 */
/* float_format.h -- a double as the shortest decimal text that reads back as the same double.
 *
 * Why         Answers must not lose or invent digits: 0.1 is "0.1", and every bit comes back. The
 *             forms are those of Go's strconv and encoding/json, because clients compare texts with
 *             the peers'.
 * Threads     Pure. */
#ifndef SX_BASE_FLOAT_FORMAT_H
#define SX_BASE_FLOAT_FORMAT_H

#include "base/bytes.h"

#define SX_FLOAT_TEXT_MAX 32        /* bytes of the json and general forms */
#define SX_FLOAT_PLAIN_TEXT_MAX 344 /* bytes of the plain form */

/* digits * 10^exponent; the last digit is not 0 unless digits is 0. */
struct sx_decimal {
    uint64_t digits; /* at most 17 of them */
    int32_t exponent;
};

/* The shortest decimal that is nearer to |v| than to any other double, and of several the nearest
 * to it; v must be finite. 0.1 -> 1 * 10^-1, 0 -> 0 * 10^0. */
struct sx_decimal sx_float_shortest(double v);

/* Each writes v at p without a NUL and returns the bytes written. Not-a-number is "NaN", infinities
 * are "+Inf" and "-Inf"; JSON has no word for them, so its callers look first.
 * json     Go's encoding/json: with an exponent below 1e-6 and from 1e21 on. 1e-7 1e+21 123456789
 * general  Go's 'g', which is also its "%v": with an exponent of two or more digits below 1e-4 and
 *          from 1e6 on. 1e-05 1e+06 123456
 * plain    Go's 'f': never with an exponent. 0.0000001 1000000000000000000000 */
size_t sx_float_write_json(uint8_t *p, double v);
size_t sx_float_write_general(uint8_t *p, double v);
size_t sx_float_write_plain(uint8_t *p, double v);

#endif
