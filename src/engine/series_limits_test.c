/* SPDX-License-Identifier: Apache-2.0 */
/* series_limits_test.c -- rows beyond a limit of series are rejected, told and counted; the others
 * of their batch are stored. */
#include "engine/series_limits.h"

#include "engine/engine_fixture_test.h"

static void open_limited(struct engine_test *t, uint64_t series, uint64_t fresh, uint64_t values)
{
    engine_test_init(t);
    uint64_t *limits = t->engine->limits.of_store;
    limits[SX_LIMIT_SERIES] = series;
    limits[SX_LIMIT_NEW_SERIES] = fresh;
    limits[SX_LIMIT_TAG_VALUES] = values;
    atomic_store(&t->engine->limits.any, series || fresh || values);
}

static void limit(struct engine_test *t, enum sx_limit_kind kind, uint64_t most)
{
    struct sx_command command = {.kind = SX_ALTER_DATABASE,
                                 .database = SX_LITERAL("d"),
                                 .settings = SX_DATABASE_LIMIT(kind)};
    command.limits[kind] = most;
    engine_test_must(t, engine_test_execute(t, &command));
}

/* Writes a row to each of the series of a text (separated by blanks) in one batch. */
static void write_all(struct engine_test *t, const char *text, int64_t ts_ns)
{
    struct sx_batch batch;
    struct sx_write_options how = {.now_ns = 1000};
    struct test_field field = {.name = SX_LITERAL("a"), .type = STRIA_INT, .present = true};
    char series[40];
    field.bits = (uint64_t)ts_ns;
    sx_batch_init(&batch, sx_engine_mem(t->engine, SX_ENGINE_MEM_INGEST));
    for (size_t len; *text; text += len + (text[len] == ' ')) {
        len = strcspn(text, " ");
        (void)snprintf(series, sizeof series, "%.*s", (int)len, text);
        mem_test_add_row(&batch, &t->scan.mt.ix.key, series, ts_ns, &field, 1);
    }
    for (size_t i = 0; i < batch.row_count; i++)
        batch.lines[i] = (uint32_t)i + 1;
    engine_test_must(t, sx_engine_write(t->engine, 1, &batch, &how, &t->result, &t->err));
    (void)snprintf(t->events, sizeof t->events, "%.*s", (int)t->result.limit_text.len,
                   (const char *)t->result.limit_text.ptr);
    sx_batch_deinit(&batch);
}

static void assert_written(struct engine_test *t, uint64_t stored, uint64_t refused,
                           const char *why)
{
    assert_int_equal(t->result.row_count, stored);
    assert_int_equal(t->result.limit_count, refused);
    assert_string_equal(t->events, why);
}

static void test_series_beyond_those_allowed_are_rejected_row_by_row(void **state)
{
    (void)state;
    struct engine_test t;
    open_limited(&t, 2, 0, 0);
    write_all(&t, "m,k=1 m,k=2 m,k=3 m,k=1 n m,k=2", 1);
    assert_written(&t, 4, 2, "max-series-per-database limit exceeded: (2): measurement=\"m\"");
    assert_int_equal(t.result.limit_line, 3);
    assert_holds(&t, "m,k=1{1:a2=1} m,k=2{1:a2=1}");
    write_all(&t, "m,k=2 m,k=1", 2);
    assert_written(&t, 2, 0, "");
    engine_test_crash(&t);
    assert_holds(&t, "m,k=1{1:a2=1 2:a2=2} m,k=2{1:a2=1 2:a2=2}");
    engine_test_deinit(&t);
}

static void test_a_batch_of_rejected_rows_stores_nothing(void **state)
{
    (void)state;
    struct engine_test t;
    open_limited(&t, 1, 0, 0);
    write_all(&t, "m,k=1", 1);
    write_all(&t, "m,k=2 m,k=3", 1);
    assert_written(&t, 0, 2, "max-series-per-database limit exceeded: (1): measurement=\"m\"");
    assert_holds(&t, "m,k=1{1:a2=1}");
    engine_test_deinit(&t);
}

static void test_only_so_many_series_may_come_in_a_minute(void **state)
{
    (void)state;
    struct engine_test t;
    open_limited(&t, 0, 2, 0);
    write_all(&t, "m,k=1 m,k=2 m,k=3", 1);
    assert_written(&t, 2, 1, "new-series-per-minute limit exceeded: (2): measurement=\"m\"");
    /* A minute later. */
    t.engine->limits.databases[0].minute--;
    write_all(&t, "m,k=1 m,k=3 m,k=4 m,k=5", 2);
    assert_written(&t, 3, 1, "new-series-per-minute limit exceeded: (2): measurement=\"m\"");
    engine_test_deinit(&t);
}

static void test_a_tag_has_only_so_many_values(void **state)
{
    (void)state;
    struct engine_test t;
    open_limited(&t, 0, 0, 2);
    write_all(&t, "m,id=1,k=1 m,id=2,k=1 m,id=3,k=1 m,id=2,k=2", 1);
    assert_written(&t, 3, 1,
                   "max-values-per-tag limit exceeded (2/2): measurement=\"m\" tag=\"id\" "
                   "value=\"3\"");
    engine_test_deinit(&t);
}

static void test_a_database_has_limits_of_its_own_that_last(void **state)
{
    (void)state;
    const struct sx_command alter = {.kind = SX_ALTER_DATABASE, .database = SX_LITERAL("none")};
    struct engine_test t;
    open_limited(&t, 0, 0, 0);
    assert_int_equal(engine_test_execute(&t, &alter), STRIA_NOT_FOUND);
    assert_string_equal(t.err.text, "database not found: none");
    write_all(&t, "m,k=1 m,k=2", 1);
    limit(&t, SX_LIMIT_SERIES, 3);
    write_all(&t, "m,k=1 m,k=3 m,k=4", 2); /* at once */
    assert_written(&t, 2, 1, "max-series-per-database limit exceeded: (3): measurement=\"m\"");
    engine_test_must(
        &t, engine_test_execute(&t, &(struct sx_command){.kind = SX_CREATE_DATABASE,
                                                         .database = SX_LITERAL("other")}));
    t.policy_id = 2;
    for (int i = 0; i < 5; i++) { /* another database has none */
        char series[20];
        (void)snprintf(series, sizeof series, "m,k=%d", i);
        engine_test_write(&t, series, 1, "v1=1");
    }
    t.policy_id = 1;
    for (int i = 0; i < 2; i++) {
        engine_test_crash(&t); /* from the edit; then from a manifest that was begun anew */
        write_all(&t, "m,k=4", 3);
        assert_written(&t, 0, 1, "max-series-per-database limit exceeded: (3): measurement=\"m\"");
    }
    limit(&t, SX_LIMIT_SERIES, 0);
    write_all(&t, "m,k=4 m,k=5", 4);
    assert_written(&t, 2, 0, "");
    engine_test_deinit(&t);
}

static void test_no_limit_of_its_own_is_more_than_that_of_the_store(void **state)
{
    (void)state;
    struct engine_test t;
    open_limited(&t, 1, 0, 1);
    limit(&t, SX_LIMIT_SERIES, 0);
    write_all(&t, "m m,k=1 m,k=2", 1); /* the other limit holds */
    assert_written(&t, 2, 1,
                   "max-values-per-tag limit exceeded (1/1): measurement=\"m\" tag=\"k\" "
                   "value=\"2\"");
    limit(&t, SX_LIMIT_TAG_VALUES, 5);
    write_all(&t, "m,k=2", 2);
    assert_written(&t, 1, 0, "");
    limit(&t, SX_LIMIT_SERIES, SX_LIMIT_OF_STORE);
    write_all(&t, "m,k=3", 2);
    assert_written(&t, 0, 1, "max-series-per-database limit exceeded: (1): measurement=\"m\"");
    engine_test_deinit(&t);
}

static void test_a_handle_beyond_a_limit_is_refused(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_series_hint hint = {0};
    open_limited(&t, 1, 0, 0);
    write_all(&t, "m,k=1", 1);
    struct sx_bytes key = index_test_key(&t.scan.mt.ix.key, "m,k=2");
    assert_int_equal(sx_engine_pin_series(t.engine, 1, key, sx_hash(key), &hint, &t.err),
                     STRIA_LIMIT);
    assert_string_equal(t.err.text,
                        "max-series-per-database limit exceeded: (1): measurement=\"m\"");
    key = index_test_key(&t.scan.mt.ix.key, "m,k=1");
    engine_test_must(&t, sx_engine_pin_series(t.engine, 1, key, sx_hash(key), &hint, &t.err));
    sx_engine_unpin_series(t.engine, 1, &hint);
    engine_test_deinit(&t);
}

struct told {
    char text[400];
};

static stria_status tell(void *context, const struct sx_limit_offender *o, stria_error *err)
{
    struct told *told = context;
    size_t len = strlen(told->text);
    (void)err;
    (void)snprintf(told->text + len, sizeof told->text - len, "%s %.*s %.*s %d; ",
                   sx_limit_kind_name(o->kind), (int)o->measurement.len,
                   (const char *)o->measurement.ptr, (int)o->tag.len, (const char *)o->tag.ptr,
                   (int)o->row_count);
    return STRIA_OK;
}

static void see_stat(void *user, const stria_stat *stat)
{
    struct told *told = user;
    size_t len = strlen(told->text);
    if (strcmp(stat->name, "rows_over_series_limit_total") == 0)
        (void)snprintf(told->text + len, sizeof told->text - len, "%s=%d ", stat->label_value,
                       (int)stat->value);
}

static void test_the_worst_offenders_are_told_first(void **state)
{
    (void)state;
    struct engine_test t;
    struct told told = {{0}}, stats = {{0}};
    open_limited(&t, 4, 0, 2);
    write_all(&t, "m,id=1 m,id=2 m,id=3 m,id=4 n n2 n3 m,id=5", 1);
    engine_test_must(&t, sx_series_limits_each(t.engine, 10, tell, &told, &t.err));
    assert_string_equal(told.text, "tag_values m id 3; series n3  1; ");
    engine_test_must(&t, sx_engine_stats(t.engine, see_stat, &stats, &t.err));
    assert_string_equal(stats.text, "m,id=3 n3=1 ");
    engine_test_deinit(&t);
}

static void test_offenders_beyond_a_number_count_as_one(void **state)
{
    (void)state;
    struct engine_test t;
    struct told told = {{0}};
    open_limited(&t, 1, 0, 0);
    write_all(&t, "m", 1);
    for (int i = 0; i < 1010; i++) {
        char series[16];
        (void)snprintf(series, sizeof series, "n%d", i);
        write_all(&t, series, 1);
    }
    engine_test_must(&t, sx_series_limits_each(t.engine, 1, tell, &told, &t.err));
    assert_string_equal(told.text, "series * * 10; ");
    engine_test_deinit(&t);
}

static void test_refused_memory_leaves_limits_as_they_were(void **state)
{
    (void)state;
    struct sx_mem_fault fault = {.countdown = -1};
    struct engine_test t;
    engine_test_init(&t);
    engine_test_close(&t);
    t.fault = &fault;
    engine_test_open(&t);
    t.engine->limits.of_store[SX_LIMIT_SERIES] = 1;
    atomic_store(&t.engine->limits.any, true);
    write_all(&t, "m", 1);
    bool fired = true;
    for (int64_t nth = 1; fired; nth++) {
        struct sx_batch batch;
        struct sx_write_options how = {0};
        struct test_field field = {.name = SX_LITERAL("a"), .type = STRIA_INT, .present = true};
        char series[16];
        (void)snprintf(series, sizeof series, "n%d", (int)nth);
        sx_batch_init(&batch, sx_engine_mem(t.engine, SX_ENGINE_MEM_INGEST));
        mem_test_add_row(&batch, &t.scan.mt.ix.key, series, 1, &field, 1);
        atomic_store(&fault.fired, false);
        atomic_store(&fault.countdown, nth);
        stria_status st = sx_engine_write(t.engine, 1, &batch, &how, &t.result, &t.err);
        fired = atomic_load(&fault.fired);
        atomic_store(&fault.countdown, -1);
        sx_batch_deinit(&batch);
        assert_true(st == STRIA_OK || (fired && (st == STRIA_NOMEM || st == STRIA_BUSY)));
        assert_int_equal(t.result.row_count, 0);
    }
    assert_holds(&t, "m{1:a2=1}");
    t.fault = NULL;
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_beyond_those_allowed_are_rejected_row_by_row),
        cmocka_unit_test(test_a_batch_of_rejected_rows_stores_nothing),
        cmocka_unit_test(test_only_so_many_series_may_come_in_a_minute),
        cmocka_unit_test(test_a_tag_has_only_so_many_values),
        cmocka_unit_test(test_a_database_has_limits_of_its_own_that_last),
        cmocka_unit_test(test_no_limit_of_its_own_is_more_than_that_of_the_store),
        cmocka_unit_test(test_a_handle_beyond_a_limit_is_refused),
        cmocka_unit_test(test_the_worst_offenders_are_told_first),
        cmocka_unit_test(test_offenders_beyond_a_number_count_as_one),
        cmocka_unit_test(test_refused_memory_leaves_limits_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
