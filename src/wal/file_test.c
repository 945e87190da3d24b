/* SPDX-License-Identifier: Apache-2.0 */
/* file_test.c -- one file of the log: its zeros, its two headers, and what failures leave. */
#include "wal/file.h"

#include "base/golden_test.h"
#include "os/os_fault.h"
#include "os/os_mem.h"

#include <errno.h>

static struct test_mem memory;

static const struct sx_wal_header first_life = {
    .version = 1, .file_no = 5, .generation = 2, .salt = 11, .store_id = 1, .first_frame_seq = 9};
static const struct sx_wal_header second_life = {
    .version = 1, .file_no = 8, .generation = 4, .salt = 12, .store_id = 1, .first_frame_seq = 30};

static struct sx_os *make_disk(void)
{
    struct sx_os *disk = sx_os_mem_create(1);
    assert_non_null(disk);
    assert_int_equal(disk->ops->mkdir(disk, "wal", NULL), STRIA_OK);
    assert_int_equal(disk->ops->sync_dir(disk, "", NULL), STRIA_OK);
    return disk;
}

static void test_a_new_file_is_zeros_and_durable(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {8192 + 4096, 65536, 65536 * 16 + 4096, 1 << 20, 3000000};
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
        struct sx_os *disk = make_disk();
        struct sx_wal_file *file = NULL;
        size_t size;
        assert_int_equal(sx_wal_file_create(disk, &memory.mem, "wal", 0xabc, sizes[i], &file, NULL),
                         STRIA_OK);
        assert_string_equal(file->path, "wal/00000abc.wal");
        assert_int_equal(file->size, sizes[i]);
        assert_int_equal(file->state, SX_WAL_FREE);
        sx_wal_file_close(&memory.mem, file);
        struct sx_os *left = sx_os_mem_crash(disk, NULL, NULL); /* all that is not synced is lost */
        const uint8_t *bytes = sx_os_mem_bytes(left, "wal/00000abc.wal", &size);
        assert_non_null(bytes);
        assert_int_equal(size, sizes[i]);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(bytes[k], 0);
        sx_os_mem_destroy(left);
        sx_os_mem_destroy(disk);
    }
}

static struct sx_wal_file *make_file(struct sx_os *disk)
{
    struct sx_wal_file *file = NULL;
    assert_int_equal(sx_wal_file_create(disk, &memory.mem, "wal", 1, 65536, &file, NULL), STRIA_OK);
    return file;
}

static void test_a_name_that_is_taken_is_not_made_again(void **state)
{
    (void)state;
    struct sx_os *disk = make_disk();
    struct sx_wal_file *file = make_file(disk), *other = NULL;
    stria_error err = {0};
    assert_int_equal(sx_wal_file_create(disk, &memory.mem, "wal", 1, 65536, &other, &err),
                     STRIA_EXISTS);
    assert_null(other);
    assert_int_equal(err.code, STRIA_EXISTS);
    sx_wal_file_close(&memory.mem, file);
    assert_int_equal(sx_wal_file_open(disk, &memory.mem, "wal", 1, SX_OPEN_READ, &file, NULL),
                     STRIA_OK);
    sx_wal_file_close(&memory.mem, file);
    sx_wal_file_close(&memory.mem, NULL);
    sx_os_mem_destroy(disk);
}

static void test_a_life_begins_with_its_header_twice(void **state)
{
    (void)state;
    struct sx_os *disk = make_disk();
    struct sx_wal_file *file = make_file(disk);
    uint8_t want[SX_WAL_HEADER_SIZE];
    unsigned copies;
    size_t size;
    assert_int_equal(sx_wal_file_read_header(file, &copies, NULL), STRIA_CORRUPT);
    assert_int_equal(copies, 0);
    assert_int_equal(sx_wal_file_begin(file, &first_life, NULL), STRIA_OK);
    assert_int_equal(file->state, SX_WAL_LIVE);
    struct sx_os *left = sx_os_mem_crash(disk, NULL, NULL);
    const uint8_t *bytes = sx_os_mem_bytes(left, "wal/00000001.wal", &size);
    sx_wal_header_put(want, &first_life);
    assert_memory_equal(bytes, want, sizeof want);
    assert_memory_equal(bytes + SX_WAL_ALIGN, want, sizeof want);
    sx_os_mem_destroy(left);
    assert_int_equal(sx_wal_file_read_header(file, &copies, NULL), STRIA_OK);
    assert_int_equal(copies, 2);
    assert_int_equal(file->header.file_no, 5);
    sx_wal_file_close(&memory.mem, file);
    sx_os_mem_destroy(disk);
}

enum copy { ZERO, OLD, NEW, BAD, NEWER_VERSION };

static void put_copy(uint8_t *bytes, enum copy copy)
{
    struct sx_wal_header header = copy == OLD ? first_life : second_life;
    header.version = copy == NEWER_VERSION ? 2 : 1;
    memset(bytes, 0, SX_WAL_ALIGN);
    if (copy != ZERO)
        sx_wal_header_put(bytes, &header);
    if (copy == BAD)
        bytes[20] ^= 1;
}

static void test_the_good_header_with_the_higher_number_counts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum copy first, second;
        stria_status want;
        uint64_t file_no;
        unsigned copies;
    } rows[] = {
        {"both", NEW, NEW, STRIA_OK, 8, 2},
        {"the first is torn", BAD, NEW, STRIA_OK, 8, 1},
        {"the second is torn", NEW, BAD, STRIA_OK, 8, 1},
        {"the second is old", NEW, OLD, STRIA_OK, 8, 1},
        {"the first is old", OLD, NEW, STRIA_OK, 8, 1},
        {"old, and a torn new one", OLD, BAD, STRIA_OK, 5, 1},
        {"one never written", ZERO, NEW, STRIA_OK, 8, 1},
        {"both torn", BAD, BAD, STRIA_CORRUPT, 0, 0},
        {"never begun", ZERO, ZERO, STRIA_CORRUPT, 0, 0},
        {"newer", NEWER_VERSION, NEWER_VERSION, STRIA_VERSION, 0, 0},
        {"newer, the other torn", NEWER_VERSION, BAD, STRIA_VERSION, 0, 0},
        {"newer behind an old one", OLD, NEWER_VERSION, STRIA_VERSION, 0, 1},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_os *disk = make_disk();
        struct sx_wal_file *file = make_file(disk);
        stria_error err = {0};
        unsigned copies;
        size_t size;
        print_message("%s\n", rows[i].name);
        uint8_t *bytes = sx_os_mem_bytes(disk, "wal/00000001.wal", &size);
        put_copy(bytes, rows[i].first);
        put_copy(bytes + SX_WAL_ALIGN, rows[i].second);
        assert_int_equal(sx_wal_file_read_header(file, &copies, &err), rows[i].want);
        assert_int_equal(err.code, rows[i].want);
        assert_int_equal(copies, rows[i].copies);
        if (rows[i].want)
            assert_non_null(strstr(err.text, "wal/00000001.wal"));
        else
            assert_int_equal(file->header.file_no, rows[i].file_no);
        sx_wal_file_close(&memory.mem, file);
        sx_os_mem_destroy(disk);
    }
}

static void test_a_file_shorter_than_its_headers_has_what_is_there(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        unsigned copies;
    } rows[] = {{0, 0}, {91, 0}, {92, 1}, {4096 + 91, 1}, {4096 + 92, 2}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_os *disk = make_disk();
        struct sx_wal_file *file = make_file(disk);
        unsigned copies;
        assert_int_equal(sx_wal_file_begin(file, &first_life, NULL), STRIA_OK);
        assert_true(sx_os_mem_resize(disk, "wal/00000001.wal", rows[i].size));
        assert_int_equal(sx_wal_file_read_header(file, &copies, NULL),
                         rows[i].copies ? STRIA_OK : STRIA_CORRUPT);
        assert_int_equal(copies, rows[i].copies);
        sx_wal_file_close(&memory.mem, file);
        sx_os_mem_destroy(disk);
    }
}

static void test_a_failing_call_leaves_no_file(void **state)
{
    (void)state;
    static const int errnos[] = {EIO, ENOSPC};
    for (size_t i = 0; i < SX_COUNT_OF(errnos); i++)
        for (uint64_t n = 1;; n++) {
            struct sx_os *disk = make_disk();
            struct sx_os_fault_options options = {.fail_at = n, .os_errno = errnos[i]};
            struct sx_os *os = sx_os_fault_create(disk, &options);
            struct sx_wal_file *file = NULL;
            struct sx_file_info info;
            stria_error err = {0};
            stria_status st = sx_wal_file_create(os, &memory.mem, "wal", 1, 100000, &file, &err);
            bool fired = sx_os_fault_fired(os);
            assert_int_equal(st != STRIA_OK, fired);
            assert_int_equal(st, err.code);
            if (fired) {
                assert_null(file);
                assert_int_equal(err.os_errno, errnos[i]);
                assert_int_equal(disk->ops->stat(disk, "wal/00000001.wal", &info, NULL),
                                 STRIA_NOT_FOUND);
            }
            sx_wal_file_close(&memory.mem, file);
            sx_os_fault_destroy(os);
            sx_os_mem_destroy(disk);
            if (!fired)
                break;
        }
}

static void test_a_failing_begin_is_told_and_leaves_the_file_as_it_was_in_memory(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct sx_os *disk = make_disk();
        struct sx_wal_file *made = make_file(disk), *file = NULL;
        sx_wal_file_close(&memory.mem, made);
        struct sx_os_fault_options options = {.fail_at = n, .os_errno = EIO, .partial_write = true};
        struct sx_os *os = sx_os_fault_create(disk, &options);
        stria_error err = {0};
        stria_status st = sx_wal_file_open(os, &memory.mem, "wal", 1, SX_OPEN_WRITE, &file, &err);
        if (!st) {
            st = sx_wal_file_begin(file, &first_life, &err);
            assert_int_equal(file->state, st ? SX_WAL_FREE : SX_WAL_LIVE);
            assert_int_equal(file->header.file_no, st ? 0 : 5);
        }
        bool fired = sx_os_fault_fired(os);
        assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
        assert_int_equal(err.code, st);
        sx_wal_file_close(&memory.mem, file);
        sx_os_fault_destroy(os);
        sx_os_mem_destroy(disk);
        if (!fired)
            break;
    }
}

static void test_no_memory_is_told_and_nothing_is_left(void **state)
{
    (void)state;
    struct sx_os *disk = make_disk();
    struct sx_wal_file *file = NULL;
    test_mem_arm(&memory, 1);
    assert_int_equal(sx_wal_file_create(disk, &memory.mem, "wal", 1, 65536, &file, NULL),
                     STRIA_NOMEM);
    assert_true(test_mem_fired(&memory));
    assert_null(file);
    sx_os_mem_destroy(disk);
}

static void test_a_shorter_copy_says_that_it_is_all(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t page_count;
        size_t size;
        uint32_t want;
    } rows[] = {
        {"shorter", 16, 12288, 3},
        {"whole", 16, 65536, 16},
        {"of a store that did not tell", 0, 12288, 0},
        {"only the headers", 16, 8192, 2},
        {"one header only", 16, 4096, 1},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_os *disk = make_disk();
        struct sx_wal_file *file = make_file(disk);
        struct sx_wal_header header = first_life;
        unsigned copies;
        bool changed;
        print_message("%s\n", rows[i].name);
        header.page_count = rows[i].page_count;
        assert_int_equal(sx_wal_file_begin(file, &header, NULL), STRIA_OK);
        assert_true(sx_os_mem_resize(disk, "wal/00000001.wal", rows[i].size));
        assert_int_equal(sx_wal_file_fit(disk, "wal/00000001.wal", &changed, NULL), STRIA_OK);
        assert_int_equal(changed, rows[i].want != rows[i].page_count);
        assert_int_equal(sx_wal_file_read_header(file, &copies, NULL), STRIA_OK);
        assert_int_equal(copies, rows[i].size > 4096 ? 2 : 1);
        assert_int_equal(file->header.page_count, rows[i].want);
        assert_int_equal(file->header.salt, first_life.salt);
        assert_int_equal(sx_wal_file_fit(disk, "wal/no.wal", &changed, NULL), STRIA_NOT_FOUND);
        sx_wal_file_close(&memory.mem, file);
        sx_os_mem_destroy(disk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_file_is_zeros_and_durable),
        cmocka_unit_test(test_a_name_that_is_taken_is_not_made_again),
        cmocka_unit_test(test_a_life_begins_with_its_header_twice),
        cmocka_unit_test(test_the_good_header_with_the_higher_number_counts),
        cmocka_unit_test(test_a_file_shorter_than_its_headers_has_what_is_there),
        cmocka_unit_test(test_a_failing_call_leaves_no_file),
        cmocka_unit_test(test_a_failing_begin_is_told_and_leaves_the_file_as_it_was_in_memory),
        cmocka_unit_test(test_no_memory_is_told_and_nothing_is_left),
        cmocka_unit_test(test_a_shorter_copy_says_that_it_is_all),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
