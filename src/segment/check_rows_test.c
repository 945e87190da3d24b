/* SPDX-License-Identifier: Apache-2.0 */
/* check_rows_test.c -- segments of a faulty writer, whose stripes or tables contradict each other
 * under right checksums: the check tells. */
#include "segment/check.h"

#include "segment/segment_fixture_test.h"
#include "segment/writer_priv.h"

struct found {
    unsigned count;
    char text[1000];
};

static void found(void *context, stria_status code, uint64_t offset, const char *text)
{
    struct found *f = context;
    (void)offset;
    assert_int_equal(code, STRIA_CORRUPT);
    if (f->count++ == 0)
        (void)snprintf(f->text, sizeof f->text, "%s", text);
}

static void must(struct seg_test *t, stria_status st)
{
    if (st)
        fail_msg("%s", t->err.text);
}

static void put(struct seg_test *t, const char *series, int64_t ts_ns, const char *fields)
{
    must(t, seg_test_row(t, series, ts_ns, fields));
}

/* ---- what a writer may do wrong, before it finishes ---- */

static void nothing(struct seg_test *t)
{
    must(t, seg_test_group(t));
}

static void add_a_series_without_rows(struct seg_test *t)
{
    must(t, seg_test_group(t));
    for (int i = 0; i < 2; i++) {
        struct sx_bytes key = index_test_key(&t->key, i ? "m,k=d" : "m,k=c");
        must(t, sx_segment_writer_series(t->writer, key, sx_hash(key), &t->err));
    }
}

static void add_a_column_without_values(struct seg_test *t)
{
    struct sx_writer_run *run;
    must(t, seg_test_group(t));
    must(t, sx_writer_run_of(t->writer, SX_LITERAL("zz"), STRIA_INT, &run, &t->err));
}

static void name_two_columns_alike(struct seg_test *t)
{
    must(t, seg_test_group(t));
    struct sx_writer_measurement *m = &t->writer->measurements[0];
    assert_true(m->column_count > 1);
    assert_int_equal(m->columns[0].type, m->columns[1].type);
    m->columns[1].name = m->columns[0].name;
}

static void add_a_measurement_without_series(struct seg_test *t)
{
    struct sx_segment_writer *w = t->writer;
    must(t, seg_test_group(t));
    must(t, sx_writer_flush_stripe(w, &t->err));
    assert_true(
        SX_GROW(w->mem, w->measurements, w->measurement_capacity, w->measurement_count + 1));
    w->measurements[w->measurement_count++] =
        (struct sx_writer_measurement){.escaped = SX_LITERAL("z"),
                                       .first_series = (uint32_t)w->info.series_count,
                                       .first_stripe = w->stripe_count};
}

static void begin_a_stripe_before_the_last(struct seg_test *t)
{
    must(t, seg_test_group(t));
    must(t, sx_writer_flush_stripe(t->writer, &t->err));
    t->writer->last_ts = INT64_MIN;
    put(t, "m,k=b", 1, "i2=5");
}

static void let_groups_overlap(struct seg_test *t)
{
    must(t, seg_test_group(t));
    t->writer->last_ts = INT64_MIN;
    put(t, "m,k=b", 1, "i2=5");
}

/* Then its rows are those of the series before. */
static void say_an_earlier_first_series(struct seg_test *t)
{
    struct sx_segment_writer *w = t->writer;
    must(t, seg_test_group(t));
    must(t, sx_writer_flush_stripe(w, &t->err));
    size_t entry = w->stripes.len;
    put(t, "m,k=c", 20, "i2=5");
    must(t, seg_test_group(t));
    must(t, sx_writer_flush_stripe(w, &t->err));
    assert_int_equal(w->stripes.ptr[entry + 1], 2); /* the first series less that of the stripe
                                                       before */
    w->stripes.ptr[entry + 1] = 1;
}

static void say_later_times(struct seg_test *t)
{
    must(t, seg_test_group(t));
    must(t, sx_writer_flush_stripe(t->writer, &t->err));
    t->writer->info.max_ts++;
}

static void write_a_time_that_is_none(struct seg_test *t)
{
    must(t, seg_test_group(t));
    put(t, "m,k=c", INT64_MAX, "i2=5");
}

static const struct {
    const char *name;
    void (*spoil)(struct seg_test *t);
    const char *told, *whom; /* NULL: nothing is */
} rows[] = {
    {"a good one", nothing, NULL, NULL},
    {"series without rows", add_a_series_without_rows, "series without rows at ",
     "; concerned: m,k=c and 1 more"},
    {"a column without values", add_a_column_without_values, "column without values at ",
     "; concerned: m zz"},
    {"two columns of one name", name_two_columns_alike, "two columns of one name at ",
     "; concerned: m i"},
    {"a measurement without series", add_a_measurement_without_series,
     "measurement without series at ", "; concerned: z"},
    {"stripes in a wrong order", begin_a_stripe_before_the_last, "order of stripes at ",
     "; lost: m,k=b all fields"},
    {"groups that overlap", let_groups_overlap, "directory of a stripe at ", "; lost: m,k=a"},
    {"a stripe that begins before its first series", say_an_earlier_first_series,
     "series without rows at ", "; concerned: m,k=c"},
    {"times that no row has", say_later_times, "times of the footer at ", ""},
    {"a time that none may have", write_a_time_that_is_none,
     "times outside those of the segment at ", "; lost: m,k=c"},
};

static void test_what_contradicts_itself_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct seg_test t;
        struct found f = {0};
        struct sx_segment_check c = {.found = found, .context = &f};
        seg_test_init(&t);
        must(&t, seg_test_begin(&t, SX_TIER_HOT));
        put(&t, "m,k=a", 1, "i2=4 j2=5");
        put(&t, "m,k=b", 1, "i2=4 j2=7");
        put(&t, "m,k=b", 9, "i2=8 j2=9");
        rows[i].spoil(&t);
        must(&t, seg_test_finish(&t));
        t.segment = sx_segment_create(t.os, &t.memory.mem, "a.seg", &t.info);
        must(&t, sx_segment_check(t.segment, &t.memory.mem, &c, &t.err));
        bool ok = rows[i].told ? strstr(f.text, rows[i].told) && strstr(f.text, rows[i].whom)
                               : f.count == 0;
        if (!ok)
            fail_msg("%s: %s", rows[i].name, f.count ? f.text : "not told");
        seg_test_deinit(&t);
    }
}

static void test_a_footer_that_says_something_else_than_the_manifest_is_told(void **state)
{
    (void)state;
    static const struct seg_test_line line = {"m,k=a", 1, "i2=4"};
    struct seg_test t;
    struct found f = {0};
    struct sx_segment_check c = {.found = found, .context = &f};
    seg_test_init(&t);
    seg_test_write(&t, SX_TIER_HOT, &line, 1);
    t.info.last_generation++;
    t.segment = sx_segment_create(t.os, &t.memory.mem, "a.seg", &t.info);
    must(&t, sx_segment_check(t.segment, &t.memory.mem, &c, &t.err));
    assert_int_equal(f.count, 1);
    assert_non_null(strstr(f.text, "a.seg: footer unlike the manifest at "));
    seg_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_contradicts_itself_is_told),
        cmocka_unit_test(test_a_footer_that_says_something_else_than_the_manifest_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
