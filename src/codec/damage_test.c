/* SPDX-License-Identifier: Apache-2.0 */
/* damage_test.c -- columns of every form with bytes changed, cut and added: whole, in ranges and
 * added up they are an error or values, and what can be read whole can be read in ranges. */
#include "codec/aggregate.h"
#include "codec/coded.h"
#include "codec/column.h"
#include "codec/generators.h"
#include "codec/sealing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT_MAX 9000 /* more than a block of the sealed form */
#define SHARED_COLUMNS 4
#define PARTS_MAX 300

static struct sx_mem mem;
static int64_t walk[COUNT_MAX], noise[COUNT_MAX], line[COUNT_MAX], far[COUNT_MAX], big[COUNT_MAX];
static double decimals[COUNT_MAX], nears[COUNT_MAX], few[COUNT_MAX], steps[COUNT_MAX];
static double smooth[COUNT_MAX], spoilt[COUNT_MAX];
static uint8_t runs[COUNT_MAX];
static stria_bytes words[COUNT_MAX], texts[COUNT_MAX], logs[300];
static char heap[COUNT_MAX * 8], log_heap[300 * 40];

static const struct column {
    const char *name;
    stria_type type;
    size_t count;
    const void *values;
} columns[] = {
    {"walk", STRIA_INT, 600, walk},           {"long walk", STRIA_INT, COUNT_MAX, walk},
    {"noise", STRIA_UINT, 300, noise},        {"near a line", STRIA_TIME, 700, line},
    {"far apart", STRIA_INT, 520, far},       {"beyond 2^62", STRIA_INT, 300, big},
    {"decimals", STRIA_FLOAT, 600, decimals}, {"near decimals", STRIA_FLOAT, 600, nears},
    {"few", STRIA_FLOAT, 900, few},           {"steps", STRIA_FLOAT, 900, steps},
    {"smooth", STRIA_FLOAT, 520, smooth},     {"spoilt", STRIA_FLOAT, 600, spoilt},
    {"runs", STRIA_BOOL, 2000, runs},         {"words", STRIA_STRING, 600, words},
    {"texts", STRIA_STRING, 300, texts},      {"one", STRIA_INT, 1, walk},
    {"one double", STRIA_FLOAT, 1, smooth},   {"two", STRIA_INT, 2, far},
    {"logs", STRIA_STRING, 300, logs},        {"equal", STRIA_FLOAT, 80, steps},
    {"equal words", STRIA_STRING, 1, words},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

static void fill_doubles(struct sx_random *random)
{
    sx_gen_floats(11, 1, decimals, COUNT_MAX);
    sx_gen_floats(8, 1, nears, COUNT_MAX);
    for (size_t i = 0; i < COUNT_MAX; i++) {
        few[i] = (double)sx_random_below(random, 5) / 3;
        uint64_t step = i / 90;
        steps[i] = (double)step / 7;
        smooth[i] = sx_f64_of_bits(0x3ff123456789a000u + sx_random_below(random, 4096));
        spoilt[i] = i % 97 ? decimals[i] : sx_f64_of_bits(0x7ff0000000000002);
    }
}

static int fill(void **state)
{
    (void)state;
    static const stria_bytes word[] = {{"idle", 4}, {"", 0}, {"busy", 4}, {"on\0off", 6}};
    struct sx_random random = {6};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_gen_ints(5, 1, line, COUNT_MAX);
    fill_doubles(&random);
    for (size_t i = 0; i < COUNT_MAX; i++) {
        uint64_t r = sx_random_next(&random);
        walk[i] = (i ? walk[i - 1] : 5000) + sx_random_bell(&random, 3);
        noise[i] = (int64_t)(r >> 40);
        far[i] = i % 50 ? 7 + (int64_t)(r & 3) : (int64_t)r >> 8;
        big[i] = (int64_t)(((uint64_t)1 << 62) + (r & 0xffff));
        runs[i] = i / 300 & 1;
        words[i] = word[r % 4];
        sx_put_u64((uint8_t *)heap + 8 * i, r);
        texts[i] = (stria_bytes){.ptr = heap + 8 * i, .len = i % 9};
    }
    for (size_t i = 0; i < 300; i++) {
        int len = snprintf(log_heap + 40 * i, 40, "GET /item/%08x HTTP/1.1",
                           (unsigned)sx_random_next(&random));
        logs[i] = (stria_bytes){.ptr = log_heap + 40 * i, .len = (size_t)len};
    }
    return 0;
}

/* ---- reading ---- */

struct damaged {
    const struct column *column;
    struct sx_bytes bytes; /* in a block of their own size, so that a read outside is seen */
    const struct sx_tables *tables;
};

static stria_status decode(const struct damaged *d, size_t first, size_t count, void *out)
{
    struct sx_arena arena;
    stria_error err = {0};
    sx_arena_init(&arena, &mem, 0);
    stria_status st = sx_column_decode_shared(d->bytes, d->column->type, d->column->count, first,
                                              count, d->tables, out, &arena, &err);
    assert_int_equal(st, err.code);
    assert_true(st == STRIA_OK || st == STRIA_CORRUPT || st == STRIA_VERSION);
    sx_arena_deinit(&arena);
    return st;
}

/* Parts of the column, in steps that are not those of the codecs. */
static void aggregate(const struct damaged *d, bool is_readable, unsigned want)
{
    struct sx_column_totals totals[PARTS_MAX];
    uint32_t ends[PARTS_MAX];
    struct sx_column_ranges ranges = {.first = 3, .ends = ends};
    stria_error err = {0};
    if (d->column->count < 5)
        return;
    uint32_t step = (uint32_t)d->column->count / (PARTS_MAX - 5) + 1;
    for (uint32_t end = 5; end < d->column->count; end += step)
        ends[ranges.count++] = end;
    ends[ranges.count++] = (uint32_t)d->column->count;
    stria_status st = sx_column_aggregate_ranges(d->bytes, d->column->type, d->column->count,
                                                 &ranges, d->tables, want, totals, &err);
    assert_int_equal(st, err.code);
    if (is_readable)
        assert_int_equal(st, STRIA_OK);
    else
        assert_true(st == STRIA_OK || st == STRIA_CORRUPT || st == STRIA_VERSION);
}

static size_t value_size(stria_type type)
{
    return type == STRIA_BOOL ? 1 : type == STRIA_STRING ? sizeof(stria_bytes) : 8;
}

/* Reads it whole, in parts and added up. Returns whether it can be read whole. */
static bool read_all(const struct damaged *d)
{
    static stria_bytes whole[COUNT_MAX], part[COUNT_MAX];
    size_t n = d->column->count, size = value_size(d->column->type);
    const size_t parts[][2] = {{0, 1}, {n / 2, n - n / 2}, {n / 3, n / 3}, {n - 1, 1}, {n, 0}};
    bool good = decode(d, 0, n, whole) == STRIA_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t first = parts[i][0], count = parts[i][1];
        stria_status st = decode(d, first, count, part);
        if (!good)
            continue;
        assert_int_equal(st, STRIA_OK);
        if (d->column->type != STRIA_STRING) /* whose bytes are gone with the arena */
            assert_memory_equal(part, (const uint8_t *)whole + first * size, count * size);
    }
    if (d->column->type != STRIA_BOOL && d->column->type != STRIA_STRING)
        for (unsigned want = SX_WANT_SUM; want <= (SX_WANT_SUM | SX_WANT_RANGE); want++)
            aggregate(d, good, want);
    return good;
}

/* ---- damaging ---- */

static bool read_copy(const struct column *column, const struct sx_tables *tables,
                      const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, bytes, len);
    struct damaged d = {.column = column, .bytes = sx_bytes_make(copy, len), .tables = tables};
    bool good = read_all(&d);
    free(copy);
    return good;
}

/* Heads are short: every bit of the first bytes, then some. */
static void damage(const struct column *column, const struct sx_tables *tables, struct sx_buf *out)
{
    size_t len = out->len;
    if (!read_copy(column, tables, out->ptr, len))
        fail_msg("%s cannot be read", column->name);
    for (size_t bit = 0; bit < len * 8; bit += bit < 320 ? 1 : 1 + len / 12) {
        out->ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
        (void)read_copy(column, tables, out->ptr, len);
        out->ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t at = 0; at < len; at += at < 40 ? 1 : 1 + len / 40) {
        uint8_t was = out->ptr[at];
        out->ptr[at] = 0xff;
        (void)read_copy(column, tables, out->ptr, len);
        out->ptr[at] = was;
        /* the last bits of an entropy coded stream may be zeros, which a cut leaves out */
        if (read_copy(column, tables, out->ptr, at) && at + 8 < len)
            fail_msg("%s is read of %zu bytes of %zu", column->name, at, len);
    }
    sx_buf_put_u64(out, 0);
    (void)read_copy(column, tables, out->ptr, len + 1);
    (void)read_copy(column, tables, out->ptr, len + 8);
}

static void test_damaged_columns_are_an_error_or_other_values_whole_and_in_parts(void **state)
{
    (void)state;
    static const enum sx_tier tiers[] = {SX_TIER_HOT, SX_TIER_SEALED};
    for (size_t c = 0; c < COLUMNS; c++)
        for (size_t t = 0; t < 2; t++) {
            struct sx_buf out;
            sx_buf_init(&out, &mem, 1 << 20);
            assert_int_equal(sx_column_encode(&out, columns[c].type, columns[c].values,
                                              columns[c].count, tiers[t], &mem, NULL),
                             STRIA_OK);
            damage(&columns[c], NULL, &out);
            sx_buf_deinit(&out);
        }
}

static void test_damaged_columns_of_shared_tables_are_an_error_or_other_values(void **state)
{
    (void)state;
    static int64_t walks[SHARED_COLUMNS][700];
    struct sx_encoded encoded[SHARED_COLUMNS];
    struct sx_buf hot[SHARED_COLUMNS];
    struct sx_sealing *sealing;
    struct sx_tables *tables;
    struct sx_random random = {8};
    unsigned shared = 0;
    for (size_t i = 0; i < SHARED_COLUMNS; i++) {
        for (size_t k = 1; k < 700; k++)
            walks[i][k] = walks[i][k - 1] + sx_random_bell(&random, 3);
        sx_buf_init(&hot[i], &mem, 1 << 16);
        assert_int_equal(
            sx_column_encode(&hot[i], STRIA_INT, walks[i], 700, SX_TIER_HOT, &mem, NULL), STRIA_OK);
        encoded[i] = (struct sx_encoded){.bytes = sx_buf_bytes(&hot[i]), .count = 700};
    }
    assert_int_equal(sx_sealing_create(STRIA_INT, encoded, SHARED_COLUMNS, &mem, &sealing, NULL),
                     STRIA_OK);
    assert_int_equal(sx_tables_open(sx_sealing_tables(sealing), false, &mem, &tables, NULL),
                     STRIA_OK);
    for (size_t i = 0; i < SHARED_COLUMNS; i++) {
        const struct column column = {"shared", STRIA_INT, 700, walks[i]};
        struct sx_buf out;
        sx_buf_init(&out, &mem, 1 << 16);
        assert_int_equal(sx_sealing_put(sealing, i, &out, NULL), STRIA_OK);
        shared += out.ptr[0] >> 5;
        damage(&column, tables, &out);
        assert_false(read_copy(&column, NULL, out.ptr, out.len - 8)); /* without its tables */
        sx_buf_deinit(&out);
        sx_buf_deinit(&hot[i]);
    }
    assert_true(shared > 0);
    sx_tables_close(tables);
    sx_sealing_destroy(sealing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_columns_are_an_error_or_other_values_whole_and_in_parts),
        cmocka_unit_test(test_damaged_columns_of_shared_tables_are_an_error_or_other_values),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
