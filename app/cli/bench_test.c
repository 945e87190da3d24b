/* SPDX-License-Identifier: Apache-2.0 */
/* bench_test.c -- the benches run and tell what they should; how fast is not tested. */
#include "app/cli/bench.h"

#include "app/cli/bench_codec.h"
#include "app/cli/bench_kernels.h"
#include "app/cli/bench_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define COLD_SIZE 20000 /* bytes: no cache is cold, and the test is quick */

static struct sx_mem mem;
static char path[] = "/tmp/stria-bench-XXXXXX";

/* Lines of four hosts, a walk of integers, a decimal, a constant. */
static int make_file(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    int fd = mkstemp(path);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!out)
        return -1;
    for (int i = 0; i < 2000; i++)
        for (int host = 0; host < 4; host++)
            (void)fprintf(out, "cpu,host=%d a=%di,b=%d.%d,c=7 %d0000000000\n", host,
                          50 + (i * (host + 3) % 17) % 5, i % 90, (i + host) % 10, 1000 + i);
    return fclose(out);
}

static int remove_file(void **state)
{
    (void)state;
    (void)unlink(path);
    sx_mem_deinit(&mem);
    return 0;
}

/* What a bench puts out; until the next call. */
static const char *output(bool kernels, bool json, char *const *paths, size_t path_count,
                          stria_status want)
{
    static char text[400000];
    struct sx_out out;
    stria_error err = {0};
    int pipe_fd[2];
    assert_int_equal(pipe(pipe_fd), 0);
    sx_out_init(&out, &mem, pipe_fd[1], "pipe");
    stria_status st = kernels
                          ? sx_bench_kernels(&out, &mem, json, COLD_SIZE, &err)
                          : sx_bench_codec(&out, &mem, paths, path_count, json, COLD_SIZE, &err);
    assert_int_equal(st, want);
    assert_int_equal(sx_out_flush(&out, &err), STRIA_OK);
    sx_out_deinit(&out);
    (void)close(pipe_fd[1]);
    ssize_t got = read(pipe_fd[0], text, sizeof text - 1);
    (void)close(pipe_fd[0]);
    assert_true(got >= 0);
    text[got] = 0;
    return text;
}

static void test_json_has_a_line_for_each_file_and_one_for_all(void **state)
{
    (void)state;
    char *paths[] = {path, path};
    const char *text = output(false, true, paths, 2, STRIA_OK);
    static const char *const keys[] = {
        "\"count\":24000,",    "\"time_bits_hot\":",     "\"time_bits_sealed\":",
        "\"value_bits_hot\":", "\"value_bits_sealed\":", "\"encode_ns\":",
        "\"decode_ns_hot\":",  "\"decode_ns_sealed\":",  "\"codecs\":{\"hot\":{",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_non_null(strstr(text, keys[i]));
    const char *total = strstr(text, "{\"file\":\"total\",\"count\":48000,");
    assert_non_null(total);
    assert_non_null(strchr(total, '\n'));
    assert_null(strchr(total, '\n')[1] ? total : NULL); /* it is the last line */
}

static void test_the_table_has_the_files_and_the_peers_marked_as_not_measured(void **state)
{
    (void)state;
    char *paths[] = {path};
    const char *text = output(false, false, paths, 1, STRIA_OK);
    assert_non_null(strstr(text, path));
    assert_non_null(strstr(text, "total "));
    assert_non_null(strstr(text, "not measured here"));
}

static void test_a_file_that_is_not_there_ends_it(void **state)
{
    (void)state;
    char nowhere[] = "/nowhere/there.lp";
    char *paths[] = {nowhere};
    (void)output(false, true, paths, 1, STRIA_NOT_FOUND);
}

static void test_each_kernel_of_each_instruction_set_has_a_line(void **state)
{
    (void)state;
    const char *text = output(true, true, NULL, 0, STRIA_OK);
    static const char *const kernels[] = {"unpack", "for",       "delta",
                                          "delta2", "delta-int", "sum-delta"};
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        char line[100];
        (void)snprintf(
            line, sizeof line,
            "{\"kernel\":\"%s\",\"isa\":\"portable\",\"width\":8,\"count\":", kernels[i]);
        assert_non_null(strstr(text, line));
    }
    assert_non_null(strstr(text, "\"ns_per_value\":"));
}

static void test_figures_of_files_add_up(void **state)
{
    (void)state;
    struct sx_bench_figures total = {0};
    struct sx_bench_figures a = {.count = 100, .value_size = {50, 40}, .encode_ns = 4};
    struct sx_bench_figures b = {.count = 300, .value_size = {10, 5}, .encode_ns = 8};
    sx_bench_count_codec(&a, 0, "delta");
    sx_bench_count_codec(&a, 0, "delta");
    sx_bench_count_codec(&b, 0, "for");
    sx_bench_count_codec(&b, 0, "delta");
    sx_bench_add_figures(&total, &a);
    sx_bench_add_figures(&total, &b);
    assert_int_equal(total.count, 400);
    assert_int_equal(total.value_size[0], 60);
    assert_true(total.encode_ns == 7);
    assert_string_equal(total.codecs[0][0].name, "delta");
    assert_int_equal(total.codecs[0][0].columns, 3);
    assert_int_equal(total.codecs[0][1].columns, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_has_a_line_for_each_file_and_one_for_all),
        cmocka_unit_test(test_the_table_has_the_files_and_the_peers_marked_as_not_measured),
        cmocka_unit_test(test_a_file_that_is_not_there_ends_it),
        cmocka_unit_test(test_each_kernel_of_each_instruction_set_has_a_line),
        cmocka_unit_test(test_figures_of_files_add_up),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
