/* SPDX-License-Identifier: Apache-2.0 */
/* memtable_test.c -- batches into a memtable: reserved, applied or cancelled, refused, and read
 * while they come. */
#include "memtable/memtable.h"

#include "codec/generators.h"
#include "memtable/memtable_fixture_test.h"
#include "os/os.h"
#include "os/sync.h"

/* ---- the life of a batch ---- */

static void test_a_batch_is_visible_when_it_is_applied(void **state)
{
    (void)state;
    struct mem_test t;
    struct sx_memtable_place place;
    uint64_t first, last;
    mem_test_init(&t);
    mem_test_row(&t, "cpu,host=a", 10, "f1=1.5");
    mem_test_row(&t, "cpu,host=b", 20, "f1=2 s5=x");
    mem_test_resolve(&t.batch, t.ix.index);
    assert_int_equal(sx_memtable_reserve(t.memtable, &t.batch, &place, NULL), STRIA_OK);
    mem_test_read(&t, "cpu,host=a", INT64_MIN, INT64_MAX);
    assert_rows(&t.out, "");
    assert_int_equal(sx_memtable_row_count(t.memtable), 0);
    sx_memtable_seqs(t.memtable, &first, &last);
    assert_int_equal(first, 0);
    assert_int_equal(last, 0);
    sx_memtable_apply(t.memtable, &t.batch, &place, 5);
    mem_test_read(&t, "cpu,host=a", INT64_MIN, INT64_MAX);
    assert_rows(&t.out, "10:f1=1.5");
    mem_test_read(&t, "cpu,host=b", INT64_MIN, INT64_MAX);
    assert_rows(&t.out, "20:f1=2,s5=x");
    assert_int_equal(sx_memtable_row_count(t.memtable), 2);
    assert_int_equal(sx_memtable_sample_count(t.memtable), 3);
    assert_int_equal(sx_memtable_generation(t.memtable), 7);
    assert_ptr_equal(sx_memtable_index(t.memtable), t.ix.index);
    assert_int_equal(sx_memtable_schema_count(t.memtable), 2);
    sx_batch_clear(&t.batch);
    mem_test_row(&t, "cpu,host=a", 30, "f1=3");
    t.next_seq = 9;
    mem_test_commit(&t);
    sx_memtable_seqs(t.memtable, &first, &last);
    assert_int_equal(first, 5);
    assert_int_equal(last, 9);
    assert_true(sx_memtable_size(t.memtable) > 0);
    assert_null(sx_memtable_series(t.memtable, 99));
    assert_null(sx_memtable_series(t.memtable, UINT32_MAX - 1));
    mem_test_deinit(&t);
}

static void test_the_bytes_of_a_batch_are_those_the_log_must_write(void **state)
{
    (void)state;
    /* Few bytes are copied, many are taken over. */
    static const size_t counts[] = {1, 100, 5000};
    for (size_t c = 0; c < SX_COUNT_OF(counts); c++) {
        struct mem_test t;
        struct sx_memtable_place place;
        mem_test_init(&t);
        for (size_t i = 0; i < counts[c]; i++)
            mem_test_row(&t, "m", (int64_t)i, "i2=77 s5=0123456789");
        mem_test_resolve(&t.batch, t.ix.index);
        size_t rows_size = t.batch.rows.len, strings_size = t.batch.strings.len;
        uint8_t *rows = sx_mem_alloc(&t.ix.memory.mem, rows_size);
        uint8_t *strings = sx_mem_alloc(&t.ix.memory.mem, strings_size);
        memcpy(rows, t.batch.rows.ptr, rows_size);
        memcpy(strings, t.batch.strings.ptr, strings_size);
        assert_int_equal(sx_memtable_reserve(t.memtable, &t.batch, &place, NULL), STRIA_OK);
        assert_int_equal(place.rows_size, rows_size);
        assert_int_equal(place.strings_size, strings_size);
        assert_memory_equal(place.rows, rows, rows_size);
        assert_memory_equal(place.strings, strings, strings_size);
        sx_memtable_apply(t.memtable, &t.batch, &place, 1);
        assert_int_equal(sx_memtable_row_count(t.memtable), counts[c]);
        mem_test_read(&t, "m", 0, 0);
        assert_rows(&t.out, "0:i2=77,s5=0123456789");
        mem_test_read(&t, "m", (int64_t)counts[c] - 1, INT64_MAX);
        assert_int_equal(t.out.len > 0, 1);
        sx_mem_free(&t.ix.memory.mem, rows);
        sx_mem_free(&t.ix.memory.mem, strings);
        mem_test_deinit(&t);
    }
}

static void test_a_cancelled_batch_leaves_its_places_to_others(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    mem_test_row(&t, "m", 1, "f1=1");
    mem_test_commit(&t);
    uint32_t slot = 0;
    uint64_t capacity = sx_memtable_series(t.memtable, slot)->capacity;
    for (int round = 0; round < 20; round++) {
        struct sx_memtable_place place;
        for (int i = 0; i < 30; i++)
            mem_test_row(&t, i % 2 ? "m" : "n", i, "f1=1");
        mem_test_resolve(&t.batch, t.ix.index);
        assert_int_equal(sx_memtable_reserve(t.memtable, &t.batch, &place, NULL), STRIA_OK);
        sx_memtable_cancel(t.memtable, &t.batch, &place);
        sx_batch_clear(&t.batch);
        if (round == 0)
            capacity = sx_memtable_series(t.memtable, slot)->capacity;
        assert_int_equal(sx_memtable_series(t.memtable, slot)->capacity, capacity);
        assert_int_equal(sx_memtable_series(t.memtable, slot)->promised, 1);
    }
    mem_test_read(&t, "m", INT64_MIN, INT64_MAX);
    assert_rows(&t.out, "1:f1=1");
    mem_test_row(&t, "m", 2, "f1=2");
    mem_test_commit(&t);
    mem_test_read(&t, "m", INT64_MIN, INT64_MAX);
    assert_rows(&t.out, "1:f1=1 2:f1=2");
    mem_test_deinit(&t);
}

static void test_batches_may_be_applied_in_another_order_than_they_were_reserved_in(void **state)
{
    (void)state;
    struct mem_test t;
    struct sx_batch other;
    struct sx_memtable_place first_place, second_place;
    mem_test_init(&t);
    sx_batch_init(&other, &t.ix.memory.mem);
    struct test_field fields[TEST_FIELDS_MAX];
    for (int i = 0; i < 10; i++) {
        mem_test_row(&t, "m", 10 + i, "f1=1");
        size_t count = test_fields_parse("f1=2", fields);
        mem_test_add_row(&other, &t.ix.key, "m", i, fields, count);
    }
    mem_test_resolve(&t.batch, t.ix.index);
    mem_test_resolve(&other, t.ix.index);
    assert_int_equal(sx_memtable_reserve(t.memtable, &t.batch, &first_place, NULL), STRIA_OK);
    assert_int_equal(sx_memtable_reserve(t.memtable, &other, &second_place, NULL), STRIA_OK);
    sx_memtable_apply(t.memtable, &other, &second_place, 1);
    sx_memtable_apply(t.memtable, &t.batch, &first_place, 2);
    mem_test_read(&t, "m", 8, 11);
    assert_rows(&t.out, "8:f1=2 9:f1=2 10:f1=1 11:f1=1");
    assert_false(atomic_load(&sx_memtable_series(t.memtable, 0)->unsorted));
    sx_batch_deinit(&other);
    mem_test_deinit(&t);
}

static void test_only_series_with_rows_are_listed(void **state)
{
    (void)state;
    struct mem_test t;
    struct sx_memtable_place place;
    uint32_t *slots;
    size_t count;
    mem_test_init(&t);
    assert_int_equal(sx_memtable_slots(t.memtable, &t.ix.memory.mem, &slots, &count, NULL),
                     STRIA_OK);
    assert_int_equal(count, 0);
    sx_mem_free(&t.ix.memory.mem, slots);
    mem_test_row(&t, "a", 1, "f1=1");
    mem_test_row(&t, "b", 1, "f1=1");
    mem_test_commit(&t);
    mem_test_row(&t, "c", 1, "f1=1");
    mem_test_resolve(&t.batch, t.ix.index);
    assert_int_equal(sx_memtable_reserve(t.memtable, &t.batch, &place, NULL), STRIA_OK);
    assert_int_equal(sx_memtable_slots(t.memtable, &t.ix.memory.mem, &slots, &count, NULL),
                     STRIA_OK);
    assert_int_equal(count, 2);
    assert_int_equal(slots[0] + slots[1], 1);
    sx_mem_free(&t.ix.memory.mem, slots);
    test_mem_arm(&t.ix.memory, 1);
    assert_int_equal(sx_memtable_slots(t.memtable, &t.ix.memory.mem, &slots, &count, NULL),
                     STRIA_NOMEM);
    assert_true(test_mem_fired(&t.ix.memory));
    sx_memtable_cancel(t.memtable, &t.batch, &place);
    mem_test_deinit(&t);
}

/* ---- memory ---- */

static void test_a_refused_batch_changes_nothing_that_is_seen_or_promised(void **state)
{
    (void)state;
    static const int sizes[] = {3, 3000};
    for (size_t s = 0; s < SX_COUNT_OF(sizes); s++)
        for (int64_t n = 1;; n++) {
            struct mem_test t;
            struct sx_memtable_place place;
            stria_error err = {0};
            mem_test_init(&t);
            mem_test_row(&t, "m", 1, "f1=1");
            mem_test_commit(&t);
            for (int i = 0; i < sizes[s]; i++)
                mem_test_row(&t, i % 2 ? "m" : "other", 10 + i, "f1=2 s5=text");
            mem_test_resolve(&t.batch, t.ix.index);
            test_mem_arm(&t.ix.memory, n);
            stria_status st = sx_memtable_reserve(t.memtable, &t.batch, &place, &err);
            bool fired = test_mem_fired(&t.ix.memory);
            /* Fitting a block to its bytes may fail without harm. */
            assert_true(st == STRIA_NOMEM ? fired : st == STRIA_OK);
            assert_int_equal(err.code, st);
            if (st) {
                assert_int_equal(sx_memtable_series(t.memtable, 0)->promised, 1);
                sx_batch_clear(&t.batch);
                mem_test_row(&t, "m", 2, "f1=2");
                mem_test_commit(&t);
                mem_test_read(&t, "m", INT64_MIN, INT64_MAX);
                assert_rows(&t.out, "1:f1=1 2:f1=2");
            } else {
                sx_memtable_cancel(t.memtable, &t.batch, &place);
            }
            mem_test_deinit(&t);
            if (!fired)
                break;
        }
    struct mem_test t;
    mem_test_init(&t);
    test_mem_arm(&t.ix.memory, 1);
    assert_null(sx_memtable_create(&t.ix.memory.mem, 1, t.ix.index));
    assert_true(test_mem_fired(&t.ix.memory));
    mem_test_deinit(&t);
}

static void test_what_a_memtable_takes_counts_against_its_budget(void **state)
{
    (void)state;
    struct mem_test t;
    struct sx_mem small;
    stria_error err = {0};
    stria_status st = STRIA_OK;
    mem_test_init(&t);
    sx_mem_init(&small, &t.ix.memory.mem, "small", 400000);
    struct sx_memtable *memtable = sx_memtable_create(&small, 1, t.ix.index);
    assert_non_null(memtable);
    unsigned batches = 0;
    while (!st && batches < 1000) {
        struct sx_memtable_place place;
        for (int i = 0; i < 200; i++)
            mem_test_row(&t, "m", i, "f1=1 i2=3");
        mem_test_resolve(&t.batch, t.ix.index);
        st = sx_memtable_reserve(memtable, &t.batch, &place, &err);
        if (!st)
            sx_memtable_apply(memtable, &t.batch, &place, ++batches);
        sx_batch_clear(&t.batch);
    }
    assert_int_equal(st, STRIA_NOMEM);
    assert_non_null(strstr(err.text, "small"));
    assert_in_range(batches, 10, 60);
    assert_int_equal(sx_memtable_row_count(memtable), batches * 200);
    assert_true(sx_memtable_size(memtable) <= 400000);
    sx_memtable_release(memtable);
    sx_mem_deinit(&small);
    mem_test_deinit(&t);
}

/* ---- many ---- */

static void test_blocks_of_pointers_grow_with_the_rows_of_a_series(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    for (int i = 0; i < 1000; i++) {
        mem_test_row(&t, "m", i, "i2=1");
        mem_test_commit(&t);
    }
    struct sx_mem_series *series = sx_memtable_series(t.memtable, 0);
    assert_int_equal(series->promised, 1000);
    assert_in_range(series->capacity, 1000, 1063);
    assert_int_equal(atomic_load(&series->min_ts), 0);
    assert_int_equal(atomic_load(&series->max_ts), 999);
    size_t count = 0;
    for (struct sx_row_block *block = atomic_load(&series->first); block;
         block = atomic_load(&block->next))
        count += atomic_load(&block->count);
    assert_int_equal(count, 1000);
    mem_test_deinit(&t);
}

static void test_schemas_are_numbered_by_form_and_presence(void **state)
{
    (void)state;
    struct mem_test t;
    mem_test_init(&t);
    static const char *const forms[] = {"f1=1", "f1=1 g1=2", "f1=1 g1", "g1=1"};
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < SX_COUNT_OF(forms); i++) {
            mem_test_row(&t, "m", (int64_t)(4 * round) + (int64_t)i, forms[i]);
            mem_test_commit(&t);
        }
    assert_int_equal(sx_memtable_schema_count(t.memtable), 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(sx_memtable_schema(t.memtable, i)->has_presence, i == 2);
    mem_test_read(&t, "m", 0, 5);
    assert_rows(&t.out, "0:f1=1 1:f1=1,g1=2 2:f1=1 3:g1=1 4:f1=1 5:f1=1,g1=2");
    mem_test_deinit(&t);
}

/* ---- threads ---- */

#define WRITERS 3
#define ROWS 3000

struct shared {
    struct mem_test t;
    struct sx_mutex apply_mutex;
    _Atomic unsigned done, errors;
};

struct writer {
    struct shared *shared;
    struct sx_thread *thread;
    int number;
};

/* Each writer has a series of its own with ascending times, and writes to a common one. */
static void write_rows(void *context)
{
    struct writer *w = context;
    struct shared *s = w->shared;
    struct sx_batch batch;
    struct test_field fields[TEST_FIELDS_MAX];
    size_t count = test_fields_parse("i2=1", fields);
    uint8_t storage[100];
    struct sx_buf key;
    static const char *const own[] = {"m,w=0", "m,w=1", "m,w=2"};
    sx_batch_init(&batch, &s->t.ix.memory.mem);
    sx_buf_init_fixed(&key, storage, sizeof storage);
    for (int i = 0; i < ROWS; i++) {
        struct sx_memtable_place place;
        mem_test_add_row(&batch, &key, own[w->number], i, fields, count);
        mem_test_add_row(&batch, &key, "m", i, fields, count);
        mem_test_resolve(&batch, s->t.ix.index);
        if (sx_memtable_reserve(s->t.memtable, &batch, &place, NULL)) {
            atomic_fetch_add(&s->errors, 1);
        } else if (i % 5 == 4) {
            sx_memtable_cancel(s->t.memtable, &batch, &place);
        } else {
            sx_mutex_lock(&s->apply_mutex);
            sx_memtable_apply(s->t.memtable, &batch, &place, 1);
            sx_mutex_unlock(&s->apply_mutex);
        }
        sx_batch_clear(&batch);
    }
    sx_batch_deinit(&batch);
    atomic_fetch_add(&s->done, 1);
}

static void test_readers_see_a_growing_prefix_while_writers_write(void **state)
{
    (void)state;
    static struct shared s;
    struct writer writers[WRITERS];
    struct sx_os *os = sx_os_posix();
    size_t last = 0;
    mem_test_init(&s.t);
    sx_mutex_init(&s.apply_mutex);
    uint32_t slot = index_test_add(&s.t.ix, "m,w=1");
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.shared = &s, .number = i};
        assert_int_equal(
            os->ops->thread_start(os, write_rows, &writers[i], &writers[i].thread, NULL), STRIA_OK);
    }
    while (atomic_load(&s.done) < WRITERS) {
        struct sx_mem_series *series = sx_memtable_series(s.t.memtable, slot);
        struct sx_mem_rows rows;
        int64_t ts[2];
        if (!series)
            continue;
        assert_int_equal(
            sx_mem_rows_collect(&rows, &s.t.ix.memory.mem, series, INT64_MIN, INT64_MAX, NULL),
            STRIA_OK);
        assert_true(rows.time_count >= last);
        last = rows.time_count;
        for (size_t i = 1; i < last; i += 97) {
            sx_mem_rows_times(&rows, i - 1, 2, ts);
            assert_true(ts[0] < ts[1]);
        }
        sx_mem_rows_deinit(&rows);
    }
    for (int i = 0; i < WRITERS; i++)
        os->ops->thread_join(writers[i].thread);
    assert_int_equal(s.errors, 0);
    assert_int_equal(sx_memtable_row_count(s.t.memtable), WRITERS * 2 * ROWS / 5 * 4);
    sx_mutex_deinit(&s.apply_mutex);
    mem_test_deinit(&s.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_batch_is_visible_when_it_is_applied),
        cmocka_unit_test(test_the_bytes_of_a_batch_are_those_the_log_must_write),
        cmocka_unit_test(test_a_cancelled_batch_leaves_its_places_to_others),
        cmocka_unit_test(test_batches_may_be_applied_in_another_order_than_they_were_reserved_in),
        cmocka_unit_test(test_only_series_with_rows_are_listed),
        cmocka_unit_test(test_a_refused_batch_changes_nothing_that_is_seen_or_promised),
        cmocka_unit_test(test_what_a_memtable_takes_counts_against_its_budget),
        cmocka_unit_test(test_blocks_of_pointers_grow_with_the_rows_of_a_series),
        cmocka_unit_test(test_schemas_are_numbered_by_form_and_presence),
        cmocka_unit_test(test_readers_see_a_growing_prefix_while_writers_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
