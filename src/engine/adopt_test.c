/* SPDX-License-Identifier: Apache-2.0 */
/* adopt_test.c -- a database that is taken over from another store: in sealed segments, without
 * what is damaged, and not at all when memory is refused.
 *
 * Why         tests/restore_test.c looks at failing calls, power losses, and what is restored. */
#include "engine/adopt.h"

#include "engine/engine_fixture_test.h"

struct adopt_test {
    struct engine_test t; /* the source: the database "d" */
    struct sx_engine *to;
    struct sx_adoption adoption;
    unsigned found_count;
    char path[32], segments[40]; /* of the target */
};

static void found(void *context, const stria_error *what)
{
    struct adopt_test *a = context;
    assert_true(*what->text != 0);
    a->found_count++;
}

static void open_target(struct adopt_test *a, struct sx_mem_fault *fault)
{
    struct sx_engine_options options = {.os = a->t.os, .path = a->path, .fault = fault};
    engine_test_must(&a->t, sx_engine_open(&options, &a->to, &a->t.err));
}

static void begin(struct adopt_test *a)
{
    *a = (struct adopt_test){.path = "to"};
    engine_test_init(&a->t);
    for (int i = 0; i < 6; i++) {
        engine_test_write(&a->t, "cpu", i * SX_DAY_NS, "v1=1");
        engine_test_write(&a->t, "mem", i * SX_DAY_NS, "v1=2");
        if (i % 2)
            engine_test_compact(&a->t, STRIA_COMPACT_FLUSH);
    }
}

static stria_status adopt(struct adopt_test *a)
{
    a->adoption = (struct sx_adoption){.from = a->t.engine,
                                       .database = SX_LITERAL("d"),
                                       .as = SX_LITERAL("e"),
                                       .found = found,
                                       .context = a};
    a->found_count = 0;
    return sx_engine_adopt(a->to, &a->adoption, &a->t.err);
}

static void end(struct adopt_test *a)
{
    (void)sx_engine_close(a->to, NULL);
    engine_test_deinit(&a->t);
}

static void test_rows_come_in_sealed_segments_of_a_flushed_generation(void **state)
{
    (void)state;
    struct adopt_test a;
    begin(&a);
    open_target(&a, NULL);
    engine_test_must(&a.t, adopt(&a));
    assert_int_equal(a.adoption.row_count, 12);
    assert_int_equal(a.found_count, 0);
    const struct sx_policy_store *store = a.to->stores[0];
    assert_int_equal(store->segment_count, a.adoption.segment_count);
    for (size_t i = 0; i < store->segment_count; i++) {
        const struct sx_segment_info *info = &store->segments[i]->info;
        assert_int_equal(info->tier, SX_TIER_SEALED);
        assert_int_equal(info->level, 1);
        assert_int_equal(info->last_generation, a.to->flushed_generation);
    }
    assert_int_equal(adopt(&a), STRIA_EXISTS);
    engine_test_must(&a.t, sx_engine_close(a.to, &a.t.err));
    open_target(&a, NULL);
    assert_true(a.to->active->number > a.to->flushed_generation);
    end(&a);
}

static void test_what_is_damaged_is_told_and_left_out(void **state)
{
    (void)state;
    struct adopt_test a;
    size_t size;
    begin(&a);
    open_target(&a, NULL);
    uint8_t *bytes = sx_os_mem_bytes(a.t.disk, engine_test_store(&a.t)->segments[1]->path, &size);
    bytes[size - 1] ^= 1; /* its end: it cannot be opened */
    engine_test_must(&a.t, adopt(&a));
    assert_int_equal(a.adoption.row_count, 8);
    assert_int_equal(a.found_count, 1);
    end(&a);
}

static uint64_t rows_of(const struct sx_policy_store *store)
{
    uint64_t count = 0;
    for (size_t i = 0; i < store->segment_count; i++)
        count += store->segments[i]->info.row_count;
    return count;
}

static void test_rollups_stay_those_of_their_policy_and_are_made_anew(void **state)
{
    (void)state;
    struct adopt_test a;
    struct sx_command command = {.kind = SX_ALTER_POLICY,
                                 .database = SX_LITERAL("d"),
                                 .policy = SX_LITERAL("autogen"),
                                 .settings = SX_POLICY_ROLLUP,
                                 .rollups = {{.interval_ns = SX_ROLLUP_5M_NS}},
                                 .rollup_count = 1};
    begin(&a);
    engine_test_must(&a.t, engine_test_execute(&a.t, &command));
    engine_test_compact(&a.t, STRIA_COMPACT_SEAL);
    open_target(&a, NULL);
    /* The ids of policies differ then. */
    engine_test_must(&a.t, sx_engine_execute(a.to,
                                             &(struct sx_command){.kind = SX_CREATE_DATABASE,
                                                                  .database = SX_LITERAL("x")},
                                             &a.t.err));
    engine_test_must(&a.t, adopt(&a));
    engine_test_must(&a.t, sx_engine_compact(a.to, STRIA_COMPACT_SEAL, NULL, &a.t.err));
    const struct sx_policy_store *rows = a.to->stores[1], *rollups = a.to->stores[2];
    assert_int_equal(rollups->rollup_of, rows->policy_id);
    assert_int_equal(rows_of(rows), 12);
    assert_int_equal(rows_of(rollups), 12);
    assert_int_equal(rollups->marks->count, 6);
    end(&a);
}

static void test_refused_memory_changes_nothing(void **state)
{
    (void)state;
    struct adopt_test a;
    begin(&a);
    int64_t refused = 0;
    bool fired = true;
    for (int64_t at = 1; fired; at++) {
        struct sx_mem_fault fault = {.countdown = -1};
        (void)snprintf(a.path, sizeof a.path, "to%d", (int)at);
        (void)snprintf(a.segments, sizeof a.segments, "%s/seg", a.path);
        open_target(&a, &fault);
        atomic_store(&fault.countdown, at);
        stria_status st = adopt(&a);
        fired = atomic_load(&fault.fired);
        atomic_store(&fault.countdown, -1);
        if (st) {
            assert_true(fired);
            assert_int_equal(st, STRIA_NOMEM);
            assert_int_equal(a.to->catalog->database_count, 0);
            assert_int_equal(a.to->store_count, 0);
            assert_int_equal(engine_test_files(&a.t, a.segments, ".seg", NULL), 0);
            refused++;
        }
        engine_test_must(&a.t, sx_engine_close(a.to, &a.t.err));
        a.to = NULL;
    }
    assert_in_range(refused, 30, 1000);
    end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_in_sealed_segments_of_a_flushed_generation),
        cmocka_unit_test(test_what_is_damaged_is_told_and_left_out),
        cmocka_unit_test(test_rollups_stay_those_of_their_policy_and_are_made_anew),
        cmocka_unit_test(test_refused_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
