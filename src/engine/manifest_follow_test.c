/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_follow_test.c -- reading on beside the process that writes the manifest. */
#include "engine/manifest_priv.h"

#include "base/error.h"
#include "engine/manifest_fixture_test.h"

#include <errno.h>

struct follower {
    struct fixture f;           /* of the writer */
    struct sx_manifest *reader; /* on f.os */
    bool replaced;
    stria_status each_status; /* what the callback returns */
};

static stria_status see_new(void *context, struct sx_bytes operations, stria_error *err)
{
    struct follower *r = context;
    stria_status st = see(&r->f, operations, err);
    return r->each_status ? sx_fail(err, r->each_status, "no") : st;
}

/* Reads what is new; what was seen is in f.seen. */
static stria_status read_on(struct follower *r)
{
    sx_buf_clear(&r->f.seen);
    r->f.err = (stria_error){0};
    stria_status st = sx_manifest_read_new(r->reader, see_new, r, &r->replaced, &r->f.err);
    assert_int_equal(r->f.err.code, st);
    sx_buf_put_u8(&r->f.seen, 0);
    return st;
}

static void assert_reads_on(struct follower *r, const char *want, bool replaced)
{
    if (read_on(r))
        fail_msg("%s", r->f.err.text);
    assert_string_equal((const char *)r->f.seen.ptr, want);
    assert_int_equal(r->replaced, replaced);
}

/* The reader has read "7 . 8 9 ". */
static void follower_init(struct follower *r)
{
    struct sx_manifest_result result;
    *r = (struct follower){0};
    fill(&r->f);
    struct sx_manifest_options options = r->f.manifest->options;
    options.os = r->f.os;
    assert_int_equal(sx_manifest_create(&options, &r->reader, NULL), STRIA_OK);
    assert_int_equal(sx_manifest_read(r->reader, see, &r->f, &result, NULL), STRIA_OK);
}

static void follower_deinit(struct follower *r)
{
    sx_manifest_destroy(r->reader);
    fixture_deinit(&r->f);
}

static void test_a_reader_sees_new_edits_until_the_manifest_is_begun_anew(void **state)
{
    (void)state;
    struct follower r;
    follower_init(&r);
    assert_reads_on(&r, "", false);
    assert_int_equal(commit(&r.f, 10), STRIA_OK);
    assert_int_equal(commit(&r.f, 11), STRIA_OK);
    assert_reads_on(&r, "10 11 ", false);
    assert_int_equal(sx_manifest_edit_seq(r.reader), sx_manifest_edit_seq(r.f.manifest));
    assert_int_equal(sx_manifest_size(r.reader), sx_manifest_size(r.f.manifest));
    assert_reads_on(&r, "", false);
    assert_int_equal(commit(&r.f, 12), STRIA_OK);
    assert_int_equal(sx_manifest_begin(r.f.manifest, uuid, NULL), STRIA_OK);
    assert_reads_on(&r, "", true);
    follower_deinit(&r);
}

/* What may have happened to the file since it was read. */
static void nothing(struct follower *r)
{
    (void)r;
}

static void second_copy_is_missing(struct follower *r)
{
    assert_int_equal(commit(&r->f, 10), STRIA_OK);
    assert_true(sx_os_mem_resize(r->f.disk, PATH, 7 * PAGE));
}

static void is_cut_short(struct follower *r)
{
    assert_true(sx_os_mem_resize(r->f.disk, PATH, PAGE));
}

static void is_shorter_than_what_was_read(struct follower *r)
{
    assert_true(sx_os_mem_resize(r->f.disk, PATH, 4 * PAGE));
}

static void is_gone(struct follower *r)
{
    assert_int_equal(r->f.disk->ops->unlink(r->f.disk, PATH, NULL), STRIA_OK);
}

static void has_another_beside_it(struct follower *r)
{
    add_second(&r->f);
}

static void is_damaged_before_a_good_edit(struct follower *r)
{
    assert_int_equal(commit(&r->f, 10), STRIA_OK);
    assert_int_equal(commit(&r->f, 11), STRIA_OK);
    forge(&r->f, &(struct forged){.page = 6});
    forge(&r->f, &(struct forged){.page = 7});
}

static void has_an_edit_that_is_damaged_inside(struct follower *r)
{
    assert_int_equal(commit(&r->f, 10), STRIA_OK);
    forge(&r->f, &(struct forged){8, 5, 0, "05 02 07", 0});
    forge(&r->f, &(struct forged){9, 5, 1, "05 02 07", 0});
}

static void cannot_be_understood(struct follower *r)
{
    assert_int_equal(commit(&r->f, 10), STRIA_OK);
    r->each_status = STRIA_LIMIT;
}

static const struct {
    const char *name;
    void (*happens)(struct follower *r);
    stria_status st;
    const char *seen, *seen_again; /* at the first look, at the next */
    bool replaced;
} changes[] = {
    {"nothing", nothing, STRIA_OK, "", "", false},
    {"the second copy of an edit is not written yet", second_copy_is_missing, STRIA_OK, "10 ", "",
     false},
    {"it was cut to less than a manifest", is_cut_short, STRIA_OK, "", "", true},
    {"it was cut to less than was read", is_shorter_than_what_was_read, STRIA_OK, "", "", false},
    {"it is gone", is_gone, STRIA_OK, "", "", true},
    {"another is beside it", has_another_beside_it, STRIA_OK, "", "", true},
    {"a good edit stands behind a bad one", is_damaged_before_a_good_edit, STRIA_OK, "", "", true},
    {"an edit is damaged inside", has_an_edit_that_is_damaged_inside, STRIA_CORRUPT, "10 ", "",
     false},
    {"who is told of it refuses", cannot_be_understood, STRIA_LIMIT, "10 ", "10 ", false},
};

static void test_a_reader_is_told_when_it_must_begin_anew(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(changes); i++) {
        struct follower r;
        print_message("%s\n", changes[i].name);
        follower_init(&r);
        changes[i].happens(&r);
        for (int again = 0; again < 2; again++) { /* an edit that failed comes again */
            assert_int_equal(read_on(&r), changes[i].st);
            assert_string_equal((const char *)r.f.seen.ptr,
                                again ? changes[i].seen_again : changes[i].seen);
            assert_int_equal(r.replaced, changes[i].replaced);
        }
        follower_deinit(&r);
    }
}

static void test_a_file_that_goes_while_it_is_looked_for_makes_the_reader_begin_anew(void **state)
{
    (void)state;
    struct follower r;
    follower_init(&r);
    hook(&r.f);
    hooks.ops.list = list_and_unlink;
    hooks.gone = PATH;
    assert_reads_on(&r, "", true);
    unhook(&r.f);
    follower_deinit(&r);
}

static void test_every_failing_call_and_allocation_of_reading_on_is_told(void **state)
{
    (void)state;
    bool fired = true;
    for (uint64_t nth = 1; fired; nth++) {
        struct follower r;
        struct sx_os_fault_options options = {.fail_at = nth, .os_errno = EIO};
        follower_init(&r);
        assert_int_equal(commit(&r.f, 10), STRIA_OK);
        r.reader->options.os = sx_os_fault_create(r.f.disk, &options);
        stria_status st = read_on(&r);
        fired = sx_os_fault_fired(r.reader->options.os);
        sx_os_fault_destroy(r.reader->options.os);
        r.reader->options.os = r.f.disk;
        assert_int_equal(st, fired ? STRIA_IO : STRIA_OK);
        assert_reads_on(&r, fired ? "10 " : "", false); /* nothing was left out */
        follower_deinit(&r);
    }
    fired = true;
    for (int64_t nth = 1; fired; nth++) {
        struct follower r;
        follower_init(&r);
        assert_int_equal(commit(&r.f, 10), STRIA_OK);
        test_mem_arm(&r.f.memory, nth);
        stria_status st = read_on(&r);
        fired = test_mem_fired(&r.f.memory);
        if (!fired || st)
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        if (st)
            assert_reads_on(&r, "10 ", false);
        follower_deinit(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reader_sees_new_edits_until_the_manifest_is_begun_anew),
        cmocka_unit_test(test_a_reader_is_told_when_it_must_begin_anew),
        cmocka_unit_test(test_a_file_that_goes_while_it_is_looked_for_makes_the_reader_begin_anew),
        cmocka_unit_test(test_every_failing_call_and_allocation_of_reading_on_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
