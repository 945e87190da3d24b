/* SPDX-License-Identifier: Apache-2.0 */
/* dense_test.c -- closing up columns: against a loop that looks at each row. */
#include "query/dense.h"

#include "base/golden_test.h"
#include "base/hash.h"

struct shape {
    const char *name;
    uint32_t row_count;
    bool has_gaps, is_selected;
    uint64_t share; /* of 8 rows so many are in */
};

static const struct shape shapes[] = {
    {"all of one row", 1, false, false, 8},
    {"all of a batch", SX_VECTOR_MAX, false, false, 8},
    {"gaps", 1000, true, false, 4},
    {"gaps and selection", 777, true, true, 6},
    {"selection", SX_VECTOR_MAX, false, true, 1},
    {"nothing selected", 65, false, true, 0},
    {"everything selected", 64, false, true, 8},
    {"nothing there", 130, true, false, 0},
};

static void fill_words(uint64_t *words, uint64_t seed, uint64_t share)
{
    memset(words, 0, SX_VECTOR_WORDS * sizeof *words);
    for (uint32_t i = 0; i < SX_VECTOR_MAX; i++)
        if (sx_hash_u64(seed + i) % 8 < share)
            sx_bit_set(words, i);
}

static void check(const struct shape *shape, stria_type type, const void *values)
{
    static struct sx_dense dense;
    uint64_t present[SX_VECTOR_WORDS], selected[SX_VECTOR_WORDS];
    struct sx_vector vector = {.type = type, .values = values};
    size_t size = sx_type_size(type);
    uint32_t count = 0;
    fill_words(present, 1, shape->share);
    fill_words(selected, 5000, shape->share);
    if (shape->has_gaps)
        vector.present = present;
    sx_dense_make(&dense, &vector, shape->row_count, shape->is_selected ? selected : NULL);
    for (uint32_t row = 0; row < shape->row_count; row++) {
        assert_int_equal(sx_dense_rank(&dense, row), count);
        if ((shape->has_gaps && !sx_bit_get(present, row)) ||
            (shape->is_selected && !sx_bit_get(selected, row)))
            continue;
        assert_true(count < dense.count);
        assert_int_equal(sx_dense_row(&dense, count), row);
        assert_memory_equal((const uint8_t *)dense.values + count * size,
                            (const uint8_t *)values + row * size, size);
        count++;
    }
    assert_int_equal(dense.count, count);
    assert_int_equal(sx_dense_rank(&dense, shape->row_count), count);
}

static void test_values_are_closed_up_whatever_is_missing(void **state)
{
    (void)state;
    static double floats[SX_VECTOR_MAX];
    static uint8_t flags[SX_VECTOR_MAX];
    static stria_bytes texts[SX_VECTOR_MAX];
    static const char letters[] = "abcdefghijklmnop";
    for (uint32_t i = 0; i < SX_VECTOR_MAX; i++) {
        floats[i] = i + 0.5;
        flags[i] = (uint8_t)(sx_hash_u64(i) & 1);
        texts[i] = (stria_bytes){.ptr = letters + i % 8, .len = i % 9};
    }
    for (size_t i = 0; i < SX_COUNT_OF(shapes); i++) {
        print_message("%s\n", shapes[i].name);
        check(&shapes[i], STRIA_FLOAT, floats);
        check(&shapes[i], STRIA_BOOL, flags);
        check(&shapes[i], STRIA_STRING, texts);
    }
}

static void test_a_column_without_a_type_has_no_values(void **state)
{
    (void)state;
    static struct sx_dense dense;
    const struct sx_vector none = {.type = STRIA_NONE};
    sx_dense_make(&dense, &none, 100, NULL);
    assert_int_equal(dense.count, 0);
    assert_int_equal(sx_dense_rank(&dense, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_closed_up_whatever_is_missing),
        cmocka_unit_test(test_a_column_without_a_type_has_no_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
