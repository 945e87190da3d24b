/* SPDX-License-Identifier: Apache-2.0 */
/* line_fast_test.c -- tests of line_fast.c: what it takes, and that the rest leaves no trace. */
#include "ingest/line_parse_priv.h"
#include "ingest/parse_fixture_test.h"

#include <stdlib.h>

/* Gives one line to the fast parser, in a block of exactly its size. *left: what it left of it. */
static stria_status run_fast(struct parser *parser, struct sx_bytes text, size_t *left)
{
    struct sx_line_parse parse = {.cache = parser->cache,
                                  .batch = &parser->batch,
                                  .problems = &parser->problems,
                                  .line = 1,
                                  .scale = 1,
                                  .now_ns = TEST_NOW_NS};
    uint8_t *copy = malloc(text.len);
    assert_non_null(copy);
    memcpy(copy, text.ptr, text.len);
    parse.end = copy + text.len;
    const uint8_t *at = copy;
    stria_status status = sx_line_fast(&parse, &at);
    *left = (size_t)(parse.end - at);
    if (status == STRIA_NOT_FOUND) {
        assert_ptr_equal(at, copy);
        assert_int_equal(parse.line, 1);
    }
    free(copy);
    return status;
}

static const char known[] =
    "cpu,host=a usage_user=1i,usage_system=2i 1\ncpu,host=b usage_user=1i,usage_system=2i 1\n"
    "a\\ b,c\\=d=e f\\,g=1 1\nlog s=\"x\",b=true,u=1u 1\ntimed time=1,v=1 1\ncpu,host=a x=1 2\n";

static const struct {
    const char *name, *line;
    bool taken;
    size_t left; /* bytes behind the line */
} lines[] = {
    {"a known line", "cpu,host=a usage_user=77i,usage_system=-8i 1700000000000000000\n", true, 0},
    {"at the end of the text", "cpu,host=a usage_user=77i,usage_system=-8i 1", true, 0},
    {"without a time", "cpu,host=a usage_user=77i,usage_system=8i\nnext", true, 4},
    {"with CRLF", "cpu,host=a usage_user=77i,usage_system=8i 5\r\nnext", true, 4},
    {"with spaces", "cpu,host=a  usage_user=77i,usage_system=8i \t 5  \n", true, 0},
    {"a known series with the fields of another line of it", "cpu,host=a x=2.5e3 1\n", true, 0},
    {"a known series with the fields of another series", "cpu,host=b x=.5 1\n", true, 0},
    {"names with escapes, if they are as before", "a\\ b,c\\=d=e f\\,g=2 1\n", true, 0},
    {"all types", "log s=\"a\\\"b\nc\",b=F,u=9999999999999999999u 1\nx", true, 1},
    {"a new series", "cpu,host=c usage_user=1i,usage_system=2i 1\n", false, 0},
    {"new fields", "cpu,host=a usage_user=1i 1\n", false, 0},
    {"fields of new types", "cpu,host=a usage_user=1,usage_system=2i 1\n", false, 0},
    {"a field that is stripped", "timed time=1,v=1 1\n", false, 0},
    {"no fields", "cpu,host=a \n", false, 0},
    {"no space", "cpu,host=a\n", false, 0},
    {"a bad value", "cpu,host=a usage_user=1i,usage_system=2j 1\n", false, 0},
    {"a bad value at the end of the text", "cpu,host=a usage_user=1i,usage_system=", false, 0},
    {"too large an integer", "cpu,host=a usage_user=1i,usage_system=9223372036854775808i 1\n",
     false, 0},
    {"too large a float", "cpu,host=a x=1e400 1\n", false, 0},
    {"a bad time", "cpu,host=a x=1 1x\n", false, 0},
    {"a time that is no number", "cpu,host=a x=1 -\n", false, 0},
    {"a time out of range", "cpu,host=a x=1 9223372036854775807\n", false, 0},
    {"a time of too many digits", "cpu,host=a x=1 99999999999999999999\n", false, 0},
    {"two times", "cpu,host=a x=1 1 1\n", false, 0},
    {"an open quote behind a good one", "log s=\"good\",b=t,u=\"1\n", false, 0},
    {"a string with a tail", "log s=\"a\"b,b=t,u=1u 1\n", false, 0},
    {"a comma at the end", "cpu,host=a x=1,\n", false, 0},
};

static void test_known_lines_are_taken_and_others_leave_no_trace(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(lines); i++) {
        struct parser parser;
        size_t left;
        print_message("%s\n", lines[i].name);
        parser_open(&parser);
        parser_take(&parser, known);
        sx_batch_clear(&parser.batch);
        struct sx_bytes text = sx_bytes_of(lines[i].line);
        stria_status status = run_fast(&parser, text, &left);
        assert_int_equal(status, lines[i].taken ? STRIA_OK : STRIA_NOT_FOUND);
        assert_int_equal(parser.batch.row_count, lines[i].taken);
        if (lines[i].taken)
            assert_int_equal(left, lines[i].left);
        else
            assert_int_equal(parser.batch.strings.len + parser.batch.rows.len, 0);
        parser_close(&parser);
    }
}

/* Wherever a known line is cut off, the fast parser does not read on. */
static void test_a_line_that_is_cut_is_not_read_past(void **state)
{
    (void)state;
    struct parser parser;
    static const char line[] = "log s=\"a\\\"b\nc\",b=false,u=12345678u 1700000000000000000\r\n";
    parser_open(&parser);
    parser_take(&parser, known);
    for (size_t len = 1; len < sizeof line; len++) {
        size_t left;
        sx_batch_clear(&parser.batch);
        stria_status status = run_fast(&parser, sx_bytes_make(line, len), &left);
        assert_true(status == STRIA_OK || status == STRIA_NOT_FOUND);
        assert_int_equal(parser.batch.row_count, status == STRIA_OK);
    }
    parser_close(&parser);
}

/* Copies a text without its NUL; returns its size. */
static size_t add(char *to, const char *text)
{
    memcpy(to, text, strlen(text));
    return strlen(text);
}

/* A shape that is known from a series with a short key meets one whose key is long. */
static void test_a_known_name_is_too_long_behind_a_long_key(void **state)
{
    (void)state;
    struct parser parser;
    char *text = malloc((size_t)1 << 18);
    assert_non_null(text);
    parser_open(&parser);
    size_t len = add(text, "m,t=");
    memset(text + len, 'k', SX_KEY_SIZE_MAX - 4 - 5);
    len += SX_KEY_SIZE_MAX - 4 - 5;
    len += add(text + len, " v=1 1\nm vv=1 1\n");
    memcpy(text + len, text, SX_KEY_SIZE_MAX - 5);
    len += SX_KEY_SIZE_MAX - 5;
    len += add(text + len, " vv=1 1\n");
    for (int warm = 0; warm < 2; warm++) {
        assert_int_equal(parser_run(&parser, sx_bytes_make(text, len), STRIA_PRECISION_NS),
                         STRIA_OK);
        assert_int_equal(parser.batch.row_count, 2);
        assert_int_equal(parser.problems.rejected_count, 1);
        assert_int_equal(parser.problems.items[0].line, 3);
    }
    parser_close(&parser);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_lines_are_taken_and_others_leave_no_trace),
        cmocka_unit_test(test_a_line_that_is_cut_is_not_read_past),
        cmocka_unit_test(test_a_known_name_is_too_long_behind_a_long_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
