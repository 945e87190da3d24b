/* SPDX-License-Identifier: Apache-2.0 */
/* os_mem_test.c -- the disk in memory besides crashes: space, time, trace, hooks, corruption, and
 * memory that is refused. The contract it shares with the real table is in os_test.c. */
#include "os/os_mem.h"

#include "base/buf.h"
#include "os/os_mem_priv.h"

#include <errno.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int make_disk(void **state)
{
    *state = sx_os_mem_create(7);
    return *state ? 0 : -1;
}

static int drop_disk(void **state)
{
    sx_os_mem_destroy(*state);
    return 0;
}

static struct sx_file *open_file(struct sx_os *os, const char *path)
{
    struct sx_file *file = NULL;
    assert_int_equal(sx_os_open(os, path, SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL), STRIA_OK);
    return file;
}

static uint64_t free_size(struct sx_os *os)
{
    struct sx_space space = {0};
    assert_int_equal(os->ops->space(os, "", &space, NULL), STRIA_OK);
    return space.free_size;
}

static uint64_t file_size(struct sx_file *file)
{
    struct sx_file_info info = {0};
    assert_int_equal(sx_file_info(file, &info, NULL), STRIA_OK);
    return info.size;
}

static void test_a_full_disk_refuses_growth_but_not_overwriting(void **state)
{
    struct sx_os *os = *state;
    static uint8_t bytes[20000];
    stria_error err = {0};
    assert_int_equal(free_size(os), 1 << 30);
    sx_os_mem_set_space(os, 3 * 4096, 100000);
    struct sx_file *file = open_file(os, "f");
    assert_int_equal(sx_file_pwrite(file, bytes, 4097, 0, &err), STRIA_OK);
    assert_int_equal(free_size(os), 4096);
    assert_int_equal(sx_file_pwrite(file, bytes, sizeof bytes, 4097, &err), STRIA_DISK_FULL);
    assert_int_equal(err.os_errno, ENOSPC);
    assert_string_equal(err.text, "pwritev f at 4097: No space left on device");
    assert_int_equal(file_size(file), 3 * 4096); /* what fitted was written */
    assert_int_equal(free_size(os), 0);
    assert_int_equal(sx_file_pwrite(file, bytes, 3 * 4096, 0, &err), STRIA_OK);
    assert_int_equal(sx_file_pwrite(file, bytes, 1, 50000, &err), STRIA_DISK_FULL);
    assert_int_equal(os->ops->link(os, "f", "g", &err), STRIA_OK);
    assert_int_equal(os->ops->unlink(os, "f", &err), STRIA_OK);
    assert_int_equal(free_size(os), 0); /* it has another name */
    assert_int_equal(os->ops->unlink(os, "g", &err), STRIA_OK);
    assert_int_equal(free_size(os), 0); /* it is open */
    sx_file_close(file);
    assert_int_equal(free_size(os), 3 * 4096);
}

static void test_zeros_written_ahead_cost_no_pages(void **state)
{
    struct sx_os *os = *state;
    static uint8_t zeros[1 << 20];
    struct sx_file *file = open_file(os, "f");
    size_t before = sx_mem_size(&sx_disk_of(os)->family->mem);
    for (uint64_t i = 0; i < 64; i++)
        assert_int_equal(sx_file_pwrite(file, zeros, sizeof zeros, i << 20, NULL), STRIA_OK);
    assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
    assert_int_equal(file_size(file), 64 << 20);
    assert_true(sx_mem_size(&sx_disk_of(os)->family->mem) - before < 512 << 10);
    sx_file_close(file);
}

static void test_time_is_a_counter(void **state)
{
    struct sx_os *os = *state;
    int64_t mono = sx_os_mono_ns(os);
    assert_int_equal(sx_os_mono_ns(os), mono + 1000);
    os->ops->sleep_ns(os, 5000000);
    os->ops->sleep_ns(os, -1);
    assert_int_equal(sx_os_mono_ns(os), mono + 5002000);
    sx_os_mem_set_now(os, 42000);
    assert_int_equal(sx_os_now_ns(os), 43000);
    assert_int_equal(sx_os_mono_ns(os), mono + 5004000);
    assert_int_equal(sx_os_now_ns(os), 45000);
}

static void test_chance_depends_on_the_seed_alone(void **state)
{
    struct sx_os *os = *state, *same = sx_os_mem_create(7), *other = sx_os_mem_create(8);
    uint8_t first[3][100];
    assert_int_equal(os->ops->random(os, first[0], 100, NULL), STRIA_OK);
    assert_int_equal(os->ops->random(same, first[1], 100, NULL), STRIA_OK);
    assert_int_equal(os->ops->random(other, first[2], 100, NULL), STRIA_OK);
    assert_memory_equal(first[0], first[1], 100);
    assert_memory_not_equal(first[0], first[2], 100);
    assert_int_equal(os->ops->random(os, first[1], 100, NULL), STRIA_OK);
    assert_memory_not_equal(first[0], first[1], 100);
    sx_os_mem_destroy(same);
    sx_os_mem_destroy(other);
}

static void nothing(void *context)
{
    (void)context;
}

static void test_threads_are_refused(void **state)
{
    struct sx_os *os = *state;
    struct sx_thread *thread = (struct sx_thread *)os;
    stria_error err = {0};
    assert_int_equal(os->ops->thread_start(os, nothing, NULL, &thread, &err), STRIA_UNSUPPORTED);
    assert_null(thread);
    assert_int_equal(err.os_errno, ENOTSUP);
}

/* ---- trace and hooks ------------------------------------------------------------------------ */

static void add_line(void *context, const char *line)
{
    sx_buf_put_text(context, line);
    sx_buf_put_u8(context, '\n');
}

static void test_the_trace_has_a_line_for_each_call(void **state)
{
    struct sx_os *os = *state;
    char lines[2000], byte;
    struct sx_buf buf;
    size_t got;
    sx_buf_init_fixed(&buf, lines, sizeof lines);
    sx_os_mem_trace(os, add_line, &buf);
    assert_int_equal(os->ops->mkdir(os, "wal", NULL), STRIA_OK);
    struct sx_file *file = open_file(os, "wal/0");
    const struct sx_iov iov[] = {{"abc", 3}, {"de", 2}};
    assert_int_equal(sx_file_pwritev(file, iov, 2, 4096, NULL), STRIA_OK);
    assert_int_equal(sx_file_pread(file, &byte, 1, 9000, &got, NULL), STRIA_OK);
    assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
    assert_true(sx_os_mem_fail_sync(file));
    assert_int_equal(os->ops->sync_dir(os, "wal", NULL), STRIA_OK);
    assert_int_equal(os->ops->lock(file, 0, 1, true, NULL), STRIA_OK);
    assert_int_equal(os->ops->unlock(file, 0, 1, NULL), STRIA_OK);
    assert_int_equal(os->ops->link(os, "wal/0", "one", NULL), STRIA_OK);
    assert_int_equal(os->ops->unlink(os, "wal/0", NULL), STRIA_OK);
    assert_int_equal(os->ops->unlink(os, "wal/0", NULL), STRIA_NOT_FOUND);
    (void)file_size(file);
    sx_file_close(file);
    sx_file_close(open_file(os, "one"));
    (void)free_size(os);
    sx_os_mem_trace(os, NULL, NULL);
    sx_file_close(open_file(os, "one"));
    sx_buf_put_u8(&buf, '\0');
    assert_false(buf.failed);
    assert_string_equal(lines, "mkdir wal\ncreate wal/0\npwritev wal/0 4096+5\npread wal/0 9000+0\n"
                               "sync wal/0\nsync wal/0 errno 5\nsync_dir wal\n"
                               "lock wal/0 0+1 exclusive\nunlock wal/0 0+1\nlink wal/0 one\n"
                               "unlink wal/0\nunlink wal/0 errno 2\nfile_info wal/0\n"
                               "close wal/0\nopen one\nclose one\nspace \n");
}

struct boundaries {
    struct sx_os *os;
    uint64_t count;
    uint64_t sizes[20]; /* of "f" after a crash that keeps all; UINT64_MAX: it is not there */
};

static enum sx_crash_fate keep(void *context, uint64_t item, bool is_sector)
{
    (void)context;
    (void)item;
    (void)is_sector;
    return SX_FATE_KEPT;
}

static void look_at_boundary(void *context, uint64_t index)
{
    struct boundaries *seen = context;
    struct sx_file_info info = {.size = UINT64_MAX};
    assert_int_equal(index, seen->count);
    struct sx_os *left = sx_os_mem_crash(seen->os, keep, NULL);
    (void)left->ops->stat(left, "f", &info, NULL);
    seen->sizes[seen->count++] = info.size;
    sx_os_mem_destroy(left);
}

static void test_the_hook_sees_the_disk_before_each_mutation(void **state)
{
    struct sx_os *os = *state;
    struct boundaries seen = {.os = os};
    sx_os_mem_on_mutation(os, look_at_boundary, &seen);
    struct sx_file *file = open_file(os, "f");                            /* 0 */
    assert_int_equal(sx_file_pwrite(file, "abc", 3, 0, NULL), STRIA_OK);  /* 1 */
    assert_int_equal(sx_file_pwrite(file, "abc", 3, 3, NULL), STRIA_OK);  /* 2 */
    assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);                 /* 3 */
    sx_file_close(open_file(os, "f"));                                    /* changes nothing */
    assert_int_equal(os->ops->mkdir(os, "d", NULL), STRIA_OK);            /* 4 */
    assert_int_equal(os->ops->link(os, "f", "g", NULL), STRIA_OK);        /* 5 */
    assert_int_equal(os->ops->unlink(os, "f", NULL), STRIA_OK);           /* 6 */
    assert_int_equal(os->ops->sync_dir(os, "", NULL), STRIA_OK);          /* 7 */
    assert_int_equal(os->ops->unlink(os, "none", NULL), STRIA_NOT_FOUND); /* 8: counts too */
    sx_file_close(file);
    const uint64_t sizes[] = {UINT64_MAX, 0, 3, 6, 6, 6, 6, UINT64_MAX, UINT64_MAX};
    assert_int_equal(seen.count, SX_COUNT_OF(sizes));
    assert_memory_equal(seen.sizes, sizes, sizeof sizes);
    assert_int_equal(sx_os_mem_mutations(os), SX_COUNT_OF(sizes));
    sx_os_mem_on_mutation(os, NULL, NULL);
}

/* ---- corruption ----------------------------------------------------------------------------- */

static void test_changed_bytes_are_read_and_durable(void **state)
{
    struct sx_os *os = *state;
    size_t size = 0;
    struct sx_file *file = open_file(os, "f");
    char got[10] = "";
    assert_int_equal(sx_file_pwrite(file, "0123456789", 10, 0, NULL), STRIA_OK);
    assert_int_equal(sx_file_sync(file, NULL), STRIA_OK);
    assert_int_equal(os->ops->sync_dir(os, "", NULL), STRIA_OK);
    uint8_t *bytes = sx_os_mem_bytes(os, "f", &size);
    assert_int_equal(size, 10);
    bytes[3] = 'x';
    assert_int_equal(sx_file_read(file, "f", got, 10, 0, NULL), STRIA_OK);
    assert_memory_equal(got, "012x456789", 10);
    assert_int_equal(sx_os_mem_pending(os), 0);
    struct sx_os *left = sx_os_mem_crash(os, NULL, NULL);
    assert_memory_equal(sx_os_mem_bytes(left, "f", &size), "012x456789", 10);
    sx_os_mem_destroy(left);
    assert_null(sx_os_mem_bytes(os, "none", &size));
    assert_null(sx_os_mem_bytes(os, "", &size));
    sx_file_close(file);
}

static void test_a_cut_or_extended_file_is_so_for_good(void **state)
{
    struct sx_os *os = *state;
    size_t size = 0;
    struct sx_file *file = open_file(os, "f");
    assert_int_equal(sx_file_pwrite(file, "0123456789", 10, 0, NULL), STRIA_OK);
    assert_int_equal(os->ops->sync_dir(os, "", NULL), STRIA_OK);
    assert_true(sx_os_mem_resize(os, "f", 4));
    assert_int_equal(file_size(file), 4);
    assert_true(sx_os_mem_resize(os, "f", 9000));
    struct sx_os *left = sx_os_mem_crash(os, NULL, NULL);
    const uint8_t *bytes = sx_os_mem_bytes(left, "f", &size);
    assert_int_equal(size, 9000);
    assert_memory_equal(bytes, "0123\0\0\0\0\0\0", 10); /* what was cut does not come back */
    sx_os_mem_destroy(left);
    assert_true(sx_os_mem_resize(os, "f", 0));
    assert_int_equal(file_size(file), 0);
    assert_false(sx_os_mem_resize(os, "none", 0));
    sx_file_close(file);
}

/* ---- memory --------------------------------------------------------------------------------- */

/* Runs a little of everything; true: all of it succeeded. */
static bool use_all(struct sx_os *os)
{
    static const uint8_t bytes[9000] = {1, [4500] = 2};
    struct sx_file *file = NULL, *second = NULL;
    bool done = os->ops->mkdir(os, "d", NULL) == STRIA_OK;
    if (sx_os_open(os, "d/f", SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL))
        return false;
    done &= sx_os_open(os, "d/f", SX_OPEN_WRITE, &second, NULL) == STRIA_OK;
    done &= sx_file_pwrite(file, bytes, sizeof bytes, 100, NULL) == STRIA_OK;
    done &= sx_file_sync(file, NULL) == STRIA_OK;
    done &= sx_file_pwrite(file, bytes, sizeof bytes, 0, NULL) == STRIA_OK;
    done &= sx_os_mem_fail_sync(file);
    done &= sx_file_sync(file, NULL) == STRIA_OK;
    done &= sx_file_pwrite(file, bytes, sizeof bytes, 4096, NULL) == STRIA_OK;
    done &= os->ops->lock(file, 0, 100, true, NULL) == STRIA_OK;
    done &= os->ops->unlock(file, 10, 20, NULL) == STRIA_OK;
    done &= os->ops->link(os, "d/f", "d/g", NULL) == STRIA_OK;
    done &= os->ops->sync_dir(os, "d", NULL) == STRIA_OK;
    done &= os->ops->sync_dir(os, "", NULL) == STRIA_OK;
    done &= os->ops->unlink(os, "d/f", NULL) == STRIA_OK;
    struct sx_os *left = sx_os_mem_crash(os, keep, NULL);
    done &= left != NULL;
    sx_os_mem_destroy(left);
    sx_file_close(file);
    sx_file_close(second);
    return done;
}

static void test_refused_memory_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    bool fired = true;
    int count = 0;
    for (; fired; count++) {
        struct sx_os *os = sx_os_mem_create(1);
        struct sx_mem_fault fault = {.countdown = count + 1};
        sx_disk_of(os)->family->mem.fault = &fault;
        bool done = use_all(os);
        fired = atomic_load(&fault.fired);
        assert_int_equal(done, !fired);
        sx_disk_of(os)->family->mem.fault = NULL;
        sx_os_mem_destroy(os); /* asserts that nothing is left */
    }
    assert_true(count > 30);
}

int main(void)
{
#define WITH_DISK(test) cmocka_unit_test_setup_teardown(test, make_disk, drop_disk)
    const struct CMUnitTest tests[] = {
        WITH_DISK(test_a_full_disk_refuses_growth_but_not_overwriting),
        WITH_DISK(test_zeros_written_ahead_cost_no_pages),
        WITH_DISK(test_time_is_a_counter),
        WITH_DISK(test_chance_depends_on_the_seed_alone),
        WITH_DISK(test_threads_are_refused),
        WITH_DISK(test_the_trace_has_a_line_for_each_call),
        WITH_DISK(test_the_hook_sees_the_disk_before_each_mutation),
        WITH_DISK(test_changed_bytes_are_read_and_durable),
        WITH_DISK(test_a_cut_or_extended_file_is_so_for_good),
        cmocka_unit_test(test_refused_memory_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
