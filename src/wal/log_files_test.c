/* SPDX-License-Identifier: Apache-2.0 */
/* log_files_test.c -- the files of the log: which are opened, told of, made ahead, used again and
 * given up. */
#include "wal/log.h"

#include "wal/log_fixture_test.h"

#include <errno.h>

static void flip(struct wal_test *t, const char *path, uint64_t offset)
{
    size_t size;
    uint8_t *bytes = sx_os_mem_bytes(t->disk, path, &size);
    assert_non_null(bytes);
    bytes[offset] ^= 0x10;
    (void)sx_os_mem_pending(t->disk); /* puts it back */
}

static bool exists(struct wal_test *t, const char *path)
{
    struct sx_file_info info;
    return t->disk->ops->stat(t->disk, path, &info, NULL) == STRIA_OK;
}

static uint64_t file_count(struct wal_test *t)
{
    struct sx_wal_stats stats;
    sx_wal_stats(t->wal, &stats);
    return stats.file_count;
}

/* A log with one entry in each of so many generations, the last of which goes on. */
static void fill(struct wal_test *t, uint64_t generation_count)
{
    wal_test_init(t);
    assert_int_equal(wal_test_open(t, 0), STRIA_OK);
    for (uint64_t generation = 1; generation <= generation_count; generation++) {
        if (generation > 1)
            assert_int_equal(sx_wal_rotate(t->wal, generation, NULL), STRIA_OK);
        assert_int_equal(wal_test_put(t, generation, "x"), STRIA_OK);
    }
}

/* ---- opening ---- */

static struct hooks {
    const struct sx_os_ops *below;
    struct sx_os_ops ops;
} hooks;

/* Takes a file away behind the list's back. */
static stria_status list_and_unlink(struct sx_os *os, const char *path, sx_list_each each,
                                    void *context, stria_error *err)
{
    stria_status st = hooks.below->list(os, path, each, context, err);
    assert_int_equal(hooks.below->unlink(os, "wal/00000000.wal", NULL), STRIA_OK);
    return st;
}

static void test_a_file_that_goes_while_the_folder_is_read_matters_to_the_writer_alone(void **state)
{
    (void)state;
    for (int read_only = 0; read_only < 2; read_only++) {
        struct wal_test t;
        fill(&t, 2);
        wal_test_close(&t);
        struct sx_wal_options options = wal_test_options(&t);
        struct sx_wal_stats stats;
        options.read_only = read_only;
        hooks = (struct hooks){.below = t.disk->ops, .ops = *t.disk->ops};
        hooks.ops.list = list_and_unlink;
        t.disk->ops = &hooks.ops;
        stria_status st = sx_wal_open(&options, &t.wal, &t.err);
        t.disk->ops = hooks.below;
        assert_int_equal(st, read_only ? STRIA_OK : STRIA_NOT_FOUND);
        if (st) {
            assert_non_null(strstr(t.err.text, "wal/00000000.wal"));
            assert_null(t.wal);
        } else {
            sx_wal_stats(t.wal, &stats);
            assert_int_equal(stats.file_count, 1);
        }
        wal_test_deinit(&t);
    }
}

static void test_the_writer_tells_of_a_header_that_is_damaged_and_a_reader_does_not(void **state)
{
    (void)state;
    for (int read_only = 0; read_only < 2; read_only++) {
        struct wal_test t;
        fill(&t, 1);
        wal_test_close(&t);
        flip(&t, "wal/00000000.wal", SX_WAL_ALIGN + 20);
        struct sx_wal_options options = wal_test_options(&t);
        options.read_only = read_only;
        *t.event_text = '\0';
        assert_int_equal(sx_wal_open(&options, &t.wal, NULL), STRIA_OK);
        assert_string_equal(t.event_text, read_only ? "" : "log_header ");
        wal_test_deinit(&t);
    }
}

static void test_damaged_files_are_told_one_after_the_other(void **state)
{
    (void)state;
    struct wal_test t;
    fill(&t, 4);
    assert_int_equal(wal_test_put(&t, 4, "y"), STRIA_OK);
    wal_test_close(&t);
    flip(&t, "wal/00000001.wal", SX_WAL_FIRST_FRAME + 9);
    flip(&t, "wal/00000003.wal", SX_WAL_FIRST_FRAME + 9);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_int_equal(t.result.damage_count, 2);
    assert_int_equal(sx_wal_next_damaged(t.wal, 0), 2);
    assert_int_equal(sx_wal_next_damaged(t.wal, 2), 4);
    assert_int_equal(sx_wal_next_damaged(t.wal, 4), 0);
    wal_test_close(&t);
    /* As a manifest tells of them; one that it names may be gone. */
    struct sx_wal_options options = wal_test_options(&t);
    assert_int_equal(sx_wal_open(&options, &t.wal, NULL), STRIA_OK);
    sx_wal_keep(t.wal, 3);
    sx_wal_keep(t.wal, 77);
    assert_int_equal(sx_wal_next_damaged(t.wal, 0), 3);
    assert_int_equal(sx_wal_next_damaged(t.wal, 3), 0);
    wal_test_deinit(&t);
}

/* ---- beside a writer ---- */

static void test_a_reader_is_told_whether_its_files_are_what_they_were(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t flushed; /* so many of three generations */
        size_t broken[2]; /* places in the first live file that are changed; 0: no more */
        uint64_t fail_at; /* call of the second look */
        stria_status st;
        bool unchanged;
    } rows[] = {
        {"nothing happened", 0, {0}, 0, STRIA_OK, true},
        {"a file that is free does not count", 1, {0}, 0, STRIA_OK, true},
        {"one copy of a header is being written", 0, {20}, 0, STRIA_OK, true},
        {"neither copy can be read", 0, {20, SX_WAL_ALIGN + 20}, 0, STRIA_OK, false},
        {"the disk fails", 0, {0}, 1, STRIA_IO, false},
        {"the disk fails later", 0, {0}, 5, STRIA_IO, false},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct wal_test t;
        bool unchanged;
        print_message("%s\n", rows[i].name);
        fill(&t, 3);
        wal_test_close(&t);
        struct sx_os_fault_options fault = {.os_errno = EIO};
        t.os = sx_os_fault_create(t.disk, &fault);
        assert_int_equal(wal_test_read(&t, rows[i].flushed), STRIA_OK);
        fault.fail_at = rows[i].fail_at ? sx_os_fault_calls(t.os) + rows[i].fail_at : 0;
        wal_test_kill(&t);
        sx_os_fault_destroy(t.os);
        t.os = sx_os_fault_create(t.disk, &fault);
        assert_int_equal(wal_test_read(&t, rows[i].flushed), STRIA_OK);
        for (size_t j = 0; j < 2 && rows[i].broken[j]; j++)
            flip(&t, "wal/00000000.wal", rows[i].broken[j]);
        assert_int_equal(sx_wal_unchanged(t.wal, &unchanged, &t.err), rows[i].st);
        assert_int_equal(unchanged, rows[i].unchanged);
        wal_test_deinit(&t);
    }
}

static void test_the_files_of_some_generations_are_named_in_order(void **state)
{
    (void)state;
    static const struct {
        uint64_t flushed, last;
        const char *names;
    } rows[] = {
        {0, UINT64_MAX, "0 1 2 3 4 "}, {0, 2, "0 1 "}, {2, 4, "2 3 "}, {4, 4, ""}, {5, 9, ""},
    };
    struct wal_test t;
    fill(&t, 5);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_wal_place place = {0};
        char names[40] = "", name[12];
        uint64_t generation = rows[i].flushed;
        while (sx_wal_next_place(t.wal, rows[i].flushed, rows[i].last, place.file_no, &place)) {
            (void)snprintf(name, sizeof name, "%u ", place.name_no);
            wal_test_append(names, sizeof names, name);
            assert_int_equal(place.generation, ++generation);
            assert_int_equal(place.file_no, place.name_no + 1);
            assert_int_equal(place.size, SX_WAL_FILE_SIZE_MIN);
        }
        assert_string_equal(names, rows[i].names);
    }
    wal_test_deinit(&t);
}

/* ---- the pool ---- */

static void test_a_free_file_that_a_snapshot_came_to_share_is_not_begun_again(void **state)
{
    (void)state;
    struct wal_test t;
    fill(&t, 2);
    sx_wal_release(t.wal, 1); /* the first file is free now */
    assert_int_equal(t.disk->ops->link(t.disk, "wal/00000000.wal", "kept", NULL), STRIA_OK);
    assert_int_equal(sx_wal_rotate(t.wal, 3, NULL), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 3, "y"), STRIA_OK);
    size_t size;
    struct sx_wal_header header;
    const uint8_t *bytes = sx_os_mem_bytes(t.disk, "kept", &size);
    assert_int_equal(sx_wal_header_get(bytes, &header, NULL), STRIA_OK);
    assert_int_equal(header.generation, 1);
    assert_true(exists(&t, "wal/00000002.wal"));
    sx_wal_release(t.wal, 2);
    assert_false(exists(&t, "wal/00000000.wal"));
    assert_true(exists(&t, "kept"));
    wal_test_deinit(&t);
}

static void test_a_file_made_ahead_that_is_too_small_waits_for_a_smaller_need(void **state)
{
    (void)state;
    static uint8_t bytes[3 << 20];
    struct wal_test t;
    bool made;
    fill(&t, 1);
    wal_test_put_big(&t, 1, 'a', 2, 300000);
    assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
    assert_true(made);
    assert_int_equal(
        wal_test_put_bytes(&t, 1, true, SX_RECORD_ROWS, 0, sx_bytes_make(bytes, sizeof bytes)),
        STRIA_OK);
    assert_int_equal(file_count(&t), 3); /* the first, the one ahead, a larger one */
    uint64_t before = sx_os_mem_mutations(t.disk);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(sx_os_mem_mutations(t.disk) - before, 2); /* only begun */
    assert_int_equal(file_count(&t), 3);
    wal_test_deinit(&t);
}

/* Three logs that have written enough to want a file ahead, each with a free file. */
static void with_a_free_file_that_will_do(struct wal_test *t)
{
    fill(t, 2);
    sx_wal_release(t->wal, 1);
    wal_test_put_big(t, 2, 'a', 2, 300000);
}

static void with_one_that_is_smaller_than_files_are_by_now(struct wal_test *t)
{
    fill(t, 3);
    sx_wal_release(t->wal, 2);
    wal_test_put_big(t, 3, 'a', 4, 300000); /* goes on in the other one */
}

static void with_one_that_was_found_damaged(struct wal_test *t)
{
    fill(t, 1);
    wal_test_close(t);
    struct sx_wal_options options = wal_test_options(t);
    struct sx_replay_options replay = {
        .mem = &t->memory.mem, .events = &t->events, .each = wal_test_each, .context = t};
    assert_int_equal(sx_wal_open(&options, &t->wal, NULL), STRIA_OK);
    sx_wal_keep(t->wal, 1);
    assert_int_equal(sx_wal_read(t->wal, 1, &replay, &t->result, NULL), STRIA_OK);
    assert_int_equal(sx_wal_start(t->wal, 2, 2, &t->result, NULL), STRIA_OK);
    wal_test_put_big(t, 2, 'a', 2, 300000);
}

static void test_a_file_ahead_is_made_unless_a_free_one_will_do(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*make)(struct wal_test *t);
        bool made;
    } rows[] = {
        {"a free one will do", with_a_free_file_that_will_do, false},
        {"the free one is too small", with_one_that_is_smaller_than_files_are_by_now, true},
        {"the free one is damaged", with_one_that_was_found_damaged, true},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct wal_test t;
        bool made;
        print_message("%s\n", rows[i].name);
        rows[i].make(&t);
        uint64_t count = file_count(&t);
        assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
        assert_int_equal(made, rows[i].made);
        assert_int_equal(file_count(&t), count + made);
        assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
        assert_false(made);
        assert_true(exists(&t, "wal/00000000.wal"));
        wal_test_deinit(&t);
    }
}

static void test_a_file_ahead_that_cannot_be_made_leaves_nothing_and_is_made_later(void **state)
{
    (void)state;
    struct wal_test t;
    bool made;
    wal_test_init(&t);
    struct sx_os_fault_options fault = {.os_errno = EIO};
    t.os = sx_os_fault_create(t.disk, &fault);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    wal_test_put_big(&t, 1, 'a', 2, 300000);
    fault.fail_at = sx_os_fault_calls(t.os);
    wal_test_deinit(&t);
    for (bool fired = true; fired;) {
        fault.fail_at++;
        wal_test_init(&t);
        t.os = sx_os_fault_create(t.disk, &fault);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        wal_test_put_big(&t, 1, 'a', 2, 300000);
        stria_status st = sx_wal_prepare_file(t.wal, &made, &t.err);
        fired = sx_os_fault_fired(t.os);
        assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
        assert_int_equal(made, !fired);
        assert_int_equal(file_count(&t), 1 + made);
        assert_int_equal(exists(&t, "wal/00000001.wal"), made);
        assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
        assert_int_equal(made, fired);
        wal_test_deinit(&t);
    }
}

static void test_free_files_that_are_larger_than_files_may_be_now_go(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    fill(&t, 1);
    sx_wal_limit_files(t.wal, (uint64_t)5 << 20); /* between the least and the most */
    wal_test_put_big(&t, 1, 'a', 12, 600000);
    sx_wal_stats(t.wal, &stats);
    assert_true(stats.file_bytes > stats.file_count * SX_WAL_FILE_SIZE_MIN);
    sx_wal_limit_files(t.wal, SX_WAL_FILE_SIZE_MIN);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(sx_wal_rotate(t.wal, 3, NULL), STRIA_OK); /* it may have used a large one */
    sx_wal_release(t.wal, 2);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_bytes, stats.file_count * SX_WAL_FILE_SIZE_MIN);
    wal_test_deinit(&t);
}

static void test_the_file_made_ahead_goes_too_when_the_log_shrinks(void **state)
{
    (void)state;
    struct wal_test t;
    bool made;
    fill(&t, 1);
    wal_test_put_big(&t, 1, 'a', 2, 300000);
    assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
    assert_int_equal(file_count(&t), 2);
    sx_wal_shrink(t.wal);
    assert_int_equal(file_count(&t), 1);
    assert_true(exists(&t, "wal/00000000.wal"));
    assert_false(exists(&t, "wal/00000001.wal"));
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=x 1:2=a0 1:3=a1");
    wal_test_deinit(&t);
}

static void test_a_log_that_was_read_but_not_begun_keeps_what_holds_something(void **state)
{
    (void)state;
    struct wal_test t;
    fill(&t, 3);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 2), STRIA_OK);
    assert_string_equal(t.delivered, "3:3=x");
    sx_wal_shrink(t.wal);
    assert_int_equal(file_count(&t), 1);
    assert_true(exists(&t, "wal/00000002.wal"));
    wal_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_a_file_that_goes_while_the_folder_is_read_matters_to_the_writer_alone),
        cmocka_unit_test(test_the_writer_tells_of_a_header_that_is_damaged_and_a_reader_does_not),
        cmocka_unit_test(test_damaged_files_are_told_one_after_the_other),
        cmocka_unit_test(test_a_reader_is_told_whether_its_files_are_what_they_were),
        cmocka_unit_test(test_the_files_of_some_generations_are_named_in_order),
        cmocka_unit_test(test_a_free_file_that_a_snapshot_came_to_share_is_not_begun_again),
        cmocka_unit_test(test_a_file_made_ahead_that_is_too_small_waits_for_a_smaller_need),
        cmocka_unit_test(test_a_file_ahead_is_made_unless_a_free_one_will_do),
        cmocka_unit_test(test_a_file_ahead_that_cannot_be_made_leaves_nothing_and_is_made_later),
        cmocka_unit_test(test_free_files_that_are_larger_than_files_may_be_now_go),
        cmocka_unit_test(test_the_file_made_ahead_goes_too_when_the_log_shrinks),
        cmocka_unit_test(test_a_log_that_was_read_but_not_begun_keeps_what_holds_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
