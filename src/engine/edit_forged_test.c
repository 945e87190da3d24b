/* SPDX-License-Identifier: Apache-2.0 */
/* edit_forged_test.c -- the whole state in the manifest with each of its bytes changed and the
 * checksums made right: a store opens from it or says what is wrong, and works or says so. */
#include "engine/engine_fixture_test.h"

#include "base/golden_test.h"
#include "engine/manifest_priv.h"
#include "engine/rollup.h"

#include <stdlib.h>

static struct test_mem memory;

/* A store with something of everything: two databases, rollups with marks, segments, deletes with
 * and without condition, types, a damaged log. */
static void begin(struct engine_test *t)
{
    struct sx_command rollups = {.kind = SX_ALTER_POLICY,
                                 .database = SX_LITERAL("d"),
                                 .policy = SX_LITERAL("autogen"),
                                 .settings = SX_POLICY_ROLLUP,
                                 .rollups = {{.interval_ns = SX_ROLLUP_1H_NS}},
                                 .rollup_count = 1};
    bool more = true;
    engine_test_init(t);
    engine_test_must(t, engine_test_execute(t, &rollups));
    engine_test_must(t, engine_test_execute(t, &(struct sx_command){.kind = SX_CREATE_DATABASE,
                                                                    .database = SX_LITERAL("e")}));
    engine_test_write(t, "m,k=1", 1, "a1=1");
    engine_test_write(t, "m,k=2", 2, "a1=2");
    engine_test_compact(t, STRIA_COMPACT_FLUSH);
    for (t->engine->rollups.not_before_ns = 0; more;)
        engine_test_must(t, sx_rollup_step(t->engine, true, &more, &t->err));
    engine_test_must(t, engine_test_delete(t, "m", "k~2", 0, 9));
    engine_test_must(t, engine_test_delete(t, "n", "", 0, 9));
    sx_mutex_lock(&t->engine->manifest_mutex);
    engine_test_must(t, sx_engine_commit_edit(
                            t->engine, sx_bytes_make((const uint8_t *)"\x0c\x01\x63", 3), &t->err));
    sx_mutex_unlock(&t->engine->manifest_mutex);
}

static void put_forged(void *context, struct sx_buf *out)
{
    sx_buf_put_bytes(out, *(const struct sx_bytes *)context);
}

/* The disk of the store as a crash leaves it, but with a manifest that says `state`. */
static struct sx_os *forge(struct sx_os *disk, const uint8_t store_uuid[16], struct sx_bytes state)
{
    static const struct sx_event_sink no_events = {0};
    struct sx_os *forged = sx_os_mem_crash(disk, NULL, NULL);
    struct sx_manifest *manifest;
    struct sx_manifest_options options = {.os = forged,
                                          .mem = &memory.mem,
                                          .dir = "db/manifest",
                                          .events = &no_events,
                                          .put_state = put_forged,
                                          .context = &state};
    assert_non_null(forged);
    assert_int_equal(sx_manifest_create(&options, &manifest, NULL), STRIA_OK);
    manifest->last_manifest_no = 1000;
    manifest->edit_seq = 1000;
    assert_int_equal(sx_manifest_begin(manifest, store_uuid, NULL), STRIA_OK);
    sx_manifest_destroy(manifest);
    return forged;
}

/* Reads everything; damage is no surprise. */
static void read_all(struct engine_test *t)
{
    static const struct scan_test_read all = {.time_min = INT64_MIN, .time_max = INT64_MAX};
    for (t->policy_id = 1; t->policy_id < 5; t->policy_id++) {
        if (sx_engine_view(t->engine, t->policy_id, &t->scan.view, &t->err))
            continue;
        (void)scan_test_read_all(&t->scan, &all);
        sx_view_release(t->scan.view);
        t->scan.view = NULL;
    }
    t->policy_id = 1;
}

/* Whether the store opened. */
static bool use_store(struct engine_test *t, struct sx_os *forged)
{
    t->os = forged;
    stria_status st = engine_test_try_open(t, false);
    assert_true(st == STRIA_OK || t->err.text[0]);
    if (!st) {
        read_all(t);
        (void)engine_test_try_write(t, "m,k=1", 5, "a1=5");
        (void)sx_engine_compact(t->engine, STRIA_COMPACT_SEAL, NULL, &t->err);
        read_all(t);
        (void)engine_test_try_close(t);
    }
    return st == STRIA_OK;
}

static void test_a_state_with_any_byte_changed_is_refused_or_lived_with(void **state)
{
    (void)state;
    static const uint8_t masks[] = {0x01, 0x02, 0x10, 0x40, 0x80, 0xff};
    struct engine_test t;
    struct sx_buf bytes;
    uint8_t uuid[16];
    unsigned opened = 0, refused = 0;
    test_mem_init(&memory);
    sx_buf_init(&bytes, &memory.mem, 1 << 20);
    begin(&t);
    sx_mutex_lock(&t.engine->manifest_mutex);
    sx_engine_put_state(t.engine, &bytes);
    sx_mutex_unlock(&t.engine->manifest_mutex);
    memcpy(uuid, t.engine->store_uuid, sizeof uuid);
    engine_test_close(&t);
    for (size_t i = 0; i < bytes.len; i++)
        for (size_t j = 0; j < SX_COUNT_OF(masks); j++) {
            bytes.ptr[i] ^= masks[j];
            if (getenv("STRIA_TRACE"))
                print_error("byte %zu mask %x\n", i, masks[j]);
            struct sx_os *forged = forge(t.disk, uuid, sx_buf_bytes(&bytes));
            if (use_store(&t, forged))
                opened++;
            else
                refused++;
            sx_os_mem_destroy(forged);
            bytes.ptr[i] ^= masks[j];
        }
    assert_true(opened > 100 && refused > 100);
    struct sx_os *same = forge(t.disk, uuid, sx_buf_bytes(&bytes));
    assert_true(use_store(&t, same));
    sx_os_mem_destroy(same);
    t.os = t.disk;
    sx_buf_deinit(&bytes);
    engine_test_deinit(&t);
    test_mem_deinit(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_state_with_any_byte_changed_is_refused_or_lived_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
