/* SPDX-License-Identifier: Apache-2.0 */
/* bench_kernels.c -- see bench_kernels.h. */
#include "app/cli/bench_kernels.h"

#include "app/cli/bench_text.h"
#include "app/render/json.h"
#include "codec/chain.h"

#define BLOCK_GROUPS 32 /* 8192 values */
#define BLOCK_VALUES (BLOCK_GROUPS * SX_GROUP)
#define ROUNDS 3
#define ROUND_NS 40000000         /* what a round may take, about */
#define BLOCKS_A_LOOK 64          /* at the clock */
#define LINE 64                   /* bytes of a cache line */
#define SIZE_MIN ((size_t)131072) /* of blocks: some of the widest */

enum work { WORK_UNPACK, WORK_FOR, WORK_DELTA, WORK_DELTA2, WORK_DELTA_INT, WORK_SUM_DELTA };

static const char *const work_names[] = {"unpack", "for",       "delta",
                                         "delta2", "delta-int", "sum-delta"};

struct bench {
    const struct sx_kernels *kernels;
    enum work work;
    unsigned width;
    uint8_t *blocks;
    size_t block_count, block_size;
    const uint32_t *order;
    uint64_t sink; /* of results, so that none is left out */
};

static void do_group(struct bench *bench, const uint8_t *group, struct sx_chain *chain,
                     const struct sx_scale *scale)
{
    static const unsigned order_of[] = {0, 0, 1, 2, 1, 1};
    uint32_t residuals[SX_GROUP];
    double doubles[SX_GROUP];
    int64_t integers[SX_GROUP];
    const struct sx_kernels *kernels = bench->kernels;
    kernels->unpack(residuals, group, bench->width);
    switch (bench->work) {
    case WORK_UNPACK:
        bench->sink += residuals[SX_GROUP - 1];
        break;
    case WORK_DELTA_INT:
        kernels->to_i64[1](integers, residuals, chain);
        bench->sink += (uint64_t)integers[SX_GROUP - 1];
        break;
    case WORK_SUM_DELTA: {
        uint64_t plain = kernels->plain_sum(residuals);
        bench->sink += kernels->weighted_sum(residuals) + SX_GROUP * chain->start;
        chain->start += plain;
        break;
    }
    default:
        kernels->to_f64[order_of[bench->work]](doubles, residuals, chain, scale);
        bench->sink += sx_bits_of_f64(doubles[SX_GROUP - 1]);
        break;
    }
}

static void do_block(struct bench *bench, size_t i, const struct sx_scale *scale)
{
    const uint8_t *block = bench->blocks + bench->order[i] * bench->block_size;
    size_t after = bench->order[i + 1 < bench->block_count ? i + 1 : 0];
    const uint8_t *next = bench->blocks + after * bench->block_size;
    struct sx_chain chain = {.origin = 1000, .factor = 1, .step = 0u - 1u};
    for (unsigned group = 0; group < BLOCK_GROUPS; group++) {
        size_t size = bench->block_size / BLOCK_GROUPS;
        for (size_t at = 0; at < size; at += LINE)
            __builtin_prefetch(next + group * size + at);
        do_group(bench, block + group * size, &chain, scale);
    }
}

/* Goes on through the blocks for a round; nanoseconds a value. */
static double go_on(struct bench *bench, size_t *next)
{
    const struct sx_scale scale = sx_scale_decimal(2);
    uint64_t begin = sx_bench_now_ns(), taken = 0;
    size_t done = 0;
    while (done < bench->block_count && taken < ROUND_NS) {
        for (unsigned i = 0; i < BLOCKS_A_LOOK && done < bench->block_count; i++, done++) {
            do_block(bench, *next, &scale);
            *next = (*next + 1) % bench->block_count;
        }
        taken = sx_bench_now_ns() - begin;
    }
    return (double)taken / ((double)done * BLOCK_VALUES);
}

static double least_ns(struct bench *bench)
{
    size_t next = 0;
    double least = 0;
    for (unsigned round = 0; round <= ROUNDS; round++) {
        double ns = go_on(bench, &next);
        if (round == 1 || (round > 1 && ns < least))
            least = ns;
    }
    return least;
}

static void report(struct sx_out *out, const struct bench *bench, double ns, bool json)
{
    char storage[512];
    struct sx_buf text;
    uint64_t count = (uint64_t)bench->block_count * BLOCK_VALUES;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    if (json) {
        struct sx_json writer;
        sx_json_init(&writer, &text, false);
        sx_json_open(&writer, '{');
        sx_json_key(&writer, "kernel");
        sx_json_text(&writer, work_names[bench->work]);
        sx_json_key(&writer, "isa");
        sx_json_text(&writer, bench->kernels->name);
        sx_json_key(&writer, "width");
        sx_json_uint(&writer, bench->width);
        sx_json_key(&writer, "count");
        sx_json_uint(&writer, count);
        sx_json_key(&writer, "ns_per_value");
        sx_bench_put_fixed(&text, ns, 4, 0);
        sx_json_close(&writer, '}');
    } else {
        sx_buf_printf(&text, "%-10s %-9s %5u %12llu ", work_names[bench->work],
                      bench->kernels->name, bench->width, (unsigned long long)count);
        sx_bench_put_fixed(&text, ns, 4, 8);
    }
    sx_buf_put_u8(&text, '\n');
    sx_out_put(out, text.ptr, text.len);
}

/* Fills the blocks with random bits: any bits are residuals. */
static void fill(uint8_t *blocks, size_t size)
{
    uint64_t state = 7;
    for (size_t i = 0; i + 8 <= size; i += 8)
        sx_put_u64(blocks + i, sx_bench_random(&state));
}

static void run_width(struct bench *bench, struct sx_out *out, uint8_t *blocks, uint32_t *order,
                      size_t size, bool json)
{
    static const enum sx_isa isas[] = {SX_ISA_PORTABLE, SX_ISA_AVX2, SX_ISA_AVX512, SX_ISA_NEON};
    bench->block_size = (size_t)32 * bench->width * BLOCK_GROUPS;
    bench->block_count = size / bench->block_size;
    bench->blocks = blocks;
    bench->order = order;
    sx_bench_shuffle(order, bench->block_count);
    for (size_t i = 0; i < SX_COUNT_OF(isas) && sx_out_open(out); i++) {
        bench->kernels = sx_kernels_of(isas[i]);
        for (unsigned work = 0; bench->kernels && work < SX_COUNT_OF(work_names); work++) {
            bench->work = (enum work)work;
            if (bench->work == WORK_SUM_DELTA && bench->width > SX_WEIGHTED_WIDTH)
                continue;
            report(out, bench, least_ns(bench), json);
        }
    }
}

stria_status sx_bench_kernels(struct sx_out *out, struct sx_mem *mem, bool json, size_t cold_size,
                              stria_error *err)
{
    static const unsigned widths[] = {1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32};
    struct bench bench = {0};
    size_t size = SX_MAX(cold_size, SIZE_MIN), orders = size / ((size_t)32 * BLOCK_GROUPS) + 1;
    uint8_t *blocks = sx_mem_alloc(mem, size);
    uint32_t *order = sx_mem_alloc(mem, orders * sizeof *order);
    if (!blocks || !order) {
        sx_mem_free(mem, blocks);
        sx_mem_free(mem, order);
        return sx_mem_refused(mem, size, err);
    }
    fill(blocks, size);
    if (!json)
        sx_out_printf(out, "%-10s %-9s %5s %12s %8s\n", "kernel", "isa", "width", "count",
                      "ns/value");
    for (size_t i = 0; i < SX_COUNT_OF(widths); i++) {
        bench.width = widths[i];
        run_width(&bench, out, blocks, order, size, json);
    }
    sx_mem_free(mem, blocks);
    sx_mem_free(mem, order);
    return bench.sink == 1 ? STRIA_INTERNAL : STRIA_OK; /* the sum is used, and never 1 */
}
