/* SPDX-License-Identifier: Apache-2.0 */
/* figures_test.c -- the same figures as text and as JSON. */
#include "app/cli/figures.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void tell(struct sx_figures *figures)
{
    sx_figures_text(figures, "kind", "store");
    sx_figures_count(figures, "row_count", 1234567);
    sx_figures_size(figures, "bytes", 2048);
    sx_figures_ratio(figures, "bytes_per_row", 2048, 1024);
    sx_figures_ratio(figures, "nothing", 2048, 0);
    sx_figures_open(figures, "log");
    sx_figures_time(figures, "begun", 0);
    sx_figures_duration(figures, "window", INT64_C(86400000000000));
    sx_figures_duration(figures, "kept", 0);
    sx_figures_close(figures);
    sx_figures_list(figures, "segments");
    for (uint64_t i = 0; i < 2; i++) {
        sx_figures_item(figures);
        sx_figures_count(figures, "id", i);
        sx_figures_bytes(figures, "name", SX_LITERAL("a\"\x1b"));
        sx_figures_item_end(figures);
    }
    sx_figures_list_end(figures);
}

static void expect(bool as_json, const char *wanted)
{
    struct sx_mem mem;
    struct sx_out out;
    struct sx_figures figures;
    int ends[2];
    char got[2048];
    assert_int_equal(pipe(ends), 0);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_out_init(&out, &mem, ends[1], "pipe");
    sx_figures_begin(&figures, &mem, &out, as_json);
    tell(&figures);
    sx_figures_end(&figures);
    assert_int_equal(sx_out_flush(&out, NULL), STRIA_OK);
    ssize_t len = read(ends[0], got, sizeof got - 1);
    assert_true(len >= 0);
    got[len] = 0;
    assert_string_equal(got, wanted);
    sx_out_deinit(&out);
    sx_mem_deinit(&mem);
    assert_int_equal(close(ends[0]) + close(ends[1]), 0);
}

static void test_figures_are_lines_of_text(void **state)
{
    (void)state;
    expect(false, "kind                  store\n"
                  "row count             1,234,567\n"
                  "bytes                 2.00 KiB (2,048)\n"
                  "bytes per row         2.000\n"
                  "log\n"
                  "  begun               1970-01-01T00:00:00Z\n"
                  "  window              1d\n"
                  "  kept                none\n"
                  "segments\n"
                  "\n"
                  "  id                  0\n"
                  "  name                a\"\\x1b\n"
                  "\n"
                  "  id                  1\n"
                  "  name                a\"\\x1b\n");
}

static void test_figures_are_a_document(void **state)
{
    (void)state;
    expect(true, "{\"kind\":\"store\",\"row_count\":1234567,\"bytes\":2048,\"bytes_per_row\":2.000,"
                 "\"log\":{\"begun\":\"1970-01-01T00:00:00Z\",\"window\":\"1d\",\"kept\":\"0s\"},"
                 "\"segments\":[{\"id\":0,\"name\":\"a\\\"\\u001b\"},"
                 "{\"id\":1,\"name\":\"a\\\"\\u001b\"}]}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_lines_of_text),
        cmocka_unit_test(test_figures_are_a_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
