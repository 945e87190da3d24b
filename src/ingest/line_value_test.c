/* SPDX-License-Identifier: Apache-2.0 */
/* line_value_test.c -- tests of line_value.h. The recorded values of the peer: line_peer_test.c. */
#include "ingest/line_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *text;
    enum sx_value_fault fault;
    stria_type type;
    double number;
    const char *words; /* of the fault */
} values[] = {
    {"1", SX_VALUE_OK, STRIA_FLOAT, 1, ""},
    {"-1.5e-7", SX_VALUE_OK, STRIA_FLOAT, -1.5e-7, ""},
    {".5", SX_VALUE_OK, STRIA_FLOAT, .5, ""},
    {"1.", SX_VALUE_OK, STRIA_FLOAT, 1, ""},
    {"0.30000000000000004", SX_VALUE_OK, STRIA_FLOAT, 0.30000000000000004, ""},
    {"1e-400", SX_VALUE_OK, STRIA_FLOAT, 0, ""},
    {"12i", SX_VALUE_OK, STRIA_INT, 12, ""},
    {"-12i", SX_VALUE_OK, STRIA_INT, -12, ""},
    {"0000000000000000000000000000012i", SX_VALUE_OK, STRIA_INT, 12, ""},
    {"7u", SX_VALUE_OK, STRIA_UINT, 7, ""},
    {"t", SX_VALUE_OK, STRIA_BOOL, 1, ""},
    {"T", SX_VALUE_OK, STRIA_BOOL, 1, ""},
    {"true", SX_VALUE_OK, STRIA_BOOL, 1, ""},
    {"True", SX_VALUE_OK, STRIA_BOOL, 1, ""},
    {"TRUE", SX_VALUE_OK, STRIA_BOOL, 1, ""},
    {"f", SX_VALUE_OK, STRIA_BOOL, 0, ""},
    {"F", SX_VALUE_OK, STRIA_BOOL, 0, ""},
    {"false", SX_VALUE_OK, STRIA_BOOL, 0, ""},
    {"False", SX_VALUE_OK, STRIA_BOOL, 0, ""},
    {"FALSE", SX_VALUE_OK, STRIA_BOOL, 0, ""},
    {"", SX_VALUE_BOOLEAN, STRIA_NONE, 0, "invalid boolean"},
    {"tRUE", SX_VALUE_BOOLEAN, STRIA_NONE, 0, "invalid boolean"},
    {"truee", SX_VALUE_BOOLEAN, STRIA_NONE, 0, "invalid boolean"},
    {"fa", SX_VALUE_BOOLEAN, STRIA_NONE, 0, "invalid boolean"},
    {"+1", SX_VALUE_BOOLEAN, STRIA_NONE, 0, "invalid boolean"},
    {"i", SX_VALUE_BOOLEAN, STRIA_NONE, 0, "invalid boolean"},
    {"-", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {".", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"nan", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"1.2.3", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"0x10", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"1ii", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"9i10", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"1.5u", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"-1u", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"-+1i", SX_VALUE_NUMBER, STRIA_NONE, 0, "invalid number"},
    {"1e", SX_VALUE_FLOAT, STRIA_NONE, 0, "invalid float"},
    {".e5", SX_VALUE_FLOAT, STRIA_NONE, 0, "invalid float"},
    {"1e5e5", SX_VALUE_FLOAT, STRIA_NONE, 0, "invalid float"},
    {"1e309", SX_VALUE_FLOAT, STRIA_NONE, 0, "invalid float"},
    {"-9223372036854775809i", SX_VALUE_INT_RANGE, STRIA_NONE, 0,
     "unable to parse integer -9223372036854775809: strconv.ParseInt: parsing "
     "\"-9223372036854775809\": value out of range"},
    {"18446744073709551616u", SX_VALUE_UINT_RANGE, STRIA_NONE, 0,
     "unable to parse unsigned 18446744073709551616: strconv.ParseUint: parsing "
     "\"18446744073709551616\": value out of range"},
};

static uint64_t bits_of(stria_type type, double number)
{
    if (type == STRIA_FLOAT)
        return sx_bits_of_f64(number);
    return (uint64_t)(int64_t)number;
}

static void test_values_and_their_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(values); i++) {
        struct sx_line_value value = {.type = STRIA_NONE};
        struct sx_bytes token = sx_bytes_of(values[i].text);
        uint8_t words[256];
        struct sx_buf out;
        print_message("'%s'\n", values[i].text);
        assert_int_equal(sx_value_parse(token, &value), values[i].fault);
        if (values[i].fault == SX_VALUE_OK) {
            assert_int_equal(value.type, values[i].type);
            assert_true(value.bits == bits_of(value.type, values[i].number));
            continue;
        }
        sx_buf_init_fixed(&out, words, sizeof words);
        sx_value_fault_put(&out, values[i].fault, token);
        assert_int_equal(out.len, strlen(values[i].words));
        assert_memory_equal(words, values[i].words, out.len);
    }
}

/* Whatever the fast reader takes wholly, the careful one takes as the same value. */
static void test_the_fast_reader_agrees_with_the_careful_one(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789.-+eEiutfTFrueal";
    size_t taken = 0;
    uint64_t seed = 1;
    for (size_t n = 0; n < 300000; n++) {
        char text[24];
        size_t len = 0;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        for (uint64_t rest = seed >> 16; len < 1 + seed % 9; rest /= 26, len++)
            text[len] = alphabet[rest % (len % 2 ? 14 : 26)];
        uint8_t *bytes = malloc(len);
        assert_non_null(bytes);
        memcpy(bytes, text, len);
        const uint8_t *end = bytes + len;
        struct sx_line_value fast, careful;
        bool number = (uint8_t)(text[0] - '0') < 10 || text[0] == '-' || text[0] == '.';
        const uint8_t *got = number ? sx_value_take_number(bytes, end, &fast)
                                    : sx_value_take_bool(bytes, end, &fast);
        enum sx_value_fault fault = sx_value_parse(sx_bytes_make(bytes, len), &careful);
        if (got == end) {
            taken++;
            assert_int_equal(fault, SX_VALUE_OK);
            assert_int_equal(fast.type, careful.type);
            assert_true(fast.bits == careful.bits);
        } else if (fault == SX_VALUE_OK) {
            fail_msg("the fast reader leaves '%.*s' of '%.*s'", got ? (int)(end - got) : 0,
                     got ? (const char *)got : "", (int)len, text);
        }
        free(bytes);
    }
    assert_true(taken > 10000);
}

static const struct {
    const char *raw, *text;
} strings[] = {
    {"", ""},
    {"plain", "plain"},
    {"\\\"", "\""},
    {"\\\\", "\\"},
    {"\\n\\t\\,\\ \\=", "\\n\\t\\,\\ \\="},
    {"a\\\"b\\\\c", "a\"b\\c"},
    {"\\\\\\\"", "\\\""},
    {"\\\\\\n", "\\\\n"},
    {"end\\", "end\\"},
    {"a long one without anything special in it, and then \\\" and \\\\ and on",
     "a long one without anything special in it, and then \" and \\ and on"},
};

static void test_strings_lose_their_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(strings); i++) {
        struct sx_mem mem;
        struct sx_buf out;
        struct sx_bytes raw = sx_bytes_of(strings[i].raw);
        sx_mem_init(&mem, NULL, "test", 0);
        sx_buf_init(&out, &mem, 1000);
        assert_true(sx_value_put_string(&out, raw));
        assert_int_equal(out.len, strlen(strings[i].text));
        if (out.len)
            assert_memory_equal(out.ptr, strings[i].text, out.len);
        assert_int_equal(sx_value_string_size(raw), out.len);
        sx_buf_deinit(&out);
        sx_mem_deinit(&mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_their_faults),
        cmocka_unit_test(test_the_fast_reader_agrees_with_the_careful_one),
        cmocka_unit_test(test_strings_lose_their_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
