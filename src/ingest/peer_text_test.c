/* SPDX-License-Identifier: Apache-2.0 */
/* peer_text_test.c -- tests of peer_text.h. */
#include "ingest/peer_text.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint8_t storage[512];

static struct sx_buf begin(void)
{
    struct sx_buf out;
    sx_buf_init_fixed(&out, storage, sizeof storage);
    return out;
}

static void assert_is(const struct sx_buf *out, const char *want)
{
    assert_int_equal(out->len, strlen(want));
    assert_memory_equal(out->ptr, want, out->len);
}

static void test_names_are_quoted_as_go_does(void **state)
{
    (void)state;
    static const struct {
        struct sx_bytes name;
        const char *quoted;
    } rows[] = {
        {{(const uint8_t *)"", 0}, "\"\""},
        {{(const uint8_t *)"cpu", 3}, "\"cpu\""},
        {{(const uint8_t *)"a\"b\\c", 5}, "\"a\\\"b\\\\c\""},
        {{(const uint8_t *)"\a\b\t\n\v\f\r", 7}, "\"\\a\\b\\t\\n\\v\\f\\r\""},
        {{(const uint8_t *)"\0\x1f\x7f", 3}, "\"\\x00\\x1f\\x7f\""},
        {{(const uint8_t *)"\xc3\xbc", 2}, "\"\xc3\xbc\""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_buf out = begin();
        sx_peer_put_quoted(&out, rows[i].name);
        assert_is(&out, rows[i].quoted);
    }
}

static void test_sentences(void **state)
{
    (void)state;
    struct sx_bytes m = SX_LITERAL("m"), f = SX_LITERAL("f");
    struct sx_buf out = begin();
    sx_peer_put_time_tag(&out, m);
    assert_is(&out, "invalid tag key: input tag \"time\" on measurement \"m\" is invalid");
    out = begin();
    sx_peer_put_time_field(&out, m, false);
    assert_is(&out, "invalid field name: input field \"time\" on measurement \"m\" is invalid");
    out = begin();
    sx_peer_put_time_field(&out, m, true);
    assert_is(&out, "invalid field name: input field \"time\" on measurement \"m\" is invalid. "
                    "Field \"time\" has been stripped from point.");
    out = begin();
    sx_peer_put_too_long(&out, m, f, 1048577);
    assert_is(&out, "input field \"f\" on measurement \"m\" is too long, 1048577 > 1048576");
}

static void test_conflicts_name_both_types(void **state)
{
    (void)state;
    static const struct {
        stria_type type;
        const char *name;
    } rows[] = {{STRIA_FLOAT, "float"},  {STRIA_INT, "integer"},   {STRIA_UINT, "unsigned"},
                {STRIA_BOOL, "boolean"}, {STRIA_STRING, "string"}, {STRIA_NONE, "unknown"}};
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_buf out = begin();
        uint8_t want[256];
        struct sx_buf text;
        sx_buf_init_fixed(&text, want, sizeof want);
        sx_buf_printf(&text,
                      "field type conflict: input field \"f\" on measurement \"m\" is type %s, "
                      "already exists as type string",
                      rows[i].name);
        sx_peer_put_conflict(&out, SX_LITERAL("m"), SX_LITERAL("f"), rows[i].type, STRIA_STRING);
        want[text.len] = 0;
        assert_is(&out, (const char *)want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_quoted_as_go_does),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_conflicts_name_both_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
