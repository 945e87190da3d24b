/* SPDX-License-Identifier: Apache-2.0 */
/* log_write_test.c -- how a queue becomes frames: their limits, slow syncs, and failures in the
 * middle of a group or one behind the other. */
#include "wal/log_priv.h"

#include "wal/log_fixture_test.h"

#include <errno.h>
#include <stdlib.h>

/* ---- what is shared ---- */

static stria_status count_each(void *context, const struct sx_replay_record *record,
                               stria_error *err)
{
    (void)err;
    (void)record;
    ++*(uint64_t *)context;
    return STRIA_OK;
}

/* Reads the log back and wants so many records and no damage. */
static void assert_record_count(struct wal_test *t, uint64_t want)
{
    struct sx_wal_options options = wal_test_options(t);
    uint64_t count = 0;
    struct sx_replay_options replay = {
        .mem = &t->memory.mem, .events = &t->events, .each = count_each, .context = &count};
    assert_int_equal(sx_wal_open(&options, &t->wal, NULL), STRIA_OK);
    assert_int_equal(sx_wal_read(t->wal, 0, &replay, &t->result, NULL), STRIA_OK);
    assert_int_equal(count, want);
    assert_int_equal(t->result.damage_count, 0);
    wal_test_close(t);
}

/* Puts entries into the queue as writers do that then wait: the next commit writes them too. */
static struct sx_wal_entry *queue(struct wal_test *t, size_t count, struct sx_bytes payload)
{
    struct sx_wal_entry *entries = sx_mem_zalloc(&t->memory.mem, count * sizeof *entries);
    assert_non_null(entries);
    for (size_t i = 0; i < count; i++) {
        entries[i] = (struct sx_wal_entry){.generation = 1,
                                           .sync = true,
                                           .pieces = {{.ptr = payload.ptr, .len = payload.len}},
                                           .piece_count = 1};
        assert_int_equal(sx_wal_prepare(&entries[i], SX_RECORD_ROWS, 0, NULL), STRIA_OK);
        *t->wal->last = &entries[i];
        t->wal->last = &entries[i].next;
    }
    return entries;
}

/* A table before the disk whose nth call fails. */
static void put_fault(struct wal_test *t, uint64_t nth, int os_errno, bool for_ever)
{
    struct sx_os_fault_options options = {
        .fail_at = nth, .os_errno = os_errno, .for_ever = for_ever, .partial_write = true};
    t->os = sx_os_fault_create(t->disk, &options);
    assert_non_null(t->os);
}

/* Takes it away again; the log is closed as a killed process does. */
static void take_fault_away(struct wal_test *t)
{
    wal_test_kill(t);
    sx_os_fault_destroy(t->os);
    t->os = t->disk;
}

/* ---- limits of a frame ---- */

static void test_a_long_queue_becomes_as_many_frames_as_it_needs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count, size; /* of the entries that wait; a small one comes last */
        uint64_t frame_count;
    } rows[] = {
        {"as many as a frame takes", 4095, 3, 1},
        {"one more", 4096, 3, 2},
        {"two frames full of entries, and some", 9000, 3, 3},
        {"two large ones pass the size, so each has its own", 2, (size_t)5 << 20, 2},
        {"three of them: the small one goes with the last", 3, (size_t)5 << 20, 3},
        {"one that is too large by itself", 1, (size_t)9 << 20, 2},
        {"nothing waits", 0, 0, 1},
    };
    uint8_t *bytes = calloc(1, (size_t)9 << 20);
    assert_non_null(bytes);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct wal_test t;
        struct sx_wal_stats stats;
        print_message("%s\n", rows[i].name);
        wal_test_init(&t);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        struct sx_wal_entry *entries =
            rows[i].count ? queue(&t, rows[i].count, sx_bytes_make(bytes, rows[i].size)) : NULL;
        assert_int_equal(wal_test_put(&t, 1, "last"), STRIA_OK);
        sx_wal_stats(t.wal, &stats);
        assert_int_equal(stats.frame_count, rows[i].frame_count);
        assert_int_equal(stats.record_count, rows[i].count + 1);
        assert_int_equal(sx_os_mem_pending(t.disk), 0);
        for (size_t j = 0; j < rows[i].count; j++) {
            assert_true(entries[j].done && !entries[j].stale && !entries[j].status);
            assert_int_equal(entries[j].seq, j + 1);
        }
        sx_mem_free(&t.memory.mem, entries);
        wal_test_close(&t);
        assert_record_count(&t, rows[i].count + 1);
        wal_test_deinit(&t);
    }
    free(bytes);
}

/* 2,000 entries take four calls to write: whichever fails, or the sync behind them. */
static void test_no_entry_counts_of_a_group_that_was_not_written_to_its_end(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    struct wal_test t;
    wal_test_init(&t);
    put_fault(&t, 0, EIO, false);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    uint64_t calls = sx_os_fault_calls(t.os);
    wal_test_deinit(&t);
    for (uint64_t nth = 1;; nth++) {
        wal_test_init(&t);
        put_fault(&t, calls + nth, EIO, false);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        struct sx_wal_entry *entries = queue(&t, COUNT - 1, SX_LITERAL("waits"));
        stria_status st = wal_test_put(&t, 1, "last");
        bool fired = sx_os_fault_fired(t.os);
        assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
        for (size_t i = 0; i < COUNT - 1; i++) {
            assert_true(entries[i].done);
            assert_int_equal(entries[i].status, st);
            assert_int_equal(entries[i].error.os_errno, fired ? EIO : 0);
        }
        sx_mem_free(&t.memory.mem, entries);
        assert_string_equal(t.applied, fired ? "" : "2000=last");
        assert_int_equal(wal_test_put(&t, 1, "more"), STRIA_OK);
        take_fault_away(&t);
        assert_record_count(&t, fired ? 1 : COUNT + 1);
        wal_test_deinit(&t);
        if (!fired) {
            assert_int_equal(nth, 4 + 1 + 1 + 2); /* "more" is written and synced too */
            break;
        }
        if (nth == 5) /* the calls behind the sync are those of "more" */
            nth += 2;
    }
}

/* ---- the clock ---- */

static struct hooks {
    const struct sx_os_ops *below;
    struct sx_os_ops ops;
    int64_t sync_takes_ns;
    int64_t mono_ns; /* what the clock shows */
} hooks;

static stria_status slow_sync(struct sx_file *file, stria_error *err)
{
    hooks.below->sleep_ns(file->os, hooks.sync_takes_ns);
    return hooks.below->sync(file, err);
}

static int64_t set_clock(struct sx_os *os)
{
    (void)os;
    return hooks.mono_ns;
}

static void hook(struct wal_test *t)
{
    hooks = (struct hooks){.below = t->disk->ops, .ops = *t->disk->ops};
    t->disk->ops = &hooks.ops;
}

static void unhook(struct wal_test *t)
{
    t->disk->ops = hooks.below;
}

static void test_syncs_are_counted_by_how_long_they_took(void **state)
{
    (void)state;
    static const struct {
        int64_t took_ns;
        size_t bucket;
    } rows[] = {
        {0, 0},           {100000, 1},      {1000000, 5},
        {1000000000, 14}, {2000000000, 15}, {INT64_C(3600) * 1000000000, 15},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct wal_test t;
        struct sx_wal_stats stats;
        wal_test_init(&t);
        assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
        hook(&t);
        hooks.ops.sync = slow_sync;
        hooks.sync_takes_ns = rows[i].took_ns;
        assert_int_equal(wal_test_put(&t, 1, "a"), STRIA_OK);
        sx_wal_stats(t.wal, &stats);
        for (size_t j = 0; j < SX_COUNT_OF(stats.sync_buckets); j++)
            assert_int_equal(stats.sync_buckets[j], j == rows[i].bucket);
        assert_true((int64_t)stats.sync_ns >= rows[i].took_ns);
        unhook(&t);
        wal_test_deinit(&t);
    }
}

static void test_an_async_entry_waits_for_its_sync_also_when_the_clock_begins_at_zero(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    hook(&t);
    hooks.ops.mono_ns = set_clock;
    assert_int_equal(wal_test_put_async(&t, 1, "a"), STRIA_OK);
    assert_false(sx_wal_sync_due(t.wal));
    hooks.mono_ns = SX_WAL_ASYNC_NS + 1;
    assert_true(sx_wal_sync_due(t.wal));
    assert_int_equal(wal_test_put_async(&t, 1, "b"), STRIA_OK); /* and syncs both */
    assert_false(sx_wal_sync_due(t.wal));
    assert_int_equal(sx_os_mem_pending(t.disk), 0);
    unhook(&t);
    wal_test_deinit(&t);
}

/* ---- failures one behind the other ---- */

/* Notes that the letters so far are durable. */
static void note_durable(char *durable, const char *tried)
{
    (void)snprintf(durable, 20, "%s", tried);
}

/* Async entries, a sync, a synced entry, a rotation. `durable` gets what was promised to be. */
static void run_script(struct wal_test *t, char *durable)
{
    char tried[20] = "";
    uint64_t generation = 1;
    if (wal_test_open(t, 0))
        return;
    for (const char *step = "ab*c*d|ef*g"; *step; step++) {
        char text[2] = {*step, '\0'};
        stria_status st = STRIA_OK;
        if (*step == '|') {
            st = sx_wal_rotate(t->wal, generation + 1, NULL);
            generation += st == STRIA_OK;
        } else if (*step == '*') {
            st = sx_wal_sync(t->wal, NULL);
        } else {
            bool sync = *step == 'c' || *step == 'g';
            st = sync ? wal_test_put(t, generation, text) : wal_test_put_async(t, generation, text);
            if (!st)
                wal_test_append(tried, sizeof tried, text);
            if (!st && !sync)
                continue;
        }
        if (!st)
            note_durable(durable, tried);
    }
}

static void test_whatever_two_calls_fail_nothing_that_was_synced_is_lost(void **state)
{
    (void)state;
    bool fired = true;
    for (uint64_t first = 1; fired; first++)
        for (uint64_t second = first; second < first + 14; second++) {
            char durable[20] = "";
            struct wal_test t;
            struct sx_os_fault_options below_options = {
                .fail_at = first, .os_errno = EIO, .partial_write = true};
            struct sx_os_fault_options options = {.fail_at = second + 1, .os_errno = EIO};
            wal_test_init(&t);
            struct sx_os *below = sx_os_fault_create(t.disk, &below_options);
            t.os = sx_os_fault_create(below, &options);
            run_script(&t, durable);
            fired = sx_os_fault_fired(below);
            take_fault_away(&t);
            sx_os_fault_destroy(below);
            wal_test_power_loss(&t, NULL, NULL);
            assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
            assert_string_equal(t.damage, "");
            for (const char *c = durable; *c; c++) {
                char want[3] = {'=', *c, '\0'};
                if (!strstr(t.delivered, want))
                    fail_msg("calls %" PRIu64 " and %" PRIu64 ": lost %c of %s: %s", first,
                             second + 1, *c, durable, t.delivered);
            }
            wal_test_deinit(&t);
        }
}

static void test_a_log_that_failed_is_never_synced_again(void **state)
{
    (void)state;
    struct wal_test t;
    stria_error err = {0};
    wal_test_init(&t);
    put_fault(&t, 0, EIO, false);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    uint64_t calls = sx_os_fault_calls(t.os);
    wal_test_deinit(&t);
    wal_test_init(&t);
    put_fault(&t, calls + 3, EIO, true); /* behind two writes: the sync, and that of a fresh file */
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    assert_int_equal(wal_test_put_async(&t, 1, "a"), STRIA_OK);
    assert_int_equal(wal_test_put(&t, 1, "b"), STRIA_IO);
    assert_true(sx_wal_failed(t.wal));
    t.disk->ops->sleep_ns(t.disk, SX_WAL_ASYNC_NS);
    assert_false(sx_wal_sync_due(t.wal));
    calls = sx_os_fault_calls(t.os);
    assert_int_equal(sx_wal_sync(t.wal, &err), STRIA_READ_ONLY); /* "a" waits for ever */
    assert_string_equal(err.text, "the log failed; the store must be opened again");
    assert_int_equal(sx_os_fault_calls(t.os), calls);
    take_fault_away(&t);
    wal_test_deinit(&t);
}

static void test_an_async_entry_with_an_empty_piece_is_logged_again_whole(void **state)
{
    (void)state;
    struct wal_test t;
    wal_test_init(&t);
    put_fault(&t, 0, EIO, false);
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    uint64_t calls = sx_os_fault_calls(t.os);
    wal_test_deinit(&t);
    wal_test_init(&t);
    put_fault(&t, calls + 2, EIO, false); /* behind the write: the sync */
    assert_int_equal(wal_test_open(&t, 0), STRIA_OK);
    struct sx_wal_entry entry = {
        .generation = 1,
        .pieces = {{.ptr = "ab", .len = 2}, {.ptr = NULL, .len = 0}, {.ptr = "c", .len = 1}},
        .piece_count = 3};
    assert_int_equal(sx_wal_prepare(&entry, SX_RECORD_ROWS, 0, NULL), STRIA_OK);
    assert_int_equal(sx_wal_commit(t.wal, &entry, NULL), STRIA_OK);
    assert_int_equal(sx_wal_sync(t.wal, NULL), STRIA_OK);
    assert_string_equal(sx_os_fault_call_name(t.os), "sync");
    take_fault_away(&t);
    wal_test_power_loss(&t, NULL, NULL);
    assert_int_equal(wal_test_read(&t, 0), STRIA_OK);
    assert_string_equal(t.delivered, "1:1=abc");
    wal_test_deinit(&t);
}

/* The file at hand is full of async frames when the next entry does not fit; making room for it
 * syncs them, which is call `fail_at`. Returns the calls before that. */
static uint64_t fill_a_file(struct wal_test *t, uint64_t fail_at, bool for_ever)
{
    static uint8_t bytes[600000];
    wal_test_init(t);
    put_fault(t, fail_at, EIO, for_ever);
    assert_int_equal(wal_test_open(t, 0), STRIA_OK);
    /* The second one fills the file, so those after the next are larger. */
    for (int i = 0; i < 2; i++) {
        bytes[0] = (uint8_t)('a' + i);
        assert_int_equal(
            wal_test_put_bytes(t, 1, true, SX_RECORD_ROWS, 0, sx_bytes_make(bytes, sizeof bytes)),
            STRIA_OK);
    }
    bytes[0] = 'c';
    assert_int_equal(
        wal_test_put_bytes(t, 1, false, SX_RECORD_ROWS, 0, sx_bytes_make(bytes, 300000)), STRIA_OK);
    return sx_os_fault_calls(t->os);
}

static void test_an_entry_goes_into_the_fresh_file_when_the_sync_before_it_failed(void **state)
{
    (void)state;
    struct wal_test t;
    struct sx_wal_stats before, stats;
    uint64_t calls = fill_a_file(&t, 0, false);
    wal_test_deinit(&t);
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        assert_int_equal(fill_a_file(&t, calls + 1, for_ever), calls);
        sx_wal_stats(t.wal, &before);
        uint8_t *bytes = sx_mem_zalloc(&t.memory.mem, 300000);
        bytes[0] = 'd';
        stria_status st =
            wal_test_put_bytes(&t, 1, true, SX_RECORD_ROWS, 0, sx_bytes_make(bytes, 300000));
        sx_mem_free(&t.memory.mem, bytes);
        assert_string_equal(sx_os_fault_call_name(t.os), "sync");
        assert_int_equal(st, for_ever ? STRIA_IO : STRIA_OK);
        assert_int_equal(sx_wal_failed(t.wal), for_ever);
        sx_wal_stats(t.wal, &stats);
        if (!for_ever)
            assert_int_equal(stats.file_count, before.file_count + 1);
        assert_int_equal(stats.error_count, 1);
        take_fault_away(&t);
        wal_test_power_loss(&t, NULL, NULL);
        assert_record_count(&t, for_ever ? 2 : 4);
        wal_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_queue_becomes_as_many_frames_as_it_needs),
        cmocka_unit_test(test_no_entry_counts_of_a_group_that_was_not_written_to_its_end),
        cmocka_unit_test(test_syncs_are_counted_by_how_long_they_took),
        cmocka_unit_test(test_an_async_entry_waits_for_its_sync_also_when_the_clock_begins_at_zero),
        cmocka_unit_test(test_whatever_two_calls_fail_nothing_that_was_synced_is_lost),
        cmocka_unit_test(test_a_log_that_failed_is_never_synced_again),
        cmocka_unit_test(test_an_async_entry_with_an_empty_piece_is_logged_again_whole),
        cmocka_unit_test(test_an_entry_goes_into_the_fresh_file_when_the_sync_before_it_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
