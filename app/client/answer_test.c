/* SPDX-License-Identifier: Apache-2.0 */
/* answer_test.c -- a server's answers walked like a cursor: pieces joined, types found, errors. */
#include "app/client/answer.h"

#include "base/float_format.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct feed {
    const char *text;
    size_t left;
};

static stria_status give(void *context, void *bytes, size_t size, size_t *got, stria_error *err)
{
    struct feed *feed = context;
    (void)err;
    *got = SX_MIN(SX_MIN(size, 5), feed->left);
    memcpy(bytes, feed->text, *got);
    feed->text += *got;
    feed->left -= *got;
    return STRIA_OK;
}

static void put_cell(struct sx_buf *out, const stria_values *values, size_t row)
{
    static const char marks[] = "?fiubst";
    uint8_t text[SX_FLOAT_TEXT_MAX];
    if (!(values->present[row / 64] >> (row % 64) & 1)) {
        sx_buf_put_text(out, " null");
        return;
    }
    sx_buf_printf(out, " %c", marks[values->type]);
    switch (values->type) {
    case STRIA_FLOAT:
        sx_buf_put(out, text, sx_float_write_json(text, ((const double *)values->values)[row]));
        break;
    case STRIA_INT:
    case STRIA_TIME:
        sx_buf_printf(out, "%" PRId64, ((const int64_t *)values->values)[row]);
        break;
    case STRIA_UINT:
        sx_buf_printf(out, "%" PRIu64, ((const uint64_t *)values->values)[row]);
        break;
    case STRIA_BOOL:
        sx_buf_printf(out, "%d", ((const uint8_t *)values->values)[row]);
        break;
    default:
        sx_buf_put(out, ((const stria_bytes *)values->values)[row].ptr,
                   ((const stria_bytes *)values->values)[row].len);
    }
}

static void put_table(struct sx_buf *out, const stria_table *table)
{
    sx_buf_printf(out, "<%.*s", (int)table->name.len, table->name.ptr ? table->name.ptr : "");
    for (size_t i = 0; i < table->tag_count; i++)
        sx_buf_printf(out, ",%.*s=%.*s", (int)table->tags[i].key.len, table->tags[i].key.ptr,
                      (int)table->tags[i].value.len, table->tags[i].value.ptr);
    for (size_t i = 0; i < table->column_count; i++)
        sx_buf_printf(out, " %.*s", (int)table->column_names[i].len, table->column_names[i].ptr);
    sx_buf_put_u8(out, '>');
}

static stria_status put_rows(struct sx_answer *answer, struct sx_buf *out, size_t *row_count,
                             stria_error *err)
{
    const stria_batch *batch;
    stria_status st;
    while (!(st = sx_answer_next_batch(answer, &batch, err)) && batch) {
        assert_true(batch->row_count > 0);
        *row_count += batch->row_count;
        for (size_t row = 0; row < batch->row_count; row++) {
            sx_buf_put_u8(out, '[');
            for (size_t i = 0; i < batch->column_count; i++)
                put_cell(out, &batch->columns[i], row);
            sx_buf_put_text(out, " ]");
        }
    }
    return st;
}

static stria_status put_statement(struct sx_answer *answer, bool read_rows, struct sx_buf *out,
                                  size_t *row_count, stria_error *err)
{
    const stria_table *table;
    stria_status st;
    while (!(st = sx_answer_next_series(answer, &table, err)) && table) {
        put_table(out, table);
        if (read_rows)
            st = put_rows(answer, out, row_count, err);
        if (st)
            break;
    }
    return st;
}

/* The whole walk as text: #ID of a statement, <series columns>, [ rows ], !error, "messages". */
static stria_status walk(struct sx_mem *mem, const char *text, bool read_rows, struct sx_buf *out,
                         size_t *row_count, stria_error *err)
{
    struct feed feed = {.text = text, .left = strlen(text)};
    struct sx_answer *answer;
    const stria_statement *statement;
    stria_status st = sx_answer_create(mem, give, &feed, &answer, err);
    *row_count = 0;
    while (!st && !(st = sx_answer_next_statement(answer, &statement, err)) && statement) {
        sx_buf_printf(out, "#%u", statement->index);
        st = put_statement(answer, read_rows, out, row_count, err);
        if (st == STRIA_INVALID) {
            sx_buf_printf(out, "!%s", err->text);
            st = STRIA_OK;
        }
        struct sx_bytes messages = sx_answer_messages(answer);
        if (messages.len)
            sx_buf_printf(out, "\"%.*s\"", (int)messages.len, (const char *)messages.ptr);
    }
    sx_answer_destroy(answer);
    return st;
}

static const struct row {
    const char *text, *walk, *walk_without_rows;
} rows[] = {
    {"{\"results\":[]}", "", ""},
    {"{\"results\":[{\"statement_id\":0}]}", "#0", "#0"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"databases\",\"columns\":"
     "[\"name\"]}]}]}",
     "#0<databases name>", "#0<databases name>"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"cpu\",\"tags\":{\"host\":\"a\","
     "\"dc\":\"\"},\"columns\":[\"time\",\"v\",\"s\",\"b\"],\"values\":[[1,2.5,\"x\",true],"
     "[2,null,\"\",false],[3,1e3,null,null]]}]}]}",
     "#0<cpu,host=a,dc= time v s b>[ t1 f2.5 sx b1 ][ t2 null s b0 ][ t3 f1000 null null ]",
     "#0<cpu,host=a,dc= time v s b>"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"a\",\"b\",\"c\",\"d\",\"e\"],"
     "\"values\":[[1,18446744073709551615,-1,1,null],[2,5,18446744073709551615,\"x\",null]]}]}]}",
     "#0< a b c d e>[ i1 u18446744073709551615 f-1 s1 null ]"
     "[ i2 u5 f18446744073709552000 sx null ]",
     "#0< a b c d e>"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"a\"],\"values\":[[-0],[1]]}]}]"
     "}",
     "#0< a>[ f-0 ][ f1 ]", "#0< a>"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"v\",\"time\"],"
     "\"values\":[[true,7],[1,8]]}]}]}",
     "#0<m v time>[ strue i7 ][ s1 i8 ]", "#0<m v time>"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\"],"
     "\"values\":[[1],[2]],\"partial\":true}],\"partial\":true}]}\n"
     "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\"],"
     "\"values\":[[3]]}],\"partial\":true}]}\n"
     "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"n\",\"columns\":[\"time\"],"
     "\"values\":[[4]]}]}]}\n"
     "{\"results\":[{\"statement_id\":1,\"series\":[{\"name\":\"m\",\"columns\":[\"time\"],"
     "\"values\":[[5]]}]}]}\n",
     "#0<m time>[ t1 ][ t2 ][ t3 ]<n time>[ t4 ]#1<m time>[ t5 ]", "#0<m time><n time>#1<m time>"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\"],"
     "\"values\":[[1]],\"partial\":true}],\"partial\":true}]}\n",
     "#0<m time>[ t1 ]", "#0<m time>"},
    {"{\"results\":[{\"statement_id\":0,\"error\":\"database not found: x\"},"
     "{\"statement_id\":1,\"error\":\"not executed\"}]}",
     "#0!database not found: x#1!not executed", "#0!database not found: x#1!not executed"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\"],"
     "\"values\":[[1]],\"partial\":true}],\"partial\":true}]}\n"
     "{\"results\":[{\"statement_id\":0,\"error\":\"timeout\"}]}",
     "#0<m time>[ t1 ]!timeout", "#0<m time>!timeout"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"columns\":[\"time\"],"
     "\"values\":[[1]]}]}]}\n{\"error\":\"shutting down\"}",
     "#0<m time>[ t1 ]!shutting down", "#0<m time>!shutting down"},
    {"{\"results\":[{\"statement_id\":0,\"messages\":[{\"level\":\"warning\",\"text\":\"old\"},"
     "{\"level\":\"info\",\"text\":\"new\",\"more\":[1]}],\"other\":{\"a\":[]}}],\"more\":7}",
     "#0\"warning: old\ninfo: new\n\"", "#0\"warning: old\ninfo: new\n\""},
};

static void test_answers_are_walked_like_cursors(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        for (int read_rows = 0; read_rows < 2; read_rows++) {
            char storage[1024];
            size_t row_count;
            stria_error err = {0};
            struct sx_buf out;
            sx_buf_init_fixed(&out, storage, sizeof storage);
            assert_int_equal(walk(&mem, rows[i].text, read_rows, &out, &row_count, &err), STRIA_OK);
            sx_buf_put_u8(&out, 0);
            assert_false(out.failed);
            assert_string_equal(storage, read_rows ? rows[i].walk : rows[i].walk_without_rows);
        }
    }
    sx_mem_deinit(&mem);
}

static const struct bad_row {
    const char *text;
    stria_status st;
    const char *error;
} bad_rows[] = {
    {"{\"error\":\"unable to parse authentication credentials\"}", STRIA_INVALID,
     "unable to parse authentication credentials"},
    {"[]", STRIA_IO, "the server's answer has an unknown form: no object"},
    {"<html>", STRIA_IO, "what the server sent is not JSON: an unknown word at byte 0"},
    {"{\"results\":{}}", STRIA_IO, "the server's answer has an unknown form: results"},
    {"{\"results\":[{\"series\":[]}]}", STRIA_IO,
     "the server's answer has an unknown form: no statement_id"},
    {"{\"results\":[{\"statement_id\":\"x\"}]}", STRIA_IO,
     "the server's answer has an unknown form: statement_id"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"a\"],\"values\":[[1,2]]}]}]}",
     STRIA_IO,
     "the server's answer has an unknown form: a row with more or fewer values than columns"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\",\"values\":[[1]]}]}]}",
     STRIA_IO,
     "the server's answer has an unknown form: a row with more or fewer values than columns"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"a\"],\"values\":[[{}]]}]}]}",
     STRIA_IO, "the server's answer has an unknown form: a value that is an object or an array"},
    {"{\"results\":[{\"statement_id\":0,\"series\":[{\"columns\":[\"a\"],\"values\":[[1],",
     STRIA_IO, "what the server sent is not JSON: it ends too early at byte 71"},
};

static void test_an_answer_of_unknown_form_is_an_error(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(bad_rows); i++) {
        char storage[1024];
        size_t row_count;
        stria_error err = {0};
        struct sx_buf out;
        sx_buf_init_fixed(&out, storage, sizeof storage);
        print_message("%s\n", bad_rows[i].text);
        assert_int_equal(walk(&mem, bad_rows[i].text, true, &out, &row_count, &err),
                         bad_rows[i].st);
        assert_string_equal(err.text, bad_rows[i].error);
    }
    sx_mem_deinit(&mem);
}

/* 5,000 rows in one document, whole numbers first: batch after batch has the type of its rows. */
static void test_long_answers_come_in_batches(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_buf text, out;
    size_t row_count;
    stria_error err = {0};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&text, &mem, 1 << 20);
    sx_buf_init(&out, &mem, 1 << 20);
    sx_buf_put_text(&text, "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"m\","
                           "\"columns\":[\"time\",\"v\"],\"values\":[");
    for (int i = 0; i < 5000; i++)
        sx_buf_printf(&text, "%s[%d,%d%s]", i ? "," : "", i, i, i < 4000 ? "" : ".5");
    sx_buf_put(&text, "]}]}]}", 7);
    assert_false(text.failed);
    assert_int_equal(walk(&mem, (const char *)text.ptr, true, &out, &row_count, &err), STRIA_OK);
    assert_int_equal(row_count, 5000);
    sx_buf_put_u8(&out, 0);
    assert_non_null(strstr((const char *)out.ptr, "[ t1023 i1023 ][ t1024 i1024 ]"));
    assert_non_null(strstr((const char *)out.ptr, "[ t4999 f4999.5 ]"));
    sx_buf_deinit(&text);
    sx_buf_deinit(&out);
    sx_mem_deinit(&mem);
}

static void test_no_memory_anywhere_is_an_error(void **state)
{
    (void)state;
    int64_t nth = 0;
    stria_status st;
    do {
        struct sx_mem mem;
        struct sx_mem_fault fault = {.countdown = ++nth};
        char storage[1024];
        size_t row_count;
        stria_error err = {0};
        struct sx_buf out;
        sx_buf_init_fixed(&out, storage, sizeof storage);
        sx_mem_init(&mem, NULL, "test", 0);
        mem.fault = &fault;
        st = walk(&mem, rows[3].text, true, &out, &row_count, &err);
        assert_true(st == STRIA_OK || st == STRIA_NOMEM);
        sx_mem_deinit(&mem);
    } while (st);
    assert_true(nth > 8);
}

static void test_error_documents_and_other_texts_have_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *document, *text;
    } texts[] = {
        {"{\"error\":\"database not found: \\\"x\\\"\"}\n", "database not found: \"x\""},
        {"{\"code\":\"invalid\",\"message\":\"bad\"}", "bad"},
        {"{\"a\":[1,{}],\"error\":\"e\"}", "e"},
        {"<h1>Bad\nGateway</h1>\r\n", "<h1>Bad Gateway</h1>"},
        {"{\"error\":7}", "{\"error\":7}"},
        {"{\"error\":", "{\"error\":"},
        {"", ""},
    };
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(texts); i++) {
        char storage[128];
        struct sx_buf out;
        sx_buf_init_fixed(&out, storage, sizeof storage);
        sx_answer_error_text(&mem, sx_bytes_of(texts[i].document), &out);
        sx_buf_put_u8(&out, 0);
        assert_string_equal(storage, texts[i].text);
    }
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_walked_like_cursors),
        cmocka_unit_test(test_an_answer_of_unknown_form_is_an_error),
        cmocka_unit_test(test_long_answers_come_in_batches),
        cmocka_unit_test(test_no_memory_anywhere_is_an_error),
        cmocka_unit_test(test_error_documents_and_other_texts_have_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
