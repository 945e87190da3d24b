/* SPDX-License-Identifier: Apache-2.0 */
/* log_threads_test.c -- group commit by many writers, with rotations, syncs and releases between
 * them. Other threads only count and note; the assertions are on the main thread. */
#include "wal/log.h"

#include "wal/log_fixture_test.h"

#include <errno.h>

#define WRITER_COUNT 6
#define ENTRY_COUNT 150
#define SEQ_COUNT (WRITER_COUNT * ENTRY_COUNT + 1)

struct shared {
    struct wal_test t;
    _Atomic uint64_t generation; /* that writers encode for */
    uint64_t applied_seqs[SEQ_COUNT];
    size_t applied_count; /* apply calls never run at the same time: no lock */
    _Atomic unsigned stale_count, done_count;
    _Atomic unsigned error_count, care_error_count; /* of writers; of what goes on beside them */
};

struct writer {
    struct shared *shared;
    struct sx_thread *thread;
    unsigned number;
};

struct stamp {
    uint32_t writer, entry;
};

static void note_applied(struct sx_wal_entry *entry)
{
    struct shared *shared = entry->context;
    if (shared->applied_count < SEQ_COUNT)
        shared->applied_seqs[shared->applied_count++] = entry->seq;
}

/* Until the rotation that made an entry stale has told its generation. */
static void await_generation(struct shared *shared, uint64_t generation)
{
    struct sx_os *os = sx_os_posix();
    atomic_fetch_add(&shared->stale_count, 1);
    while (atomic_load(&shared->generation) < generation)
        os->ops->sleep_ns(os, 20000);
}

static void write_entries(void *context)
{
    struct writer *writer = context;
    struct shared *shared = writer->shared;
    for (uint32_t i = 0; i < ENTRY_COUNT;) {
        struct stamp stamp = {.writer = writer->number, .entry = i};
        struct sx_wal_entry entry = {.generation = atomic_load(&shared->generation),
                                     .sync = (i + writer->number) % 4 != 0,
                                     .pieces = {{.ptr = &stamp, .len = sizeof stamp}},
                                     .piece_count = 1,
                                     .apply = note_applied,
                                     .context = shared};
        if (sx_wal_prepare(&entry, SX_RECORD_ROWS, 0, NULL) ||
            sx_wal_commit(shared->t.wal, &entry, NULL))
            atomic_fetch_add(&shared->error_count, 1);
        if (entry.stale)
            await_generation(shared, entry.generation + 1);
        else
            i++;
    }
    atomic_fetch_add(&shared->done_count, 1);
}

/* What a background thread does meanwhile. */
static void care(void *context)
{
    struct shared *shared = context;
    struct sx_wal *wal = shared->t.wal;
    while (atomic_load(&shared->done_count) < WRITER_COUNT) {
        struct sx_wal_stats stats;
        bool made;
        sx_wal_stats(wal, &stats);
        if (sx_wal_prepare_file(wal, &made, NULL))
            atomic_fetch_add(&shared->care_error_count, 1);
        if (sx_wal_sync_due(wal) && sx_wal_sync(wal, NULL))
            atomic_fetch_add(&shared->care_error_count, 1);
        if (sx_wal_failed(wal) || sx_wal_generation_bytes(wal) > (uint64_t)1 << 40)
            atomic_fetch_add(&shared->care_error_count, 1);
    }
}

/* Which entries of which writers came back. */
struct seen {
    uint32_t next[WRITER_COUNT];
    uint64_t last_seq, last_generation;
};

static stria_status see(void *context, const struct sx_replay_record *record, stria_error *err)
{
    struct seen *seen = context;
    struct stamp stamp;
    (void)err;
    assert_int_equal(record->payload.len, sizeof stamp);
    memcpy(&stamp, record->payload.ptr, sizeof stamp);
    assert_true(stamp.writer < WRITER_COUNT);
    assert_int_equal(stamp.entry, seen->next[stamp.writer]++); /* each writer's in its order */
    assert_int_equal(record->seq, seen->last_seq + 1);
    assert_true(record->generation >= seen->last_generation);
    seen->last_seq = record->seq;
    seen->last_generation = record->generation;
    return STRIA_OK;
}

static void check_replay(struct shared *shared)
{
    struct seen seen = {0};
    struct sx_wal_options options = wal_test_options(&shared->t);
    struct sx_replay_options replay = {
        .mem = &shared->t.memory.mem, .events = &shared->t.events, .each = see, .context = &seen};
    assert_int_equal(sx_wal_open(&options, &shared->t.wal, NULL), STRIA_OK);
    assert_int_equal(sx_wal_read(shared->t.wal, 0, &replay, &shared->t.result, NULL), STRIA_OK);
    for (size_t i = 0; i < WRITER_COUNT; i++)
        assert_int_equal(seen.next[i], ENTRY_COUNT);
    assert_int_equal(shared->t.result.damage_count, 0);
    assert_true(seen.last_generation <= atomic_load(&shared->generation));
}

/* A disk whose sync takes a while, so that writers meet. */
static const struct sx_os_ops *quick_ops;

static stria_status slow_sync(struct sx_file *file, stria_error *err)
{
    struct sx_os *os = sx_os_posix();
    os->ops->sleep_ns(os, 200000);
    return quick_ops->sync(file, err);
}

static void make_slow(struct sx_os *disk)
{
    static struct sx_os_ops slow_ops;
    quick_ops = disk->ops;
    slow_ops = *disk->ops;
    slow_ops.sync = slow_sync;
    disk->ops = &slow_ops;
}

static void run_writers(struct shared *shared, unsigned rotation_count)
{
    struct sx_os *os = sx_os_posix();
    struct writer writers[WRITER_COUNT];
    struct sx_thread *carer;
    assert_int_equal(wal_test_open(&shared->t, 0), STRIA_OK);
    atomic_store(&shared->generation, 1);
    for (unsigned i = 0; i < WRITER_COUNT; i++) {
        writers[i] = (struct writer){.shared = shared, .number = i};
        assert_int_equal(
            os->ops->thread_start(os, write_entries, &writers[i], &writers[i].thread, NULL),
            STRIA_OK);
    }
    assert_int_equal(os->ops->thread_start(os, care, shared, &carer, NULL), STRIA_OK);
    for (unsigned i = 0; i < rotation_count; i++) {
        stria_error err = {0};
        os->ops->sleep_ns(os, 2000000);
        if (sx_wal_rotate(shared->t.wal, i + 2, &err))
            fail_msg("%s", err.text);
        atomic_store(&shared->generation, i + 2);
    }
    for (unsigned i = 0; i < WRITER_COUNT; i++)
        os->ops->thread_join(writers[i].thread);
    os->ops->thread_join(carer);
}

static void test_many_writers_get_every_entry_into_the_log_once_and_in_order(void **state)
{
    (void)state;
    static struct shared shared;
    static const unsigned rotation_counts[] = {0, 12};
    for (size_t r = 0; r < SX_COUNT_OF(rotation_counts); r++) {
        struct sx_wal_stats stats;
        shared = (struct shared){0};
        wal_test_init(&shared.t);
        make_slow(shared.t.disk);
        run_writers(&shared, rotation_counts[r]);
        assert_int_equal(shared.error_count + shared.care_error_count, 0);
        assert_int_equal(shared.applied_count, SEQ_COUNT - 1);
        for (size_t i = 0; i < SEQ_COUNT - 1; i++)
            assert_int_equal(shared.applied_seqs[i], i + 1);
        sx_wal_stats(shared.t.wal, &stats);
        assert_int_equal(stats.record_count, SEQ_COUNT - 1);
        assert_true(stats.frame_count < stats.record_count);
        print_message("%" PRIu64 " frames, %u stale\n", stats.frame_count, shared.stale_count);
        wal_test_close(&shared.t);
        check_replay(&shared);
        wal_test_deinit(&shared.t);
    }
}

static stria_status count_record(void *context, const struct sx_replay_record *record,
                                 stria_error *err)
{
    size_t *count = context;
    (void)err;
    assert_int_equal(record->seq, ++*count);
    return STRIA_OK;
}

static void test_what_was_applied_is_in_the_log_although_a_call_failed_between(void **state)
{
    (void)state;
    static struct shared shared;
    for (uint64_t n = 12; n < 400; n += 37) {
        struct sx_os_fault_options options = {.fail_at = n, .os_errno = EIO};
        size_t count = 0;
        shared = (struct shared){0};
        wal_test_init(&shared.t);
        shared.t.os = sx_os_fault_create(shared.t.disk, &options);
        run_writers(&shared, 0);
        assert_int_equal(shared.applied_count + shared.error_count, SEQ_COUNT - 1);
        assert_false(sx_wal_failed(shared.t.wal));
        wal_test_close(&shared.t);
        sx_os_fault_destroy(shared.t.os);
        shared.t.os = shared.t.disk;
        struct sx_wal_options wal_options = wal_test_options(&shared.t);
        struct sx_replay_options replay = {.mem = &shared.t.memory.mem,
                                           .events = &shared.t.events,
                                           .each = count_record,
                                           .context = &count};
        assert_int_equal(sx_wal_open(&wal_options, &shared.t.wal, NULL), STRIA_OK);
        assert_int_equal(sx_wal_read(shared.t.wal, 0, &replay, &shared.t.result, NULL), STRIA_OK);
        assert_int_equal(count, shared.applied_count);
        assert_int_equal(shared.t.result.damage_count, 0);
        wal_test_deinit(&shared.t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_writers_get_every_entry_into_the_log_once_and_in_order),
        cmocka_unit_test(test_what_was_applied_is_in_the_log_although_a_call_failed_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
