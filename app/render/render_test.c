/* SPDX-License-Identifier: Apache-2.0 */
/* render_test.c -- what all formats share: parts, limits, failures of memory, failures told. */
#include "app/render/render.h"

#include "app/render/fake_answer_test.h"
#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_no_failed_allocation_breaks_more_than_the_answer(void **state)
{
    (void)state;
    for (unsigned format = SX_RENDER_JSON; format <= SX_RENDER_JSONL; format++) {
        struct sx_render_options options = {.format = format};
        struct fake_source answer = fake_answer_of(fake_statements, SX_COUNT_OF(fake_statements));
        bool fired = true;
        for (int64_t n = 1; fired; n++) {
            struct sx_mem mem;
            struct sx_mem_fault fault = {.countdown = n};
            struct sx_buf out;
            stria_error err;
            sx_mem_init(&mem, NULL, "test", 0);
            mem.fault = &fault;
            sx_buf_init(&out, &mem, FAKE_OUT_SIZE_MAX);
            stria_status st = fake_render(&answer, &options, 64, &out, &err);
            fired = fault.fired;
            assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
            sx_buf_deinit(&out);
            sx_mem_deinit(&mem);
        }
    }
}

static void test_an_answer_that_outgrows_its_buffer_is_given_up(void **state)
{
    (void)state;
    struct fake_source fake = fake_answer_of(fake_statements, SX_COUNT_OF(fake_statements));
    struct sx_row_source source = fake_source_of(&fake);
    struct sx_render_options options = {0};
    struct sx_render *render;
    struct sx_mem mem;
    struct sx_buf out;
    bool done = false;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&out, &mem, 100);
    assert_int_equal(sx_render_create(&mem, &source, &options, &render, NULL), STRIA_OK);
    assert_int_not_equal(sx_render_next(render, &out, 1000, &done, NULL), STRIA_OK);
    sx_render_destroy(render);
    sx_buf_deinit(&out);
    sx_mem_deinit(&mem);
}

static void test_a_part_is_little_more_than_was_asked_for(void **state)
{
    (void)state;
    int64_t times[1000] = {0};
    const stria_values column = {.type = STRIA_TIME, .values = times};
    const struct fake_table table = {
        .table = {.column_names = fake_names, .column_types = fake_types, .column_count = 1},
        .columns = &column,
        .row_count = SX_COUNT_OF(times)};
    const struct fake_statement statement = {.tables = &table, .table_count = 1};
    for (unsigned format = SX_RENDER_JSON; format <= SX_RENDER_JSONL; format++) {
        struct sx_render_options options = {.format = format, .pretty = true};
        struct fake_source fake = fake_answer_of(&statement, 1);
        struct sx_row_source source = fake_source_of(&fake);
        struct sx_render *render;
        struct sx_mem mem;
        struct sx_buf out;
        sx_mem_init(&mem, NULL, "test", 0);
        sx_buf_init(&out, &mem, 4096);
        assert_int_equal(sx_render_create(&mem, &source, &options, &render, NULL), STRIA_OK);
        for (bool done = false; !done; sx_buf_clear(&out)) {
            assert_int_equal(sx_render_next(render, &out, 500, &done, NULL), STRIA_OK);
            assert_true(out.len < 1000);
            assert_true(done || out.len >= 500);
        }
        assert_int_equal(sx_render_row_count(render), 1000);
        assert_null(sx_render_failure(render));
        sx_render_destroy(render);
        sx_buf_deinit(&out);
        sx_mem_deinit(&mem);
    }
}

static void test_the_first_failure_of_a_statement_is_told(void **state)
{
    (void)state;
    const struct fake_statement statements[] = {
        {0}, {.status = STRIA_IO, .text = "first"}, {.status = STRIA_SYNTAX, .text = "second"}};
    for (unsigned format = SX_RENDER_JSON; format <= SX_RENDER_JSONL; format++) {
        struct sx_render_options options = {.format = format};
        struct fake_source fake = fake_answer_of(statements, 3);
        struct sx_row_source source = fake_source_of(&fake);
        struct sx_render *render;
        struct sx_mem mem;
        struct sx_buf out;
        bool done;
        sx_mem_init(&mem, NULL, "test", 0);
        sx_buf_init(&out, &mem, 4096);
        assert_int_equal(sx_render_create(&mem, &source, &options, &render, NULL), STRIA_OK);
        assert_int_equal(sx_render_next(render, &out, 4000, &done, NULL), STRIA_OK);
        assert_true(done);
        assert_non_null(sx_render_failure(render));
        assert_int_equal(sx_render_failure(render)->code, STRIA_IO);
        assert_string_equal(sx_render_failure(render)->text, "first");
        sx_render_destroy(render);
        sx_buf_deinit(&out);
        sx_mem_deinit(&mem);
    }
}

static void test_epoch_names_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *epoch;
        enum sx_render_time time;
    } rows[] = {
        {"", SX_RENDER_RFC3339}, {"n", SX_RENDER_NS},  {"ns", SX_RENDER_NS},
        {"u", SX_RENDER_US},     {"us", SX_RENDER_US}, {"\xc2\xb5", SX_RENDER_US},
        {"ms", SX_RENDER_MS},    {"s", SX_RENDER_S},   {"m", SX_RENDER_M},
        {"h", SX_RENDER_H},      {"d", SX_RENDER_NS},  {"rfc3339", SX_RENDER_NS},
        {"S", SX_RENDER_NS},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++)
        assert_int_equal(sx_render_time_of(sx_bytes_of(rows[i].epoch), SX_RENDER_RFC3339),
                         rows[i].time);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_failed_allocation_breaks_more_than_the_answer),
        cmocka_unit_test(test_an_answer_that_outgrows_its_buffer_is_given_up),
        cmocka_unit_test(test_a_part_is_little_more_than_was_asked_for),
        cmocka_unit_test(test_the_first_failure_of_a_statement_is_told),
        cmocka_unit_test(test_epoch_names_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
