/* SPDX-License-Identifier: Apache-2.0 */
/* source_test.c -- the walk of a real cursor is that of its calls. */
#include "app/render/source.h"

#include "app/render/render.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[] = "/tmp/stria-source-XXXXXX";

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void test_a_cursor_is_rendered(void **state)
{
    (void)state;
    static const char text[] = "CREATE DATABASE a; SHOW DATABASES";
    struct sx_render_options options = {0};
    stria *db;
    stria_cursor *cursor;
    struct sx_mem mem;
    struct sx_render *render;
    struct sx_buf out;
    bool done;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(stria_open(folder, NULL, &db, NULL), STRIA_OK);
    assert_int_equal(
        stria_query(db, text, strlen(text), STRIA_QUERY_OPTIONS(.database = NULL), &cursor, NULL),
        STRIA_OK);
    struct sx_row_source source = sx_row_source_of_cursor(cursor);
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&out, &mem, 1 << 16);
    assert_int_equal(sx_render_create(&mem, &source, &options, &render, NULL), STRIA_OK);
    assert_int_equal(sx_render_next(render, &out, 1 << 15, &done, NULL), STRIA_OK);
    assert_true(done);
    sx_buf_put_u8(&out, 0);
    assert_string_equal(
        (const char *)out.ptr,
        "{\"results\":[{\"statement_id\":0},{\"statement_id\":1,\"series\":[{"
        "\"name\":\"databases\",\"columns\":[\"name\"],\"values\":[[\"a\"]]}]}]}\n");
    sx_render_destroy(render);
    sx_buf_deinit(&out);
    sx_mem_deinit(&mem);
    stria_cursor_close(cursor);
    assert_int_equal(stria_close(db, NULL), STRIA_OK);
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_cursor_is_rendered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
