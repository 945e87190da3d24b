/* SPDX-License-Identifier: Apache-2.0 */
/* json_in_test.c -- bound parameters: their types, and errors in the peer's words. */
#include "app/server/json_in.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* A parameter as kind and value: s'text' i12 f1.5 btrue, with I (identifier), R (regex), D
 * (duration) in front, or ?why. */
static void describe(const stria_param *param, char *out, size_t size)
{
    static const char *const kinds[] = {"", "I", "R", "D"};
    const char *kind = kinds[param->kind];
    switch (param->type) {
    case STRIA_STRING:
        (void)snprintf(out, size, "%ss'%.*s'", kind, (int)param->value.string.len,
                       param->value.string.ptr);
        break;
    case STRIA_INT:
        (void)snprintf(out, size, "%si%lld", kind, (long long)param->value.i64);
        break;
    case STRIA_FLOAT:
        (void)snprintf(out, size, "%sf%d/8", kind, (int)(param->value.f64 * 8));
        break;
    case STRIA_BOOL:
        (void)snprintf(out, size, "%sb%d", kind, param->value.boolean);
        break;
    default:
        (void)snprintf(out, size, "%s?%.*s", kind, (int)param->value.string.len,
                       param->value.string.ptr);
        break;
    }
}

static const struct row {
    const char *json;
    stria_status status;
    const char *wanted; /* of parameter x, or the error */
} rows[] = {
    {"{\"x\":\"north\"}", STRIA_OK, "s'north'"},
    {"{\"x\":\"\"}", STRIA_OK, "s''"},
    {" {\"x\" : 85}", STRIA_OK, "i85"},
    {"{\"x\":-1709596805000000000}", STRIA_OK, "i-1709596805000000000"},
    {"{\"x\":12.5}", STRIA_OK, "f100/8"},
    {"{\"x\":1.25e1}", STRIA_OK, "f100/8"},
    {"{\"x\":true}", STRIA_OK, "b1"},
    {"{\"x\":false}", STRIA_OK, "b0"},
    {"{\"x\":{\"identifier\":\"temp\"}}", STRIA_OK, "Is'temp'"},
    {"{\"x\":{\"ident\":\"temp\"}}", STRIA_OK, "Is'temp'"},
    {"{\"x\":{\"regex\":\"^a\"}}", STRIA_OK, "Rs'^a'"},
    {"{\"x\":{\"string\":\"a\"}}", STRIA_OK, "s'a'"},
    {"{\"x\":{\"float\":2}}", STRIA_OK, "f16/8"},
    {"{\"x\":{\"number\":2.5}}", STRIA_OK, "f20/8"},
    {"{\"x\":{\"integer\":2}}", STRIA_OK, "i2"},
    {"{\"x\":{\"int\":2}}", STRIA_OK, "i2"},
    {"{\"x\":{\"duration\":\"10m\"}}", STRIA_OK, "Ds'10m'"},
    {"{\"x\":{\"duration\":600}}", STRIA_OK, "Di600"},
    {"{\"x\":[1]}", STRIA_OK, "?unable to bind parameter with type []interface {}"},
    {"{\"x\":null}", STRIA_OK, "?unable to bind parameter with type <nil>"},
    {"{\"x\":{}}", STRIA_OK, "?bind object parameter value must have exactly one entry"},
    {"{\"x\":{\"a\":1,\"b\":2}}", STRIA_OK,
     "?bind object parameter value must have exactly one entry"},
    {"{\"x\":{\"nosuch\":1}}", STRIA_OK, "?unknown bind object type: nosuch"},
    {"{\"x\":{\"identifier\":1}}", STRIA_OK, "?identifier must be a string value"},
    {"{\"x\":{\"regex\":1}}", STRIA_OK, "?regex literal must be a string value"},
    {"{\"x\":{\"string\":1}}", STRIA_OK, "?string literal must be a string value"},
    {"{\"x\":{\"float\":\"1\"}}", STRIA_OK, "?number literal must be a float value"},
    {"{\"x\":{\"integer\":\"x\"}}", STRIA_OK, "?integer literal must be an integer value"},
    {"{\"x\":{\"integer\":1.5}}", STRIA_OK, "?integer literal must be an integer value"},
    {"{\"x\":{\"duration\":true}}", STRIA_OK,
     "?duration literal must be a string or integer value"},
    {"{\"x\":1} and more", STRIA_OK, "i1"},
    {"{\"y\":[{\"z\":\"1e5 }\\\"\"}],\"x\":1}", STRIA_OK, "i1"},
    {"{bad", STRIA_INVALID,
     "error parsing query parameters: invalid character 'b' looking for beginning of object key "
     "string"},
    {"{\"x\" 1}", STRIA_INVALID,
     "error parsing query parameters: invalid character '1' after object key"},
    {"{\"x\":1 2}", STRIA_INVALID,
     "error parsing query parameters: invalid character '2' after object key:value pair"},
    {"{\"x\":[1 2]}", STRIA_INVALID,
     "error parsing query parameters: invalid character '2' after array element"},
    {"{\"x\":oops}", STRIA_INVALID,
     "error parsing query parameters: invalid character 'o' looking for beginning of value"},
    {"{\"x\":", STRIA_INVALID, "error parsing query parameters: unexpected EOF"},
    {"", STRIA_INVALID, "error parsing query parameters: unexpected EOF"},
    {"[1]", STRIA_INVALID,
     "error parsing query parameters: json: cannot unmarshal array into Go value of type "
     "map[string]interface {}"},
    {"\"a\"", STRIA_INVALID,
     "error parsing query parameters: json: cannot unmarshal string into Go value of type "
     "map[string]interface {}"},
    {"1", STRIA_INVALID,
     "error parsing query parameters: json: cannot unmarshal number into Go value of type "
     "map[string]interface {}"},
    {"true", STRIA_INVALID,
     "error parsing query parameters: json: cannot unmarshal bool into Go value of type "
     "map[string]interface {}"},
    {"{\"x\":1e400}", STRIA_INVALID,
     "error parsing json value: strconv.ParseInt: parsing \"1e400\": invalid syntax"},
    {"{\"x\":1.5e400}", STRIA_INVALID,
     "error parsing json value: strconv.ParseFloat: parsing \"1.5e400\": value out of range"},
    {"{\"x\":8e1}", STRIA_INVALID,
     "error parsing json value: strconv.ParseInt: parsing \"8e1\": invalid syntax"},
    {"{\"x\":99999999999999999999}", STRIA_INVALID,
     "error parsing json value: strconv.ParseInt: parsing \"99999999999999999999\": value out of "
     "range"},
};

static void test_values_and_errors_are_the_peers(void **state)
{
    (void)state;
    struct sx_mem mem;
    sx_mem_init(&mem, NULL, "test", 0);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct sx_query_params params;
        stria_error err = {0};
        char got[STRIA_ERROR_TEXT_MAX] = "";
        print_message("row %s\n", rows[i].json);
        sx_query_params_init(&params, &mem);
        assert_int_equal(sx_query_params_read(&params, sx_bytes_of(rows[i].json), &err),
                         rows[i].status);
        if (rows[i].status) {
            assert_string_equal(err.text, rows[i].wanted);
        } else {
            const stria_param *last = &params.items[params.count - 1];
            assert_string_equal(last->name, "x");
            describe(last, got, sizeof got);
            assert_string_equal(got, rows[i].wanted);
        }
        sx_query_params_deinit(&params);
    }
    sx_mem_deinit(&mem);
}

static void test_null_is_no_parameters(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_query_params params;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_query_params_init(&params, &mem);
    assert_int_equal(sx_query_params_read(&params, SX_LITERAL("null"), NULL), STRIA_OK);
    assert_int_equal(params.count, 0);
    sx_query_params_deinit(&params);
    sx_mem_deinit(&mem);
}

static void test_too_much_is_refused(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_buf text;
    struct sx_query_params params;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&text, &mem, 2 * SX_QUERY_PARAMS_SIZE_MAX);
    sx_buf_put_u8(&text, '{');
    for (unsigned i = 0; i <= SX_QUERY_PARAMS_MAX; i++)
        sx_buf_printf(&text, "%s\"a%u\":1", i ? "," : "", i);
    sx_buf_put_u8(&text, '}');
    sx_query_params_init(&params, &mem);
    assert_int_equal(sx_query_params_read(&params, sx_buf_bytes(&text), NULL), STRIA_LIMIT);
    sx_query_params_deinit(&params);
    assert_non_null(sx_buf_extend(&text, SX_QUERY_PARAMS_SIZE_MAX));
    sx_query_params_init(&params, &mem);
    assert_int_equal(sx_query_params_read(&params, sx_buf_bytes(&text), NULL), STRIA_LIMIT);
    sx_query_params_deinit(&params);
    sx_buf_deinit(&text);
    sx_mem_deinit(&mem);
}

static void test_a_failed_allocation_is_told(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_mem_fault fault = {.countdown = 1};
    struct sx_query_params params;
    sx_mem_init(&mem, NULL, "test", 0);
    mem.fault = &fault;
    sx_query_params_init(&params, &mem);
    assert_int_equal(sx_query_params_read(&params, SX_LITERAL("{\"a\":1}"), NULL), STRIA_NOMEM);
    sx_query_params_deinit(&params);
    sx_mem_deinit(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_errors_are_the_peers),
        cmocka_unit_test(test_null_is_no_parameters),
        cmocka_unit_test(test_too_much_is_refused),
        cmocka_unit_test(test_a_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
