/* SPDX-License-Identifier: Apache-2.0 */
/* loads_test.c -- of segments that nobody uses no more stay loaded than allowed; what is pinned
 * stays, and what was let go is loaded again. */
#include "segment/loads.h"

#include "segment/segment_fixture_test.h"

#include "os/os.h"

#define COUNT 6

struct fixture {
    struct seg_test segments[COUNT];
    struct sx_segment_loads loads;
    size_t size; /* of one of them, loaded */
};

static void fixture_init(struct fixture *f, size_t count_max)
{
    static const struct seg_test_line lines[] = {{"m,k=1", 1, "a1=1"}, {"m,k=2", 1, "a1=2"}};
    sx_segment_loads_init(&f->loads, SIZE_MAX);
    for (size_t i = 0; i < COUNT; i++) {
        seg_test_init(&f->segments[i]);
        seg_test_write(&f->segments[i], SX_TIER_HOT, lines, SX_COUNT_OF(lines));
        assert_int_equal(seg_test_open(&f->segments[i]), STRIA_OK);
        f->size = f->segments[i].segment->arena.size;
        sx_segment_unload(f->segments[i].segment);
        f->segments[i].segment->loads = &f->loads;
    }
    f->loads.size_max = count_max * f->size;
}

static void fixture_deinit(struct fixture *f)
{
    for (size_t i = 0; i < COUNT; i++)
        seg_test_deinit(&f->segments[i]);
    assert_int_equal(f->loads.size, 0);
    sx_segment_loads_deinit(&f->loads);
}

static struct sx_segment *pin(struct fixture *f, size_t i)
{
    struct sx_segment *segment = f->segments[i].segment;
    assert_int_equal(sx_segment_pin(segment, NULL), STRIA_OK);
    assert_int_equal(segment->tag_count, 1);
    assert_int_equal(segment->measurement_count, 1);
    return segment;
}

static void assert_loaded(const struct fixture *f, const char *want)
{
    char loaded[COUNT + 1] = "";
    for (size_t i = 0; i < COUNT; i++)
        loaded[i] = atomic_load(&f->segments[i].segment->loaded) ? 'x' : '-';
    assert_string_equal(loaded, want);
}

static void test_what_is_pinned_stays_and_the_rest_goes(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 2);
    for (size_t i = 0; i < 4; i++)
        (void)pin(&f, i);
    assert_loaded(&f, "xxxx--"); /* more than two, but all are in use */
    assert_int_equal(f.loads.size, 4 * f.size);
    sx_segment_unpin(f.segments[0].segment);
    sx_segment_unpin(f.segments[1].segment);
    sx_segment_unpin(f.segments[3].segment);
    (void)pin(&f, 2);
    assert_loaded(&f, "xxxx--"); /* one that is loaded makes nothing go */
    (void)pin(&f, 4);
    assert_loaded(&f, "--x-x-");
    (void)pin(&f, 0);
    assert_loaded(&f, "x-x-x-");
    assert_int_equal(f.loads.count, 3);
    fixture_deinit(&f);
}

static void test_what_is_used_again_stays_longest(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 3);
    for (size_t i = 0; i < 3; i++)
        sx_segment_unpin(pin(&f, i));
    sx_segment_unpin(pin(&f, 3)); /* takes all marks away, and the first goes */
    assert_loaded(&f, "-xxx--");
    sx_segment_unpin(pin(&f, 1));
    sx_segment_unpin(pin(&f, 4));
    assert_loaded(&f, "-x-xx-");
    assert_true(sx_segment_loads_trim(&f.loads, 0));
    assert_loaded(&f, "------");
    assert_false(sx_segment_loads_trim(&f.loads, 0));
    sx_segment_unpin(pin(&f, 5));
    assert_loaded(&f, "-----x");
    sx_segment_unload(f.segments[5].segment);
    assert_int_equal(f.loads.count, 0);
    fixture_deinit(&f);
}

static void test_a_segment_that_cannot_be_loaded_is_not_pinned(void **state)
{
    (void)state;
    struct fixture f;
    size_t size;
    fixture_init(&f, 3);
    uint8_t *bytes = sx_os_mem_bytes(f.segments[0].disk, "a.seg", &size);
    bytes[size - 1] ^= 1;
    assert_int_equal(sx_segment_pin(f.segments[0].segment, NULL), STRIA_CORRUPT);
    sx_os_mem_bytes(f.segments[0].disk, "a.seg", &size)[size - 1] ^= 1;
    (void)pin(&f, 0);
    sx_segment_unpin(f.segments[0].segment);
    assert_true(sx_segment_loads_trim(&f.loads, 0)); /* nothing of the failure held it */
    fixture_deinit(&f);
}

static void test_one_that_goes_while_it_is_next_to_go_leaves_the_others(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 6);
    for (size_t i = 0; i < 3; i++)
        sx_segment_unpin(pin(&f, i));
    assert_ptr_equal(f.loads.hand, f.segments[0].segment);
    sx_segment_unload(f.segments[0].segment);
    assert_ptr_equal(f.loads.hand, f.segments[1].segment);
    assert_loaded(&f, "-xx---");
    assert_true(sx_segment_loads_trim(&f.loads, f.size));
    assert_loaded(&f, "--x---");
    fixture_deinit(&f);
}

static void test_where_memory_fails_what_nobody_uses_makes_room(void **state)
{
    (void)state;
    struct fixture f;
    stria_error err = {0};
    fixture_init(&f, 6);
    struct sx_segment *segment = f.segments[1].segment;
    test_mem_arm(&f.segments[1].memory, 1);
    assert_int_equal(sx_segment_pin(segment, &err), STRIA_NOMEM); /* there is nothing to let go */
    assert_true(test_mem_fired(&f.segments[1].memory));
    assert_int_equal(err.code, STRIA_NOMEM);
    sx_segment_unpin(pin(&f, 0));
    test_mem_arm(&f.segments[1].memory, 1);
    (void)pin(&f, 1);
    assert_true(test_mem_fired(&f.segments[1].memory));
    assert_loaded(&f, "-x----");
    fixture_deinit(&f);
}

struct user {
    struct fixture *f;
    unsigned seed;
};

static void use(void *argument)
{
    const struct user *user = argument;
    unsigned random = user->seed;
    for (unsigned i = 0; i < 3000; i++) {
        random = random * 1103515245u + 12345u;
        sx_segment_unpin(pin(user->f, random >> 16 & 3));
    }
}

static void test_threads_find_what_they_pin(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, 1);
    struct sx_os *os = sx_os_posix();
    struct user users[3];
    struct sx_thread *threads[3];
    for (unsigned i = 0; i < SX_COUNT_OF(users); i++) {
        users[i] = (struct user){.f = &f, .seed = i};
        assert_int_equal(os->ops->thread_start(os, use, &users[i], &threads[i], NULL), STRIA_OK);
    }
    for (unsigned i = 0; i < SX_COUNT_OF(users); i++)
        os->ops->thread_join(threads[i]);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_pinned_stays_and_the_rest_goes),
        cmocka_unit_test(test_what_is_used_again_stays_longest),
        cmocka_unit_test(test_a_segment_that_cannot_be_loaded_is_not_pinned),
        cmocka_unit_test(test_one_that_goes_while_it_is_next_to_go_leaves_the_others),
        cmocka_unit_test(test_where_memory_fails_what_nobody_uses_makes_room),
        cmocka_unit_test(test_threads_find_what_they_pin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
