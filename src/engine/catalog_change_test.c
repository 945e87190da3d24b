/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_change_test.c -- databases and policies: what a statement changes, or why not, with the
 * texts that clients know. */
#include "engine/engine_fixture_test.h"

#define HOURS(n) ((n)*SX_HOUR_NS)
#define DURATION SX_POLICY_DURATION
#define SHARD SX_POLICY_SHARD_DURATION
#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    } /* a constant SX_LITERAL */

static const struct row {
    const char *name;
    struct sx_command command;
    stria_status status;
    const char *text;
    const char *after; /* the catalog, as told by describe() */
} rows[] = {
    /* Each begins with: d has autogen (default) and p of 48 hours. */
    {"a database",
     {.kind = SX_CREATE_DATABASE, .database = TEXT("e")},
     STRIA_OK,
     "",
     "d: *autogen 0 168 24; p 48 24 24; e: *autogen 0 168 24; "},
    {"one that is there", {.kind = SX_CREATE_DATABASE, .database = TEXT("d")}, STRIA_OK, "", NULL},
    {"one that is there, otherwise",
     {.kind = SX_CREATE_DATABASE,
      .database = TEXT("d"),
      .settings = DURATION,
      .duration_ns = HOURS(5)},
     STRIA_CONFLICT,
     "retention policy conflicts with an existing policy",
     NULL},
    {"a database with a policy",
     {.kind = SX_CREATE_DATABASE,
      .database = TEXT("e"),
      .policy = TEXT("week"),
      .settings = DURATION | SX_POLICY_NAME,
      .duration_ns = HOURS(168)},
     STRIA_OK,
     "",
     "d: *autogen 0 168 24; p 48 24 24; e: *week 168 24 24; "},
    {"a name with a slash",
     {.kind = SX_CREATE_DATABASE, .database = TEXT("a/b")},
     STRIA_INVALID,
     "invalid name",
     NULL},
    {"a name of dots",
     {.kind = SX_CREATE_DATABASE, .database = TEXT("..")},
     STRIA_INVALID,
     "invalid name",
     NULL},
    {"drop a database", {.kind = SX_DROP_DATABASE, .database = TEXT("d")}, STRIA_OK, "", ""},
    {"drop none", {.kind = SX_DROP_DATABASE, .database = TEXT("x")}, STRIA_OK, "", NULL},
    {"a policy",
     {.kind = SX_CREATE_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("q"),
      .settings = DURATION,
      .duration_ns = HOURS(1)},
     STRIA_OK,
     "",
     "d: *autogen 0 168 24; p 48 24 24; q 1 1 1; "},
    {"the default policy",
     {.kind = SX_CREATE_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("q"),
      .settings = DURATION | SX_POLICY_DEFAULT},
     STRIA_OK,
     "",
     "d: autogen 0 168 24; p 48 24 24; *q 0 168 24; "},
    {"one that is there, the same",
     {.kind = SX_CREATE_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("p"),
      .settings = DURATION,
      .duration_ns = HOURS(48)},
     STRIA_OK,
     "",
     NULL},
    {"the same, as the default",
     {.kind = SX_CREATE_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("p"),
      .settings = DURATION | SX_POLICY_DEFAULT,
      .duration_ns = HOURS(48)},
     STRIA_CONFLICT,
     "retention policy conflicts with an existing policy",
     NULL},
    {"one that is there, another",
     {.kind = SX_CREATE_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("p"),
      .settings = DURATION,
      .duration_ns = HOURS(47)},
     STRIA_EXISTS,
     "retention policy already exists",
     NULL},
    {"too short",
     {.kind = SX_CREATE_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("q"),
      .settings = DURATION,
      .duration_ns = HOURS(1) - 1},
     STRIA_INVALID,
     "retention policy duration must be at least 1h0m0s",
     NULL},
    {"shorter than its shards",
     {.kind = SX_CREATE_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("q"),
      .settings = DURATION | SHARD,
      .duration_ns = HOURS(2),
      .shard_duration_ns = HOURS(3)},
     STRIA_INVALID,
     "retention policy duration must be greater than the shard duration",
     NULL},
    {"a policy of no database",
     {.kind = SX_CREATE_POLICY, .database = TEXT("x"), .policy = TEXT("q")},
     STRIA_NOT_FOUND,
     "database not found: x",
     NULL},
    {"a policy is changed, its window is not",
     {.kind = SX_ALTER_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("p"),
      .settings = DURATION | SHARD | SX_POLICY_DEFAULT,
      .duration_ns = HOURS(3),
      .shard_duration_ns = HOURS(2)},
     STRIA_OK,
     "",
     "d: autogen 0 168 24; *p 3 2 24; "},
    {"one that is not there",
     {.kind = SX_ALTER_POLICY, .database = TEXT("d"), .policy = TEXT("x")},
     STRIA_NOT_FOUND,
     "retention policy not found: x",
     NULL},
    {"shorter than its shards were",
     {.kind = SX_ALTER_POLICY,
      .database = TEXT("d"),
      .policy = TEXT("p"),
      .settings = DURATION,
      .duration_ns = HOURS(3)},
     STRIA_INVALID,
     "retention policy duration must be greater than the shard duration",
     NULL},
    {"drop a policy",
     {.kind = SX_DROP_POLICY, .database = TEXT("d"), .policy = TEXT("p")},
     STRIA_OK,
     "",
     "d: *autogen 0 168 24; "},
    {"drop the default",
     {.kind = SX_DROP_POLICY, .database = TEXT("d"), .policy = TEXT("autogen")},
     STRIA_OK,
     "",
     "d: p 48 24 24; "},
    {"drop no policy",
     {.kind = SX_DROP_POLICY, .database = TEXT("d"), .policy = TEXT("x")},
     STRIA_OK,
     "",
     NULL},
};

static const char before[] = "d: *autogen 0 168 24; p 48 24 24; ";

/* "DATABASE: *DEFAULT duration shard window; POLICY ...; ", in hours. */
static void describe(struct engine_test *t, char *text, size_t size)
{
    struct sx_catalog *catalog = sx_engine_catalog(t->engine);
    size_t len = 0;
    text[0] = 0;
    for (size_t i = 0; i < catalog->database_count; i++) {
        const struct sx_database *db = &catalog->databases[i];
        len += (size_t)snprintf(text + len, size - len, "%.*s: ", (int)db->name.len, db->name.ptr);
        for (size_t j = 0; j < db->policy_count; j++) {
            const struct sx_policy *p = &db->policies[j];
            len += (size_t)snprintf(text + len, size - len, "%s%.*s %d %d %d; ",
                                    p->id == db->default_policy_id ? "*" : "", (int)p->name.len,
                                    p->name.ptr, (int)(p->duration_ns / SX_HOUR_NS),
                                    (int)(p->shard_duration_ns / SX_HOUR_NS),
                                    (int)(p->window_ns / SX_HOUR_NS));
        }
    }
    sx_catalog_release(catalog);
}

static void begin(struct engine_test *t)
{
    struct sx_command p = {.kind = SX_CREATE_POLICY,
                           .database = SX_LITERAL("d"),
                           .policy = SX_LITERAL("p"),
                           .settings = SX_POLICY_DURATION,
                           .duration_ns = HOURS(48)};
    engine_test_init(t);
    engine_test_must(t, engine_test_execute(t, &p));
}

static void test_a_statement_changes_what_it_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct engine_test t;
        char text[400];
        const char *want = rows[i].after ? rows[i].after : before;
        print_message("%s\n", rows[i].name);
        begin(&t);
        assert_int_equal(engine_test_execute(&t, &rows[i].command), rows[i].status);
        if (rows[i].status)
            assert_string_equal(t.err.text, rows[i].text);
        describe(&t, text, sizeof text);
        assert_string_equal(text, want);
        engine_test_crash(&t); /* it is durable */
        describe(&t, text, sizeof text);
        assert_string_equal(text, want);
        engine_test_deinit(&t);
    }
}

static void test_what_is_dropped_takes_its_files_along(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_command drop = {.kind = SX_DROP_DATABASE, .database = SX_LITERAL("d")};
    begin(&t);
    engine_test_write(&t, "m", 1, "a1=1");
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_write(&t, "m", 2, "a1=1");
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
    engine_test_must(&t, engine_test_execute(&t, &drop));
    assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 0);
    struct sx_view *view;
    assert_int_equal(sx_engine_view(t.engine, 1, &view, &t.err), STRIA_NOT_FOUND);
    assert_int_equal(engine_test_try_write(&t, "m", 3, "a1=1"), STRIA_NOT_FOUND);
    engine_test_compact(&t, STRIA_COMPACT_SEAL);
    engine_test_deinit(&t);
}

static void test_refused_memory_changes_nothing(void **state)
{
    (void)state;
    struct sx_mem_fault fault = {.countdown = -1};
    struct engine_test t;
    char text[400];
    begin(&t);
    engine_test_close(&t);
    t.fault = &fault;
    engine_test_open(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        if (rows[i].status || !rows[i].after)
            continue;
        for (int64_t nth = 1; nth < 100; nth++) {
            atomic_store(&fault.fired, false);
            atomic_store(&fault.countdown, nth);
            stria_status st = engine_test_execute(&t, &rows[i].command);
            bool fired = atomic_load(&fault.fired);
            atomic_store(&fault.countdown, -1);
            describe(&t, text, sizeof text);
            assert_true(st == STRIA_OK || (st == STRIA_NOMEM && fired));
            if (st) {
                assert_string_equal(text, before);
                continue;
            }
            assert_string_equal(text, rows[i].after);
            break;
        }
        t.fault = NULL;
        engine_test_deinit(&t);
        begin(&t);
        engine_test_close(&t);
        t.fault = &fault;
        engine_test_open(&t);
    }
    atomic_store(&fault.countdown, -1);
    t.fault = NULL;
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_statement_changes_what_it_says),
        cmocka_unit_test(test_what_is_dropped_takes_its_files_along),
        cmocka_unit_test(test_refused_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
