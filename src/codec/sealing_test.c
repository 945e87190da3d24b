/* SPDX-License-Identifier: Apache-2.0 */
/* sealing_test.c -- columns that are sealed together: every kind comes back, none is larger than by
 * itself, and what does not fit in memory is made again. */
#include "codec/sealing.h"

#include "codec/column.h"
#include "codec/generators.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COLUMNS_MAX 48

static struct sx_mem mem;

/* Columns with their values and hot forms. */
struct stripe {
    stria_type type;
    size_t column_count;
    size_t counts[COLUMNS_MAX];
    int64_t *values[COLUMNS_MAX]; /* or doubles */
    struct sx_buf hot[COLUMNS_MAX];
    struct sx_encoded encoded[COLUMNS_MAX];
};

static int64_t *add(struct stripe *stripe, size_t count)
{
    assert_true(stripe->column_count < COLUMNS_MAX);
    int64_t *values = calloc(count, sizeof *values);
    assert_non_null(values);
    stripe->counts[stripe->column_count] = count;
    stripe->values[stripe->column_count++] = values;
    return values;
}

static void encode_hot(struct stripe *stripe)
{
    for (size_t i = 0; i < stripe->column_count; i++) {
        struct sx_buf *hot = &stripe->hot[i];
        sx_buf_init(hot, &mem, 1 << 20);
        assert_int_equal(sx_column_encode(hot, stripe->type, stripe->values[i], stripe->counts[i],
                                          SX_TIER_HOT, &mem, NULL),
                         STRIA_OK);
        stripe->encoded[i] =
            (struct sx_encoded){.bytes = sx_buf_bytes(hot), .count = stripe->counts[i]};
    }
}

static void clear(struct stripe *stripe)
{
    for (size_t i = 0; i < stripe->column_count; i++) {
        free(stripe->values[i]);
        sx_buf_deinit(&stripe->hot[i]);
    }
    *stripe = (struct stripe){0};
}

/* Seals with given tables (none: they are made), decodes with the stored ones, compares. Returns
 * the bytes of all, tables included. */
static size_t seal_with(struct stripe *stripe, struct sx_bytes given, unsigned *tables_count)
{
    struct sx_sealing *sealing;
    struct sx_tables *tables;
    struct sx_buf out;
    encode_hot(stripe);
    assert_int_equal(sx_sealing_create_with(stripe->type, stripe->encoded, stripe->column_count,
                                            given, &mem, &sealing, NULL),
                     STRIA_OK);
    struct sx_bytes bytes = sx_sealing_tables(sealing);
    if (given.len)
        assert_true(sx_bytes_equal(bytes, given));
    size_t size = bytes.len;
    *tables_count = bytes.len ? bytes.ptr[0] : 0;
    assert_int_equal(sx_tables_open(bytes, false, &mem, &tables, NULL), STRIA_OK);
    sx_buf_init(&out, &mem, 1 << 20);
    for (size_t i = 0; i < stripe->column_count; i++) {
        size_t count = stripe->counts[i];
        int64_t *back = calloc(count, sizeof *back);
        assert_non_null(back);
        sx_buf_clear(&out);
        assert_int_equal(sx_sealing_put(sealing, i, &out, NULL), STRIA_OK);
        assert_int_equal(sx_column_decode_shared(sx_buf_bytes(&out), stripe->type, count, 0, count,
                                                 tables, back, NULL, NULL),
                         STRIA_OK);
        assert_memory_equal(back, stripe->values[i], count * sizeof *back);
        free(back);
        size += out.len;
    }
    sx_buf_deinit(&out);
    sx_tables_close(tables);
    sx_sealing_destroy(sealing);
    return size;
}

static size_t seal(struct stripe *stripe, unsigned *tables_count)
{
    return seal_with(stripe, (struct sx_bytes){0}, tables_count);
}

/* The bytes that the columns take when each is encoded by itself. */
static size_t size_alone(const struct stripe *stripe)
{
    size_t size = 0;
    for (size_t i = 0; i < stripe->column_count; i++) {
        struct sx_buf out;
        sx_buf_init(&out, &mem, 1 << 20);
        assert_int_equal(sx_column_encode(&out, stripe->type, stripe->values[i], stripe->counts[i],
                                          SX_TIER_SEALED, &mem, NULL),
                         STRIA_OK);
        size += out.len;
        sx_buf_deinit(&out);
    }
    return size;
}

static void test_every_kind_of_column_comes_back_and_is_not_larger(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 100, 256, 900, 3000, 9000, SX_COLUMN_VALUES_MAX};
    static struct stripe stripe;
    for (unsigned kind = 0; kind < SX_INT_KINDS + SX_FLOAT_KINDS; kind++)
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            bool ints = kind < SX_INT_KINDS;
            unsigned tables;
            stripe.type = !ints ? STRIA_FLOAT : c % 2 ? STRIA_UINT : STRIA_INT;
            for (uint64_t seed = 1; seed < 4; seed++) {
                int64_t *values = add(&stripe, counts[c]);
                if (ints)
                    sx_gen_ints(kind, seed, values, counts[c]);
                else
                    sx_gen_floats(kind - SX_INT_KINDS, seed, (double *)(void *)values, counts[c]);
            }
            size_t together = seal(&stripe, &tables), alone = size_alone(&stripe);
            if (together > alone + alone / 100 + 16)
                print_message("%s, %zu values: %zu bytes, alone %zu\n",
                              ints ? sx_gen_int_name(kind) : sx_gen_float_name(kind - SX_INT_KINDS),
                              counts[c], together, alone);
            assert_true(together <= alone + alone / 100 + 16);
            clear(&stripe);
        }
}

static void fill_walk(int64_t *values, size_t count, uint64_t seed, uint64_t range, int64_t factor)
{
    struct sx_random random = {seed};
    int64_t v = 0;
    for (size_t i = 0; i < count; i++) {
        v += sx_random_bell(&random, range);
        values[i] = v * factor;
    }
}

static void test_like_columns_share_tables(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t range;
        int64_t factor;
        size_t count, columns;
    } rows[] = {
        {"few different numbers", 2, 1, 800, 20},
        {"a common factor", 2, 1000, 800, 20},
        {"a few hundred different numbers", 300, 1, 3000, 20},
        {"more different numbers than are kept or taken", 1 << 20, 1, 16000, 12},
    };
    static struct stripe stripe;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        unsigned tables;
        stripe.type = STRIA_INT;
        for (size_t i = 0; i < rows[r].columns; i++)
            fill_walk(add(&stripe, rows[r].count), rows[r].count, i + 1, rows[r].range,
                      rows[r].factor);
        size_t together = seal(&stripe, &tables), alone = size_alone(&stripe);
        print_message("%s: %zu bytes with %u tables, alone %zu\n", rows[r].name, together, tables,
                      alone);
        assert_in_range(tables, 1, SX_TABLES_MAX);
        assert_true(together < alone);
        clear(&stripe);
    }
}

static void test_columns_that_repeat_keep_their_runs_and_dictionaries(void **state)
{
    (void)state;
    static struct stripe stripe;
    struct sx_random random = {7};
    unsigned tables;
    stripe.type = STRIA_FLOAT;
    for (size_t c = 0; c < 6; c++) {
        double *v = (double *)(void *)add(&stripe, 4000);
        for (size_t i = 0; i < 4000; i++) /* runs of ten, or one of 20 ragged numbers */
            v[i] = c % 2 ? i % 10 ? v[i - 1] : (double)sx_random_below(&random, 100000) / 100
                         : (double)(sx_random_below(&random, 20) * 7919 * 7919 % 100003) / 7;
    }
    size_t together = seal(&stripe, &tables), alone = size_alone(&stripe);
    assert_true(together <= alone + 16);
    clear(&stripe);
}

static void test_a_column_that_does_not_decode_is_told(void **state)
{
    (void)state;
    static struct stripe stripe;
    static const struct {
        const char *name;
        stria_type type;
        size_t len;
        uint8_t bytes[4];
    } rows[] = {
        {"an int without bytes", STRIA_INT, 0, {0}},
        {"a cut int", STRIA_INT, 2, {1, 2}},
        {"a double without bytes", STRIA_FLOAT, 0, {0}},
        {"a scaled double without integers", STRIA_FLOAT, 2, {0x42, 2}},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        struct sx_sealing *sealing;
        stria_error err = {0};
        stripe.type = rows[r].type;
        fill_walk(add(&stripe, 300), 300, 1, 2, 1);
        fill_walk(add(&stripe, 300), 300, 2, 2, 1);
        encode_hot(&stripe);
        stripe.encoded[1].bytes = sx_bytes_make(rows[r].bytes, rows[r].len);
        assert_int_equal(sx_sealing_create(stripe.type, stripe.encoded, 2, &mem, &sealing, &err),
                         STRIA_CORRUPT);
        assert_null(sealing);
        assert_int_equal(err.code, STRIA_CORRUPT);
        clear(&stripe);
    }
}

/* Tables of some walks: of orders 0 and 1, as they come. */
static void make_tables(struct sx_buf *tables)
{
    struct stripe stripe = {.type = STRIA_INT};
    struct sx_sealing *sealing;
    for (uint64_t i = 0; i < 8; i++)
        fill_walk(add(&stripe, 900), 900, i + 1, 20, 1);
    encode_hot(&stripe);
    assert_int_equal(
        sx_sealing_create(STRIA_INT, stripe.encoded, stripe.column_count, &mem, &sealing, NULL),
        STRIA_OK);
    sx_buf_init(tables, &mem, SX_TABLES_SIZE_MAX);
    sx_buf_put_bytes(tables, sx_sealing_tables(sealing));
    assert_true(tables->len > 0);
    sx_sealing_destroy(sealing);
    clear(&stripe);
}

static void test_columns_come_back_with_tables_that_were_made_for_others(void **state)
{
    (void)state;
    static struct stripe stripe;
    struct sx_buf tables;
    unsigned count;
    make_tables(&tables);
    for (unsigned kind = 0; kind < SX_INT_KINDS + SX_FLOAT_KINDS; kind++) {
        bool ints = kind < SX_INT_KINDS;
        stripe.type = ints ? STRIA_INT : STRIA_FLOAT;
        for (uint64_t seed = 1; seed < 4; seed++) {
            int64_t *values = add(&stripe, 900);
            if (ints)
                sx_gen_ints(kind, seed, values, 900);
            else
                sx_gen_floats(kind - SX_INT_KINDS, seed, (double *)(void *)values, 900);
        }
        size_t size = seal_with(&stripe, sx_buf_bytes(&tables), &count),
               alone = size_alone(&stripe);
        assert_true(size - tables.len <= alone + alone / 100 + 16);
        clear(&stripe);
    }
    stripe.type = STRIA_INT; /* and who is like them is served by them, alone as it is */
    fill_walk(add(&stripe, 300), 300, 77, 20, 1);
    size_t size = seal_with(&stripe, sx_buf_bytes(&tables), &count);
    assert_true(size - tables.len < size_alone(&stripe));
    clear(&stripe);
    sx_buf_deinit(&tables);
}

static void test_given_tables_that_break_their_format_are_refused(void **state)
{
    (void)state;
    static uint8_t bytes[SX_TABLES_SIZE_MAX + 1];
    static const size_t sizes[] = {1, 40, SX_TABLES_SIZE_MAX, SX_TABLES_SIZE_MAX + 1};
    struct stripe stripe = {.type = STRIA_INT};
    fill_walk(add(&stripe, 300), 300, 1, 20, 1);
    encode_hot(&stripe);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct sx_sealing *sealing;
        stria_error err = {0};
        assert_int_equal(sx_sealing_create_with(STRIA_INT, stripe.encoded, 1,
                                                sx_bytes_make(bytes, sizes[i]), &mem, &sealing,
                                                &err),
                         STRIA_CORRUPT);
        assert_int_equal(err.code, STRIA_CORRUPT);
        assert_null(sealing);
    }
    clear(&stripe);
}

static void test_refused_memory_is_told_and_nothing_leaks(void **state)
{
    (void)state;
    static struct stripe stripe;
    stripe.type = STRIA_FLOAT;
    for (size_t c = 0; c < 5; c++)
        sx_gen_floats((unsigned)c * 4, c + 1, (double *)(void *)add(&stripe, 700), 700);
    encode_hot(&stripe);
    for (int64_t n = 1;; n++) {
        struct sx_mem own;
        struct sx_mem_fault fault = {.countdown = n};
        struct sx_buf out;
        struct sx_sealing *sealing = NULL;
        stria_error err = {0};
        sx_mem_init(&own, NULL, "own", 0);
        own.fault = &fault;
        sx_buf_init(&out, &own, 1 << 20);
        stria_status st = sx_sealing_create(stripe.type, stripe.encoded, 5, &own, &sealing, &err);
        for (size_t i = 0; i < 5 && !st; i++)
            st = sx_sealing_put(sealing, i, &out, &err);
        bool fired = fault.fired;
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        sx_sealing_destroy(sealing);
        sx_buf_deinit(&out);
        own.fault = NULL;
        sx_mem_deinit(&own);
        if (!fired)
            break;
    }
    clear(&stripe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_column_comes_back_and_is_not_larger),
        cmocka_unit_test(test_like_columns_share_tables),
        cmocka_unit_test(test_columns_that_repeat_keep_their_runs_and_dictionaries),
        cmocka_unit_test(test_a_column_that_does_not_decode_is_told),
        cmocka_unit_test(test_columns_come_back_with_tables_that_were_made_for_others),
        cmocka_unit_test(test_given_tables_that_break_their_format_are_refused),
        cmocka_unit_test(test_refused_memory_is_told_and_nothing_leaks),
    };
    sx_mem_init(&mem, NULL, "test", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
