/* SPDX-License-Identifier: Apache-2.0 */
/* zone_test.c -- zones made of TZif bytes built here, so that no file of the machine is needed. */
#include "base/zone.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct sx_mem mem;

static int set_up(void **state)
{
    (void)state;
    sx_mem_init(&mem, NULL, "test", 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sx_mem_deinit(&mem);
    return 0;
}

/* A zone whose types are {0, standard}, {1, DST}, ... in order of `offsets`. */
struct plan {
    uint8_t version;
    size_t time_count, type_count;
    int64_t times[4];
    uint8_t indexes[4];
    int32_t offsets[3];
    const char *rule;
};

static void put_be(struct sx_buf *out, uint64_t v, size_t size)
{
    while (size--)
        sx_buf_put_u8(out, (uint8_t)(v >> 8 * size));
}

static void put_part(struct sx_buf *out, const struct plan *plan, size_t time_size)
{
    const uint8_t unused[15] = {0};
    sx_buf_put(out, "TZif", 4);
    sx_buf_put_u8(out, plan->version);
    sx_buf_put(out, unused, sizeof unused);
    const size_t counts[] = {plan->type_count, plan->type_count, 1,
                             plan->time_count, plan->type_count, 4};
    for (size_t i = 0; i < SX_COUNT_OF(counts); i++)
        put_be(out, counts[i], 4);
    for (size_t i = 0; i < plan->time_count; i++)
        put_be(out, (uint64_t)plan->times[i], time_size);
    sx_buf_put(out, plan->indexes, plan->time_count);
    for (size_t i = 0; i < plan->type_count; i++) {
        put_be(out, (uint32_t)plan->offsets[i], 4);
        sx_buf_put_u8(out, i == 1);
        sx_buf_put_u8(out, 0);
    }
    sx_buf_put(out, "ABC", 4);
    put_be(out, 78796800, time_size); /* a leap second, to be passed over */
    put_be(out, 1, 4);
    for (size_t i = 0; i < 2 * plan->type_count; i++)
        sx_buf_put_u8(out, 0);
}

static void build(struct sx_buf *out, const struct plan *plan)
{
    sx_buf_init(out, &mem, 4096);
    put_part(out, plan, 4);
    if (plan->version) {
        put_part(out, plan, 8);
        sx_buf_put_text(out, "\n");
        sx_buf_put_text(out, plan->rule);
        sx_buf_put_text(out, "\n");
    }
    assert_false(out->failed);
}

static struct sx_zone *zone_of(const struct plan *plan)
{
    struct sx_buf bytes;
    struct sx_zone *zone;
    stria_error err = {0};
    build(&bytes, plan);
    if (sx_zone_create(&mem, sx_buf_bytes(&bytes), &zone, &err))
        fail_msg("%s", err.text);
    sx_buf_deinit(&bytes);
    return zone;
}

/* Local mean time, then a year of summer time at 1000 to 2000, then the rule from 3000 on. */
static const struct plan berlin = {
    .version = '2',
    .time_count = 3,
    .type_count = 3,
    .times = {-2422054408, 1000, 2000},
    .indexes = {2, 1, 2},
    .offsets = {3208, 7200, 3600},
    .rule = "CET-1CEST,M3.5.0,M10.5.0/3",
};

static const struct at {
    const char *name;
    int64_t utc_s;
    struct sx_zone_span span;
} ats[] = {
    {"long ago", -5000000000, {INT64_MIN, -2422054408, 3208, false}},
    {"before the first", -2422054409, {INT64_MIN, -2422054408, 3208, false}},
    {"at the first", -2422054408, {-2422054408, 1000, 3600, false}},
    {"before the second", 999, {-2422054408, 1000, 3600, false}},
    {"at the second", 1000, {1000, 2000, 7200, true}},
    {"at the last the rule begins", 2000, {2000, 7520400, 3600, false}},
    {"winter 2024", 1704067200, {1698541200, 1711846800, 3600, false}},
    {"the last second of winter", 1711846799, {1698541200, 1711846800, 3600, false}},
    {"summer 2024 begins", 1711846800, {1711846800, 1729990800, 7200, true}},
    {"the last second of summer", 1729990799, {1711846800, 1729990800, 7200, true}},
    {"winter again", 1729990800, {1729990800, 1743296400, 3600, false}},
};

static void test_spans_of_table_and_rule(void **state)
{
    (void)state;
    struct sx_zone *zone = zone_of(&berlin);
    for (size_t i = 0; i < SX_COUNT_OF(ats); i++) {
        struct sx_zone_span span = sx_zone_span_at(zone, ats[i].utc_s);
        print_message("%s\n", ats[i].name);
        assert_true(span.begin_s == ats[i].span.begin_s);
        assert_true(span.end_s == ats[i].span.end_s);
        assert_int_equal(span.offset_s, ats[i].span.offset_s);
        assert_int_equal(span.is_dst, ats[i].span.is_dst);
    }
    sx_zone_destroy(zone);
}

static void test_each_span_ends_where_the_next_begins(void **state)
{
    (void)state;
    const char *rules[] = {"CET-1CEST,M3.5.0,M10.5.0/3", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
                           "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "IST-1GMT0,M10.5.0,M3.5.0/1"};
    for (size_t i = 0; i < SX_COUNT_OF(rules); i++) {
        struct plan plan = berlin;
        plan.rule = rules[i];
        struct sx_zone *zone = zone_of(&plan);
        struct sx_zone_span span = sx_zone_span_at(zone, -5000000000);
        for (size_t n = 0; n < 1000; n++) {
            struct sx_zone_span next = sx_zone_span_at(zone, span.end_s);
            struct sx_zone_span last = sx_zone_span_at(zone, span.end_s - 1);
            assert_true(next.begin_s == span.end_s && next.end_s > next.begin_s);
            assert_true(last.begin_s == span.begin_s && last.offset_s == span.offset_s);
            span = next;
        }
        assert_true(span.begin_s > 15000000000); /* 500 years: two changes in each */
        sx_zone_destroy(zone);
    }
}

static void test_summer_time_all_year_has_no_gap(void **state)
{
    (void)state;
    struct plan plan = berlin;
    plan.rule = "EST5EDT,0/0,J365/25";
    struct sx_zone *zone = zone_of(&plan);
    for (int64_t utc_s = 1704067200 - 86400 * 3; utc_s < 1704067200 + 86400 * 3; utc_s += 600) {
        assert_int_equal(sx_zone_span_at(zone, utc_s).offset_s, -14400);
        assert_true(sx_zone_span_at(zone, utc_s).is_dst);
    }
    sx_zone_destroy(zone);
}

static void test_without_a_rule_the_last_type_lasts(void **state)
{
    (void)state;
    struct plan plan = berlin;
    plan.rule = "";
    struct sx_zone *zone = zone_of(&plan);
    struct sx_zone_span span = sx_zone_span_at(zone, INT64_MAX);
    assert_true(span.begin_s == 2000 && span.end_s == INT64_MAX && span.offset_s == 3600);
    sx_zone_destroy(zone);
    plan.version = 0;
    plan.times[0] = INT32_MIN;
    zone = zone_of(&plan);
    span = sx_zone_span_at(zone, INT64_MIN);
    assert_true(span.begin_s == INT64_MIN && span.end_s == INT32_MIN && span.offset_s == 3208);
    assert_int_equal(sx_zone_span_at(zone, INT64_MAX).offset_s, 3600);
    sx_zone_destroy(zone);
}

static void test_without_transitions_the_rule_holds_for_ever(void **state)
{
    (void)state;
    struct plan plan = {
        .version = '3', .type_count = 1, .offsets = {20700}, .rule = "<+0545>-5:45"};
    struct sx_zone *zone = zone_of(&plan);
    struct sx_zone_span span = sx_zone_span_at(zone, 0);
    assert_true(span.begin_s == INT64_MIN && span.end_s == INT64_MAX);
    assert_int_equal(span.offset_s, 20700);
    assert_int_equal(sx_zone_utc_s(zone, 20700), 0);
    sx_zone_destroy(zone);
}

static void test_offsets_of_nanoseconds_round_down(void **state)
{
    (void)state;
    struct sx_zone *zone = zone_of(&berlin);
    assert_int_equal(sx_zone_offset_s(zone, 999999999999), 3600);
    assert_int_equal(sx_zone_offset_s(zone, 1000000000000), 7200);
    assert_int_equal(sx_zone_offset_s(zone, -2422054408000000001), 3208);
    assert_int_equal(sx_zone_offset_s(zone, INT64_MIN), 3208);
    assert_int_equal(sx_zone_offset_s(zone, INT64_MAX), 7200); /* 11 April 2262 */
    assert_int_equal(sx_zone_offset_s(NULL, 0), 0);
    sx_zone_destroy(zone);
}

/* Seconds on the clocks of Berlin; Go's time.Date gives these. */
static const struct local {
    const char *name;
    int64_t local_s, utc_s;
} locals[] = {
    {"winter", 1704067200, 1704063600},      {"before the gap", 1711850399, 1711846799},
    {"in the gap", 1711852200, 1711848600},  {"after the gap", 1711854000, 1711846800},
    {"summer", 1720000000, 1719992800},      {"before it is shown twice", 1729992600, 1729985400},
    {"shown twice", 1729996200, 1729992600}, {"after it was shown twice", 1729998000, 1729994400},
};

static void test_local_times_in_gaps_and_overlaps_are_gos(void **state)
{
    (void)state;
    struct sx_zone *zone = zone_of(&berlin);
    for (size_t i = 0; i < SX_COUNT_OF(locals); i++) {
        print_message("%s\n", locals[i].name);
        assert_int_equal(sx_zone_utc_s(zone, locals[i].local_s), locals[i].utc_s);
    }
    assert_int_equal(sx_zone_utc_s(NULL, 5), 5);
    sx_zone_destroy(zone);
}

static void check_corrupt(struct sx_bytes bytes)
{
    struct sx_zone *zone;
    stria_error err = {0};
    uint8_t *copy = bytes.len ? sx_mem_alloc(&mem, bytes.len) : NULL;
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    bytes.ptr = copy; /* the address sanitiser watches its end */
    assert_int_equal(sx_zone_create(&mem, bytes, &zone, &err), STRIA_CORRUPT);
    assert_null(zone);
    assert_true(err.text[0]);
    sx_mem_free(&mem, copy);
}

static void test_every_cut_is_corrupt(void **state)
{
    (void)state;
    struct sx_buf bytes;
    build(&bytes, &berlin);
    for (size_t len = 0; len < bytes.len; len++)
        check_corrupt(sx_bytes_make(bytes.ptr, len));
    sx_buf_deinit(&bytes);
}

static void test_contents_that_contradict_themselves_are_corrupt(void **state)
{
    (void)state;
    struct plan plans[6];
    for (size_t i = 0; i < SX_COUNT_OF(plans); i++)
        plans[i] = berlin;
    plans[0].indexes[1] = 3; /* there are types 0 to 2 */
    plans[1].times[1] = plans[1].times[0];
    plans[2].offsets[0] = 26 * 3600 + 1;
    plans[3].rule = "nonsense";
    plans[4].type_count = 0;
    plans[5].offsets[1] = INT32_MIN;
    for (size_t i = 0; i < SX_COUNT_OF(plans); i++) {
        struct sx_buf bytes;
        build(&bytes, &plans[i]);
        check_corrupt(sx_buf_bytes(&bytes));
        sx_buf_deinit(&bytes);
    }
}

static void test_huge_counts_do_not_allocate(void **state)
{
    (void)state;
    struct sx_buf bytes;
    struct sx_zone *zone;
    build(&bytes, &berlin);
    memset(bytes.ptr + 20, 0xff, 24);
    check_corrupt(sx_buf_bytes(&bytes));
    sx_buf_deinit(&bytes);
    struct sx_bytes large = sx_bytes_make("", SX_ZONE_SIZE_MAX + 1);
    assert_int_equal(sx_zone_create(&mem, large, &zone, NULL), STRIA_LIMIT);
}

static void test_refused_memory_is_told(void **state)
{
    (void)state;
    struct sx_buf bytes;
    struct sx_zone *zone;
    struct sx_mem_fault fault = {.countdown = 1};
    build(&bytes, &berlin);
    mem.fault = &fault;
    assert_int_equal(sx_zone_create(&mem, sx_buf_bytes(&bytes), &zone, NULL), STRIA_NOMEM);
    assert_null(zone);
    mem.fault = NULL;
    sx_buf_deinit(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans_of_table_and_rule),
        cmocka_unit_test(test_each_span_ends_where_the_next_begins),
        cmocka_unit_test(test_summer_time_all_year_has_no_gap),
        cmocka_unit_test(test_without_a_rule_the_last_type_lasts),
        cmocka_unit_test(test_without_transitions_the_rule_holds_for_ever),
        cmocka_unit_test(test_offsets_of_nanoseconds_round_down),
        cmocka_unit_test(test_local_times_in_gaps_and_overlaps_are_gos),
        cmocka_unit_test(test_every_cut_is_corrupt),
        cmocka_unit_test(test_contents_that_contradict_themselves_are_corrupt),
        cmocka_unit_test(test_huge_counts_do_not_allocate),
        cmocka_unit_test(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
