/* SPDX-License-Identifier: Apache-2.0 */
/* zone_rule_test.c -- POSIX rules: what they say of 2024, as tzdata does, and what is none. */
#include "base/zone_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* start_s and end_s: when in 2024 clocks change, in UTC. */
static const struct row {
    const char *text;
    bool has_dst;
    int32_t offset_s, dst_offset_s;
    int64_t start_s, end_s;
} rows[] = {
    {"UTC0", false, 0, 0, 0, 0},
    {"<+0545>-5:45", false, 20700, 0, 0, 0},
    {"<-0330>3:30:15", false, -12615, 0, 0, 0},
    {"CET-1CEST,M3.5.0,M10.5.0/3", true, 3600, 7200, 1711846800, 1729990800},
    {"EST5EDT,M3.2.0,M11.1.0", true, -18000, -14400, 1710054000, 1730613600},
    {"EST5EDT", true, -18000, -14400, 1710054000, 1730613600},
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", true, 37800, 39600, 1728142200, 1712415600},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true, -7200, -3600, 1711846800, 1729990800},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", true, 3600, 0, 1729990800, 1711846800},
    /* Days of the year: 29 February 2024 is day 59 from 0; J60 is 1 March always. */
    {"AAA0BBB,59/0,J60/0", true, 0, 3600, 1709164800, 1709251200 - 3600},
    {"AAA0BBB,J59/0,60/0", true, 0, 3600, 1709078400, 1709251200 - 3600},
    {"AAA0BBB,J1/-167,J365/+167:59:59", true, 0, 3600, 1704067200 - 601200,
     1735603200 + 604799 - 3600},
    /* The fifth of a weekday is its last. */
    {"AAA0BBB,M2.4.4/0,M2.5.4/0", true, 0, 3600, 1708560000, 1709164800 - 3600},
};

static void test_rules_tell_when_clocks_change(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_zone_rule rule;
        const struct row *r = &rows[i];
        print_message("%s\n", r->text);
        assert_true(sx_zone_rule_parse(sx_bytes_of(r->text), &rule));
        assert_int_equal(rule.has_dst, r->has_dst);
        assert_int_equal(rule.offset_s, r->offset_s);
        if (!r->has_dst)
            continue;
        assert_int_equal(rule.dst_offset_s, r->dst_offset_s);
        assert_int_equal(sx_zone_change_s(&rule.start, 2024) - rule.offset_s, r->start_s);
        assert_int_equal(sx_zone_change_s(&rule.end, 2024) - rule.dst_offset_s, r->end_s);
    }
}

static void test_what_breaks_the_format_is_refused(void **state)
{
    (void)state;
    const char *bad[] = {
        "",
        "U0",
        "UTC",
        "UTC+",
        "UTC25",
        "UTC0:60",
        "UTC0:",
        "UTC0:0:60",
        "UTC0x",
        "<UTC0",
        ":UTC",
        "UTC0,M3.5.0,M10.5.0",
        "CET-1CE",
        "CET-1CEST,",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M3.5.0,",
        "CET-1CEST,M3.5.0,M10.5",
        "CET-1CEST,M0.5.0,M10.5.0",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,J0,J1",
        "CET-1CEST,J366,J1",
        "CET-1CEST,366,1",
        "CET-1CEST,M3.5.0/168,M10.5.0",
        "CET-1CEST,M3.5.0/,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/3,",
        "CET-1CEST,0001,2",
    };
    for (size_t i = 0; i < SX_COUNT_OF(bad); i++) {
        struct sx_zone_rule rule;
        print_message("%s\n", bad[i]);
        assert_false(sx_zone_rule_parse(sx_bytes_of(bad[i]), &rule));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_tell_when_clocks_change),
        cmocka_unit_test(test_what_breaks_the_format_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
