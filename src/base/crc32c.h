/* SPDX-License-Identifier: Apache-2.0 */
/* crc32c.h -- the checksum of every stored part: CRC-32C (Castagnoli).
 *
 * Why         Its instruction is in every x86-64 since 2008 and every ARMv8: about 20 GB/s when
 *             three streams run at once.
 * Source      RFC 3720, appendix B.4 (polynomial 0x1edc6f41, reflected, initial and final ~0).
 * Format      A part's checksum is seeded with where it lies, sx_crc32c_seed(file salt, offset), so
 *             a part that was read from another place or file does not pass.
 * Threads     Detects the CPU once; otherwise pure. */
#ifndef SX_BASE_CRC32C_H
#define SX_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* CRC of the bytes, continuing from `crc` (0 to begin): crc(ab) = crc(crc(0, a), b). */
uint32_t sx_crc32c(uint32_t crc, const void *bytes, size_t size);

/* The portable version, the oracle of the tests. */
uint32_t sx_crc32c_portable(uint32_t crc, const void *bytes, size_t size);

/* The seed of a part at `offset` of the file with `salt`. */
static inline uint32_t sx_crc32c_seed(uint64_t salt, uint64_t offset)
{
    uint64_t x = salt ^ (offset * 0x9e3779b97f4a7c15u);
    x ^= x >> 32;
    return (uint32_t)x;
}

#endif
