/* SPDX-License-Identifier: Apache-2.0 */
/* bench_prove_scale.c -- the whole proof test of decimal doubles: every n below 2^32 with up to 9
 * digits, and 10^10 random ones with up to 21, by the fused kernels and by division.
 *
 * Use         ninja bench_prove_scale && bench_prove_scale [LOG2]: n below 2^LOG2 (32)
 * Output      A line for each number of digits. Exit status 1 if any bits differed.
 * Why         src/codec/scale_test.c tries a part of it each time; this takes minutes. */
#include "base/bytes.h"
#include "codec/kernel.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK 4096
#define EXHAUSTIVE_DIGITS 9
#define RANDOM_COUNT 10000000000u

static uint64_t state = 1;

static uint64_t next_random(void)
{
    uint64_t x = state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Compares the kernels on a block; returns how many differ. */
static uint64_t compare(const int64_t *n, const struct sx_scale *scale)
{
    static double fused[BLOCK], divided[BLOCK];
    uint64_t differ = 0;
    sx_kernels()->scale(fused, n, BLOCK, scale);
    sx_kernels_of(SX_ISA_PORTABLE)->scale(divided, n, BLOCK, scale);
    for (unsigned i = 0; i < BLOCK; i++)
        differ += sx_bits_of_f64(fused[i]) != sx_bits_of_f64(divided[i]);
    return differ;
}

static uint64_t all_below(unsigned log, const struct sx_scale *scale)
{
    static int64_t n[BLOCK];
    uint64_t differ = 0;
    for (uint64_t from = 0; from < (uint64_t)1 << log; from += BLOCK) {
        for (unsigned i = 0; i < BLOCK; i++)
            n[i] = (int64_t)(from + i);
        differ += compare(n, scale);
    }
    return differ;
}

static uint64_t some(uint64_t count, const struct sx_scale *scale)
{
    static int64_t n[BLOCK];
    uint64_t differ = 0;
    for (uint64_t done = 0; done < count; done += BLOCK) {
        for (unsigned i = 0; i < BLOCK; i++) { /* of every size up to 2^53 */
            int64_t v = (int64_t)(next_random() >> (11 + next_random() % 21));
            n[i] = i & 1 ? -v : v;
        }
        differ += compare(n, scale);
    }
    return differ;
}

int main(int argc, char **argv)
{
    unsigned log = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 32;
    uint64_t random_count = RANDOM_COUNT >> (log < 32 ? 32 - log : 0), all = 0;
    if (log < 12 || log > 40) {
        (void)fprintf(stderr, "LOG2 is 12 to 40\n");
        return 2;
    }
    (void)printf("kernels: %s and %s\n", sx_kernels()->name, sx_kernels_of(SX_ISA_PORTABLE)->name);
    for (unsigned digits = 1; digits <= SX_SCALE_DIGITS_MAX; digits++) {
        struct sx_scale scale = sx_scale_decimal(digits);
        uint64_t differ = some(random_count / SX_SCALE_DIGITS_MAX, &scale);
        if (digits <= EXHAUSTIVE_DIGITS)
            differ += all_below(log, &scale);
        (void)printf("%2u digits: %llu differ%s\n", digits, (unsigned long long)differ,
                     digits <= EXHAUSTIVE_DIGITS ? ", all tried" : "");
        (void)fflush(stdout);
        all += differ;
    }
    return all != 0;
}
