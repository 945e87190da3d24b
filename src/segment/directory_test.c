/* SPDX-License-Identifier: Apache-2.0 */
/* directory_test.c -- groups and chunks of a stripe: exact bytes, everything back, damage. */
#include "segment/directory.h"

#include "base/golden_test.h"
#include "codec/column.h"
#include "codec/generators.h"

#include <stdlib.h>

static struct test_mem memory;

#define LIMIT 1000000

/* ---- groups ---- */

static const struct sx_group groups[] = {
    /* the first two chunks of the run, the second again, one elsewhere, the third of the run */
    {.series = 5,
     .row_count = 100,
     .min_ts = 1000,
     .max_ts = 1990,
     .times = {.offset = 64, .size = 10, .crc = 0xa1}},
    {.series = 5,
     .row_count = 1,
     .min_ts = 5000,
     .max_ts = 5000,
     .times = {.offset = 74, .size = 4, .crc = 0xa2}},
    {.series = 6,
     .row_count = 1,
     .min_ts = 5000,
     .max_ts = 5000,
     .times = {.offset = 74, .size = 4, .crc = 0xa2}},
    {.series = 300,
     .row_count = 16384,
     .min_ts = INT64_MIN,
     .max_ts = INT64_MAX,
     .times = {.offset = 7, .size = 300, .crc = 0xa3}},
    {.series = 301,
     .row_count = 2,
     .min_ts = -5,
     .max_ts = -4,
     .times = {.offset = 78, .size = 1, .crc = 0xa4}},
};

static const struct golden groups_golden[] = {
    {"series + 0, the next of the run; 99 + 1 rows", "00 63"},
    {"from 1000, zigzag; span 990", "d00f bc0f"},
    {"10 bytes, crc", "0a a1000000"},
    {"series + 0, next; 1 row", "00 00"},
    {"from 4000 later; span 990 less", "c03e bb0f"},
    {"4 bytes, crc", "04 a2000000"},
    {"series + 1, the same chunk; 1 row; same times", "05 00 00 00"},
    {"series + 294, elsewhere; 16383 + 1 rows", "9a09 ff7f"},
    {"from 2^63 - 5000 later, modulo 2^64", "f0b1ffffffffffffff01"},
    {"span 2^64 - 1: -1 as a difference", "01"},
    {"at 7; 300 bytes, crc", "07 ac02 a3000000"},
    {"series + 1, next; 1 + 1 rows", "04 01"},
    {"from 2^63 - 5 later", "f6ffffffffffffffff01"},
    {"span 2 more, modulo 2^64", "04"},
    {"1 byte, crc", "01 a4000000"},
};

static void assert_same_groups(const struct sx_group *a, const struct sx_group *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(a[i].series, b[i].series);
        assert_int_equal(a[i].row_count, b[i].row_count);
        assert_int_equal(a[i].min_ts, b[i].min_ts);
        assert_int_equal(a[i].max_ts, b[i].max_ts);
        assert_int_equal(a[i].times.offset, b[i].times.offset);
        assert_int_equal(a[i].times.size, b[i].times.size);
        assert_int_equal(a[i].times.crc, b[i].times.crc);
    }
}

static void test_groups_have_their_golden_bytes(void **state)
{
    (void)state;
    struct sx_buf out;
    struct sx_group back[SX_COUNT_OF(groups)];
    sx_buf_init(&out, &memory.mem, 4096);
    sx_groups_put(&out, groups, SX_COUNT_OF(groups), 5, 64);
    assert_golden(sx_buf_bytes(&out), groups_golden, SX_COUNT_OF(groups_golden));
    assert_true(sx_groups_get(sx_buf_bytes(&out), back, SX_COUNT_OF(groups), 5, 64, LIMIT));
    assert_same_groups(back, groups, SX_COUNT_OF(groups));
    for (size_t len = 0; len < out.len; len++) { /* every cut, at its exact size */
        uint8_t *copy = len ? sx_mem_alloc(&memory.mem, len) : NULL;
        if (len)
            memcpy(copy, out.ptr, len);
        assert_false(
            sx_groups_get(sx_bytes_make(copy, len), back, SX_COUNT_OF(groups), 5, 64, LIMIT));
        sx_mem_free(&memory.mem, copy);
    }
    assert_false(sx_groups_get(sx_buf_bytes(&out), back, SX_COUNT_OF(groups) - 1, 5, 64, LIMIT));
    assert_false(sx_groups_get(sx_buf_bytes(&out), back, SX_COUNT_OF(groups), 5, 64, 306));
    sx_buf_deinit(&out);
}

static void test_lies_about_groups_are_damage(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
    } rows[] = {
        {"place 3", "03 00 00 00 01 00000000"},
        {"the first is the same as none", "01 00 00 00"},
        {"16385 rows", "00 808001 00 00 01 00000000"},
        {"a series over 32 bits", "fcffffff7f 00 00 00 01 00000000"},
        {"a span below zero", "00 00 00 01 01 00000000"},
        {"a chunk over the end", "00 00 00 00 c1843d 00000000"},
        {"a chunk elsewhere, behind the end", "02 00 00 00 c1843d 00 00000000"},
        {"a chunk at 2^64 - 1", "02 00 00 00 ffffffffffffffffff01 01 00000000"},
        {"bytes left over", "00 00 00 00 01 00000000 00"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t storage[64];
        struct sx_group back;
        struct sx_buf bytes;
        print_message("%s\n", rows[i].name);
        sx_buf_init_fixed(&bytes, storage, sizeof storage);
        golden_put(&bytes, rows[i].bytes);
        assert_false(sx_groups_get(sx_buf_bytes(&bytes), &back, 1, 0, 64, LIMIT));
    }
}

static void test_random_groups_come_back(void **state)
{
    (void)state;
    static struct sx_group many[3000], back[3000];
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct sx_random random = {seed};
        struct sx_buf out;
        size_t count = 1 + sx_random_below(&random, 3000);
        uint32_t series = (uint32_t)sx_random_below(&random, 1000);
        uint64_t next = 500;
        uint32_t first = series;
        for (size_t i = 0; i < count; i++) {
            uint64_t a = sx_random_next(&random), b = sx_random_next(&random);
            unsigned place = (unsigned)sx_random_below(&random, 4);
            series += (uint32_t)sx_random_below(&random, 3);
            many[i] = (struct sx_group){
                .series = series,
                .row_count = 1 + (uint32_t)sx_random_below(&random, SX_COLUMN_VALUES_MAX),
                .min_ts = SX_MIN((int64_t)a, (int64_t)b),
                .max_ts = SX_MAX((int64_t)a, (int64_t)b),
                .times = {
                    .offset = next, .size = sx_random_below(&random, 100), .crc = (uint32_t)a}};
            if (place == 0 && i)
                many[i].times = many[i - 1].times;
            else if (place == 1)
                many[i].times.offset = sx_random_below(&random, 500);
            else
                next += many[i].times.size;
        }
        sx_buf_init(&out, &memory.mem, 1 << 20);
        sx_groups_put(&out, many, count, first, 500);
        assert_true(sx_groups_get(sx_buf_bytes(&out), back, count, first, 500, LIMIT));
        assert_same_groups(back, many, count);
        sx_buf_deinit(&out);
    }
}

/* ---- chunks ---- */

static const struct sx_chunk chunks[] = {
    {.group = 0,
     .values = {.offset = 200, .size = 9, .crc = 0xb1},
     .stats = {.count = 100,
               .has_numbers = true,
               .has_sum = true,
               .sum = 100,
               .first = 1,
               .last = 1,
               .min = 1,
               .max = 1}},
    {.group = 3,
     .has_absent = true,
     .values = {.offset = 209, .size = 1000, .crc = 0xb2},
     .stats = {.count = 1,
               .has_numbers = true,
               .has_sum = true,
               .sum = 7,
               .first = 7,
               .last = 7,
               .min = 7,
               .max = 7,
               .min_row = 9000,
               .max_row = 9000}},
    {.group = 4,
     .values = {.offset = 1209, .size = 2, .crc = 0xb3},
     .stats = {.count = 2,
               .has_numbers = true,
               .first = 3,
               .last = 5,
               .min = 3,
               .max = 5,
               .max_row = 1}},
};

/* Without a column of its own: a constant, and one that stands for two. */
static const struct sx_chunk few_chunks[] = {
    {.group = 0,
     .values = {.offset = 200},
     .stats = {.count = 100, .has_numbers = true, .first = 1, .last = 1, .min = 1, .max = 1}},
    {.group = 1,
     .values = {.offset = 77, .size = 9, .crc = 0xb4},
     .stats = {.count = 1, .has_numbers = true, .first = 3, .last = 3, .min = 3, .max = 3}},
    {.group = 4,
     .values = {.offset = 200, .size = 2, .crc = 0xb3},
     .stats = {.count = 2,
               .has_numbers = true,
               .first = 3,
               .last = 5,
               .min = 3,
               .max = 5,
               .max_row = 1}},
};

static const struct golden few_golden[] = {
    {"no tables", "00"},
    {"of the next group, constant", "04"},
    {"numbers, constant: 1", "05 02"},
    {"of the next group, elsewhere: at 77, 9 bytes, crc", "08 4d 09 b4000000"},
    {"numbers, constant: 3", "05 06"},
    {"2 groups skipped; 2 bytes, crc", "01 01 02 b3000000"},
    {"numbers, rising: 3, 5, rows 0 and 1", "09 06 0a 00 01"},
};

static const struct golden chunks_golden[] = {
    {"tables: 3 bytes", "03 746162"},
    {"of the next group, every row; 9 bytes, crc", "00 09 b1000000"},
    {"numbers, constant with its sum: 1", "45 02"},
    {"2 groups skipped, 1 value; 1000 bytes, crc", "03 01 01 e807 b2000000"},
    {"numbers, sum, rising: 7, 7, 7, rows 9000", "0b 0e 0e 0e a846 a846"},
    {"of the next group; 2 bytes, crc", "00 02 b3000000"},
    {"numbers, rising: 3, 5, rows 0 and 1", "09 06 0a 00 01"},
};

/* Reads a whole block, into no more room than is promised to be enough. */
static bool get_chunks(struct sx_bytes in, size_t group_count, uint64_t limit,
                       struct sx_chunk *back, size_t *count)
{
    struct sx_bytes tables;
    if (!sx_chunk_tables_get(&in, &tables))
        return false;
    struct sx_chunk *room = calloc(sx_chunks_max(in.len, group_count), sizeof *room);
    assert_non_null(room);
    bool ok = sx_chunks_get(in, STRIA_INT, groups, group_count, 200, limit, room, count);
    memcpy(back, room, *count * sizeof *room);
    free(room);
    return ok;
}

/* Reads chunks back and compares them. */
static void assert_comes_back(struct sx_bytes in, const struct sx_chunk *want, size_t want_count)
{
    struct sx_chunk back[SX_COUNT_OF(groups)];
    size_t count;
    assert_true(get_chunks(in, SX_COUNT_OF(groups), LIMIT, back, &count));
    assert_int_equal(count, want_count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(back[i].group, want[i].group);
        assert_int_equal(back[i].has_absent, want[i].has_absent);
        assert_int_equal(back[i].values.offset, want[i].values.offset);
        assert_int_equal(back[i].values.size, want[i].values.size);
        assert_int_equal(back[i].values.crc, want[i].values.crc);
        assert_int_equal(back[i].values.in_index, 0);
        assert_int_equal(back[i].stats.count, want[i].stats.count);
        assert_int_equal(back[i].stats.has_sum, want[i].stats.has_sum);
        assert_int_equal(back[i].stats.sum, want[i].stats.sum);
        assert_int_equal(back[i].stats.max_row, want[i].stats.max_row);
        assert_int_equal(back[i].stats.last, want[i].stats.last);
    }
}

static void test_chunks_have_their_golden_bytes(void **state)
{
    (void)state;
    struct sx_buf out;
    struct sx_chunk back[SX_COUNT_OF(groups)];
    size_t count;
    sx_buf_init(&out, &memory.mem, 4096);
    sx_chunks_put(&out, STRIA_INT, (struct sx_bytes){0}, few_chunks, SX_COUNT_OF(few_chunks), 200);
    assert_golden(sx_buf_bytes(&out), few_golden, SX_COUNT_OF(few_golden));
    assert_comes_back(sx_buf_bytes(&out), few_chunks, SX_COUNT_OF(few_chunks));
    sx_buf_clear(&out);
    sx_chunks_put(&out, STRIA_INT, sx_bytes_of("tab"), chunks, SX_COUNT_OF(chunks), 200);
    assert_golden(sx_buf_bytes(&out), chunks_golden, SX_COUNT_OF(chunks_golden));
    assert_comes_back(sx_buf_bytes(&out), chunks, SX_COUNT_OF(chunks));
    /* Where the bytes may end: nothing, or behind a whole chunk. */
    for (size_t len = 0; len < out.len; len++) {
        uint8_t *copy = len ? sx_mem_alloc(&memory.mem, len) : NULL;
        if (len)
            memcpy(copy, out.ptr, len);
        bool whole = len == 4 || len == 12 || len == 29;
        assert_int_equal(
            get_chunks(sx_bytes_make(copy, len), SX_COUNT_OF(groups), LIMIT, back, &count), whole);
        sx_mem_free(&memory.mem, copy);
    }
    assert_false(get_chunks(sx_buf_bytes(&out), 4, LIMIT, back, &count));
    assert_false(get_chunks(sx_buf_bytes(&out), 5, 1210, back, &count));
    sx_buf_deinit(&out);
}

static void test_lies_about_chunks_are_damage(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
    } rows[] = {
        {"tables over the end", "02 00"},
        {"tables larger than any", "818001 00*16385"},
        {"unknown flags", "00 10 01 00000000 00"},
        {"a constant without numbers", "00 04 00"},
        {"a constant with rows without a value", "00 06 01 05 02"},
        {"a constant that is not", "00 04 09 02 04 00 01"},
        {"a constant elsewhere", "00 0c 4d 05 02"},
        {"elsewhere, behind the end", "00 08 ffffffff0f 01 00000000 00"},
        {"a column of no bytes", "00 00 00 00000000 00"},
        {"a sum of a constant that is told too", "00 04 47 02 02"},
        {"a sum of what is no constant", "00 00 01 00000000 49 02 04 00 01"},
        {"a sum that is too large", "00 04 45 feffffffffffffffff01"},
        {"behind the last group", "00 01 04 01 00000000 00"},
        {"far behind the last group", "00 01 ffffffffffffffffff01 01 00000000 00"},
        {"more values than rows", "00 02 65 01 00000000 00"},
        {"no values", "00 02 00 01 00000000 00"},
        {"over the end", "00 00 ffffffff0f 00000000 00"},
        {"statistics cut", "00 00 01 00000000 01"},
        {"more rows not a number than values", "00 00 01 00000000 10 65"},
        {"the least value behind the last row", "00 00 01 00000000 09 02 04 64 01"},
        {"the greatest value behind the last row", "00 00 01 00000000 09 02 04 00 64"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint8_t storage[20000];
        struct sx_chunk back[SX_COUNT_OF(groups)];
        struct sx_buf bytes;
        size_t count;
        print_message("%s\n", rows[i].name);
        sx_buf_init_fixed(&bytes, storage, sizeof storage);
        golden_put(&bytes, rows[i].bytes);
        assert_false(get_chunks(sx_buf_bytes(&bytes), SX_COUNT_OF(groups), LIMIT, back, &count));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_have_their_golden_bytes),
        cmocka_unit_test(test_lies_about_groups_are_damage),
        cmocka_unit_test(test_random_groups_come_back),
        cmocka_unit_test(test_chunks_have_their_golden_bytes),
        cmocka_unit_test(test_lies_about_chunks_are_damage),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
