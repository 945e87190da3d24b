/* SPDX-License-Identifier: Apache-2.0 */
/* parse_ddl.c -- see parse_priv.h: databases, retention policies, continuous queries,
 * subscriptions. */
#include "influxql/parse_priv.h"

#include "influxql/literal.h"

#include <stdio.h>
#include <string.h>

/* ---- settings of a policy ------------------------------------------------------------------- */

/* What follows SHARD; INF is refused unless `may_be_inf`. */
static stria_status parse_shard(struct sx_iql_parser *p, bool may_be_inf,
                                struct sx_iql_policy *policy)
{
    stria_status st = sx_iql_expect(p, SX_IQL_DURATION);
    if (st)
        return st;
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token == SX_IQL_INF && !may_be_inf)
        return sx_iql_fail_at(p, found.pos, "invalid duration INF for shard duration");
    sx_iql_unread(p);
    policy->has_shard = true;
    return sx_iql_parse_duration_or_inf(p, &policy->shard_ns);
}

/* What follows FUTURE or PAST. */
static stria_status parse_write_limit(struct sx_iql_parser *p, bool *has, int64_t *out)
{
    *has = true;
    stria_status st = sx_iql_expect(p, SX_IQL_LIMIT);
    return st ? st : sx_iql_parse_duration_or_inf(p, out);
}

/* [FUTURE LIMIT d] [PAST LIMIT d] */
static stria_status parse_write_limits(struct sx_iql_parser *p, struct sx_iql_policy *policy)
{
    stria_status st = STRIA_OK;
    if (sx_iql_accept(p, SX_IQL_FUTURE))
        st = parse_write_limit(p, &policy->has_future, &policy->future_ns);
    if (!st && sx_iql_accept(p, SX_IQL_PAST))
        st = parse_write_limit(p, &policy->has_past, &policy->past_ns);
    return st;
}

/* Whether the word to come is this one, which is no keyword: names may be it. Takes it then. */
static bool accept_name(struct sx_iql_parser *p, const char *word)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    size_t size = strlen(word);
    bool same = found.token == SX_IQL_IDENT && found.text.len == size;
    for (size_t i = 0; i < size && same; i++)
        same = (found.text.ptr[i] | 0x20) == word[i];
    if (!same)
        sx_iql_unread(p);
    return same;
}

/* What follows ROLLUP: NONE, or 5m [DURATION d] [, 1h [DURATION d]]. */
static stria_status parse_rollups(struct sx_iql_parser *p, struct sx_iql_policy *policy)
{
    policy->has_rollup = true;
    if (accept_name(p, "none"))
        return STRIA_OK;
    stria_status st = STRIA_OK;
    do {
        struct sx_iql_lexeme found = sx_iql_next_word(p);
        struct sx_rollup_setting rollup = {0};
        sx_iql_unread(p);
        st = sx_iql_parse_plain_duration(p, &rollup.interval_ns);
        if (st)
            return st;
        if (!sx_rollup_name(rollup.interval_ns))
            return sx_iql_fail_at(p, found.pos, "rollups are of 5m or 1h");
        for (size_t i = 0; i < policy->rollup_count; i++)
            if (policy->rollups[i].interval_ns == rollup.interval_ns)
                return sx_iql_fail_at(p, found.pos, "found duplicate ROLLUP %s",
                                      sx_rollup_name(rollup.interval_ns));
        if (sx_iql_accept(p, SX_IQL_DURATION))
            st = sx_iql_parse_duration_or_inf(p, &rollup.duration_ns);
        policy->rollups[policy->rollup_count++] = rollup;
    } while (!st && sx_iql_accept(p, SX_IQL_COMMA));
    return st;
}

static stria_status parse_settings_of_database(struct sx_iql_parser *p,
                                               struct sx_iql_policy *policy)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    switch (found.token) {
    case SX_IQL_DURATION:
    case SX_IQL_NAME:
    case SX_IQL_REPLICATION:
    case SX_IQL_SHARD:
    case SX_IQL_FUTURE:
    case SX_IQL_PAST:
        break;
    default:
        return sx_iql_fail_found(p, found, "DURATION, NAME, REPLICATION, SHARD, FUTURE, PAST");
    }
    sx_iql_unread(p);
    policy->has_settings = true;
    stria_status st = STRIA_OK;
    if (sx_iql_accept(p, SX_IQL_DURATION)) {
        policy->has_duration = true;
        st = sx_iql_parse_duration_or_inf(p, &policy->duration_ns);
    }
    if (!st && sx_iql_accept(p, SX_IQL_REPLICATION)) {
        policy->has_replication = true;
        st = sx_iql_parse_count(p, &policy->replication);
    }
    if (!st && sx_iql_accept(p, SX_IQL_SHARD))
        st = parse_shard(p, true, policy);
    if (!st)
        st = parse_write_limits(p, policy);
    if (!st && sx_iql_accept(p, SX_IQL_NAME))
        st = sx_iql_parse_name(p, &policy->name);
    return st;
}

stria_status sx_iql_parse_create_database(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_CREATE_DATABASE;
    stria_status st = sx_iql_parse_name(p, &out->u.policy.database);
    if (st || !sx_iql_accept(p, SX_IQL_WITH))
        return st;
    return parse_settings_of_database(p, &out->u.policy);
}

stria_status sx_iql_parse_create_policy(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    struct sx_iql_policy *policy = &out->u.policy;
    out->kind = SX_IQL_STATEMENT_CREATE_POLICY;
    policy->has_duration = true;
    policy->has_replication = true;
    stria_status st = sx_iql_parse_name(p, &policy->name);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_ON);
    if (!st)
        st = sx_iql_parse_name(p, &policy->database);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_DURATION);
    if (!st)
        st = sx_iql_parse_duration_or_inf(p, &policy->duration_ns);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_REPLICATION);
    if (!st)
        st = sx_iql_parse_count(p, &policy->replication);
    if (!st && sx_iql_accept(p, SX_IQL_SHARD))
        st = parse_shard(p, false, policy);
    if (st)
        return st;
    policy->is_default = sx_iql_accept(p, SX_IQL_DEFAULT);
    st = parse_write_limits(p, policy);
    return !st && accept_name(p, "rollup") ? parse_rollups(p, policy) : st;
}

/* One setting of ALTER RETENTION POLICY, in any order, none twice; *more is false at their end. */
static stria_status parse_setting(struct sx_iql_parser *p, struct sx_iql_policy *policy, bool first,
                                  bool *more)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    bool *seen = found.token == SX_IQL_DURATION      ? &policy->has_duration
                 : found.token == SX_IQL_REPLICATION ? &policy->has_replication
                 : found.token == SX_IQL_SHARD       ? &policy->has_shard
                 : found.token == SX_IQL_DEFAULT     ? &policy->is_default
                 : found.token == SX_IQL_FUTURE      ? &policy->has_future
                 : found.token == SX_IQL_PAST        ? &policy->has_past
                                                     : NULL;
    if (!seen) {
        sx_iql_unread(p);
        if (!policy->has_rollup && accept_name(p, "rollup"))
            return parse_rollups(p, policy);
        (void)sx_iql_next_word(p);
        if (first)
            return sx_iql_fail_found(p, found,
                                     "DURATION, REPLICATION, SHARD, DEFAULT, FUTURE, PAST");
        sx_iql_unread(p);
        *more = false;
        return STRIA_OK;
    }
    if (*seen)
        return sx_iql_fail_at(p, found.pos, "found duplicate %s option",
                              sx_iql_token_name(found.token));
    *seen = true;
    switch (found.token) {
    case SX_IQL_DURATION:
        return sx_iql_parse_duration_or_inf(p, &policy->duration_ns);
    case SX_IQL_REPLICATION:
        return sx_iql_parse_count(p, &policy->replication);
    case SX_IQL_SHARD:
        return parse_shard(p, false, policy);
    case SX_IQL_FUTURE:
        return parse_write_limit(p, &policy->has_future, &policy->future_ns);
    case SX_IQL_PAST:
        return parse_write_limit(p, &policy->has_past, &policy->past_ns);
    default:
        return STRIA_OK;
    }
}

stria_status sx_iql_parse_alter_policy(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    struct sx_iql_policy *policy = &out->u.policy;
    out->kind = SX_IQL_STATEMENT_ALTER_POLICY;
    stria_status st = STRIA_OK;
    if (sx_iql_accept(p, SX_IQL_DEFAULT))
        policy->name = SX_LITERAL("default");
    else
        st = sx_iql_parse_name(p, &policy->name);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_ON);
    if (!st)
        st = sx_iql_parse_name(p, &policy->database);
    bool first = true;
    for (bool more = true; !st && more; first = false)
        st = parse_setting(p, policy, first, &more);
    return st;
}

/* ---- limits of a database -------------------------------------------------------------------- */

/* setting = count | DEFAULT */
static stria_status parse_limit(struct sx_iql_parser *p, struct sx_iql_database_limits *limits)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    int kind = 0;
    while (kind < SX_LIMIT_KIND_COUNT &&
           (found.token != SX_IQL_IDENT ||
            !sx_bytes_equal(found.text, sx_bytes_of(sx_iql_limit_name((enum sx_limit_kind)kind)))))
        kind++;
    if (kind == SX_LIMIT_KIND_COUNT)
        return sx_iql_fail_found(p, found, "max_series, max_new_series, max_tag_values");
    if (limits->given[kind])
        return sx_iql_fail_at(p, found.pos, "found duplicate %s option",
                              sx_iql_limit_name((enum sx_limit_kind)kind));
    limits->given[kind] = true;
    limits->limits[kind] = SX_LIMIT_OF_STORE;
    stria_status st = sx_iql_expect(p, SX_IQL_EQ);
    if (st || sx_iql_accept(p, SX_IQL_DEFAULT))
        return st;
    found = sx_iql_next_word(p);
    uint64_t count = 0;
    size_t i = 0;
    while (found.token == SX_IQL_INTEGER && i < found.text.len && count <= SX_LIMIT_MAX)
        count = count * 10 + (uint64_t)(found.text.ptr[i++] - '0');
    if (found.token != SX_IQL_INTEGER)
        return sx_iql_fail_found(p, found, "a count of series or values, 0 for no limit, DEFAULT");
    if (count > SX_LIMIT_MAX)
        return sx_iql_fail_at(p, found.pos, "a limit is at most %llu",
                              (unsigned long long)SX_LIMIT_MAX);
    limits->limits[kind] = count;
    return STRIA_OK;
}

/* name SET setting = value {, setting = value}. What is not that is told as the peer does, which
 * does not know the statement. */
stria_status sx_iql_parse_alter_database(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    struct sx_iql_database_limits *limits = &out->u.database_limits;
    out->kind = SX_IQL_STATEMENT_ALTER_DATABASE;
    sx_iql_unread(p);
    struct sx_iql_lexeme database = sx_iql_next_word(p), name = sx_iql_next_word(p);
    limits->database = name.text;
    if (name.token != SX_IQL_IDENT || !sx_iql_accept(p, SX_IQL_SET))
        return sx_iql_fail_found(p, database, "RETENTION");
    stria_status st = parse_limit(p, limits);
    while (!st && sx_iql_accept(p, SX_IQL_COMMA))
        st = parse_limit(p, limits);
    return st;
}

/* ---- continuous queries --------------------------------------------------------------------- */

/* What follows RESAMPLE. */
static stria_status parse_resample(struct sx_iql_parser *p, struct sx_iql_continuous_query *query)
{
    stria_status st = STRIA_OK;
    if (sx_iql_accept(p, SX_IQL_EVERY))
        st = sx_iql_parse_plain_duration(p, &query->every_ns);
    if (!st && sx_iql_accept(p, SX_IQL_FOR))
        st = sx_iql_parse_plain_duration(p, &query->for_ns);
    if (!st && query->every_ns == 0 && query->for_ns == 0)
        return sx_iql_fail_found(p, sx_iql_next_word(p), "EVERY, FOR");
    return st;
}

/* The interval of GROUP BY time(...), or 0, and what is wrong with it, or NULL. */
static const char *interval_of(const struct sx_iql_select *select, int64_t *interval_ns)
{
    *interval_ns = 0;
    for (size_t i = 0; i < select->dimensions.count; i++) {
        const struct sx_iql_expr *expr = select->dimensions.items[i];
        if (expr->kind != SX_IQL_EXPR_CALL ||
            !sx_bytes_equal(expr->u.call.name, SX_LITERAL("time")))
            continue;
        if (expr->u.call.arg_count < 1 || expr->u.call.arg_count > 2)
            return "time dimension expected 1 or 2 arguments";
        if (expr->u.call.args[0]->kind != SX_IQL_EXPR_DURATION)
            return "time dimension must have duration argument";
        *interval_ns = expr->u.call.args[0]->u.duration_ns;
        return NULL;
    }
    return NULL;
}

/* Names the last word of the SELECT, as the peer does. */
static stria_status fail_interval(struct sx_iql_parser *p, const char *reason)
{
    sx_iql_unread(p);
    sx_iql_unread(p);
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    char expected[100];
    snprintf(expected, sizeof expected, "GROUP BY time(...)%s%s", reason ? ", " : "",
             reason ? reason : "");
    return sx_iql_fail_found(p, found, expected);
}

static stria_status check_resample(struct sx_iql_parser *p,
                                   const struct sx_iql_continuous_query *query, int64_t interval_ns)
{
    if (query->for_ns == 0)
        return STRIA_OK;
    if (query->every_ns != 0 && query->every_ns > interval_ns)
        interval_ns = query->every_ns;
    if (interval_ns <= query->for_ns)
        return STRIA_OK;
    char storage[64];
    struct sx_buf text;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    sx_iql_put_duration(&text, interval_ns);
    sx_buf_put_text(&text, ", got ");
    sx_iql_put_duration(&text, query->for_ns);
    return sx_fail(p->err, STRIA_SYNTAX,
                   "FOR duration must be >= GROUP BY time duration: must be a minimum of %.*s",
                   (int)text.len, storage);
}

stria_status sx_iql_parse_create_continuous_query(struct sx_iql_parser *p,
                                                  struct sx_iql_statement *out)
{
    struct sx_iql_continuous_query *query = &out->u.continuous_query;
    out->kind = SX_IQL_STATEMENT_CREATE_CONTINUOUS_QUERY;
    stria_status st = sx_iql_parse_name(p, &query->name);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_ON);
    if (!st)
        st = sx_iql_parse_name(p, &query->database);
    if (!st && sx_iql_accept(p, SX_IQL_RESAMPLE))
        st = parse_resample(p, query);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_BEGIN);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_SELECT);
    if (!st)
        st = sx_iql_parse_select(p, true, &query->select);
    if (st)
        return st;
    int64_t interval_ns;
    const char *reason = interval_of(query->select, &interval_ns);
    if (!query->select->is_raw && (interval_ns == 0 || reason))
        return fail_interval(p, reason);
    st = sx_iql_expect(p, SX_IQL_END);
    if (st)
        return st;
    if (reason)
        return sx_fail(p->err, STRIA_SYNTAX, "%s", reason);
    return check_resample(p, query, interval_ns);
}

/* ---- subscriptions -------------------------------------------------------------------------- */

/* name ON database.policy */
static stria_status parse_subscription_name(struct sx_iql_parser *p, struct sx_iql_names *names)
{
    stria_status st = sx_iql_parse_name(p, &names->name);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_ON);
    if (!st)
        st = sx_iql_parse_name(p, &names->database);
    if (st)
        return st;
    struct sx_iql_lexeme dot = sx_iql_next(p);
    if (dot.token != SX_IQL_DOT)
        return sx_iql_fail_found(p, dot, ".");
    return sx_iql_parse_name(p, &names->policy);
}

stria_status sx_iql_parse_create_subscription(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    struct sx_iql_names *names = &out->u.names;
    out->kind = SX_IQL_STATEMENT_CREATE_SUBSCRIPTION;
    stria_status st = parse_subscription_name(p, names);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_DESTINATIONS);
    if (st)
        return st;
    struct sx_iql_lexeme mode = sx_iql_next_word(p);
    if (mode.token != SX_IQL_ALL && mode.token != SX_IQL_ANY)
        return sx_iql_fail_found(p, mode, "ALL, ANY");
    names->mode = mode.token;
    return sx_iql_parse_list(p, SX_IQL_STRING, &names->destinations, &names->destination_count);
}

stria_status sx_iql_parse_drop_subscription(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DROP_SUBSCRIPTION;
    return parse_subscription_name(p, &out->u.names);
}
