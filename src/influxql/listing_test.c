/* SPDX-License-Identifier: Apache-2.0 */
/* listing_test.c -- which series are listed: by tags, by times of rows or near them, and only those
 * that have rows left. */
#include "influxql/listing.h"

#include "influxql/stored_fixture_test.h"
#include "model/series_key.h"

static void fill(struct stored_test *t)
{
    static const struct seg_test_line segment[] = {
        {"m,host=a", 10, "v1=1"}, {"m,host=a", 20, "v1=1"},        {NULL, 0, NULL},
        {"m,host=a", 60, "v1=1"}, {"m,host=b,k=\x01", 40, "v1=1"}, {"n,host=a", 10, "v1=1"}};
    static const struct seg_test_line memtable[] = {
        {"m,host=c", 70, "v1=1"}, {"m,host=c", 90, "v1=1"}, {"m,host=a", 80, "v1=1"}};
    stored_test_init(t);
    scan_test_segment(&t->policies[0], segment, SX_COUNT_OF(segment));
    scan_test_memtable(&t->policies[0], memtable, SX_COUNT_OF(memtable));
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_view(&t->policies[i]);
}

struct ask {
    const char *condition; /* NULL: none */
    int64_t min, max;
    bool exact;
};

/* "a b? c": the hosts, with a mark where rows decide; allocation `nth` fails, 0: none. */
static stria_status tell(struct stored_test *t, const struct ask *ask, int64_t nth)
{
    struct sx_iql_context context = stored_test_context(t);
    struct sx_iql_source source = {.name = SX_LITERAL("m")};
    struct sx_iql_schema schema;
    struct sx_iql_measurement **measurements;
    struct sx_iql_listing_options options = {
        .time_min_ns = ask->min, .time_max_ns = ask->max, .exact_times = ask->exact};
    struct sx_iql_listing listing = {0};
    const struct sx_iql_listed *listed;
    size_t count = 0;
    stria_error err = {0};
    if (ask->condition)
        assert_int_equal(sx_iql_parse_expr(&t->arena, sx_bytes_of(ask->condition), NULL,
                                           &options.condition, NULL),
                         STRIA_OK);
    sx_buf_clear(&t->out);
    (void)sx_buf_extend(&t->out, 256);
    sx_buf_clear(&t->out);
    test_mem_arm(&t->memory, nth);
    sx_iql_schema_init(&schema, &context, &t->arena);
    stria_status st = sx_iql_schema_source(&schema, &source, &measurements, &count, &err);
    if (!st)
        st = sx_iql_listing_init(&listing, &schema, measurements[0], &options, &err);
    while (!st && !(st = sx_iql_listing_next(&listing, &listed, &err)) && listed) {
        sx_buf_put_text(&t->out, t->out.len ? " " : "");
        sx_buf_put_bytes(&t->out, sx_iql_tag_value(&listed->tags, SX_LITERAL("host")));
        sx_buf_put_text(&t->out, listed->by_rows ? "?" : "");
        assert_true(sx_key_valid(listed->key));
    }
    sx_iql_listing_deinit(&listing);
    sx_iql_listing_deinit(&listing);
    sx_iql_schema_deinit(&schema);
    (void)test_mem_fired(&t->memory);
    assert_int_equal(st, err.code);
    sx_buf_put_u8(&t->out, 0);
    return st;
}

#define ALL INT64_MIN, INT64_MAX

static void test_series_are_listed_by_tags_and_times(void **state)
{
    (void)state;
    static const struct {
        struct ask ask;
        const char *want;
    } rows[] = {
        {{NULL, ALL, false}, "a b c"},
        {{NULL, ALL, true}, "a b c"},
        {{"host != 'b'", ALL, false}, "a c"},
        {{"k = '\x01'", ALL, false}, "b"}, /* a byte that is escaped in keys */
        {{"k = host", ALL, false}, "b"},
        {{"v > 1", ALL, false}, "a? b? c?"},
        {{"v > 1 AND host =~ /[ab]/ OR host = 'c'", ALL, false}, "a? b? c"},
        {{"host = 1", ALL, false}, "a? b? c?"},
        /* Between the rows: chunks reach there, rows do not. */
        {{NULL, 12, 18, false}, "a"},
        {{NULL, 12, 18, true}, ""},
        {{NULL, 20, 20, true}, "a"},
        {{NULL, 75, 85, false}, "a c"},
        {{NULL, 75, 85, true}, "a"},
        {{NULL, 65, 95, true}, "a c"},
        {{NULL, 91, INT64_MAX, false}, ""},
    };
    struct stored_test t;
    fill(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        assert_int_equal(tell(&t, &rows[i].ask, 0), STRIA_OK);
        if (strcmp((const char *)t.out.ptr, rows[i].want) != 0)
            fail_msg("row %zu: want %s, got %s", i, rows[i].want, (const char *)t.out.ptr);
    }
    stored_test_deinit(&t);
}

static void test_series_without_rows_are_not_listed(void **state)
{
    (void)state;
    struct ask all = {NULL, ALL, false}, late = {NULL, 65, INT64_MAX, false};
    struct stored_test t;
    fill(&t);
    struct scan_test *p = &t.policies[0];
    scan_test_delete(p, "m", "host=a", 0, 30, 3);
    scan_test_delete(p, "m", "host=b", 0, 30, 3); /* none of its rows */
    scan_test_delete(p, NULL, "host=a", 80, 80, 3);
    scan_test_view(p);
    assert_int_equal(tell(&t, &all, 0), STRIA_OK);
    assert_string_equal((const char *)t.out.ptr, "a b c");
    assert_int_equal(tell(&t, &late, 0), STRIA_OK);
    assert_string_equal((const char *)t.out.ptr, "c");
    scan_test_delete(p, "m", "", 31, 60, 3); /* what the first and third left of a; all of b */
    scan_test_view(p);
    assert_int_equal(tell(&t, &all, 0), STRIA_OK);
    assert_string_equal((const char *)t.out.ptr, "c");
    stored_test_deinit(&t);
}

static void test_a_lack_of_memory_or_a_cancelled_request_ends_it(void **state)
{
    (void)state;
    struct ask ask = {"v > 1 OR host =~ /a|b/", 12, 85, true};
    struct stored_test t;
    fill(&t);
    scan_test_delete(&t.policies[0], "m", "host~a", 0, 30, 3);
    scan_test_view(&t.policies[0]);
    for (int64_t nth = 1;; nth++) {
        stria_status st = tell(&t, &ask, nth);
        if (!st && !atomic_load(&t.memory.fault.fired))
            break;
        assert_true(!st || st == STRIA_NOMEM);
    }
    assert_string_equal((const char *)t.out.ptr, "a b c?");
    atomic_store(&t.request.cancelled, true);
    assert_int_equal(tell(&t, &ask, 0), STRIA_CANCELLED);
    stored_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_are_listed_by_tags_and_times),
        cmocka_unit_test(test_series_without_rows_are_not_listed),
        cmocka_unit_test(test_a_lack_of_memory_or_a_cancelled_request_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
