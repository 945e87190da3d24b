/* SPDX-License-Identifier: Apache-2.0 */
/* number.c -- see number.h. */
#include "codec/number.h"

#include "base/varint.h"
#include "codec/scale.h"

#define RAW 32

void sx_number_put(struct sx_buf *out, double v)
{
    uint64_t bits = sx_bits_of_f64(v);
    for (unsigned digits = 0; digits <= SX_SCALE_DIGITS_MAX; digits++) {
        struct sx_scale scale = sx_scale_decimal(digits);
        int64_t n = sx_scale_unapply(&scale, v);
        if (sx_zigzag(n) >> 49) /* more digits only make it larger: 7 bytes of varint at most */
            break;
        if (sx_bits_of_f64(sx_scale_apply(&scale, n)) == bits) {
            sx_buf_put_u8(out, (uint8_t)digits);
            sx_buf_put_zigzag(out, n);
            return;
        }
    }
    sx_buf_put_u8(out, RAW);
    sx_buf_put_u64(out, bits);
}

bool sx_number_get(struct sx_bytes *in, double *v)
{
    struct sx_bytes head, body;
    int64_t n;
    if (!sx_bytes_take(in, 1, &head))
        return false;
    if (head.ptr[0] == RAW) {
        if (!sx_bytes_take(in, 8, &body))
            return false;
        *v = sx_f64_of_bits(sx_get_u64(body.ptr));
        return true;
    }
    if (head.ptr[0] > SX_SCALE_DIGITS_MAX || !sx_zigzag_get(in, &n) || n > SX_SCALED_MAX ||
        n < -SX_SCALED_MAX)
        return false;
    struct sx_scale scale = sx_scale_decimal(head.ptr[0]);
    *v = sx_scale_apply(&scale, n);
    return true;
}
