/* SPDX-License-Identifier: Apache-2.0 */
/* tables_test.c -- tables that columns share: they save bytes, columns come back, damage is
 * refused. */
#include "codec/tables.h"

#include "codec/coded.h"
#include "codec/column.h"
#include "codec/generators.h"
#include "codec/sealing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COLUMNS 24
#define COUNT 900

static struct sx_mem mem;
static int64_t ints[COLUMNS][COUNT];
static double doubles[COLUMNS][COUNT];

static const void *values_of(stria_type type, size_t i)
{
    return type == STRIA_FLOAT ? (const void *)doubles[i] : (const void *)ints[i];
}

/* Walks of two sorts, a constant and noise among them. */
static void fill(void)
{
    struct sx_random random = {1};
    for (size_t i = 0; i < COLUMNS; i++) {
        int64_t v = (int64_t)sx_random_below(&random, 100000);
        for (size_t k = 0; k < COUNT; k++) {
            v += sx_random_bell(&random, i % 2 ? 2 : 300);
            ints[i][k] = i == 5 ? 4 : i == 9 ? (int64_t)sx_random_next(&random) : v;
            doubles[i][k] =
                i == 9 ? sx_f64_of_bits(sx_random_next(&random)) : (double)ints[i][k] / 100;
        }
    }
}

/* Encodes columns hot, seals them, and takes the tables. */
static void make(struct sx_buf *tables, stria_type type, size_t columns)
{
    struct sx_encoded encoded[COLUMNS] = {{.count = 0}};
    struct sx_buf hot[COLUMNS];
    for (size_t i = 0; i < columns; i++) {
        sx_buf_init(&hot[i], &mem, 1 << 16);
        assert_int_equal(
            sx_column_encode(&hot[i], type, values_of(type, i), COUNT, SX_TIER_HOT, &mem, NULL),
            STRIA_OK);
        encoded[i] = (struct sx_encoded){.bytes = sx_buf_bytes(&hot[i]), .count = COUNT};
    }
    sx_buf_init(tables, &mem, SX_TABLES_SIZE_MAX);
    struct sx_sealing *sealing;
    assert_int_equal(sx_sealing_create(type, encoded, columns, &mem, &sealing, NULL), STRIA_OK);
    sx_buf_put_bytes(tables, sx_sealing_tables(sealing));
    sx_sealing_destroy(sealing);
    for (size_t i = 0; i < columns; i++)
        sx_buf_deinit(&hot[i]);
}

/* Encodes with the tables, decodes with those that were read; returns the bytes of all columns. */
static size_t round_trip(struct sx_bytes bytes, stria_type type)
{
    struct sx_tables *writing, *reading;
    size_t size = bytes.len;
    int64_t back[COUNT];
    assert_int_equal(sx_tables_open(bytes, true, &mem, &writing, NULL), STRIA_OK);
    assert_int_equal(sx_tables_open(bytes, false, &mem, &reading, NULL), STRIA_OK);
    assert_true(sx_tables_memory(reading) <= sx_tables_memory(writing));
    for (size_t i = 0; i < COLUMNS; i++) {
        struct sx_buf out;
        sx_buf_init(&out, &mem, 1 << 16);
        assert_int_equal(sx_column_encode_shared(&out, type, values_of(type, i), COUNT,
                                                 SX_TIER_SEALED, writing, &mem, NULL),
                         STRIA_OK);
        size += out.len;
        assert_int_equal(sx_column_decode_shared(sx_buf_bytes(&out), type, COUNT, 0, COUNT, reading,
                                                 back, NULL, NULL),
                         STRIA_OK);
        assert_memory_equal(back, values_of(type, i), sizeof back);
        assert_int_equal(sx_column_decode_shared(sx_buf_bytes(&out), type, COUNT, 300, 299, reading,
                                                 back, NULL, NULL),
                         STRIA_OK);
        assert_memory_equal(back, (const int64_t *)values_of(type, i) + 300, 299 * 8);
        sx_buf_deinit(&out);
    }
    sx_tables_close(writing);
    sx_tables_close(reading);
    return size;
}

static void test_shared_tables_make_columns_smaller(void **state)
{
    (void)state;
    static const stria_type types[] = {STRIA_INT, STRIA_UINT, STRIA_FLOAT};
    for (size_t t = 0; t < 3; t++) {
        struct sx_buf tables;
        make(&tables, types[t], COLUMNS);
        assert_in_range(tables.len, 2, 200);
        size_t shared = round_trip(sx_buf_bytes(&tables), types[t]);
        size_t alone = round_trip(sx_bytes_make(NULL, 0), types[t]);
        print_message("%s: %zu bytes with %u tables of %zu bytes, %zu without\n",
                      t < 2 ? "integers" : "doubles", shared, tables.ptr[0], tables.len, alone);
        assert_true(shared + 100 < alone);
        sx_buf_deinit(&tables);
    }
}

/* What a table says a column costs is what its classes take one by one. */
static void test_the_cost_is_the_sum_over_all_numbers(void **state)
{
    (void)state;
    struct sx_buf bytes;
    struct sx_tables *tables;
    static uint64_t numbers[COUNT], scratch[2 * COUNT];
    int64_t low;
    unsigned served = 0;
    make(&bytes, STRIA_INT, COLUMNS);
    assert_int_equal(sx_tables_open(sx_buf_bytes(&bytes), true, &mem, &tables, NULL), STRIA_OK);
    for (size_t i = 0; i < COLUMNS; i++)
        for (unsigned order = 0; order < 3; order++)
            for (unsigned t = 0; t < tables->count; t++) {
                const struct sx_table *table = &tables->tables[t];
                const struct sx_classes *classes = &table->decoder.classes;
                struct sx_tally tally;
                unsigned domain = sx_coded_numbers(numbers, ints[i], COUNT, order, &low);
                uint64_t sum = 0, shift = 0;
                sx_tally_make(&tally, numbers, COUNT, domain, scratch);
                uint64_t cost = sx_table_cost(table, &tally, order, domain);
                if (order && domain <= classes->domain)
                    shift = ((uint64_t)1 << (classes->domain - 1)) - ((uint64_t)1 << (domain - 1));
                bool good = table->order == order && domain <= classes->domain;
                for (size_t k = 0; good && k < COUNT; k++) {
                    unsigned class = sx_classes_of(classes, numbers[k] + shift);
                    good = class < classes->count;
                    if (good)
                        sum += table->costs[class] + classes->width[class] * 256u;
                }
                assert_true(cost == (good ? sum : UINT64_MAX));
                served += good;
            }
    assert_true(served > 10);
    sx_tables_close(tables);
    sx_buf_deinit(&bytes);
}

static void test_no_tables_are_made_where_they_do_not_pay(void **state)
{
    (void)state;
    struct sx_buf tables;
    make(&tables, STRIA_INT, 1);
    assert_int_equal(tables.len, 0);
    sx_buf_deinit(&tables);
}

static void test_a_column_needs_the_tables_it_was_encoded_with(void **state)
{
    (void)state;
    struct sx_buf tables, out;
    struct sx_tables *opened;
    int64_t back[COUNT];
    make(&tables, STRIA_INT, COLUMNS);
    assert_int_equal(sx_tables_open(sx_buf_bytes(&tables), true, &mem, &opened, NULL), STRIA_OK);
    sx_buf_init(&out, &mem, 1 << 16);
    assert_int_equal(sx_column_encode_shared(&out, STRIA_INT, ints[1], COUNT, SX_TIER_SEALED,
                                             opened, &mem, NULL),
                     STRIA_OK);
    assert_string_equal(sx_column_codec_name(sx_buf_bytes(&out)), "coded-delta");
    assert_int_equal(sx_column_decode(sx_buf_bytes(&out), STRIA_INT, back, COUNT, NULL, NULL),
                     STRIA_CORRUPT);
    sx_buf_deinit(&out);
    sx_tables_close(opened);
    sx_buf_deinit(&tables);
}

static void test_cut_and_changed_tables_are_refused_or_other_tables(void **state)
{
    (void)state;
    struct sx_buf tables;
    struct sx_tables *opened;
    make(&tables, STRIA_INT, COLUMNS);
    for (size_t len = 1; len < tables.len; len++) {
        stria_error err = {0};
        assert_int_equal(sx_tables_open(sx_bytes_make(tables.ptr, len), true, &mem, &opened, &err),
                         STRIA_CORRUPT);
        assert_null(opened);
        assert_int_equal(err.code, STRIA_CORRUPT);
    }
    for (size_t bit = 0; bit < 8 * tables.len; bit++) {
        tables.ptr[bit / 8] ^= (uint8_t)(1 << (bit % 8));
        stria_status st = sx_tables_open(sx_buf_bytes(&tables), true, &mem, &opened, NULL);
        assert_true(st == STRIA_OK || st == STRIA_CORRUPT);
        sx_tables_close(opened);
        tables.ptr[bit / 8] ^= (uint8_t)(1 << (bit % 8));
    }
    sx_buf_deinit(&tables);
}

static void test_refused_memory_is_told_and_nothing_leaks(void **state)
{
    (void)state;
    struct sx_buf bytes;
    make(&bytes, STRIA_FLOAT, COLUMNS);
    for (int64_t n = 1;; n++) {
        struct sx_mem own;
        struct sx_mem_fault fault = {.countdown = n};
        struct sx_tables *opened = NULL;
        stria_error err = {0};
        sx_mem_init(&own, NULL, "own", 0);
        own.fault = &fault;
        stria_status st = sx_tables_open(sx_buf_bytes(&bytes), true, &own, &opened, &err);
        bool fired = fault.fired;
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        sx_tables_close(opened);
        own.fault = NULL;
        sx_mem_deinit(&own);
        if (!fired)
            break;
    }
    sx_buf_deinit(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_tables_make_columns_smaller),
        cmocka_unit_test(test_the_cost_is_the_sum_over_all_numbers),
        cmocka_unit_test(test_no_tables_are_made_where_they_do_not_pay),
        cmocka_unit_test(test_a_column_needs_the_tables_it_was_encoded_with),
        cmocka_unit_test(test_cut_and_changed_tables_are_refused_or_other_tables),
        cmocka_unit_test(test_refused_memory_is_told_and_nothing_leaks),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    fill();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
