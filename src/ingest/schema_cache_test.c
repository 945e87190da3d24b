/* SPDX-License-Identifier: Apache-2.0 */
/* schema_cache_test.c -- tests of schema_cache.h. */
#include "ingest/schema_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define FIELD_COUNT_MAX 8

struct fields {
    struct sx_line_fields fields;
    uint64_t values[FIELD_COUNT_MAX];
    uint8_t types[FIELD_COUNT_MAX];
    struct sx_bytes names[FIELD_COUNT_MAX];
};

/* Fields from text such as "b=f,a=i": raw names, and types as the first letter of their name. */
static void set(struct fields *fields, const char *text)
{
    fields->fields = (struct sx_line_fields){
        .values = fields->values, .types = fields->types, .names = fields->names};
    for (const char *p = text; *p; fields->fields.count++) {
        const char *equals = p;
        while (*equals != '=' || equals[-1] == '\\')
            equals++;
        assert_true(fields->fields.count < FIELD_COUNT_MAX);
        fields->names[fields->fields.count] = sx_bytes_make(p, (size_t)(equals + 1 - p));
        fields->types[fields->fields.count] = (uint8_t)(strchr("?fiubs", equals[1]) - "?fiubs");
        p = equals + 2 + (equals[2] == ',');
    }
}

static void put_columns(char *text, size_t size, const struct sx_batch_column *columns,
                        uint32_t count)
{
    size_t len = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, size - len, "%s%.*s:%c", i ? "," : "",
                                (int)columns[i].name.len, (const char *)columns[i].name.ptr,
                                "?fiubs"[columns[i].type]);
}

static const struct {
    const char *name, *fields, *columns;
    int column_of[FIELD_COUNT_MAX]; /* of each field; -1: not stored */
    const char *conflict;           /* the name that comes with two types */
} shapes[] = {
    {"columns are sorted", "b=f,a=i,c=s", "a:i,b:f,c:s", {1, 0, 2}, NULL},
    {"and free of escapes", "b\\ c=f,a\\=b=b", "a=b:b,b c:f", {1, 0}, NULL},
    {"a doubled field is one column", "b=f,a=i,b=f", "a:i,b:f", {1, 0, 1}, NULL},
    {"time is not stored", "time=f,v=f", "v:f", {-1, 0}, NULL},
    {"nor is it alone", "time=f,time=i", "", {0}, NULL},
    {"two types contradict", "v=f,v=i", "v:f", {0}, "v"},
    {"the first contradiction in the line counts", "a=f,z=f,b=i,z=i,a=i", "a:f,b:i,z:f", {0}, "z"},
    {"also when names are sorted otherwise", "z=f,a=f,a=i,z=i", "a:f,z:f", {0}, "a"},
    {"escapes do not hide one", "a,=f,a\\,=i", "a,:f", {0}, "a,"},
    {"time never contradicts", "time=f,v=u,time=i", "v:u", {-1, 0, -1}, NULL},
};

static void test_shapes_tell_the_column_of_each_field(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_schema_cache cache;
    sx_mem_init(&mem, NULL, "test", 0);
    assert_true(sx_schema_cache_init(&cache, &mem));
    struct sx_measurement *measurement = sx_schema_cache_measurement(&cache, SX_LITERAL("m"));
    assert_non_null(measurement);
    for (size_t i = 0; i < SX_COUNT_OF(shapes); i++) {
        struct fields fields;
        struct sx_shape_made made;
        char columns[256];
        print_message("%s\n", shapes[i].name);
        set(&fields, shapes[i].fields);
        assert_null(sx_schema_cache_find(&cache, measurement, &fields.fields));
        assert_true(sx_schema_cache_add(&cache, measurement, &fields.fields, &made));
        put_columns(columns, sizeof columns, made.columns, made.column_count);
        assert_string_equal(columns, shapes[i].columns);
        assert_int_equal(made.conflict, shapes[i].conflict != NULL);
        if (made.conflict)
            assert_true(sx_bytes_equal(made.name, sx_bytes_of(shapes[i].conflict)));
        assert_ptr_equal(made.shape, sx_schema_cache_find(&cache, measurement, &fields.fields));
        if (!made.shape)
            continue;
        assert_false(made.conflict);
        const struct sx_schema *schema = made.shape->schema;
        put_columns(columns, sizeof columns, schema->columns, schema->column_count);
        assert_string_equal(columns, shapes[i].columns);
        for (uint32_t j = 0; j < made.shape->field_count; j++)
            assert_int_equal(made.shape->fields[j].column, (uint16_t)shapes[i].column_of[j]);
    }
    sx_schema_cache_deinit(&cache);
    sx_mem_deinit(&mem);
}

static const struct sx_shape *add(struct sx_schema_cache *cache, const char *measurement,
                                  const char *text)
{
    struct fields fields;
    struct sx_shape_made made;
    struct sx_measurement *of = sx_schema_cache_measurement(cache, sx_bytes_of(measurement));
    assert_non_null(of);
    set(&fields, text);
    const struct sx_shape *known = sx_schema_cache_find(cache, of, &fields.fields);
    if (known)
        return known;
    assert_true(sx_schema_cache_add(cache, of, &fields.fields, &made));
    return made.shape;
}

static void test_shapes_with_the_same_columns_share_a_schema(void **state)
{
    (void)state;
    struct sx_mem mem;
    struct sx_schema_cache cache;
    sx_mem_init(&mem, NULL, "test", 0);
    assert_true(sx_schema_cache_init(&cache, &mem));
    const struct sx_shape *first = add(&cache, "m", "a=f,b=i");
    assert_ptr_equal(add(&cache, "m", "a=f,b=i"), first);
    assert_ptr_not_equal(add(&cache, "m", "b=i,a=f"), first);
    assert_ptr_equal(add(&cache, "m", "b=i,a=f")->schema, first->schema);
    assert_ptr_equal(add(&cache, "m", "b=i,a=f,b=i")->schema, first->schema);
    assert_ptr_not_equal(add(&cache, "m", "a=f,b=u")->schema, first->schema);
    assert_ptr_not_equal(add(&cache, "m", "a=f")->schema, first->schema);
    assert_ptr_not_equal(add(&cache, "n", "a=f,b=i")->schema, first->schema);
    assert_int_equal(first->name_size_max, 1);
    sx_schema_cache_clear(&cache);
    assert_int_equal(cache.shape_count + cache.schema_count + cache.measurement_count, 0);
    assert_int_equal(add(&cache, "m", "long\\ name=f")->name_size_max, 10);
    sx_schema_cache_deinit(&cache);
    sx_mem_deinit(&mem);
}

static void test_refused_allocations_leave_the_cache_usable(void **state)
{
    (void)state;
    bool fired = true;
    for (int64_t n = 1; fired; n++) {
        struct sx_mem mem;
        struct sx_mem_fault fault = {.countdown = n};
        struct sx_schema_cache cache;
        struct fields fields;
        struct sx_shape_made made = {0};
        sx_mem_init(&mem, NULL, "test", 0);
        mem.fault = &fault;
        set(&fields, "b=f,a=i");
        struct sx_measurement *measurement = NULL;
        bool ready = sx_schema_cache_init(&cache, &mem);
        if (ready)
            measurement = sx_schema_cache_measurement(&cache, SX_LITERAL("m"));
        bool ok = measurement && sx_schema_cache_add(&cache, measurement, &fields.fields, &made);
        fired = atomic_load(&fault.fired);
        assert_int_equal(ok, !fired);
        if (ready) {
            assert_non_null(add(&cache, "m", "b=f,a=i"));
            assert_int_equal(cache.shape_count, 1);
            assert_int_equal(cache.schema_count, 1);
            assert_int_equal(cache.measurement_count, 1);
        }
        sx_schema_cache_deinit(&cache);
        sx_mem_deinit(&mem);
        assert_true(n < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes_tell_the_column_of_each_field),
        cmocka_unit_test(test_shapes_with_the_same_columns_share_a_schema),
        cmocka_unit_test(test_refused_allocations_leave_the_cache_usable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
