/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite_copy_test.c -- a merge that copies gives the rows of one that decodes; what is copied and
 * what is not; damage and failures on the way. */
#include "codec/generators.h"
#include "engine/rewrite_fixture_test.h"
#include "segment/check.h"

#include <errno.h>

#define TRIALS 16
#define WINDOW 20000

/* Tells the rows of all outputs into dump->out, after checking all of them; a brace at each end of
 * a group, unless `groups` says no. */
static void tell(struct engine_test *t, const struct sx_rewrite *rw, struct seg_test *dump,
                 bool groups)
{
    struct sx_buf all;
    struct sx_segment_check check = {0};
    sx_buf_init(&all, &dump->memory.mem, (size_t)64 << 20);
    for (size_t i = 0; i < rw->output_count; i++) {
        char *path = sx_engine_segment_path(t->engine, rw->outputs[i].segment_id);
        dump->segment = sx_segment_create(t->os, &dump->memory.mem, path, &rw->outputs[i]);
        sx_mem_free(&t->engine->mems[SX_ENGINE_MEM_OTHER], path);
        engine_test_must(t, sx_segment_check(dump->segment, &dump->memory.mem, &check, &dump->err));
        assert_int_equal(check.found_count, 0);
        engine_test_must(t, sx_segment_load(dump->segment, &dump->err));
        assert_int_equal(seg_test_dump(dump), STRIA_OK);
        sx_buf_put_bytes(&all, sx_buf_bytes(&dump->out));
        seg_test_close(dump);
    }
    sx_buf_clear(&dump->out);
    for (size_t i = 0; i < all.len; i++) {
        bool between = i + 1 < all.len && all.ptr[i] == '}' && all.ptr[i + 1] == '{';
        sx_buf_put_u8(&dump->out, between && !groups ? ' ' : all.ptr[i]);
        i += between && !groups;
    }
    sx_buf_put_u8(&dump->out, 0);
    sx_buf_deinit(&all);
}

/* ---- random stores ---- */

/* What a stretch of rows of a series looks like. */
struct stretch {
    int64_t first, step;
    int count;
    uint64_t absent[5]; /* of each field: one row in so many has none; 0: all have, 1: none has */
    bool constant;
};

static void put_stretch(struct sx_batch *batch, struct engine_test *t, struct sx_random *random,
                        const char *series, const struct stretch *stretch)
{
    static const char *const texts[] = {"idle", "busy", "", "waiting"};
    static const struct {
        const char *name;
        stria_type type;
    } names[] = {{"a", STRIA_FLOAT},
                 {"b", STRIA_INT},
                 {"c", STRIA_UINT},
                 {"d", STRIA_BOOL},
                 {"e", STRIA_STRING}};
    int64_t walk = 100;
    for (int i = 0; i < stretch->count; i++) {
        struct test_field fields[5];
        bool any = false;
        walk += stretch->constant ? 0 : sx_random_bell(random, 4);
        for (size_t k = 0; k < 5; k++) {
            uint64_t bits = names[k].type == STRIA_FLOAT  ? sx_bits_of_f64((double)walk / 4)
                            : names[k].type == STRIA_BOOL ? (uint64_t)walk & 1
                                                          : (uint64_t)walk;
            uint64_t absent = stretch->absent[k];
            fields[k] = (struct test_field){.name = sx_bytes_of(names[k].name),
                                            .type = names[k].type,
                                            .present = !absent || sx_random_below(random, absent),
                                            .bits = bits,
                                            .text = sx_bytes_of(texts[walk & 3])};
            any = any || fields[k].present;
        }
        if (any)
            mem_test_add_row(batch, &t->scan.mt.ix.key, series, stretch->first + i * stretch->step,
                             fields, 5);
    }
}

static void write_some(struct engine_test *t, struct sx_random *random)
{
    static const int counts[] = {1, 3, 40, 300, 1100, 2500};
    struct sx_batch batch;
    struct sx_write_options how = {0};
    sx_batch_init(&batch, sx_engine_mem(t->engine, SX_ENGINE_MEM_INGEST));
    int64_t unit = engine_test_store(t)->window_ns / WINDOW;
    for (unsigned s = 0; s < 4; s++) {
        char series[16];
        (void)snprintf(series, sizeof series, "m,k=%u", s);
        for (uint64_t n = sx_random_below(random, 3); n > 0; n--) {
            struct stretch stretch = {.step = unit * (1 + (int64_t)sx_random_below(random, 3)),
                                      .count = counts[sx_random_below(random, 6)],
                                      .constant = sx_random_below(random, 4) == 0};
            stretch.first = unit * ((int64_t)sx_random_below(random, 6) * WINDOW +
                                    (int64_t)sx_random_below(random, 5) * (WINDOW / 5));
            for (size_t k = 0; k < 5; k++)
                stretch.absent[k] = sx_random_below(random, 4);
            put_stretch(&batch, t, random, series, &stretch);
        }
    }
    if (batch.sample_count)
        engine_test_must(t, sx_engine_write(t->engine, 1, &batch, &how, &t->result, &t->err));
    sx_batch_deinit(&batch);
}

static void delete_some(struct engine_test *t, struct sx_random *random)
{
    static const char *const conditions[] = {"k=0", "k=1", "k!=3"};
    int64_t unit = engine_test_store(t)->window_ns / WINDOW;
    int64_t first = unit * (int64_t)sx_random_below(random, 6 * WINDOW);
    engine_test_must(t,
                     engine_test_delete(t, "m", conditions[sx_random_below(random, 3)], first,
                                        first + unit * (int64_t)sx_random_below(random, WINDOW)));
}

static void make_store(struct engine_test *t, struct sx_random *random)
{
    uint64_t sealed = sx_random_below(random, 5);
    for (uint64_t i = 0; i < 5; i++) {
        write_some(t, random);
        engine_test_compact(t, i == sealed ? STRIA_COMPACT_SEAL : STRIA_COMPACT_FLUSH);
        if (sx_random_below(random, 3) == 0)
            delete_some(t, random);
    }
}

static void test_what_is_copied_is_what_would_be_decoded(void **state)
{
    (void)state;
    uint64_t copied[2] = {0}, written[2] = {0};
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        struct engine_test t;
        struct seg_test dumps[2];
        struct sx_random random = {trial + 1};
        engine_test_init(&t);
        make_store(&t, &random);
        for (int tier = SX_TIER_HOT; tier <= SX_TIER_SEALED; tier++) {
            uint64_t row_counts[2];
            for (int copy = 0; copy < 2; copy++) {
                struct sx_rewrite rw = {0};
                struct sx_rewrite_options options = {.grid = true,
                                                     .window_ns = engine_test_store(&t)->window_ns,
                                                     .time_min_ns = INT64_MIN,
                                                     .time_max_ns = INT64_MAX,
                                                     .window_count = 6,
                                                     .info.tier = (uint8_t)tier,
                                                     .copy = copy != 0};
                engine_test_must(&t, rewrite_test_all(&t, &options, &rw, &row_counts[copy]));
                seg_test_init(&dumps[copy]);
                tell(&t, &rw, &dumps[copy], false);
                assert_true(copy || rw.copied_size == 0);
                copied[tier] += rw.copied_size;
                for (size_t i = 0; copy && i < rw.output_count; i++)
                    written[tier] += rw.outputs[i].file_size;
                sx_rewrite_deinit(&rw, false);
            }
            assert_int_equal(row_counts[1], row_counts[0]);
            if (strcmp((char *)dumps[0].out.ptr, (char *)dumps[1].out.ptr) != 0)
                fail_msg("trial %" PRIu64 ", tier %d: other rows", trial, tier);
            seg_test_deinit(&dumps[0]);
            seg_test_deinit(&dumps[1]);
        }
        engine_test_deinit(&t);
    }
    /* Otherwise the test says little. */
    assert_true(copied[SX_TIER_HOT] > written[SX_TIER_HOT] / 20);
    assert_true(copied[SX_TIER_SEALED] > written[SX_TIER_SEALED] / 20);
}

/* ---- which groups ---- */

struct span {
    int64_t first;
    int count;
};

static void put_span(struct engine_test *t, struct span span)
{
    struct sx_batch batch;
    struct sx_write_options how = {0};
    struct sx_random random = {3};
    struct stretch stretch = {.first = span.first, .step = 1, .count = span.count};
    sx_batch_init(&batch, sx_engine_mem(t->engine, SX_ENGINE_MEM_INGEST));
    put_stretch(&batch, t, &random, "m", &stretch);
    engine_test_must(t, sx_engine_write(t->engine, 1, &batch, &how, &t->result, &t->err));
    sx_batch_deinit(&batch);
}

struct copy_row {
    const char *name;
    struct span spans[3]; /* each a flush */
    struct span deleted;
    int64_t time_max;
    bool sealed_inputs, sealed_output;
    const char *groups;
    bool copied; /* some of it */
};

static const struct copy_row copy_rows[] = {
    {.name = "a group alone", .spans = {{0, 10}}, .groups = "0-9(10) ", .copied = true},
    {.name = "in one cell with another", .spans = {{0, 10}, {10, 10}}, .groups = "0-19(20) "},
    {.name = "in windows of their own",
     .spans = {{0, 10}, {WINDOW, 10}},
     .groups = "0-9(10) 20000-20009(10) ",
     .copied = true},
    {.name = "large ones side by side",
     .spans = {{0, 1100}, {2000, 1100}},
     .groups = "0-1099(1100) 2000-3099(1100) ",
     .copied = true},
    {.name = "a small one behind a large one",
     .spans = {{0, 2000}, {2000, 10}},
     .groups = "0-1999(2000) 2000-2009(10) ",
     .copied = true},
    {.name = "a small one before a large one",
     .spans = {{0, 10}, {10, 2000}},
     .groups = "0-2009(2010) "},
    {.name = "a large one behind what makes a large one",
     .spans = {{0, 1000}, {1000, 1000}, {2000, 1100}},
     .groups = "0-1999(2000) 2000-3099(1100) ",
     .copied = true},
    {.name = "a newer row among them", .spans = {{0, 2000}, {1000, 1}}, .groups = "0-1999(2000) "},
    {.name = "across windows",
     .spans = {{WINDOW - 10, 20}},
     .groups = "19990-19999(10) 20000-20009(10) "},
    {.name = "a large one across windows",
     .spans = {{WINDOW - 10, 2000}},
     .groups = "19990-19999(10) 20000-21989(1990) "},
    {.name = "deleted in part", .spans = {{0, 2000}}, .deleted = {5, 2}, .groups = "0-1999(1998) "},
    {.name = "what is deleted is not beside",
     .spans = {{0, 10}, {10, 10}},
     .deleted = {0, 10},
     .groups = "10-19(10) ",
     .copied = true},
    {.name = "not all in the range",
     .spans = {{0, 2000}},
     .time_max = 1500,
     .groups = "0-1500(1501) "},
    {.name = "all in the range",
     .spans = {{0, 2000}},
     .time_max = 1999,
     .groups = "0-1999(2000) ",
     .copied = true},
    {.name = "from hot to sealed",
     .spans = {{0, 2000}},
     .sealed_output = true,
     .groups = "0-1999(2000) "},
    {.name = "from sealed to sealed",
     .spans = {{0, 2000}},
     .sealed_inputs = true,
     .sealed_output = true,
     .groups = "0-1999(2000) ",
     .copied = true},
    {.name = "from sealed to hot",
     .spans = {{0, 2000}},
     .sealed_inputs = true,
     .groups = "0-1999(2000) "},
};

static void check_copy(const struct copy_row *row)
{
    struct engine_test t;
    struct sx_rewrite rw = {0};
    char groups[200];
    uint64_t row_count;
    engine_test_init(&t);
    for (size_t i = 0; i < SX_COUNT_OF(row->spans) && row->spans[i].count; i++) {
        put_span(&t, row->spans[i]);
        engine_test_compact(&t, row->sealed_inputs ? STRIA_COMPACT_SEAL : STRIA_COMPACT_FLUSH);
    }
    if (row->deleted.count)
        engine_test_must(&t, engine_test_delete(&t, "m", "", row->deleted.first,
                                                row->deleted.first + row->deleted.count - 1));
    struct sx_rewrite_options options = {.grid = true,
                                         .window_ns = WINDOW,
                                         .time_min_ns = INT64_MIN,
                                         .time_max_ns = row->time_max ? row->time_max : INT64_MAX,
                                         .info.tier =
                                             row->sealed_output ? SX_TIER_SEALED : SX_TIER_HOT,
                                         .copy = true};
    engine_test_must(&t, rewrite_test_all(&t, &options, &rw, &row_count));
    assert_int_equal(rw.output_count, 1);
    assert_int_equal(rw.outputs[0].row_count, row_count);
    rewrite_test_describe(&t, &rw.outputs[0], groups, sizeof groups);
    if (strcmp(groups, row->groups) != 0 || (rw.copied_size > 0) != row->copied)
        fail_msg("%s: %s, %" PRIu64 " bytes copied", row->name, groups, rw.copied_size);
    sx_rewrite_deinit(&rw, false);
    engine_test_deinit(&t);
}

static void test_groups_that_can_stay_are_copied(void **state)
{
    (void)state;
    for (size_t i = 0; i < SX_COUNT_OF(copy_rows); i++)
        check_copy(&copy_rows[i]);
}

/* ---- failures ---- */

static void test_a_damaged_chunk_is_told_and_not_copied(void **state)
{
    (void)state;
    struct engine_test t;
    struct sx_rewrite rw = {0};
    char path[SX_PATH_MAX];
    uint64_t row_count;
    size_t size;
    engine_test_init(&t);
    put_span(&t, (struct span){0, 100});
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    (void)engine_test_files(&t, "db/seg", ".seg", path);
    sx_os_mem_bytes(t.disk, path, &size)[SX_SEGMENT_HEADER_SIZE + 4] ^= 0x10;
    struct sx_rewrite_options options = {.grid = true,
                                         .window_ns = WINDOW,
                                         .time_min_ns = INT64_MIN,
                                         .time_max_ns = INT64_MAX,
                                         .copy = true};
    assert_int_equal(rewrite_test_all(&t, &options, &rw, &row_count), STRIA_CORRUPT);
    assert_non_null(strstr(t.err.text, path));
    assert_int_equal(atomic_load(&engine_test_store(&t)->segments[0]->damage), SX_DAMAGE_PART);
    sx_rewrite_deinit(&rw, false);
    engine_test_deinit(&t);
}

static void test_refused_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    bool fired = true;
    struct sx_mem_fault fault = {.countdown = -1};
    struct engine_test t;
    engine_test_init(&t);
    engine_test_close(&t);
    t.fault = &fault;
    engine_test_open(&t);
    put_span(&t, (struct span){0, 50});
    engine_test_compact(&t, STRIA_COMPACT_FLUSH);
    engine_test_holds(&t); /* what views share is made by the first one */
    for (int64_t nth = 1; fired; nth++) {
        struct sx_rewrite rw = {0};
        uint64_t row_count;
        struct sx_rewrite_options options = {.grid = true,
                                             .window_ns = WINDOW,
                                             .time_min_ns = INT64_MIN,
                                             .time_max_ns = INT64_MAX,
                                             .copy = true};
        sx_view_release(t.scan.view);
        t.scan.view = NULL;
        atomic_store(&fault.fired, false);
        atomic_store(&fault.countdown, nth + 1); /* rewrite_test_all() makes a view of its own */
        stria_status st = rewrite_test_all(&t, &options, &rw, &row_count);
        fired = atomic_load(&fault.fired);
        atomic_store(&fault.countdown, -1);
        assert_int_equal(st, fired ? STRIA_NOMEM : STRIA_OK);
        assert_true(fired || rw.copied_size > 0);
        sx_rewrite_deinit(&rw, false);
        assert_int_equal(engine_test_files(&t, "db/seg", ".seg", NULL), 1);
    }
    t.fault = NULL;
    engine_test_deinit(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_copied_is_what_would_be_decoded),
        cmocka_unit_test(test_groups_that_can_stay_are_copied),
        cmocka_unit_test(test_a_damaged_chunk_is_told_and_not_copied),
        cmocka_unit_test(test_refused_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
