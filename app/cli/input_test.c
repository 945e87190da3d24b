/* SPDX-License-Identifier: Apache-2.0 */
/* input_test.c -- files one after the other, plain and packed, and what cannot be read. */
#include "app/cli/input.h"

#include "app/cli/stop.h"
#include "base/compress.h"

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

enum { LARGE = 300000, FILE_COUNT = 5 };

static struct sx_mem mem;
static char folder[] = "/tmp/stria_input_test_XXXXXX";
static char paths[FILE_COUNT][64]; /* plain, gzip, zstd, empty, cut gzip */

static void write_file(size_t i, const void *bytes, size_t size)
{
    (void)snprintf(paths[i], sizeof paths[i], "%s/%zu", folder, i);
    int fd = open(paths[i], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}

static uint8_t byte_at(size_t i)
{
    return (uint8_t)("0123456789 the quick brown fox\n"[(i * 7 + i / 100) % 31]);
}

static int set_up(void **state)
{
    (void)state;
    struct sx_deflate *packer;
    struct sx_buf plain, packed;
    struct sx_compressor *compressor;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&plain, &mem, LARGE);
    sx_buf_init(&packed, &mem, LARGE * 2);
    for (size_t i = 0; i < LARGE; i++)
        sx_buf_put_u8(&plain, byte_at(i));
    if (!mkdtemp(folder))
        return 1;
    write_file(0, "plain\n", 6);
    assert_int_equal(sx_deflate_create(&mem, SX_STREAM_GZIP, 6, &packer, NULL), STRIA_OK);
    assert_int_equal(sx_deflate_put(packer, sx_buf_bytes(&plain), &packed, NULL), STRIA_OK);
    assert_int_equal(sx_deflate_end(packer, &packed, NULL), STRIA_OK);
    sx_deflate_destroy(packer);
    write_file(1, packed.ptr, packed.len);
    write_file(4, packed.ptr, packed.len / 2);
    sx_buf_clear(&packed);
    compressor = sx_compressor_create(&mem);
    assert_int_equal(sx_zstd_put(compressor, &packed, sx_buf_bytes(&plain), 3, NULL), STRIA_OK);
    sx_compressor_destroy(compressor);
    write_file(2, packed.ptr, packed.len);
    write_file(3, "", 0);
    sx_buf_deinit(&plain);
    sx_buf_deinit(&packed);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++)
        (void)unlink(paths[i]);
    (void)rmdir(folder);
    sx_mem_deinit(&mem);
    return 0;
}

static void expect_large(struct sx_input *input, size_t piece)
{
    uint8_t bytes[5000];
    size_t got, total = 0;
    while (sx_input_read(input, bytes, piece, &got, NULL) == STRIA_OK && got) {
        assert_true(got <= piece);
        for (size_t i = 0; i < got; i++)
            assert_int_equal(bytes[i], byte_at(total + i));
        total += got;
    }
    assert_int_equal(total, LARGE);
}

static void test_files_come_one_after_the_other_unpacked(void **state)
{
    (void)state;
    char *list[] = {paths[0], paths[1], paths[3], paths[2]};
    struct sx_input input;
    char bytes[16];
    size_t got;
    bool end;
    sx_stop_watch();
    sx_input_init(&input, &mem, list, 4);
    assert_true(input.bytes_total > 6);
    assert_int_equal(sx_input_next(&input, &end, NULL), STRIA_OK);
    assert_false(end);
    assert_int_equal(sx_input_read(&input, bytes, sizeof bytes, &got, NULL), STRIA_OK);
    assert_int_equal(got, 6);
    assert_memory_equal(bytes, "plain\n", 6);
    assert_int_equal(sx_input_read(&input, bytes, sizeof bytes, &got, NULL), STRIA_OK);
    assert_int_equal(got, 0);
    assert_int_equal(sx_input_next(&input, &end, NULL), STRIA_OK);
    expect_large(&input, 4999);
    assert_int_equal(sx_input_next(&input, &end, NULL), STRIA_OK);
    assert_int_equal(sx_input_read(&input, bytes, sizeof bytes, &got, NULL), STRIA_OK);
    assert_int_equal(got, 0);
    assert_int_equal(sx_input_next(&input, &end, NULL), STRIA_OK);
    expect_large(&input, 7);
    assert_int_equal(sx_input_next(&input, &end, NULL), STRIA_OK);
    assert_true(end);
    assert_int_equal(input.bytes_done, input.bytes_total);
    sx_input_deinit(&input);
}

static void test_a_cut_file_is_told_with_its_name(void **state)
{
    (void)state;
    char *list[] = {paths[4]};
    struct sx_input input;
    uint8_t bytes[5000];
    size_t got;
    bool end;
    stria_status st;
    stria_error err = {0};
    sx_stop_watch();
    sx_input_init(&input, &mem, list, 1);
    assert_int_equal(sx_input_next(&input, &end, NULL), STRIA_OK);
    while (!(st = sx_input_read(&input, bytes, sizeof bytes, &got, &err)) && got)
        ;
    assert_int_equal(st, STRIA_INVALID);
    assert_non_null(strstr(err.text, paths[4]));
    sx_input_deinit(&input);
}

static void test_what_is_not_there_is_told(void **state)
{
    (void)state;
    char missing[] = "/nonexistent/file", directory[] = "/tmp";
    char *list[] = {missing, directory};
    struct sx_input input;
    bool end;
    stria_error err = {0};
    sx_stop_watch();
    sx_input_init(&input, &mem, list, 2);
    assert_int_equal(input.bytes_total, 0);
    assert_int_equal(sx_input_next(&input, &end, &err), STRIA_NOT_FOUND);
    assert_string_equal(err.text, "/nonexistent/file: open: No such file or directory");
    assert_int_equal(sx_input_next(&input, &end, &err), STRIA_IO);
    assert_string_equal(err.text, "/tmp: read: Is a directory");
    sx_input_deinit(&input);
}

static void test_a_wish_to_stop_ends_reading(void **state)
{
    (void)state;
    char *list[] = {paths[0]};
    struct sx_input input;
    bool end;
    sx_stop_watch();
    assert_int_equal(raise(SIGINT), 0);
    sx_input_init(&input, &mem, list, 1);
    assert_int_equal(sx_input_next(&input, &end, NULL), STRIA_CANCELLED);
    sx_input_deinit(&input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_come_one_after_the_other_unpacked),
        cmocka_unit_test(test_a_cut_file_is_told_with_its_name),
        cmocka_unit_test(test_what_is_not_there_is_told),
        cmocka_unit_test(test_a_wish_to_stop_ends_reading),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
