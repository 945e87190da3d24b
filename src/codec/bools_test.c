/* SPDX-License-Identifier: Apache-2.0 */
/* bools_test.c -- columns of booleans. */
#include "codec/bools.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct sx_mem mem;

static const struct golden {
    const char *name;
    size_t count, size;
    uint8_t values[12];
    uint8_t bytes[8];
} goldens[] = {
    {"all false", 3, 1, {0, 0, 0}, {0x50}},
    {"all true", 1, 1, {1}, {0x51}},
    {"bitmap", 10, 3, {1, 0, 1, 1, 0, 0, 0, 0, 0, 1}, {0x52, 0x0d, 0x02}},
};

static void test_the_golden_bytes_of_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++) {
        const struct golden *g = &goldens[i];
        struct sx_buf out;
        uint8_t back[12];
        sx_buf_init(&out, &mem, 100);
        assert_int_equal(sx_bools_encode(&out, g->values, g->count, &mem, NULL), STRIA_OK);
        assert_int_equal(out.len, g->size);
        assert_memory_equal(out.ptr, g->bytes, g->size);
        assert_int_equal(sx_bools_decode(sx_buf_bytes(&out), g->count, 0, g->count, back, NULL),
                         STRIA_OK);
        assert_memory_equal(back, g->values, g->count);
        sx_buf_deinit(&out);
    }
}

static void test_long_runs_have_the_golden_bytes(void **state)
{
    (void)state;
    uint8_t values[400] = {0};
    static const uint8_t bytes[] = {0x53, 0x00, 0x02, 0x04, 0xd8, 0x04, 0x8f, 0x03};
    struct sx_buf out;
    memset(values + 300, 1, 100);
    sx_buf_init(&out, &mem, 100);
    assert_int_equal(sx_bools_encode(&out, values, 400, &mem, NULL), STRIA_OK);
    assert_int_equal(out.len, sizeof bytes);
    assert_memory_equal(out.ptr, bytes, sizeof bytes);
    sx_buf_deinit(&out);
}

static void test_runs_and_noise_come_back_whole_and_in_parts(void **state)
{
    (void)state;
    static uint8_t values[16384], back[16385];
    static const size_t counts[] = {1, 2, 7, 8, 9, 1000, 16384};
    struct sx_random random = {4};
    for (unsigned every = 1; every <= 4096; every *= 4)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            struct sx_buf out;
            uint8_t v = 0;
            for (size_t i = 0; i < counts[c]; i++) {
                v ^= sx_random_below(&random, every) == 0;
                values[i] = v;
            }
            sx_buf_init(&out, &mem, 1 << 16);
            assert_int_equal(sx_bools_encode(&out, values, counts[c], &mem, NULL), STRIA_OK);
            assert_in_range(out.len, 1, counts[c] / 8 + 2);
            for (unsigned k = 0; k < 20; k++) {
                size_t first = k ? sx_random_below(&random, counts[c] + 1) : 0;
                size_t part = k ? sx_random_below(&random, counts[c] - first + 1) : counts[c];
                back[part] = 77;
                assert_int_equal(
                    sx_bools_decode(sx_buf_bytes(&out), counts[c], first, part, back, NULL),
                    STRIA_OK);
                assert_memory_equal(back, values + first, part);
                assert_int_equal(back[part], 77);
            }
            sx_buf_deinit(&out);
        }
}

static void test_malformed_columns_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        stria_status want;
        size_t len;
        uint8_t bytes[12];
    } rows[] = {
        {"nothing", STRIA_CORRUPT, 0, {0}},
        {"unknown", STRIA_VERSION, 2, {0x54, 0}},
        {"of another type", STRIA_VERSION, 2, {0x40, 0}},
        {"constant with more", STRIA_CORRUPT, 2, {0x50, 0}},
        {"bitmap cut", STRIA_CORRUPT, 2, {0x52, 0}},
        {"bitmap too long", STRIA_CORRUPT, 4, {0x52, 0, 0, 0}},
        {"runs begin with 2", STRIA_CORRUPT, 5, {0x53, 2, 1, 0x00, 20}},
        {"no runs", STRIA_CORRUPT, 5, {0x53, 0, 0, 0x00, 20}},
        {"more runs than values", STRIA_CORRUPT, 5, {0x53, 0, 11, 0x00, 2}},
        {"runs too short", STRIA_CORRUPT, 5, {0x53, 0, 1, 0x00, 18}},
        {"runs too long", STRIA_CORRUPT, 5, {0x53, 0, 1, 0x00, 22}},
        {"a negative run", STRIA_CORRUPT, 5, {0x53, 0, 2, 0x00, 1}},
        {"lengths of an unknown form", STRIA_VERSION, 5, {0x53, 0, 1, 0x3f, 20}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t back[10];
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        struct sx_bytes in = sx_bytes_make(rows[i].bytes, rows[i].len);
        assert_int_equal(sx_bools_decode(in, 10, 0, 10, back, &err), rows[i].want);
        assert_int_equal(err.code, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_bytes_of_each_form),
        cmocka_unit_test(test_long_runs_have_the_golden_bytes),
        cmocka_unit_test(test_runs_and_noise_come_back_whole_and_in_parts),
        cmocka_unit_test(test_malformed_columns_are_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
