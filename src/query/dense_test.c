/* SPDX-License-Identifier: Apache-2.0 */
/* dense_test.c -- values closed up: which rows they are of, and how many stand before a row. */
#include "query/dense.h"

#include "base/golden_test.h"

static struct sx_dense dense;
static int64_t values[SX_VECTOR_MAX];
static uint8_t bools[SX_VECTOR_MAX];
static stria_bytes strings[SX_VECTOR_MAX];

static const void *values_of(stria_type type)
{
    return type == STRIA_BOOL     ? (const void *)bools
           : type == STRIA_STRING ? (const void *)strings
                                  : values;
}

static bool in_words(const uint64_t *words, uint32_t row)
{
    return !words || sx_bit_get(words, row);
}

/* Compares with a plain loop. */
static void check(stria_type type, uint32_t row_count, const uint64_t *present,
                  const uint64_t *selected)
{
    struct sx_vector vector = {type, values_of(type), present};
    uint32_t count = 0;
    size_t size = sx_type_size(type);
    sx_dense_make(&dense, &vector, row_count, selected);
    for (uint32_t row = 0; row < row_count; row++) {
        assert_int_equal(sx_dense_rank(&dense, row), count);
        if (!in_words(present, row) || !in_words(selected, row))
            continue;
        assert_int_equal(sx_dense_row(&dense, count), row);
        assert_memory_equal((const uint8_t *)dense.values + count * size,
                            (const uint8_t *)values_of(type) + row * size, size);
        count++;
    }
    assert_int_equal(dense.count, count);
    assert_int_equal(sx_dense_rank(&dense, row_count), count);
}

static void test_it_is_what_a_plain_loop_finds(void **state)
{
    (void)state;
    static const stria_type types[] = {STRIA_FLOAT, STRIA_BOOL, STRIA_STRING};
    static const uint32_t row_counts[] = {0, 1, 63, 64, 65, 1000, SX_VECTOR_MAX};
    static const uint64_t steps[] = {~UINT64_C(0), 0, 1, 0x8000000000000001, 0x5555555555555555};
    uint64_t first[SX_VECTOR_WORDS], second[SX_VECTOR_WORDS];
    for (uint32_t i = 0; i < SX_VECTOR_MAX; i++) {
        values[i] = i * 7;
        bools[i] = i % 2;
        strings[i] = (stria_bytes){(const char *)&values[i], i};
    }
    for (size_t t = 0; t < SX_COUNT_OF(types); t++)
        for (size_t r = 0; r < SX_COUNT_OF(row_counts); r++) {
            check(types[t], row_counts[r], NULL, NULL);
            for (size_t a = 0; a < SX_COUNT_OF(steps); a++) {
                for (size_t w = 0; w < SX_VECTOR_WORDS; w++) {
                    first[w] = steps[a];
                    second[w] = steps[(a + w) % SX_COUNT_OF(steps)];
                }
                check(types[t], row_counts[r], first, NULL);
                check(types[t], row_counts[r], NULL, second);
                check(types[t], row_counts[r], first, second);
            }
        }
}

static void test_nothing_is_copied_when_all_is_there(void **state)
{
    (void)state;
    uint64_t all[SX_VECTOR_WORDS];
    struct sx_vector vector = {STRIA_INT, values, NULL};
    memset(all, 0xff, sizeof all);
    sx_dense_make(&dense, &vector, 100, NULL);
    assert_true(dense.is_all);
    assert_ptr_equal(dense.values, values);
    vector.present = all;
    sx_dense_make(&dense, &vector, 100, all);
    assert_true(dense.is_all);
    assert_ptr_equal(dense.values, values);
}

static void test_a_column_that_is_not_there_has_no_values(void **state)
{
    (void)state;
    struct sx_vector none = {.type = STRIA_NONE};
    sx_dense_make(&dense, &none, 100, NULL);
    assert_int_equal(dense.count, 0);
    assert_int_equal(sx_dense_rank(&dense, 50), 0);
    assert_int_equal(sx_dense_rank(&dense, SX_VECTOR_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_what_a_plain_loop_finds),
        cmocka_unit_test(test_nothing_is_copied_when_all_is_there),
        cmocka_unit_test(test_a_column_that_is_not_there_has_no_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
