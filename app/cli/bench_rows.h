/* SPDX-License-Identifier: Apache-2.0 */
/* bench_rows.h -- rows as TSBS makes them: hosts with ten tags, fields that walk at random.
 *
 * Why         The bench must not measure its own generator: a value costs about two nanoseconds.
 * Algorithm   A walk takes a step of a table of 4096 normal deviates (sums of twelve uniform ones),
 *             five steps a random number; it is clamped to 0 .. 100 as TSBS does.
 * Threads     One owner. */
#ifndef SX_APP_CLI_BENCH_ROWS_H
#define SX_APP_CLI_BENCH_ROWS_H

#include "base/mem.h"
#include "stria.h"

enum sx_bench_values {
    SX_BENCH_WALK = 0, /* whole numbers, int64 */
    SX_BENCH_DECIMAL,  /* the same walk with two digits behind the point, double */
    SX_BENCH_RANDOM,   /* uniform doubles of [0, 1) */
};

#define SX_BENCH_STEPS 4096

struct sx_bench_walk {
    struct sx_mem *mem;
    enum sx_bench_values values;
    size_t series_count, field_count;
    float *state; /* field by field */
    uint64_t seed;
    float steps[SX_BENCH_STEPS];
};

/* False: no memory. */
SX_MUST_CHECK bool sx_bench_walk_init(struct sx_bench_walk *walk, struct sx_mem *mem,
                                      enum sx_bench_values values, size_t series_count,
                                      size_t field_count, uint64_t seed);
void sx_bench_walk_deinit(struct sx_bench_walk *walk);

/* The next values of a field of series first, first + 1, ... (round and round): `count` int64_t or
 * doubles. */
void sx_bench_walk_fill(struct sx_bench_walk *walk, size_t field, size_t first, size_t count,
                        void *out);

/* The type of the values. */
stria_type sx_bench_walk_type(const struct sx_bench_walk *walk);

/* A random number of 64 bits; *seed is anything but 0. */
static inline uint64_t sx_bench_random64(uint64_t *seed)
{
    uint64_t x = *seed;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *seed = x;
    return x * 0x2545f4914f6cdd1du;
}

#define SX_BENCH_TAGS 10
#define SX_BENCH_TAG_SIZE 32

/* The tags of host number `host`; the texts live in `texts`. */
struct sx_bench_host {
    stria_tag tags[SX_BENCH_TAGS];
    char texts[SX_BENCH_TAGS][SX_BENCH_TAG_SIZE];
};
void sx_bench_host_make(struct sx_bench_host *host, uint64_t number);

/* The name of a field: usage_user, ... and then field_10, field_11, ... */
#define SX_BENCH_FIELD_NAME_SIZE 32
void sx_bench_field_name(size_t field, char name[SX_BENCH_FIELD_NAME_SIZE]);

#endif
