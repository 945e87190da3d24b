/* SPDX-License-Identifier: Apache-2.0 */
/* verify_test.c -- what cannot be verified; what can is in tests/verify_test.c. */
#include "engine/verify.h"

#include "engine/engine.h"
#include "os/os_mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const stria_verify_options defaults = {.struct_size = sizeof defaults};

static void test_what_is_no_store_is_not_found(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(3);
    struct sx_file *file;
    stria_verify_report report;
    stria_error err = {0};
    assert_int_equal(sx_verify(os, "none", &defaults, &report, &err), STRIA_NOT_FOUND);
    assert_non_null(strstr(err.text, "none"));
    assert_int_equal(os->ops->mkdir(os, "empty", NULL), STRIA_OK);
    assert_int_equal(sx_verify(os, "empty", &defaults, &report, &err), STRIA_NOT_FOUND);
    assert_int_equal(os->ops->open(os, "file", SX_OPEN_WRITE | SX_OPEN_CREATE, &file, NULL),
                     STRIA_OK);
    sx_file_close(file);
    assert_int_equal(sx_verify(os, "file", &defaults, &report, &err), STRIA_NOT_FOUND);
    sx_os_mem_destroy(os);
}

static void test_an_empty_store_is_good_while_it_is_open_and_closed(void **state)
{
    (void)state;
    struct sx_os *os = sx_os_mem_create(3);
    struct sx_engine *engine;
    struct sx_engine_options options = {.os = os, .path = "db"};
    stria_verify_report report;
    assert_int_equal(sx_engine_open(&options, &engine, NULL), STRIA_OK);
    assert_int_equal(sx_verify(os, "db", &defaults, &report, NULL), STRIA_OK);
    assert_int_equal(report.file_count, 1);
    assert_int_equal(report.row_count, 0);
    assert_int_equal(sx_engine_close(engine, NULL), STRIA_OK);
    assert_int_equal(sx_verify(os, "db", &defaults, &report, NULL), STRIA_OK);
    sx_os_mem_destroy(os);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_store_is_not_found),
        cmocka_unit_test(test_an_empty_store_is_good_while_it_is_open_and_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
