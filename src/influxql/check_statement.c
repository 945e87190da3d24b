/* SPDX-License-Identifier: Apache-2.0 */
/* check_statement.c -- see check.h: what is wrong with statements whatever is stored. */
#include "base/utf8.h"
#include "influxql/check.h"

#define HOUR_NS ((int64_t)3600 * 1000000000)

static stria_status fail(stria_error *err, const char *text)
{
    return sx_fail(err, STRIA_INVALID, "%s", text);
}

/* ---- sources -------------------------------------------------------------------------------- */

/* The names the peer keeps for itself. */
static stria_status check_system_sources(const struct sx_iql_sources *sources, stria_error *err)
{
    static const struct {
        const char *name;
        const char *instead;
    } names[] = {
        {"_fieldKeys", "SHOW FIELD KEYS"},
        {"_measurements", "SHOW MEASUREMENTS"},
        {"_name", "the appropriate meta command"},
        {"_series", "SHOW SERIES"},
        {"_tagKey", "the appropriate meta command"},
        {"_tagKeys", "SHOW TAG KEYS"},
        {"_tags", "SHOW TAG VALUES"},
    };
    for (size_t i = 0; i < sources->count; i++)
        for (size_t k = 0; k < SX_COUNT_OF(names); k++)
            if (!sources->items[i].subquery &&
                sx_bytes_equal(sources->items[i].name, sx_bytes_of(names[k].name)))
                return sx_fail(err, STRIA_INVALID,
                               "unable to use system source '%s': use %s instead", names[k].name,
                               names[k].instead);
    return STRIA_OK;
}

/* Whether every measurement has a name or a regex. */
static bool have_names(const struct sx_iql_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        const struct sx_iql_source *source = &sources->items[i];
        if (source->subquery ? !have_names(&source->subquery->sources)
                             : source->name.len == 0 && !source->regex)
            return false;
    }
    return true;
}

static stria_status check_names(const struct sx_iql_sources *sources, stria_error *err)
{
    return have_names(sources) ? STRIA_OK : fail(err, "invalid measurement");
}

/* ---- SHOW ----------------------------------------------------------------------------------- */

/* The estimates look at nothing but the database. */
static bool is_estimate(const struct sx_iql_show *show)
{
    return !show->exact && !show->sources.count && !show->condition && !show->dimensions.count &&
           !show->limits.limit && !show->limits.offset;
}

static stria_status check_cardinality(const struct sx_iql_show *show, const char *what,
                                      stria_error *err)
{
    if (sx_iql_has_time(show->condition))
        return sx_fail(err, STRIA_INVALID,
                       "SHOW %s CARDINALITY doesn't support time in WHERE clause", what);
    return check_names(&show->sources, err);
}

static stria_status check_show_measurements(const struct sx_iql_show *show, stria_error *err)
{
    if (sx_iql_has_time(show->condition))
        return fail(err, "SHOW MEASUREMENTS doesn't support time in WHERE clause");
    if (!show->any_database)
        return STRIA_OK;
    if (show->policy.len)
        return fail(err, "query 'SHOW MEASUREMENTS ON *.rp' not supported. use 'ON *.*' or "
                         "specify a database");
    if (!show->any_policy)
        return fail(err, "query 'SHOW MEASUREMENTS ON *' not supported. use 'ON *.*' or specify a "
                         "database");
    return STRIA_OK;
}

static stria_status check_show(const struct sx_iql_statement *statement, stria_error *err)
{
    const struct sx_iql_show *show = &statement->u.show;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_SHOW_MEASUREMENTS:
        return check_show_measurements(show, err);
    case SX_IQL_STATEMENT_SHOW_FIELD_KEY_CARDINALITY:
        return sx_iql_has_time(show->condition) ? check_cardinality(show, "FIELD KEY", err)
                                                : STRIA_OK;
    case SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY:
        return is_estimate(show) ? STRIA_OK : check_cardinality(show, "MEASUREMENT EXACT", err);
    case SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY:
        return is_estimate(show) ? STRIA_OK : check_cardinality(show, "SERIES EXACT", err);
    case SX_IQL_STATEMENT_SHOW_TAG_KEY_CARDINALITY:
        return check_cardinality(show, "TAG KEY EXACT", err);
    default:
        return check_names(&show->sources, err);
    }
}

/* ---- databases and policies ----------------------------------------------------------------- */

/* Whether a character can be seen: no control character, no space but the plain one, nothing
 * without a form of its own. */
static bool is_printable(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } unseen[] = {
        {0, 0x1f},        {0x7f, 0xa0},       {0xad, 0xad},        {0x600, 0x605},
        {0x61c, 0x61c},   {0x6dd, 0x6dd},     {0x70f, 0x70f},      {0x1680, 0x1680},
        {0x180e, 0x180e}, {0x2000, 0x200f},   {0x2028, 0x202f},    {0x205f, 0x206f},
        {0x3000, 0x3000}, {0xd800, 0xf8ff},   {0xfeff, 0xfeff},    {0xfff0, 0xfffb},
        {0xfffe, 0xffff}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
    };
    for (size_t i = 0; i < SX_COUNT_OF(unseen); i++)
        if (c >= unseen[i].first && c <= unseen[i].last)
            return false;
    return true;
}

static bool is_valid_name(struct sx_bytes name)
{
    if (name.len == 0 || sx_bytes_equal(name, SX_LITERAL(".")) ||
        sx_bytes_equal(name, SX_LITERAL("..")))
        return false;
    while (name.len) {
        uint32_t c;
        struct sx_bytes taken;
        if (!sx_bytes_take(&name, sx_utf8_decode(name, &c), &taken) || !is_printable(c) ||
            c == '/' || c == '\\')
            return false;
    }
    return true;
}

static stria_status check_create(const struct sx_iql_statement *statement, stria_error *err)
{
    const struct sx_iql_policy *policy = &statement->u.policy;
    bool database = statement->kind == SX_IQL_STATEMENT_CREATE_DATABASE;
    if (database
            ? !is_valid_name(policy->database) || (policy->name.len && !is_valid_name(policy->name))
            : !is_valid_name(policy->name))
        return fail(err, "invalid name");
    if (policy->duration_ns && policy->duration_ns < HOUR_NS)
        return fail(err, "retention policy duration must be at least 1h0m0s");
    /* Too short ones are taken for an hour, and none for one that fits. */
    if (!database && policy->duration_ns && policy->duration_ns < policy->shard_ns)
        return fail(err, "retention policy duration must be greater than the shard duration");
    return STRIA_OK;
}

static stria_status check_alter_policy(const struct sx_iql_policy *policy, stria_error *err)
{
    if (policy->duration_ns && policy->duration_ns < HOUR_NS)
        return fail(err, "retention policy duration must be at least 1h0m0s");
    if (policy->duration_ns && policy->has_shard && policy->duration_ns < policy->shard_ns)
        return fail(err, "retention policy duration must be greater than the shard duration");
    return STRIA_OK;
}

/* ---- all ------------------------------------------------------------------------------------ */

stria_status sx_iql_check_statement(const struct sx_iql_statement *statement, stria_error *err)
{
    stria_status st;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_SELECT:
        st = check_system_sources(&statement->u.select->sources, err);
        return st ? st : check_names(&statement->u.select->sources, err);
    case SX_IQL_STATEMENT_EXPLAIN:
        return check_names(&statement->u.explain.select->sources, err);
    case SX_IQL_STATEMENT_CREATE_CONTINUOUS_QUERY:
        return check_names(&statement->u.continuous_query.select->sources, err);
    case SX_IQL_STATEMENT_CREATE_DATABASE:
    case SX_IQL_STATEMENT_CREATE_POLICY:
        return check_create(statement, err);
    case SX_IQL_STATEMENT_CREATE_USER:
        return statement->u.user.name.len ? STRIA_OK : fail(err, "username required");
    case SX_IQL_STATEMENT_SHOW_MEASUREMENTS:
    case SX_IQL_STATEMENT_SHOW_FIELD_KEY_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_MEASUREMENT_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_SERIES_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_TAG_KEY_CARDINALITY:
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES_CARDINALITY:
        return check_show(statement, err);
    default:
        return STRIA_OK;
    }
}

/* SHOW TAG VALUES looks at one retention policy, or at all. */
static stria_status check_one_policy(const struct sx_iql_sources *sources, stria_error *err)
{
    struct sx_bytes first = {0};
    for (size_t i = 0; i < sources->count; i++) {
        struct sx_bytes policy = sources->items[i].policy;
        if (first.len == 0)
            first = policy;
        if (policy.len && !sx_bytes_equal(policy, first))
            return sx_fail(err, STRIA_INVALID,
                           "only one retention policy allowed in SHOW TAG VALUES query: "
                           "\"%.*s\", \"%.*s\"",
                           (int)policy.len, (const char *)policy.ptr, (int)first.len,
                           (const char *)first.ptr);
    }
    return STRIA_OK;
}

stria_status sx_iql_check_named(const struct sx_iql_statement *statement, stria_error *err)
{
    switch (statement->kind) {
    case SX_IQL_STATEMENT_ALTER_POLICY:
        return check_alter_policy(&statement->u.policy, err);
    case SX_IQL_STATEMENT_DROP_SERIES:
        if (sx_iql_has_time(statement->u.del.condition))
            return fail(err, "DROP SERIES doesn't support time in WHERE clause");
        return STRIA_OK;
    case SX_IQL_STATEMENT_SHOW_TAG_VALUES:
        return check_one_policy(&statement->u.show.sources, err);
    default:
        return STRIA_OK;
    }
}
