/* SPDX-License-Identifier: Apache-2.0 */
/* show_admin.c -- SHOW SERIES LIMITS, and statements about users, continuous queries, subscriptions
 * and running queries: there are none of these, and the answers say so as the peer's do. See
 * open.h.
 *
 * Why         Clients ask for them when they connect, installers revoke whatever there may be:
 *             an answer that is true lets them go on. */
#include "base/error.h"
#include "influxql/schema.h"
#include "influxql/show.h"

#include <inttypes.h>

struct shape {
    const char *columns[2];
    stria_type types[2];
};

static void begin(struct sx_literal_tables *tables, struct sx_bytes name, const struct shape *shape)
{
    sx_literal_tables_begin(tables, name, NULL, 0);
    for (size_t i = 0; i < 2; i++)
        sx_literal_tables_column(tables, shape->columns[i], shape->types[i]);
}

static stria_status user_not_found(stria_error *err)
{
    return sx_fail(err, STRIA_NOT_FOUND, "user not found");
}

/* An empty table, or one a database. */
static stria_status open_empty(const struct sx_iql_context *context, const struct shape *shape,
                               bool of_databases, struct sx_table_source **source, stria_error *err)
{
    struct sx_mem *mem = context->request->mem;
    const struct sx_catalog *catalog = context->views->catalog;
    struct sx_literal_tables *tables = sx_literal_tables_create(mem);
    if (!tables)
        return sx_mem_refused(mem, 256, err);
    for (size_t i = 0; shape && of_databases && i < catalog->database_count; i++)
        begin(tables, catalog->databases[i].name, shape);
    if (shape && !of_databases)
        begin(tables, SX_LITERAL(""), shape);
    return sx_iql_show_finish(tables, source, err);
}

/* ---- SHOW SERIES LIMITS --------------------------------------------------------------------- */

struct limits {
    struct sx_literal_tables *tables;
    const struct sx_catalog *catalog;
};

/* Databases that were dropped since have no name. */
static struct sx_bytes database_name(const struct sx_catalog *catalog, uint32_t id)
{
    for (size_t i = 0; i < catalog->database_count; i++)
        if (catalog->databases[i].id == id)
            return catalog->databases[i].name;
    return SX_LITERAL("");
}

static stria_status put_rejected(void *user, const struct sx_rejected_rows *rows, stria_error *err)
{
    struct limits *limits = user;
    (void)err;
    sx_literal_tables_string(limits->tables, database_name(limits->catalog, rows->database_id));
    sx_literal_tables_string(limits->tables, sx_bytes_of(rows->limit));
    sx_literal_tables_string(limits->tables, rows->measurement);
    sx_literal_tables_string(limits->tables, rows->tag);
    sx_literal_tables_int(limits->tables, (int64_t)rows->row_count);
    return STRIA_OK;
}

/* What holds for each database; 0: no limit. */
static void put_limits(struct sx_literal_tables *tables, const struct sx_view_provider *views)
{
    const struct sx_catalog *catalog = views->catalog;
    sx_literal_tables_begin(tables, SX_LITERAL("limits"), NULL, 0);
    sx_literal_tables_column(tables, "database", STRIA_STRING);
    for (int i = 0; i < SX_LIMIT_KIND_COUNT; i++)
        sx_literal_tables_column(tables, sx_iql_limit_name((enum sx_limit_kind)i), STRIA_INT);
    for (size_t i = 0; i < catalog->database_count; i++) {
        sx_literal_tables_string(tables, catalog->databases[i].name);
        for (int k = 0; k < SX_LIMIT_KIND_COUNT; k++) {
            uint64_t limit = catalog->databases[i].limits[k];
            if (limit == SX_LIMIT_OF_STORE)
                limit = views->series_limits ? views->series_limits[k] : 0;
            sx_literal_tables_int(tables, (int64_t)limit);
        }
    }
}

stria_status sx_iql_open_limits(const struct sx_iql_context *context,
                                struct sx_table_source **source, stria_error *err)
{
    static const char *const columns[] = {"database", "limit", "measurement", "tag", "rejected"};
    const struct sx_view_provider *views = context->views;
    struct sx_mem *mem = context->request->mem;
    struct limits limits = {.tables = sx_literal_tables_create(mem), .catalog = views->catalog};
    stria_status st = STRIA_OK;
    if (!limits.tables)
        return sx_mem_refused(mem, 256, err);
    sx_literal_tables_begin(limits.tables, SX_LITERAL("series limits"), NULL, 0);
    for (size_t i = 0; i < SX_COUNT_OF(columns); i++)
        sx_literal_tables_column(limits.tables, columns[i], i < 4 ? STRIA_STRING : STRIA_INT);
    if (views->rejected)
        st = views->rejected(views->context, put_rejected, &limits, err);
    put_limits(limits.tables, views);
    if (!st)
        return sx_iql_show_finish(limits.tables, source, err);
    sx_table_source_destroy(sx_literal_tables_source(limits.tables));
    return st;
}

/* ---- what there is none of ------------------------------------------------------------------ */

stria_status sx_iql_open_admin(const struct sx_iql_statement *statement,
                               const struct sx_iql_context *context,
                               struct sx_table_source **source, stria_error *err)
{
    static const struct shape users = {{"user", "admin"}, {STRIA_STRING, STRIA_BOOL}};
    static const struct shape queries = {{"name", "query"}, {STRIA_STRING, STRIA_STRING}};
    const struct sx_database *database;
    stria_status st;
    switch (statement->kind) {
    case SX_IQL_STATEMENT_SHOW_USERS:
        return open_empty(context, &users, false, source, err);
    case SX_IQL_STATEMENT_SHOW_CONTINUOUS_QUERIES:
        return open_empty(context, &queries, true, source, err);
    case SX_IQL_STATEMENT_SHOW_SUBSCRIPTIONS:    /* databases without any are not listed */
    case SX_IQL_STATEMENT_DROP_CONTINUOUS_QUERY: /* as of one that is not there */
        return open_empty(context, NULL, false, source, err);
    case SX_IQL_STATEMENT_DROP_SUBSCRIPTION:
        st = sx_iql_find_database(context, statement->u.names.database, &database, err);
        return st ? st : sx_fail(err, STRIA_NOT_FOUND, "subscription not found");
    case SX_IQL_STATEMENT_KILL_QUERY:
        return sx_fail(err, STRIA_NOT_FOUND, "no such query id: %" PRIu64, statement->u.names.id);
    default: /* GRANT, REVOKE, SET PASSWORD, DROP USER, SHOW GRANTS */
        return user_not_found(err);
    }
}
