/* SPDX-License-Identifier: Apache-2.0 */
/* settings_value_test.c -- sizes with units, and choices. */
#include "app/server/settings_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_sizes_are_in_powers_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        stria_status status;
        uint64_t size;
        const char *written; /* NULL: as `text` */
    } rows[] = {
        {"0", STRIA_OK, 0, NULL},
        {"1", STRIA_OK, 1, NULL},
        {"25000000", STRIA_OK, 25000000, NULL},
        {"512k", STRIA_OK, 524288, NULL},
        {"512K", STRIA_OK, 524288, "512k"},
        {"1024", STRIA_OK, 1024, "1k"},
        {"64M", STRIA_OK, 67108864, NULL},
        {"64MB", STRIA_OK, 67108864, "64M"},
        {"64MiB", STRIA_OK, 67108864, "64M"},
        {"2g", STRIA_OK, UINT64_C(2) << 30, "2G"},
        {"3T", STRIA_OK, UINT64_C(3) << 40, NULL},
        {"16777215T", STRIA_OK, UINT64_C(16777215) << 40, NULL},
        {"16777216T", STRIA_LIMIT, 0, NULL},
        {"99999999999999999999", STRIA_LIMIT, 0, NULL},
        {"", STRIA_INVALID, 0, NULL},
        {"M", STRIA_INVALID, 0, NULL},
        {"1 M", STRIA_INVALID, 0, NULL},
        {"1Mi", STRIA_INVALID, 0, NULL},
        {"1P", STRIA_INVALID, 0, NULL},
        {"-1", STRIA_INVALID, 0, NULL},
        {"1.5G", STRIA_INVALID, 0, NULL},
        {"0x10", STRIA_INVALID, 0, NULL},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        uint64_t size = 0;
        char written[SX_SIZE_TEXT_MAX];
        print_message("row %s\n", rows[i].text);
        assert_int_equal(sx_size_parse(sx_bytes_of(rows[i].text), &size), rows[i].status);
        if (rows[i].status)
            continue;
        assert_int_equal(size, rows[i].size);
        sx_size_write(written, size);
        assert_string_equal(written, rows[i].written ? rows[i].written : rows[i].text);
    }
}

static void test_a_choice_is_a_whole_word(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int index;
    } rows[] = {{"sync", 0}, {"async", 1}, {"never", 2}, {"syn", -1}, {"", -1}, {"sync|async", -1}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_int_equal(sx_choice_parse(sx_bytes_of(rows[i].text), "sync|async|never"),
                         rows[i].index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_are_in_powers_of_1024),
        cmocka_unit_test(test_a_choice_is_a_whole_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
