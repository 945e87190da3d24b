/* SPDX-License-Identifier: Apache-2.0 */
/* files_test.c -- no more files of segments are open than allowed, and each is there when asked
 * for. */
#include "segment/files.h"

#include "base/golden_test.h"
#include "os/os_mem.h"

#include <stdio.h>

#define COUNT 20

struct fixture {
    struct sx_os *os;
    struct sx_segment_files files;
    struct sx_kept_file kept[COUNT];
};

/* Each file holds its own number. */
static void fixture_init(struct fixture *f, size_t count_max)
{
    *f = (struct fixture){.os = sx_os_mem_create(1)};
    for (uint8_t i = 0; i < COUNT; i++) {
        char path[16];
        struct sx_file *file;
        (void)snprintf(path, sizeof path, "%d", i);
        assert_int_equal(sx_os_open(f->os, path, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                         STRIA_OK);
        assert_int_equal(sx_file_pwritev(file, &(struct sx_iov){.ptr = &i, .len = 1}, 1, 0, NULL),
                         STRIA_OK);
        sx_file_close(file);
    }
    sx_segment_files_init(&f->files, count_max);
}

static void fixture_deinit(struct fixture *f)
{
    for (int i = 0; i < COUNT; i++)
        sx_segment_files_close(&f->files, &f->kept[i]);
    sx_segment_files_deinit(&f->files);
    sx_os_mem_destroy(f->os);
}

static struct sx_file *take(struct fixture *f, int number)
{
    char path[16];
    struct sx_file *file;
    uint8_t byte = 255;
    size_t got;
    (void)snprintf(path, sizeof path, "%d", number);
    assert_int_equal(sx_segment_files_take(&f->files, &f->kept[number], f->os, path, &file, NULL),
                     STRIA_OK);
    assert_int_equal(sx_file_pread(file, &byte, 1, 0, &got, NULL), STRIA_OK);
    assert_int_equal(byte, number);
    return file;
}

static void use(struct fixture *f, int number)
{
    (void)take(f, number);
    sx_segment_files_give(&f->kept[number]);
}

static bool is_open(struct fixture *f, int number)
{
    return atomic_load(&f->kept[number].file) != NULL;
}

static void test_no_more_than_so_many_are_open(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 5);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < COUNT; i++) {
            use(&f, i);
            assert_true(f.files.count <= 5);
        }
    size_t open = 0;
    for (int i = 0; i < COUNT; i++)
        open += is_open(&f, i);
    assert_int_equal(open, 5);
    fixture_deinit(&f);
}

static void test_a_file_in_use_stays_open(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 3);
    struct sx_file *first = take(&f, 0), *second = take(&f, 0);
    assert_ptr_equal(first, second);
    for (int i = 1; i < COUNT; i++)
        use(&f, i);
    assert_ptr_equal(atomic_load(&f.kept[0].file), first);
    sx_segment_files_give(&f.kept[0]);
    for (int i = 1; i < COUNT; i++)
        use(&f, i);
    assert_true(is_open(&f, 0)); /* by the other */
    sx_segment_files_give(&f.kept[0]);
    for (int i = 1; i < COUNT; i++)
        use(&f, i);
    assert_false(is_open(&f, 0));
    fixture_deinit(&f);
}

static void test_when_all_are_in_use_there_are_more(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 2);
    for (int i = 0; i < 10; i++)
        (void)take(&f, i);
    assert_int_equal(f.files.count, 10);
    for (int i = 0; i < 10; i++)
        sx_segment_files_give(&f.kept[i]);
    for (int i = 10; i < COUNT; i++)
        use(&f, i);
    assert_int_equal(f.files.count, 2);
    fixture_deinit(&f);
}

static void test_one_that_is_used_often_stays(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 4);
    struct sx_file *often = take(&f, 0);
    sx_segment_files_give(&f.kept[0]);
    for (int i = 1; i < COUNT; i++) {
        use(&f, i);
        use(&f, 0);
    }
    assert_ptr_equal(atomic_load(&f.kept[0].file), often);
    fixture_deinit(&f);
}

static void test_a_file_that_is_gone_is_told(void **state)
{
    (void)state;
    struct fixture f;
    struct sx_file *file;
    fixture_init(&f, 4);
    assert_int_equal(sx_segment_files_take(&f.files, &f.kept[0], f.os, "none", &file, NULL),
                     STRIA_NOT_FOUND);
    use(&f, 0);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_more_than_so_many_are_open),
        cmocka_unit_test(test_a_file_in_use_stays_open),
        cmocka_unit_test(test_when_all_are_in_use_there_are_more),
        cmocka_unit_test(test_one_that_is_used_often_stays),
        cmocka_unit_test(test_a_file_that_is_gone_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
