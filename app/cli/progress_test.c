/* SPDX-License-Identifier: Apache-2.0 */
/* progress_test.c -- the figures of long work: shares, pace and the time left. */
#include "app/cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static const struct row {
    struct sx_progress_figures figures;
    const char *text;
} rows[] = {
    {{0, 0, 0, 0}, "0 B"},
    {{0, 1000, 0, 0}, "0 B of 1000 B (0 %)"},
    {{1000, 1000, 0, SECOND}, "1000 B of 1000 B (100 %)"},
    {{536870912, 1288490188, 12345678, 5 * SECOND},
     "512 MiB of 1.19 GiB (41 %), 12.3 M points, 2.46 M points/s, 7s left"},
    {{10, 100, 5, SECOND / 2}, "10 B of 100 B (10 %), 5 points, 10 points/s"},
    {{1, 1000000, 1, 60 * SECOND}, "1 B of 976 KiB (0 %), 1 points, 0 points/s, 16666h39m1s left"},
    {{1, UINT64_MAX, 1, 1000 * SECOND},
     "1 B of 16777215 TiB (0 %), 1 points, 0 points/s, 23976h0m0s left"},
    {{2048, 1024, 0, SECOND}, "2.00 KiB of 1.00 KiB (100 %)"},
    {{2048, 0, 7, 2 * SECOND}, "2.00 KiB, 7 points, 3 points/s"},
    {{7, 9, 3, -SECOND}, "7 B of 9 B (77 %), 3 points"},
};

static void test_the_line_tells_share_pace_and_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char storage[160];
        struct sx_buf line;
        sx_buf_init_fixed(&line, storage, sizeof storage);
        sx_progress_put(&line, &rows[i].figures);
        sx_buf_put_u8(&line, 0);
        assert_false(line.failed);
        assert_string_equal(storage, rows[i].text);
    }
}

static void test_nothing_is_shown_without_a_terminal(void **state)
{
    (void)state;
    struct sx_progress progress;
    sx_progress_begin(&progress);
    progress.shown = false;
    progress.next_ns = INT64_MIN;
    sx_progress_show(&progress, (struct sx_progress_figures){1, 2, 3, 0});
    assert_int_equal(progress.width, 0);
    assert_true(sx_progress_elapsed_ns(&progress) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_tells_share_pace_and_rest),
        cmocka_unit_test(test_nothing_is_shown_without_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
