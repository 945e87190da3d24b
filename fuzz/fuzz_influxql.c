/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_influxql.c -- any bytes as a query: what parses must print to a text that parses and prints
 * the same, and must be checked without harm.
 *
 * Limits      64 MiB for a query, so that refused memory is met, too. */
#include "influxql/check.h"
#include "influxql/parse.h"
#include "influxql/print.h"

#include <stdlib.h>

#define MEMORY_MAX ((size_t)64 << 20)
#define NOW_NS 1700000000000000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every name of a zone is good. */
static bool find_zone(void *user, struct sx_bytes name, const struct sx_zone **zone)
{
    (void)user;
    (void)name;
    *zone = NULL;
    return true;
}

static const struct sx_iql_parse_options options = {.find_zone = find_zone};

/* Passwords are not printed. */
static bool prints_back(const struct sx_iql_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        if (query->statements[i]->kind == SX_IQL_STATEMENT_CREATE_USER ||
            query->statements[i]->kind == SX_IQL_STATEMENT_SET_PASSWORD)
            return false;
    return true;
}

static void print_back(struct sx_arena *arena, const struct sx_iql_query *query)
{
    struct sx_buf first, second;
    struct sx_iql_query again;
    sx_buf_init(&first, arena->mem, MEMORY_MAX);
    sx_buf_init(&second, arena->mem, MEMORY_MAX);
    sx_iql_print_query(&first, query);
    if (!first.failed && prints_back(query)) {
        stria_status st = sx_iql_parse(arena, sx_buf_bytes(&first), &options, &again, NULL);
        if (st != STRIA_OK && st != STRIA_NOMEM && st != STRIA_LIMIT)
            abort(); /* the printer writes what the parser does not read */
        if (!st)
            sx_iql_print_query(&second, &again);
        if (!st && !second.failed && !sx_bytes_equal(sx_buf_bytes(&first), sx_buf_bytes(&second)))
            abort(); /* or reads as something else */
    }
    sx_buf_deinit(&first);
    sx_buf_deinit(&second);
}

static void check(struct sx_arena *arena, const struct sx_iql_statement *statement)
{
    struct sx_iql_checked *checked;
    if (sx_iql_check_statement(statement, NULL) || sx_iql_check_named(statement, NULL) ||
        statement->kind != SX_IQL_STATEMENT_SELECT)
        return;
    if (sx_iql_check_select(arena, statement->u.select, NOW_NS, &checked, NULL))
        return;
    if (!sx_iql_check_offset(arena->mem, checked, NULL) && checked->bad_offset)
        abort();
    struct sx_buf text;
    sx_buf_init(&text, arena->mem, MEMORY_MAX);
    sx_iql_print_select(&text, &checked->select);
    sx_buf_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_mem mem;
    struct sx_arena arena;
    struct sx_iql_query query;
    stria_error err;
    sx_mem_init(&mem, NULL, "fuzz", MEMORY_MAX);
    sx_arena_init(&arena, &mem, 0);
    if (!sx_iql_parse(&arena, sx_bytes_make(data, size), &options, &query, &err)) {
        print_back(&arena, &query);
        for (size_t i = 0; i < query.count; i++)
            check(&arena, query.statements[i]);
    }
    sx_arena_deinit(&arena);
    sx_mem_deinit(&mem);
    return 0;
}
