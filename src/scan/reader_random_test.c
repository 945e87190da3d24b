/* SPDX-License-Identifier: Apache-2.0 */
/* reader_random_test.c -- views of chance, read against a naive oracle: segments, memtables, late
 * and repeated rows, deletes, any range, both directions. */
#include "scan/reader.h"

#include "codec/generators.h"
#include "scan/scan_fixture_test.h"

#define SERIES 4
#define TIMES 40
#define COLUMNS 4

static const char *const series_texts[SERIES] = {"m,k=1", "m,k=2", "m,k=3", "n"};
/* Sorted by name and type, as a reader gives them. */
static const struct test_field column_forms[COLUMNS] = {
    {.name = {(const uint8_t *)"a", 1}, .type = STRIA_FLOAT},
    {.name = {(const uint8_t *)"a", 1}, .type = STRIA_INT},
    {.name = {(const uint8_t *)"b", 1}, .type = STRIA_INT},
    {.name = {(const uint8_t *)"s", 1}, .type = STRIA_STRING},
};

struct cell {
    bool present[COLUMNS];
    unsigned value[COLUMNS];
    bool exists;
};

struct delete_row {
    unsigned series;
    int64_t min, max;
    uint64_t generation;
};

struct world {
    struct cell cells[SCAN_SOURCES][SERIES][TIMES];
    size_t source_count;
    struct delete_row deletes[6];
    size_t delete_count;
};

static bool deleted(const struct world *w, size_t source, size_t series, int64_t ts)
{
    for (size_t i = 0; i < w->delete_count; i++)
        if (w->deletes[i].series == series && ts >= w->deletes[i].min && ts <= w->deletes[i].max &&
            source + 1 < w->deletes[i].generation)
            return true;
    return false;
}

static const char *const texts[] = {"", "one", "two", "three", "four"};

/* A row of chance for a cell; fields get its values. */
static size_t random_fields(struct sx_random *random, struct cell *cell, struct test_field *fields)
{
    size_t count = 0;
    cell->exists = true;
    for (size_t c = 0; c < COLUMNS; c++) {
        if (sx_random_below(random, 2))
            continue;
        unsigned value = (unsigned)sx_random_below(random, 5);
        bool present = sx_random_below(random, 5) != 0;
        fields[count] = column_forms[c];
        fields[count].present = present;
        fields[count].bits = c == 0 ? sx_bits_of_f64((double)value) : value;
        fields[count].text = sx_bytes_of(texts[value]);
        count++;
        if (present) {
            cell->present[c] = true;
            cell->value[c] = value;
        }
    }
    if (count == 0) { /* a row has a field at least */
        fields[count++] = column_forms[2];
        fields[0].present = true;
        fields[0].bits = cell->value[2] = 3;
        cell->present[2] = true;
    }
    return count;
}

static void add_random_segment(struct scan_test *t, struct world *w, struct sx_random *random)
{
    struct seg_test *segment = scan_test_begin_segment(t);
    struct cell(*cells)[TIMES] = w->cells[w->source_count++];
    for (size_t s = 0; s < SERIES; s++) {
        uint64_t density = sx_random_below(random, 4);
        for (size_t ts = 0; ts < TIMES; ts++) {
            struct test_field fields[COLUMNS];
            if (sx_random_below(random, 4) >= density)
                continue;
            size_t count = random_fields(random, &cells[s][ts], fields);
            if (sx_random_below(random, 8) == 0)
                assert_int_equal(seg_test_group(segment), STRIA_OK);
            assert_int_equal(
                seg_test_put_fields(segment, series_texts[s], (int64_t)ts, fields, count),
                STRIA_OK);
        }
    }
    scan_test_end_segment(segment);
}

static void add_random_memtable(struct scan_test *t, struct world *w, struct sx_random *random)
{
    struct sx_memtable *memtable = scan_test_begin_memtable(t);
    struct cell(*cells)[TIMES] = w->cells[w->source_count++];
    for (size_t n = sx_random_below(random, 150); n; n--) {
        struct test_field fields[COLUMNS];
        size_t s = sx_random_below(random, SERIES), ts = sx_random_below(random, TIMES);
        size_t count = random_fields(random, &cells[s][ts], fields);
        mem_test_add_row(&t->mt.batch, &t->mt.ix.key, series_texts[s], (int64_t)ts, fields, count);
        if (n % 20 == 0)
            mem_test_commit_to(memtable, &t->mt.batch, n);
    }
    mem_test_commit_to(memtable, &t->mt.batch, 1);
}

static void add_random_deletes(struct scan_test *t, struct world *w, struct sx_random *random)
{
    for (size_t n = sx_random_below(random, 4); n; n--) {
        struct delete_row *d = &w->deletes[w->delete_count++];
        char condition[10];
        *d = (struct delete_row){.series = (unsigned)sx_random_below(random, SERIES - 1),
                                 .min = (int64_t)sx_random_below(random, TIMES),
                                 .generation = 1 + sx_random_below(random, w->source_count + 1)};
        d->max = d->min + (int64_t)sx_random_below(random, TIMES);
        (void)snprintf(condition, sizeof condition, "k=%u", d->series + 1);
        scan_test_delete(t, "m", condition, d->min, d->max, d->generation);
    }
}

/* Whether any source has a row of the series that the reader may see, told or not. */
static bool is_listed(const struct world *w, size_t series)
{
    for (size_t i = 0; i < w->source_count; i++)
        for (size_t ts = 0; ts < TIMES; ts++)
            if (w->cells[i][series][ts].exists)
                return true;
    return false;
}

/* Appends the values of column c at a time, by the newest source that has one. */
static void put_newest(struct sx_buf *out, const struct world *w, size_t s, size_t ts, size_t c)
{
    for (size_t i = w->source_count; i-- > 0;) {
        const struct cell *cell = &w->cells[i][s][ts];
        if (!cell->present[c] || deleted(w, i, s, (int64_t)ts))
            continue;
        double f = cell->value[c];
        int64_t v = cell->value[c];
        stria_bytes text = {.ptr = texts[cell->value[c]], .len = strlen(texts[cell->value[c]])};
        test_row_value(out, column_forms[c].name, column_forms[c].type,
                       c == 0   ? (const void *)&f
                       : c == 3 ? (const void *)&text
                                : (const void *)&v,
                       0);
        return;
    }
}

/* What a reader of all columns must give. */
static void put_world(struct sx_buf *out, const struct world *w, int64_t min, int64_t max,
                      bool descending)
{
    for (size_t s = 0; s < SERIES; s++) {
        bool first = true;
        if (!is_listed(w, s))
            continue;
        sx_buf_printf(out, "%s%s{", out->len ? " " : "", series_texts[s]);
        for (size_t n = 0; n < TIMES; n++) {
            size_t ts = descending ? TIMES - 1 - n : n;
            bool exists = false;
            for (size_t i = 0; i < w->source_count; i++)
                exists = exists || (w->cells[i][s][ts].exists && !deleted(w, i, s, (int64_t)ts));
            if (!exists || (int64_t)ts < min || (int64_t)ts > max)
                continue;
            sx_buf_printf(out, "%s%zu:", first ? "" : " ", ts);
            first = false;
            for (size_t c = 0; c < COLUMNS; c++)
                put_newest(out, w, s, ts, c);
        }
        sx_buf_put_u8(out, '}');
    }
    sx_buf_put_u8(out, 0);
}

static void test_random_views_read_as_the_oracle_says(void **state)
{
    (void)state;
    static struct world w;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct sx_random random = {seed};
        struct scan_test t;
        w = (struct world){0};
        scan_test_init(&t);
        for (size_t n = sx_random_below(&random, 5); n; n--)
            add_random_segment(&t, &w, &random);
        for (size_t n = sx_random_below(&random, 3); n; n--)
            add_random_memtable(&t, &w, &random);
        add_random_deletes(&t, &w, &random);
        scan_test_view(&t);
        for (int round = 0; round < 4; round++) {
            struct sx_buf want;
            struct scan_test_read read = {.time_min = round ? (int64_t)sx_random_below(&random, 30)
                                                            : INT64_MIN,
                                          .time_max = INT64_MAX,
                                          .descending = round % 2,
                                          .first_rows = (uint32_t)sx_random_below(&random, 3)};
            if (round)
                read.time_max = read.time_min + (int64_t)sx_random_below(&random, 20);
            sx_buf_init(&want, t.mem, 1 << 20);
            put_world(&want, &w, read.time_min, read.time_max, read.descending);
            assert_reads_as(&t, &read, (const char *)want.ptr);
            sx_buf_deinit(&want);
        }
        scan_test_deinit(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_views_read_as_the_oracle_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
