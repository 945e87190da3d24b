/* SPDX-License-Identifier: Apache-2.0 */
/* line_peer_test.c -- the parser and its answers against those recorded of InfluxDB 1.12.
 *
 * Algorithm   The cases of one test were written to one database one after the other, so the types
 *             of its fields are kept here as a store would keep them, and points that contradict
 *             them are refused. Each case is parsed twice, the second time with a cache that knows
 *             it. */
#include "ingest/parse_fixture_test.h"
#include "ingest/peer_lines_test.h"
#include "ingest/peer_text.h"
#include "ingest/peer_values_test.h"
#include "ingest/write_answer.h"

#include <stdlib.h>

/* ---- a store of nothing but the types of fields --------------------------------------------- */

struct field {
    char measurement[64], name[64];
    stria_type type;
};

struct fields {
    struct field items[256];
    size_t count;
};

static void copy_name(char *to, struct sx_bytes name)
{
    assert_true(name.len < sizeof((struct field *)0)->name);
    memcpy(to, name.ptr, name.len);
    to[name.len] = 0;
}

/* The type that the field has now; it gets `type` if it is new. */
static stria_type type_of(struct fields *fields, struct sx_bytes measurement, struct sx_bytes name,
                          stria_type type)
{
    struct field wanted = {.type = type};
    copy_name(wanted.measurement, measurement);
    copy_name(wanted.name, name);
    for (size_t i = 0; i < fields->count; i++)
        if (!strcmp(fields->items[i].measurement, wanted.measurement) &&
            !strcmp(fields->items[i].name, wanted.name))
            return fields->items[i].type;
    assert_true(fields->count < SX_COUNT_OF(fields->items));
    fields->items[fields->count++] = wanted;
    return type;
}

/* Takes a row of the schema unless its types contradict; tells the conflict. */
static bool take_row(struct fields *fields, const struct sx_batch_schema *schema,
                     struct sx_buf *conflict)
{
    for (uint32_t i = 0; i < schema->column_count; i++) {
        const struct sx_batch_column *column = &schema->columns[i];
        stria_type before = type_of(fields, schema->measurement, column->name, column->type);
        if (before == column->type)
            continue;
        if (conflict->len == 0)
            sx_peer_put_conflict(conflict, schema->measurement, column->name, column->type, before);
        return false;
    }
    return true;
}

static void take_rows(struct fields *fields, const struct sx_batch *batch, struct sx_buf *conflict,
                      struct sx_write_outcome *outcome)
{
    for (size_t i = 0, row = 0; i < batch->run_count; i++) {
        const struct sx_batch_run *run = &batch->runs[i];
        for (uint32_t j = 0; j < run->row_count; j++, row++) {
            if (take_row(fields, &batch->schemas[run->schema], conflict)) {
                outcome->stored_count++;
                continue;
            }
            if (outcome->conflict_count++ == 0)
                outcome->conflict_line = batch->lines[row];
        }
    }
    outcome->conflict_text = sx_buf_bytes(conflict);
}

/* ---- the cases ------------------------------------------------------------------------------ */

static void check_answer(const struct peer_case *row, struct parser *parser, struct fields *fields)
{
    struct sx_write_target target = {.database = SX_LITERAL("db0"),
                                     .policy = SX_LITERAL("autogen")};
    struct sx_write_outcome outcome = {0};
    struct sx_buf conflict, answer;
    sx_buf_init(&conflict, &parser->mem, 4096);
    sx_buf_init(&answer, &parser->mem, 65536);
    take_rows(fields, &parser->batch, &conflict, &outcome);
    assert_int_equal(sx_write_answer(&answer, &parser->problems, &outcome, &target, NULL),
                     STRIA_OK);
    assert_bytes(sx_buf_bytes(&answer), (const char *)row->answer.ptr, row->answer.len);
    assert_int_equal(outcome.stored_count + outcome.conflict_count, parser->batch.row_count);
    sx_buf_deinit(&answer);
    sx_buf_deinit(&conflict);
}

static void check_stored(const struct peer_case *row, const struct sx_batch *batch)
{
    const struct sx_batch_column *column = &batch->schemas[0].columns[0];
    uint64_t bits = row_value(batch, 0, 0);
    const char *text = (const char *)row->stored.ptr;
    if (column->type == STRIA_STRING) {
        assert_bytes(sx_batch_string(batch, bits), text, row->stored.len);
    } else if (column->type == STRIA_INT) {
        assert_int_equal((int64_t)bits, strtoll(text, NULL, 10));
    } else {
        assert_int_equal(column->type, STRIA_FLOAT);
        assert_int_equal(bits, sx_bits_of_f64(strtod(text, NULL)));
    }
}

static void check_cases(const struct peer_case *cases, size_t count)
{
    struct parser parser;
    struct fields fields[2];
    parser_open(&parser);
    for (size_t i = 0; i < count; i++) {
        const struct peer_case *row = &cases[i];
        print_message("%s: %.*s\n", row->test, (int)SX_MIN(row->body.len, 60), row->body.ptr);
        if (i == 0 || strcmp(row->test, cases[i - 1].test) != 0)
            memset(fields, 0, sizeof fields);
        for (int warm = 0; warm < 2; warm++) {
            assert_int_equal(parser_run(&parser, row->body, row->precision), STRIA_OK);
            if (row->stored.ptr)
                check_stored(row, &parser.batch);
            check_answer(row, &parser, &fields[warm]);
        }
    }
    parser_close(&parser);
}

static void test_numbers_and_strings_are_taken_as_the_peer_takes_them(void **state)
{
    (void)state;
    check_cases(peer_value_cases, SX_COUNT_OF(peer_value_cases));
}

static void test_lines_are_taken_and_refused_as_the_peer_does(void **state)
{
    (void)state;
    check_cases(peer_line_cases, SX_COUNT_OF(peer_line_cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_and_strings_are_taken_as_the_peer_takes_them),
        cmocka_unit_test(test_lines_are_taken_and_refused_as_the_peer_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
