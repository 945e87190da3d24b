/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_test.h -- what the tests of this folder share: memory that must come back, and texts of
 * trees. */
#ifndef SX_INFLUXQL_FIXTURE_TEST_H
#define SX_INFLUXQL_FIXTURE_TEST_H

#include "base/zone.h"
#include "influxql/parse.h"
#include "influxql/print.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct iql_test {
    struct sx_mem_fault fault; /* fires only when a test sets it */
    struct sx_mem mem;
    struct sx_arena arena;
    struct sx_buf text;
    stria_error err;
    struct sx_zone *berlin;
};

/* Europe/Berlin as since 1996, as a TZif file of a rule alone. */
static inline struct sx_zone *iql_test_berlin(struct sx_mem *mem)
{
    static const uint8_t head[44] = {'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4};
    static const uint8_t body[] = {0, 0, 0x0e, 0x10, 0, 0, 'C', 'E', 'T', 0};
    static const char rule[] = "\nCET-1CEST,M3.5.0,M10.5.0/3\n";
    uint8_t file[256];
    size_t size = 0;
    for (int i = 0; i < 2; i++) { /* the part for version 1, and that for version 2 */
        memcpy(file + size, head, sizeof head);
        memcpy(file + size + sizeof head, body, sizeof body);
        size += sizeof head + sizeof body;
    }
    memcpy(file + size, rule, sizeof rule - 1);
    struct sx_zone *zone = NULL;
    assert_int_equal(sx_zone_create(mem, sx_bytes_make(file, size + sizeof rule - 1), &zone, NULL),
                     STRIA_OK);
    return zone;
}

static inline int iql_test_setup(void **state)
{
    static struct iql_test test;
    test = (struct iql_test){.fault = {.countdown = -1}};
    sx_mem_init(&test.mem, NULL, "test", 0);
    test.mem.fault = &test.fault;
    sx_arena_init(&test.arena, &test.mem, 256);
    sx_buf_init(&test.text, &test.mem, 1 << 20);
    test.berlin = iql_test_berlin(&test.mem);
    *state = &test;
    return 0;
}

static inline int iql_test_teardown(void **state)
{
    struct iql_test *test = *state;
    sx_zone_destroy(test->berlin);
    sx_buf_deinit(&test->text);
    sx_arena_deinit(&test->arena);
    sx_mem_deinit(&test->mem); /* asserts that nothing is left */
    return 0;
}

#define IQL_TEST(function)                                                                         \
    cmocka_unit_test_setup_teardown(function, iql_test_setup, iql_test_teardown)

static inline bool iql_test_find_zone(void *user, struct sx_bytes name, const struct sx_zone **zone)
{
    struct iql_test *test = user;
    *zone = test->berlin;
    return sx_bytes_equal(name, SX_LITERAL("Europe/Berlin"));
}

static inline stria_status iql_test_parse(struct iql_test *test, const char *text,
                                          struct sx_iql_query *query)
{
    struct sx_iql_parse_options options = {.find_zone = iql_test_find_zone, .user = test};
    test->err = (stria_error){0};
    return sx_iql_parse(&test->arena, sx_bytes_of(text), &options, query, &test->err);
}

/* The one statement of a text, which must parse. */
static inline const struct sx_iql_statement *iql_test_statement(struct iql_test *test,
                                                                const char *text)
{
    struct sx_iql_query query;
    if (iql_test_parse(test, text, &query))
        fail_msg("%s: %s", text, test->err.text);
    assert_int_equal(query.count, 1);
    return query.statements[0];
}

static inline const struct sx_iql_expr *iql_test_expr(struct iql_test *test, const char *text)
{
    const struct sx_iql_expr *expr;
    if (sx_iql_parse_expr(&test->arena, sx_bytes_of(text), NULL, &expr, &test->err))
        fail_msg("%s: %s", text, test->err.text);
    return expr;
}

/* What was printed to test->text; it is empty for the next. */
static inline const char *iql_test_text(struct iql_test *test)
{
    sx_buf_put_u8(&test->text, 0);
    assert_false(test->text.failed);
    test->text.len = 0;
    return (const char *)test->text.ptr;
}

static inline const char *iql_test_print_expr(struct iql_test *test, const struct sx_iql_expr *expr)
{
    if (expr)
        sx_iql_print_expr(&test->text, expr);
    return iql_test_text(test);
}

#endif
