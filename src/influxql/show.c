/* SPDX-License-Identifier: Apache-2.0 */
/* show.c -- see show.h. */
#include "influxql/show.h"

#include "base/error.h"
#include "base/regex.h"
#include "influxql/condition.h"

static stria_status refused(struct sx_iql_showing *s, stria_error *err)
{
    return sx_mem_refused(s->mem, sizeof(struct sx_iql_triple), err);
}

/* ---- making and unmaking -------------------------------------------------------------------- */

stria_status sx_iql_showing_init(struct sx_iql_showing *s, const struct sx_iql_show *show,
                                 const struct sx_iql_context *context, stria_error *err)
{
    struct sx_iql_known known = {.has_now = true, .now_ns = context->request->now_ns};
    struct sx_iql_range range = {0};
    *s = (struct sx_iql_showing){.context = context, .show = show, .mem = context->request->mem};
    sx_arena_init(&s->arena, s->mem, 4096);
    sx_iql_schema_init(&s->schema, context, &s->arena);
    sx_iql_bag_init(&s->bag, s->mem);
    stria_status st =
        sx_iql_split_condition(&s->arena, show->condition, &known, &s->condition, &range, err);
    s->has_min = range.has_min;
    s->has_max = range.has_max;
    s->has_time = s->has_min || s->has_max;
    s->time_min_ns = sx_iql_range_min_ns(range);
    s->time_max_ns = sx_iql_range_max_ns(range);
    if (!st && show->key && show->key->kind == SX_IQL_EXPR_REGEX) {
        s->scratch = sx_regex_scratch_create(s->mem);
        st = s->scratch ? sx_regex_create(s->mem, show->key->u.text, &s->key_regex, err)
                        : refused(s, err);
    }
    return st;
}

void sx_iql_showing_deinit(struct sx_iql_showing *s)
{
    sx_regex_destroy(s->key_regex);
    sx_regex_scratch_destroy(s->scratch);
    sx_iql_bag_deinit(&s->bag);
    sx_iql_schema_deinit(&s->schema);
    sx_arena_deinit(&s->arena);
}

/* ---- measurements --------------------------------------------------------------------------- */

static stria_status visit_source(struct sx_iql_showing *s, const struct sx_iql_source *source,
                                 sx_iql_show_visit visit, stria_error *err)
{
    struct sx_iql_measurement **list = NULL;
    size_t count = 0;
    stria_status st;
    if (source->regex || source->name.len) {
        st = sx_iql_schema_source(&s->schema, source, &list, &count, err);
    } else {
        const struct sx_policy *policy;
        st = sx_iql_source_policy(s->context, source, &policy, err);
        if (!st)
            st = sx_iql_schema_policy(&s->schema, policy->id, &list, &count, err);
    }
    for (size_t i = 0; i < count && !st; i++)
        st = visit(s, list[i], err);
    return st;
}

static stria_status visit_policies(struct sx_iql_showing *s, struct sx_iql_source source,
                                   sx_iql_show_visit visit, stria_error *err)
{
    const struct sx_database *database;
    stria_status st = sx_iql_find_database(s->context, source.database, &database, err);
    for (size_t i = 0; !st && i < database->policy_count; i++) {
        if (database->policies[i].rollup_of)
            continue; /* shown when asked for by name */
        source.database = database->name;
        source.policy = database->policies[i].name;
        st = visit_source(s, &source, visit, err);
    }
    return st;
}

stria_status sx_iql_show_each(struct sx_iql_showing *s, enum sx_iql_policies policies,
                              sx_iql_show_visit visit, stria_error *err)
{
    const struct sx_iql_sources *sources = &s->show->sources;
    stria_status st = STRIA_OK;
    for (size_t i = 0; i < SX_MAX(sources->count, 1) && !st; i++) {
        struct sx_iql_source source = {0};
        if (sources->count)
            source = sources->items[i];
        if (!source.database.len)
            source.database = s->show->database;
        if (policies == SX_IQL_POLICY_ALL && !source.policy.len) {
            st = visit_policies(s, source, visit, err);
            continue;
        }
        st = sx_iql_check_databases(s->context,
                                    &(struct sx_iql_sources){.items = &source, .count = 1}, err);
        if (!st)
            st = visit_source(s, &source, visit, err);
    }
    return st;
}

stria_status sx_iql_show_database(const struct sx_iql_showing *s,
                                  const struct sx_database **database, stria_error *err)
{
    struct sx_bytes name = s->show->database.len ? s->show->database : s->context->database;
    *database = sx_catalog_database(s->context->views->catalog, name);
    return name.len ? STRIA_OK : sx_fail(err, STRIA_INVALID, "database name required");
}

/* ---- series --------------------------------------------------------------------------------- */

/* Widens the range to the shards that the peer would look at: it does not look closer. */
static void widen(const struct sx_iql_showing *s, const struct sx_iql_measurement *m,
                  struct sx_iql_listing_options *options)
{
    const struct sx_policy *policy =
        sx_catalog_policy_by_id(s->context->views->catalog, m->policy_id, NULL);
    int64_t length = policy ? policy->shard_duration_ns : 0;
    int64_t into_min = sx_iql_instant_remainder(sx_iql_instant_of_ns(options->time_min_ns), length);
    int64_t into_max = sx_iql_instant_remainder(sx_iql_instant_of_ns(options->time_max_ns), length);
    if (__builtin_sub_overflow(options->time_min_ns, into_min, &options->time_min_ns))
        options->time_min_ns = INT64_MIN;
    if (length > 0 &&
        __builtin_add_overflow(options->time_max_ns, length - 1 - into_max, &options->time_max_ns))
        options->time_max_ns = INT64_MAX;
}

stria_status sx_iql_show_list(struct sx_iql_showing *s, struct sx_iql_listing *listing,
                              const struct sx_iql_measurement *m,
                              const struct sx_iql_expr *condition, bool widened, stria_error *err)
{
    struct sx_iql_listing_options options = {.condition = condition,
                                             .time_min_ns = s->time_min_ns,
                                             .time_max_ns = s->time_max_ns,
                                             .exact_times = s->has_time && !widened};
    if (s->has_time && widened)
        widen(s, m, &options);
    return sx_iql_listing_init(listing, &s->schema, m, &options, err);
}

/* Whether a delete may speak of series of a measurement. */
static bool may_be_deleted_from(const struct sx_iql_measurement *m)
{
    const struct sx_tombstones *list = m->view->tombstones;
    for (size_t i = 0; list && i < list->count; i++) {
        const struct sx_tombstone *t = &list->items[i];
        if (t->all_measurements || t->measurement_regex.ptr ||
            sx_bytes_equal(t->measurement, m->name))
            return true;
    }
    return false;
}

stria_status sx_iql_show_alive(struct sx_iql_showing *s, const struct sx_iql_measurement *m,
                               bool *alive, stria_error *err)
{
    struct sx_iql_listing listing;
    struct sx_iql_listing_options options = {.time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    const struct sx_iql_listed *listed = NULL;
    *alive = true;
    if (!may_be_deleted_from(m))
        return STRIA_OK;
    stria_status st = sx_iql_listing_init(&listing, &s->schema, m, &options, err);
    if (!st)
        st = sx_iql_listing_next(&listing, &listed, err);
    sx_iql_listing_deinit(&listing);
    *alive = listed != NULL;
    return st;
}

stria_status sx_iql_show_key(struct sx_iql_showing *s, struct sx_bytes key, bool *wanted,
                             stria_error *err)
{
    const struct sx_iql_expr *with = s->show->key;
    enum sx_iql_token op = s->show->key_op;
    stria_status st = STRIA_OK;
    *wanted = !with;
    if (!with)
        return STRIA_OK;
    if (s->key_regex)
        st = sx_regex_match(s->key_regex, s->scratch, key, wanted, err);
    else if (with->kind == SX_IQL_EXPR_LIST)
        for (size_t i = 0; i < with->u.list.count && !*wanted; i++)
            *wanted = sx_bytes_equal(with->u.list.items[i], key);
    else
        *wanted = sx_bytes_equal(with->u.text, key);
    if (op == SX_IQL_NEQ || op == SX_IQL_NEQ_REGEX)
        *wanted = !*wanted;
    return st;
}

/* ---- conditions ----------------------------------------------------------------------------- */

struct search {
    const struct sx_iql_expr *complex;
};

static bool look(void *user, const struct sx_iql_expr *expr)
{
    struct search *search = user;
    if (search->complex || expr->kind == SX_IQL_EXPR_PAREN)
        return !search->complex;
    enum sx_iql_token op = expr->kind == SX_IQL_EXPR_BINARY ? expr->u.binary.op : SX_IQL_EOF;
    switch (op) {
    case SX_IQL_AND:
    case SX_IQL_OR:
        return true;
    case SX_IQL_EQ:
    case SX_IQL_NEQ:
    case SX_IQL_EQ_REGEX:
    case SX_IQL_NEQ_REGEX:
        if (expr->u.binary.left->kind == SX_IQL_EXPR_VAR ||
            expr->u.binary.right->kind == SX_IQL_EXPR_VAR)
            return false;
        break;
    default:
        if (expr->kind == SX_IQL_EXPR_BOOLEAN)
            return false;
        break;
    }
    search->complex = expr;
    return false;
}

bool sx_iql_show_find_complex(struct sx_iql_showing *s, const struct sx_iql_expr **complex)
{
    struct search search = {0};
    bool done = sx_iql_walk(s->mem, s->condition, look, &search);
    *complex = search.complex;
    return done;
}

struct naming {
    const struct sx_iql_measurement *measurement;
    bool found;
};

static bool find_field(void *user, const struct sx_iql_expr *expr)
{
    struct naming *naming = user;
    if (expr->kind == SX_IQL_EXPR_VAR)
        naming->found = naming->found ||
                        (expr->u.var.type != SX_IQL_TYPE_TAG &&
                         (expr->u.var.type != SX_IQL_TYPE_UNKNOWN ||
                          sx_iql_field_type(naming->measurement, expr->u.var.name) != STRIA_NONE));
    return !naming->found;
}

stria_status sx_iql_show_undecided(struct sx_iql_showing *s, const struct sx_iql_measurement *m,
                                   const char *statement, stria_error *err)
{
    struct naming naming = {.measurement = m};
    if (!sx_iql_walk(s->mem, s->condition, find_field, &naming))
        return refused(s, err);
    if (!naming.found)
        return STRIA_OK;
    return sx_fail(err, STRIA_UNSUPPORTED,
                   "stria: a field in the WHERE clause of %s is not supported", statement);
}

/* ---- tables --------------------------------------------------------------------------------- */

stria_status sx_iql_show_add(struct sx_iql_showing *s, struct sx_bytes name, struct sx_bytes first,
                             struct sx_bytes second, stria_error *err)
{
    return sx_iql_bag_add(&s->bag, name, first, second) ? STRIA_OK : refused(s, err);
}

void sx_iql_show_limit(const struct sx_iql_limits *limits, size_t count, size_t *begin, size_t *end)
{
    size_t offset = limits->offset > 0 ? (size_t)limits->offset : 0;
    *begin = SX_MIN(offset, count);
    *end = count;
    if (limits->limit > 0 && (size_t)limits->limit < count - *begin)
        *end = *begin + (size_t)limits->limit;
}

stria_status sx_iql_show_finish(struct sx_literal_tables *tables, struct sx_table_source **source,
                                stria_error *err)
{
    struct sx_table_source *made = sx_literal_tables_source(tables);
    stria_status st = sx_literal_tables_finish(tables, err);
    if (st)
        sx_table_source_destroy(made);
    *source = st ? NULL : made;
    return st;
}

stria_status sx_iql_show_tables(struct sx_iql_showing *s, const char *first, const char *second,
                                struct sx_table_source **source, stria_error *err)
{
    struct sx_literal_tables *tables = sx_literal_tables_create(s->mem);
    if (!tables)
        return refused(s, err);
    sx_iql_bag_sort(&s->bag);
    for (size_t begin = 0, end; begin < s->bag.count; begin = end) {
        size_t from, to;
        end = sx_iql_bag_end(&s->bag, begin, false);
        sx_iql_show_limit(&s->show->limits, end - begin, &from, &to);
        if (from == to)
            continue;
        sx_literal_tables_begin(tables, s->bag.items[begin].name, NULL, 0);
        sx_literal_tables_column(tables, first, STRIA_STRING);
        if (second)
            sx_literal_tables_column(tables, second, STRIA_STRING);
        for (size_t i = begin + from; i < begin + to; i++) {
            sx_literal_tables_string(tables, s->bag.items[i].first);
            if (second)
                sx_literal_tables_string(tables, s->bag.items[i].second);
        }
    }
    return sx_iql_show_finish(tables, source, err);
}
