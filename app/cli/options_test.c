/* SPDX-License-Identifier: Apache-2.0 */
/* options_test.c -- flags of every type, where they may stand, and what is told about wrong
 * ones. */
#include "app/cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct arguments {
    const char *db;
    bool json;
    uint64_t count, batch;
    int64_t interval_ns, for_ns;
    struct sx_moment start;
    int format;
};

static const struct sx_option options[] = {
    {"db", SX_OPTION_TEXT, offsetof(struct arguments, db), "NAME", "the database"},
    {"json", SX_OPTION_FLAG, offsetof(struct arguments, json), NULL, "the answer as JSON"},
    {"count", SX_OPTION_COUNT, offsetof(struct arguments, count), "N", "how many"},
    {"batch", SX_OPTION_SIZE, offsetof(struct arguments, batch), "SIZE", "bytes at a time"},
    {"interval", SX_OPTION_DURATION, offsetof(struct arguments, interval_ns), "TIME", "how often"},
    {"for", SX_OPTION_SECONDS, offsetof(struct arguments, for_ns), "SECONDS", "how long"},
    {"start", SX_OPTION_MOMENT, offsetof(struct arguments, start), "TIME", "from when"},
    {"format", SX_OPTION_CHOICE, offsetof(struct arguments, format), "table|csv|json", "the form"},
};

static const struct sx_command command = {
    .name = "test",
    .operands = "TEXT [MORE]",
    .operand_min = 1,
    .operand_max = 2,
    .summary = "Tests the flags",
    .example = "stria test --db home text",
    .options = options,
    .option_count = SX_COUNT_OF(options),
    .arguments_size = sizeof(struct arguments),
};

#define WORDS_MAX 8
#define NOW INT64_C(1700000000000000000)

struct parsed {
    struct arguments arguments;
    char *operands[WORDS_MAX];
    size_t operand_count;
    bool help;
    stria_error err;
};

static stria_status parse(const char *const *words, struct parsed *parsed)
{
    char *argv[WORDS_MAX];
    int argc = 0;
    memset(parsed, 0, sizeof *parsed);
    while (words[argc]) {
        argv[argc] = (char *)words[argc];
        argc++;
    }
    return sx_options_parse(&command, argc, argv, NOW, &parsed->arguments, parsed->operands,
                            &parsed->operand_count, &parsed->help, &parsed->err);
}

static void test_every_type_of_flag_is_stored(void **state)
{
    (void)state;
    struct parsed p;
    assert_int_equal(
        parse((const char *[]){"--db", "home", "--json", "--count=7", "a", "--batch=64k", NULL},
              &p),
        STRIA_OK);
    assert_string_equal(p.arguments.db, "home");
    assert_true(p.arguments.json);
    assert_int_equal(p.arguments.count, 7);
    assert_int_equal(p.arguments.batch, 65536);
    assert_int_equal(p.arguments.format, 0);
    assert_false(p.arguments.start.given);
    assert_int_equal(parse((const char *[]){"--interval=1m30s", "--start", "now-1s", "--format",
                                            "csv", "a", NULL},
                           &p),
                     STRIA_OK);
    assert_int_equal(p.arguments.interval_ns, INT64_C(90000000000));
    assert_true(p.arguments.start.given);
    assert_int_equal(p.arguments.start.ts_ns, NOW - 1000000000);
    assert_int_equal(p.arguments.format, 1);
    assert_int_equal(parse((const char *[]){"--for", "15", "a", NULL}, &p), STRIA_OK);
    assert_int_equal(p.arguments.for_ns, INT64_C(15000000000));
    assert_int_equal(parse((const char *[]){"--for", "2m", "a", NULL}, &p), STRIA_OK);
    assert_int_equal(p.arguments.for_ns, INT64_C(120000000000));
}

static void test_operands_stand_anywhere_and_behind_two_dashes(void **state)
{
    (void)state;
    struct parsed p;
    assert_int_equal(parse((const char *[]){"a", "--json", "-", NULL}, &p), STRIA_OK);
    assert_int_equal(p.operand_count, 2);
    assert_string_equal(p.operands[0], "a");
    assert_string_equal(p.operands[1], "-");
    assert_int_equal(parse((const char *[]){"--json", "--", "--db", "-h", NULL}, &p), STRIA_OK);
    assert_int_equal(p.operand_count, 2);
    assert_string_equal(p.operands[0], "--db");
    assert_string_equal(p.operands[1], "-h");
    assert_null(p.arguments.db);
    assert_false(p.help);
}

static void test_the_last_of_two_counts_and_values_may_be_empty_or_begin_with_dashes(void **state)
{
    (void)state;
    struct parsed p;
    assert_int_equal(parse((const char *[]){"--db=a", "--db=", "x", NULL}, &p), STRIA_OK);
    assert_string_equal(p.arguments.db, "");
    assert_int_equal(parse((const char *[]){"--db", "--json", "x", NULL}, &p), STRIA_OK);
    assert_string_equal(p.arguments.db, "--json");
    assert_false(p.arguments.json);
}

static void test_help_is_heard_among_wrong_words(void **state)
{
    (void)state;
    struct parsed p;
    assert_int_equal(parse((const char *[]){"--nonsense", "--help", NULL}, &p), STRIA_OK);
    assert_true(p.help);
    assert_int_equal(parse((const char *[]){"-h", NULL}, &p), STRIA_OK);
    assert_true(p.help);
}

static void test_what_is_wrong_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *text;
    } rows[] = {
        {{"a", "--formt", "csv"}, "unknown flag --formt; did you mean --format?"},
        {{"a", "--formt=csv"}, "unknown flag --formt; did you mean --format?"},
        {{"a", "--hlep"}, "unknown flag --hlep; did you mean --help?"},
        {{"a", "--colour"}, "unknown flag --colour"},
        {{"a", "-x"}, "unknown flag -x; flags begin with --"},
        {{"a", "--json=yes"}, "--json takes no value"},
        {{"a", "--db"}, "--db needs a value: NAME"},
        {{"a", "--count", "ten"}, "--count: not a number: ten"},
        {{"a", "--count=-1"}, "--count: not a number: -1"},
        {{"a", "--count=99999999999999999999"}, "--count: 99999999999999999999 is out of range"},
        {{"a", "--batch=1x"}, "--batch: not a size such as 512k, 64M or 2G: 1x"},
        {{"a", "--interval=0s"}, "--interval: not a duration such as 10s, 5m or 1h30m: 0s"},
        {{"a", "--interval=5"}, "--interval: not a duration such as 10s, 5m or 1h30m: 5"},
        {{"a", "--for=0"}, "--for: not a number of seconds, or a duration such as 5m: 0"},
        {{"a", "--for=10000000000"}, "--for: 10000000000 is out of range"},
        {{"a", "--start=noon"},
         "--start: not a time such as 2024-05-01T10:00:00Z, 2024-05-01 or now-1h: noon"},
        {{"a", "--format=xml"}, "--format: not one of table|csv|json: xml"},
        {{"a", "--format=table|csv"}, "--format: not one of table|csv|json: table|csv"},
        {{"a", "--format="}, "--format: not one of table|csv|json: "},
        {{"a", "b", "c"}, "one word too many: c"},
        {{"--json"}, "missing: TEXT [MORE]"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct parsed p;
        print_message("%s\n", rows[i].text);
        assert_int_equal(parse(rows[i].words, &p), STRIA_INVALID);
        assert_string_equal(p.err.text, rows[i].text);
    }
}

static void test_help_shows_usage_flags_and_an_example(void **state)
{
    (void)state;
    char storage[4096];
    struct sx_buf out;
    sx_buf_init_fixed(&out, storage, sizeof storage);
    sx_options_help(&command, &out);
    assert_false(out.failed);
    sx_buf_put_u8(&out, 0);
    assert_string_equal(storage, "usage: stria test [FLAGS] TEXT [MORE]\n"
                                 "\n"
                                 "Tests the flags.\n"
                                 "\n"
                                 "Flags:\n"
                                 "  --db NAME                the database\n"
                                 "  --json                   the answer as JSON\n"
                                 "  --count N                how many\n"
                                 "  --batch SIZE             bytes at a time\n"
                                 "  --interval TIME          how often\n"
                                 "  --for SECONDS            how long\n"
                                 "  --start TIME             from when\n"
                                 "  --format table|csv|json  the form\n"
                                 "\n"
                                 "Example:\n"
                                 "  stria test --db home text\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_of_flag_is_stored),
        cmocka_unit_test(test_operands_stand_anywhere_and_behind_two_dashes),
        cmocka_unit_test(test_the_last_of_two_counts_and_values_may_be_empty_or_begin_with_dashes),
        cmocka_unit_test(test_help_is_heard_among_wrong_words),
        cmocka_unit_test(test_what_is_wrong_is_told),
        cmocka_unit_test(test_help_shows_usage_flags_and_an_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
