/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate_test.c -- what each call comes to, and that batches do not matter. (Its many answers
 * against the peer's: influxql.) */
#include "query/aggregate.h"

#include "base/golden_test.h"

#define ROWS_MAX 64

/* Rows of one or more series: in a window of 10, "1=3" is the value 3 at time 1; | ends a
 * series. */
struct input {
    int64_t ts[ROWS_MAX];
    double f64[ROWS_MAX];
    int64_t i64[ROWS_MAX];
    uint64_t present; /* of each row */
    uint32_t series_end[8], series_count;
    uint32_t count;
};

static void parse(struct input *in, const char *text)
{
    *in = (struct input){0};
    while (*text) {
        if (*text == '|') {
            in->series_end[in->series_count++] = in->count;
            text += text[1] == ' ' ? 2 : 1;
            continue;
        }
        long ts, value = 0;
        int used = 0;
        if (sscanf(text, "%ld=%ld%n", &ts, &value, &used) == 2)
            in->present |= (uint64_t)1 << in->count;
        else
            assert_int_equal(sscanf(text, "%ld=-%n", &ts, &used), 1);
        in->ts[in->count] = ts;
        in->f64[in->count] = (double)value;
        in->i64[in->count++] = value;
        text += used;
        text += *text == ' ';
    }
    in->series_end[in->series_count++] = in->count;
}

static stria_status feed(struct sx_aggregate *agg, const struct input *in, stria_type type,
                         uint32_t batch_size)
{
    stria_status st = STRIA_OK;
    uint32_t first = 0;
    for (uint32_t s = 0; s < in->series_count && !st; s++) {
        for (uint32_t at = first; at < in->series_end[s] && !st; at += batch_size) {
            uint64_t present = in->present >> at;
            struct sx_vector column = {.type = type,
                                       .values = type == STRIA_FLOAT ? (const void *)(in->f64 + at)
                                                                     : in->i64 + at,
                                       .present = &present};
            struct sx_rows rows = {.row_count = SX_MIN(batch_size, in->series_end[s] - at),
                                   .column_count = 1,
                                   .ts_ns = in->ts + at,
                                   .columns = &column};
            st = sx_aggregate_feed(agg, 0, &rows, NULL, NULL);
        }
        sx_aggregate_end_series(agg);
        first = in->series_end[s];
    }
    return st;
}

/* "TIME=VALUE ..." of a call over the input. */
static stria_status run(struct sx_mem *mem, const struct sx_agg_call *call, stria_type type,
                        const char *text, uint32_t batch_size, char *out, size_t size)
{
    struct input in;
    struct sx_aggregate *agg = NULL;
    struct sx_agg_points points = {0};
    struct sx_agg_options options = {.mem = mem,
                                     .windows = {.interval_ns = 10,
                                                 .time_min_ns = STRIA_TIME_MIN,
                                                 .time_max_ns = STRIA_TIME_MAX},
                                     .calls = call,
                                     .call_count = 1,
                                     .types = &type,
                                     .column_count = 1};
    size_t len = 0;
    out[0] = 0;
    parse(&in, text);
    stria_status st = sx_aggregate_create(&options, &agg, NULL);
    if (!st)
        st = feed(agg, &in, type, batch_size);
    if (!st && !sx_agg_points_init(&points, agg, 0))
        st = STRIA_NOMEM;
    if (!st)
        st = sx_aggregate_take(agg, 0, &points, NULL);
    stria_type result = sx_agg_type(call->kind, type);
    for (size_t i = 0; !st && i < points.count; i++) {
        const void *v = sx_column_at(&points.values, i);
        double value = result == STRIA_FLOAT ? *(const double *)v : (double)*(const int64_t *)v;
        len += (size_t)snprintf(out + len, size - len, "%s%" PRId64 "=%.4g", i ? " " : "",
                                points.ts_ns[i], value);
    }
    sx_agg_points_deinit(&points, mem);
    sx_aggregate_destroy(agg);
    return st;
}

#define ALL .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX

static const struct {
    const char *name;
    struct sx_agg_call call;
    const char *input, *want;
} rows[] = {
    {"count", {.kind = SX_AGG_COUNT, ALL}, "1=3 2=- 3=1 15=9", "0=2 10=1"},
    {"count of two series", {.kind = SX_AGG_COUNT, ALL}, "1=3 15=4 | 2=5", "0=2 10=1"},
    {"sum", {.kind = SX_AGG_SUM, ALL}, "1=3 2=-4 3=10", "0=9"},
    {"mean", {.kind = SX_AGG_MEAN, ALL}, "1=3 2=4 | 3=5 4=6", "0=4.5"},
    {"min", {.kind = SX_AGG_MIN, ALL}, "1=3 2=1 | 3=1 12=2", "0=1 10=2"},
    {"min has its own time", {.kind = SX_AGG_MIN, .keeps_time = true, ALL}, "1=3 2=1 | 3=1", "2=1"},
    {"max", {.kind = SX_AGG_MAX, .keeps_time = true, ALL}, "1=3 2=7 3=7", "2=7"},
    {"first", {.kind = SX_AGG_FIRST, .keeps_time = true, ALL}, "4=3 5=1 | 3=9", "3=9"},
    {"first at one time: the greater", {.kind = SX_AGG_FIRST, ALL}, "4=3 | 4=9 | 4=5", "0=9"},
    {"last", {.kind = SX_AGG_LAST, .keeps_time = true, ALL}, "4=3 5=1 | 3=9", "5=1"},
    {"last at one time: the greater", {.kind = SX_AGG_LAST, ALL}, "4=3 | 4=9 | 4=5", "0=9"},
    {"spread", {.kind = SX_AGG_SPREAD, ALL}, "1=3 2=-4 3=10", "0=14"},
    {"deviation", {.kind = SX_AGG_STDDEV, ALL}, "1=2 2=4 3=4 4=4 5=5 6=5 7=7 8=9", "0=2.138"},
    {"median of an odd number", {.kind = SX_AGG_MEDIAN, ALL}, "1=9 2=1 3=5", "0=5"},
    {"median of an even number", {.kind = SX_AGG_MEDIAN, ALL}, "1=9 2=1 | 3=5 4=6", "0=5.5"},
    {"mode", {.kind = SX_AGG_MODE, ALL}, "1=9 2=1 3=1 4=9 5=1", "0=1"},
    {"percentile", {.kind = SX_AGG_PERCENTILE, .percentile = 50, ALL}, "1=9 2=1 3=5 4=7", "0=5"},
    {"distinct", {.kind = SX_AGG_DISTINCT, ALL}, "1=9 2=1 3=9 12=1", "0=9 0=1 10=1"},
    {"count of distinct", {.kind = SX_AGG_COUNT_DISTINCT, ALL}, "1=9 2=1 3=9 | 4=2", "0=3"},
    {"only of some times",
     {.kind = SX_AGG_SUM, .time_min_ns = 2, .time_max_ns = 12},
     "1=1 2=2 12=4 13=8",
     "0=2 10=4"},
    {"nothing", {.kind = SX_AGG_SUM, ALL}, "", ""},
    {"no value", {.kind = SX_AGG_COUNT, ALL}, "1=- 2=-", ""},
    {"before the epoch", {.kind = SX_AGG_SUM, ALL}, "-11=1 -10=2 -1=4 0=8", "-20=1 -10=6 0=8"},
};

static void test_each_call_comes_to_what_it_says(void **state)
{
    (void)state;
    struct test_mem memory;
    char got[200];
    test_mem_init(&memory);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        for (int type = STRIA_FLOAT; type <= STRIA_INT; type++)
            for (uint32_t batch_size = 1; batch_size <= ROWS_MAX; batch_size *= 2) {
                if (run(&memory.mem, &rows[i].call, (stria_type)type, rows[i].input, batch_size,
                        got, sizeof got))
                    fail_msg("%s", rows[i].name);
                if (strcmp(got, rows[i].want) != 0)
                    fail_msg("%s, type %d, batches of %u: got %s, want %s", rows[i].name, type,
                             batch_size, got, rows[i].want);
            }
    test_mem_deinit(&memory);
}

static void test_which_types_a_call_takes_and_gives(void **state)
{
    (void)state;
    static const struct {
        enum sx_agg_kind kind;
        stria_type type;
        bool takes;
        stria_type gives;
    } types[] = {
        {SX_AGG_COUNT, STRIA_STRING, true, STRIA_INT},
        {SX_AGG_SUM, STRIA_INT, true, STRIA_INT},
        {SX_AGG_SUM, STRIA_STRING, false, 0},
        {SX_AGG_MEAN, STRIA_INT, true, STRIA_FLOAT},
        {SX_AGG_MEAN, STRIA_BOOL, false, 0},
        {SX_AGG_LAST, STRIA_BOOL, true, STRIA_BOOL},
        {SX_AGG_FIRST, STRIA_STRING, true, STRIA_STRING},
        {SX_AGG_STDDEV, STRIA_STRING, false, 0},
        {SX_AGG_COUNT_DISTINCT, STRIA_STRING, true, STRIA_INT},
    };
    for (size_t i = 0; i < SX_COUNT_OF(types); i++) {
        assert_int_equal(sx_agg_takes(types[i].kind, types[i].type), types[i].takes);
        if (types[i].takes)
            assert_int_equal(sx_agg_type(types[i].kind, types[i].type), types[i].gives);
    }
}

static void test_refused_memory_is_told(void **state)
{
    (void)state;
    struct test_mem memory;
    char got[200];
    test_mem_init(&memory);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        bool fired = true;
        for (int64_t nth = 1; fired; nth++) {
            test_mem_arm(&memory, nth);
            stria_status st =
                run(&memory.mem, &rows[i].call, STRIA_FLOAT, rows[i].input, 2, got, sizeof got);
            fired = test_mem_fired(&memory);
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        }
    }
    test_mem_deinit(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_comes_to_what_it_says),
        cmocka_unit_test(test_which_types_a_call_takes_and_gives),
        cmocka_unit_test(test_refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
