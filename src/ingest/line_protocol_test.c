/* SPDX-License-Identifier: Apache-2.0 */
/* line_protocol_test.c -- tests of line_protocol.h. What the peer does: line_peer_test.c. */
#include "ingest/line_protocol.h"

#include "ingest/parse_fixture_test.h"

#include <stdlib.h>

static const struct {
    const char *name, *text, *rows, *problems;
} texts[] = {
    {"the types", "m f=1.5,i=-7i,u=18446744073709551615u,b=t,c=False,s=\"x\" 1\n",
     "m b=true,c=false,f=1.5,i=-7i,s=\"x\",u=18446744073709551615u 1\n", ""},
    {"columns and tags are sorted", "m,z=1,a=2 y=1,x=2i 1", "m,a=2,z=1 x=2i,y=1 1\n", ""},
    {"of a doubled field the last value counts", "m v=1,w=0,v=2 1\nm v=3,w=0,v=4 2",
     "m v=2,w=0 1\nm v=4,w=0 2\n", ""},
    {"rows keep the order of lines", "b v=1 5\na v=2 4\nb v=3 3\n", "b v=1 5\na v=2 4\nb v=3 3\n",
     ""},
    {"CRLF ends a line", "m v=1 1\r\nm v=2i 2\r\nm v=t\r\n\r\nm,t=a\r\nm v=3 3\r",
     "m v=1 1\nm v=2i 2\nm v=true 1700000000123456789\nm v=3 3\n",
     "unable to parse 'm,t=a': missing fields"},
    {"but a CR elsewhere does not", "m v=1 1\rm v=2 2", "",
     "unable to parse 'm v=1 1\rm v=2 2': bad timestamp"},
    {"comments end at their LF", "# x=\"\nm v=1 1\n #\nm v=2 2\n#", "m v=1 1\nm v=2 2\n", ""},
    {"one bad line costs no other", "m v=1 1\nm v= 2\nm v=3 3\nn\nm v=\"x 4\nm v=5 5",
     "m v=1 1\nm v=3 3\n",
     "unable to parse 'm v= 2': missing field value\nunable to parse 'n': missing fields\n"
     "unable to parse 'm v=\"x 4\nm v=5 5': unbalanced quotes"},
    {"lines of one series with changing fields",
     "m a=1,b=2 1\nm b=3,a=4 2\nm a=5 3\nm a=1i,b=2 4\n",
     "m a=1,b=2 1\nm a=4,b=3 2\nm a=5 3\nm a=1i,b=2 4\n", ""},
    {"strings over lines", "m s=\"a\nb\",t=\"\\\"\\\\\\n\" 1\nm s=\"\",t=\"\n\n\" 2\n",
     "m s=\"a\nb\",t=\"\\\"\\\\\\\\n\" 1\nm s=\"\",t=\"\n\n\" 2\n", ""},
    {"names with escapes", "a\\ b\\,c,d\\=e=f\\ g h\\,i=1,j\\ k=2 1\nx\\\\,y,t=u v=1 2\n",
     "a\\ b\\,c,d\\=e=f\\ g h\\,i=1,j\\ k=2 1\nx\\\\,y,t=u v=1 2\n", ""},
    {"names with an LF", "m\\\nn,t\\\nu=v\\\nw f\\\ng=1 1\n", "m\\\nn,t\\\nu=v\\\nw f\\\ng=1 1\n",
     ""},
    {"integers at their bounds",
     "m v=9223372036854775807i,w=-9223372036854775808i 1\nm "
     "v=000000000000000000000000000012i,w=-0i 2",
     "m v=9223372036854775807i,w=-9223372036854775808i 1\nm v=12i,w=0i 2\n", ""},
    {"times at their bounds",
     "m v=1 9223372036854775806\nm v=1 -9223372036854775806\nm v=1 -9223372036854775807",
     "m v=1 9223372036854775806\nm v=1 -9223372036854775806\n",
     "unable to parse 'm v=1 -9223372036854775807': time outside range -9223372036854775806 - "
     "9223372036854775806"},
    {"unsigned integers out of range", "m v=-1u\nm v=18446744073709551616u", "",
     "unable to parse 'm v=-1u': invalid number\n"
     "unable to parse 'm v=18446744073709551616u': unable to parse unsigned "
     "18446744073709551616: strconv.ParseUint: parsing \"18446744073709551616\": value out of "
     "range"},
    {"an equals sign behind a string", "m v=\"a\"=1 1\nm v=\"a\"=1,", "",
     "unable to parse 'm v=\"a\"=1 1': invalid field format\n"
     "unable to parse 'm v=\"a\"=1,': invalid field format"},
    {"nothing but white space", " \t\n\n \r\n \t", "", ""},
};

static void test_texts_become_rows_and_problems(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(texts); i++) {
        struct parser parser;
        print_message("%s\n", texts[i].name);
        parser_open(&parser);
        assert_parses(&parser, texts[i].text, texts[i].rows, texts[i].problems);
        parser_close(&parser);
    }
}

static void test_times_are_scaled_and_missing_ones_truncated(void **state)
{
    (void)state;
    static const struct {
        stria_precision precision;
        int64_t scale;
    } rows[] = {
        {STRIA_PRECISION_NS, 1},
        {STRIA_PRECISION_US, 1000},
        {STRIA_PRECISION_MS, 1000000},
        {STRIA_PRECISION_S, 1000000000},
        {STRIA_PRECISION_M, INT64_C(60) * 1000000000},
        {STRIA_PRECISION_H, INT64_C(3600) * 1000000000},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct parser parser;
        int64_t scale = rows[i].scale;
        parser_open(&parser);
        for (int warm = 0; warm < 2; warm++) {
            struct sx_bytes text = SX_LITERAL("m v=1 12345\nm v=1 -3\nm v=1\nm v=1 0\n");
            assert_int_equal(parser_run(&parser, text, rows[i].precision), STRIA_OK);
            assert_int_equal(parser.batch.row_count, 4);
            assert_int_equal(row_time(&parser.batch, 0), 12345 * scale);
            assert_int_equal(row_time(&parser.batch, 1), -3 * scale);
            assert_int_equal(row_time(&parser.batch, 2), TEST_NOW_NS / scale * scale);
            assert_int_equal(row_time(&parser.batch, 3), 0);
        }
        parser_close(&parser);
    }
}

static void test_a_missing_time_before_1970_is_truncated_downwards(void **state)
{
    (void)state;
    struct parser parser;
    parser_open(&parser);
    struct sx_line_protocol_options options = {.precision = STRIA_PRECISION_S, .now_ns = -1};
    for (int i = 0; i < 2; i++) {
        sx_batch_clear(&parser.batch);
        assert_int_equal(sx_line_protocol_parse(parser.cache, SX_LITERAL("m v=1"), &options,
                                                &parser.batch, &parser.problems, NULL),
                         STRIA_OK);
        assert_int_equal(row_time(&parser.batch, 0), i ? STRIA_TIME_MIN : -1000000000);
        options.now_ns = INT64_MIN;
    }
    parser_close(&parser);
}

static void test_floats_are_the_nearest_doubles(void **state)
{
    (void)state;
    struct parser parser;
    uint64_t seed = 42;
    parser_open(&parser);
    for (int i = 0; i < 2000; i++) {
        char text[80], number[40];
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double value = sx_f64_of_bits(seed);
        if (i % 2)
            value = (double)(int64_t)(seed >> 40) / 1000;
        if (!(value - value == 0))
            continue;
        snprintf(number, sizeof number, i % 3 ? "%.17g" : "%.6g", value);
        snprintf(text, sizeof text, "m v=%s 1", number);
        parser_take(&parser, text);
        assert_true(row_value(&parser.batch, 0, 0) == sx_bits_of_f64(strtod(number, NULL)));
    }
    parser_close(&parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_become_rows_and_problems),
        cmocka_unit_test(test_times_are_scaled_and_missing_ones_truncated),
        cmocka_unit_test(test_a_missing_time_before_1970_is_truncated_downwards),
        cmocka_unit_test(test_floats_are_the_nearest_doubles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
