/* SPDX-License-Identifier: Apache-2.0 */
/* line_print_test.c -- tests of line_print.h; and that the parser reads what is printed. */
#include "ingest/line_print.h"

#include "ingest/parse_fixture_test.h"
#include "model/series_key.h"

#include <math.h>

static stria_bytes text_of(const char *text)
{
    return (stria_bytes){.ptr = text, .len = strlen(text)};
}

static const struct {
    const char *measurement, *key, *value; /* of its tag; NULL: no tag */
    const char *printed;                   /* NULL: it has no form */
} keys[] = {
    {"cpu", "host", "a", "cpu,host=a"},
    {"cpu", NULL, NULL, "cpu"},
    {"a b,c=d\"e", "f g,h=i\"j", "k l,m=n\"o", "a\\ b\\,c=d\"e,f\\ g\\,h\\=i\"j=k\\ l\\,m\\=n\"o"},
    {"a\\=b\\\"c\\,d\\e", "x\\y", "u\\\"v", "a\\\\=b\\\\\"c\\\\,d\\e,x\\y=u\\\"v"},
    {" a", NULL, NULL, "\\ a"},
    {"a\\\nb", "c\\\nd", "e\\\\\\\nf", "a\\\nb,c\\\nd=e\\\\\\\nf"},
    {"a\nb", NULL, NULL, NULL},
    {"a\\\\\nb", NULL, NULL, NULL},
    {"m", "a\nb", "c", NULL},
    {"m", "a", "b\n", NULL},
    {"", NULL, NULL, NULL},
    {"a\\", NULL, NULL, NULL},
    {"#a", NULL, NULL, NULL},
    {"a#", NULL, NULL, "a#"},
    {"\ta", NULL, NULL, NULL},
    {"m", "a\\", "b", NULL},
    {"m", "a", "b\\", NULL},
    {"m", "", "b", NULL},
    {"m", "a", "", NULL},
    {"m", "time", "b", NULL},
    {"m", "#", "\t", "m,#=\t"},
};

static void test_keys_are_escaped_or_have_no_form(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_buf out;
    sx_mem_init(&mem, NULL, "test", 0);
    sx_buf_init(&out, &mem, 4096);
    sx_buf_put_text(&out, "before ");
    for (size_t i = 0; i < SX_COUNT_OF(keys); i++) {
        print_message("%s\n", keys[i].printed ? keys[i].printed : keys[i].measurement);
        stria_tag tag = {0};
        if (keys[i].key)
            tag = (stria_tag){text_of(keys[i].key), text_of(keys[i].value)};
        bool ok =
            sx_line_put_key(&out, sx_bytes_of(keys[i].measurement), &tag, keys[i].key != NULL);
        assert_int_equal(ok, keys[i].printed != NULL);
        assert_bytes(sx_bytes_make(out.ptr + 7, out.len - 7), ok ? keys[i].printed : "",
                     ok ? strlen(keys[i].printed) : 0);
        out.len = 7;
    }
    sx_buf_deinit(&out);
    sx_mem_deinit(&mem);
}

static const struct {
    const char *name, *printed;
} names[] = {
    {"value", "value="},
    {"a b,c=d\"e", "a\\ b\\,c\\=d\"e="},
    {"a\\\"b\\=c", "a\\\\\"b\\\\=c="},
    {"#a", "#a="},
    {" a", "\\ a="},
    {"", NULL},
    {"time", NULL},
    {"times", "times="},
    {"a\\", NULL},
    {"\ta", NULL},
    {"a\tb", "a\tb="},
};

static const struct {
    stria_type type;
    uint64_t bits;
    const char *text, *printed;
} values[] = {
    {STRIA_INT, (uint64_t)INT64_MIN, "", "-9223372036854775808i"},
    {STRIA_UINT, UINT64_MAX, "", "18446744073709551615u"},
    {STRIA_BOOL, 1, "", "true"},
    {STRIA_BOOL, 0, "", "false"},
    {STRIA_FLOAT, 0x3fb999999999999a, "", "0.1"},
    {STRIA_FLOAT, 0x8000000000000000, "", "-0"},
    {STRIA_FLOAT, 0x0000000000000001, "", "5e-324"},
    {STRIA_FLOAT, 0x7fefffffffffffff, "", "1.7976931348623157e+308"},
    {STRIA_FLOAT, 0x7ff0000000000000, "", NULL},
    {STRIA_FLOAT, 0xfff0000000000000, "", NULL},
    {STRIA_FLOAT, 0x7ff8000000000001, "", NULL},
    {STRIA_STRING, 0, "", "\"\""},
    {STRIA_STRING, 0, "a\"b\\c\nd", "\"a\\\"b\\\\c\nd\""},
    {STRIA_NONE, 0, "", NULL},
};

static void test_names_and_values_are_printed_or_have_no_form(void **state)
{
    (void)state;
    uint8_t storage[256];
    struct sx_buf out;
    sx_buf_init_fixed(&out, storage, sizeof storage);
    for (size_t i = 0; i < SX_COUNT_OF(names); i++) {
        assert_int_equal(sx_line_put_name(&out, sx_bytes_of(names[i].name)),
                         names[i].printed != NULL);
        assert_text(&out, names[i].printed ? names[i].printed : "");
        out.len = 0;
    }
    for (size_t i = 0; i < SX_COUNT_OF(values); i++) {
        assert_int_equal(
            sx_line_put_value(&out, values[i].type, values[i].bits, sx_bytes_of(values[i].text)),
            values[i].printed != NULL);
        assert_text(&out, values[i].printed ? values[i].printed : "");
        out.len = 0;
    }
    sx_line_put_end(&out, INT64_MIN);
    assert_text(&out, " -9223372036854775808\n");
}

/* ---- a batch -------------------------------------------------------------------------------- */

static void test_what_has_no_form_is_left_out_of_a_batch(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_batch batch;
    struct sx_buf out;
    uint64_t left_out;
    const struct sx_batch_column columns[] = {{SX_LITERAL("a"), STRIA_FLOAT},
                                              {SX_LITERAL("b"), STRIA_INT},
                                              {SX_LITERAL("time"), STRIA_INT}};
    sx_mem_init(&mem, NULL, "test", 0);
    sx_batch_init(&batch, &mem);
    assert_true(sx_batch_add_series(&batch, SX_LITERAL("m\0"), 0, NULL));
    assert_true(sx_batch_add_series(&batch, SX_LITERAL("m\n\0"), 0, NULL));
    assert_true(sx_batch_add_schema(&batch, SX_LITERAL("m"), columns, 3));
    for (uint32_t row = 0; row < 5; row++) {
        uint8_t *at = sx_batch_add_row(&batch, 0, row >= 3, row, row == 2, row + 1);
        assert_non_null(at);
        if (row >= 3) {
            sx_put_u64(at, row == 3 ? 2 : 1); /* which columns it has */
            at += 8;
        }
        sx_put_u64(at, row == 1 ? 0 : sx_bits_of_f64(NAN));
        sx_put_u64(at + 8, row);
    }
    sx_buf_init(&out, &mem, 4096);
    assert_int_equal(sx_line_print_batch(&out, &batch, &left_out, NULL), STRIA_OK);
    assert_text(&out, "m b=0i 0\nm a=0,b=1i 1\nm b=3i 3\n");
    assert_int_equal(left_out, 2 + 1 + 3 + 0 + 1);
    out.max = 64;
    assert_int_not_equal(sx_line_print_batch(&out, &batch, NULL, NULL), STRIA_OK);
    sx_buf_deinit(&out);
    sx_batch_deinit(&batch);
    sx_mem_deinit(&mem);
}

/* ---- round trip ----------------------------------------------------------------------------- */

static uint64_t seed = 7;

static uint64_t random_below(uint64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % n;
}

static stria_bytes random_name(char *storage, size_t max)
{
    static const char alphabet[] = "aab\\\\,= \"\n#\t\0\x01\r\xc3\xbc";
    size_t len = random_below(max + 1);
    for (size_t i = 0; i < len; i++)
        storage[i] = alphabet[random_below(sizeof alphabet - 1)];
    return (stria_bytes){.ptr = storage, .len = len};
}

static struct sx_bytes view(stria_bytes bytes)
{
    return sx_bytes_make(bytes.ptr, bytes.len);
}

static uint64_t random_value(stria_type type)
{
    uint64_t bits = random_below(UINT32_MAX) << 32 | random_below(UINT32_MAX);
    if (type == STRIA_BOOL)
        return bits & 1;
    return type == STRIA_FLOAT && random_below(2) ? sx_bits_of_f64((double)(bits >> 50) / 100)
                                                  : bits;
}

/* Prints a row of random names and values and parses it; true if it had a form. */
static bool round_trip(struct parser *parser, struct sx_buf *out, struct sx_buf *key)
{
    char storage[5][8];
    stria_bytes measurement = random_name(storage[0], 6), field = random_name(storage[1], 6);
    stria_tag tag = {random_name(storage[2], 6), random_name(storage[3], 6)};
    size_t tag_count = random_below(2);
    stria_bytes string = random_name(storage[4], 8);
    stria_type type = (stria_type)(STRIA_FLOAT + random_below(5));
    uint64_t bits = random_value(type);
    int64_t ts_ns = (int64_t)random_value(STRIA_INT) / 2;

    sx_buf_clear(out);
    if (!sx_line_put_key(out, view(measurement), &tag, tag_count))
        return false;
    size_t key_len = out->len;
    sx_buf_put_u8(out, ' ');
    if (!sx_line_put_name(out, view(field)) || !sx_line_put_value(out, type, bits, view(string)))
        return false;
    sx_line_put_end(out, ts_ns);

    sx_buf_clear(key);
    assert_int_equal(sx_key_make(key, view(measurement), &tag, tag_count, NULL), STRIA_OK);
    assert_int_equal(parser_run(parser, sx_buf_bytes(out), STRIA_PRECISION_NS), STRIA_OK);
    const struct sx_batch *batch = &parser->batch;
    if (batch->row_count != 1)
        fail_msg("not read back: %.*s", (int)out->len, (const char *)out->ptr);
    assert_true(sx_bytes_equal(batch->series[0].key, sx_buf_bytes(key)));
    assert_true(sx_bytes_equal(batch->schemas[0].measurement, view(measurement)));
    assert_int_equal(batch->schemas[0].column_count, 1);
    assert_true(sx_bytes_equal(batch->schemas[0].columns[0].name, view(field)));
    assert_int_equal(batch->schemas[0].columns[0].type, type);
    assert_int_equal(row_time(batch, 0), ts_ns);
    uint64_t got = row_value(batch, 0, 0);
    if (type == STRIA_STRING)
        assert_bytes(sx_batch_string(batch, got), string.ptr, string.len);
    else
        assert_true(got == bits);

    struct sx_buf again;
    sx_buf_init(&again, &parser->mem, 4096);
    assert_true(sx_line_put_canonical(&again, sx_buf_bytes(key)));
    assert_bytes(sx_buf_bytes(&again), (const char *)out->ptr, key_len);
    sx_buf_deinit(&again);
    return true;
}

static void test_what_is_printed_is_read_back_as_it_was(void **state)
{
    (void)state;
    struct parser parser;
    struct sx_buf out, key;
    size_t printed = 0;
    parser_open(&parser);
    sx_buf_init(&out, &parser.mem, 4096);
    sx_buf_init(&key, &parser.mem, 4096);
    for (int i = 0; i < 40000; i++)
        printed += round_trip(&parser, &out, &key);
    assert_true(printed > 4000);
    sx_buf_deinit(&key);
    sx_buf_deinit(&out);
    parser_close(&parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_are_escaped_or_have_no_form),
        cmocka_unit_test(test_names_and_values_are_printed_or_have_no_form),
        cmocka_unit_test(test_what_has_no_form_is_left_out_of_a_batch),
        cmocka_unit_test(test_what_is_printed_is_read_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
