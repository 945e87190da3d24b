/* SPDX-License-Identifier: Apache-2.0 */
/* capture_test.c -- what is held still while a state is captured, and what goes on. */
#include "engine/capture.h"

#include "engine/engine_fixture_test.h"

static void begin(struct engine_test *t, struct sx_capture *c)
{
    engine_test_init(t);
    engine_test_write(t, "cpu", 1, "v1=1");
    engine_test_compact(t, STRIA_COMPACT_FLUSH);
    engine_test_write(t, "cpu", 2, "v1=2");
    engine_test_must(t, sx_capture_begin(t->engine, c, &t->err));
}

static void test_a_capture_has_segments_and_the_log_behind_them(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_capture c;
    char path[SX_PATH_MAX];
    begin(&t, &c);
    assert_int_equal(c.segment_count, 1);
    assert_int_equal(c.log_count, 1);
    assert_true(c.logs_finished);
    assert_true(sx_edit_has(sx_buf_bytes(&c.state), SX_OP_ADD_SEGMENT));
    assert_true(sx_edit_has(sx_buf_bytes(&c.state), SX_OP_FLUSHED));
    assert_false(sx_edit_has(sx_buf_bytes(&c.state), SX_OP_SNAPSHOT_END));
    assert_true(sx_capture_log_path("db", &c.logs[0], path));
    struct sx_file_info info;
    engine_test_must(&t, t.os->ops->stat(t.os, path, &info, &t.err));
    assert_int_equal(info.size, c.logs[0].size);
    sx_capture_end(&c);
    engine_test_deinit(&t);
}

static void test_nothing_of_a_capture_is_unlinked_or_used_again_before_it_ends(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_capture c;
    struct sx_wal_place place;
    begin(&t, &c);
    engine_test_write(&t, "cpu", 3, "v1=3"); /* not in it, and nobody waits */
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_holds(&t, "cpu{1:v1=1 2:v1=2 3:v1=3}");
    assert_int_equal(engine_test_segment_count(&t), 1);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 2);
    assert_true(sx_wal_next_place(t.engine->wal, 0, c.logs[0].generation, 0, &place));
    assert_int_equal(place.file_no, c.logs[0].file_no);
    assert_int_equal(place.name_no, c.logs[0].name_no);
    engine_test_must(&t, sx_capture_release_log(&c, &t.err));
    sx_engine_release_log(t.engine);
    sx_capture_end(&c);
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
    engine_test_deinit(&t);
}

static void test_a_store_without_new_rows_needs_no_log(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_capture c;
    engine_test_init(&t);
    engine_test_write(&t, "cpu", 1, "v1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_must(&t, sx_capture_begin(t.engine, &c, &t.err));
    assert_int_equal(c.log_count, 0);
    assert_int_equal(c.segment_count, 1);
    sx_capture_end(&c);
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_capture_has_segments_and_the_log_behind_them),
        cmocka_unit_test(test_nothing_of_a_capture_is_unlinked_or_used_again_before_it_ends),
        cmocka_unit_test(test_a_store_without_new_rows_needs_no_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
