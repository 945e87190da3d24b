/* SPDX-License-Identifier: Apache-2.0 */
/* edit_apply_test.c -- edits of the manifest as they are applied and committed: those that
 * contradict the state, those that find no memory half-way, and what deletes make of rollups. */
#include "engine/engine_fixture_test.h"

#include "base/golden_test.h"
#include "base/varint.h"

#include <errno.h>

/* ---- what is shared ---- */

/* The database d with the policy 1, which has a segment, and a tombstone; the
 * database e with the policy 2. */
static void begin(struct engine_test *t)
{
    engine_test_init(t);
    engine_test_must(t, engine_test_execute(t, &(struct sx_command){.kind = SX_CREATE_DATABASE,
                                                                    .database = SX_LITERAL("e")}));
    engine_test_write(t, "m,k=1", 1, "a1=1");
    engine_test_write(t, "m,k=2", 1, "a1=2");
    engine_test_compact(t, STRIA_COMPACT_FLUSH);
    engine_test_must(t, engine_test_delete(t, "m", "k=2", 0, 9));
    engine_test_reopen(t);
}

#define HELD "m,k=1{1:a1=1}"

struct state {
    struct test_mem memory;
    struct sx_buf bytes;
};

/* The whole state as the operations of a new manifest; to be given back. */
static void take_state(struct engine_test *t, struct state *s)
{
    test_mem_init(&s->memory);
    sx_buf_init(&s->bytes, &s->memory.mem, 1 << 20);
    sx_mutex_lock(&t->engine->manifest_mutex);
    sx_engine_put_state(t->engine, &s->bytes);
    sx_mutex_unlock(&t->engine->manifest_mutex);
    assert_false(s->bytes.failed);
}

static void give_back(struct state *s)
{
    sx_buf_deinit(&s->bytes);
    test_mem_deinit(&s->memory);
}

static bool is_as_before(struct engine_test *t, const struct state *before)
{
    struct state now;
    take_state(t, &now);
    bool same = sx_bytes_equal(sx_buf_bytes(&now.bytes), sx_buf_bytes(&before->bytes));
    give_back(&now);
    return same;
}

/* Without what an opening finds out anew: ids that are spent, generations, types of fields. */
static void put_lasting(struct sx_buf *out, struct sx_bytes operations)
{
    struct sx_bytes type, payload;
    while (sx_bytes_take(&operations, 1, &type) && sx_sized_get(&operations, &payload)) {
        if (type.ptr[0] == SX_OP_COUNTERS || type.ptr[0] == SX_OP_FLUSHED ||
            type.ptr[0] == SX_OP_TYPE)
            continue;
        sx_buf_put_bytes(out, type);
        sx_buf_put_sized(out, payload);
    }
}

static bool lasts_as_before(struct engine_test *t, const struct state *before)
{
    struct state now;
    struct sx_buf was, is;
    take_state(t, &now);
    sx_buf_init(&was, &now.memory.mem, 1 << 20);
    sx_buf_init(&is, &now.memory.mem, 1 << 20);
    put_lasting(&was, sx_buf_bytes(&before->bytes));
    put_lasting(&is, sx_buf_bytes(&now.bytes));
    bool same = sx_bytes_equal(sx_buf_bytes(&is), sx_buf_bytes(&was));
    sx_buf_deinit(&was);
    sx_buf_deinit(&is);
    give_back(&now);
    return same;
}

static stria_status apply(struct engine_test *t, struct sx_bytes operations)
{
    sx_mutex_lock(&t->engine->manifest_mutex);
    sx_mutex_lock(&t->engine->state_mutex);
    stria_status st = sx_engine_apply_edit(t->engine, operations, &t->err);
    sx_mutex_unlock(&t->engine->state_mutex);
    sx_mutex_unlock(&t->engine->manifest_mutex);
    return st;
}

static stria_status commit(struct engine_test *t, struct sx_bytes operations)
{
    sx_mutex_lock(&t->engine->manifest_mutex);
    stria_status st = sx_engine_commit_edit(t->engine, operations, &t->err);
    sx_mutex_unlock(&t->engine->manifest_mutex);
    return st;
}

/* Puts the operations into the manifest as if they had been applied, and opens the store as a crash
 * leaves it. */
static stria_status reopen_with(struct engine_test *t, struct sx_bytes operations)
{
    sx_mutex_lock(&t->engine->manifest_mutex);
    engine_test_must(t, sx_manifest_commit(t->engine->manifest, operations, &t->err));
    sx_mutex_unlock(&t->engine->manifest_mutex);
    struct sx_os *after = sx_os_mem_crash(t->disk, NULL, NULL);
    assert_non_null(after);
    (void)engine_test_try_close(t);
    sx_os_mem_destroy(t->disk);
    t->disk = t->os = after;
    return engine_test_try_open(t, false);
}

/* ---- edits that contradict the state ---- */

static const struct row {
    const char *name;
    const char *operations;
    stria_status st;
    const char *text; /* a part of the error */
    bool changes;     /* the state */
} rows[] = {
    {"a policy of a database that is not there", "08 0a 09 07 01 'x' 00 00 01 00 00 02",
     STRIA_CORRUPT, "policy 7 of the unknown database 9", false},
    {"a policy that another database has, too", "08 0a 02 01 01 'x' 00 00 01 00 00 02", STRIA_OK,
     "", true},
    {"a database dropped that is not there", "07 01 09", STRIA_OK, "", false},
    {"a policy dropped that is not there", "09 01 09", STRIA_OK, "", false},
    {"the default policy of a database that is not there", "0a 02 09 01", STRIA_OK, "", false},
    {"a segment of a policy that is not there",
     "03 22 00*16 4d 09 00 00 00 01 01 01 01 00 00 01 01 01 01 64 00 00", STRIA_CORRUPT,
     "segment 77 of the unknown policy 9", false},
    {"a segment removed that is not there", "04 01 63", STRIA_OK, "", false},
    {"a segment set aside that is not there", "10 01 63", STRIA_OK, "", false},
    {"a segment taken back that is not there", "11 01 63", STRIA_OK, "", false},
    {"a tombstone applied to a segment that is not there", "12 02 63 01", STRIA_OK, "", false},
    {"a tombstone removed that is not there", "0e 01 63", STRIA_OK, "", false},
    {"a tombstone of a policy that is not there: its id is spent", "0d 08 63 01 09 01 00 00 00 00",
     STRIA_OK, "", true},
    {"a tombstone with a condition that is none", "0d 08 63 01 01 01 00 00 00 7f", STRIA_CORRUPT,
     "tombstone 99: the condition is damaged", true},
    {"a tombstone with an id that was used", "0d 08 01 01 01 01 00 00 00 00", STRIA_CORRUPT,
     "tombstone 1 behind tombstone 1", false},
    {"a type of a policy that is not there", "0b 08 09 01 'm' 01 'f' 02 00 00", STRIA_OK, "",
     false},
    {"types forgotten of a policy that is not there", "0f 03 09 01 'm'", STRIA_OK, "", false},
    {"a rollup of a policy that is not there", "14 04 09 00 01 00", STRIA_OK, "", false},
    {"an older generation that was flushed", "05 01 00", STRIA_OK, "", false},
    {"a log file kept twice", "0c 01 63 0c 01 63", STRIA_OK, "", true},
    {"packed operations inside others", "05 01 00 13 00", STRIA_CORRUPT,
     "operation 19 of an edit is damaged", false},
    {"nothing", "", STRIA_OK, "", false},
};

static void test_an_edit_that_contradicts_the_state_is_refused_or_means_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        struct state before;
        uint8_t storage[64];
        struct sx_buf operations;
        print_message("%s\n", rows[i].name);
        sx_buf_init_fixed(&operations, storage, sizeof storage);
        golden_put(&operations, rows[i].operations);
        begin(&t);
        take_state(&t, &before);
        assert_int_equal(apply(&t, sx_buf_bytes(&operations)), rows[i].st);
        if (rows[i].st)
            assert_string_equal(t.err.text, rows[i].text);
        assert_int_equal(is_as_before(&t, &before), !rows[i].changes);
        assert_holds(&t, HELD);
        engine_test_deinit(&t);
        /* The same, when a store is opened. */
        begin(&t);
        assert_int_equal(reopen_with(&t, sx_buf_bytes(&operations)), rows[i].st);
        if (rows[i].st) {
            assert_non_null(strstr(t.err.text, rows[i].text));
            assert_non_null(strstr(t.err.text, ".man: edit at "));
        } else {
            assert_true(rows[i].changes || lasts_as_before(&t, &before));
            assert_holds(&t, HELD);
        }
        give_back(&before);
        engine_test_deinit(&t);
    }
}

/* ---- memory that is refused half-way ---- */

#define LONG_SIZE 6000 /* of a name: it needs memory of its own */

static char long_name[LONG_SIZE + 1];

static struct sx_bytes name(char letter)
{
    memset(long_name, letter, LONG_SIZE);
    return sx_bytes_make((const uint8_t *)long_name, LONG_SIZE);
}

static void put_database(struct sx_buf *out)
{
    struct sx_database database = sx_database_make(30, name('d'));
    sx_edit_put_database(out, &database);
}

static void put_policy(struct sx_buf *out)
{
    struct sx_policy policy = {.id = 50, .name = name('p'), .replica_count = 1, .window_ns = 1};
    sx_edit_put_policy(out, 1, &policy);
}

static void change_policy(struct sx_buf *out)
{
    struct sx_policy policy = {
        .id = 1, .name = name('q'), .replica_count = 1, .window_ns = SX_DAY_NS};
    sx_edit_put_policy(out, 1, &policy);
}

static void drop_database(struct sx_buf *out)
{
    sx_edit_put_number(out, SX_OP_DROP_DATABASE, 2);
}

static void drop_the_default_policy(struct sx_buf *out)
{
    sx_edit_put_number(out, SX_OP_DROP_POLICY, 2);
}

static void set_default(struct sx_buf *out)
{
    put_policy(out);
    sx_edit_put_default(out, 1, 50);
}

/* Beside the one that is there; nobody reads them. */
static void add_segments(struct sx_buf *out)
{
    for (uint64_t id = 60; id < 63; id++) {
        struct sx_segment_info info = {.segment_id = id, .policy_id = 1, .level = id == 61};
        sx_edit_put_segment(out, &info);
    }
}

static void keep_logs(struct sx_buf *out)
{
    for (uint64_t file_no = 80; file_no < 81; file_no++)
        sx_edit_put_number(out, SX_OP_KEEP_LOG, file_no);
}

static void add_tombstone(struct sx_buf *out)
{
    static const struct sx_tag_expr host = {.kind = SX_TAG_MATCH,
                                            .op = STRIA_MATCH_EQUAL,
                                            .key = {(const uint8_t *)"host", 4},
                                            .value = {(const uint8_t *)"a", 1}};
    struct sx_tombstone tombstone = {.id = 40, .policy_id = 1, .measurement = name('m')};
    tombstone.tags = &host;
    sx_edit_put_tombstone(out, &tombstone);
}

static void remove_a_tombstone_and_add_one(struct sx_buf *out)
{
    sx_edit_put_number(out, SX_OP_REMOVE_TOMBSTONE, 1);
    add_tombstone(out);
}

/* Rollups of policy 1 with a mark, and a delete that makes it stale. */
static void add_rollups(struct sx_buf *out)
{
    struct sx_policy policy = {.id = 51,
                               .name = SX_LITERAL("r"),
                               .replica_count = 1,
                               .window_ns = SX_DAY_NS,
                               .rollup_of = 1,
                               .rollup_ns = SX_ROLLUP_5M_NS};
    struct sx_rollup_mark mark = {.window_start = 0, .generation = 1};
    struct sx_tombstone tombstone = {.id = 41, .policy_id = 1, .all_measurements = true};
    sx_edit_put_policy(out, 1, &policy);
    sx_edit_put_rollup(out, 51, &mark);
    sx_edit_put_tombstone(out, &tombstone);
}

static void test_an_edit_that_finds_no_memory_is_true_neither_in_memory_nor_on_disk(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*put)(struct sx_buf *out);
    } edits[] = {
        {"a database", put_database},
        {"a policy", put_policy},
        {"a policy that changes", change_policy},
        {"a database that goes", drop_database},
        {"a policy that goes and was the default", drop_the_default_policy},
        {"another default", set_default},
        {"segments", add_segments},
        {"a damaged log", keep_logs},
        {"a tombstone", add_tombstone},
        {"a tombstone for another", remove_a_tombstone_and_add_one},
        {"rollups that become stale at once", add_rollups},
    };
    for (size_t i = 0; i < SX_COUNT_OF(edits); i++) {
        struct engine_test t;
        struct sx_mem_fault fault = {.countdown = -1};
        struct state before, after;
        struct test_mem memory;
        struct sx_buf operations;
        bool fired = true;
        print_message("%s\n", edits[i].name);
        test_mem_init(&memory);
        sx_buf_init(&operations, &memory.mem, 65536);
        edits[i].put(&operations);
        begin(&t);
        engine_test_close(&t);
        t.fault = &fault;
        engine_test_open(&t);
        take_state(&t, &before);
        for (int64_t nth = 1; fired; nth++) {
            atomic_store(&fault.fired, false);
            atomic_store(&fault.countdown, nth);
            stria_status st = commit(&t, sx_buf_bytes(&operations));
            atomic_store(&fault.countdown, -1);
            fired = atomic_load(&fault.fired);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            assert_int_equal(is_as_before(&t, &before), fired);
            if (fired)
                assert_int_equal(sx_engine_mend_manifest(t.engine, &t.err), STRIA_OK);
            assert_false(sx_manifest_broken(t.engine->manifest));
        }
        take_state(&t, &after);
        t.fault = NULL;
        engine_test_crash(&t);
        assert_true(lasts_as_before(&t, &after));
        assert_false(lasts_as_before(&t, &before));
        give_back(&before);
        give_back(&after);
        engine_test_deinit(&t);
        sx_buf_deinit(&operations);
        test_mem_deinit(&memory);
    }
}

/* ---- a manifest that is in doubt ---- */

static struct hooks {
    const struct sx_os_ops *below;
    struct sx_os_ops ops;
} hooks;

static stria_status fail_sync(struct sx_file *file, stria_error *err)
{
    (void)file;
    if (err)
        *err = (stria_error){.code = STRIA_IO, .os_errno = EIO};
    return STRIA_IO;
}

static void test_a_manifest_in_doubt_is_mended_as_soon_as_that_is_possible(void **state)
{
    (void)state;
    struct engine_test t;
    struct state before;
    struct sx_bytes drop = sx_bytes_make((const uint8_t *)"\x07\x01\x02", 3);
    begin(&t);
    take_state(&t, &before);
    assert_int_equal(sx_engine_mend_manifest(t.engine, &t.err), STRIA_OK); /* nothing to do */
    uint64_t number = sx_manifest_number(t.engine->manifest);
    hooks = (struct hooks){.below = t.disk->ops, .ops = *t.disk->ops};
    hooks.ops.sync = fail_sync;
    t.disk->ops = &hooks.ops;
    assert_int_equal(commit(&t, drop), STRIA_IO);
    assert_true(sx_manifest_broken(t.engine->manifest));
    assert_non_null(
        strstr(t.err.text, "whether it is stored shows when the store is opened again"));
    assert_int_equal(sx_engine_mend_manifest(t.engine, &t.err), STRIA_IO);
    assert_int_equal(commit(&t, drop), STRIA_IO);
    t.disk->ops = hooks.below;
    assert_int_equal(sx_engine_mend_manifest(t.engine, &t.err), STRIA_OK);
    assert_false(sx_manifest_broken(t.engine->manifest));
    assert_true(sx_manifest_number(t.engine->manifest) > number);
    engine_test_crash(&t);
    assert_true(lasts_as_before(&t, &before)); /* the database was not dropped */
    give_back(&before);
    engine_test_deinit(&t);
}

/* ---- tombstones and rollups ---- */

static void test_hundreds_of_tombstones_are_removed_by_one_edit(void **state)
{
    (void)state;
    enum { COUNT = 600 };
    static uint8_t storage[COUNT * 32];
    struct engine_test t;
    struct sx_buf operations;
    engine_test_init(&t);
    sx_buf_init_fixed(&operations, storage, sizeof storage);
    for (uint64_t id = 1; id <= COUNT; id++) {
        struct sx_tombstone tombstone = {.id = id, .policy_id = 1, .all_measurements = true};
        sx_edit_put_tombstone(&operations, &tombstone);
    }
    engine_test_must(&t, commit(&t, sx_buf_bytes(&operations)));
    assert_int_equal(engine_test_tombstone_count(&t), COUNT);
    sx_buf_clear(&operations);
    for (uint64_t id = 1; id < COUNT; id++)
        sx_edit_put_number(&operations, SX_OP_REMOVE_TOMBSTONE, id);
    sx_edit_put_number(&operations, SX_OP_FLUSHED, 0);
    engine_test_must(&t, commit(&t, sx_buf_bytes(&operations)));
    assert_int_equal(engine_test_tombstone_count(&t), 1);
    assert_int_equal(engine_test_store(&t)->tombstones->items[0].id, COUNT);
    engine_test_crash(&t);
    assert_int_equal(engine_test_tombstone_count(&t), 1);
    sx_buf_clear(&operations);
    sx_edit_put_number(&operations, SX_OP_REMOVE_TOMBSTONE, COUNT);
    engine_test_must(&t, commit(&t, sx_buf_bytes(&operations)));
    assert_null(engine_test_store(&t)->tombstones);
    engine_test_deinit(&t);
}

static void test_a_delete_makes_the_rollups_stale_that_were_made_of_its_rows(void **state)
{
    (void)state;
    enum { BEFORE, FRESH, STALE, EXPIRED, KEPT, BEHIND };
    static const struct {
        const char *name;
        int64_t window; /* in days */
        uint8_t flags, want;
    } marks[] = {
        [BEFORE] = {"a window before the delete", -1, 0, 0},
        [FRESH] = {"one that it reaches into", 0, 0, SX_ROLLUP_STALE},
        [STALE] = {"one that is stale", 1, SX_ROLLUP_STALE, SX_ROLLUP_STALE},
        [EXPIRED] = {"a final one without rows: the delete masks the rollups themselves", 2,
                     SX_ROLLUP_FINAL, SX_ROLLUP_FINAL},
        [KEPT] = {"a final one with rows", 3, SX_ROLLUP_FINAL, SX_ROLLUP_FINAL | SX_ROLLUP_STALE},
        [BEHIND] = {"a window behind the delete", 4, 0, 0},
    };
    static const int64_t row_days[] = {0, 3, 9};
    struct engine_test t;
    uint8_t storage[512];
    struct sx_buf operations;
    sx_buf_init_fixed(&operations, storage, sizeof storage);
    begin(&t);
    for (size_t i = 0; i < SX_COUNT_OF(row_days); i++) { /* a segment each */
        engine_test_write(&t, "m,k=1", row_days[i] * SX_DAY_NS + 7, "a1=1");
        engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    }
    for (uint32_t id = 50; id < 52; id++) { /* the second has no marks */
        struct sx_policy policy = {.id = id,
                                   .name = id == 50 ? SX_LITERAL("r") : SX_LITERAL("s"),
                                   .replica_count = 1,
                                   .window_ns = SX_DAY_NS,
                                   .rollup_of = 1,
                                   .rollup_ns = id == 50 ? SX_ROLLUP_5M_NS : SX_ROLLUP_1H_NS};
        sx_edit_put_policy(&operations, 1, &policy);
    }
    for (size_t i = 0; i < SX_COUNT_OF(marks); i++) {
        struct sx_rollup_mark mark = {
            .window_start = marks[i].window * SX_DAY_NS, .generation = 9, .flags = marks[i].flags};
        sx_edit_put_rollup(&operations, 50, &mark);
    }
    engine_test_must(&t, commit(&t, sx_buf_bytes(&operations)));
    assert_int_equal(engine_test_store(&t)->window_ns, SX_DAY_NS);
    engine_test_must(&t, engine_test_delete(&t, "m", "", 5, 3 * SX_DAY_NS + 5));
    for (int again = 0; again < 2; again++) {
        t.policy_id = 50;
        const struct sx_rollup_marks *got = engine_test_store(&t)->marks;
        t.policy_id = 51;
        assert_null(engine_test_store(&t)->marks);
        t.policy_id = 1;
        assert_int_equal(got->count, SX_COUNT_OF(marks));
        for (size_t i = 0; i < SX_COUNT_OF(marks); i++)
            if (got->items[i].flags != marks[i].want)
                fail_msg("%s: %u", marks[i].name, got->items[i].flags);
        engine_test_crash(&t);
    }
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_edit_that_contradicts_the_state_is_refused_or_means_nothing),
        cmocka_unit_test(test_an_edit_that_finds_no_memory_is_true_neither_in_memory_nor_on_disk),
        cmocka_unit_test(test_a_manifest_in_doubt_is_mended_as_soon_as_that_is_possible),
        cmocka_unit_test(test_hundreds_of_tombstones_are_removed_by_one_edit),
        cmocka_unit_test(test_a_delete_makes_the_rollups_stale_that_were_made_of_its_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
