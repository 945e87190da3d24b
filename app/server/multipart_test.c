/* SPDX-License-Identifier: Apache-2.0 */
/* multipart_test.c -- the parts of a form: names, files, line ends, and bodies that break off. */
#include "app/server/multipart.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define PART(name, value)                                                                          \
    "--B\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(name, value)                                                                     \
    "--B\r\ncontent-disposition: form-data; name=" name "; filename=\"a.txt\"\r\n"                 \
    "Content-Type: text/plain\r\n\r\n" value "\r\n"

/* The parts as "name=value;", a file's as "name@value;". */
static const struct row {
    const char *name, *body, *parts;
    stria_status status;
} rows[] = {
    {"one part", PART("q", "SHOW DATABASES") "--B--\r\n", "q=SHOW DATABASES;", STRIA_OK},
    {"a file", FILE_PART("q", "a\r\nb") "--B--", "q@a\r\nb;", STRIA_OK},
    {"several", PART("a", "1") FILE_PART("q", "x") PART("b", "") "--B--\r\n", "a=1;q@x;b=;",
     STRIA_OK},
    {"a preamble and an epilogue", "hello\r\n" PART("a", "1") "--B--\r\nbye\r\n", "a=1;", STRIA_OK},
    {"line feeds alone", "--B\nContent-Disposition: form-data; name=a\n\n1\n2\n--B--\n", "a=1\n2;",
     STRIA_OK},
    {"a longer boundary is content", PART("a", "--BC\r\n--") "--B--", "a=--BC\r\n--;", STRIA_OK},
    {"blanks behind a boundary", "--B  \r\nContent-Disposition: x; name=a\r\n\r\n1\r\n--B--\t\r\n",
     "a=1;", STRIA_OK},
    {"a part without a name", "--B\r\nX: y\r\n\r\n1\r\n" PART("a", "2") "--B--", "a=2;", STRIA_OK},
    {"a part without an end of its headers", "--B\r\nX: y\r\n--B--", "", STRIA_OK},
    {"no end", PART("a", "1") "--B\r\nX", "a=1;", STRIA_INVALID},
    {"no boundary", "a=1", "", STRIA_INVALID},
    {"nothing", "", "", STRIA_INVALID},
};

static void test_parts_are_found(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        char text[500], got[200] = "";
        struct sx_params params;
        print_message("row %s\n", rows[i].name);
        size_t size = (size_t)snprintf(text, sizeof text, "%s", rows[i].body);
        sx_params_init(&params, &mem);
        assert_int_equal(sx_multipart_add(&params, text, size, SX_LITERAL("B"), NULL),
                         rows[i].status);
        for (size_t j = 0; j < params.count; j++) {
            const struct sx_param *param = &params.items[j];
            assert_int_equal(param->value.ptr[param->value.len], 0);
            size_t used = strlen(got);
            (void)snprintf(got + used, sizeof got - used, "%.*s%c%.*s;", (int)param->name.len,
                           (const char *)param->name.ptr, param->is_file ? '@' : '=',
                           (int)param->value.len, (const char *)param->value.ptr);
        }
        assert_string_equal(got, rows[i].parts);
        sx_params_deinit(&params);
    }
    sx_mem_deinit(&mem);
}

static void test_every_cut_body_is_refused_or_read(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    static const char body[] = PART("a", "1") FILE_PART("q", "x") "--B--\r\n";
    for (size_t size = 0; size < sizeof body; size++) {
        char text[sizeof body];
        struct sx_params params;
        memcpy(text, body, sizeof body);
        sx_params_init(&params, &mem);
        stria_status st = sx_multipart_add(&params, text, size, SX_LITERAL("B"), NULL);
        assert_true(st == STRIA_OK || st == STRIA_INVALID);
        sx_params_deinit(&params);
    }
    sx_mem_deinit(&mem);
}

static void test_the_boundary_is_in_the_content_type(void **state)
{
    (void)state;
    static const struct {
        const char *type, *boundary;
    } types[] = {
        {"multipart/form-data; boundary=XX", "XX"},
        {"Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", "a b"},
        {"multipart/form-data", ""},
        {"multipart/mixed; boundary=XX", ""},
        {"application/x-www-form-urlencoded", ""},
        {"", ""},
    };
    for (size_t i = 0; i < SX_COUNT_OF(types); i++) {
        struct sx_bytes got = sx_multipart_boundary(sx_bytes_of(types[i].type));
        assert_true(sx_bytes_equal(got, sx_bytes_of(types[i].boundary)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_are_found),
        cmocka_unit_test(test_every_cut_body_is_refused_or_read),
        cmocka_unit_test(test_the_boundary_is_in_the_content_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
