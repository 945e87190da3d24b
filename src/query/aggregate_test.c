/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate_test.c -- every kind of every type against code that looks at one value after the
 * other, over random rows of several series; however rows are cut into batches. */
#include "query/aggregate.h"

#include "base/golden_test.h"
#include "base/hash.h"
#include "base/sort.h"
#include "base/sum.h"

#include <math.h>

#define SERIES 3
#define ROWS 700 /* of each series */
#define INTERVAL 400

/* One value in the hands of the naive code. */
struct value {
    int64_t ts_ns;
    double number; /* of numbers and booleans: small integers, so that doubles hold them */
    stria_bytes text;
};

struct data {
    int64_t ts_ns[SERIES][ROWS];
    uint64_t bits[SERIES][ROWS]; /* the seed of each value */
    uint64_t present[SERIES][(ROWS + 63) / 64];
    uint64_t selected[SERIES][(ROWS + 63) / 64];
    bool selects;
};

static const stria_bytes texts[] = {{"a", 1}, {"b", 1}, {"bb", 2}, {"", 0}, {"zebra", 5}};

static const char *const kind_names[] = {
    "count",  "sum",    "mean",   "min",  "max",        "first",    "last",
    "spread", "stddev", "median", "mode", "percentile", "distinct", "count distinct"};

static void fill(struct data *d, uint64_t seed, bool selects)
{
    memset(d, 0, sizeof *d);
    d->selects = selects;
    for (uint64_t s = 0; s < SERIES; s++) {
        int64_t ts = -1000 + (int64_t)s;
        for (uint64_t i = 0; i < ROWS; i++) {
            uint64_t random = sx_hash_u64(seed + s * 100000 + i);
            ts += (int64_t)(random % 7) + 1;
            d->ts_ns[s][i] = ts;
            d->bits[s][i] = sx_hash_u64(random);
            if (random % 5)
                sx_bit_set(d->present[s], i);
            if (random % 3)
                sx_bit_set(d->selected[s], i);
        }
    }
}

static double number_of(stria_type type, uint64_t bits)
{
    switch (type) {
    case STRIA_BOOL:
        return (double)(bits & 1);
    case STRIA_UINT:
        return (double)(bits % 40);
    case STRIA_INT:
        return (double)(bits % 40) - 20;
    default:
        return ((double)(bits % 40) - 20) / 2;
    }
}

static void put_value(stria_type type, uint64_t bits, void *out)
{
    double number = number_of(type, bits);
    int64_t integer = (int64_t)number;
    uint8_t flag = number != 0;
    if (type == STRIA_STRING)
        memcpy(out, &texts[bits % SX_COUNT_OF(texts)], sizeof *texts);
    else if (type == STRIA_BOOL)
        memcpy(out, &flag, 1);
    else if (type == STRIA_FLOAT)
        memcpy(out, &number, 8);
    else
        memcpy(out, &integer, 8);
}

/* ---- the naive code ------------------------------------------------------------------------- */

static struct value values[SERIES * ROWS];

static size_t gather(const struct data *d, stria_type type, int64_t begin, int64_t end)
{
    size_t count = 0;
    for (size_t s = 0; s < SERIES; s++)
        for (size_t i = 0; i < ROWS; i++)
            if (d->ts_ns[s][i] >= begin && d->ts_ns[s][i] < end && sx_bit_get(d->present[s], i) &&
                (!d->selects || sx_bit_get(d->selected[s], i)))
                values[count++] = (struct value){.ts_ns = d->ts_ns[s][i],
                                                 .number = number_of(type, d->bits[s][i]),
                                                 .text = texts[d->bits[s][i] % SX_COUNT_OF(texts)]};
    return count;
}

static int compare_text(stria_bytes a, stria_bytes b)
{
    return sx_bytes_compare(sx_bytes_make(a.ptr, a.len), sx_bytes_make(b.ptr, b.len));
}

static int compare_value(bool is_text, const struct value *a, const struct value *b)
{
    return is_text ? compare_text(a->text, b->text)
                   : (a->number > b->number) - (a->number < b->number);
}

static int by_value(const void *a, const void *b, void *context)
{
    const struct value *x = a, *y = b;
    int order = compare_value(*(const bool *)context, x, y);
    return order ? order : (x->ts_ns > y->ts_ns) - (x->ts_ns < y->ts_ns);
}

/* The value that a selector picks. */
static const struct value *pick(enum sx_agg_kind kind, stria_type type, size_t count)
{
    const struct value *best = &values[0];
    bool is_text = type == STRIA_STRING;
    for (size_t i = 1; i < count; i++) {
        const struct value *v = &values[i];
        int order = compare_value(is_text, v, best);
        bool better;
        switch (kind) {
        case SX_AGG_MIN:
            better = order < 0 || (order == 0 && v->ts_ns < best->ts_ns);
            break;
        case SX_AGG_MAX:
            better = order > 0 || (order == 0 && v->ts_ns < best->ts_ns);
            break;
        case SX_AGG_FIRST:
            if (type == STRIA_BOOL) /* of two at one time the peer takes the lesser */
                order = -order;
            better = v->ts_ns < best->ts_ns || (v->ts_ns == best->ts_ns && order > 0);
            break;
        default:
            better = v->ts_ns > best->ts_ns || (v->ts_ns == best->ts_ns && order > 0);
            break;
        }
        if (better)
            best = v;
    }
    return best;
}

static double sum_of(size_t count)
{
    double sum = 0; /* exact: halves of small integers */
    for (size_t i = 0; i < count; i++)
        sum += values[i].number;
    return sum;
}

static double deviation_of(size_t count)
{
    double mean = sum_of(count) / (double)count, squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i].number - mean) * (values[i].number - mean);
    return sqrt(squares / (double)(count - 1));
}

static size_t different(bool is_text, size_t count)
{
    size_t found = count > 0;
    sx_sort(values, count, sizeof *values, by_value, &is_text);
    for (size_t i = 1; i < count; i++)
        found += compare_value(is_text, &values[i - 1], &values[i]) != 0;
    return found;
}

/* The number that is the result; of texts and several results -1. */
static double naive(enum sx_agg_kind kind, stria_type type, size_t count, double percentile)
{
    bool is_text = type == STRIA_STRING;
    switch (kind) {
    case SX_AGG_COUNT:
        return (double)count;
    case SX_AGG_SUM:
        return sum_of(count);
    case SX_AGG_MEAN:
        return sum_of(count) / (double)count;
    case SX_AGG_SPREAD:
        return pick(SX_AGG_MAX, type, count)->number - pick(SX_AGG_MIN, type, count)->number;
    case SX_AGG_STDDEV:
        return deviation_of(count);
    case SX_AGG_COUNT_DISTINCT:
        return (double)different(is_text, count);
    case SX_AGG_MEDIAN:
        sx_sort(values, count, sizeof *values, by_value, &is_text);
        return count % 2 ? values[count / 2].number
                         : (values[count / 2 - 1].number + values[count / 2].number) / 2;
    case SX_AGG_PERCENTILE:
        sx_sort(values, count, sizeof *values, by_value, &is_text);
        return values[(size_t)floor((double)count * percentile / 100 + 0.5) - 1].number;
    default:
        return is_text ? -1 : pick(kind, type, count)->number;
    }
}

/* ---- what is tested ------------------------------------------------------------------------- */

static void feed(struct sx_aggregate *agg, const struct data *d, stria_type type, uint32_t step)
{
    static uint8_t column[SX_VECTOR_MAX * sizeof(stria_bytes)];
    size_t size = sx_type_size(type);
    for (size_t s = 0; s < SERIES; s++) {
        for (uint32_t at = 0; at < ROWS; at += step) {
            uint32_t count = SX_MIN(step, ROWS - at);
            uint64_t present[SX_VECTOR_WORDS] = {0}, selected[SX_VECTOR_WORDS] = {0};
            for (uint32_t i = 0; i < count; i++) {
                put_value(type, d->bits[s][at + i], column + i * size);
                if (sx_bit_get(d->present[s], at + i))
                    sx_bit_set(present, i);
                if (sx_bit_get(d->selected[s], at + i))
                    sx_bit_set(selected, i);
            }
            struct sx_vector vector = {.type = type, .values = column, .present = present};
            struct sx_rows rows = {.row_count = count,
                                   .column_count = 1,
                                   .ts_ns = d->ts_ns[s] + at,
                                   .columns = &vector};
            assert_int_equal(sx_aggregate_feed(agg, 0, &rows, d->selects ? selected : NULL, NULL),
                             STRIA_OK);
        }
        sx_aggregate_end_series(agg);
    }
}

static double shown(stria_type type, const void *value)
{
    uint64_t bits = 0;
    memcpy(&bits, value, SX_MIN(sx_type_size(type), 8));
    return type == STRIA_FLOAT ? sx_f64_of_bits(bits)
           : type == STRIA_INT ? (double)(int64_t)bits
                               : (double)bits;
}

static void check_points(const struct data *d, const struct sx_agg_call *call, stria_type type,
                         const struct sx_agg_points *points)
{
    stria_type result = sx_agg_type(call->kind, type);
    size_t at = 0;
    for (int64_t begin = -1200; begin < 6000; begin += INTERVAL) {
        size_t count = gather(d, type, begin, begin + INTERVAL);
        if (count == 0)
            continue;
        if (call->kind == SX_AGG_DISTINCT) {
            size_t wanted = different(type == STRIA_STRING, count);
            for (size_t i = 0; i < wanted; i++)
                assert_int_equal(points->ts_ns[at++], begin);
            continue;
        }
        assert_true(at < points->count);
        assert_int_equal(points->ts_ns[at], begin);
        if (type == STRIA_STRING && result == STRIA_STRING && call->kind != SX_AGG_MODE) {
            stria_bytes got = ((const stria_bytes *)(const void *)points->values.values)[at];
            assert_int_equal(compare_text(got, pick(call->kind, type, count)->text), 0);
        } else if (call->kind != SX_AGG_MODE) {
            double wanted = naive(call->kind, type, count, call->percentile);
            double got = shown(result, sx_column_at(&points->values, at));
            assert_true(fabs(got - wanted) <= fabs(wanted) * 1e-12);
        }
        at++;
    }
    assert_int_equal(points->count, at);
}

static void check_kind(const struct data *d, enum sx_agg_kind kind, stria_type type, uint32_t step)
{
    struct test_mem memory;
    struct sx_aggregate *agg;
    struct sx_agg_points points;
    test_mem_init(&memory);
    struct sx_agg_call call = {
        .kind = kind, .percentile = 30, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    struct sx_agg_options options = {.mem = &memory.mem,
                                     .windows = {.interval_ns = INTERVAL},
                                     .calls = &call,
                                     .call_count = 1,
                                     .types = &type,
                                     .column_count = 1};
    assert_int_equal(sx_aggregate_create(&options, &agg, NULL), STRIA_OK);
    assert_true(sx_agg_points_init(&points, agg, 0));
    feed(agg, d, type, step);
    assert_int_equal(sx_aggregate_take(agg, 0, &points, NULL), STRIA_OK);
    check_points(d, &call, type, &points);
    sx_agg_points_deinit(&points, &memory.mem);
    sx_aggregate_destroy(agg);
    test_mem_deinit(&memory);
}

static void test_every_kind_agrees_with_naive_code(void **state)
{
    (void)state;
    static const stria_type types[] = {STRIA_FLOAT, STRIA_INT, STRIA_UINT, STRIA_BOOL,
                                       STRIA_STRING};
    static const uint32_t steps[] = {ROWS, 64, 17, 1};
    static struct data d;
    for (unsigned round = 0; round < SX_COUNT_OF(steps); round++) {
        fill(&d, round, round % 2);
        for (int kind = SX_AGG_COUNT; kind <= SX_AGG_COUNT_DISTINCT; kind++)
            for (size_t i = 0; i < SX_COUNT_OF(types); i++) {
                if (!sx_agg_takes((enum sx_agg_kind)kind, types[i]))
                    continue;
                print_message("%s of type %d, by %u rows\n", kind_names[kind], (int)types[i],
                              (unsigned)steps[round]);
                check_kind(&d, (enum sx_agg_kind)kind, types[i], steps[round]);
            }
    }
}

static void test_kinds_take_the_types_they_make_sense_for(void **state)
{
    (void)state;
    static const struct {
        enum sx_agg_kind kind;
        stria_type type;
        bool takes;
        stria_type result;
    } rows[] = {
        {SX_AGG_COUNT, STRIA_STRING, true, STRIA_INT},
        {SX_AGG_SUM, STRIA_BOOL, false, 0},
        {SX_AGG_SUM, STRIA_INT, true, STRIA_INT},
        {SX_AGG_SUM, STRIA_UINT, true, STRIA_UINT},
        {SX_AGG_MEAN, STRIA_INT, true, STRIA_FLOAT},
        {SX_AGG_MAX, STRIA_STRING, false, 0},
        {SX_AGG_MAX, STRIA_BOOL, true, STRIA_BOOL},
        {SX_AGG_LAST, STRIA_STRING, true, STRIA_STRING},
        {SX_AGG_SPREAD, STRIA_INT, true, STRIA_INT},
        {SX_AGG_MEDIAN, STRIA_STRING, false, 0},
        {SX_AGG_MODE, STRIA_BOOL, true, STRIA_BOOL},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        assert_int_equal(sx_agg_takes(rows[i].kind, rows[i].type), rows[i].takes);
        if (rows[i].takes)
            assert_int_equal(sx_agg_type(rows[i].kind, rows[i].type), rows[i].result);
    }
}

static void test_calls_have_ranges_of_their_own(void **state)
{
    (void)state;
    struct test_mem memory;
    struct sx_aggregate *agg;
    struct sx_agg_points points[2];
    const int64_t ts[] = {1, 5, 11, 15, 21};
    const int64_t numbers[] = {1, 2, 3, 4, 5};
    const stria_type type = STRIA_INT;
    const struct sx_vector vector = {.type = STRIA_INT, .values = numbers};
    const struct sx_rows rows = {
        .row_count = 5, .column_count = 1, .ts_ns = ts, .columns = &vector};
    const struct sx_agg_call calls[] = {
        {.kind = SX_AGG_SUM, .time_min_ns = 5, .time_max_ns = 15},
        {.kind = SX_AGG_MAX, .time_min_ns = INT64_MIN, .time_max_ns = 12, .keeps_time = true},
    };
    test_mem_init(&memory);
    struct sx_agg_options options = {.mem = &memory.mem,
                                     .windows = {.interval_ns = 10},
                                     .calls = calls,
                                     .call_count = 2,
                                     .types = &type,
                                     .column_count = 1};
    assert_int_equal(sx_aggregate_create(&options, &agg, NULL), STRIA_OK);
    assert_false(sx_aggregate_series_has_all(agg));
    assert_int_equal(sx_aggregate_feed(agg, 0, &rows, NULL, NULL), STRIA_OK);
    assert_true(sx_aggregate_series_has_all(agg));
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(sx_agg_points_init(&points[i], agg, i));
        assert_int_equal(sx_aggregate_take(agg, i, &points[i], NULL), STRIA_OK);
        assert_int_equal(points[i].count, 2);
    }
    static const int64_t sums[] = {2, 7}, greatest[] = {2, 3}, times[] = {5, 11};
    assert_memory_equal(points[0].values.values, sums, sizeof sums);
    assert_memory_equal(points[1].values.values, greatest, sizeof greatest);
    assert_memory_equal(points[1].ts_ns, times, sizeof times);
    for (uint32_t i = 0; i < 2; i++)
        sx_agg_points_deinit(&points[i], &memory.mem);
    sx_aggregate_destroy(agg);
    test_mem_deinit(&memory);
}

/* Rows of rollups by 10, of a column of integers: count, sum, least, greatest, first, last, and
 * when first and last were. */
static void test_rollups_come_to_what_their_values_come_to(void **state)
{
    (void)state;
    static const int64_t ts[] = {0, 10, 20, 30};
    static const uint64_t present = 0xd; /* none at 10 */
    static const int64_t columns[8][4] = {{2, 0, 3, 1}, {9, 0, -6, 5}, {4, 0, -7, 5}, {5, 0, 4, 5},
                                          {5, 0, 4, 5}, {4, 0, -7, 5}, {1, 0, 0, 9},  {3, 0, 9, 9}};
    static const struct {
        enum sx_agg_kind kind;
        int64_t first, second; /* windows of 20, after a row 7 at 9 of another series */
    } cases[] = {{SX_AGG_COUNT, 3, 4}, {SX_AGG_SUM, 16, -1}, {SX_AGG_MIN, 4, -7},
                 {SX_AGG_MAX, 7, 5},   {SX_AGG_FIRST, 5, 4}, {SX_AGG_LAST, 7, 5}};
    struct sx_agg_summary summary;
    struct sx_vector vectors[8];
    struct sx_rows rows = {.row_count = 4, .column_count = 8, .ts_ns = ts, .columns = vectors};
    for (uint32_t i = 0; i < 8; i++) {
        vectors[i] = (struct sx_vector){STRIA_INT, columns[i], &present};
        summary.columns[i] = i;
    }
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        static const int64_t at = 9, value = 7;
        struct sx_vector vector = {STRIA_INT, &value, NULL};
        struct sx_rows row = {.row_count = 1, .column_count = 1, .ts_ns = &at, .columns = &vector};
        struct sx_agg_call call = {
            .kind = cases[n].kind, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
        stria_type type = STRIA_INT;
        struct sx_mem mem;
        struct sx_aggregate *agg;
        struct sx_agg_points points;
        stria_error err = {0};
        sx_mem_init(&mem, NULL, "test", 0);
        struct sx_agg_options options = {.mem = &mem,
                                         .windows = {.interval_ns = 20,
                                                     .time_min_ns = STRIA_TIME_MIN,
                                                     .time_max_ns = STRIA_TIME_MAX},
                                         .calls = &call,
                                         .call_count = 1,
                                         .types = &type,
                                         .column_count = 1};
        assert_int_equal(sx_aggregate_create(&options, &agg, &err), STRIA_OK);
        assert_true(sx_agg_points_init(&points, agg, 0));
        assert_int_equal(sx_aggregate_feed_summaries(agg, 0, &rows, &summary, &err), STRIA_OK);
        sx_aggregate_end_series(agg);
        assert_int_equal(sx_aggregate_feed(agg, 0, &row, NULL, &err), STRIA_OK);
        assert_int_equal(sx_aggregate_take(agg, 0, &points, &err), STRIA_OK);
        assert_int_equal(points.count, 2);
        assert_int_equal(*(const int64_t *)sx_column_at(&points.values, 0), cases[n].first);
        assert_int_equal(*(const int64_t *)sx_column_at(&points.values, 1), cases[n].second);
        sx_agg_points_deinit(&points, &mem);
        sx_aggregate_destroy(agg);
        sx_mem_deinit(&mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rollups_come_to_what_their_values_come_to),
        cmocka_unit_test(test_every_kind_agrees_with_naive_code),
        cmocka_unit_test(test_kinds_take_the_types_they_make_sense_for),
        cmocka_unit_test(test_calls_have_ranges_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
