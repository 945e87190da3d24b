/* SPDX-License-Identifier: Apache-2.0 */
/* vector_test.c -- presence bits and sizes of values. */
#include "model/vector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_a_bit_is_set_and_found_alone(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < SX_VECTOR_MAX; bit++) {
        uint64_t words[SX_VECTOR_WORDS] = {0};
        struct sx_vector vector = {.type = STRIA_INT, .present = words};
        sx_bit_set(words, bit);
        for (size_t i = 0; i < SX_VECTOR_MAX; i++) {
            assert_int_equal(sx_bit_get(words, i), i == bit);
            assert_int_equal(sx_vector_has(&vector, i), i == bit);
        }
    }
    struct sx_vector full = {.type = STRIA_INT};
    assert_true(sx_vector_has(&full, 0) && sx_vector_has(&full, SX_VECTOR_MAX - 1));
}

static void test_sizes_of_values(void **state)
{
    (void)state;
    assert_int_equal(sx_type_size(STRIA_FLOAT), sizeof(double));
    assert_int_equal(sx_type_size(STRIA_INT), sizeof(int64_t));
    assert_int_equal(sx_type_size(STRIA_UINT), sizeof(uint64_t));
    assert_int_equal(sx_type_size(STRIA_TIME), sizeof(int64_t));
    assert_int_equal(sx_type_size(STRIA_BOOL), 1);
    assert_int_equal(sx_type_size(STRIA_STRING), sizeof(stria_bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bit_is_set_and_found_alone),
        cmocka_unit_test(test_sizes_of_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
