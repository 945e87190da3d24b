/* SPDX-License-Identifier: Apache-2.0 */
/* series_index_test.c -- keys to slots and back, their order, types, and writers in threads. */
#include "index/series_index.h"

#include "base/sort.h"
#include "codec/generators.h"
#include "index/index_fixture_test.h"
#include "os/os.h"

/* ---- slots ---- */

static void assert_key(struct index_test *t, uint32_t slot, struct sx_bytes want)
{
    struct sx_buf key;
    sx_buf_init(&key, &t->memory.mem, 1 << 20);
    sx_series_index_key(t->index, slot, &key);
    assert_false(key.failed);
    assert_true(sx_bytes_equal(sx_buf_bytes(&key), want));
    sx_buf_deinit(&key);
}

static void test_a_key_has_one_slot_and_comes_back(void **state)
{
    (void)state;
    static const char *const series[] = {"cpu",           "cpu,host=a",
                                         "cpu,host=b",    "cpu,host=a,os=x",
                                         "mem,host=a",    "",
                                         ",host=a",       "cp,u=host",
                                         "m,ho=sta",      "cpu,host=a,region=b",
                                         "cpu,a=b,host=", "c\x01,k\x02=\x01"};
    struct index_test t;
    uint32_t slots[SX_COUNT_OF(series)];
    index_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(series); i++) {
        slots[i] = index_test_add(&t, series[i]);
        for (size_t k = 0; k < i; k++)
            assert_true(slots[k] != slots[i]);
    }
    for (size_t i = 0; i < SX_COUNT_OF(series); i++) {
        struct sx_bytes key = index_test_key(&t.key, series[i]);
        assert_int_equal(sx_series_index_find(t.index, key, sx_hash(key)), slots[i]);
        assert_key(&t, slots[i], key);
        assert_int_equal(index_test_add(&t, series[i]), slots[i]);
    }
    assert_int_equal(sx_series_index_series_count(t.index), SX_COUNT_OF(series));
    assert_int_equal(sx_series_index_slot_count(t.index), SX_COUNT_OF(series));
    struct sx_bytes other = index_test_key(&t.key, "cpu,host=c");
    assert_int_equal(sx_series_index_find(t.index, other, sx_hash(other)), SX_SLOT_NONE);
    assert_int_equal(sx_series_index_policy_id(t.index), 1);
    assert_int_equal(sx_series_index_id(t.index), 9);
    index_test_deinit(&t);
}

static void test_keys_with_bytes_0_and_1_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        stria_bytes measurement, key, value;
    } rows[] = {
        {{"a", 1}, {"b", 1}, {"c", 1}},        {{"a\0b", 3}, {"c", 1}, {"d", 1}},
        {{"a", 1}, {"b\0c", 3}, {"d", 1}},     {{"a", 1}, {"b", 1}, {"c\0d", 3}},
        {{"a", 1}, {"b", 1}, {"c\1", 2}},      {{"a", 1}, {"b", 1}, {"c\1\1", 3}},
        {{"\0", 1}, {"\0", 1}, {"\0", 1}},     {{"\1", 1}, {"\1", 1}, {"\1", 1}},
        {{"\1\1", 2}, {"\1\2", 2}, {"\2", 1}}, {{"", 0}, {"\0\0", 2}, {"\1\0", 2}},
    };
    struct index_test t;
    index_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        stria_tag tag = {.key = rows[i].key, .value = rows[i].value};
        struct sx_buf key;
        uint32_t slot;
        sx_buf_init(&key, &t.memory.mem, 100);
        assert_int_equal(
            sx_key_make(&key, sx_bytes_make(rows[i].measurement.ptr, rows[i].measurement.len), &tag,
                        1, NULL),
            STRIA_OK);
        struct sx_bytes bytes = sx_buf_bytes(&key);
        assert_int_equal(sx_series_index_resolve(t.index, bytes, sx_hash(bytes), NULL, &slot, NULL),
                         STRIA_OK);
        assert_int_equal(slot, i);
        assert_key(&t, slot, bytes);
        sx_buf_deinit(&key);
    }
    index_test_deinit(&t);
}

static void test_equal_hashes_of_different_keys_do_no_harm(void **state)
{
    (void)state;
    struct index_test t;
    uint32_t slots[3];
    static const char *const series[] = {"a,x=1", "a,x=2", "b"};
    index_test_init(&t);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 3; i++) {
            uint32_t slot;
            struct sx_bytes key = index_test_key(&t.key, series[i]);
            assert_int_equal(sx_series_index_resolve(t.index, key, 42, NULL, &slot, NULL),
                             STRIA_OK);
            if (round)
                assert_int_equal(slot, slots[i]);
            slots[i] = slot;
        }
    assert_int_equal(sx_series_index_series_count(t.index), 3);
    index_test_deinit(&t);
}

static void test_a_hint_leads_to_its_slot_in_its_index_only(void **state)
{
    (void)state;
    struct index_test t;
    struct sx_series_hint hint = {0}, other;
    uint32_t slot;
    index_test_init(&t);
    assert_int_equal(sx_series_index_hinted(t.index, NULL), SX_SLOT_NONE);
    assert_int_equal(sx_series_index_hinted(t.index, &hint), SX_SLOT_NONE);
    (void)index_test_add(&t, "x");
    struct sx_bytes key = index_test_key(&t.key, "cpu,host=a");
    assert_int_equal(sx_series_index_resolve(t.index, key, sx_hash(key), &hint, &slot, NULL),
                     STRIA_OK);
    assert_int_equal(sx_series_index_hinted(t.index, &hint), slot);
    other = hint;
    other.index_id++;
    assert_int_equal(sx_series_index_hinted(t.index, &other), SX_SLOT_NONE);
    other = hint;
    other.version++;
    assert_int_equal(sx_series_index_hinted(t.index, &other), SX_SLOT_NONE);
    index_test_deinit(&t);
}

static void test_hundred_thousand_series_take_at_most_200_bytes_each(void **state)
{
    (void)state;
    struct index_test t;
    index_test_init(&t);
    for (unsigned i = 0; i < 100000; i++) {
        char text[100];
        (void)snprintf(text, sizeof text, "m%u,host=host_%u,region=r%u,az=z%u", i % 10, i / 10,
                       i / 10 % 20, i / 10 % 60);
        assert_int_equal(index_test_add(&t, text), i);
    }
    assert_int_equal(index_test_add(&t, "m5,host=host_77,region=r17,az=z17"), 775);
    /* The machine's allocator is the sanitizer's here: its blocks are told by their size. */
    assert_true(sx_mem_size(&t.memory.mem) < (size_t)200 * 100000);
    index_test_deinit(&t);
}

/* ---- order ---- */

/* ---- memory ---- */

static void test_every_failing_allocation_leaves_an_index_that_works(void **state)
{
    (void)state;
    static const char *const series[] = {"cpu,host=a,os=x", "cpu,host=b,os=x", "cpu,host=c",
                                         "mem,host=a", "cpu,host=d,os=x,z=1"};
    for (int64_t n = 1;; n++) {
        struct index_test t;
        uint32_t slots[5];
        index_test_init(&t);
        bool failed = false;
        test_mem_arm(&t.memory, n);
        for (size_t i = 0; i < SX_COUNT_OF(series); i++) {
            uint8_t storage[100];
            struct sx_buf key;
            uint32_t slot;
            stria_error err = {0};
            sx_buf_init_fixed(&key, storage, sizeof storage);
            struct sx_bytes bytes = index_test_key(&key, series[i]);
            stria_status st =
                sx_series_index_resolve(t.index, bytes, sx_hash(bytes), NULL, &slot, &err);
            assert_int_equal(err.code, st);
            assert_true(st == STRIA_OK || st == STRIA_NOMEM);
            failed = failed || st;
        }
        bool fired = test_mem_fired(&t.memory);
        assert_int_equal(failed, fired);
        for (size_t i = 0; i < SX_COUNT_OF(series); i++) {
            slots[i] = index_test_add(&t, series[i]);
            assert_key(&t, slots[i], index_test_key(&t.key, series[i]));
        }
        assert_int_equal(sx_series_index_series_count(t.index), SX_COUNT_OF(series));
        test_mem_arm(&t.memory, 1);
        assert_false(sx_series_index_sort(t.index, &t.memory.mem, slots, SX_COUNT_OF(series)));
        assert_true(test_mem_fired(&t.memory));
        assert_true(sx_series_index_sort(t.index, &t.memory.mem, slots, SX_COUNT_OF(series)));
        index_test_deinit(&t);
        if (!fired)
            break;
    }
    struct test_mem memory;
    test_mem_init(&memory);
    test_mem_arm(&memory, 1);
    assert_null(sx_series_index_create(&memory.mem, 1, 1, SX_DAY_NS));
    assert_true(test_mem_fired(&memory));
    test_mem_deinit(&memory);
}

/* ---- measurements and types ---- */

static void test_the_columns_of_a_series_are_those_of_its_measurement(void **state)
{
    (void)state;
    static const struct sx_batch_column columns[] = {
        {.name = {(const uint8_t *)"f", 1}, .type = STRIA_FLOAT},
        {.name = {(const uint8_t *)"g", 1}, .type = STRIA_INT},
    };
    struct sx_batch_schema batch_schema = {
        .measurement = SX_LITERAL("cpu"), .columns = columns, .column_count = 2};
    struct sx_measurement_column out[2];
    const struct sx_schema *schema, *again;
    struct index_test t;
    uint32_t count;
    index_test_init(&t);
    uint32_t slot = index_test_add(&t, "cpu,host=a"), other = index_test_add(&t, "mem");
    assert_int_equal(sx_series_index_schema(t.index, &batch_schema, &schema, NULL), STRIA_OK);
    assert_int_equal(sx_series_index_schema(t.index, &batch_schema, &again, NULL), STRIA_OK);
    assert_ptr_equal(schema, again);
    assert_ptr_equal(schema->measurement, sx_series_index_measurement_of(t.index, slot));
    assert_ptr_equal(schema->measurement,
                     sx_series_index_find_measurement(t.index, SX_LITERAL("cpu")));
    assert_null(sx_series_index_find_measurement(t.index, SX_LITERAL("cp")));
    assert_int_equal(sx_series_index_columns(t.index, slot, out, 0, &count),
                     schema->measurement->id);
    assert_int_equal(count, 2);
    (void)sx_series_index_columns(t.index, slot, out, 1, &count);
    assert_int_equal(count, 2);
    (void)sx_series_index_columns(t.index, slot, out, 2, &count);
    assert_int_equal(out[1].type, STRIA_INT);
    assert_true(sx_bytes_equal(out[1].name, SX_LITERAL("g")));
    (void)sx_series_index_columns(t.index, other, out, 2, &count);
    assert_int_equal(count, 0);
    index_test_deinit(&t);
}

/* Types told as "measurement.field:type " */
static stria_status tell_type(void *context, struct sx_bytes measurement, struct sx_bytes field,
                              const struct sx_type_range *range, stria_error *err)
{
    char *text = context;
    size_t len = strlen(text);
    (void)snprintf(text + len, 200 - len, "%.*s.%.*s:%d ", (int)measurement.len,
                   (const char *)measurement.ptr, (int)field.len, (const char *)field.ptr,
                   (int)range->type);
    return strstr(text, "stop") ? sx_mem_refused(&(struct sx_mem){.name = "x"}, 1, err) : STRIA_OK;
}

/* As rows of a log that is read back after newer ones of another type were taken. */
static void test_types_beside_the_one_that_holds_are_told_too(void **state)
{
    (void)state;
    struct index_test t;
    char text[200] = "";
    static const struct {
        stria_type type;
        int64_t first, last;
    } notes[] = {{STRIA_INT, 2, 4}, {STRIA_FLOAT, 1, 3}, {STRIA_FLOAT, 2, 2}, {STRIA_FLOAT, 1, 3}};
    struct sx_bytes cpu = SX_LITERAL("cpu"), none = SX_LITERAL("none");
    index_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(notes); i++)
        assert_int_equal(sx_series_index_note_type(t.index, cpu, SX_LITERAL("f"), notes[i].type,
                                                   notes[i].first * SX_DAY_NS,
                                                   notes[i].last * SX_DAY_NS, true, NULL),
                         STRIA_OK);
    assert_int_equal(sx_series_index_types(t.index, &cpu, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "cpu.f:1 cpu.f:2 cpu.f:1 ");
    *text = '\0';
    assert_int_equal(sx_series_index_types(t.index, &none, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "");
    assert_int_equal(sx_series_index_each_type(t.index, false, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "cpu.f:1 cpu.f:2 cpu.f:1 ");
    *text = '\0';
    assert_int_equal(sx_series_index_each_type(t.index, false, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, ""); /* once */
    sx_series_index_types_lost(t.index);
    sx_series_index_forget_types(t.index, cpu);
    assert_int_equal(sx_series_index_types(t.index, NULL, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "");
    index_test_deinit(&t);
}

static void test_types_are_told_once_unless_they_were_lost(void **state)
{
    (void)state;
    struct index_test t;
    char text[200] = "";
    struct sx_type_conflict conflict;
    static const struct sx_batch_column f[] = {
        {.name = {(const uint8_t *)"f", 1}, .type = STRIA_FLOAT}};
    struct sx_batch_schema batch_schema = {
        .measurement = SX_LITERAL("cpu"), .columns = f, .column_count = 1};
    const struct sx_schema *schema;
    index_test_init(&t);
    assert_int_equal(sx_series_index_note_type(t.index, SX_LITERAL("mem"), SX_LITERAL("free"),
                                               STRIA_INT, 0, 0, false, NULL),
                     STRIA_OK);
    assert_int_equal(sx_series_index_schema(t.index, &batch_schema, &schema, NULL), STRIA_OK);
    assert_int_equal(sx_series_index_check_types(t.index, schema, 0, &conflict, NULL), STRIA_OK);
    assert_int_equal(sx_series_index_check_types(t.index, schema, 0, &conflict, NULL), STRIA_OK);
    assert_int_equal(sx_series_index_each_type(t.index, false, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "cpu.f:1 ");
    *text = '\0';
    assert_int_equal(sx_series_index_each_type(t.index, true, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "mem.free:2 cpu.f:1 ");
    *text = '\0';
    assert_int_equal(sx_series_index_each_type(t.index, false, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "");
    sx_series_index_types_lost(t.index);
    assert_int_equal(sx_series_index_each_type(t.index, false, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "mem.free:2 cpu.f:1 ");
    *text = '\0';
    sx_series_index_forget_types(t.index, SX_LITERAL("cpu"));
    sx_series_index_forget_types(t.index, SX_LITERAL("nothing"));
    assert_int_equal(sx_series_index_each_type(t.index, true, tell_type, text, NULL), STRIA_OK);
    assert_string_equal(text, "mem.free:2 ");
    assert_int_equal(sx_series_index_note_type(t.index, SX_LITERAL("stop"), SX_LITERAL("x"),
                                               STRIA_INT, 0, 0, true, NULL),
                     STRIA_OK);
    assert_int_equal(sx_series_index_each_type(t.index, false, tell_type, text, NULL), STRIA_NOMEM);
    index_test_deinit(&t);
}

/* ---- threads ---- */

#define THREADS 4
#define SERIES 2000

struct worker {
    struct index_test *t;
    struct sx_thread *thread;
    struct sx_series_hint hints[SERIES];
    uint32_t slots[SERIES];
    _Atomic unsigned errors;
};

/* Resolves the same series as the others do, and reads what is there by hint. */
static void resolve_all(void *context)
{
    struct worker *w = context;
    for (unsigned i = 0; i < SERIES; i++) {
        char text[60];
        uint8_t storage[100];
        struct sx_buf key;
        stria_tag tag = {.key = {"host", 4}, .value = {text, 0}};
        sx_buf_init_fixed(&key, storage, sizeof storage);
        tag.value.len = (size_t)snprintf(text, sizeof text, "h%u", i);
        if (sx_key_make(&key, SX_LITERAL("cpu"), &tag, 1, NULL))
            atomic_fetch_add(&w->errors, 1);
        struct sx_bytes bytes = sx_buf_bytes(&key);
        if (sx_series_index_resolve(w->t->index, bytes, sx_hash(bytes), &w->hints[i], &w->slots[i],
                                    NULL) ||
            sx_series_index_hinted(w->t->index, &w->hints[i / 2]) != w->slots[i / 2] ||
            sx_series_index_slot(w->t->index, w->slots[i])->hash != sx_hash(bytes))
            atomic_fetch_add(&w->errors, 1);
    }
}

static void test_threads_that_resolve_the_same_series_get_the_same_slots(void **state)
{
    (void)state;
    static struct worker workers[THREADS];
    struct sx_os *os = sx_os_posix();
    struct index_test t;
    index_test_init(&t);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].t = &t;
        assert_int_equal(
            os->ops->thread_start(os, resolve_all, &workers[i], &workers[i].thread, NULL),
            STRIA_OK);
    }
    for (size_t i = 0; i < THREADS; i++)
        os->ops->thread_join(workers[i].thread);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(workers[i].errors, 0);
        assert_memory_equal(workers[i].slots, workers[0].slots, sizeof workers[0].slots);
    }
    assert_int_equal(sx_series_index_series_count(t.index), SERIES);
    index_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_has_one_slot_and_comes_back),
        cmocka_unit_test(test_keys_with_bytes_0_and_1_are_told_apart),
        cmocka_unit_test(test_equal_hashes_of_different_keys_do_no_harm),
        cmocka_unit_test(test_a_hint_leads_to_its_slot_in_its_index_only),
        cmocka_unit_test(test_hundred_thousand_series_take_at_most_200_bytes_each),
        cmocka_unit_test(test_every_failing_allocation_leaves_an_index_that_works),
        cmocka_unit_test(test_the_columns_of_a_series_are_those_of_its_measurement),
        cmocka_unit_test(test_types_beside_the_one_that_holds_are_told_too),
        cmocka_unit_test(test_types_are_told_once_unless_they_were_lost),
        cmocka_unit_test(test_threads_that_resolve_the_same_series_get_the_same_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
