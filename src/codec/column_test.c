/* SPDX-License-Identifier: Apache-2.0 */
/* column_test.c -- the front door: every type through it, damaged bytes, memory that is refused. */
#include "codec/column.h"

#include "codec/generators.h"
#include "codec/kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT_MAX 2000

static struct sx_mem mem;

/* A column of each type that uses much of its codec. */
struct column {
    const char *name;
    stria_type type;
    size_t count;
    const void *values;
    size_t value_size;
};

static int64_t times[COUNT_MAX], ints[COUNT_MAX], wides[COUNT_MAX], jitter[COUNT_MAX];
static double decimals[COUNT_MAX], nears[COUNT_MAX], smooth[COUNT_MAX], noise[40];
static uint8_t bools[COUNT_MAX], runs[COUNT_MAX];
static stria_bytes words[COUNT_MAX], texts[300], logs[300];
static char heap[300 * 8], log_heap[300 * 40];

static const struct column columns[] = {
    {"times", STRIA_TIME, 700, times, 8},        {"jitter", STRIA_TIME, 600, jitter, 8},
    {"integers", STRIA_INT, 1300, ints, 8},      {"unsigned", STRIA_UINT, 400, wides, 8},
    {"decimals", STRIA_FLOAT, 900, decimals, 8}, {"near decimals", STRIA_FLOAT, 600, nears, 8},
    {"smooth", STRIA_FLOAT, 200, smooth, 8},     {"noise", STRIA_FLOAT, 40, noise, 8},
    {"bitmap", STRIA_BOOL, 500, bools, 1},       {"runs", STRIA_BOOL, COUNT_MAX, runs, 1},
    {"words", STRIA_STRING, 500, words, 0},      {"texts", STRIA_STRING, 300, texts, 0},
    {"logs", STRIA_STRING, 300, logs, 0},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

static int fill(void **state)
{
    (void)state;
    static const stria_bytes few[] = {{"idle", 4}, {"", 0}, {"busy", 4}, {"on\0off", 6}};
    struct sx_random random = {6};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_gen_ints(6, 1, times, COUNT_MAX);
    sx_gen_ints(5, 1, jitter, COUNT_MAX);
    sx_gen_ints(8, 1, ints, COUNT_MAX);
    sx_gen_ints(11, 1, wides, COUNT_MAX);
    sx_gen_floats(11, 1, decimals, COUNT_MAX);
    sx_gen_floats(8, 1, nears, COUNT_MAX);
    sx_gen_floats(9, 1, noise, 40);
    for (size_t i = 0; i < COUNT_MAX; i++) {
        uint64_t r = sx_random_next(&random);
        bools[i] = r & 1;
        runs[i] = i / 300 & 1;
        words[i] = few[r % 4];
        smooth[i] = sx_f64_of_bits(0x3ff123456789a000u + (r & 0xfff));
    }
    for (size_t i = 0; i < 300; i++) {
        sx_put_u64((uint8_t *)heap + 8 * i, sx_random_next(&random));
        texts[i] = (stria_bytes){.ptr = heap + 8 * i, .len = i % 9};
        int len = snprintf(log_heap + 40 * i, 40, "GET /item/%08x HTTP/1.1",
                           (unsigned)sx_random_next(&random));
        logs[i] = (stria_bytes){.ptr = log_heap + 40 * i, .len = (size_t)len};
    }
    return 0;
}

/* Each column stands twice: even `c` hot, odd sealed. */
static const struct column *encode(struct sx_buf *out, size_t c)
{
    const struct column *column = &columns[c / 2];
    sx_buf_init(out, &mem, 1 << 20);
    assert_int_equal(sx_column_encode(out, column->type, column->values, column->count,
                                      c % 2 ? SX_TIER_SEALED : SX_TIER_HOT, &mem, NULL),
                     STRIA_OK);
    return column;
}

static void same_strings(const stria_bytes *a, const stria_bytes *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(a[i].len, b[i].len);
        if (a[i].len)
            assert_memory_equal(a[i].ptr, b[i].ptr, a[i].len);
    }
}

static void test_every_type_comes_back_whole_and_in_ranges(void **state)
{
    (void)state;
    static stria_bytes back[COUNT_MAX];
    struct sx_random random = {9};
    for (size_t c = 0; c < 2 * COLUMNS; c++) {
        struct sx_buf out;
        const struct column *column = encode(&out, c);
        print_message("%s: %s, %zu bytes\n", column->name, sx_column_codec_name(sx_buf_bytes(&out)),
                      out.len);
        for (unsigned k = 0; k < 50; k++) {
            struct sx_arena arena;
            size_t first = k ? sx_random_below(&random, column->count + 1) : 0;
            size_t part = k ? sx_random_below(&random, column->count - first + 1) : column->count;
            sx_arena_init(&arena, &mem, 0);
            assert_int_equal(sx_column_decode_range(sx_buf_bytes(&out), column->type, column->count,
                                                    first, part, back, &arena, NULL),
                             STRIA_OK);
            if (column->type == STRIA_STRING)
                same_strings(back, (const stria_bytes *)column->values + first, part);
            else
                assert_memory_equal(back,
                                    (const uint8_t *)column->values + first * column->value_size,
                                    part * column->value_size);
            sx_arena_deinit(&arena);
        }
        sx_buf_deinit(&out);
    }
}

/* Decodes a copy whose end is the end of its block, so that a read outside is seen. */
static stria_status decode_copy(const struct column *column, const uint8_t *bytes, size_t len)
{
    static stria_bytes back[COUNT_MAX];
    struct sx_arena arena;
    stria_error err = {0};
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, bytes, len);
    sx_arena_init(&arena, &mem, 0);
    stria_status st =
        sx_column_decode(sx_bytes_make(copy, len), column->type, back, column->count, &arena, &err);
    assert_int_equal(st, err.code);
    if (st == STRIA_OK && column->type == STRIA_STRING)
        for (size_t i = 0; i < column->count; i++)
            for (size_t k = 0; k < back[i].len; k++)
                assert_true(back[i].ptr[k] == back[i].ptr[k]); /* readable */
    sx_arena_deinit(&arena);
    free(copy);
    return st;
}

static void test_every_cut_is_an_error(void **state)
{
    (void)state;
    for (size_t c = 0; c < 2 * COLUMNS; c++) {
        struct sx_buf out;
        const struct column *column = encode(&out, c);
        for (size_t len = 0; len < out.len; len++) {
            stria_status st = decode_copy(column, out.ptr, len);
            /* the last bits of an entropy coded stream may be zeros, which a cut leaves out */
            assert_true(st == STRIA_CORRUPT || (c % 2 && len + 1 == out.len));
        }
        sx_buf_deinit(&out);
    }
}

static void test_a_flipped_bit_is_an_error_or_other_values(void **state)
{
    (void)state;
    for (size_t c = 0; c < 2 * COLUMNS; c++) {
        struct sx_buf out;
        const struct column *column = encode(&out, c);
        for (size_t bit = 0; bit < out.len * 8; bit += bit < 800 ? 1 : 13) {
            out.ptr[bit / 8] ^= (uint8_t)(1 << (bit % 8));
            stria_status st = decode_copy(column, out.ptr, out.len);
            assert_true(st == STRIA_OK || st == STRIA_CORRUPT || st == STRIA_VERSION);
            out.ptr[bit / 8] ^= (uint8_t)(1 << (bit % 8));
        }
        sx_buf_deinit(&out);
    }
}

static void test_refused_memory_is_told_and_nothing_leaks(void **state)
{
    (void)state;
    static stria_bytes back[COUNT_MAX];
    for (size_t c = 0; c < 2 * COLUMNS; c++)
        for (int64_t n = 1;; n++) {
            const struct column *column = &columns[c / 2];
            struct sx_mem own;
            struct sx_mem_fault fault = {.countdown = n};
            struct sx_buf out;
            struct sx_arena arena;
            stria_error err = {0};
            sx_mem_init(&own, NULL, "own", 0);
            own.fault = &fault;
            sx_buf_init(&out, &own, 1 << 20);
            sx_arena_init(&arena, &own, 0);
            stria_status st = sx_column_encode(&out, column->type, column->values, column->count,
                                               c % 2 ? SX_TIER_SEALED : SX_TIER_HOT, &own, &err);
            if (st == STRIA_OK)
                st = sx_column_decode(sx_buf_bytes(&out), column->type, back, column->count, &arena,
                                      &err);
            bool fired = fault.fired;
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            assert_int_equal(err.code, st);
            sx_arena_deinit(&arena);
            sx_buf_deinit(&out);
            own.fault = NULL;
            sx_mem_deinit(&own);
            if (!fired)
                break;
        }
}

static void test_a_full_buffer_is_a_limit(void **state)
{
    (void)state;
    for (size_t c = 0; c < COLUMNS; c++) {
        struct sx_buf out;
        stria_error err = {0};
        uint8_t storage[4];
        sx_buf_init_fixed(&out, storage, sizeof storage);
        assert_int_equal(sx_column_encode(&out, columns[c].type, columns[c].values,
                                          columns[c].count, SX_TIER_HOT, &mem, &err),
                         STRIA_LIMIT);
        assert_int_equal(err.code, STRIA_LIMIT);
    }
}

static void test_columns_of_other_types_or_of_too_few_or_too_many_values_are_refused(void **state)
{
    (void)state;
    static int64_t back[SX_COLUMN_VALUES_MAX];
    static const uint8_t zero[] = {0x00, 0x00};
    static const struct {
        stria_type type;
        size_t count;
        stria_status want;
    } rows[] = {
        {STRIA_INT, 0, STRIA_CORRUPT},
        {STRIA_INT, 1, STRIA_OK},
        {STRIA_INT, SX_COLUMN_VALUES_MAX, STRIA_OK},
        {STRIA_INT, SX_COLUMN_VALUES_MAX + 1, STRIA_CORRUPT},
        {(stria_type)99, 1, STRIA_INTERNAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        stria_error err = {0};
        assert_int_equal(
            sx_column_decode(sx_bytes_make(zero, 2), rows[i].type, back, rows[i].count, NULL, &err),
            rows[i].want);
        assert_int_equal(err.code, rows[i].want);
    }
    struct sx_buf out;
    stria_error err = {0};
    sx_buf_init(&out, &mem, 100);
    assert_int_equal(sx_column_encode(&out, (stria_type)99, ints, 1, SX_TIER_HOT, &mem, &err),
                     STRIA_INTERNAL);
    assert_non_null(strstr(err.text, "type 99"));
    assert_int_equal(out.len, 0);
    sx_buf_deinit(&out);
    assert_false(sx_column_is_constant(sx_bytes_make(NULL, 0), STRIA_INT));
    assert_false(sx_column_is_constant(sx_bytes_make(zero, 2), STRIA_STRING));
    assert_true(sx_column_is_constant(sx_bytes_make(zero, 2), STRIA_UINT));
}

static void test_the_codec_of_a_column_has_a_name(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        uint8_t head;
        const char *name;
    } rows[] = {
        {0, 0, "?"},
        {1, 0x00, "constant"},
        {1, 0x04, "step"},
        {1, 0x01, "for"},
        {1, 0x05, "delta"},
        {1, 0x09, "delta2"},
        {1, 0x0d, "line"},
        {1, 0x15, "delta"},
        {1, 0x03, "?"},
        {1, 0x3f, "?"},
        {1, 0x40, "raw"},
        {1, 0x42, "scaled"},
        {1, 0x02, "coded-for"},
        {1, 0x26, "coded-delta"},
        {1, 0x2e, "coded-line"},
        {1, 0x44, "runs"},
        {1, 0x45, "dictionary"},
        {1, 0x46, "ordered"},
        {1, 0x43, "xor"},
        {1, 0x4f, "?"},
        {1, 0x50, "constant"},
        {1, 0x53, "runs"},
        {1, 0x61, "dictionary"},
        {1, 0x6f, "?"},
        {1, 0x70, "?"},
        {1, 0xff, "?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(sx_column_codec_name(sx_bytes_make(&rows[i].head, rows[i].len)),
                            rows[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_comes_back_whole_and_in_ranges),
        cmocka_unit_test(test_every_cut_is_an_error),
        cmocka_unit_test(test_a_flipped_bit_is_an_error_or_other_values),
        cmocka_unit_test(test_refused_memory_is_told_and_nothing_leaks),
        cmocka_unit_test(test_a_full_buffer_is_a_limit),
        cmocka_unit_test(test_columns_of_other_types_or_of_too_few_or_too_many_values_are_refused),
        cmocka_unit_test(test_the_codec_of_a_column_has_a_name),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
