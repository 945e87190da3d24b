/* SPDX-License-Identifier: Apache-2.0 */
/* contents_test.c -- what a manifest says, read without opening the store. */
#include "engine/contents.h"

#include "engine/edit.h"
#include "engine/manifest.h"
#include "os/os_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct disk {
    struct sx_os *os;
    struct sx_mem mem;
    struct sx_manifest *manifest;
};

static void put_nothing(void *context, struct sx_buf *out)
{
    (void)context;
    (void)out;
}

static void disk_init(struct disk *d)
{
    static const uint8_t uuid[16] = {1, 2, 3};
    *d = (struct disk){.os = sx_os_mem_create(3)};
    sx_mem_init(&d->mem, NULL, "test", 0);
    assert_int_equal(d->os->ops->mkdir(d->os, "db", NULL), STRIA_OK);
    assert_int_equal(d->os->ops->mkdir(d->os, "db/manifest", NULL), STRIA_OK);
    struct sx_manifest_options options = {
        .os = d->os, .mem = &d->mem, .dir = "db/manifest", .put_state = put_nothing};
    assert_int_equal(sx_manifest_create(&options, &d->manifest, NULL), STRIA_OK);
    assert_int_equal(sx_manifest_begin(d->manifest, uuid, NULL), STRIA_OK);
}

static void disk_deinit(struct disk *d)
{
    sx_manifest_destroy(d->manifest);
    sx_os_mem_destroy(d->os);
    sx_mem_deinit(&d->mem);
}

static void put_segment(struct sx_buf *ops, uint64_t id, uint32_t policy_id)
{
    sx_edit_put_segment(ops, &(struct sx_segment_info){.segment_id = id, .policy_id = policy_id});
}

static void put_policy(struct sx_buf *ops, uint32_t database_id, uint32_t policy_id)
{
    sx_edit_put_policy(
        ops, database_id,
        &(struct sx_policy){.id = policy_id, .name = SX_LITERAL("p"), .window_ns = SX_DAY_NS});
}

static void test_segments_and_logs_are_those_that_the_edits_leave(void **state)
{
    (void)state;
    struct disk d;
    struct sx_buf ops;
    struct sx_contents c;
    disk_init(&d);
    sx_buf_init(&ops, &d.mem, 1 << 20);
    sx_edit_put_database(&ops, &(struct sx_database){.id = 1, .name = SX_LITERAL("a")});
    put_policy(&ops, 1, 1);
    put_policy(&ops, 1, 2);
    sx_edit_put_database(&ops, &(struct sx_database){.id = 2, .name = SX_LITERAL("b")});
    put_policy(&ops, 2, 3);
    for (uint64_t id = 1; id <= 6; id++)
        put_segment(&ops, id, (uint32_t)(id + 1) / 2);
    sx_edit_put_number(&ops, SX_OP_KEEP_LOG, 17);
    sx_edit_put_number(&ops, SX_OP_FLUSHED, 9);
    assert_int_equal(sx_manifest_commit(d.manifest, sx_buf_bytes(&ops), NULL), STRIA_OK);
    sx_buf_clear(&ops);
    sx_edit_put_number(&ops, SX_OP_REMOVE_SEGMENT, 2);
    sx_edit_put_number(&ops, SX_OP_DROP_POLICY, 2);
    assert_int_equal(sx_manifest_commit(d.manifest, sx_buf_bytes(&ops), NULL), STRIA_OK);

    assert_int_equal(sx_contents_read(&c, d.os, &d.mem, "db", NULL), STRIA_OK);
    assert_true(c.found);
    assert_int_equal(c.store_uuid[2], 3);
    assert_int_equal(c.flushed_generation, 9);
    assert_int_equal(c.kept_log_count, 1);
    assert_int_equal(c.kept_logs[0], 17);
    assert_int_equal(c.segment_count, 3);
    assert_int_equal(sx_contents_segment(&c, 5)->policy_id, 3);
    assert_null(sx_contents_segment(&c, 2));
    assert_null(sx_contents_segment(&c, 3));
    sx_contents_deinit(&c);

    sx_buf_clear(&ops);
    sx_edit_put_number(&ops, SX_OP_DROP_DATABASE, 2);
    assert_int_equal(sx_manifest_commit(d.manifest, sx_buf_bytes(&ops), NULL), STRIA_OK);
    assert_int_equal(sx_contents_read(&c, d.os, &d.mem, "db", NULL), STRIA_OK);
    assert_int_equal(c.segment_count, 1);
    assert_non_null(sx_contents_segment(&c, 1));
    sx_contents_deinit(&c);
    sx_buf_deinit(&ops);
    disk_deinit(&d);
}

static void test_a_folder_without_a_manifest_is_told(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(3);
    struct sx_mem mem;
    struct sx_contents c;
    sx_mem_init(&mem, NULL, "test", 0);
    assert_int_equal(sx_contents_read(&c, os, &mem, "none", NULL), STRIA_NOT_FOUND);
    sx_contents_deinit(&c);
    assert_int_equal(os->ops->mkdir(os, "db", NULL), STRIA_OK);
    assert_int_equal(os->ops->mkdir(os, "db/manifest", NULL), STRIA_OK);
    assert_int_equal(sx_contents_read(&c, os, &mem, "db", NULL), STRIA_OK);
    assert_false(c.found);
    sx_contents_deinit(&c);
    sx_os_mem_destroy(os);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_and_logs_are_those_that_the_edits_leave),
        cmocka_unit_test(test_a_folder_without_a_manifest_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
