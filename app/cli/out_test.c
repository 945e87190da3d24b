/* SPDX-License-Identifier: Apache-2.0 */
/* out_test.c -- output in large writes: what arrives, a reader that goes, a disk that is full. */
#include "app/cli/out.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static int open_scratch(void)
{
    char path[] = "/tmp/stria_out_test_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    return fd;
}

static void test_small_and_large_pieces_arrive_in_order(void **state)
{
    (void)state;
    enum { LARGE = 200000 };
    struct sx_mem mem;
    struct sx_out out;
    int fd = open_scratch();
    char *large = malloc(LARGE), *got = malloc(LARGE);
    assert_non_null(large);
    assert_non_null(got);
    for (size_t i = 0; i < LARGE; i++)
        large[i] = (char)('a' + i % 26);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_out_init(&out, &mem, fd, "scratch");
    sx_out_put_text(&out, "head\n");
    sx_out_put(&out, large, LARGE);
    sx_out_printf(&out, "%d\n", 7);
    assert_int_equal(sx_out_flush(&out, NULL), STRIA_OK);
    assert_int_equal(out.written_size, 5 + LARGE + 2);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 5 + LARGE + 2);
    assert_int_equal(pread(fd, got, 5, 0), 5);
    assert_memory_equal(got, "head\n", 5);
    assert_int_equal(pread(fd, got, LARGE, 5), LARGE);
    assert_memory_equal(got, large, LARGE);
    assert_int_equal(pread(fd, got, 2, 5 + LARGE), 2);
    assert_memory_equal(got, "7\n", 2);
    sx_out_deinit(&out);
    sx_mem_deinit(&mem);
    (void)close(fd);
    free(large);
    free(got);
}

static void test_a_reader_that_goes_away_is_no_error(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_out out;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    (void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_out_init(&out, &mem, ends[1], "pipe");
    (void)close(ends[0]);
    sx_out_put_text(&out, "nobody reads this");
    assert_true(sx_out_open(&out));
    assert_int_equal(sx_out_flush(&out, NULL), STRIA_OK);
    assert_false(sx_out_open(&out));
    sx_out_put_text(&out, "nor this");
    assert_int_equal(sx_out_flush(&out, NULL), STRIA_OK);
    sx_out_deinit(&out);
    sx_mem_deinit(&mem);
    (void)close(ends[1]);
}

static void test_a_full_disk_is_told_with_its_name(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_out out;
    stria_error err = {0};
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_out_init(&out, &mem, fd, "export.lp");
    sx_out_put_text(&out, "text");
    assert_int_equal(sx_out_flush(&out, &err), STRIA_DISK_FULL);
    assert_int_equal(err.os_errno, ENOSPC);
    assert_non_null(strstr(err.text, "export.lp: write: "));
    assert_false(sx_out_open(&out));
    assert_int_equal(sx_out_flush(&out, &err), STRIA_DISK_FULL);
    sx_out_deinit(&out);
    sx_mem_deinit(&mem);
    (void)close(fd);
}

static void test_no_memory_for_the_buffer_is_an_error(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_mem_fault fault = {.countdown = 1};
    struct sx_out out;
    int fd = open_scratch();
    sx_mem_init(&mem, NULL, "test", 0);
    mem.fault = &fault;
    sx_out_init(&out, &mem, fd, "scratch");
    sx_out_put_text(&out, "text");
    assert_int_equal(sx_out_flush(&out, NULL), STRIA_NOMEM);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    sx_out_deinit(&out);
    sx_mem_deinit(&mem);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_and_large_pieces_arrive_in_order),
        cmocka_unit_test(test_a_reader_that_goes_away_is_no_error),
        cmocka_unit_test(test_a_full_disk_is_told_with_its_name),
        cmocka_unit_test(test_no_memory_for_the_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
