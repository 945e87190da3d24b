/* SPDX-License-Identifier: Apache-2.0 */
/* output_test.c -- bytes of any sizes end up in a file in their order, or the failure is told. */
#include "segment/output.h"

#include "base/golden_test.h"
#include "codec/generators.h"
#include "os/os_fault.h"
#include "os/os_mem.h"

#include <errno.h>

static struct test_mem memory;

static struct sx_file *open_file(struct sx_os *os)
{
    struct sx_file *file = NULL;
    assert_int_equal(sx_os_open(os, "out", SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL), STRIA_OK);
    return file;
}

#define SIZE_MAX_OF_ALL ((size_t)3 << 20)

static const size_t sizes[] = {0, 1, 100,   65536, 262143, 262144, 262145, 300000, (size_t)1 << 20,
                               0, 5, 262139};

static void fill(uint8_t *bytes)
{
    struct sx_random random = {1};
    for (size_t i = 0; i < SIZE_MAX_OF_ALL; i++)
        bytes[i] = (uint8_t)sx_random_next(&random);
}

static void test_blocks_of_any_size_stand_one_behind_the_other(void **state)
{
    (void)state;
    struct sx_os *disk = sx_os_mem_create(1);
    struct sx_file *file = open_file(disk);
    struct sx_output out;
    struct sx_block_ref refs[SX_COUNT_OF(sizes)];
    uint8_t *bytes = sx_mem_alloc(&memory.mem, SIZE_MAX_OF_ALL);
    size_t offset = 0, size;
    fill(bytes);
    sx_output_init(&out, &memory.mem, file, 77);
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
        assert_int_equal(
            sx_output_block(&out, sx_bytes_make(bytes + offset, sizes[i]), &refs[i], NULL),
            STRIA_OK);
        assert_int_equal(refs[i].offset, offset);
        assert_int_equal(refs[i].size, sizes[i]);
        assert_int_equal(refs[i].crc, sx_block_crc(77, offset, bytes + offset, sizes[i]));
        offset += sizes[i];
        assert_int_equal(out.offset, offset);
    }
    assert_int_equal(sx_output_flush(&out, NULL), STRIA_OK);
    assert_int_equal(sx_output_flush(&out, NULL), STRIA_OK);
    const uint8_t *stored = sx_os_mem_bytes(disk, "out", &size);
    assert_int_equal(size, offset);
    assert_memory_equal(stored, bytes, size);
    sx_output_deinit(&out);
    sx_file_close(file);
    sx_mem_free(&memory.mem, bytes);
    sx_os_mem_destroy(disk);
}

static stria_status write_all(struct sx_os *os, const uint8_t *bytes, stria_error *err)
{
    struct sx_output out;
    struct sx_block_ref ref;
    struct sx_file *file = NULL;
    size_t offset = 0;
    stria_status st = sx_os_open(os, "out", SX_OPEN_WRITE | SX_OPEN_CREATE, &file, err);
    if (st)
        return st;
    sx_output_init(&out, &memory.mem, file, 77);
    for (size_t i = 0; i < SX_COUNT_OF(sizes) && !st; i++) {
        st = sx_output_block(&out, sx_bytes_make(bytes + offset, sizes[i]), &ref, err);
        offset += sizes[i];
    }
    if (!st)
        st = sx_output_flush(&out, err);
    sx_output_deinit(&out);
    sx_file_close(file);
    return st;
}

static void test_every_failing_call_or_allocation_is_told(void **state)
{
    (void)state;
    uint8_t *bytes = sx_mem_zalloc(&memory.mem, SIZE_MAX_OF_ALL);
    for (int by_memory = 0; by_memory < 2; by_memory++)
        for (unsigned n = 1;; n++) {
            struct sx_os *disk = sx_os_mem_create(1);
            struct sx_os_fault_options options = {.fail_at = by_memory ? 0 : n, .os_errno = ENOSPC};
            struct sx_os *os = sx_os_fault_create(disk, &options);
            stria_error err = {0};
            test_mem_arm(&memory, by_memory ? n : 0);
            stria_status st = write_all(os, bytes, &err);
            bool fired = test_mem_fired(&memory);
            fired = fired || sx_os_fault_fired(os);
            assert_int_equal(st, !fired ? STRIA_OK : by_memory ? STRIA_NOMEM : STRIA_DISK_FULL);
            assert_int_equal(err.code, st);
            sx_os_fault_destroy(os);
            sx_os_mem_destroy(disk);
            if (!fired)
                break;
        }
    sx_mem_free(&memory.mem, bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_of_any_size_stand_one_behind_the_other),
        cmocka_unit_test(test_every_failing_call_or_allocation_is_told),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
