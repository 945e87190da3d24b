/* SPDX-License-Identifier: Apache-2.0 */
/* disk_test.c -- a disk that fills up: writes are refused before anything is lost, all else goes
 * on, and writes are taken again by themselves. */
#include "share_fixture.h"

#define RESERVE ((uint64_t)4 << 20)
#define LOG_SIZE 65536 /* of what the tests write here, at most: its flush must find room too */
#define SECOND_NS ((int64_t)1100000000)

struct disk_test {
    struct sx_os *os;
    struct share_store store;
    stria_error err;
};

static void open_store(struct disk_test *t)
{
    struct sx_engine_options options = {.os = t->os,
                                        .path = "db",
                                        .memory_size = (uint64_t)64 << 20,
                                        .memtable_size = (uint64_t)1 << 20,
                                        .disk_reserve_size = RESERVE,
                                        .events = {.on_event = share_event, .user = &t->store}};
    t->store = (struct share_store){.os = t->os, .path = "db"};
    share_must(sx_engine_open(&options, &t->store.engine, &t->err), &t->err);
}

static void begin(struct disk_test *t)
{
    *t = (struct disk_test){.os = sx_os_mem_create(11)};
    open_store(t);
    share_run(&t->store, "CREATE DATABASE d");
}

static void end(struct disk_test *t)
{
    share_close(&t->store);
    sx_os_mem_destroy(t->os);
}

/* Background work for a while; the state of the disk is looked at every second. */
static void pass(struct disk_test *t)
{
    bool more;
    t->os->ops->sleep_ns(t->os, SECOND_NS);
    for (unsigned i = 0; i < 5; i++)
        share_must(sx_engine_poll(t->store.engine, &more, &t->err), &t->err);
}

static stria_status write_one(struct disk_test *t, const char *line)
{
    return share_try_write(&t->store, "d", line, STRIA_SYNC, &t->err);
}

static void set_free(struct disk_test *t, uint64_t size)
{
    sx_os_mem_set_space(t->os, size, (uint64_t)1 << 30);
    pass(t);
}

static void test_below_the_reserve_writes_are_refused_and_nothing_else(void **state)
{
    (void)state;
    struct disk_test t;
    begin(&t);
    share_must(write_one(&t, "cpu v=1 1"), &t.err);
    set_free(&t, RESERVE - 1);
    assert_int_equal(write_one(&t, "cpu v=2 2"), STRIA_DISK_FULL);
    assert_non_null(strstr(t.err.text,
                           "the disk is nearly full: 4194303 bytes are free, and "
                           "writes are refused until it is 8392704; deleted rows take"));
    share_assert_holds(&t.store, "d.autogen cpu 1:v=1; | ");
    share_compact(&t.store, STRIA_COMPACT_FLUSH);
    share_run(&t.store, "CREATE DATABASE e");
    share_run(&t.store, "DROP DATABASE e");
    share_assert_holds(&t.store, "d.autogen cpu 1:v=1; | ");
    end(&t);
}

static void test_writes_are_taken_again_at_twice_the_reserve(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint64_t free_size;
        stria_status want;
    } steps[] = {
        {"much", 100 * RESERVE, STRIA_OK},
        {"low", 3 * RESERVE, STRIA_OK},
        {"lower", RESERVE + LOG_SIZE, STRIA_OK},
        {"below", RESERVE - 1, STRIA_DISK_FULL},
        {"a bit more does not do", RESERVE + LOG_SIZE, STRIA_DISK_FULL},
        {"nor does nearly twice", 2 * RESERVE - 1, STRIA_DISK_FULL},
        {"twice", 2 * RESERVE + LOG_SIZE, STRIA_OK},
        {"a bit less", RESERVE + LOG_SIZE, STRIA_OK},
        {"below again", RESERVE / 2, STRIA_DISK_FULL},
        {"much again", 100 * RESERVE, STRIA_OK},
    };
    struct disk_test t;
    begin(&t);
    for (size_t i = 0; i < SX_COUNT_OF(steps); i++) {
        print_message("%s\n", steps[i].name);
        set_free(&t, steps[i].free_size);
        assert_int_equal(write_one(&t, "cpu v=1 1"), steps[i].want);
    }
    end(&t);
}

static void note_merges(void *user, const stria_stat *stat)
{
    if (strcmp(stat->name, "merges_total") == 0)
        *(unsigned *)user = (unsigned)stat->value;
}

static unsigned merged(struct disk_test *t)
{
    unsigned count = 0;
    share_must(sx_engine_stats(t->store.engine, note_merges, &count, &t->err), &t->err);
    return count;
}

static void test_what_is_deleted_is_given_back_by_itself_when_the_disk_is_low(void **state)
{
    (void)state;
    struct disk_test t;
    begin(&t);
    for (int i = 0; i < 20; i++) { /* one in twenty: too little to be written anew for it alone */
        char line[60];
        (void)snprintf(line, sizeof line, "cpu,h=%d v=1 1\nmem,h=%d v=1 1", i, i);
        share_must(write_one(&t, line), &t.err);
    }
    share_compact(&t.store, STRIA_COMPACT_SEAL);
    struct sx_command command = {
        .kind = SX_DROP_SERIES,
        .database = SX_LITERAL("d"),
        .selector = {.measurement = SX_LITERAL("cpu"),
                     .tags = &(struct sx_tag_expr){.kind = SX_TAG_MATCH,
                                                   .op = STRIA_MATCH_EQUAL,
                                                   .key = SX_LITERAL("h"),
                                                   .value = SX_LITERAL("7")},
                     .time_min_ns = INT64_MIN,
                     .time_max_ns = INT64_MAX}};
    share_must(sx_engine_execute(t.store.engine, &command, &t.err), &t.err);
    for (int i = 0; i < 5; i++)
        pass(&t);
    assert_int_equal(merged(&t), 1);
    set_free(&t, 3 * RESERVE);
    for (int i = 0; i < 5; i++)
        pass(&t);
    assert_int_equal(merged(&t), 2);
    end(&t);
}

/* ---- filling it, again and again ---- */

#define ROUNDS 20
#define LINE_SIZE 60000

/* Writes rows of long strings until the disk is full; returns how many were acknowledged. */
static unsigned fill(struct disk_test *t)
{
    static char line[LINE_SIZE + 100];
    unsigned count = 0;
    stria_status st = STRIA_OK;
    while (!st && count < 10000) {
        int size = snprintf(line, sizeof line, "cpu n=%ui,s=\"", count);
        uint64_t random = count * 0x9e3779b97f4a7c15u + 1;
        for (unsigned i = 0; i < LINE_SIZE; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            line[(unsigned)size + i] = (char)('a' + (random >> 40) % 26);
        }
        (void)snprintf(line + size + LINE_SIZE, 40, "\" %u", count);
        st = write_one(t, line);
        count += !st;
        if (count % 4 == 0)
            pass(t);
    }
    assert_int_equal(st, STRIA_DISK_FULL);
    return count;
}

static unsigned count_rows(struct disk_test *t)
{
    stria_scan_options options = {.struct_size = sizeof options, .database = "d"};
    const stria_statement *statement;
    const stria_table *table;
    stria_cursor *cursor = NULL;
    unsigned count = 0;
    share_must(sx_cursor_scan(t->store.engine, &options, &cursor, &t->err), &t->err);
    share_must(sx_cursor_next_statement(cursor, &statement, &t->err), &t->err);
    for (;;) {
        const stria_batch *batch;
        share_must(sx_cursor_next_series(cursor, &table, &t->err), &t->err);
        if (!table)
            break;
        for (;;) {
            share_must(sx_cursor_next_batch(cursor, &batch, &t->err), &t->err);
            if (!batch)
                break;
            for (size_t i = 0; i < batch->row_count; i++, count++)
                assert_int_equal(((const int64_t *)batch->columns[0].values)[i], count);
        }
    }
    sx_cursor_close(cursor);
    return count;
}

static void test_a_small_disk_is_filled_and_freed_again_and_again(void **state)
{
    (void)state;
    struct disk_test t;
    begin(&t);
    sx_os_mem_set_space(t.os, (uint64_t)16 << 20, (uint64_t)16 << 20);
    unsigned first = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned count = fill(&t);
        assert_true(count > 50);
        first = round ? first : count;
        assert_true(count >= first / 2); /* freeing gives the room back */
        assert_int_equal(count_rows(&t), count);
        if (round % 5 == 4) {
            share_close(&t.store);
            open_store(&t);
            assert_int_equal(count_rows(&t), count);
        }
        share_run(&t.store, "DROP DATABASE d");
        share_run(&t.store, "CREATE DATABASE d");
        for (unsigned i = 0; i < 5; i++)
            pass(&t);
    }
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_below_the_reserve_writes_are_refused_and_nothing_else),
        cmocka_unit_test(test_writes_are_taken_again_at_twice_the_reserve),
        cmocka_unit_test(test_what_is_deleted_is_given_back_by_itself_when_the_disk_is_low),
        cmocka_unit_test(test_a_small_disk_is_filled_and_freed_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
