/* SPDX-License-Identifier: Apache-2.0 */
/* parse_admin.c -- see parse_priv.h: users and rights, DELETE, DROP, KILL. */
#include "influxql/parse_priv.h"

/* ---- DELETE and DROP ------------------------------------------------------------------------ */

static stria_status check_sources(struct sx_iql_parser *p, const struct sx_iql_sources *sources,
                                  bool may_have_policy)
{
    const char *refused = NULL;
    for (size_t i = 0; i < sources->count; i++) {
        if (sources->items[i].database.len)
            refused = "database not supported";
        if (sources->items[i].policy.len && !may_have_policy)
            refused = "retention policy not supported";
    }
    return refused ? sx_iql_fail_at(p, (struct sx_iql_pos){0}, "%s", refused) : STRIA_OK;
}

/* [FROM sources] [WHERE condition], not without both. */
static stria_status parse_delete(struct sx_iql_parser *p, struct sx_iql_delete *del,
                                 bool may_have_policy)
{
    stria_status st = STRIA_OK;
    struct sx_iql_lexeme first = sx_iql_next_word(p);
    if (first.token == SX_IQL_FROM) {
        st = sx_iql_parse_sources(p, false, &del->sources);
        if (!st)
            st = check_sources(p, &del->sources, may_have_policy);
    } else {
        sx_iql_unread(p);
    }
    if (!st)
        st = sx_iql_parse_condition(p, &del->condition);
    if (!st && !del->condition && !del->sources.count)
        return sx_iql_fail_found(p, first, "FROM, WHERE");
    return st;
}

stria_status sx_iql_parse_delete(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DELETE;
    return parse_delete(p, &out->u.del, true);
}

stria_status sx_iql_parse_drop_series(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DROP_SERIES;
    return parse_delete(p, &out->u.del, false);
}

/* name ON database */
static stria_status parse_name_on(struct sx_iql_parser *p, struct sx_iql_names *names)
{
    stria_status st = sx_iql_parse_name(p, &names->name);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_ON);
    return st ? st : sx_iql_parse_name(p, &names->database);
}

stria_status sx_iql_parse_drop_continuous_query(struct sx_iql_parser *p,
                                                struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DROP_CONTINUOUS_QUERY;
    return parse_name_on(p, &out->u.names);
}

stria_status sx_iql_parse_drop_policy(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DROP_POLICY;
    return parse_name_on(p, &out->u.names);
}

stria_status sx_iql_parse_drop_database(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DROP_DATABASE;
    return sx_iql_parse_name(p, &out->u.names.name);
}

stria_status sx_iql_parse_drop_measurement(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DROP_MEASUREMENT;
    return sx_iql_parse_name(p, &out->u.names.name);
}

stria_status sx_iql_parse_drop_shard(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DROP_SHARD;
    return sx_iql_parse_id(p, &out->u.names.id);
}

stria_status sx_iql_parse_kill_query(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_KILL_QUERY;
    stria_status st = sx_iql_parse_id(p, &out->u.names.id);
    if (st || !sx_iql_accept(p, SX_IQL_ON))
        return st;
    return sx_iql_parse_name(p, &out->u.names.name);
}

/* ---- users ---------------------------------------------------------------------------------- */

stria_status sx_iql_parse_create_user(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    struct sx_iql_user *user = &out->u.user;
    out->kind = SX_IQL_STATEMENT_CREATE_USER;
    stria_status st = sx_iql_parse_name(p, &user->name);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_WITH);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_PASSWORD);
    if (!st)
        st = sx_iql_parse_string(p, &user->password);
    if (st || !sx_iql_accept(p, SX_IQL_WITH))
        return st;
    user->admin = true;
    st = sx_iql_expect(p, SX_IQL_ALL);
    return st ? st : sx_iql_expect(p, SX_IQL_PRIVILEGES);
}

stria_status sx_iql_parse_drop_user(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_DROP_USER;
    return sx_iql_parse_name(p, &out->u.user.name);
}

stria_status sx_iql_parse_set_password(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    out->kind = SX_IQL_STATEMENT_SET_PASSWORD;
    stria_status st = sx_iql_parse_name(p, &out->u.user.name);
    if (!st)
        st = sx_iql_expect(p, SX_IQL_EQ);
    return st ? st : sx_iql_parse_string(p, &out->u.user.password);
}

static stria_status parse_privilege(struct sx_iql_parser *p, enum sx_iql_privilege *out)
{
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    switch (found.token) {
    case SX_IQL_READ:
        *out = SX_IQL_PRIVILEGE_READ;
        return STRIA_OK;
    case SX_IQL_WRITE:
        *out = SX_IQL_PRIVILEGE_WRITE;
        return STRIA_OK;
    case SX_IQL_ALL:
        *out = SX_IQL_PRIVILEGE_ALL;
        (void)sx_iql_accept(p, SX_IQL_PRIVILEGES);
        return STRIA_OK;
    default:
        return sx_iql_fail_found(p, found, "READ, WRITE, ALL [PRIVILEGES]");
    }
}

/* privilege [ON database] TO user (FROM user). Without a database only ALL can be given. */
static stria_status parse_right(struct sx_iql_parser *p, struct sx_iql_statement *out,
                                enum sx_iql_token link, enum sx_iql_statement_kind kind,
                                enum sx_iql_statement_kind admin_kind)
{
    struct sx_iql_user *user = &out->u.user;
    out->kind = kind;
    stria_status st = parse_privilege(p, &user->privilege);
    if (st)
        return st;
    bool all = user->privilege == SX_IQL_PRIVILEGE_ALL;
    struct sx_iql_lexeme found = sx_iql_next_word(p);
    if (found.token == SX_IQL_ON) {
        st = sx_iql_parse_name(p, &user->database);
        if (!st)
            st = sx_iql_expect(p, link);
    } else if (found.token == link && all) {
        out->kind = admin_kind;
    } else if (all) {
        return sx_iql_fail_found(p, found, link == SX_IQL_TO ? "ON, TO" : "ON, FROM");
    } else {
        return sx_iql_fail_found(p, found, "ON");
    }
    return st ? st : sx_iql_parse_name(p, &user->name);
}

stria_status sx_iql_parse_grant(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_right(p, out, SX_IQL_TO, SX_IQL_STATEMENT_GRANT, SX_IQL_STATEMENT_GRANT_ADMIN);
}

stria_status sx_iql_parse_revoke(struct sx_iql_parser *p, struct sx_iql_statement *out)
{
    return parse_right(p, out, SX_IQL_FROM, SX_IQL_STATEMENT_REVOKE, SX_IQL_STATEMENT_REVOKE_ADMIN);
}
