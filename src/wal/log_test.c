/* SPDX-License-Identifier: Apache-2.0 */
/* log_test.c -- commits, generations, files and failures of the log, with one writer. */
#include "wal/log.h"

#include "wal/log_fixture_test.h"

#include <errno.h>

#define FRAME 4096

/* ---- commits ---- */

static void test_an_entry_is_applied_when_it_is_durable(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    assert_string_equal(t.applied, "1=a");
    assert_int_equal(sx_os_mem_pending(t.disk), 0);
    assert_int_equal(wal_test_put(&t, 1, "b"), STRIA_OK);
    assert_string_equal(t.applied, "1=a 2=b");
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.frame_count, 2);
    assert_int_equal(stats.record_count, 2);
    assert_int_equal(stats.sync_count, 2);
    assert_int_equal(stats.written_bytes, 2 * FRAME);
    assert_int_equal(stats.live_bytes, 2 * FRAME);
    assert_int_equal(stats.error_count, 0);
    assert_int_equal(stats.file_count, 1);
    assert_int_equal(stats.file_bytes, 1 << 20);
    assert_int_equal(sx_wal_generation_bytes(t.wal), 2 * FRAME);
    uint64_t syncs = 0;
    for (size_t i = 0; i < SX_COUNT_OF(stats.sync_buckets); i++)
        syncs += stats.sync_buckets[i];
    assert_int_equal(syncs, 2);
    wal_test_power_loss(&t, NULL, NULL);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a 1:2=b");
    wal_test_deinit(&t);
}

static void test_an_entry_of_several_pieces_is_one_record(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    struct sx_wal_entry entry = {
        .generation = 1,
        .sync = true,
        .pieces = {{.ptr = "ab", .len = 2}, {.ptr = NULL, .len = 0}, {.ptr = "cde", .len = 3}},
        .piece_count = 3};
    assert_int_equal(sx_wal_prepare(&entry, SX_RECORD_ROWS, 0, NULL), STRIA_OK);
    assert_int_equal(entry.size, SX_RECORD_HEADER_SIZE + 5);
    assert_int_equal(sx_wal_commit(t.wal, &entry, NULL), STRIA_OK);
    assert_int_equal(entry.seq, 1);
    assert_false(entry.stale);
    /* The same entry may go in again. */
    assert_int_equal(sx_wal_commit(t.wal, &entry, NULL), STRIA_OK);
    assert_int_equal(entry.seq, 2);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=abcde 1:2=abcde");
    wal_test_deinit(&t);
}

static void test_records_of_any_size_come_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {
        0, 1, 4096 - 64 - 12 - 1, 4096 - 64 - 12, 4096 - 64 - 11, 4096, 8192, 1 << 20, 3 << 20};
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    for (size_t i = 0; i < SX_COUNT_OF(sizes); i++) {
        uint8_t *bytes = sx_mem_alloc(&t.memory.mem, sizes[i] + 1);
        memset(bytes, 'a' + (int)i, sizes[i]);
        assert_int_equal(wal_test_put_bytes(&t, 1, true, SX_RECORD_ROWS, 0,
                                            sx_bytes_make(bytes, SX_MIN(sizes[i], SIZE_MAX))),
                         STRIA_OK);
        sx_mem_free(&t.memory.mem, bytes);
    }
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_int_equal(t.result.record_count, SX_COUNT_OF(sizes));
    assert_int_equal(t.result.damage_count, 0);
    wal_test_deinit(&t);
}

static void test_a_record_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    struct sx_wal_entry entry = {.pieces = {{.len = (size_t)1 << 30}, {.len = (size_t)1 << 30}},
                                 .piece_count = 2};
    stria_error err = {0};
    assert_int_equal(sx_wal_prepare(&entry, SX_RECORD_ROWS, 0, &err), STRIA_LIMIT);
    assert_int_equal(err.code, STRIA_LIMIT);
    entry.pieces[0].len = SX_FRAME_SIZE_MAX - SX_RECORD_HEADER_SIZE + 1;
    entry.piece_count = 1;
    assert_int_equal(sx_wal_prepare(&entry, SX_RECORD_ROWS, 0, &err), STRIA_LIMIT);
}

/* ---- generations ---- */

static void test_an_entry_of_an_older_generation_comes_back_stale(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "b"), STRIA_CONFLICT);
    assert_int_equal(wal_test_put(&t, 2, "b"), STRIA_OK);
    assert_string_equal(t.applied, "1=a 2=b");
    assert_int_equal(sx_wal_generation_bytes(t.wal), FRAME);
    wal_test_deinit(&t);
}

static void test_files_are_used_again_when_their_generation_is_released(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    for (uint64_t generation = 1; generation <= 10; generation++) {
        assert_int_equal(wal_test_put(&t, generation, "x"), STRIA_OK);
        assert_int_equal(sx_wal_rotate(t.wal, generation + 1, NULL), STRIA_OK);
        sx_wal_release(t.wal, generation);
    }
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 2);
    assert_int_equal(stats.live_bytes, 0);
    wal_test_deinit(&t);
}

static void test_the_files_of_a_generation_stay_until_it_is_released(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    for (uint64_t generation = 1; generation <= 4; generation++) {
        assert_int_equal(wal_test_put(&t, generation, "x"), STRIA_OK);
        assert_int_equal(sx_wal_rotate(t.wal, generation + 1, NULL), STRIA_OK);
    }
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 5);
    assert_int_equal(sx_wal_live_bytes(t.wal), 4 * FRAME);
    sx_wal_release(t.wal, 2);
    assert_int_equal(sx_wal_live_bytes(t.wal), 2 * FRAME); /* two still wait for their flush */
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 2), STRIA_OK);
    assert_string_equal(t.delivered, "3:3=x 4:4=x");
    wal_test_deinit(&t);
}

static void test_the_next_files_are_larger_when_files_are_filled(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    wal_test_put_big(&t, 1, 'a', 8, 600000);
    sx_wal_stats(t.wal, &stats);
    assert_true(stats.file_bytes > stats.file_count << 20);
    wal_test_close(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(t.result.record_count, 8);
    assert_string_equal(t.damage, "");
    /* Small files are given up when they are free, large ones kept: four at most. */
    wal_test_put_big(&t, 2, 'b', 30, 600000);
    assert_int_equal(sx_wal_rotate(t.wal, 3, NULL), STRIA_OK);
    sx_wal_release(t.wal, 2);
    sx_wal_stats(t.wal, &stats);
    assert_in_range(stats.file_count, 1, 5);
    wal_test_deinit(&t);
}

static void test_a_log_that_closes_keeps_only_the_files_that_hold_something(void **state)
{
    static const struct {
        const char *name;
        unsigned put_count;  /* generations with an entry, each ended */
        uint64_t released;   /* of them */
        bool put_last;       /* an entry in the generation at hand */
        uint64_t file_count; /* of 1 MiB */
        const char *delivered;
    } rows[] = {
        {"nothing was ever written", 0, 0, false, 0, ""},
        {"all is released", 3, 3, false, 0, ""},
        {"the last generation holds something", 3, 3, true, 1, "4:4=last"},
        {"one before holds something", 3, 2, false, 2, "3:3=x"},
    };
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct wal_test t;
        struct sx_wal_stats stats;
        wal_test_init(&t);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        for (uint64_t generation = 1; generation <= rows[i].put_count; generation++) {
            assert_int_equal(wal_test_put(&t, generation, "x"), STRIA_OK);
            assert_int_equal(sx_wal_rotate(t.wal, generation + 1, NULL), STRIA_OK);
        }
        sx_wal_release(t.wal, rows[i].released);
        if (rows[i].put_last)
            assert_int_equal(wal_test_put(&t, rows[i].put_count + 1, "last"), STRIA_OK);
        sx_wal_shrink(t.wal);
        sx_wal_stats(t.wal, &stats);
        if (stats.file_count != rows[i].file_count)
            fail_msg("%s: %" PRIu64 " files", rows[i].name, stats.file_count);
        wal_test_close(&t);
        assert_int_equal(wal_test_open(&t, rows[i].released), STRIA_OK);
        assert_string_equal(t.delivered, rows[i].delivered);
        assert_string_equal(t.damage, "");
        wal_test_deinit(&t);
    }
}

static void test_on_a_small_disk_files_stay_small_and_free_ones_go(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    bool made;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    sx_wal_limit_files(t.wal, 1); /* the least there is: 1 MiB */
    wal_test_put_big(&t, 1, 'a', 8, 600000);
    assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
    assert_true(made);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_bytes, stats.file_count << 20);
    assert_int_equal(stats.file_count, 9); /* an entry each, and the one ahead */
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 2, "x"), STRIA_OK);
    sx_wal_release(t.wal, 1);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 5); /* four are kept */
    sx_wal_trim(t.wal);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 1);
    assert_int_equal(wal_test_put(&t, 2, "y"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 1), STRIA_OK);
    assert_string_equal(t.delivered, "2:9=x 2:10=y");
    wal_test_deinit(&t);
}

static void test_a_file_that_a_snapshot_holds_is_not_written_again(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_file_info info;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(t.disk->ops->link(t.disk, "wal/00000000.wal", "kept", NULL), STRIA_OK);
    sx_wal_release(t.wal, 1);
    assert_int_equal(t.disk->ops->stat(t.disk, "wal/00000000.wal", &info, NULL), STRIA_NOT_FOUND);
    assert_int_equal(t.disk->ops->stat(t.disk, "kept", &info, NULL), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 2, "b"), STRIA_OK);
    size_t size;
    const uint8_t *bytes = sx_os_mem_bytes(t.disk, "kept", &size);
    assert_memory_equal(bytes + SX_WAL_FIRST_FRAME, "SFRM", 4);
    wal_test_deinit(&t);
}

static void test_the_next_file_is_made_ahead_of_need(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats stats;
    bool made;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
    assert_false(made); /* hardly anything was written */
    wal_test_put_big(&t, 1, 'a', 2, 300000);
    assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
    assert_true(made);
    assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
    assert_false(made);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 2);
    uint64_t before = sx_os_mem_mutations(t.disk);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(sx_os_mem_mutations(t.disk) - before, 2); /* the header and its sync */
    wal_test_deinit(&t);
}

/* ---- async ---- */

static void test_async_entries_are_applied_before_they_are_durable(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_false(sx_wal_sync_due(t.wal));
    assert_int_equal(wal_test_put_async(&t, 1, "a"), STRIA_OK);
    assert_string_equal(t.applied, "1=a");
    assert_true(sx_os_mem_pending(t.disk) > 0);
    assert_false(sx_wal_sync_due(t.wal));
    t.disk->ops->sleep_ns(t.disk, SX_WAL_ASYNC_NS);
    assert_true(sx_wal_sync_due(t.wal));
    assert_int_equal(sx_wal_sync(t.wal, NULL), STRIA_OK);
    assert_int_equal(sx_os_mem_pending(t.disk), 0);
    assert_false(sx_wal_sync_due(t.wal));
    assert_int_equal(sx_wal_sync(t.wal, NULL), STRIA_OK);
    wal_test_power_loss(&t, NULL, NULL);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a");
    wal_test_deinit(&t);
}

static void test_async_entries_are_synced_by_the_next_sync_one_a_rotation_and_close(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        struct wal_test t;
        wal_test_init(&t);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        assert_int_equal(wal_test_put_async(&t, 1, "a"), STRIA_OK);
        assert_int_equal(wal_test_put_async(&t, 1, "b"), STRIA_OK);
        if (how == 0)
            assert_int_equal(wal_test_put(&t, 1, "c"), STRIA_OK);
        if (how == 1)
            assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
        if (how == 2)
            wal_test_close(&t);
        assert_int_equal(sx_os_mem_pending(t.disk), 0);
        wal_test_power_loss(&t, NULL, NULL);
        assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
        assert_string_equal(t.delivered, how ? "1:1=a 1:2=b" : "1:1=a 1:2=b 1:3=c");
        wal_test_deinit(&t);
    }
}

static void test_an_async_entry_is_synced_when_there_is_no_memory_to_keep_it(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    test_mem_arm(&t.memory, 1);
    assert_int_equal(wal_test_put_async(&t, 1, "a"), STRIA_OK);
    assert_true(test_mem_fired(&t.memory));
    assert_int_equal(sx_os_mem_pending(t.disk), 0);
    wal_test_deinit(&t);
}

/* ---- failures ---- */

/* Puts a table before the disk whose nth call from now on fails. */
static void put_fault(struct wal_test *t, uint64_t nth, int os_errno, bool for_ever)
{
    struct sx_os_fault_options options = {
        .fail_at = nth, .os_errno = os_errno, .for_ever = for_ever, .partial_write = true};
    assert_ptr_equal(t->os, t->disk);
    t->os = sx_os_fault_create(t->disk, &options);
    assert_non_null(t->os);
}

/* How many calls the opening of an empty log makes. */
static uint64_t calls_of_open(void)
{
    struct wal_test t;
    wal_test_init(&t);
    put_fault(&t, 0, EIO, false);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    uint64_t calls = sx_os_fault_calls(t.os);
    wal_test_deinit(&t);
    return calls;
}

static void test_a_failed_write_or_sync_poisons_its_file_and_the_log_goes_on(void **state)
{
    (void)state;
    static const char *const names[] = {"pwritev", "sync"};
    for (uint64_t call = 0; call < 2; call++) {
        struct wal_test t;
        struct sx_wal_stats stats;
        wal_test_init(&t);
        put_fault(&t, calls_of_open() + 3 + call, EIO, false); /* of the second entry */
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
        assert_int_equal(wal_test_put(&t, 1, "bad"), STRIA_IO);
        assert_string_equal(sx_os_fault_call_name(t.os), names[call]);
        assert_int_equal(t.err.os_errno, EIO);
        assert_non_null(strstr(t.event_text, "log_error"));
        assert_false(sx_wal_failed(t.wal));
        assert_int_equal(wal_test_put(&t, 1, "c"), STRIA_OK);
        assert_string_equal(t.applied, "1=a 2=c");
        sx_wal_stats(t.wal, &stats);
        assert_int_equal(stats.error_count, 1);
        /* The poisoned file is given up when its generation is. */
        assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
        wal_test_close(&t);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
            assert_string_equal(t.delivered, "1:1=a 1:2=c");
            assert_string_equal(t.damage, "");
            wal_test_close(&t);
        }
        wal_test_deinit(&t);
    }
}

static void test_a_second_failure_in_a_row_makes_the_log_read_only(void **state)
{
    (void)state;
    struct wal_test t;
    bool made;
    wal_test_init(&t);
    put_fault(&t, calls_of_open() + 2, EIO, true); /* the first entry's sync and all later ones */
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "bad"), STRIA_IO);
    assert_string_equal(sx_os_fault_call_name(t.os), "sync");
    assert_true(sx_wal_failed(t.wal));
    assert_non_null(strstr(t.event_text, "log_failed"));
    assert_int_equal(wal_test_put(&t, 1, "b"), STRIA_READ_ONLY);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_READ_ONLY);
    assert_int_equal(sx_wal_prepare_file(t.wal, &made, NULL), STRIA_OK);
    assert_false(made);
    assert_string_equal(t.applied, "");
    wal_test_kill(&t);
    sx_os_fault_destroy(t.os);
    t.os = t.disk;
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, t.result.last_generation + 1, "c"), STRIA_OK);
    wal_test_deinit(&t);
}

/* The script of the sweeps: each acknowledged text is appended to `acked`, each attempted one to
 * `tried`; generations follow each other. */
static void run_script(struct wal_test *t, char *acked, char *tried)
{
    uint64_t generation = 0;
    if (wal_test_open(t, 0))
        return;
    generation = t->result.last_generation + 1;
    for (int c = 'a'; c <= 'l'; c++) {
        char text[2] = {(char)c, '\0'};
        bool sync = (c - 'a') % 3 != 1;
        if (c == 'e' || c == 'i') {
            stria_status st = sx_wal_rotate(t->wal, generation + 1, NULL);
            generation += st == STRIA_OK;
        }
        wal_test_append(tried, 100, text);
        stria_status st =
            sync ? wal_test_put(t, generation, text) : wal_test_put_async(t, generation, text);
        if (st == STRIA_OK)
            wal_test_append(acked, 100, text);
    }
}

/* Everything acknowledged is delivered, in order and once; nothing that was not tried is. */
static void check_delivered(struct wal_test *t, const char *acked, const char *tried)
{
    const char *at = t->delivered;
    const char *want = acked;
    for (char last = '\0'; (at = strchr(at, '=')) != NULL; at++) {
        assert_true(at[1] > last);
        assert_non_null(strchr(tried, at[1]));
        last = at[1];
        if (*want == at[1])
            want++;
    }
    if (*want)
        fail_msg("lost '%c' of %s: %s", *want, acked, t->delivered);
}

static void test_whatever_call_fails_nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    static const struct {
        int os_errno;
        bool for_ever;
    } faults[] = {{EIO, false}, {EIO, true}, {ENOSPC, false}, {ENOSPC, true}, {ENOSYS, false}};
    for (size_t f = 0; f < SX_COUNT_OF(faults); f++)
        for (uint64_t n = 1;; n++) {
            char acked[100] = "", tried[100] = "";
            struct wal_test t;
            wal_test_init(&t);
            put_fault(&t, n, faults[f].os_errno, faults[f].for_ever);
            run_script(&t, acked, tried);
            bool fired = sx_os_fault_fired(t.os);
            wal_test_kill(&t);
            sx_os_fault_destroy(t.os);
            t.os = t.disk;
            assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
            check_delivered(&t, acked, tried);
            assert_string_equal(t.damage, "");
            /* And it takes more. */
            assert_int_equal(wal_test_put(&t, t.result.last_generation + 1, "z"), STRIA_OK);
            wal_test_close(&t);
            assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
            wal_test_append(acked, sizeof acked, "z");
            wal_test_append(tried, sizeof tried, "z");
            check_delivered(&t, acked, tried);
            assert_string_equal(t.damage, "");
            wal_test_deinit(&t);
            if (!fired) {
                assert_int_equal(strlen(acked), 13);
                break;
            }
        }
}

static void test_a_full_disk_refuses_entries_and_nothing_more(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    sx_os_mem_set_space(t.disk, 100000, (uint64_t)1 << 30);
    unsigned stored = 0;
    stria_status st = STRIA_OK;
    uint8_t *bytes = sx_mem_zalloc(&t.memory.mem, 200000);
    bytes[0] = 'x';
    while (!st && stored < 100) {
        st = wal_test_put_bytes(&t, 1, true, SX_RECORD_ROWS, 0, sx_bytes_make(bytes, 200000));
        stored += !st;
    }
    assert_int_equal(st, STRIA_DISK_FULL);
    assert_false(sx_wal_failed(t.wal));
    assert_int_equal(wal_test_put(&t, 1, "small"), STRIA_OK); /* there is room in the file */
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_DISK_FULL);
    assert_int_equal(wal_test_put(&t, 1, "again"), STRIA_OK);
    sx_os_mem_set_space(t.disk, (uint64_t)1 << 29, (uint64_t)1 << 30);
    assert_int_equal(sx_wal_rotate(t.wal, 2, NULL), STRIA_OK);
    assert_int_equal(
        wal_test_put_bytes(&t, 2, true, SX_RECORD_ROWS, 0, sx_bytes_make(bytes, 200000)), STRIA_OK);
    sx_mem_free(&t.memory.mem, bytes);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_int_equal(t.result.record_count, stored + 3);
    assert_string_equal(t.damage, "");
    wal_test_deinit(&t);
}

static void test_async_entries_outlive_a_failed_sync(void **state)
{
    (void)state;
    for (uint64_t count = 1; count < 4; count++) {
        struct wal_test t;
        wal_test_init(&t);
        /* Each async entry is one write; then the sync, which fails. */
        put_fault(&t, calls_of_open() + count + 1, EIO, false);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        for (uint64_t i = 0; i < count; i++)
            assert_int_equal(wal_test_put_async(&t, 1, "a"), STRIA_OK);
        assert_int_equal(sx_wal_sync(t.wal, NULL), STRIA_OK); /* in the fresh file */
        assert_string_equal(sx_os_fault_call_name(t.os), "sync");
        wal_test_power_loss(&t, NULL, NULL);
        assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
        assert_int_equal(t.result.record_count, count);
        assert_int_equal(t.result.next_seq, count + 1);
        assert_string_equal(t.damage, "");
        wal_test_deinit(&t);
    }
}

/* ---- opening ---- */

static void test_the_log_of_another_store_is_refused(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    wal_test_close(&t);
    struct sx_wal_options options = wal_test_options(&t);
    stria_error err = {0};
    options.store_id = STORE_ID + 1;
    assert_int_equal(sx_wal_open(&options, &t.wal, &err), STRIA_INVALID);
    assert_null(t.wal);
    assert_non_null(strstr(err.text, "wal/00000000.wal"));
    wal_test_deinit(&t);
}

static void test_a_file_that_was_never_begun_is_used(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_file *file;
    struct sx_wal_stats stats;
    wal_test_init(&t);
    assert_int_equal(sx_wal_file_create(t.os, &t.memory.mem, "wal", 3, 2 << 20, &file, NULL),
                     STRIA_OK);
    sx_wal_file_close(&t.memory.mem, file);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 1);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    wal_test_close(&t);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a");
    wal_test_deinit(&t);
}

static void test_other_names_in_the_folder_are_left_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"wal/notes",         "wal/00000000.WAL", "wal/0000000.wal",
                                        "wal/000000000.wal", "wal/0000000g.wal", "wal/00000000.wa"};
    struct wal_test t;
    struct sx_wal_stats stats;
    wal_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(names); i++) {
        struct sx_file *file;
        assert_int_equal(sx_os_open(t.os, names[i], SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                         STRIA_OK);
        sx_file_close(file);
    }
    assert_int_equal(t.disk->ops->mkdir(t.disk, "wal/00000001.wal", NULL), STRIA_OK);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    sx_wal_stats(t.wal, &stats);
    assert_int_equal(stats.file_count, 1);
    wal_test_deinit(&t);
}

static void test_reading_only_writes_nothing(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    struct sx_wal *writer = t.wal;
    struct sx_wal_options options = wal_test_options(&t);
    struct sx_wal *reader;
    struct sx_replay_result result;
    bool made;
    struct sx_replay_options replay = {
        .mem = &t.memory.mem, .events = &t.events, .each = wal_test_each, .context = &t};
    options.read_only = true;
    uint64_t mutations = sx_os_mem_mutations(t.disk);
    assert_int_equal(sx_wal_open(&options, &reader, NULL), STRIA_OK);
    assert_int_equal(sx_wal_read(reader, 0, &replay, &result, NULL), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=a");
    assert_int_equal(sx_wal_prepare_file(reader, &made, NULL), STRIA_OK);
    assert_int_equal(sx_wal_close(reader, NULL), STRIA_OK);
    assert_int_equal(sx_os_mem_mutations(t.disk), mutations);
    assert_ptr_equal(writer, t.wal);
    wal_test_deinit(&t);
}

static void test_every_failing_allocation_of_an_opening_is_told(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
    wal_test_close(&t);
    for (int64_t n = 1;; n++) {
        test_mem_arm(&t.memory, n);
        stria_status st = wal_test_open(&t, 0);
        bool fired = test_mem_fired(&t.memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        wal_test_kill(&t);
        if (!fired)
            break;
    }
    wal_test_deinit(&t);
}

/* ---- power loss ---- */

struct chance {
    uint64_t state;
};

static enum sx_crash_fate choose(void *context, uint64_t item, bool is_sector)
{
    struct chance *chance = context;
    (void)item;
    chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
    unsigned roll = (unsigned)(chance->state >> 33) % 8;
    if (!is_sector)
        return roll & 1 ? SX_FATE_KEPT : SX_FATE_LOST;
    return roll < 3    ? SX_FATE_KEPT
           : roll < 6  ? SX_FATE_LOST
           : roll == 6 ? SX_FATE_TORN
                       : SX_FATE_GARBAGE;
}

/* The letters that were delivered. */
static void note_delivered(const struct wal_test *t, char *letters)
{
    size_t count = 0;
    for (const char *at = t->delivered; (at = strchr(at, '=')) != NULL;)
        letters[count++] = *++at;
    letters[count] = '\0';
}

/* Eight entries, some synced, perhaps with a rotation; `letters` gets those that are durable. */
static void write_some(struct wal_test *t, uint64_t seed, char first, char *letters, char *tried)
{
    uint64_t generation = t->result.last_generation + 1;
    char waiting[10] = "";
    for (int i = 0; i < 8; i++) {
        char text[2] = {(char)(first + i), '\0'};
        bool sync = (seed >> i & 3) == 0;
        wal_test_append(tried, 100, text);
        wal_test_append(waiting, sizeof waiting, text);
        assert_int_equal(sync ? wal_test_put(t, generation, text)
                              : wal_test_put_async(t, generation, text),
                         STRIA_OK);
        if (i == 5 && seed % 3 == 0) {
            assert_int_equal(sx_wal_rotate(t->wal, ++generation, NULL), STRIA_OK);
            sync = true;
        }
        if (sync) { /* it made those before it durable too */
            wal_test_append(letters, 100, waiting);
            *waiting = '\0';
        }
    }
}

static void test_whatever_a_power_loss_leaves_what_was_synced_is_there(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        struct wal_test t;
        struct chance chance = {seed};
        char durable[100] = "", tried[100] = "";
        wal_test_init(&t);
        for (int round = 0; round < 3; round++) {
            assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
            check_delivered(&t, durable, tried);
            assert_string_equal(t.damage, "");
            note_delivered(&t, durable);
            write_some(&t, seed * 2654435761u >> round, (char)('a' + 8 * round), durable, tried);
            wal_test_power_loss(&t, choose, &chance);
        }
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        check_delivered(&t, durable, tried);
        assert_string_equal(t.damage, "");
        wal_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_entry_is_applied_when_it_is_durable),
        cmocka_unit_test(test_an_entry_of_several_pieces_is_one_record),
        cmocka_unit_test(test_records_of_any_size_come_back),
        cmocka_unit_test(test_a_record_beyond_the_limit_is_refused),
        cmocka_unit_test(test_an_entry_of_an_older_generation_comes_back_stale),
        cmocka_unit_test(test_files_are_used_again_when_their_generation_is_released),
        cmocka_unit_test(test_the_files_of_a_generation_stay_until_it_is_released),
        cmocka_unit_test(test_the_next_files_are_larger_when_files_are_filled),
        cmocka_unit_test(test_a_log_that_closes_keeps_only_the_files_that_hold_something),
        cmocka_unit_test(test_on_a_small_disk_files_stay_small_and_free_ones_go),
        cmocka_unit_test(test_a_file_that_a_snapshot_holds_is_not_written_again),
        cmocka_unit_test(test_the_next_file_is_made_ahead_of_need),
        cmocka_unit_test(test_async_entries_are_applied_before_they_are_durable),
        cmocka_unit_test(test_async_entries_are_synced_by_the_next_sync_one_a_rotation_and_close),
        cmocka_unit_test(test_an_async_entry_is_synced_when_there_is_no_memory_to_keep_it),
        cmocka_unit_test(test_a_failed_write_or_sync_poisons_its_file_and_the_log_goes_on),
        cmocka_unit_test(test_a_second_failure_in_a_row_makes_the_log_read_only),
        cmocka_unit_test(test_whatever_call_fails_nothing_acknowledged_is_lost),
        cmocka_unit_test(test_a_full_disk_refuses_entries_and_nothing_more),
        cmocka_unit_test(test_async_entries_outlive_a_failed_sync),
        cmocka_unit_test(test_the_log_of_another_store_is_refused),
        cmocka_unit_test(test_a_file_that_was_never_begun_is_used),
        cmocka_unit_test(test_other_names_in_the_folder_are_left_alone),
        cmocka_unit_test(test_reading_only_writes_nothing),
        cmocka_unit_test(test_every_failing_allocation_of_an_opening_is_told),
        cmocka_unit_test(test_whatever_a_power_loss_leaves_what_was_synced_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
