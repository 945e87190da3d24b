/* SPDX-License-Identifier: Apache-2.0 */
/* show_catalog.c -- SHOW DATABASES and SHOW RETENTION POLICIES; see open.h. */
#include "base/duration_text.h"
#include "influxql/open.h"
#include "influxql/schema.h"
#include "query/literal_tables.h"

static stria_status finish(struct sx_literal_tables *tables, struct sx_table_source **source,
                           stria_error *err)
{
    struct sx_table_source *made = sx_literal_tables_source(tables);
    stria_status st = sx_literal_tables_finish(tables, err);
    if (st)
        sx_table_source_destroy(made);
    *source = st ? NULL : made;
    return st;
}

stria_status sx_iql_open_databases(const struct sx_iql_context *context,
                                   struct sx_table_source **source, stria_error *err)
{
    struct sx_mem *mem = context->request->mem;
    const struct sx_catalog *catalog = context->views->catalog;
    struct sx_literal_tables *tables = sx_literal_tables_create(mem);
    if (!tables)
        return sx_mem_refused(mem, 256, err);
    sx_literal_tables_begin(tables, SX_LITERAL("databases"), NULL, 0);
    sx_literal_tables_column(tables, "name", STRIA_STRING);
    for (size_t i = 0; i < catalog->database_count; i++)
        sx_literal_tables_string(tables, catalog->databases[i].name);
    return finish(tables, source, err);
}

static void put_duration(struct sx_literal_tables *tables, int64_t ns)
{
    uint8_t text[SX_DURATION_TEXT_MAX];
    sx_literal_tables_string(tables, sx_bytes_make(text, sx_duration_write_go(text, ns)));
}

stria_status sx_iql_open_policies(struct sx_bytes name, const struct sx_iql_context *context,
                                  struct sx_table_source **source, stria_error *err)
{
    static const struct {
        const char *name;
        stria_type type;
    } columns[] = {{"name", STRIA_STRING},
                   {"duration", STRIA_STRING},
                   {"shardGroupDuration", STRIA_STRING},
                   {"replicaN", STRIA_INT},
                   {"futureWriteLimit", STRIA_STRING},
                   {"pastWriteLimit", STRIA_STRING},
                   {"default", STRIA_BOOL}};
    const struct sx_database *database;
    struct sx_mem *mem = context->request->mem;
    stria_status st = sx_iql_find_database(context, name, &database, err);
    if (st)
        return st;
    struct sx_literal_tables *tables = sx_literal_tables_create(mem);
    if (!tables)
        return sx_mem_refused(mem, 256, err);
    sx_literal_tables_begin(tables, (struct sx_bytes){0}, NULL, 0);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        sx_literal_tables_column(tables, columns[i].name, columns[i].type);
    for (size_t i = 0; i < database->policy_count; i++) {
        const struct sx_policy *policy = &database->policies[i];
        sx_literal_tables_string(tables, policy->name);
        put_duration(tables, policy->duration_ns);
        put_duration(tables, policy->shard_duration_ns);
        sx_literal_tables_int(tables, policy->replica_count);
        put_duration(tables, policy->future_limit_ns);
        put_duration(tables, policy->past_limit_ns);
        sx_literal_tables_bool(tables, policy->id == database->default_policy_id);
    }
    return finish(tables, source, err);
}
