/* SPDX-License-Identifier: Apache-2.0 */
/* predicate_test.c -- what predicates mean, and what is refused, in the peer's words. */
#include "app/server/predicate.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define TAIL " AND time >= '1970-01-01T00:00:00Z' AND time < '1970-01-02T00:00:00Z'"

static void describe(const struct sx_predicate *p, struct sx_buf *out)
{
    if (p->has_measurement)
        sx_buf_printf(out, "m=%.*s;", (int)p->measurement.len, p->measurement.ptr);
    if (p->is_nothing)
        sx_buf_put_text(out, "nothing;");
    for (size_t i = 0; i < p->matcher_count; i++)
        sx_buf_printf(out, "%.*s%s%.*s;", (int)p->matchers[i].key.len, p->matchers[i].key.ptr,
                      p->matchers[i].op == STRIA_MATCH_EQUAL ? "=" : "=~",
                      (int)p->matchers[i].value.len, p->matchers[i].value.ptr);
    sx_buf_put_u8(out, 0);
}

#define FIELDS "fields not supported in WHERE clause during deletion"
#define OPERATORS "predicate only supports equality operators and conjunctions"

static const struct row {
    const char *text;
    stria_status status;
    const char *wanted;
} rows[] = {
    {"t=\"b\"", STRIA_OK, "t=b;"},
    {"t = 'b'", STRIA_OK, "t=b;"},
    {"t=b", STRIA_OK, "t=b;"},
    {"t=''", STRIA_OK, "t=;"},
    {"t=~/a\\/b\\d/", STRIA_OK, "t=~a/b\\d;"},
    {"_measurement=\"my m\" AND \"t 1\"=\"a b\"", STRIA_OK, "m=my m;t 1=a b;"},
    {"_measurement='n'", STRIA_OK, "m=n;"},
    {"_measurement=a and _measurement=a", STRIA_OK, "m=a;"},
    {"_measurement=a AND _measurement=b", STRIA_OK, "m=b;nothing;"},
    {"((t=a) AND (u=b and v=c))", STRIA_OK, "t=a;u=b;v=c;"},
    {"\"a\\\"\\\\\\n\"='it\\'s'", STRIA_OK, "a\"\\\n=it's;"},
    {"t='AND time'", STRIA_OK, "t=AND time;"},
    {"t!=\"a\"", STRIA_UNSUPPORTED, OPERATORS},
    {"t<>'a'", STRIA_UNSUPPORTED, OPERATORS},
    {"t!~/a/", STRIA_UNSUPPORTED, OPERATORS},
    {"t=a OR u=x", STRIA_UNSUPPORTED, OPERATORS},
    {"(t=a or u=x)", STRIA_UNSUPPORTED, OPERATORS},
    {"_measurement=~/a/", STRIA_UNSUPPORTED, OPERATORS},
    {"v>1", STRIA_INVALID, FIELDS},
    {"v<='a'", STRIA_INVALID, FIELDS},
    {"v=1", STRIA_INVALID, FIELDS},
    {"v=-1.5e3", STRIA_INVALID, FIELDS},
    {"v=TRUE", STRIA_INVALID, FIELDS},
    {"_field='v'", STRIA_INVALID, FIELDS},
    {"time='x'", STRIA_INVALID, "time is compared by start and stop, not in the predicate"},
    {"t=", STRIA_SYNTAX, "found AND, expected identifier, string, number, bool at line 1, char 4"},
    {"t", STRIA_SYNTAX, "found AND, expected =, =~ at line 1, char 3"},
    {" ", STRIA_SYNTAX, "found AND, expected identifier, string, number, bool at line 1, char 3"},
    {"t=a AND", STRIA_SYNTAX,
     "found AND, expected identifier, string, number, bool at line 1, char 9"},
    {"t=a u=b", STRIA_SYNTAX, "found u, expected AND at line 1, char 5"},
    {"t=a)", STRIA_SYNTAX, "found ), expected AND at line 1, char 4"},
    {"(t=a", STRIA_SYNTAX, "found EOF, expected ) at line 1, char 74"},
    {"\xc3\xa4=a", STRIA_SYNTAX,
     "found \xc3, expected identifier, string, number, bool at line 1, char 1"},
    {"t=a AND\n  'x'=y", STRIA_SYNTAX,
     "found 'x', expected identifier, string, number, bool at line 2, char 3"},
    {"t=~'a'", STRIA_SYNTAX, "found 'a', expected regex at line 1, char 4"},
    {"t=/a/", STRIA_SYNTAX, "found /, expected identifier, string, number, bool at line 1, char 3"},
    {"t='a", STRIA_SYNTAX, "found 1970, expected AND at line 1, char 19"},
    {"t='a\\x'", STRIA_SYNTAX,
     "found 'a\\x', expected identifier, string, number, bool at line 1, char 3"},
    {"t=\"a", STRIA_SYNTAX,
     "found \"a AND time >= '1970-01-01T00:00:00Z' AND time < '1970-01-02T00:00:00Z', expected "
     "identifier, string, number, bool at line 1, char 3"},
};

static void test_predicates(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char text[300], storage[300];
        struct sx_arena arena;
        struct sx_predicate predicate;
        struct sx_buf out;
        stria_error err = {0};
        print_message("row %s\n", rows[i].text);
        (void)snprintf(text, sizeof text, "%s%s", rows[i].text, TAIL);
        sx_arena_init(&arena, &mem, 0);
        sx_buf_init_fixed(&out, storage, sizeof storage);
        assert_int_equal(
            sx_predicate_read(&predicate, &arena, sx_bytes_of(text), strlen(rows[i].text), &err),
            rows[i].status);
        if (!rows[i].status)
            describe(&predicate, &out);
        assert_string_equal(rows[i].status ? err.text : storage, rows[i].wanted);
        sx_arena_deinit(&arena);
    }
    sx_mem_deinit(&mem);
}

static void test_a_predicate_may_stand_alone(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_arena arena;
    struct sx_predicate predicate;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_arena_init(&arena, &mem, 0);
    assert_int_equal(sx_predicate_read(&predicate, &arena, SX_LITERAL("t=a"), 3, NULL), STRIA_OK);
    assert_int_equal(predicate.matcher_count, 1);
    sx_arena_deinit(&arena);
    sx_mem_deinit(&mem);
}

static void test_too_many_terms_are_refused(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_arena arena;
    struct sx_buf text;
    struct sx_predicate predicate;
    sx_mem_init(&mem, NULL, "test", 0);
    for (int count = SX_PREDICATE_MATCHERS_MAX; count <= SX_PREDICATE_MATCHERS_MAX + 1; count++) {
        sx_arena_init(&arena, &mem, 0);
        sx_buf_init(&text, &mem, 1 << 20);
        for (int i = 0; i < count; i++)
            sx_buf_put_text(&text, i ? " AND t=a" : "t=a");
        assert_int_equal(sx_predicate_read(&predicate, &arena, sx_buf_bytes(&text), text.len, NULL),
                         count > SX_PREDICATE_MATCHERS_MAX ? STRIA_LIMIT : STRIA_OK);
        sx_buf_deinit(&text);
        sx_arena_deinit(&arena);
    }
    sx_mem_deinit(&mem);
}

static void test_no_memory_is_told(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_arena arena;
    struct sx_predicate predicate;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 1);
    sx_arena_init(&arena, &mem, 0);
    assert_int_equal(sx_predicate_read(&predicate, &arena, SX_LITERAL("t=a"), 3, &err),
                     STRIA_NOMEM);
    sx_arena_deinit(&arena);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_predicates),
        cmocka_unit_test(test_a_predicate_may_stand_alone),
        cmocka_unit_test(test_too_many_terms_are_refused),
        cmocka_unit_test(test_no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
