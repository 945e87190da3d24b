/* SPDX-License-Identifier: Apache-2.0 */
/* strings_test.c -- columns of strings. */
#include "codec/strings.h"

#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct sx_mem mem;

#define TEXT(literal)                                                                              \
    {                                                                                              \
        .ptr = "" literal, .len = sizeof(literal) - 1                                              \
    }

static void encode(struct sx_buf *out, const stria_bytes *values, size_t count)
{
    sx_buf_init(out, &mem, 64 << 20);
    assert_int_equal(sx_strings_encode(out, values, count, SX_TIER_HOT, &mem, NULL), STRIA_OK);
}

static void check_range(struct sx_bytes in, const stria_bytes *values, size_t count, size_t first,
                        size_t range_count)
{
    static stria_bytes back[16385];
    struct sx_arena arena;
    sx_arena_init(&arena, &mem, 0);
    back[range_count].len = 4711;
    assert_int_equal(sx_strings_decode(in, count, first, range_count, back, &arena, NULL),
                     STRIA_OK);
    for (size_t i = 0; i < range_count; i++) {
        assert_int_equal(back[i].len, values[first + i].len);
        if (back[i].len)
            assert_memory_equal(back[i].ptr, values[first + i].ptr, back[i].len);
    }
    assert_int_equal(back[range_count].len, 4711);
    sx_arena_deinit(&arena);
}

static void test_the_golden_bytes_of_each_form(void **state)
{
    (void)state;
    static const stria_bytes same[] = {TEXT("ab"), TEXT("ab")};
    static const stria_bytes few[] = {TEXT("on"), TEXT("off"), TEXT("on"), TEXT("on"), TEXT("off"),
                                      TEXT("on"), TEXT("on"),  TEXT("on"), TEXT("on")};
    static const stria_bytes plain[] = {TEXT("a"),  TEXT(""),   TEXT("bcd"), TEXT("ef"),
                                        TEXT("\0"), TEXT("gh"), TEXT("i"),   TEXT("jkl")};
    static const struct {
        const stria_bytes *values;
        size_t count, size;
        uint8_t bytes[40];
    } rows[] = {
        {same, 2, 3, {0x60, 'a', 'b'}},
        {few, 9, 15, {0x61, 2, 2, 'o', 'n', 3, 'o', 'f', 'f', 0x01, 0x00, 0x01, 0x00, 0x12, 0x00}},
        {plain, 8, 21, {0x62, 0x06, 0x01, 0x02, 0x02, 0x01, 0xb1, 0xd9, 'a', 'b', 'c',
                        'd',  'e',  'f',  0,    'g',  'h',  'i',  'j',  'k', 'l'}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_buf out;
        encode(&out, rows[i].values, rows[i].count);
        check_range(sx_buf_bytes(&out), rows[i].values, rows[i].count, 0, rows[i].count);
        assert_int_equal(out.len, rows[i].size);
        assert_memory_equal(out.ptr, rows[i].bytes, rows[i].size);
        sx_buf_deinit(&out);
    }
}

/* `count` values, `distinct` of them different, of up to `len_max` random bytes. */
static void fill(stria_bytes *values, char *heap, size_t count, size_t distinct, size_t len_max)
{
    struct sx_random random = {distinct * 31 + len_max};
    for (size_t i = 0; i < count; i++) {
        if (i >= distinct) {
            values[i] = values[sx_random_below(&random, distinct)];
            continue;
        }
        size_t len = len_max ? 4 + sx_random_below(&random, len_max) : i == 0;
        for (size_t k = 0; k < len; k++)
            heap[k] = (char)sx_random_next(&random);
        if (len >= 4)
            sx_put_u32((uint8_t *)heap, (uint32_t)i);
        values[i] = (stria_bytes){.ptr = heap, .len = len};
        heap += len;
    }
}

static void test_few_and_many_distinct_strings_come_back(void **state)
{
    (void)state;
    static stria_bytes values[16384];
    static char heap[16384 * 260];
    static const size_t distincts[] = {1, 2, 17, 64, 65, 1024, 5000, 16384};
    static const size_t counts[] = {1, 2, 5, 255, 256, 257, 2000, 16384};
    struct sx_random random = {4};
    for (size_t d = 0; d < sizeof distincts / sizeof distincts[0]; d++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
            for (size_t len_max = 0; len_max <= 256; len_max += 128) {
                struct sx_buf out;
                size_t distinct = distincts[d] < counts[c] ? distincts[d] : counts[c];
                fill(values, heap, counts[c], distinct, len_max);
                encode(&out, values, counts[c]);
                check_range(sx_buf_bytes(&out), values, counts[c], 0, counts[c]);
                for (unsigned k = 0; k < 4; k++) {
                    size_t first = sx_random_below(&random, counts[c] + 1);
                    check_range(sx_buf_bytes(&out), values, counts[c], first,
                                sx_random_below(&random, counts[c] - first + 1));
                }
                sx_buf_deinit(&out);
            }
}

static void test_a_dictionary_is_used_for_few_distinct_strings_only(void **state)
{
    (void)state;
    static stria_bytes pool[4000], values[4000];
    static char heap[4000 * 30];
    static const struct {
        size_t distinct;
        const char *name;
    } rows[] = {{1, "constant"},      {2, "dictionary"}, {64, "dictionary"},
                {1000, "dictionary"}, {1100, "zstd"},    {4000, "plain"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned spread = 0; spread < 2; spread++) {
            struct sx_buf out;
            fill(pool, heap, 4000, 4000, 20);
            for (size_t k = 0; k < 4000; k++)
                values[k] = pool[spread ? k * rows[i].distinct / 4000 : k % rows[i].distinct];
            encode(&out, values, 4000);
            assert_string_equal(sx_strings_name(sx_buf_bytes(&out)), rows[i].name);
            sx_buf_deinit(&out);
        }
}

static void test_long_strings_and_bytes_of_any_kind_come_back(void **state)
{
    (void)state;
    static char heap[65536 + 10];
    for (size_t i = 0; i < sizeof heap; i++)
        heap[i] = (char)(i * 7 >> 3);
    const stria_bytes values[] = {
        {.ptr = heap, .len = 65536}, TEXT(""),         TEXT("\0\0"), TEXT("\xff\xfe\x80"),
        {.ptr = heap, .len = 65535}, TEXT("\xc3\x28"),
    };
    struct sx_buf out;
    encode(&out, values, 6);
    check_range(sx_buf_bytes(&out), values, 6, 0, 6);
    check_range(sx_buf_bytes(&out), values, 6, 3, 2);
    sx_buf_deinit(&out);
}

static void test_long_texts_that_repeat_are_packed_by_zstd(void **state)
{
    (void)state;
    static stria_bytes values[500];
    static char heap[500 * 40];
    struct sx_random random = {2};
    for (size_t i = 0; i < 500; i++) {
        char *text = heap + 40 * i;
        int len = snprintf(text, 40, "GET /item/%08x HTTP/1.1", (unsigned)sx_random_next(&random));
        values[i] = (stria_bytes){.ptr = text, .len = (size_t)len};
    }
    for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
        struct sx_buf out;
        sx_buf_init(&out, &mem, 1 << 20);
        assert_int_equal(sx_strings_encode(&out, values, 500, (enum sx_tier)tier, &mem, NULL),
                         STRIA_OK);
        assert_string_equal(sx_strings_name(sx_buf_bytes(&out)), "zstd");
        assert_in_range(out.len, 1, 500 * 29 / 2);
        check_range(sx_buf_bytes(&out), values, 500, 0, 500);
        check_range(sx_buf_bytes(&out), values, 500, 123, 77);
        for (size_t len = 0; len < out.len; len += 13) {
            stria_bytes back[500];
            struct sx_arena arena;
            sx_arena_init(&arena, &mem, 0);
            assert_int_equal(
                sx_strings_decode(sx_bytes_make(out.ptr, len), 500, 0, 500, back, &arena, NULL),
                STRIA_CORRUPT);
            sx_arena_deinit(&arena);
        }
        sx_buf_deinit(&out);
    }
}

static void test_a_constant_that_does_not_fit_is_told(void **state)
{
    (void)state;
    static const stria_bytes values[] = {TEXT("idle"), TEXT("idle")};
    uint8_t storage[4];
    struct sx_buf out;
    stria_error err = {0};
    sx_buf_init_fixed(&out, storage, sizeof storage);
    assert_int_equal(sx_strings_encode(&out, values, 2, SX_TIER_HOT, &mem, &err), STRIA_LIMIT);
    assert_int_equal(err.code, STRIA_LIMIT);
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
        {"unknown", STRIA_VERSION, 1, {0x6f}},
        {"dictionary of none", STRIA_CORRUPT, 4, {0x61, 0, 0x00, 0}},
        {"dictionary larger than the column", STRIA_CORRUPT, 4, {0x61, 4, 0x00, 0}},
        {"an entry cut", STRIA_CORRUPT, 4, {0x61, 1, 5, 'a'}},
        {"an index beyond", STRIA_CORRUPT, 6, {0x61, 1, 1, 'a', 0x00, 2}},
        {"a negative index", STRIA_CORRUPT, 6, {0x61, 1, 1, 'a', 0x00, 1}},
        {"lengths cut", STRIA_CORRUPT, 3, {0x62, 9, 0x00}},
        {"bytes cut", STRIA_CORRUPT, 6, {0x62, 2, 0x00, 2, 'a', 'b'}},
        {"bytes left over", STRIA_CORRUPT, 8, {0x62, 2, 0x00, 2, 'a', 'b', 'c', 'd'}},
        {"a frame that claims too much",
         STRIA_CORRUPT,
         9,
         {0x63, 2, 0x00, 2, 0xff, 0xff, 0xff, 0x7f, 0}},
        {"a frame of nothing", STRIA_CORRUPT, 6, {0x63, 2, 0x00, 2, 0, 0}},
        {"a frame without a size", STRIA_CORRUPT, 4, {0x63, 2, 0x00, 2}},
        {"a frame that is none", STRIA_CORRUPT, 9, {0x63, 2, 0x00, 2, 3, 1, 2, 3, 4}},
        {"a negative length", STRIA_CORRUPT, 5, {0x62, 2, 0x00, 1, 'a'}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        stria_bytes back[3];
        struct sx_arena arena;
        stria_error err = {0};
        print_message("%s\n", rows[i].name);
        sx_arena_init(&arena, &mem, 0);
        struct sx_bytes in = sx_bytes_make(rows[i].bytes, rows[i].len);
        assert_int_equal(sx_strings_decode(in, 3, 0, 3, back, &arena, &err), rows[i].want);
        assert_int_equal(err.code, rows[i].want);
        sx_arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_golden_bytes_of_each_form),
        cmocka_unit_test(test_few_and_many_distinct_strings_come_back),
        cmocka_unit_test(test_a_dictionary_is_used_for_few_distinct_strings_only),
        cmocka_unit_test(test_long_strings_and_bytes_of_any_kind_come_back),
        cmocka_unit_test(test_long_texts_that_repeat_are_packed_by_zstd),
        cmocka_unit_test(test_a_constant_that_does_not_fit_is_told),
        cmocka_unit_test(test_malformed_columns_are_refused),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
