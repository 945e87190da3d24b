/* SPDX-License-Identifier: Apache-2.0 */
/* line_careful_test.c -- tests of line_careful.c: its limits. Its faults: line_peer_test.c. */
#include "ingest/parse_fixture_test.h"
#include "model/series_key.h"

#include <stdlib.h>

/* Copies a text without its NUL; returns its size. */
static size_t add(char *to, const char *text)
{
    memcpy(to, text, strlen(text));
    return strlen(text);
}

static void test_strings_may_have_a_mebibyte(void **state)
{
    (void)state;
    struct parser parser;
    size_t max = SX_STRING_SIZE_MAX;
    char *text = malloc(2 * max + 64);
    assert_non_null(text);
    parser_open(&parser);
    for (size_t more = 0; more < 2; more++)
        for (int escaped = 0; escaped < 2; escaped++) {
            size_t len = add(text, "m s=\"");
            for (size_t i = 0; i < max + more; i++) {
                if (escaped && i % 2)
                    text[len++] = '\\';
                text[len++] = escaped && i % 2 ? '\\' : 'x';
            }
            len += add(text + len, "\" 1\nm s=\"\" 2\n");
            struct sx_bytes bytes = sx_bytes_make(text, len);
            assert_int_equal(parser_run(&parser, bytes, STRIA_PRECISION_NS), STRIA_OK);
            assert_int_equal(parser.batch.row_count, 2 - more);
            assert_int_equal(sx_batch_string(&parser.batch, 0).len, more ? 0 : max);
            assert_text(&parser.problems.reason,
                        more ? "input field \"s\" on measurement \"m\" is too long, "
                               "1048577 > 1048576"
                             : "");
        }
    parser_close(&parser);
    free(text);
}

/* A line with `count` fields of which the first name is `name_size` bytes long. */
static size_t put_fields(char *text, unsigned count, size_t name_size)
{
    size_t len = add(text, "m,t=v ");
    for (unsigned i = 0; i < count; i++) {
        memset(text + len, 'n', name_size);
        len += i ? (size_t)snprintf(text + len, 16, "f%u=1,", i)
                 : name_size + add(text + len + name_size, "=1,");
    }
    return len - 1 + add(text + len - 1, " 1\nm,t=v v=1 2\n");
}

static void test_many_fields_and_long_names_are_refused_with_their_size(void **state)
{
    (void)state;
    static const struct {
        unsigned count;
        size_t name_size;
        const char *fault;
    } rows[] = {
        {SX_COLUMN_COUNT_MAX, 1, ""},
        {SX_COLUMN_COUNT_MAX + 1, 1, "too many fields: 4097 > 4096"},
        {1, SX_KEY_SIZE_MAX - 9, ""},
        {1, SX_KEY_SIZE_MAX - 8, "max key length exceeded: 65536 > 65535"},
        {SX_COLUMN_COUNT_MAX + 1, SX_KEY_SIZE_MAX, "max key length exceeded: 65544 > 65535"},
    };
    char *text = malloc((size_t)1 << 18);
    assert_non_null(text);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct parser parser;
        parser_open(&parser);
        for (int warm = 0; warm < 2; warm++) {
            size_t len = put_fields(text, rows[i].count, rows[i].name_size);
            assert_int_equal(parser_run(&parser, sx_bytes_make(text, len), STRIA_PRECISION_NS),
                             STRIA_OK);
            bool good = rows[i].fault[0] == 0;
            assert_int_equal(parser.batch.row_count, good ? 2 : 1);
            assert_int_equal(parser.batch.sample_count, good ? rows[i].count + 1 : 1);
            assert_int_equal(parser.problems.rejected_count, !good);
            struct sx_bytes fault = sx_bytes_of(rows[i].fault);
            struct sx_bytes tail = sx_buf_bytes(&parser.problems.text);
            assert_true(tail.len >= fault.len);
            assert_memory_equal(tail.ptr + tail.len - fault.len, fault.ptr, fault.len);
            if (!good)
                assert_int_equal(parser.problems.items[0].code, STRIA_LIMIT);
        }
        parser_close(&parser);
    }
    free(text);
}

/* Lines of a prefix, a byte many times and a suffix; the first four as the peer answered them. */
static const struct {
    const char *before, *after;
    size_t count;
    uint8_t byte;
    const char *fault;
} long_keys[] = {
    {"", " v=1 1", 65536, 'y', "max key length exceeded: 65536 > 65535"},
    {"m,t=", " v=1 1", 65531, 'k', "max key length exceeded: 65540 > 65535"},
    {"m ", "=1 1", 65500, 'k', ""},
    {"m,t=", " v=1 1", 65540, 'q', "max key length exceeded: 65544 > 65535"},
    {"m,t=", " v=1 1", 65526, 'k', ""},
    {"m,t=", " v=1 1", 65527, 'k', "max key length exceeded: 65536 > 65535"},
    {"m,t=", " v=1 1", 32765, 1, ""},
    {"m,t=", " v=1 1", 32766, 1, "max key length exceeded: 65537 > 65535"},
    {"m,t=", " v=x 1", 65531, 'k', "invalid boolean"},
};

static void test_long_keys_are_refused_as_the_peer_does(void **state)
{
    (void)state;
    char *text = malloc((size_t)1 << 17);
    assert_non_null(text);
    for (size_t i = 0; i < SX_COUNT_OF(long_keys); i++) {
        struct parser parser;
        size_t len = add(text, "ok v=1 1\n");
        len += add(text + len, long_keys[i].before);
        memset(text + len, long_keys[i].byte, long_keys[i].count);
        len += long_keys[i].count;
        len += add(text + len, long_keys[i].after);
        len += add(text + len, "\nok v=2 2");
        parser_open(&parser);
        for (int warm = 0; warm < 2; warm++) {
            struct sx_bytes fault = sx_bytes_of(long_keys[i].fault);
            assert_int_equal(parser_run(&parser, sx_bytes_make(text, len), STRIA_PRECISION_NS),
                             STRIA_OK);
            assert_int_equal(parser.batch.row_count, fault.len ? 2 : 3);
            struct sx_bytes got = sx_buf_bytes(&parser.problems.text);
            assert_true(got.len >= fault.len && (got.len > 0) == (fault.len > 0));
            if (fault.len)
                assert_bytes(sx_bytes_make(got.ptr + got.len - fault.len, fault.len),
                             long_keys[i].fault, fault.len);
        }
        parser_close(&parser);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_may_have_a_mebibyte),
        cmocka_unit_test(test_many_fields_and_long_names_are_refused_with_their_size),
        cmocka_unit_test(test_long_keys_are_refused_as_the_peer_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
