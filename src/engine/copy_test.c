/* SPDX-License-Identifier: Apache-2.0 */
/* copy_test.c -- copies are whole or not there, and their checksums tell what they hold. */
#include "engine/copy.h"

#include "base/buf.h"
#include "base/crc32c.h"
#include "os/os_fault.h"
#include "os/os_mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define SIZE ((size_t)3 << 20) /* several pieces */

struct copy_test {
    struct sx_os *disk;
    struct sx_mem mem;
    struct sx_copy copy;
    uint8_t *bytes;
};

static void begin(struct copy_test *t)
{
    struct sx_file *file = NULL;
    *t = (struct copy_test){.disk = sx_os_mem_create(3)};
    sx_mem_init(&t->mem, NULL, "test", 0);
    t->bytes = sx_mem_alloc(&t->mem, SIZE);
    assert_non_null(t->bytes);
    for (size_t i = 0; i < SIZE; i++)
        t->bytes[i] = (uint8_t)(i * 7 + i / 256);
    unsigned flags = SX_OPEN_WRITE | SX_OPEN_CREATE;
    assert_int_equal(sx_os_open(t->disk, "from", flags, &file, NULL), STRIA_OK);
    assert_int_equal(sx_file_pwrite(file, t->bytes, SIZE, 0, NULL), STRIA_OK);
    assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
    sx_file_close(file);
    t->copy = (struct sx_copy){.os = t->disk, .mem = &t->mem};
}

static void end(struct copy_test *t)
{
    sx_mem_free(&t->mem, t->bytes);
    sx_mem_deinit(&t->mem);
    sx_os_mem_destroy(t->disk);
}

static void assert_copied(struct copy_test *t, size_t size)
{
    size_t found;
    const uint8_t *bytes = sx_os_mem_bytes(t->disk, "to", &found);
    assert_non_null(bytes);
    assert_int_equal(found, size);
    assert_memory_equal(bytes, t->bytes, size);
}

static void test_a_copy_is_the_same_and_so_is_its_checksum(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 4096, (size_t)1 << 20, ((size_t)1 << 20) + 1, SIZE};
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
        struct copy_test t;
        uint32_t crc, again;
        uint64_t size;
        begin(&t);
        assert_int_equal(sx_copy_file(&t.copy, "from", "to", sizes[i], &crc, NULL), STRIA_OK);
        assert_copied(&t, sizes[i]);
        assert_int_equal(crc, sx_crc32c(0, t.bytes, sizes[i]));
        assert_int_equal(t.copy.bytes_done, sizes[i]);
        assert_int_equal(sx_copy_sum(&t.copy, "to", &size, &again, NULL), STRIA_OK);
        assert_int_equal(size, sizes[i]);
        assert_int_equal(again, crc);
        end(&t);
    }
}

static void test_what_is_there_stays_and_what_is_short_is_told(void **state)
{
    (void)state;
    struct copy_test t;
    begin(&t);
    assert_int_equal(sx_copy_file(&t.copy, "from", "to", SIZE + 1, NULL, NULL), STRIA_CORRUPT);
    assert_null(sx_os_mem_bytes(t.disk, "to", &(size_t){0}));
    assert_int_equal(sx_copy_file(&t.copy, "from", "to", 10, NULL, NULL), STRIA_OK);
    assert_int_equal(sx_copy_file(&t.copy, "from", "to", SIZE, NULL, NULL), STRIA_EXISTS);
    assert_copied(&t, 10);
    assert_int_equal(sx_copy_file(&t.copy, "none", "other", 1, NULL, NULL), STRIA_NOT_FOUND);
    end(&t);
}

static bool stop_half_way(void *user, uint64_t bytes_done, uint64_t bytes_total)
{
    (void)user;
    assert_true(bytes_done <= bytes_total);
    return bytes_done < SIZE / 2;
}

static void test_a_cancelled_copy_is_not_there(void **state)
{
    (void)state;
    struct copy_test t;
    begin(&t);
    t.copy.on_progress = stop_half_way;
    t.copy.bytes_total = SIZE;
    assert_int_equal(sx_copy_file(&t.copy, "from", "to", SIZE, NULL, NULL), STRIA_CANCELLED);
    assert_null(sx_os_mem_bytes(t.disk, "to", &(size_t){0}));
    end(&t);
}

static void test_a_copy_that_fails_is_not_there(void **state)
{
    (void)state;
    bool fired = true;
    for (uint64_t at = 1; fired; at++) {
        struct copy_test t;
        begin(&t);
        struct sx_os_fault_options fault = {
            .fail_at = at, .os_errno = EIO, .partial_write = at % 2};
        struct sx_os *os = sx_os_fault_create(t.disk, &fault);
        t.copy.os = os;
        stria_status st = sx_copy_file(&t.copy, "from", "to", SIZE, NULL, NULL);
        fired = sx_os_fault_fired(os);
        assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
        if (fired)
            assert_null(sx_os_mem_bytes(t.disk, "to", &(size_t){0}));
        else
            assert_copied(&t, SIZE);
        sx_os_fault_destroy(os);
        end(&t);
    }
}

static void test_folders_are_told_empty_and_taken_away(void **state)
{
    (void)state;
    struct copy_test t;
    bool exists, empty;
    begin(&t);
    assert_int_equal(sx_copy_is_empty(t.disk, "d", &exists, &empty, NULL), STRIA_OK);
    assert_false(exists);
    assert_true(empty);
    assert_int_equal(t.disk->ops->mkdir(t.disk, "d", NULL), STRIA_OK);
    assert_int_equal(sx_copy_is_empty(t.disk, "d", &exists, &empty, NULL), STRIA_OK);
    assert_true(exists);
    assert_true(empty);
    assert_int_equal(sx_copy_file(&t.copy, "from", "d/a", 5, NULL, NULL), STRIA_OK);
    assert_int_equal(sx_copy_file(&t.copy, "from", "d/b", 5, NULL, NULL), STRIA_OK);
    assert_int_equal(sx_copy_is_empty(t.disk, "d", &exists, &empty, NULL), STRIA_OK);
    assert_false(empty);
    assert_int_equal(sx_copy_is_empty(t.disk, "from", &exists, &empty, NULL), STRIA_EXISTS);
    sx_copy_remove_folder(t.disk, &t.mem, "d");
    assert_int_equal(sx_copy_is_empty(t.disk, "d", &exists, &empty, NULL), STRIA_OK);
    assert_false(exists);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_copy_is_the_same_and_so_is_its_checksum),
        cmocka_unit_test(test_what_is_there_stays_and_what_is_short_is_told),
        cmocka_unit_test(test_a_cancelled_copy_is_not_there),
        cmocka_unit_test(test_a_copy_that_fails_is_not_there),
        cmocka_unit_test(test_folders_are_told_empty_and_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
