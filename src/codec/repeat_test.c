/* SPDX-License-Identifier: Apache-2.0 */
/* repeat_test.c -- doubles as runs and by dictionary. */
#include "codec/repeat.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT 16384

static struct sx_mem mem;
static double values[COUNT], back[COUNT + 1];

static stria_status decode(struct sx_bytes in, size_t count, size_t first, size_t part)
{
    struct sx_bytes body = sx_bytes_make(in.ptr + 1, in.len - 1);
    if (in.ptr[0] == SX_FLOATS_RUNS)
        return sx_runs_decode(body, count, first, part, back, NULL);
    return sx_dictionary_decode(body, count, first, part, back, NULL);
}

static void check(const struct sx_repeat_plan *plan, size_t count)
{
    struct sx_buf out;
    struct sx_random random = {count};
    sx_buf_init(&out, &mem, 1 << 18);
    sx_repeat_write(&out, plan);
    assert_false(out.failed);
    for (unsigned k = 0; k < 8; k++) {
        size_t first = k ? sx_random_below(&random, count + 1) : 0;
        size_t part = k ? sx_random_below(&random, count - first + 1) : count;
        back[part] = 4711;
        assert_int_equal(decode(sx_buf_bytes(&out), count, first, part), STRIA_OK);
        assert_memory_equal(back, values + first, part * sizeof *back);
        assert_true(back[part] == 4711);
    }
    sx_buf_deinit(&out);
}

/* Values in runs of up to `longest`, of `distinct` different ones. */
static void fill(size_t count, size_t longest, size_t distinct)
{
    struct sx_random random = {longest * 7 + distinct};
    for (size_t i = 0; i < count;) {
        uint64_t v = sx_random_below(&random, distinct) * 0x9e3779b97f4a7c15u;
        for (size_t n = 1 + sx_random_below(&random, longest); n && i < count; n--)
            values[i++] = sx_f64_of_bits(v);
    }
}

static void test_runs_come_back(void **state)
{
    (void)state;
    static const size_t counts[] = {3, 100, 256, 5000, COUNT};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        for (size_t longest = 16; longest <= 4096; longest *= 4)
            for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
                struct sx_repeat_plan plan;
                fill(counts[c], longest, 100000);
                assert_true(sx_runs_plan(&plan, values, counts[c], (enum sx_tier)tier, &mem));
                if (plan.bits != UINT64_MAX)
                    check(&plan, counts[c]);
                else
                    assert_true(counts[c] < 256); /* the runs happened to be short */
                sx_repeat_release(&plan);
            }
}

static void test_dictionaries_come_back(void **state)
{
    (void)state;
    static const size_t counts[] = {8, 100, 256, 5000, COUNT};
    static const size_t distincts[] = {2, 3, 64, 65, 1000};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        for (size_t d = 0; d < sizeof distincts / sizeof distincts[0]; d++)
            for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
                struct sx_repeat_plan plan;
                fill(counts[c], 1, distincts[d]);
                assert_true(sx_dictionary_plan(&plan, values, counts[c], (enum sx_tier)tier, &mem));
                if (plan.bits != UINT64_MAX)
                    check(&plan, counts[c]);
                else
                    assert_true(distincts[d] * 4 > counts[c] || counts[c] < 100);
                sx_repeat_release(&plan);
            }
}

static void test_what_does_not_repeat_is_not_planned(void **state)
{
    (void)state;
    struct sx_repeat_plan plan;
    fill(3000, 1, (size_t)1 << 40);
    assert_true(sx_runs_plan(&plan, values, 3000, SX_TIER_HOT, &mem));
    assert_true(plan.bits == UINT64_MAX);
    sx_repeat_release(&plan);
    assert_true(sx_dictionary_plan(&plan, values, 3000, SX_TIER_HOT, &mem));
    assert_true(plan.bits == UINT64_MAX);
    sx_repeat_release(&plan);
}

static void test_the_golden_bytes_of_runs(void **state)
{
    (void)state;
    /* 4 times 1.5, then 6 times 2 */
    static const uint8_t bytes[] = {0x44, 0x02, 0x03, 0x04, 0x08, 0x04,
                                    0x42, 0x01, 0x04, 0x1e, 0x0a};
    struct sx_repeat_plan plan;
    struct sx_buf out;
    for (size_t i = 0; i < 10; i++)
        values[i] = i < 4 ? 1.5 : 2;
    assert_true(sx_runs_plan(&plan, values, 10, SX_TIER_HOT, &mem));
    sx_buf_init(&out, &mem, 100);
    sx_repeat_write(&out, &plan);
    assert_int_equal(out.len, sizeof bytes);
    assert_memory_equal(out.ptr, bytes, sizeof bytes);
    sx_buf_deinit(&out);
    sx_repeat_release(&plan);
}

static void test_the_golden_bytes_of_a_dictionary(void **state)
{
    (void)state;
    /* 0.5 and 7 in turn */
    static const uint8_t bytes[] = {0x45, 0x02, 0x06, 0x42, 0x01, 0x04, 0x0a, 0x82,
                                    0x01, 0x01, 0x00, 0x01, 0x00, 0xaa, 0x02};
    struct sx_repeat_plan plan;
    struct sx_buf out;
    for (size_t i = 0; i < 10; i++)
        values[i] = i % 2 ? 7 : 0.5;
    assert_true(sx_dictionary_plan(&plan, values, 10, SX_TIER_HOT, &mem));
    sx_buf_init(&out, &mem, 100);
    sx_repeat_write(&out, &plan);
    assert_int_equal(out.len, sizeof bytes);
    assert_memory_equal(out.ptr, bytes, sizeof bytes);
    sx_buf_deinit(&out);
    sx_repeat_release(&plan);
}

static void test_malformed_columns_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        stria_status want;
        size_t len;
        uint8_t bytes[16];
    } rows[] = {
        {"no runs", STRIA_CORRUPT, 7, {0x44, 0, 2, 0, 4, 0x41, 0}},
        {"too many runs", STRIA_CORRUPT, 8, {0x44, 11, 2, 0, 4, 0x41, 0, 0}},
        {"runs too short", STRIA_CORRUPT, 8, {0x44, 2, 2, 0, 8, 0x41, 0, 0}},
        {"runs too long", STRIA_CORRUPT, 8, {0x44, 2, 2, 0, 12, 0x41, 0, 0}},
        {"runs of runs", STRIA_VERSION, 9, {0x44, 2, 2, 0, 10, 0x44, 1, 0, 0}},
        {"runs cut", STRIA_CORRUPT, 4, {0x44, 2, 9, 0}},
        {"one entry", STRIA_CORRUPT, 8, {0x45, 1, 3, 0x41, 0, 0, 0, 0}},
        {"too many entries", STRIA_CORRUPT, 9, {0x45, 0x81, 0x08, 3, 0x41, 0, 0, 0, 0}},
        {"an index beyond", STRIA_CORRUPT, 8, {0x45, 2, 3, 0x41, 0, 0, 0, 4}},
        {"a negative index", STRIA_CORRUPT, 8, {0x45, 2, 3, 0x41, 0, 0, 0, 1}},
        {"entries cut", STRIA_CORRUPT, 4, {0x45, 2, 9, 0x41}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("%s\n", rows[i].name);
        struct sx_bytes in = sx_bytes_make(rows[i].bytes, rows[i].len);
        assert_int_equal(decode(in, 10, 0, 10), rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_come_back),
        cmocka_unit_test(test_dictionaries_come_back),
        cmocka_unit_test(test_what_does_not_repeat_is_not_planned),
        cmocka_unit_test(test_the_golden_bytes_of_runs),
        cmocka_unit_test(test_the_golden_bytes_of_a_dictionary),
        cmocka_unit_test(test_malformed_columns_are_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
