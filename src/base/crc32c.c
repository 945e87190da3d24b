/* SPDX-License-Identifier: Apache-2.0 */
/* crc32c.c -- see crc32c.h.
 *
 * Algorithm   Portable: a 16-entry table, a nibble at a time. x86-64 with SSE4.2: the crc32
 *             instruction has a latency of 3 and a throughput of 1, so three thirds of a block run
 *             at once and are joined by multiplying with x^(8n) mod P (a carry-less product). ARMv8
 *             uses its own crc instruction in one stream. */
#include "base/crc32c.h"

#include <stdatomic.h>
#include <string.h>

/* CRC of each nibble: polynomial 0x82f63b78 (reflected). */
static const uint32_t nibble[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t sx_crc32c_portable(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *p = bytes;
    crc = ~crc;
    while (size--) {
        crc ^= *p++;
        crc = (crc >> 4) ^ nibble[crc & 15];
        crc = (crc >> 4) ^ nibble[crc & 15];
    }
    return ~crc;
}

#if defined(__x86_64__)

#include <nmmintrin.h>
#include <wmmintrin.h>

#define STREAM_SIZE 1024 /* bytes of one of the three streams */

/* Multiplies crc by x^(8 * STREAM_SIZE * k) mod P with a carry-less product, whose 64-bit result is
 * reduced by the crc instruction itself. The factor is x^(8n - 33) mod P, reflected: the product of
 * two reflected 32-bit numbers stands one bit low, and the instruction multiplies by x^32. */
__attribute__((target("sse4.2,pclmul"))) static uint32_t shift(uint32_t crc, uint32_t factor)
{
    __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)crc), _mm_cvtsi32_si128((int)factor), 0);
    return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

/* x^n mod P in reflected form, by stepping: used at the first call only. */
static uint32_t power(unsigned n)
{
    uint32_t v = 0x80000000u; /* x^0 */
    while (n--)
        v = (v >> 1) ^ (v & 1 ? 0x82f63b78u : 0);
    return v;
}

static _Atomic uint64_t factors; /* two factors; 0: not made yet (CPU detection, see docs) */

__attribute__((target("sse4.2,pclmul"))) static uint32_t crc_sse42(uint32_t crc, const uint8_t *p,
                                                                   size_t size)
{
    uint64_t a = ~crc, v;
    if (size >= 3 * STREAM_SIZE) {
        uint64_t f = atomic_load_explicit(&factors, memory_order_relaxed);
        if (!f) {
            f = (uint64_t)power(8 * 2 * STREAM_SIZE - 33) << 32 | power(8 * STREAM_SIZE - 33);
            atomic_store_explicit(&factors, f, memory_order_relaxed);
        }
        for (; size >= 3 * STREAM_SIZE; size -= 3 * STREAM_SIZE, p += 3 * STREAM_SIZE) {
            uint64_t b = 0, c = 0, x, y;
            for (size_t i = 0; i < STREAM_SIZE; i += 8) {
                memcpy(&v, p + i, 8);
                memcpy(&x, p + i + STREAM_SIZE, 8);
                memcpy(&y, p + i + 2 * STREAM_SIZE, 8);
                a = _mm_crc32_u64(a, v);
                b = _mm_crc32_u64(b, x);
                c = _mm_crc32_u64(c, y);
            }
            a = shift((uint32_t)a, (uint32_t)(f >> 32)) ^ shift((uint32_t)b, (uint32_t)f) ^ c;
        }
    }
    for (; size >= 8; size -= 8, p += 8) {
        memcpy(&v, p, 8);
        a = _mm_crc32_u64(a, v);
    }
    for (; size; size--)
        a = _mm_crc32_u8((uint32_t)a, *p++);
    return ~(uint32_t)a;
}

uint32_t sx_crc32c(uint32_t crc, const void *bytes, size_t size)
{
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul"))
        return crc_sse42(crc, bytes, size);
    return sx_crc32c_portable(crc, bytes, size);
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)

#include <arm_acle.h>

uint32_t sx_crc32c(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *p = bytes;
    uint64_t v;
    crc = ~crc;
    for (; size >= 8; size -= 8, p += 8) {
        memcpy(&v, p, 8);
        crc = __crc32cd(crc, v);
    }
    for (; size; size--)
        crc = __crc32cb(crc, *p++);
    return ~crc;
}

#else

uint32_t sx_crc32c(uint32_t crc, const void *bytes, size_t size)
{
    return sx_crc32c_portable(crc, bytes, size);
}

#endif
