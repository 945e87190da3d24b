/* SPDX-License-Identifier: Apache-2.0 */
/* bench_rows.c -- see bench_rows.h. */
#include "app/cli/bench_rows.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>

static double uniform(uint64_t *seed)
{
    return (double)(sx_bench_random64(seed) >> 11) * 0x1p-53;
}

bool sx_bench_walk_init(struct sx_bench_walk *walk, struct sx_mem *mem, enum sx_bench_values values,
                        size_t series_count, size_t field_count, uint64_t seed)
{
    *walk = (struct sx_bench_walk){.mem = mem,
                                   .values = values,
                                   .series_count = series_count,
                                   .field_count = field_count,
                                   .seed = sx_hash_u64(seed + 1) | 1};
    for (size_t i = 0; i < SX_BENCH_STEPS; i++) {
        double sum = -6;
        for (int j = 0; j < 12; j++)
            sum += uniform(&walk->seed);
        walk->steps[i] = (float)sum;
    }
    walk->state = sx_mem_alloc(mem, (series_count * field_count + 1) * sizeof *walk->state);
    for (size_t i = 0; walk->state && i < series_count * field_count; i++)
        walk->state[i] = (float)(100 * uniform(&walk->seed));
    return walk->state != NULL;
}

void sx_bench_walk_deinit(struct sx_bench_walk *walk)
{
    if (walk->mem)
        sx_mem_free(walk->mem, walk->state);
    *walk = (struct sx_bench_walk){0};
}

stria_type sx_bench_walk_type(const struct sx_bench_walk *walk)
{
    return walk->values == SX_BENCH_WALK ? STRIA_INT : STRIA_FLOAT;
}

/* One step of `count` series in a row. */
static void step(struct sx_bench_walk *walk, float *state, size_t count)
{
    uint64_t random = 0;
    for (size_t i = 0; i < count; i++) {
        if (i % 5 == 0)
            random = sx_bench_random64(&walk->seed);
        float v = state[i] + walk->steps[random % SX_BENCH_STEPS];
        random /= SX_BENCH_STEPS;
        v = v < 0 ? 0 : v;
        state[i] = v > 100 ? 100 : v;
    }
}

/* Values of a stretch of series that does not wrap around. */
static void fill(struct sx_bench_walk *walk, size_t field, size_t first, size_t count,
                 uint8_t *bytes)
{
    float *state = walk->state + field * walk->series_count + first;
    int64_t *ints = (int64_t *)(void *)bytes;
    double *doubles = (double *)(void *)bytes;
    if (walk->values == SX_BENCH_RANDOM) {
        for (size_t i = 0; i < count; i++)
            doubles[i] = uniform(&walk->seed);
        return;
    }
    step(walk, state, count);
    if (walk->values == SX_BENCH_WALK)
        for (size_t i = 0; i < count; i++)
            ints[i] = (int32_t)state[i];
    else
        for (size_t i = 0; i < count; i++)
            doubles[i] = (double)(int32_t)(state[i] * 100) / 100;
}

void sx_bench_walk_fill(struct sx_bench_walk *walk, size_t field, size_t first, size_t count,
                        void *out)
{
    for (size_t done = 0; done < count;) {
        size_t at = (first + done) % walk->series_count;
        size_t part = SX_MIN(count - done, walk->series_count - at);
        fill(walk, field, at, part, (uint8_t *)out + done * 8);
        done += part;
    }
}

/* ---- hosts ---- */

static const char *const regions[] = {"us-east-1",      "us-west-1",      "us-west-2",
                                      "eu-west-1",      "eu-central-1",   "ap-southeast-1",
                                      "ap-southeast-2", "ap-northeast-1", "sa-east-1"};
static const char *const systems[] = {"Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"};
static const char *const machines[] = {"x64", "x86"};
static const char *const teams[] = {"SF", "NYC", "LON", "CHI"};
static const char *const environments[] = {"production", "staging", "test"};

static stria_bytes view_of(const char *text)
{
    return (stria_bytes){.ptr = text, .len = strlen(text)};
}

void sx_bench_host_make(struct sx_bench_host *host, uint64_t number)
{
    static const char *const keys[SX_BENCH_TAGS] = {
        "hostname", "region",          "datacenter",         "rack", "os", "arch", "team",
        "service",  "service_version", "service_environment"};
    uint64_t r = sx_hash_u64(number);
    const char *region = regions[r % SX_COUNT_OF(regions)];
    char(*t)[SX_BENCH_TAG_SIZE] = host->texts;
    (void)snprintf(t[0], sizeof t[0], "host_%" PRIu64, number);
    (void)snprintf(t[1], sizeof t[1], "%s", region);
    (void)snprintf(t[2], sizeof t[2], "%s%c", region, (char)('a' + (r >> 8) % 3));
    (void)snprintf(t[3], sizeof t[3], "%u", (unsigned)((r >> 16) % 100));
    (void)snprintf(t[4], sizeof t[4], "%s", systems[(r >> 24) % SX_COUNT_OF(systems)]);
    (void)snprintf(t[5], sizeof t[5], "%s", machines[(r >> 32) % SX_COUNT_OF(machines)]);
    (void)snprintf(t[6], sizeof t[6], "%s", teams[(r >> 36) % SX_COUNT_OF(teams)]);
    (void)snprintf(t[7], sizeof t[7], "%u", (unsigned)((r >> 40) % 20));
    (void)snprintf(t[8], sizeof t[8], "%u", (unsigned)((r >> 48) % 2));
    (void)snprintf(t[9], sizeof t[9], "%s", environments[(r >> 52) % SX_COUNT_OF(environments)]);
    for (size_t i = 0; i < SX_BENCH_TAGS; i++)
        host->tags[i] = (stria_tag){.key = view_of(keys[i]), .value = view_of(t[i])};
}

void sx_bench_field_name(size_t field, char name[SX_BENCH_FIELD_NAME_SIZE])
{
    static const char *const names[] = {
        "usage_user", "usage_system",  "usage_idle",  "usage_nice",  "usage_iowait",
        "usage_irq",  "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice"};
    if (field < SX_COUNT_OF(names))
        (void)snprintf(name, SX_BENCH_FIELD_NAME_SIZE, "%s", names[field]);
    else
        (void)snprintf(name, SX_BENCH_FIELD_NAME_SIZE, "field_%zu", field);
}
