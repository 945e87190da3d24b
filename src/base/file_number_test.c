/* SPDX-License-Identifier: Apache-2.0 */
/* file_number_test.c -- names that are numbers, and names that are not. */
#include "base/file_number.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_only_whole_names_are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned digits;
        const char *ending;
        bool good;
        uint64_t number;
    } rows[] = {
        {"000000000000002a.seg", 16, ".seg", true, 42},
        {"ffffffffffffffff.man", 16, ".man", true, UINT64_MAX},
        {"00000abc.wal", 8, ".wal", true, 0xabc},
        {"000000000000002a.seg", 16, ".man", false, 0},
        {"000000000000002a.seg~", 16, ".seg", false, 0},
        {"000000000000002A.seg", 16, ".seg", false, 0},
        {"00000000000002a.seg", 16, ".seg", false, 0},
        {"0000000000000002a.seg", 16, ".seg", false, 0},
        {"000000000000002a", 16, ".seg", false, 0},
        {"0000", 8, ".wal", false, 0},
        {"", 8, ".wal", false, 0},
        {" 0000001.wal", 8, ".wal", false, 0},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint64_t number;
        print_message("%s\n", rows[i].name);
        assert_int_equal(sx_file_number(rows[i].name, rows[i].digits, rows[i].ending, &number),
                         rows[i].good);
        if (rows[i].good)
            assert_true(number == rows[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_only_whole_names_are_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
