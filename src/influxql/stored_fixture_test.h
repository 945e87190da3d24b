/* SPDX-License-Identifier: Apache-2.0 */
/* stored_fixture_test.h -- what the tests of statements about what is stored share: a catalog over
 * two policies with rows in segments and memtables, statements in, and their answers as text.
 *
 * Format      An answer: "name{tag=value}(column,column) value,value value,value; ..." for each
 *             table; an error: "error: TEXT". */
#ifndef SX_INFLUXQL_STORED_FIXTURE_TEST_H
#define SX_INFLUXQL_STORED_FIXTURE_TEST_H

#include "base/float_format.h"
#include "scan/scan_fixture_test.h"

#include "influxql/execute.h"
#include "influxql/parse.h"

#define STORED_POLICIES 2
#define STORED_NOW 1000000000000000000 /* 2001-09-09T01:46:40Z */

struct stored_test {
    struct scan_test policies[STORED_POLICIES]; /* ids 1 and 2 */
    struct test_mem memory;                     /* of statements */
    struct sx_policy stored_policies[STORED_POLICIES];
    struct sx_database databases[2];
    struct sx_catalog catalog;
    struct sx_view_provider provider;
    struct sx_request request;
    struct sx_arena arena;
    struct sx_buf out;
    const char *database, *policy; /* of the request */
};

static inline stria_status stored_test_view(void *context, uint32_t policy_id,
                                            struct sx_view **view, stria_error *err)
{
    struct stored_test *t = context;
    (void)err;
    assert_in_range(policy_id, 1, STORED_POLICIES);
    *view = sx_view_acquire(t->policies[policy_id - 1].view);
    return STRIA_OK;
}

/* The database d with the policies p (the default) and q, shards of 100 ns; and e without any. */
static inline void stored_test_init(struct stored_test *t)
{
    *t = (struct stored_test){.database = "d", .policy = ""};
    test_mem_init(&t->memory);
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_init(&t->policies[i]);
    t->stored_policies[0] =
        (struct sx_policy){.id = 1, .name = SX_LITERAL("p"), .shard_duration_ns = 100};
    t->stored_policies[1] =
        (struct sx_policy){.id = 2, .name = SX_LITERAL("q"), .shard_duration_ns = 100};
    t->databases[0] = (struct sx_database){.id = 1,
                                           .name = SX_LITERAL("d"),
                                           .policies = t->stored_policies,
                                           .policy_count = STORED_POLICIES,
                                           .default_policy_id = 1};
    t->databases[1] = (struct sx_database){.id = 2, .name = SX_LITERAL("e")};
    t->catalog = (struct sx_catalog){.databases = t->databases, .database_count = 2};
    t->provider =
        (struct sx_view_provider){.context = t, .catalog = &t->catalog, .view = stored_test_view};
    t->request =
        (struct sx_request){.mem = &t->memory.mem, .mono_ns = scan_test_mono, .now_ns = STORED_NOW};
    sx_arena_init(&t->arena, &t->memory.mem, 4096);
    sx_buf_init(&t->out, &t->memory.mem, (size_t)1 << 20);
}

static inline void stored_test_deinit(struct stored_test *t)
{
    sx_arena_deinit(&t->arena);
    sx_buf_deinit(&t->out);
    for (size_t i = 0; i < STORED_POLICIES; i++)
        scan_test_deinit(&t->policies[i]);
    test_mem_deinit(&t->memory);
}

static inline struct sx_iql_context stored_test_context(struct stored_test *t)
{
    return (struct sx_iql_context){.views = &t->provider,
                                   .request = &t->request,
                                   .database = sx_bytes_of(t->database),
                                   .policy = sx_bytes_of(t->policy)};
}

static inline void stored_test_put(struct stored_test *t, stria_bytes text)
{
    sx_buf_put_bytes(&t->out, sx_bytes_make(text.ptr, text.len));
}

static inline void stored_test_put_value(struct stored_test *t, const stria_values *v, size_t i)
{
    if (v->present && !sx_bit_get(v->present, i))
        return;
    switch (v->type) {
    case STRIA_STRING:
        stored_test_put(t, ((const stria_bytes *)v->values)[i]);
        break;
    case STRIA_FLOAT:
        if (sx_buf_reserve(&t->out, 400))
            t->out.len +=
                sx_float_write_json(t->out.ptr + t->out.len, ((const double *)v->values)[i]);
        break;
    case STRIA_BOOL:
        sx_buf_put_text(&t->out, ((const uint8_t *)v->values)[i] ? "true" : "false");
        break;
    default:
        sx_buf_printf(&t->out, "%" PRId64, ((const int64_t *)v->values)[i]);
        break;
    }
}

static inline void stored_test_put_head(struct stored_test *t, const stria_table *table)
{
    sx_buf_put_text(&t->out, t->out.len ? "; " : "");
    stored_test_put(t, table->name);
    for (size_t i = 0; i < table->tag_count; i++) {
        sx_buf_put_text(&t->out, i ? "," : "{");
        stored_test_put(t, table->tags[i].key);
        sx_buf_put_text(&t->out, "=");
        stored_test_put(t, table->tags[i].value);
    }
    sx_buf_put_text(&t->out, table->tag_count ? "}(" : "(");
    for (size_t i = 0; i < table->column_count; i++) {
        sx_buf_put_text(&t->out, i ? "," : "");
        stored_test_put(t, table->column_names[i]);
    }
    sx_buf_put_text(&t->out, ")");
}

static inline stria_status stored_test_put_tables(struct stored_test *t,
                                                  struct sx_table_source *source, stria_error *err)
{
    const stria_table *table;
    const stria_batch *batch;
    stria_status st;
    while (!(st = source->ops->next_table(source, &table, err)) && table) {
        stored_test_put_head(t, table);
        while (!(st = source->ops->next_batch(source, &batch, err)) && batch)
            for (size_t i = 0; i < batch->row_count; i++)
                for (size_t c = 0; c < batch->column_count; c++) {
                    sx_buf_put_text(&t->out, c ? "," : " ");
                    stored_test_put_value(t, &batch->columns[c], i);
                }
        if (st)
            break;
    }
    return st;
}

static inline const struct sx_iql_statement *stored_test_parse(struct stored_test *t,
                                                               const char *text)
{
    struct sx_iql_query query;
    struct sx_iql_parse_options options = {0};
    stria_error err = {0};
    if (sx_iql_parse(&t->arena, sx_bytes_of(text), &options, &query, &err))
        fail_msg("%s: %s", text, err.text);
    assert_int_equal(query.count, 1);
    return query.statements[0];
}

/* Carries out a statement that reads; allocation `nth` from its planning on fails, 0: none. */
static inline stria_status stored_test_run(struct stored_test *t,
                                           const struct sx_iql_statement *statement, int64_t nth)
{
    struct sx_iql_context context = stored_test_context(t);
    struct sx_table_source *source = NULL;
    stria_error err = {0};
    sx_buf_clear(&t->out);
    (void)sx_buf_extend(&t->out, 4096); /* the text of the answer is not what is tested */
    sx_buf_clear(&t->out);
    test_mem_arm(&t->memory, nth);
    stria_status st = sx_iql_open(statement, &context, &source, &err);
    assert_true(!st == (source != NULL));
    if (!st)
        st = stored_test_put_tables(t, source, &err);
    sx_table_source_destroy(source);
    (void)test_mem_fired(&t->memory);
    assert_int_equal(st, err.code);
    if (st) {
        sx_buf_clear(&t->out);
        sx_buf_printf(&t->out, "error: %s", err.text);
    }
    assert_false(t->out.failed);
    return st;
}

static inline void stored_test_assert(struct stored_test *t, const char *statement,
                                      const char *want)
{
    (void)stored_test_run(t, stored_test_parse(t, statement), 0);
    sx_buf_put_u8(&t->out, 0);
    if (strcmp((const char *)t->out.ptr, want) != 0)
        fail_msg("%s\n  want: %s\n  got:  %s", statement, want, (const char *)t->out.ptr);
}

/* Every allocation fails once: the statement fails with NOMEM and leaves nothing behind. */
static inline void stored_test_sweep(struct stored_test *t, const char *text)
{
    const struct sx_iql_statement *statement = stored_test_parse(t, text);
    for (int64_t nth = 1;; nth++) {
        stria_status st = stored_test_run(t, statement, nth);
        if (st && st != STRIA_NOMEM)
            fail_msg("%s: allocation %" PRId64 ": %d", text, nth, (int)st);
        if (!st && !atomic_load(&t->memory.fault.fired))
            return;
    }
}

#endif
