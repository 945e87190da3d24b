/* SPDX-License-Identifier: Apache-2.0 */
/* replay_resume_test.c -- reading the log beside the process that writes it, and going on later. */
#include "wal/log_fixture_test.h"

#include <errno.h>

struct follower {
    struct wal_test t; /* of the writer; its disk is shared */
    struct sx_replay_result at;
    bool unchanged;
};

/* Reads what is new behind f->at, as another process would, into t.delivered. */
static stria_status follow(struct follower *f, uint64_t flushed_generation)
{
    struct wal_test *t = &f->t;
    struct sx_wal_options options = wal_test_options(t);
    struct sx_replay_options replay = {.mem = &t->memory.mem,
                                       .events = &t->events,
                                       .each = wal_test_each,
                                       .on_damage = wal_test_damage,
                                       .context = t,
                                       .beside_writer = true,
                                       .from = f->at.end_file_no ? &f->at : NULL};
    struct sx_replay_result result;
    struct sx_wal *wal = NULL;
    options.read_only = true;
    options.os = t->disk;
    *t->delivered = *t->damage = '\0';
    stria_status st = sx_wal_open(&options, &wal, &t->err);
    if (!st)
        st = sx_wal_read(wal, flushed_generation, &replay, &result, &t->err);
    if (!st)
        st = sx_wal_unchanged(wal, &f->unchanged, &t->err);
    (void)sx_wal_close(wal, NULL);
    if (!st)
        f->at = result;
    return st;
}

static void assert_follows(struct follower *f, uint64_t flushed_generation, const char *delivered)
{
    assert_int_equal(follow(f, flushed_generation), STRIA_OK);
    assert_string_equal(f->t.delivered, delivered);
    assert_string_equal(f->t.damage, "");
    assert_true(f->unchanged);
}

static void follower_init(struct follower *f)
{
    *f = (struct follower){0};
    wal_test_init(&f->t);
    assert_int_equal(wal_test_open(&f->t, 0), STRIA_OK);
}

static void test_a_reader_goes_on_where_it_ended(void **state)
{
    (void)state;
    struct follower f;
    follower_init(&f);
    assert_follows(&f, 0, "");
    assert_int_equal(wal_test_put(&f.t, 1, "a"), STRIA_OK);
    assert_follows(&f, 0, "1:1=a");
    assert_follows(&f, 0, "");
    assert_int_equal(wal_test_put_async(&f.t, 1, "b"), STRIA_OK);
    assert_int_equal(wal_test_put_async(&f.t, 1, "c"), STRIA_OK);
    assert_follows(&f, 0, "1:2=b 1:3=c"); /* acknowledged is enough */
    assert_int_equal(sx_wal_rotate(f.t.wal, 2, NULL), STRIA_OK);
    assert_follows(&f, 0, "");
    assert_int_equal(wal_test_put(&f.t, 2, "d"), STRIA_OK);
    assert_int_equal(sx_wal_rotate(f.t.wal, 3, NULL), STRIA_OK);
    assert_int_equal(wal_test_put(&f.t, 3, "e"), STRIA_OK);
    assert_follows(&f, 0, "2:4=d 3:5=e");
    wal_test_deinit(&f.t);
}

static void test_a_reader_goes_through_many_files(void **state)
{
    (void)state;
    struct follower f;
    follower_init(&f);
    uint64_t delivered = 0;
    for (unsigned round = 0; round < 6; round++) {
        wal_test_put_big(&f.t, 1, 'a', 5, 300000);
        assert_int_equal(follow(&f, 0), STRIA_OK);
        assert_int_equal(f.at.record_count, 5);
        assert_int_equal(f.at.damage_count, 0);
        delivered += f.at.record_count;
    }
    assert_int_equal(delivered, 30);
    assert_int_equal(f.at.next_seq, 31);
    wal_test_deinit(&f.t);
}

static void test_a_flushed_generation_is_not_gone_on_in(void **state)
{
    (void)state;
    struct follower f;
    follower_init(&f);
    assert_int_equal(wal_test_put(&f.t, 1, "a"), STRIA_OK);
    assert_follows(&f, 0, "1:1=a");
    assert_int_equal(sx_wal_rotate(f.t.wal, 2, NULL), STRIA_OK);
    sx_wal_release(f.t.wal, 1);
    assert_int_equal(wal_test_put(&f.t, 2, "b"), STRIA_OK);
    assert_int_equal(follow(&f, 1), STRIA_NOT_FOUND);
    assert_string_equal(f.t.err.text, "the log was begun anew");
    f.at = (struct sx_replay_result){0}; /* from the beginning, then */
    assert_follows(&f, 1, "2:2=b");
    wal_test_deinit(&f.t);
}

/* Two frames are read, the second not synced; then its sync is call `fail_at` (0: it works).
 * Returns how many calls came before it. */
static uint64_t read_before_a_sync(struct follower *f, uint64_t fail_at)
{
    struct sx_os_fault_options fault = {.fail_at = fail_at, .os_errno = EIO};
    *f = (struct follower){0};
    wal_test_init(&f->t);
    f->t.os = sx_os_fault_create(f->t.disk, &fault);
    assert_int_equal(wal_test_open(&f->t, 0), STRIA_OK);
    assert_int_equal(wal_test_put(&f->t, 1, "a"), STRIA_OK);
    assert_int_equal(wal_test_put_async(&f->t, 1, "b"), STRIA_OK);
    assert_follows(f, 0, "1:1=a 1:2=b");
    uint64_t call_count = sx_os_fault_calls(f->t.os);
    assert_int_equal(sx_wal_sync(f->t.wal, NULL), STRIA_OK);
    assert_int_equal(sx_os_fault_fired(f->t.os), fail_at != 0);
    return call_count;
}

static void test_a_file_given_up_before_the_readers_place_makes_it_start_over(void **state)
{
    (void)state;
    struct follower f;
    uint64_t call_count = read_before_a_sync(&f, 0);
    assert_follows(&f, 0, "");
    wal_test_deinit(&f.t);
    (void)read_before_a_sync(&f, call_count + 1);
    /* "b" was logged again in a fresh file. */
    assert_int_equal(follow(&f, 0), STRIA_NOT_FOUND);
    f.at = (struct sx_replay_result){0};
    assert_follows(&f, 0, "1:1=a 1:2=b");
    wal_test_deinit(&f.t);
}

static void test_files_begun_anew_while_they_are_read_are_noticed(void **state)
{
    (void)state;
    struct follower f;
    follower_init(&f);
    assert_int_equal(wal_test_put(&f.t, 1, "a"), STRIA_OK);
    struct sx_wal_options options = wal_test_options(&f.t);
    struct sx_wal *wal = NULL;
    struct sx_replay_result result;
    struct sx_replay_options replay = {
        .mem = &f.t.memory.mem, .events = &f.t.events, .each = wal_test_each, .context = &f.t};
    bool unchanged;
    options.read_only = true;
    assert_int_equal(sx_wal_open(&options, &wal, NULL), STRIA_OK);
    assert_int_equal(sx_wal_read(wal, 0, &replay, &result, NULL), STRIA_OK);
    assert_int_equal(sx_wal_unchanged(wal, &unchanged, NULL), STRIA_OK);
    assert_true(unchanged);
    for (uint64_t generation = 2; generation < 8; generation++) {
        assert_int_equal(wal_test_put(&f.t, generation - 1, "x"), STRIA_OK);
        assert_int_equal(sx_wal_rotate(f.t.wal, generation, NULL), STRIA_OK);
        sx_wal_release(f.t.wal, generation - 1);
    }
    assert_int_equal(sx_wal_unchanged(wal, &unchanged, NULL), STRIA_OK);
    assert_false(unchanged);
    (void)sx_wal_close(wal, NULL);
    wal_test_deinit(&f.t);
}

/* A frame that becomes whole while it is looked at: the disk changes under the reader as soon as it
 * has read the place for the first time. */
#define LATE_PATH "wal/00000000.wal"
#define LATE_OFFSET (SX_WAL_FIRST_FRAME + SX_WAL_ALIGN)

static struct late {
    struct sx_os *disk;
    const struct sx_os_ops *below;
    struct sx_os_ops ops;
    uint8_t frame[SX_FRAME_HEADER_SIZE];
} late;

static uint8_t *late_place(void)
{
    size_t size;
    return sx_os_mem_bytes(late.disk, LATE_PATH, &size) + LATE_OFFSET;
}

static stria_status late_pread(struct sx_file *file, void *bytes, size_t size, uint64_t offset,
                               size_t *got, stria_error *err)
{
    stria_status st = late.below->pread(file, bytes, size, offset, got, err);
    if (offset == LATE_OFFSET)
        memcpy(late_place(), late.frame, sizeof late.frame);
    return st;
}

static void test_a_frame_that_becomes_whole_meanwhile_is_no_damage(void **state)
{
    (void)state;
    struct follower f;
    follower_init(&f);
    assert_int_equal(wal_test_put(&f.t, 1, "a"), STRIA_OK);
    assert_int_equal(wal_test_put(&f.t, 1, "b"), STRIA_OK);
    assert_int_equal(wal_test_put(&f.t, 1, "c"), STRIA_OK);
    late = (struct late){.disk = f.t.disk, .below = f.t.disk->ops, .ops = *f.t.disk->ops};
    late.ops.pread = late_pread;
    memcpy(late.frame, late_place(), sizeof late.frame);
    memset(late_place(), 0, sizeof late.frame);
    assert_int_equal(follow(&f, 0), STRIA_OK);
    assert_string_equal(f.t.delivered, "1:1=a 1:3=c"); /* if it stays so it is damage */
    assert_string_equal(f.t.damage, "00000000.wal@12288 ");
    f.at = (struct sx_replay_result){0};
    f.t.disk->ops = &late.ops;
    assert_follows(&f, 0, "1:1=a 1:2=b 1:3=c");
    f.t.disk->ops = late.below;
    wal_test_deinit(&f.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reader_goes_on_where_it_ended),
        cmocka_unit_test(test_a_reader_goes_through_many_files),
        cmocka_unit_test(test_a_flushed_generation_is_not_gone_on_in),
        cmocka_unit_test(test_a_file_given_up_before_the_readers_place_makes_it_start_over),
        cmocka_unit_test(test_files_begun_anew_while_they_are_read_are_noticed),
        cmocka_unit_test(test_a_frame_that_becomes_whole_meanwhile_is_no_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
