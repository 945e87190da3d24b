/* SPDX-License-Identifier: Apache-2.0 */
/* show_series.c -- SHOW SERIES; see open.h.
 *
 * Why         A store may have millions of series: they are given as they are found, a measurement
 *             after the other.
 * Algorithm   The peer sorts series of a measurement by their text. Sorted keys mostly are in that
 *             order already; where they are not, they are sorted by comparing the texts that they
 *             stand for, which are not made for it.
 * Invariants  Series are those of one policy, with rows in exactly the range of time.
 * Threads     One owner. */
#include "base/error.h"
#include "base/sort.h"
#include "influxql/show.h"

#define ROWS_PER_BATCH 1024
#define TEXT_SIZE_MAX ((size_t)ROWS_PER_BATCH * 4 * 65536)

struct series_source {
    struct sx_table_source source; /* first */
    struct sx_iql_showing showing;
    struct sx_iql_context context;
    const struct sx_iql_measurement **measurements; /* by name */
    size_t measurement_count, measurement_capacity, next_measurement;
    struct sx_iql_listing listing;
    bool is_listing;
    size_t skipped, given; /* of OFFSET and LIMIT */
    /* the rows at hand */
    struct sx_buf text;
    size_t offsets[ROWS_PER_BATCH + 1];
    stria_bytes rows[ROWS_PER_BATCH];
    size_t row_count;
    bool in_table;
    stria_bytes column_name;
    stria_type column_type;
    stria_table table;
    stria_values values;
    stria_batch batch;
};

/* ---- keys as texts -------------------------------------------------------------------------- */

/* Goes through the text of a canonical key: "cpu,host=a", with its escapes. */
struct walk {
    const uint8_t *next, *end;
    size_t part; /* 0: the measurement; odd: a tag's key */
    int pending; /* an escaped character; -1: none */
};

static struct walk begin_walk(struct sx_bytes key)
{
    return (struct walk){.next = key.ptr, .end = key.ptr + key.len, .pending = -1};
}

/* The next byte, or -1. */
static int next_byte(struct walk *w)
{
    if (w->pending >= 0) {
        int c = w->pending;
        w->pending = -1;
        return c;
    }
    if (w->next == w->end)
        return -1;
    int c = *w->next++;
    if (c == 0) {
        w->part++;
        return w->next == w->end ? -1 : w->part % 2 ? ',' : '=';
    }
    if (c == 1 && w->next < w->end) /* 01 01 is 00, 01 02 is 01 */
        c = *w->next++ - 1;
    if (c != ',' && c != ' ' && (c != '=' || w->part == 0))
        return c;
    w->pending = c;
    return '\\';
}

static int compare_texts(struct sx_bytes a, struct sx_bytes b)
{
    struct walk x = begin_walk(a), y = begin_walk(b);
    int c, d;
    do {
        c = next_byte(&x);
        d = next_byte(&y);
    } while (c == d && c >= 0);
    return (c > d) - (c < d);
}

static int compare_series(const void *a, const void *b, void *context)
{
    (void)context;
    return compare_texts(((const struct sx_scan_series *)a)->key,
                         ((const struct sx_scan_series *)b)->key);
}

static void sort_by_text(struct sx_series_set *set)
{
    for (size_t i = 1; i < set->series_count; i++)
        if (compare_series(&set->series[i - 1], &set->series[i], NULL) > 0) {
            sx_sort(set->series, set->series_count, sizeof *set->series, compare_series, NULL);
            return;
        }
}

static void put_text(struct sx_buf *out, struct sx_bytes key)
{
    struct walk w = begin_walk(key);
    for (int c = next_byte(&w); c >= 0; c = next_byte(&w))
        sx_buf_put_u8(out, (uint8_t)c);
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* The next series over all measurements, or NULL. */
static stria_status next_series(struct series_source *s, const struct sx_iql_listed **listed,
                                stria_error *err)
{
    stria_status st = STRIA_OK;
    *listed = NULL;
    while (!st) {
        if (!s->is_listing) {
            if (s->next_measurement == s->measurement_count)
                return STRIA_OK;
            s->is_listing = true;
            st = sx_iql_show_list(&s->showing, &s->listing, s->measurements[s->next_measurement],
                                  s->showing.condition, false, err);
            sort_by_text(&s->listing.set);
        }
        if (!st)
            st = sx_iql_listing_next(&s->listing, listed, err);
        if (!st && *listed && (*listed)->by_rows)
            st = sx_iql_show_undecided(&s->showing, s->listing.measurement, "SHOW SERIES", err);
        else if (st || *listed)
            break;
        if (!*listed) {
            sx_iql_listing_deinit(&s->listing);
            s->is_listing = false;
            s->next_measurement++;
        }
    }
    return st;
}

/* Fills the rows at hand. */
static stria_status fill(struct series_source *s, stria_error *err)
{
    const struct sx_iql_limits *limits = &s->showing.show->limits;
    const struct sx_iql_listed *listed = NULL;
    stria_status st = STRIA_OK;
    s->row_count = 0;
    sx_buf_clear(&s->text);
    while (!st && s->row_count < ROWS_PER_BATCH) {
        if (limits->limit > 0 && s->given >= (size_t)limits->limit)
            break;
        st = next_series(s, &listed, err);
        if (st || !listed)
            break;
        if (limits->offset > 0 && s->skipped < (size_t)limits->offset) {
            s->skipped++;
            continue;
        }
        put_text(&s->text, listed->key);
        s->offsets[++s->row_count] = s->text.len;
        s->given++;
    }
    if (!st && s->text.failed)
        st = sx_buf_refused(&s->text, "series", err);
    for (size_t i = 0; i < s->row_count; i++)
        s->rows[i] = (stria_bytes){.ptr = (const char *)s->text.ptr + s->offsets[i],
                                   .len = s->offsets[i + 1] - s->offsets[i]};
    return st;
}

/* ---- the table ------------------------------------------------------------------------------ */

static stria_status next_table(struct sx_table_source *source, const stria_table **table,
                               stria_error *err)
{
    struct series_source *s = (struct series_source *)(void *)source;
    bool first = s->given == 0 && !s->in_table;
    s->in_table = false;
    *table = NULL;
    stria_status st = first ? fill(s, err) : STRIA_OK;
    if (st || !first || !s->row_count)
        return st;
    s->in_table = true;
    *table = &s->table;
    return STRIA_OK;
}

static stria_status next_batch(struct sx_table_source *source, const stria_batch **batch,
                               stria_error *err)
{
    struct series_source *s = (struct series_source *)(void *)source;
    stria_status st = STRIA_OK;
    *batch = NULL;
    if (!s->in_table)
        return STRIA_OK;
    if (!s->row_count)
        st = fill(s, err);
    s->in_table = !st && s->row_count;
    if (!s->in_table)
        return st;
    s->batch = (stria_batch){.row_count = s->row_count, .columns = &s->values, .column_count = 1};
    s->row_count = 0; /* given */
    *batch = &s->batch;
    return STRIA_OK;
}

static void destroy(struct sx_table_source *source)
{
    struct series_source *s = (struct series_source *)(void *)source;
    struct sx_mem *mem = s->showing.mem;
    sx_iql_listing_deinit(&s->listing);
    sx_buf_deinit(&s->text);
    sx_mem_free(mem, s->measurements);
    sx_iql_showing_deinit(&s->showing);
    sx_mem_free(mem, s);
}

/* ---- opening -------------------------------------------------------------------------------- */

static stria_status collect(struct sx_iql_showing *showing, struct sx_iql_measurement *m,
                            stria_error *err)
{
    struct series_source *s =
        (struct series_source *)(void *)((uint8_t *)showing -
                                         offsetof(struct series_source, showing));
    if (!SX_GROW(showing->mem, s->measurements, s->measurement_capacity, s->measurement_count + 1))
        return sx_mem_refused(showing->mem, sizeof(struct sx_iql_measurement *), err);
    s->measurements[s->measurement_count++] = m;
    return STRIA_OK;
}

static int compare_measurements(const void *a, const void *b, void *context)
{
    const struct sx_iql_measurement *x = *(const struct sx_iql_measurement *const *)a;
    const struct sx_iql_measurement *y = *(const struct sx_iql_measurement *const *)b;
    (void)context;
    int order = sx_bytes_compare(x->name, y->name);
    return order ? order : (x->policy_id > y->policy_id) - (x->policy_id < y->policy_id);
}

/* By name, and none that two sources gave twice. */
static void sort_measurements(struct series_source *s)
{
    size_t kept = 0;
    if (s->measurement_count > 1)
        sx_sort(s->measurements, s->measurement_count, sizeof(struct sx_iql_measurement *),
                compare_measurements, NULL);
    for (size_t i = 0; i < s->measurement_count; i++)
        if (!kept ||
            compare_measurements(&s->measurements[kept - 1], &s->measurements[i], NULL) != 0)
            s->measurements[kept++] = s->measurements[i];
    s->measurement_count = kept;
}

/* A condition is looked at as a whole, before anything is read. */
static stria_status check(struct sx_iql_showing *showing, stria_error *err)
{
    const struct sx_iql_expr *complex;
    if (!sx_iql_show_find_complex(showing, &complex))
        return sx_mem_refused(showing->mem, 256, err);
    return complex ? sx_fail(err, STRIA_INVALID, "invalid tag comparison operator") : STRIA_OK;
}

stria_status sx_iql_open_series(const struct sx_iql_show *show,
                                const struct sx_iql_context *context,
                                struct sx_table_source **source, stria_error *err)
{
    static const struct sx_table_source_ops ops = {
        .next_table = next_table, .next_batch = next_batch, .destroy = destroy};
    struct sx_mem *mem = context->request->mem;
    struct series_source *s = sx_mem_zalloc(mem, sizeof *s);
    *source = NULL;
    if (!s)
        return sx_mem_refused(mem, sizeof *s, err);
    s->source.ops = &ops;
    s->context = *context;
    s->column_name = (stria_bytes){.ptr = "key", .len = 3};
    s->column_type = STRIA_STRING;
    s->table = (stria_table){.name = {.ptr = "", .len = 0},
                             .column_names = &s->column_name,
                             .column_types = &s->column_type,
                             .column_count = 1};
    s->values = (stria_values){.type = STRIA_STRING, .values = s->rows};
    stria_status st = sx_iql_showing_init(&s->showing, show, &s->context, err);
    sx_buf_init(&s->text, mem, TEXT_SIZE_MAX);
    if (!st)
        st = check(&s->showing, err);
    if (!st)
        st = sx_iql_show_each(&s->showing, SX_IQL_POLICY_DEFAULT, collect, err);
    if (st) {
        destroy(&s->source);
        return st;
    }
    sort_measurements(s);
    *source = &s->source;
    return STRIA_OK;
}
