/* SPDX-License-Identifier: Apache-2.0 */
/* measurement_test.c -- columns, schemas, and the types of fields by window. */
#include "index/measurement.h"

#include "base/golden_test.h"
#include "codec/generators.h"
#include "model/catalog.h"

#define DAY SX_DAY_NS

static struct test_mem memory;

static struct sx_measurement *make(void)
{
    struct sx_measurement *m = sx_measurement_create(&memory.mem, SX_LITERAL("c\0p"), 5);
    assert_non_null(m);
    return m;
}

/* "f1 f2": a letter for the name and a number for the type, sorted. */
static const struct sx_schema *schema_of(struct sx_measurement *m, const char *text)
{
    struct sx_batch_column columns[8];
    uint32_t count = 0;
    for (; *text; text += text[2] ? 3 : 2)
        columns[count++] = (struct sx_batch_column){.name = sx_bytes_make(text, 1),
                                                    .type = (stria_type)(text[1] - '0')};
    return sx_measurement_schema(m, columns, count);
}

/* ---- columns and schemas ---- */

static void test_a_measurement_keeps_its_name_plain_and_escaped(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    assert_true(sx_bytes_equal(m->name, SX_LITERAL("c\0p")));
    assert_true(sx_bytes_equal(m->escaped, SX_LITERAL("c\1\1p")));
    assert_int_equal(m->id, 5);
    sx_measurement_destroy(m);
    m = sx_measurement_create(&memory.mem, (struct sx_bytes){0}, 0);
    assert_int_equal(m->name.len, 0);
    assert_int_equal(m->escaped.len, 0);
    sx_measurement_destroy(m);
    sx_measurement_destroy(NULL);
}

static void test_equal_columns_are_one_schema(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    const struct sx_schema *a = schema_of(m, "f1 g2"), *b = schema_of(m, "f1"),
                           *c = schema_of(m, "f2 g2"), *d = schema_of(m, "f1 f2");
    assert_ptr_equal(schema_of(m, "f1 g2"), a);
    assert_ptr_equal(schema_of(m, "f1"), b);
    assert_true(a != b && a != c && c != d);
    assert_int_equal(m->schema_count, 4);
    assert_int_equal(m->column_count, 3); /* f float, g int, f int */
    assert_int_equal(m->field_count, 2);
    assert_int_equal(d->column_count, 2);
    assert_ptr_equal(d->measurement, m);
    assert_int_equal(d->types[1], STRIA_INT);
    assert_true(sx_bytes_equal(d->names[1], SX_LITERAL("f")));
    assert_int_equal(m->columns[d->column_ids[0]].field, m->columns[d->column_ids[1]].field);
    for (uint32_t i = 0; i < m->schema_count; i++)
        assert_int_equal(m->schemas[i]->number, i);
    sx_measurement_destroy(m);
}

static void test_4096_columns_are_one_schema(void **state)
{
    (void)state;
    static char names[SX_COLUMN_COUNT_MAX][8];
    static struct sx_batch_column columns[SX_COLUMN_COUNT_MAX];
    struct sx_measurement *m = make();
    for (size_t i = 0; i < SX_COLUMN_COUNT_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%05zu", i);
        columns[i] = (struct sx_batch_column){.name = sx_bytes_of(names[i]), .type = STRIA_FLOAT};
    }
    const struct sx_schema *schema = sx_measurement_schema(m, columns, SX_COLUMN_COUNT_MAX);
    assert_ptr_equal(sx_measurement_schema(m, columns, SX_COLUMN_COUNT_MAX), schema);
    assert_true(sx_measurement_schema(m, columns, SX_COLUMN_COUNT_MAX - 1) != schema);
    assert_int_equal(m->column_count, SX_COLUMN_COUNT_MAX);
    sx_measurement_destroy(m);
}

static void test_every_failing_allocation_leaves_a_measurement_that_works(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        test_mem_arm(&memory, n);
        struct sx_measurement *m = sx_measurement_create(&memory.mem, SX_LITERAL("m"), 0);
        const struct sx_schema *schema = m ? schema_of(m, "a1 b2 c3 d4 e5") : NULL;
        struct sx_type_conflict conflict;
        stria_status st = STRIA_NOMEM;
        if (schema)
            st = sx_measurement_check_types(schema, 0, DAY, &conflict, NULL);
        bool fired = test_mem_fired(&memory);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        if (m) { /* and now it works */
            schema = schema_of(m, "a1 b2 c3 d4 e5");
            assert_non_null(schema);
            assert_int_equal(sx_measurement_check_types(schema, 0, DAY, &conflict, NULL), STRIA_OK);
            assert_int_equal(m->column_count, 5);
            assert_int_equal(m->schema_count, 1);
            for (size_t i = 0; i < 5; i++)
                assert_int_equal(m->fields[i].range_count, 1);
        }
        sx_measurement_destroy(m);
        if (!fired)
            break;
    }
}

/* ---- types ---- */

static stria_status check(struct sx_measurement *m, const char *columns, int64_t window)
{
    struct sx_type_conflict conflict = {0};
    return sx_measurement_check_types(schema_of(m, columns), window, DAY, &conflict, NULL);
}

/* The ranges of the first field as "first..last=type " in days. */
static void assert_ranges(const struct sx_measurement *m, const char *want)
{
    char text[400] = "";
    for (size_t i = 0; i < m->fields[0].range_count; i++) {
        const struct sx_type_range *r = &m->fields[0].ranges[i];
        size_t len = strlen(text);
        (void)snprintf(text + len, sizeof text - len, "%s%" PRId64 "..%" PRId64 "=%d%s",
                       len ? " " : "", r->first_window / DAY, r->last_window / DAY, (int)r->type,
                       r->dirty ? "*" : "");
    }
    assert_string_equal(text, want);
}

static void test_a_field_has_one_type_in_a_window(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    struct sx_type_conflict conflict = {0};
    assert_int_equal(check(m, "f1 g2", 0), STRIA_OK);
    assert_int_equal(check(m, "f1", 0), STRIA_OK);
    assert_int_equal(sx_measurement_check_types(schema_of(m, "a1 f2"), 0, DAY, &conflict, NULL),
                     STRIA_CONFLICT);
    assert_true(sx_bytes_equal(conflict.measurement, SX_LITERAL("c\0p")));
    assert_true(sx_bytes_equal(conflict.field, SX_LITERAL("f")));
    assert_int_equal(conflict.type, STRIA_INT);
    assert_int_equal(conflict.type_before, STRIA_FLOAT);
    /* A refused row leaves no trace: `a` has no type yet. */
    assert_int_equal(check(m, "a3", 0), STRIA_OK);
    assert_int_equal(check(m, "f2", DAY), STRIA_OK); /* another window */
    assert_int_equal(check(m, "f1", DAY), STRIA_CONFLICT);
    assert_int_equal(check(m, "f1", 0), STRIA_OK);
    sx_measurement_destroy(m);
}

static void test_a_schema_that_has_a_field_twice_contradicts_itself(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    struct sx_type_conflict conflict = {0};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            sx_measurement_check_types(schema_of(m, "e1 f1 f2"), 0, DAY, &conflict, NULL),
            STRIA_CONFLICT);
        assert_true(sx_bytes_equal(conflict.field, SX_LITERAL("f")));
        assert_int_equal(conflict.type, STRIA_INT);
        assert_int_equal(conflict.type_before, STRIA_FLOAT);
    }
    assert_int_equal(check(m, "e2", 0), STRIA_OK);
    sx_measurement_destroy(m);
}

static void test_neighbouring_windows_of_one_type_are_one_range(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    assert_int_equal(check(m, "f1", 0), STRIA_OK);
    assert_int_equal(check(m, "f1", 4 * DAY), STRIA_OK);
    assert_ranges(m, "0..0=1* 4..4=1*");
    assert_int_equal(check(m, "f1", DAY), STRIA_OK);
    assert_ranges(m, "0..1=1* 4..4=1*");
    assert_int_equal(check(m, "f1", 3 * DAY), STRIA_OK);
    assert_ranges(m, "0..1=1* 3..4=1*");
    assert_int_equal(check(m, "f1", 2 * DAY), STRIA_OK);
    assert_ranges(m, "0..4=1*");
    assert_int_equal(check(m, "f2", 5 * DAY), STRIA_OK);
    assert_int_equal(check(m, "f1", -DAY), STRIA_OK);
    assert_ranges(m, "-1..4=1* 5..5=2*");
    sx_measurement_destroy(m);
}

static void test_the_first_window_of_all_is_one_of_its_own(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    int64_t second = sx_window_start(INT64_MIN + DAY, DAY), last = sx_window_start(INT64_MAX, DAY);
    assert_int_equal(check(m, "f1", second), STRIA_OK);
    assert_int_equal(check(m, "f2", INT64_MIN), STRIA_OK);
    assert_int_equal(check(m, "f1", INT64_MIN), STRIA_CONFLICT);
    assert_int_equal(check(m, "f3", last), STRIA_OK);
    assert_int_equal(check(m, "f1", last), STRIA_CONFLICT);
    assert_int_equal(m->fields[0].range_count, 3);
    sx_measurement_destroy(m);
}

static bool note(struct sx_measurement *m, stria_type type, int64_t first, int64_t last, bool dirty)
{
    return sx_measurement_note_type(m, SX_LITERAL("f"), type, first, last, DAY, dirty);
}

static void test_noted_types_fill_only_windows_without_one(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    assert_true(note(m, STRIA_INT, 2 * DAY, 3 * DAY, false));
    assert_true(note(m, STRIA_FLOAT, 0, 9 * DAY, false));
    assert_ranges(m, "0..1=1 2..3=2 4..9=1");
    assert_false(m->types_dirty);
    assert_true(note(m, STRIA_BOOL, 5 * DAY, 11 * DAY, true));
    assert_ranges(m, "0..1=1 2..3=2 4..9=1 10..11=4*");
    assert_true(m->types_dirty);
    assert_true(note(m, STRIA_FLOAT, -3 * DAY, -2 * DAY, false));
    assert_true(note(m, STRIA_FLOAT, -DAY, -DAY, false));
    assert_ranges(m, "-3..1=1 2..3=2 4..9=1 10..11=4*");
    sx_measurement_destroy(m);
}

static void test_types_may_be_noted_up_to_the_ends_of_time(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    int64_t second = sx_window_start(INT64_MIN + DAY, DAY), last = sx_window_start(INT64_MAX, DAY);
    assert_true(note(m, STRIA_INT, second, second, false));
    assert_true(note(m, STRIA_FLOAT, INT64_MIN, INT64_MAX, false));
    assert_int_equal(check(m, "f1", INT64_MIN), STRIA_OK);
    assert_int_equal(check(m, "f1", second), STRIA_CONFLICT);
    assert_int_equal(check(m, "f2", second), STRIA_OK);
    assert_int_equal(check(m, "f2", 0), STRIA_CONFLICT);
    assert_int_equal(check(m, "f1", last), STRIA_OK);
    sx_measurement_destroy(m);
}

static void test_forgotten_types_may_be_others(void **state)
{
    (void)state;
    struct sx_measurement *m = make();
    assert_int_equal(check(m, "f1", 0), STRIA_OK);
    assert_int_equal(check(m, "f2", 0), STRIA_CONFLICT);
    sx_measurement_forget_types(m);
    assert_false(m->types_dirty);
    assert_int_equal(check(m, "f2", 0), STRIA_OK);
    assert_int_equal(check(m, "f1", 0), STRIA_CONFLICT);
    sx_measurement_destroy(m);
}

#define WINDOWS 40

static void test_random_types_agree_with_a_table_of_windows(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct sx_random random = {seed};
        struct sx_measurement *m = make();
        int types[WINDOWS] = {0};
        for (int step = 0; step < 120; step++) {
            size_t window = sx_random_below(&random, WINDOWS);
            int type = 1 + (int)sx_random_below(&random, 3);
            if (sx_random_below(&random, 3) == 0) {
                size_t last = window + sx_random_below(&random, WINDOWS - window);
                assert_true(note(m, (stria_type)type, ((int64_t)window - 20) * DAY,
                                 ((int64_t)last - 20) * DAY, false));
                for (size_t i = window; i <= last; i++)
                    types[i] = types[i] ? types[i] : type;
                continue;
            }
            char columns[3] = {'f', (char)('0' + type), '\0'};
            stria_status want = types[window] && types[window] != type ? STRIA_CONFLICT : STRIA_OK;
            assert_int_equal(check(m, columns, ((int64_t)window - 20) * DAY), want);
            types[window] = types[window] ? types[window] : type;
        }
        size_t range_count = 0;
        for (size_t i = 0; i < WINDOWS; i++)
            range_count += types[i] && (i == 0 || types[i - 1] != types[i]);
        assert_int_equal(m->fields[0].range_count, range_count);
        sx_measurement_destroy(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_measurement_keeps_its_name_plain_and_escaped),
        cmocka_unit_test(test_equal_columns_are_one_schema),
        cmocka_unit_test(test_4096_columns_are_one_schema),
        cmocka_unit_test(test_every_failing_allocation_leaves_a_measurement_that_works),
        cmocka_unit_test(test_a_field_has_one_type_in_a_window),
        cmocka_unit_test(test_a_schema_that_has_a_field_twice_contradicts_itself),
        cmocka_unit_test(test_neighbouring_windows_of_one_type_are_one_range),
        cmocka_unit_test(test_the_first_window_of_all_is_one_of_its_own),
        cmocka_unit_test(test_noted_types_fill_only_windows_without_one),
        cmocka_unit_test(test_types_may_be_noted_up_to_the_ends_of_time),
        cmocka_unit_test(test_forgotten_types_may_be_others),
        cmocka_unit_test(test_random_types_agree_with_a_table_of_windows),
    };
    test_mem_init(&memory);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_mem_deinit(&memory);
    return failed;
}
