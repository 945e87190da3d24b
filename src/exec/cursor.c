/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.c -- see cursor.h. */
#include "exec/cursor.h"

#include "base/error.h"
#include "engine/series_limits.h"
#include "exec/damage_list.h"
#include "exec/scan_tables.h"
#include "exec/selection.h"
#include "exec/zones.h"
#include "influxql/execute.h"
#include "influxql/parse.h"
#include "influxql/print.h"

#define QUERY_SHARE 4 /* a query may use a quarter of the store's memory unless it says otherwise */

#define REJECTED_COUNT_MAX 1000 /* most that SHOW SERIES LIMITS tells */

/* A view that the statement at hand uses. */
struct cached_view {
    uint32_t policy_id;
    struct sx_view *view;
};

struct stria_cursor {
    struct sx_engine *engine;
    struct sx_mem mem;
    struct sx_mem *parent;
    struct sx_arena arena; /* of the query: its text, AST, names */
    struct sx_request request;
    struct sx_damage_list damage; /* of the statement at hand */
    struct sx_catalog *catalog;   /* of the statement at hand */
    struct cached_view *views;
    size_t view_count, view_capacity;
    struct sx_view_provider provider;
    struct sx_table_source *source; /* NULL: none is open */

    /* of a query */
    struct sx_iql_query query;
    struct sx_zones zones;
    struct sx_bytes database, policy;
    bool warn_changes;
    size_t statement_count, next_statement;
    bool pending; /* the statement at hand was not executed yet */
    bool failed;  /* a statement did: the rest is not executed */
    stria_statement statement;
    const char *level, *message;
    struct sx_buf message_text;

    /* of a scan */
    bool is_scan;
    struct sx_selection selection;
};

static int64_t mono_ns(void *clock)
{
    return sx_os_mono_ns(clock);
}

/* ---- views ---- */

static stria_status provide_view(void *context, uint32_t policy_id, struct sx_view **view,
                                 stria_error *err)
{
    stria_cursor *c = context;
    *view = NULL;
    for (size_t i = 0; i < c->view_count; i++)
        if (c->views[i].policy_id == policy_id) {
            *view = sx_view_acquire(c->views[i].view);
            return STRIA_OK;
        }
    if (!SX_GROW(&c->mem, c->views, c->view_capacity, c->view_count + 1))
        return sx_mem_refused(&c->mem, sizeof *c->views, err);
    stria_status st = sx_engine_view(c->engine, policy_id, view, err);
    if (!st)
        c->views[c->view_count++] =
            (struct cached_view){.policy_id = policy_id, .view = sx_view_acquire(*view)};
    return st;
}

struct telling {
    stria_status (*each)(void *user, const struct sx_rejected_rows *rows, stria_error *err);
    void *user;
};

static stria_status tell_offender(void *context, const struct sx_limit_offender *offender,
                                  stria_error *err)
{
    const struct telling *telling = context;
    struct sx_rejected_rows rows = {.limit = sx_limit_kind_name(offender->kind),
                                    .database_id = offender->database_id,
                                    .measurement = offender->measurement,
                                    .tag = offender->tag,
                                    .row_count = offender->row_count};
    return telling->each(telling->user, &rows, err);
}

static stria_status provide_rejected(void *context,
                                     stria_status (*each)(void *user,
                                                          const struct sx_rejected_rows *rows,
                                                          stria_error *err),
                                     void *user, stria_error *err)
{
    stria_cursor *c = context;
    struct telling telling = {.each = each, .user = user};
    return sx_series_limits_each(c->engine, REJECTED_COUNT_MAX, tell_offender, &telling, err);
}

static void end_statement(stria_cursor *c)
{
    sx_table_source_destroy(c->source);
    c->source = NULL;
    while (c->view_count)
        sx_view_release(c->views[--c->view_count].view);
    sx_catalog_release(c->catalog);
    c->catalog = NULL;
    c->pending = false;
    (void)sx_damage_list_take(&c->damage, NULL);
}

/* ---- making and unmaking ---- */

static stria_status create(struct sx_engine *engine, uint64_t memory_size, int64_t timeout_ms,
                           int64_t now_ns, stria_cursor **out, stria_error *err)
{
    struct sx_mem *parent = sx_engine_mem(engine, SX_ENGINE_MEM_QUERY);
    struct sx_os *os = sx_engine_os(engine);
    stria_status st = sx_engine_begin_read(engine, err);
    if (st)
        return st;
    stria_cursor *c = sx_mem_zalloc(parent, sizeof *c);
    if (!c) {
        sx_engine_end_read(engine);
        return sx_mem_refused(parent, sizeof *c, err);
    }
    if (memory_size == 0)
        memory_size = sx_engine_memory_size(engine) / QUERY_SHARE;
    c->engine = engine;
    c->parent = parent;
    sx_mem_init(&c->mem, parent, "this query", (size_t)memory_size);
    sx_arena_init(&c->arena, &c->mem, 4096);
    sx_buf_init(&c->message_text, &c->mem, 4096);
    sx_zones_init(&c->zones, os, &c->mem);
    c->request.mem = &c->mem;
    c->request.now_ns = now_ns ? now_ns : sx_os_now_ns(os);
    c->request.mono_ns = mono_ns;
    c->request.clock = os;
    if (timeout_ms > 0 && timeout_ms < INT64_MAX / 1000000)
        c->request.deadline_ns = sx_os_mono_ns(os) + timeout_ms * 1000000;
    atomic_init(&c->request.cancelled, false);
    sx_damage_list_init(&c->damage, &c->request);
    c->provider = (struct sx_view_provider){.context = c,
                                            .view = provide_view,
                                            .rejected = provide_rejected,
                                            .series_limits = sx_series_limits_of_store(engine)};
    *out = c;
    return STRIA_OK;
}

void sx_cursor_close(stria_cursor *c)
{
    if (!c)
        return;
    struct sx_engine *engine = c->engine;
    end_statement(c);
    sx_selection_deinit(&c->selection);
    sx_zones_deinit(&c->zones);
    sx_damage_list_deinit(&c->damage);
    sx_mem_free(&c->mem, c->views);
    sx_buf_deinit(&c->message_text);
    sx_arena_deinit(&c->arena);
    sx_mem_deinit(&c->mem);
    sx_mem_free(c->parent, c);
    sx_engine_end_read(engine);
}

void sx_cursor_cancel(stria_cursor *c)
{
    if (c)
        atomic_store(&c->request.cancelled, true);
}

/* ---- queries ---- */

static stria_status copy_text(stria_cursor *c, const char *text, struct sx_bytes *out,
                              stria_error *err)
{
    *out = sx_arena_dup(&c->arena, sx_bytes_of(text));
    return out->ptr ? STRIA_OK : sx_mem_refused(&c->mem, 64, err);
}

/* Copies parameters: the AST points to them. */
static stria_status copy_params(stria_cursor *c, const stria_query_options *options,
                                struct sx_iql_parse_options *parse, stria_error *err)
{
    stria_param *params = sx_arena_array(&c->arena, options->param_count, sizeof *params);
    if (!params)
        return sx_mem_refused(&c->mem, options->param_count * sizeof *params, err);
    for (size_t i = 0; i < options->param_count; i++) {
        struct sx_bytes name = sx_arena_dup(&c->arena, sx_bytes_of(options->params[i].name));
        params[i] = options->params[i];
        params[i].name = (const char *)name.ptr;
        if (!name.ptr)
            return sx_mem_refused(&c->mem, 64, err);
        if (params[i].type != STRIA_STRING && params[i].type != STRIA_NONE)
            continue;
        stria_bytes value = params[i].value.string;
        struct sx_bytes copy = sx_arena_dup(&c->arena, sx_bytes_make(value.ptr, value.len));
        if (!copy.ptr)
            return sx_mem_refused(&c->mem, value.len, err);
        params[i].value.string.ptr = (const char *)copy.ptr;
    }
    parse->params = params;
    parse->param_count = options->param_count;
    return STRIA_OK;
}

stria_status sx_cursor_query(struct sx_engine *engine, struct sx_bytes text,
                             const stria_query_options *options, stria_cursor **out,
                             stria_error *err)
{
    struct sx_iql_parse_options parse = {0};
    stria_cursor *c = NULL;
    *out = NULL;
    stria_status st =
        create(engine, options->memory_size, options->timeout_ms, options->now_ns, &c, err);
    if (st)
        return st;
    c->warn_changes = options->warn_changes;
    c->request.row_count_max = options->row_count_max;
    parse.find_zone = sx_zones_find;
    parse.user = &c->zones;
    st = copy_text(c, options->database, &c->database, err);
    if (!st)
        st = copy_text(c, options->policy, &c->policy, err);
    if (!st)
        st = copy_params(c, options, &parse, err);
    if (!st)
        st = sx_iql_parse(&c->arena, text, &parse, &c->query, err);
    if (st) {
        sx_cursor_close(c);
        return st;
    }
    c->statement_count = c->query.count;
    *out = c;
    return STRIA_OK;
}

/* Opens the statement's answer, or carries it out. */
static stria_status execute(stria_cursor *c, stria_error *err)
{
    const struct sx_iql_statement *statement = c->query.statements[c->next_statement - 1];
    struct sx_iql_context context = {.views = &c->provider,
                                     .request = &c->request,
                                     .database = c->database,
                                     .policy = c->policy};
    struct sx_iql_command_storage storage;
    struct sx_command command;
    stria_status st;
    c->pending = false;
    c->catalog = sx_engine_catalog(c->engine);
    c->provider.catalog = c->catalog;
    switch (sx_iql_action_of(statement)) {
    case SX_IQL_READS:
        return sx_iql_open(statement, &context, &c->source, err);
    case SX_IQL_COMMANDS:
        st = sx_iql_command(statement, &context, &storage, &command, err);
        if (!st && command.kind)
            st = sx_engine_execute(c->engine, &command, err);
        sx_iql_command_release(&storage);
        return st;
    case SX_IQL_UNSUPPORTED:
        break;
    }
    return sx_fail(err, STRIA_UNSUPPORTED, "stria: %s is not supported",
                   sx_iql_statement_words(statement));
}

/* The peer's warning for statements that change something, asked for by GET. */
static void add_warning(stria_cursor *c, const struct sx_iql_statement *statement)
{
    c->statement.message_count = 0;
    if (!c->warn_changes || !sx_iql_statement_changes(statement) ||
        statement->kind == SX_IQL_STATEMENT_DELETE) /* the peer says nothing of it */
        return;
    sx_buf_clear(&c->message_text);
    sx_buf_put_text(&c->message_text, "deprecated use of '");
    sx_iql_print_statement(&c->message_text, statement);
    sx_buf_put_text(&c->message_text,
                    "' in a read only context, please use a POST request instead");
    sx_buf_put_u8(&c->message_text, 0);
    if (c->message_text.failed)
        return;
    c->level = "warning";
    c->message = (const char *)c->message_text.ptr;
    c->statement.levels = &c->level;
    c->statement.messages = &c->message;
    c->statement.message_count = 1;
}

static void skip_rest(stria_cursor *c)
{
    stria_error ignored;
    if (!c->pending || c->failed || c->is_scan)
        return;
    /* It was not looked at; a statement that changes something is carried out all the same. */
    const struct sx_iql_statement *statement = c->query.statements[c->next_statement - 1];
    if (sx_iql_action_of(statement) == SX_IQL_COMMANDS && execute(c, &ignored))
        c->failed = true;
}

stria_status sx_cursor_next_statement(stria_cursor *c, const stria_statement **statement,
                                      stria_error *err)
{
    *statement = NULL;
    skip_rest(c);
    end_statement(c);
    if (c->next_statement >= c->statement_count)
        return STRIA_OK;
    stria_status st = sx_request_check(&c->request, err);
    if (st)
        return st;
    c->statement = (stria_statement){.index = (uint32_t)c->next_statement};
    if (!c->is_scan)
        add_warning(c, c->query.statements[c->next_statement]);
    c->next_statement++;
    c->pending = true;
    *statement = &c->statement;
    return STRIA_OK;
}

static stria_status open_scan(stria_cursor *c, stria_error *err);

stria_status sx_cursor_next_series(stria_cursor *c, const stria_table **table, stria_error *err)
{
    stria_status st = STRIA_OK;
    *table = NULL;
    if (c->next_statement == 0)
        return sx_fail(err, STRIA_INVALID, "no statement was begun");
    if (c->pending && c->failed) {
        c->pending = false;
        return sx_fail(err, STRIA_CANCELLED, "not executed");
    }
    if (c->pending) {
        st = c->is_scan ? open_scan(c, err) : execute(c, err);
    }
    c->pending = false;
    if (!st && c->source)
        st = c->source->ops->next_table(c->source, table, err);
    if (!st && !*table)
        st = sx_damage_list_take(&c->damage, err);
    if (st && st != STRIA_PARTIAL) {
        c->failed = true;
        sx_table_source_destroy(c->source);
        c->source = NULL;
    }
    return st;
}

stria_status sx_cursor_next_batch(stria_cursor *c, const stria_batch **batch, stria_error *err)
{
    *batch = NULL;
    if (!c->source)
        return STRIA_OK;
    stria_status st = c->source->ops->next_batch(c->source, batch, err);
    if (st && st != STRIA_PARTIAL)
        c->failed = true;
    return st;
}

/* ---- scans ---- */

stria_status sx_cursor_scan(struct sx_engine *engine, const stria_scan_options *options,
                            stria_cursor **out, stria_error *err)
{
    stria_cursor *c = NULL;
    const struct sx_policy *policy;
    *out = NULL;
    stria_status st = create(engine, 0, options->timeout_ms, 0, &c, err);
    if (st)
        return st;
    c->is_scan = true;
    c->statement_count = 1;
    struct sx_catalog *catalog = sx_engine_catalog(engine);
    st = sx_catalog_find(catalog, sx_bytes_of(options->database), sx_bytes_of(options->policy),
                         NULL, &policy, err);
    if (!st)
        st = sx_selection_init(&c->selection, &c->mem, options->measurement, options->matchers,
                               options->matcher_count, options->time_min_ns, options->time_max_ns,
                               err);
    if (!st)
        c->selection.selector.policy_id = policy->id;
    sx_catalog_release(catalog);
    if (st) {
        sx_cursor_close(c);
        return st;
    }
    *out = c;
    return STRIA_OK;
}

static stria_status open_scan(stria_cursor *c, stria_error *err)
{
    struct sx_view *view = NULL;
    stria_status st = provide_view(c, c->selection.selector.policy_id, &view, err);
    if (!st)
        st = sx_scan_tables_create(view, &c->selection.selector, &c->request, &c->source, err);
    sx_view_release(view);
    return st;
}
