/* SPDX-License-Identifier: Apache-2.0 */
/* select_fixture_test.h -- the rows that tests of SELECT read, and tables of queries and answers.
 *
 * Why         What a part of SELECT does shows in answers alone; each test asks what leads through
 *             the module it stands beside. Each query is also asked of the same rows in memtables,
 *             and in several segments: how rows are stored must not show. */
#ifndef SX_INFLUXQL_SELECT_FIXTURE_TEST_H
#define SX_INFLUXQL_SELECT_FIXTURE_TEST_H

#include "influxql/stored_fixture_test.h"

struct select_test_row {
    const char *statement, *want;
};

static const struct seg_test_line select_test_old[] = {
    {"cpu,host=a,region=eu", 0, "f1=1.5 i2=3 s5=x b4=1"},
    {"cpu,host=a,region=eu", 10, "f1=2.5 i2=-1 s5=y"},
    {"cpu,host=a,region=eu", 20, "f1=4"},
    {"cpu,host=b,region=us", 0, "f1=10 i2=5 u3=7"},
    {"cpu,host=b,region=us", 15, "f1=-2 b4=0"},
    {"mem,host=a", 10, "f1=8 i2=1"},
};
static const struct seg_test_line select_test_new[] = {
    {"cpu,host=a,region=eu", 40, "i2=7"},
    {"cpu,host=b,region=us", 30, "f1=3 s5=z"},
    {"cpu,region=eu", 5, "f1=0.5 i2=2"},
    {"mem,host=a", 25, "f1=9"},
};
static const struct seg_test_line select_test_other[] = {
    {"cpu,host=q", 5, "f1=100"},
    {"start,host=a", STRIA_TIME_MIN, "i2=1"},
    {"start,host=a", STRIA_TIME_MIN + 6, "i2=2"},
    {"start,host=c", 0, "i2=3"},
};

enum select_test_layout {
    SELECT_TEST_MIXED,     /* older rows in a segment, newer ones in a memtable */
    SELECT_TEST_MEMTABLES, /* two */
    SELECT_TEST_SEGMENTS,  /* two */
    SELECT_TEST_LAYOUTS
};

static inline void select_test_init(struct stored_test *t, enum select_test_layout layout)
{
    struct scan_test *p = &t->policies[0];
    stored_test_init(t);
    if (layout == SELECT_TEST_MEMTABLES)
        scan_test_memtable(p, select_test_old, SX_COUNT_OF(select_test_old));
    else
        scan_test_segment(p, select_test_old, SX_COUNT_OF(select_test_old));
    if (layout == SELECT_TEST_SEGMENTS)
        scan_test_segment(p, select_test_new, SX_COUNT_OF(select_test_new));
    else
        scan_test_memtable(p, select_test_new, SX_COUNT_OF(select_test_new));
    scan_test_memtable(&t->policies[1], select_test_other, SX_COUNT_OF(select_test_other));
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_view(&t->policies[i]);
}

static inline void select_test_rows(const struct select_test_row *rows, size_t count)
{
    for (unsigned layout = 0; layout < SELECT_TEST_LAYOUTS; layout++) {
        struct stored_test t;
        select_test_init(&t, (enum select_test_layout)layout);
        for (size_t i = 0; i < count; i++)
            stored_test_assert(&t, rows[i].statement, rows[i].want);
        stored_test_deinit(&t);
    }
}

#endif
