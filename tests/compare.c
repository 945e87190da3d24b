/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c -- see compare.h. */
#include "compare.h"

#include "scan/reader.h"
#include "scan/series_set.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static bool differ(struct comparison *result, const char *format, ...) SX_FORMAT(2, 3);
static bool differ(struct comparison *result, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!result->text[0])
        (void)vsnprintf(result->text, sizeof result->text, format, args);
    va_end(args);
    return false;
}

/* ---- catalog ---- */

static bool compare_database(const struct sx_database *db, const struct oracle_database *expected,
                             int number, struct comparison *result)
{
    const char *name = oracle_database_name(number);
    size_t count = 0;
    for (int p = 0; p < ORACLE_POLICIES; p++) {
        const struct oracle_policy *want = &expected->policies[p];
        const struct sx_policy *have = sx_database_policy(db, sx_bytes_of(oracle_policy_name(p)));
        if (!have != !want->uid)
            return differ(result, "policy %s.%s is %s", name, oracle_policy_name(p),
                          have ? "there" : "missing");
        if (!have)
            continue;
        count++;
        if (have->duration_ns != want->duration_ns || have->window_ns != want->window_ns)
            return differ(result, "policy %s.%s keeps %" PRId64 " ns, not %" PRId64, name,
                          oracle_policy_name(p), have->duration_ns, want->duration_ns);
        if ((db->default_policy_id == have->id) != (expected->default_policy == p))
            return differ(result, "policy %s.%s is%s the default", name, oracle_policy_name(p),
                          db->default_policy_id == have->id ? "" : " not");
    }
    size_t own_count = 0;
    for (size_t i = 0; i < db->policy_count; i++)
        own_count += !db->policies[i].rollup_of;
    return count == own_count ||
           differ(result, "database %s has %zu policies, not %zu", name, own_count, count);
}

bool compare_catalog(struct store *store, const struct oracle *oracle, struct comparison *result)
{
    struct sx_catalog *catalog = sx_engine_catalog(store->engine);
    size_t count = 0;
    bool same = true;
    for (int i = 0; i < ORACLE_DATABASES && same; i++) {
        const struct oracle_database *expected = &oracle->databases[i];
        const struct sx_database *db =
            sx_catalog_database(catalog, sx_bytes_of(oracle_database_name(i)));
        if (!db != !expected->exists)
            same = differ(result, "database %s is %s", oracle_database_name(i),
                          db ? "there" : "missing");
        else if (db)
            same = compare_database(db, expected, i, result);
        count += db != NULL;
    }
    if (same && count != catalog->database_count)
        same = differ(result, "%zu databases, not %zu", catalog->database_count, count);
    sx_catalog_release(catalog);
    return same;
}

/* ---- reading ---- */

struct reading {
    struct sx_reader *reader;
    const struct compare_how *how;
    compare_each each;
    void *context;
    struct comparison *result;
    uint32_t columns[UNIVERSE_COLUMNS]; /* of the series at hand */
    uint32_t column_count;
    int64_t last_ts;
    bool begun;
};

static int64_t mono_ns(void *clock)
{
    (void)clock;
    return 0;
}

static void count_damage(void *context, const stria_error *what)
{
    (void)what;
    (*(uint64_t *)context)++;
}

static bool read_columns(struct reading *r, uint32_t series)
{
    const struct sx_scan_column *columns = sx_reader_columns(r->reader, &r->column_count);
    if (r->column_count > UNIVERSE_COLUMNS)
        return differ(r->result, "series %u has %u columns", series, r->column_count);
    for (uint32_t i = 0; i < r->column_count; i++) {
        r->columns[i] = universe_find_column(columns[i].name, columns[i].type);
        if (r->columns[i] == UINT32_MAX)
            return differ(r->result, "series %u has the unknown column '%.*s' of type %d", series,
                          (int)columns[i].name.len, (const char *)columns[i].name.ptr,
                          (int)columns[i].type);
    }
    return true;
}

static bool read_value(struct reading *r, uint32_t series, int64_t ts, uint32_t column,
                       const struct sx_vector *vector, uint32_t row)
{
    stria_bytes text = {0};
    uint64_t value = 0;
    if (vector->type != universe_columns[column].type)
        return differ(r->result, "series %u: a column of type %d", series, (int)vector->type);
    if (vector->type == STRIA_STRING)
        text = ((const stria_bytes *)vector->values)[row];
    else if (vector->type == STRIA_BOOL)
        value = ((const uint8_t *)vector->values)[row];
    else
        value = ((const uint64_t *)vector->values)[row];
    r->result->cell_count++;
    return r->each(r->context, series, ts, column, value, (const uint8_t *)text.ptr, text.len);
}

static bool read_rows(struct reading *r, uint32_t series, const struct sx_rows *rows)
{
    if (rows->column_count != r->column_count)
        return differ(r->result, "series %u: %u columns in a batch, not %u", series,
                      rows->column_count, r->column_count);
    for (uint32_t i = 0; i < rows->row_count; i++) {
        int64_t ts = rows->ts_ns[i];
        if (r->begun && (r->how->descending ? ts >= r->last_ts : ts <= r->last_ts))
            return differ(r->result, "series %u: time %" PRId64 " comes behind %" PRId64, series,
                          ts, r->last_ts);
        if (r->how->in_time && (ts < r->how->time_min_ns || ts > r->how->time_max_ns))
            return differ(r->result, "series %u: time %" PRId64 " was not asked for", series, ts);
        r->begun = true;
        r->last_ts = ts;
        for (uint32_t c = 0; c < rows->column_count; c++)
            if (sx_vector_has(&rows->columns[c], i) &&
                !read_value(r, series, ts, r->columns[c], &rows->columns[c], i))
                return false;
    }
    return true;
}

static bool read_series(struct reading *r, const struct sx_scan_series *found)
{
    stria_error err = {0};
    const struct sx_rows *rows = NULL;
    uint32_t series = universe_find_series(found->key);
    if (series == UINT32_MAX)
        return differ(r->result, "an unknown series of %zu bytes", found->key.len);
    r->begun = false;
    stria_status st = sx_reader_series(r->reader, found, &err);
    if (!st && !read_columns(r, series))
        return false;
    while (!st) {
        st = sx_reader_next(r->reader, &rows, &err);
        if (st || !rows)
            break;
        if (!read_rows(r, series, rows))
            return false;
    }
    return !st || differ(r->result, "series %u: %s: %s", series, stria_status_name(st), err.text);
}

bool compare_read(struct sx_view *view, uint32_t policy_id, struct sx_mem *mem,
                  const struct compare_how *how, compare_each each, void *context,
                  struct comparison *result)
{
    static const struct compare_how everything = {0};
    stria_error err = {0};
    struct sx_request request = {.mem = mem, .mono_ns = mono_ns};
    struct sx_series_set set = {0};
    struct reading r = {
        .how = how ? how : &everything, .each = each, .context = context, .result = result};
    if (r.how->damage_count) {
        request.on_damage = count_damage;
        request.damage_context = r.how->damage_count;
    }
    int64_t low = r.how->in_time ? r.how->time_min_ns : INT64_MIN;
    int64_t high = r.how->in_time ? r.how->time_max_ns : INT64_MAX;
    struct sx_selector selector = {
        .policy_id = policy_id, .all_measurements = true, .time_min_ns = low, .time_max_ns = high};
    struct sx_reader_options options = {.view = view,
                                        .time_min_ns = low,
                                        .time_max_ns = high,
                                        .descending = r.how->descending,
                                        .request = &request};
    stria_status st = sx_series_set_init(&set, view, &selector, 0, &request, &err);
    if (!st)
        st = sx_reader_create(&options, &r.reader, &err);
    bool same = !st || differ(result, "%s: %s", stria_status_name(st), err.text);
    for (size_t i = 0; i < set.series_count && same; i++) {
        if (i && sx_bytes_compare(set.series[i - 1].key, set.series[i].key) >= 0)
            same = differ(result, "series %zu is not behind the one before", i);
        same = same && read_series(&r, &set.series[i]);
    }
    sx_reader_destroy(r.reader);
    sx_series_set_deinit(&set);
    return same;
}

/* ---- against the oracle ---- */

struct against {
    const struct oracle *oracle;
    const struct oracle_policy *policy;
    struct comparison *result;
    int64_t oldest_ns; /* rows before may be there or not */
    uint8_t *seen;     /* of each of the oracle's cells */
};

static bool check_cell(void *context, uint32_t series, int64_t ts_ns, uint32_t column,
                       uint64_t value, const uint8_t *text, size_t text_size)
{
    struct against *a = context;
    if (ts_ns < a->oldest_ns)
        return true;
    const struct oracle_cell *cell = oracle_find(a->oracle, a->policy->uid, series, ts_ns, column);
    const char *name = universe_columns[column].name;
    if (!cell)
        return differ(a->result, "series %u time %" PRId64 " %s: a value that was never written",
                      series, ts_ns, name);
    a->seen[cell - a->oracle->cells] = 1;
    if (universe_columns[column].type != STRIA_STRING)
        return value == cell->value ||
               differ(a->result, "series %u time %" PRId64 " %s: %016" PRIx64 ", not %016" PRIx64,
                      series, ts_ns, name, value, cell->value);
    uint8_t expected[UNIVERSE_TEXT_MAX];
    size_t size = universe_text(cell->value, expected);
    return (text_size == size && (size == 0 || memcmp(text, expected, size) == 0)) ||
           differ(a->result, "series %u time %" PRId64 " %s: another string (%zu bytes, not %zu)",
                  series, ts_ns, name, text_size, size);
}

/* Whether everything that the oracle has in the times asked for was seen. */
static bool all_seen(const struct against *a, const struct compare_how *how)
{
    for (size_t i = 0; i < a->oracle->cell_capacity; i++) {
        const struct oracle_cell *c = &a->oracle->cells[i];
        if (c->uid == a->policy->uid && !a->seen[i] && c->ts_ns >= a->oldest_ns &&
            !(how && how->in_time && (c->ts_ns < how->time_min_ns || c->ts_ns > how->time_max_ns)))
            return differ(a->result, "series %u time %" PRId64 " %s: its value is missing",
                          c->series, c->ts_ns, universe_columns[c->column].name);
    }
    return true;
}

bool compare_view(struct store *store, struct sx_view *view, uint32_t policy_id,
                  const struct oracle *oracle, const struct oracle_policy *policy,
                  const struct compare_how *how, struct comparison *result)
{
    struct against a = {.oracle = oracle,
                        .policy = policy,
                        .result = result,
                        .oldest_ns = oracle_oldest_ns(policy, sx_os_now_ns(store->os)),
                        .seen = calloc(oracle->cell_capacity + 1, 1)};
    if (!a.seen)
        abort();
    bool same = compare_read(view, policy_id, &store->mem, how, check_cell, &a, result);
    same = same && all_seen(&a, how);
    free(a.seen);
    return same;
}

static bool compare_policy(struct store *store, const struct oracle *oracle,
                           const struct oracle_policy *policy, uint32_t id,
                           const struct compare_how *how, struct comparison *result)
{
    stria_error err = {0};
    struct sx_view *view = NULL;
    if (sx_engine_view(store->engine, id, &view, &err))
        return differ(result, "view: %s", err.text);
    bool same = compare_view(store, view, id, oracle, policy, how, result);
    sx_view_release(view);
    return same;
}

bool compare_store(struct store *store, const struct oracle *oracle, const struct compare_how *how,
                   struct comparison *result)
{
    *result = (struct comparison){0};
    if (!compare_catalog(store, oracle, result))
        return false;
    for (int d = 0; d < ORACLE_DATABASES; d++)
        for (int p = 0; p < ORACLE_POLICIES; p++) {
            const struct oracle_policy *policy = &oracle->databases[d].policies[p];
            if (oracle->databases[d].exists && policy->uid &&
                !compare_policy(store, oracle, policy, store_policy_id(store, d, p), how, result)) {
                size_t len = strlen(result->text);
                (void)snprintf(result->text + len, sizeof result->text - len, " (%s.%s)",
                               oracle_database_name(d), oracle_policy_name(p));
                return false;
            }
        }
    return true;
}

/* ---- marks ---- */

struct mark {
    int64_t ts_ns;
    uint32_t id;
    bool there, other;
};

static bool see_mark(void *context, uint32_t series, int64_t ts_ns, uint32_t column, uint64_t value,
                     const uint8_t *text, size_t text_size)
{
    struct mark *mark = context;
    (void)text;
    (void)text_size;
    if (series == UNIVERSE_MARK_SERIES && ts_ns == mark->ts_ns && column == UNIVERSE_MARK_COLUMN) {
        mark->there = value == mark->id;
        mark->other = value != mark->id;
    }
    return true;
}

bool compare_find_mark(struct store *store, uint32_t policy_id, int64_t ts_ns, uint32_t id,
                       bool *there, struct comparison *result)
{
    stria_error err = {0};
    struct sx_view *view = NULL;
    struct mark mark = {.ts_ns = ts_ns, .id = id};
    struct compare_how how = {.in_time = true, .time_min_ns = ts_ns, .time_max_ns = ts_ns};
    *there = false;
    if (sx_engine_view(store->engine, policy_id, &view, &err))
        return differ(result, "view: %s", err.text);
    bool read = compare_read(view, policy_id, &store->mem, &how, see_mark, &mark, result);
    sx_view_release(view);
    *there = mark.there;
    return read && (!mark.other || differ(result, "the mark of write %u has another value", id));
}
