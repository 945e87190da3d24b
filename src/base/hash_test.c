/* SPDX-License-Identifier: Apache-2.0 */
/* hash_test.c -- golden values: stored hashes must never change. */
#include "base/hash.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_golden_values(void **state)
{
    (void)state;
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    assert_true(sx_hash(SX_LITERAL("")) == 0x2d06800538d394c2);
    assert_true(sx_hash((struct sx_bytes){0}) == 0x2d06800538d394c2);
    assert_true(sx_hash(SX_LITERAL("cpu")) == 0xecaa9c725d358abe);
    assert_true(sx_hash(sx_bytes_make(bytes, sizeof bytes)) == 0xd44052f5a3485425);
    assert_true(sx_hash_seeded(SX_LITERAL("cpu"), 42) == 0x598f8a9035e1a9b9);
    assert_true(sx_hash_seeded(SX_LITERAL("cpu"), 0) == sx_hash(SX_LITERAL("cpu")));
    assert_true(sx_hash_u64(1) == 0x4179b061e0c0e0d0);
}

static void test_the_finaliser_maps_no_two_numbers_to_one(void **state)
{
    (void)state;
    /* Each step can be undone; so counting bits that change must come near a half. */
    unsigned changed = 0, pairs = 0;
    for (uint64_t x = 1; x < 1000; x++)
        for (unsigned bit = 0; bit < 64; bit++, pairs++)
            for (uint64_t d = sx_hash_u64(x) ^ sx_hash_u64(x ^ (uint64_t)1 << bit); d; d &= d - 1)
                changed++;
    assert_true(changed > pairs * 30 && changed < pairs * 34);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_values),
        cmocka_unit_test(test_the_finaliser_maps_no_two_numbers_to_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
