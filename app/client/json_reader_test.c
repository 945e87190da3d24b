/* SPDX-License-Identifier: Apache-2.0 */
/* json_reader_test.c -- tokens of JSON that arrives in pieces of any size, and what is no JSON. */
#include "app/client/json_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct feed {
    const char *text;
    size_t left, piece;
};

static stria_status give(void *context, void *bytes, size_t size, size_t *got, stria_error *err)
{
    struct feed *feed = context;
    (void)err;
    *got = SX_MIN(SX_MIN(size, feed->piece), feed->left);
    memcpy(bytes, feed->text, *got);
    feed->text += *got;
    feed->left -= *got;
    return STRIA_OK;
}

/* All tokens as one text: { } [ ] k:KEY s:STRING n:NUMBER t f 0 and . at the end. */
static stria_status tokens_of(struct sx_mem *mem, const char *text, size_t len, size_t piece,
                              struct sx_buf *out, stria_error *err)
{
    static const char marks[] = ".{}[]ksntf0";
    struct feed feed = {.text = text, .left = len, .piece = piece};
    struct sx_json_reader reader;
    struct sx_json_token token;
    stria_status st;
    sx_json_reader_init(&reader, mem, give, &feed);
    do {
        st = sx_json_next(&reader, &token, err);
        if (st)
            break;
        sx_buf_put_u8(out, (uint8_t)marks[token.kind]);
        if (token.kind == SX_JSON_KEY || token.kind == SX_JSON_STRING ||
            token.kind == SX_JSON_NUMBER) {
            sx_buf_put_u8(out, ':');
            sx_buf_put_bytes(out, token.text);
        }
        sx_buf_put_u8(out, ' ');
    } while (token.kind != SX_JSON_END);
    sx_json_reader_deinit(&reader);
    return st;
}

static const struct row {
    const char *text, *tokens;
} rows[] = {
    {"", ". "},
    {" \n", ". "},
    {"{}", "{ } . "},
    {"[]", "[ ] . "},
    {"{\"a\":[1,\"x\"]}", "{ k:a [ n:1 s:x ] } . "},
    {"{\"results\":[{\"statement_id\":0}]}\n{\"results\":[]}\n",
     "{ k:results [ { k:statement_id n:0 } ] } { k:results [ ] } . "},
    {" [ true , false , null , -1.5e+3 , 0 ] ", "[ t f 0 n:-1.5e+3 n:0 ] . "},
    {"{\"a\" : {} , \"b\" : [ [ ] ] }", "{ k:a { } k:b [ [ ] ] } . "},
    {"\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"", "s:a\"b\\c/d\b\f\n\r\t . "},
    {"\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"", "s:A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 . "},
    {"\"\\ud83dx\\ude00\\ud83d\\ud83d\\ude00\\ud83d\\n\\ud83d\"",
     "s:\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd\n\xef\xbf\xbd . "},
    {"\"caf\xc3\xa9\"", "s:caf\xc3\xa9 . "},
    {"1 2", "n:1 n:2 . "},
    {"18446744073709551615", "n:18446744073709551615 . "},
};

static void test_tokens_come_whatever_the_pieces_are(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        for (size_t piece = 1; piece < 9; piece++) {
            char storage[256];
            struct sx_buf out;
            sx_buf_init_fixed(&out, storage, sizeof storage);
            assert_int_equal(tokens_of(&mem, rows[i].text, strlen(rows[i].text), piece, &out, NULL),
                             STRIA_OK);
            sx_buf_put_u8(&out, 0);
            assert_false(out.failed);
            assert_string_equal(storage, rows[i].tokens);
        }
    }
    sx_mem_deinit(&mem);
}

static const struct bad_row {
    const char *text, *error;
} bad_rows[] = {
    {"{", "it ends too early at byte 1"},
    {"[1", "it ends too early at byte 2"},
    {"[1 2]", "no comma between two values at byte 3"},
    {"[1,]", "nothing behind a comma at byte 3"},
    {"{\"a\":1,}", "nothing behind a comma at byte 7"},
    {"[,1]", "an unknown word at byte 1"},
    {"{1:2}", "a key that is no string at byte 1"},
    {"{\"a\" 1}", "no colon behind a key at byte 5"},
    {"{\"a\":}", "an unknown word at byte 5"},
    {"{\"a\":", "it ends too early at byte 5"},
    {"[}", "an unknown word at byte 1"},
    {"]", "an unknown word at byte 0"},
    {"<html>", "an unknown word at byte 0"},
    {"nul", "an unknown word at byte 3"},
    {"01", "an unknown word at byte 2"},
    {"1.", "an unknown word at byte 2"},
    {"1e", "an unknown word at byte 2"},
    {"-", "an unknown word at byte 1"},
    {"\"abc", "it ends too early at byte 4"},
    {"\"a\\x\"", "a bad escape at byte 4"},
    {"\"\\u12g4\"", "a bad \\u escape at byte 6"},
    {"\"a\nb\"", "a control character in a string at byte 3"},
};

static void test_what_is_no_json_is_told_with_its_place(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(bad_rows); i++) {
        char storage[256], wanted[256];
        stria_error err = {0};
        struct sx_buf out;
        sx_buf_init_fixed(&out, storage, sizeof storage);
        print_message("%s\n", bad_rows[i].text);
        assert_int_equal(tokens_of(&mem, bad_rows[i].text, strlen(bad_rows[i].text), 3, &out, &err),
                         STRIA_IO);
        (void)snprintf(wanted, sizeof wanted, "what the server sent is not JSON: %s",
                       bad_rows[i].error);
        assert_string_equal(err.text, wanted);
    }
    sx_mem_deinit(&mem);
}

static void test_depth_and_memory_are_limited(void **state)
{
    (void)state;
    struct sx_mem mem;
    char text[SX_JSON_DEPTH_MAX + 1], storage[512];
    struct sx_buf out;
    sx_mem_init(&mem, NULL, "test", 0);
    memset(text, '[', sizeof text);
    sx_buf_init_fixed(&out, storage, sizeof storage);
    assert_int_equal(tokens_of(&mem, text, sizeof text, 7, &out, NULL), STRIA_LIMIT);
    struct sx_mem_fault fault = {.countdown = 1};
    mem.fault = &fault;
    assert_int_equal(tokens_of(&mem, "{\"a\":1}", 7, 7, &out, NULL), STRIA_NOMEM);
    sx_mem_deinit(&mem);
}

static void test_a_value_is_passed_over_whole(void **state)
{
    (void)state;
    static const char text[] = "[{\"a\":[1,{\"b\":2}]},3,\"x\",[]]";
    struct feed feed = {.text = text, .left = sizeof text - 1, .piece = 2};
    struct sx_mem mem;
    struct sx_json_reader reader;
    struct sx_json_token token;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_json_reader_init(&reader, &mem, give, &feed);
    assert_int_equal(sx_json_next(&reader, &token, NULL), STRIA_OK);
    static const enum sx_json_kind kinds[] = {SX_JSON_OBJECT, SX_JSON_NUMBER, SX_JSON_STRING,
                                              SX_JSON_ARRAY};
    for (size_t i = 0; i < SX_COUNT_OF(kinds); i++) {
        assert_int_equal(sx_json_next(&reader, &token, NULL), STRIA_OK);
        assert_int_equal(token.kind, kinds[i]);
        assert_int_equal(sx_json_skip(&reader, &token, NULL), STRIA_OK);
    }
    assert_int_equal(sx_json_next(&reader, &token, NULL), STRIA_OK);
    assert_int_equal(token.kind, SX_JSON_ARRAY_END);
    sx_json_reader_deinit(&reader);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens_come_whatever_the_pieces_are),
        cmocka_unit_test(test_what_is_no_json_is_told_with_its_place),
        cmocka_unit_test(test_depth_and_memory_are_limited),
        cmocka_unit_test(test_a_value_is_passed_over_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
