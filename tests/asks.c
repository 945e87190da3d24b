/* SPDX-License-Identifier: Apache-2.0 */
/* asks.c -- see asks.h. */
#include "asks.h"

#include "deletes.h"
#include "random.h"

#include "exec/selection.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MINUTE_NS ((int64_t)60 * 1000000000)
#define STATEMENT_MAX 1500

/* Which series a question speaks of. */
enum which {
    ALL = 0,
    HOST_IS,
    HOST_IS_NOT,
    HOST_LIKE,
    HOST_UNLIKE,
    NO_REGION,
    EITHER,
    WHICH_COUNT
};

struct question {
    const struct oracle *oracle;
    const struct oracle_policy *policy;
    const char *database, *policy_name;
    uint64_t state;       /* of its chance */
    uint32_t measurement; /* UNIVERSE_MEASUREMENTS: those that begin with c or w */
    uint32_t column;
    enum which which;
    int64_t min_ns, max_ns;
    char statement[STATEMENT_MAX];
    struct lines want;
    bool want_known;   /* else only the hash counts */
    bool order_known;  /* else lines are compared sorted */
    bool first_column; /* only the first column is compared */
    bool count_only;   /* only the number of lines is */
};

/* ---- what the oracle has ---- */

static stria_bytes public_bytes(struct sx_bytes bytes)
{
    return (stria_bytes){.ptr = (const char *)bytes.ptr, .len = bytes.len};
}

static const char *host_of(uint32_t series)
{
    stria_tag tags[2];
    return universe_tags(series, tags) ? (const char *)tags[0].value.ptr : "";
}

static const char *region_of(uint32_t series)
{
    stria_tag tags[2];
    return universe_tags(series, tags) > 1 ? (const char *)tags[1].value.ptr : "";
}

static bool is_meant(const struct question *q, const struct oracle_cell *c)
{
    uint32_t measurement = universe_series[c->series].measurement;
    const char *host = host_of(c->series);
    /* The language has no NaN and no infinity: they are passed over. */
    if (universe_columns[c->column].type == STRIA_FLOAT && !isfinite(sx_f64_of_bits(c->value)))
        return false;
    bool like = *host == 'x' || *host == 'y';
    if (c->uid != q->policy->uid || c->column != q->column || c->ts_ns < q->min_ns ||
        c->ts_ns > q->max_ns)
        return false;
    if (q->measurement == UNIVERSE_MEASUREMENTS ? measurement != 0 && measurement != UNIVERSE_WIDE
                                                : measurement != q->measurement)
        return false;
    switch (q->which) {
    case HOST_IS:
        return strcmp(host, "x1") == 0;
    case HOST_IS_NOT:
        return strcmp(host, "x1") != 0;
    case HOST_LIKE:
        return like;
    case HOST_UNLIKE:
        return !like;
    case NO_REGION:
        return *region_of(c->series) == 0;
    case EITHER:
        return strcmp(host, "a") == 0 || strcmp(region_of(c->series), "us") == 0;
    default:
        return true;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct oracle_cell *x = *(const struct oracle_cell *const *)a;
    const struct oracle_cell *y = *(const struct oracle_cell *const *)b;
    if (x->ts_ns != y->ts_ns)
        return x->ts_ns < y->ts_ns ? -1 : 1;
    return x->series < y->series ? -1 : x->series > y->series;
}

/* The cells that a question speaks of, by time; to be freed. */
static const struct oracle_cell **cells_of(const struct question *q, size_t *count)
{
    const struct oracle_cell **cells = calloc(q->oracle->cell_count + 1, sizeof *cells);
    if (!cells)
        abort();
    *count = 0;
    for (size_t i = 0; i < q->oracle->cell_capacity; i++)
        if (q->oracle->cells[i].uid && is_meant(q, &q->oracle->cells[i]))
            cells[(*count)++] = &q->oracle->cells[i];
    qsort(cells, *count, sizeof *cells, by_time);
    return cells;
}

static const char *cell_value(const struct oracle_cell *c, char *text)
{
    static uint8_t bytes[UNIVERSE_TEXT_MAX];
    stria_bytes string = {0};
    stria_type type = universe_columns[c->column].type;
    if (type == STRIA_STRING)
        string = (stria_bytes){.ptr = (const char *)bytes, .len = universe_text(c->value, bytes)};
    return lines_value(type, c->value, string, text);
}

/* "cpu,host=a,region=": as a statement's GROUP BY * has it, or by host only. */
static const char *group_name(uint32_t series, bool region, char *text)
{
    const char *host = host_of(series), *where = region_of(series);
    stria_tag tags[2] = {
        {.key = {"host", 4}, .value = {host, strlen(host)}},
        {.key = {"region", 6}, .value = {where, strlen(where)}},
    };
    stria_bytes name = public_bytes(universe_measurement(universe_series[series].measurement));
    return lines_name(name, tags, region ? 2 : 1, text);
}

/* ---- statements ---- */

static const char *condition(const struct question *q)
{
    static const char *const conditions[WHICH_COUNT] = {
        "",
        " AND host = 'x1'",
        " AND host != 'x1'",
        " AND host =~ /^[xy]/",
        " AND host !~ /^[xy]/",
        " AND region = ''",
        " AND (host = 'a' OR region = 'us')",
    };
    return conditions[q->which];
}

static void put_statement(struct question *q, const char *fields, const char *behind)
{
    char from[100];
    if (q->measurement == UNIVERSE_MEASUREMENTS)
        (void)snprintf(from, sizeof from, "/^(c|w)/");
    else
        (void)snprintf(from, sizeof from, "\"%.*s\"", (int)universe_measurement(q->measurement).len,
                       (const char *)universe_measurement(q->measurement).ptr);
    (void)snprintf(
        q->statement, sizeof q->statement,
        "SELECT %s FROM \"%s\".\"%s\".%s WHERE time >= %" PRId64 " AND time <= %" PRId64 "%s%s",
        fields, q->database, q->policy_name, from, q->min_ns, q->max_ns, condition(q), behind);
}

/* A field whose type never changes. */
static uint32_t pick_column(struct question *q)
{
    static const uint32_t columns[] = {4, 5, 5, 6, 6, 6};
    if (q->measurement == UNIVERSE_WIDE && random_once_in(&q->state, 3))
        return UNIVERSE_FIRST_WIDE + random_below(&q->state, UNIVERSE_WIDE_COLUMNS);
    return columns[random_below(&q->state, SX_COUNT_OF(columns))];
}

static void plan_rows(struct question *q)
{
    char name[LINES_NAME_MAX], value[LINES_VALUE_MAX];
    size_t count;
    q->column = pick_column(q);
    put_statement(q, universe_columns[q->column].name, " GROUP BY host, region");
    const struct oracle_cell **cells = cells_of(q, &count);
    for (size_t i = 0; i < count; i++)
        lines_add(&q->want, "%s %" PRId64 " %s", group_name(cells[i]->series, true, name),
                  cells[i]->ts_ns, cell_value(cells[i], value));
    free(cells);
    q->want_known = true;
}

/* Whole numbers, which the oracle can work with; sums wrap around. */
struct totals {
    int64_t count, sum, min, max, first, last, first_ns, last_ns;
};

static void add_to(struct totals *t, const struct oracle_cell *c)
{
    int64_t v = (int64_t)c->value;
    bool none = t->count == 0;
    t->sum = (int64_t)((uint64_t)t->sum + c->value);
    t->min = none || v < t->min ? v : t->min;
    t->max = none || v > t->max ? v : t->max;
    /* Of values of one time the greatest counts. */
    if (none || (c->ts_ns == t->first_ns && v > t->first)) {
        t->first = v;
        t->first_ns = c->ts_ns;
    }
    if (none || c->ts_ns > t->last_ns || v > t->last) {
        t->last = v;
        t->last_ns = c->ts_ns;
    }
    t->count++;
}

static void plan_totals(struct question *q)
{
    struct totals t = {0};
    size_t count;
    q->column = 6;
    put_statement(q, "count(f6), sum(f6), min(f6), max(f6), first(f6), last(f6)", "");
    const struct oracle_cell **cells = cells_of(q, &count);
    for (size_t i = 0; i < count; i++)
        add_to(&t, cells[i]);
    free(cells);
    if (count)
        lines_add(&q->want,
                  "%s %" PRId64 " i%" PRId64 " i%" PRId64 " i%" PRId64 " i%" PRId64 " i%" PRId64
                  " i%" PRId64,
                  lines_name(public_bytes(universe_measurement(q->measurement)), NULL, 0,
                             (char[LINES_NAME_MAX]){0}),
                  q->min_ns == STRIA_TIME_MIN ? 0 : q->min_ns, t.count, t.sum, t.min, t.max,
                  t.first, t.last);
    q->want_known = true;
}

/* Floats: the order of additions and what becomes of NaNs is the store's, but always the same. */
static void plan_floats(struct question *q)
{
    static const char *const fields[] = {
        "count(f5), sum(f5), mean(f5), min(f5), max(f5), spread(f5), stddev(f5), median(f5), "
        "first(f5), last(f5)",
        "sum(f5), mean(f5), mean(f6), min(f5), max(f5)", /* rollups have all of these, */
        "first(f5), last(f5), count(f5), spread(f5)",    /* and of these as well */
    };
    static const char *const groups[] = {"", " GROUP BY time(1h), host fill(none)",
                                         " GROUP BY time(5m), region fill(none)"};
    q->column = 5;
    put_statement(q, fields[random_below(&q->state, SX_COUNT_OF(fields))],
                  groups[random_below(&q->state, SX_COUNT_OF(groups))]);
}

struct bucket {
    char name[LINES_NAME_MAX];
    int64_t start_ns;
    struct totals totals;
};

/* The window that begins with time itself is shown at the epoch. */
static int64_t shown_start(int64_t ts_ns, int64_t length_ns)
{
    int64_t start = sx_window_start(ts_ns, length_ns);
    return start <= STRIA_TIME_MIN ? 0 : start;
}

static void plan_windows(struct question *q)
{
    static const int64_t minutes[] = {1, 5, 10, 60, 60, 1440};
    struct bucket *buckets;
    char name[LINES_NAME_MAX], behind[80];
    size_t count, bucket_count = 0;
    int64_t length = minutes[random_below(&q->state, SX_COUNT_OF(minutes))];
    q->column = 6;
    (void)snprintf(behind, sizeof behind, " GROUP BY time(%" PRId64 "m), host fill(none)", length);
    put_statement(q, "count(f6), sum(f6), min(f6), max(f6), first(f6), last(f6)", behind);
    const struct oracle_cell **cells = cells_of(q, &count);
    buckets = calloc(count + 1, sizeof *buckets);
    if (!buckets)
        abort();
    for (size_t i = 0; i < count; i++) {
        int64_t start = shown_start(cells[i]->ts_ns, length * MINUTE_NS);
        size_t b = bucket_count;
        (void)group_name(cells[i]->series, false, name);
        while (b > 0 && buckets[b - 1].start_ns == start && strcmp(buckets[b - 1].name, name) != 0)
            b--;
        if (b == 0 || buckets[b - 1].start_ns != start) {
            b = ++bucket_count;
            memcpy(buckets[b - 1].name, name, sizeof name);
            buckets[b - 1].start_ns = start;
        }
        add_to(&buckets[b - 1].totals, cells[i]);
    }
    for (size_t b = 0; b < bucket_count; b++)
        lines_add(&q->want,
                  "%s %" PRId64 " i%" PRId64 " i%" PRId64 " i%" PRId64 " i%" PRId64 " i%" PRId64
                  " i%" PRId64,
                  buckets[b].name, buckets[b].start_ns, buckets[b].totals.count,
                  buckets[b].totals.sum, buckets[b].totals.min, buckets[b].totals.max,
                  buckets[b].totals.first, buckets[b].totals.last);
    free(buckets);
    free(cells);
    q->want_known = true;
}

/* Some of the newest or oldest rows: which ones of equal times come first is the store's. */
static void plan_limit(struct question *q)
{
    char behind[80];
    size_t count, limit = 1 + random_below(&q->state, 30), offset = random_below(&q->state, 10);
    bool descending = random_once_in(&q->state, 2);
    q->column = pick_column(q);
    (void)snprintf(behind, sizeof behind, "%s LIMIT %zu OFFSET %zu",
                   descending ? " ORDER BY time DESC" : "", limit, offset);
    put_statement(q, universe_columns[q->column].name, behind);
    const struct oracle_cell **cells = cells_of(q, &count);
    for (size_t i = offset; i < count && i < offset + limit; i++)
        lines_add(&q->want, "%" PRId64, cells[descending ? count - 1 - i : i]->ts_ns);
    free(cells);
    q->want_known = q->order_known = q->first_column = true;
}

/* Only what is told of databases and policies: all of it is the oracle's. */
static void plan_catalog(struct question *q)
{
    (void)snprintf(q->statement, sizeof q->statement,
                   "SHOW DATABASES; SHOW RETENTION POLICIES ON \"%s\"", q->database);
}

/* Which series a database has, or its policy `only` (-1: all); false: rows may have gone or not. */
static bool known_series(const struct oracle *oracle, const struct oracle_database *database,
                         int only, bool *has)
{
    for (int p = 0; p < ORACLE_POLICIES; p++) {
        const struct oracle_policy *policy = &database->policies[p];
        if (policy->uid && (policy->duration_ns || policy->floor_ns != INT64_MIN))
            return false;
        for (size_t i = 0; policy->uid && i < oracle->cell_capacity; i++)
            if (oracle->cells[i].uid == policy->uid && (only < 0 || only == p))
                has[oracle->cells[i].series] = true;
    }
    return true;
}

/* False: no answer is the right one. */
static bool plan_names(struct question *q, const struct oracle_database *database)
{
    static const char *const shows[] = {
        "MEASUREMENTS ON \"%s\"",
        "SERIES ON \"%s\"",
        "TAG KEYS ON \"%s\"",
        "TAG VALUES ON \"%s\" WITH KEY = \"host\"",
        "TAG VALUES ON \"%s\" WITH KEY =~ /./ WHERE region = 'us'",
        "FIELD KEYS ON \"%s\" FROM marks",
        "SERIES EXACT CARDINALITY ON \"%s\"",
        "MEASUREMENT EXACT CARDINALITY ON \"%s\"",
    };
    bool has[UNIVERSE_SERIES + 1] = {false}, measurements[UNIVERSE_MEASUREMENTS + 1] = {false};
    char show[100], value[LINES_VALUE_MAX];
    uint32_t which = random_below(&q->state, SX_COUNT_OF(shows));
    (void)snprintf(show, sizeof show, shows[which], q->database);
    (void)snprintf(q->statement, sizeof q->statement, "SHOW %s", show);
    /* Series are those of the default policy, measurements those of all. */
    if (database->default_policy < 0 ||
        !known_series(q->oracle, database, which == 1 ? database->default_policy : -1, has))
        return false;
    q->want_known = which <= 1;
    q->count_only = which == 1;
    for (uint32_t i = 0; i <= UNIVERSE_SERIES && q->want_known; i++) {
        bool *measurement = &measurements[universe_series[i].measurement];
        stria_bytes name = public_bytes(universe_measurement(universe_series[i].measurement));
        if (has[i] && (which == 1 || !*measurement))
            lines_add(&q->want, "measurements %s", lines_value(STRIA_STRING, 0, name, value));
        *measurement |= has[i];
    }
    return true;
}

/* ---- asking ---- */

static bool wrong(const struct question *q, const char *what, const char *detail, char *text,
                  size_t size)
{
    (void)snprintf(text, size, "%s: %s: %s", q->statement, what, detail);
    return false;
}

/* Whether a store with less memory than usual refuses, and tells why. */
static bool is_refusal(const struct store *store, stria_status st, const stria_error *err)
{
    return st == STRIA_NOMEM && store->options.memory_size &&
           store->options.memory_size < (uint64_t)64 << 20 && strpbrk(err->text, "0123456789");
}

static stria_status read_answer(const struct question *q, struct store *store, uint64_t memory_size,
                                struct lines *lines, stria_error *err)
{
    stria_query_options options = {.struct_size = sizeof options, .memory_size = memory_size};
    stria_cursor *cursor = NULL;
    stria_status st =
        sx_cursor_query(store->engine, sx_bytes_of(q->statement), &options, &cursor, err);
    if (!st)
        st = lines_read(lines, cursor, err);
    sx_cursor_close(cursor);
    return st;
}

/* "NAME TIME ..." -> "TIME". */
static void keep_first_columns(struct lines *lines, const char *name)
{
    for (size_t i = 0; i < lines->count; i++) {
        char *line = lines->items[i];
        size_t begin = SX_MIN(strlen(name) + 1, strlen(line));
        size_t len = strcspn(line + begin, " ");
        memmove(line, line + begin, len);
        line[len] = 0;
    }
}

static bool compare_answer(struct question *q, struct lines *have, char *text, size_t size)
{
    char name[LINES_NAME_MAX], detail[700];
    if (!q->want_known)
        return true;
    if (q->count_only && have->count == q->want.count)
        return true;
    if (q->first_column)
        keep_first_columns(
            have, lines_name(public_bytes(universe_measurement(q->measurement)), NULL, 0, name));
    if (!q->order_known) {
        lines_sort(have);
        lines_sort(&q->want);
    }
    return lines_same(have, &q->want, detail, sizeof detail) ||
           wrong(q, "another answer", detail, text, size);
}

/* The same with little memory: the same answer, or a refusal that tells the bytes. */
static bool ask_poorly(struct question *q, struct store *store, uint64_t hash, char *text,
                       size_t size)
{
    struct lines have = {0};
    stria_error err = {0};
    uint64_t memory_size = (uint64_t)1024 << random_below(&q->state, 12);
    stria_status st = read_answer(q, store, memory_size, &have, &err);
    bool good = st ? (st == STRIA_NOMEM || st == STRIA_LIMIT) && strpbrk(err.text, "0123456789")
                   : lines_hash(&have) == hash;
    lines_free(&have);
    return good || wrong(q, "with little memory", st ? err.text : "another answer", text, size);
}

static bool ask_statement(struct question *q, struct store *store, bool poorly, uint64_t *hash,
                          char *text, size_t size)
{
    struct lines have = {0};
    stria_error err = {0};
    stria_status st = read_answer(q, store, 0, &have, &err);
    *hash = 0;
    if (is_refusal(store, st, &err)) {
        lines_free(&have);
        return true;
    }
    bool good = !st || wrong(q, stria_status_name(st), err.text, text, size);
    *hash = lines_hash(&have);
    good = good && compare_answer(q, &have, text, size) &&
           (!poorly || ask_poorly(q, store, *hash, text, size));
    lines_free(&have);
    return good;
}

/* ---- other ways to read ---- */

/* Everything that a scan gives, value by value. */
static bool ask_scan(struct question *q, struct store *store, uint64_t *hash, char *text,
                     size_t size)
{
    stria_scan_options options = {.struct_size = sizeof options,
                                  .database = q->database,
                                  .policy = q->policy_name,
                                  .time_min_ns = q->min_ns,
                                  .time_max_ns = q->max_ns};
    struct lines have = {.by_name = true};
    stria_error err = {0};
    stria_cursor *cursor = NULL;
    size_t rows = 0;
    (void)snprintf(q->statement, sizeof q->statement, "scan");
    stria_status st = sx_cursor_scan(store->engine, &options, &cursor, &err);
    if (!st)
        st = lines_read(&have, cursor, &err);
    sx_cursor_close(cursor);
    if (is_refusal(store, st, &err)) {
        lines_free(&have);
        return true;
    }
    bool good = !st || wrong(q, stria_status_name(st), err.text, text, size);
    *hash = lines_hash(&have);
    struct sx_selection_counts want = {0};
    delete_count(NULL, q->oracle, q->policy, q->min_ns, q->max_ns, &want);
    rows = (size_t)want.row_count;
    (void)snprintf(q->statement, sizeof q->statement, "scan: %zu rows, not %zu", have.count, rows);
    good = good && (have.count == rows || wrong(q, "another number", "", text, size));
    lines_free(&have);
    return good;
}

static int64_t no_time(void *clock)
{
    (void)clock;
    return 0;
}

/* How much a delete would take. */
static bool ask_dry_run(struct question *q, const struct op *op, struct store *store,
                        uint64_t *hash, char *text, size_t size)
{
    struct delete d = {.kind = DELETE_ROWS, .seed = op->seed, .now_ns = op->now_ns};
    struct delete_selector selector;
    struct sx_view *view = NULL;
    struct sx_request request = {.mem = &store->mem, .mono_ns = no_time};
    struct sx_selection_counts have = {0}, want = {0};
    stria_error err = {0};
    delete_selector_init(&selector, &d, &store->mem);
    selector.selector.policy_id = store_policy_id(store, op->database, op->policy);
    selector.selector.time_min_ns = SX_MAX(selector.selector.time_min_ns, q->min_ns);
    stria_status st = STRIA_OK;
    if (selector.selector.time_min_ns <= selector.selector.time_max_ns) {
        st = sx_engine_view(store->engine, selector.selector.policy_id, &view, &err);
        if (!st)
            st = sx_selection_count(&selector.selector, view, &request, &have, &err);
        sx_view_release(view);
    }
    delete_selector_deinit(&selector);
    delete_count(&d, q->oracle, q->policy, q->min_ns, INT64_MAX, &want);
    *hash = have.row_count * 31 + have.series_count * 7 + have.sample_count;
    (void)snprintf(q->statement, sizeof q->statement,
                   "dry run: %" PRIu64 " series, %" PRIu64 " rows, %" PRIu64 " values, not %" PRIu64
                   ", %" PRIu64 " and %" PRIu64,
                   have.series_count, have.row_count, have.sample_count, want.series_count,
                   want.row_count, want.sample_count);
    if (st)
        return wrong(q, stria_status_name(st), err.text, text, size);
    return (have.series_count == want.series_count && have.row_count == want.row_count &&
            have.sample_count == want.sample_count) ||
           wrong(q, "another number", "", text, size);
}

/* ---- all of them ---- */

static void plan_times(struct question *q, int64_t now_ns)
{
    /* Rows go while a question is asked: not those that stay some seconds more. */
    int64_t oldest = oracle_oldest_ns(q->policy, now_ns + 5 * (int64_t)1000000000);
    int64_t hour = now_ns - now_ns % (60 * MINUTE_NS);
    q->min_ns = STRIA_TIME_MIN;
    q->max_ns = now_ns + 60 * MINUTE_NS;
    switch (random_below(&q->state, 4)) {
    case 0:
        q->min_ns = hour - 300 * MINUTE_NS;
        break;
    case 1:
        q->min_ns = now_ns - (int64_t)random_below(&q->state, 200) * MINUTE_NS;
        q->max_ns = q->min_ns + (int64_t)random_below(&q->state, 100) * MINUTE_NS;
        break;
    case 2:
        q->min_ns = hour - (int64_t)random_below(&q->state, 1000) * 1440 * MINUTE_NS;
        break;
    default:
        break;
    }
    q->min_ns = SX_MAX(q->min_ns, oldest);
}

bool ask(const struct op *op, struct store *store, const struct oracle *oracle, uint64_t *hash,
         char *text, size_t text_size)
{
    int policy = op->policy < 0 ? oracle->databases[op->database].default_policy : op->policy;
    struct op known = *op;
    struct question q = {.oracle = oracle, .state = op->seed, .database = "db0"};
    *hash = 0;
    if (!oracle->databases[op->database].exists || policy < 0 ||
        !oracle->databases[op->database].policies[policy].uid)
        return true;
    known.policy = policy;
    q.policy = &oracle->databases[op->database].policies[policy];
    q.database = oracle_database_name(op->database);
    q.policy_name = oracle_policy_name(policy);
    plan_times(&q, op->now_ns);
    /* The one whose name has bytes that no statement can have is read by scans. */
    q.measurement = random_below(&q.state, UNIVERSE_MEASUREMENTS);
    q.measurement = q.measurement == 3 ? UNIVERSE_WIDE : q.measurement;
    if (op->kind == OP_SELECT_TAGS)
        q.which = (enum which)(1 + random_below(&q.state, WHICH_COUNT - 1));
    if (op->kind == OP_SELECT_REGEX)
        q.measurement = UNIVERSE_MEASUREMENTS;
    bool good = true;
    switch (op->kind) {
    case OP_SELECT_ROWS:
    case OP_SELECT_TAGS:
    case OP_SELECT_REGEX:
        plan_rows(&q);
        break;
    case OP_SELECT_TOTALS:
        plan_totals(&q);
        break;
    case OP_SELECT_FLOATS:
        plan_floats(&q);
        break;
    case OP_SELECT_WINDOWS:
        plan_windows(&q);
        break;
    case OP_SELECT_LIMIT:
    case OP_SELECT_POOR:
        plan_limit(&q);
        break;
    case OP_SHOW_CATALOG:
        plan_catalog(&q);
        break;
    case OP_SHOW_NAMES:
        if (!plan_names(&q, &oracle->databases[op->database]))
            return true;
        break;
    case OP_SCAN:
        return ask_scan(&q, store, hash, text, text_size);
    default:
        return ask_dry_run(&q, &known, store, hash, text, text_size);
    }
    good = ask_statement(&q, store, op->kind == OP_SELECT_POOR, hash, text, text_size);
    lines_free(&q.want);
    return good;
}
