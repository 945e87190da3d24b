/* SPDX-License-Identifier: Apache-2.0 */
/* merge_choose_test.c -- which segments are merged next, and which never are. */
#include "engine/merge_choose.h"

#include "base/golden_test.h"
#include "engine/merge_plan.h"
#include "os/os_mem.h"

#include <stdlib.h>

#define WINDOW 1000
#define SEGMENTS_MAX 40
#define KIB 1024
#define MINUTE ((int64_t)60 * 1000000000)
#define NOW (100 * 24 * 60 * MINUTE)

/* `count` segments alike, one behind the other in generations; in time too if `step` is set. */
struct stretch {
    unsigned count;
    unsigned level;
    enum sx_tier tier;
    int64_t min_ts, max_ts, step;
    uint64_t kib;
    unsigned damaged; /* the nth of them, from 1; 0: none */
    unsigned deleted_percent;
    int64_t age_ns;
    bool one_run; /* they share their generations */
};

#define OLD (24 * 60 * MINUTE * 2)
#define H SX_TIER_HOT
#define S SX_TIER_SEALED

static const struct choose_row {
    const char *name;
    enum sx_merge_aim aim;
    struct stretch stretches[4];
    const char *want; /* "level tier: first-last"; "": nothing */
} choose_rows[] = {
    {"nothing", SX_MERGE_DUE, {{0}}, ""},
    {"too few flushes", SX_MERGE_DUE, {{15, 0, H, 0, 5, 0, 1, 0, 0, 0, 0}}, ""},
    {"sixteen flushes", SX_MERGE_DUE, {{16, 0, H, 0, 5, 0, 1, 0, 0, 0, 0}}, "1 0: 0-15"},
    {"all that there are", SX_MERGE_DUE, {{20, 0, H, 0, 5, 0, 1, 0, 0, 0, 0}}, "1 0: 0-19"},
    {"pieces of one flush are one run", SX_MERGE_DUE, {{20, 0, H, 0, 5, 0, 1, 0, 0, 0, true}}, ""},
    {"nothing is merged across damage", SX_MERGE_DUE, {{20, 0, H, 0, 5, 0, 1, 10, 0, 0, 0}}, ""},
    {"what lies before the damage",
     SX_MERGE_DUE,
     {{20, 0, H, 0, 5, 0, 1, 18, 0, 0, 0}},
     "1 0: 0-16"},
    {"what lies behind it", SX_MERGE_DUE, {{20, 0, H, 0, 5, 0, 1, 3, 0, 0, 0}}, "1 0: 3-19"},
    {"one flush, when all is asked for",
     SX_MERGE_ALL,
     {{1, 0, H, 0, 5, 0, 1, 0, 0, 0, 0}},
     "1 1: 0-0"}, /* at once for good */
    {"sixteen of level 1", SX_MERGE_DUE, {{16, 1, H, 0, 5, 0, 1, 0, 0, 0, 0}}, "2 0: 0-15"},
    {"fifteen of level 1", SX_MERGE_DUE, {{15, 1, H, NOW, NOW, 0, 1, 0, 0, 0, 0}}, ""},
    {"of different windows", SX_MERGE_DUE, {{16, 1, H, NOW, NOW + 5, WINDOW, 1, 0, 0, 0, 0}}, ""},
    {"of different levels",
     SX_MERGE_DUE,
     {{8, 1, H, NOW, NOW + 5, 0, 1, 0, 0, 0, 0}, {8, 2, H, NOW, NOW + 5, 0, 1, 0, 0, 0, 0}},
     ""},
    {"another level in between",
     SX_MERGE_DUE,
     {{8, 1, H, NOW, NOW + 5, 0, 1, 0, 0, 0, 0},
      {1, 2, H, NOW, NOW + 5, 0, 1, 0, 0, 0, 0},
      {8, 1, H, NOW, NOW + 5, 0, 1, 0, 0, 0, 0}},
     ""},
    {"another level behind",
     SX_MERGE_DUE,
     {{16, 1, H, NOW, NOW + 5, 0, 1, 0, 0, 0, 0}, {1, 2, H, NOW, NOW + 5, 0, 1, 0, 0, 0, 0}},
     "2 0: 0-15"},
    {"a window that is over is sealed",
     SX_MERGE_DUE,
     {{2, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}},
     "1 1: 0-1"},
    {"not while it is young", SX_MERGE_DUE, {{2, 1, H, 0, 5, 0, 1, 0, 0, MINUTE, 0}}, ""},
    {"not while it goes on", SX_MERGE_DUE, {{2, 1, H, NOW, NOW + 5, 0, 1, 0, 0, OLD, 0}}, ""},
    {"not while a flush reaches it",
     SX_MERGE_DUE,
     {{2, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}, {1, 0, H, 5, 6, 0, 1, 0, 0, 0, 0}},
     ""},
    {"not with damage", SX_MERGE_DUE, {{2, 1, H, 0, 5, 0, 1, 2, 0, OLD, 0}}, ""},
    {"at once, when all is asked for",
     SX_MERGE_ALL,
     {{2, 3, H, NOW, NOW + 5, 0, 1, 0, 0, 0, 0}},
     "3 1: 0-1"},
    {"what is sealed stays", SX_MERGE_ALL, {{1, 1, S, 0, 5, 0, 1, 0, 0, OLD, 0}}, ""},
    {"two that are sealed become one",
     SX_MERGE_ALL,
     {{2, 1, S, 0, 5, 0, 1, 0, 0, OLD, 0}},
     "1 1: 0-1"},
    {"a little that is late waits",
     SX_MERGE_DUE,
     {{1, 1, S, 0, 5, 0, 9000, 0, 0, OLD, 0}, {1, 1, H, 0, 5, 0, 1000, 0, 0, 11 * MINUTE, 0}},
     ""},
    {"a quarter does not",
     SX_MERGE_DUE,
     {{1, 1, S, 0, 5, 0, 4000, 0, 0, OLD, 0}, {1, 1, H, 0, 5, 0, 1001, 0, 0, 11 * MINUTE, 0}},
     "1 1: 0-1"},
    {"nor a fiftieth, after a day",
     SX_MERGE_DUE,
     {{1, 1, S, 0, 5, 0, 4000, 0, 0, OLD, 0}, {1, 1, H, 0, 5, 0, 81, 0, 0, OLD, 0}},
     "1 1: 0-1"},
    {"all that overlaps, whatever was looked at before",
     SX_MERGE_DUE,
     {{2, 1, H, 10 * WINDOW, 10 * WINDOW + 5, 0, 1, 0, 0, MINUTE, 0},
      {1, 1, H, 0, 1500, 0, 1, 0, 0, OLD, 0},
      {1, 1, H, 1500, 2500, 0, 1, 0, 0, OLD, 0},
      {1, 1, H, 2500, 2600, 0, 1, 0, 0, OLD, 0}},
     "1 1: 2-4"},
    {"small sealed neighbours",
     SX_MERGE_DUE,
     {{16, 2, S, 0, 5, WINDOW, 1, 0, 0, OLD, 0}},
     "2 1: 0-15"},
    {"too few of them", SX_MERGE_DUE, {{15, 2, S, 0, 5, WINDOW, 1, 0, 0, OLD, 0}}, ""},
    {"large ones stay", SX_MERGE_DUE, {{16, 2, S, 0, 5, WINDOW, 5000, 0, 0, OLD, 0}}, ""},
    {"a damaged one parts them", SX_MERGE_DUE, {{20, 2, S, 0, 5, WINDOW, 1, 10, 0, OLD, 0}}, ""},
    {"a fifth is deleted", SX_MERGE_DUE, {{1, 2, S, 0, 5, 0, 1, 0, 20, OLD, 0}}, "2 1: 0-0"},
    {"less is", SX_MERGE_DUE, {{1, 2, S, 0, 5, 0, 1, 0, 19, OLD, 0}}, ""},
    {"some, and space is asked for",
     SX_MERGE_RECLAIM,
     {{1, 2, S, 0, 5, 0, 1, 0, 0, OLD, 0}, {1, 1, H, 0, 5, 0, 1, 0, 1, OLD, 0}},
     "1 0: 1-1"},
    {"deleted and damaged", SX_MERGE_RECLAIM, {{1, 2, S, 0, 5, 0, 1, 1, 90, OLD, 0}}, ""},
};

struct fixture {
    struct test_mem memory;
    struct sx_os *os;
    struct sx_engine *engine; /* nothing of it but the lists and the clock */
    struct sx_policy_store store, *stores[1];
    struct sx_segment *segments[SEGMENTS_MAX];
};

static void add_stretch(struct fixture *f, const struct stretch *s)
{
    size_t first = f->store.segment_count;
    for (unsigned i = 0; i < s->count; i++) {
        struct sx_segment *segment = calloc(1, sizeof *segment);
        uint64_t generation = first + (s->one_run ? 0 : i) + 1;
        assert_non_null(segment);
        segment->info = (struct sx_segment_info){.level = (uint16_t)s->level,
                                                 .tier = (uint8_t)s->tier,
                                                 .first_generation = generation,
                                                 .last_generation = generation,
                                                 .min_ts = s->min_ts + s->step * (int64_t)i,
                                                 .max_ts = s->max_ts + s->step * (int64_t)i,
                                                 .file_size = s->kib * KIB,
                                                 .created_ns = sx_os_now_ns(f->os) - s->age_ns};
        segment->deleted_percent = s->deleted_percent;
        atomic_init(&segment->damage, s->damaged == i + 1 ? SX_DAMAGE_PART : 0);
        assert_true(f->store.segment_count < SEGMENTS_MAX);
        f->segments[f->store.segment_count++] = segment;
    }
}

static void fixture_init(struct fixture *f, const struct choose_row *row)
{
    *f = (struct fixture){.store = {.policy_id = 1, .window_ns = WINDOW}};
    test_mem_init(&f->memory);
    f->os = sx_os_mem_create(1);
    f->engine = calloc(1, sizeof *f->engine);
    assert_non_null(f->engine);
    sx_os_mem_set_now(f->os, NOW);
    f->engine->catalog = sx_catalog_copy(&f->memory.mem, NULL, 0, 0);
    assert_non_null(f->engine->catalog);
    for (size_t i = 0; i < SX_COUNT_OF(row->stretches); i++)
        add_stretch(f, &row->stretches[i]);
    f->store.segments = f->segments;
    f->stores[0] = &f->store;
    f->engine->os = f->os;
    f->engine->stores = f->stores;
    f->engine->store_count = 1;
}

static void fixture_deinit(struct fixture *f)
{
    for (size_t i = 0; i < f->store.segment_count; i++)
        free(f->segments[i]);
    sx_catalog_release(f->engine->catalog);
    free(f->engine);
    sx_os_mem_destroy(f->os);
    test_mem_deinit(&f->memory);
}

static void describe(const struct sx_merge_choice *choice, char *text, size_t size)
{
    for (size_t i = 1; i < choice->count; i++)
        assert_int_equal(choice->picked[i], choice->picked[i - 1] + 1);
    (void)snprintf(text, size, "%u %d: %zu-%zu", choice->level, (int)choice->tier,
                   choice->picked[0], choice->picked[choice->count - 1]);
}

static void test_what_is_due_is_chosen_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(choose_rows); i++) {
        struct fixture f;
        struct sx_merge_choice choice;
        char got[80] = "";
        print_message("%s\n", choose_rows[i].name);
        fixture_init(&f, &choose_rows[i]);
        sx_merge_choice_init(&choice, &f.memory.mem);
        if (sx_merge_choose(f.engine, choose_rows[i].aim, &choice)) {
            assert_ptr_equal(choice.store, &f.store);
            assert_int_equal(choice.keep_whole, strstr(choose_rows[i].name, "fifth") != NULL ||
                                                    choose_rows[i].aim == SX_MERGE_RECLAIM);
            describe(&choice, got, sizeof got);
        }
        assert_false(choice.no_memory);
        assert_string_equal(got, choose_rows[i].want);
        sx_merge_choice_deinit(&choice);
        sx_merge_choice_deinit(&choice);
        fixture_deinit(&f);
    }
}

static const struct low_disk_row {
    enum sx_disk_state disk;
    uint64_t free_kib, reserve_kib;
    struct choose_row row;
} low_disk_rows[] = {
    {SX_DISK_OK,
     1,
     10,
     {"a little is deleted", SX_MERGE_DUE, {{1, 1, S, 0, 5, 0, 90, 0, 1, OLD, 0}}, ""}},
    {SX_DISK_OK,
     4000,
     1000,
     {"a merge that leaves twice the reserve",
      SX_MERGE_DUE,
      {{16, 0, H, 0, 5, 0, 125, 0, 0, 0, 0}},
      "1 0: 0-15"}},
    {SX_DISK_OK,
     4000,
     1000,
     {"one that does not", SX_MERGE_DUE, {{16, 0, H, 0, 5, 0, 126, 0, 0, 0, 0}}, ""}},
    {SX_DISK_LOW,
     280,
     100,
     {"a little is deleted, and it is low",
      SX_MERGE_DUE,
      {{1, 1, S, 0, 5, 0, 90, 0, 1, OLD, 0}},
      "1 1: 0-0"}},
    {SX_DISK_LOW,
     278,
     100,
     {"it would need more than half of the room",
      SX_MERGE_DUE,
      {{1, 1, S, 0, 5, 0, 90, 0, 1, OLD, 0}},
      ""}},
    {SX_DISK_READ_ONLY,
     180,
     1000,
     {"half of what is left", SX_MERGE_DUE, {{1, 1, S, 0, 5, 0, 90, 0, 1, OLD, 0}}, "1 1: 0-0"}},
    {SX_DISK_READ_ONLY,
     178,
     1000,
     {"more than half", SX_MERGE_DUE, {{1, 1, S, 0, 5, 0, 1900, 0, 50, OLD, 0}}, ""}},
    {SX_DISK_READ_ONLY,
     1,
     1000,
     {"when it is asked for",
      SX_MERGE_RECLAIM,
      {{1, 1, S, 0, 5, 0, 90, 0, 50, OLD, 0}},
      "1 1: 0-0"}},
    {SX_DISK_LOW,
     132,
     100,
     {"flushes that fit", SX_MERGE_DUE, {{16, 0, H, 0, 5, 0, 1, 0, 0, 0, 0}}, "1 0: 0-15"}},
    {SX_DISK_LOW,
     131,
     100,
     {"flushes that do not", SX_MERGE_DUE, {{16, 0, H, 0, 5, 0, 1, 0, 0, 0, 0}}, ""}},
    {SX_DISK_LOW,
     300,
     100,
     {"what frees, before flushes",
      SX_MERGE_DUE,
      {{1, 1, S, 9000, 9005, 0, 90, 0, 1, OLD, 0}, {16, 0, H, 0, 5, 0, 1, 0, 0, 0, 0}},
      "1 1: 0-0"}},
    {SX_DISK_LOW,
     200,
     100,
     {"sealing does not wait", SX_MERGE_DUE, {{2, 1, H, 0, 5, 0, 1, 0, 0, MINUTE, 0}}, "1 1: 0-1"}},
};

static void test_on_a_disk_that_is_low_only_what_fits_and_what_frees_comes_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(low_disk_rows); i++) {
        struct fixture f;
        struct sx_merge_choice choice;
        char got[80] = "";
        print_message("%s\n", low_disk_rows[i].row.name);
        fixture_init(&f, &low_disk_rows[i].row);
        atomic_store(&f.engine->disk_state, low_disk_rows[i].disk);
        atomic_store(&f.engine->disk_total_size, 10000 * KIB);
        atomic_store(&f.engine->disk_free_size, low_disk_rows[i].free_kib * KIB);
        atomic_store(&f.engine->disk_reserve_size, low_disk_rows[i].reserve_kib * KIB);
        sx_merge_choice_init(&choice, &f.memory.mem);
        if (sx_merge_choose(f.engine, low_disk_rows[i].row.aim, &choice))
            describe(&choice, got, sizeof got);
        assert_string_equal(got, low_disk_rows[i].row.want);
        sx_merge_choice_deinit(&choice);
        fixture_deinit(&f);
    }
}

#define RUNS(count) ((uint64_t)(count)*8 << 20) /* the store's memory for so many */

static const struct low_memory_row {
    uint64_t memory_size;
    struct choose_row row;
} low_memory_rows[] = {
    {RUNS(6), {"flushes", SX_MERGE_DUE, {{16, 0, H, 0, 5, 0, 1, 0, 0, 0, 0}}, "1 0: 0-5"}},
    {RUNS(6), {"a tier", SX_MERGE_DUE, {{16, 1, H, 0, 5, 0, 1, 0, 0, 0, 0}}, "2 0: 0-5"}},
    {RUNS(6),
     {"the smallest of a tier",
      SX_MERGE_DUE,
      {{7, 1, H, 0, 5, 0, 9, 0, 0, 0, 0},
       {7, 1, H, 0, 5, 0, 8, 0, 0, 0, 0},
       {2, 1, H, 0, 5, 0, 9, 0, 0, 0, 0}},
      "2 0: 7-12"}},
    {RUNS(6),
     {"what is to be sealed is merged first",
      SX_MERGE_ALL,
      {{1, 3, S, 0, 5, 0, 5000, 0, 0, OLD, 0}, {6, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}},
      "3 0: 1-6"}},
    {RUNS(6),
     {"and sealed when it fits",
      SX_MERGE_ALL,
      {{1, 3, S, 0, 5, 0, 5000, 0, 0, OLD, 0}, {5, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}},
      "3 1: 0-5"}},
    {RUNS(2),
     {"runs are not parted",
      SX_MERGE_ALL,
      {{3, 1, H, 0, 5, 0, 9, 0, 0, OLD, true},
       {2, 1, H, 0, 5, 0, 9, 0, 0, OLD, true},
       {3, 1, H, 0, 5, 0, 9, 0, 0, OLD, true}},
      "1 0: 0-4"}},
    {RUNS(6), {"neighbours", SX_MERGE_DUE, {{9, 2, S, 0, 5, WINDOW, 1, 0, 0, OLD, 0}}, "2 1: 0-5"}},
    {RUNS(6), {"few of them", SX_MERGE_DUE, {{5, 2, S, 0, 5, WINDOW, 1, 0, 0, OLD, 0}}, ""}},
    {1, {"two at least", SX_MERGE_ALL, {{3, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}}, "1 0: 0-1"}},
};

static void test_no_more_runs_are_chosen_than_there_is_memory_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(low_memory_rows); i++) {
        struct fixture f;
        struct sx_merge_choice choice;
        char got[80] = "";
        print_message("%s\n", low_memory_rows[i].row.name);
        fixture_init(&f, &low_memory_rows[i].row);
        atomic_store(&f.engine->root.limit, (size_t)low_memory_rows[i].memory_size);
        sx_merge_choice_init(&choice, &f.memory.mem);
        if (sx_merge_choose(f.engine, low_memory_rows[i].row.aim, &choice))
            describe(&choice, got, sizeof got);
        assert_string_equal(got, low_memory_rows[i].row.want);
        sx_merge_choice_deinit(&choice);
        fixture_deinit(&f);
    }
}

static void test_what_has_many_series_is_merged_as_far_as_memory_goes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum sx_merge_aim aim;
        struct stretch stretches[2];
        uint64_t series_count;
        const char *want;
    } rows[] = {
        {"few", SX_MERGE_DUE, {{16, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}}, 10, "2 0: 0-15"},
        {"more", SX_MERGE_DUE, {{16, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}}, 400000, "2 0: 0-7"},
        {"two runs in pieces",
         SX_MERGE_DUE,
         {{16, 1, H, 0, 5, 0, 1, 0, 0, OLD, true}, {16, 1, H, 0, 5, 0, 1, 0, 0, OLD, true}},
         400000,
         "1 1: 0-31"},
        {"only two", SX_MERGE_DUE, {{16, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}}, 1500000, "2 0: 0-1"},
        {"not even two", SX_MERGE_DUE, {{16, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}}, 2000000, ""},
        {"tried when it is asked for",
         SX_MERGE_ALL,
         {{16, 1, H, 0, 5, 0, 1, 0, 0, OLD, 0}},
         2000000,
         "1 0: 0-1"},
        {"one alone", SX_MERGE_ALL, {{1, 0, H, 0, 5, 0, 1, 0, 0, OLD, 0}}, 9000000, "1 1: 0-0"},
    };
    for (size_t i = 0; i < SX_COUNT_OF(rows); i++) {
        struct fixture f;
        struct sx_merge_choice choice;
        struct choose_row row = {.name = rows[i].name};
        char got[80] = "";
        print_message("%s\n", rows[i].name);
        memcpy(row.stretches, rows[i].stretches, sizeof rows[i].stretches);
        fixture_init(&f, &row);
        for (size_t j = 0; j < f.store.segment_count; j++)
            f.segments[j]->info.series_count = rows[i].series_count;
        atomic_store(&f.engine->root.limit, RUNS(32));
        sx_merge_choice_init(&choice, &f.memory.mem);
        if (sx_merge_choose(f.engine, rows[i].aim, &choice))
            describe(&choice, got, sizeof got);
        assert_string_equal(got, rows[i].want);
        sx_merge_choice_deinit(&choice);
        fixture_deinit(&f);
    }
}

static void test_without_memory_nothing_is_chosen(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(choose_rows); i++)
        for (int64_t nth = 1;; nth++) {
            struct fixture f;
            struct sx_merge_choice choice;
            fixture_init(&f, &choose_rows[i]);
            sx_merge_choice_init(&choice, &f.memory.mem);
            test_mem_arm(&f.memory, nth);
            bool chosen = sx_merge_choose(f.engine, choose_rows[i].aim, &choice);
            bool fired = test_mem_fired(&f.memory);
            assert_int_equal(choice.no_memory, fired);
            assert_true(!fired || !chosen);
            sx_merge_choice_deinit(&choice);
            fixture_deinit(&f);
            if (!fired)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_due_is_chosen_and_nothing_else),
        cmocka_unit_test(test_on_a_disk_that_is_low_only_what_fits_and_what_frees_comes_first),
        cmocka_unit_test(test_no_more_runs_are_chosen_than_there_is_memory_for),
        cmocka_unit_test(test_what_has_many_series_is_merged_as_far_as_memory_goes),
        cmocka_unit_test(test_without_memory_nothing_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
