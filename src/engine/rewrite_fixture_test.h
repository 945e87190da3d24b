/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite_fixture_test.h -- what the tests of rewriting share: all of a store written anew, and the
 * groups that came out. */
#ifndef SX_ENGINE_REWRITE_FIXTURE_TEST_H
#define SX_ENGINE_REWRITE_FIXTURE_TEST_H

#include "engine/engine_fixture_test.h"
#include "engine/rewrite.h"

/* Rewrites all series of the store's view. */
static inline stria_status rewrite_test_all(struct engine_test *t,
                                            const struct sx_rewrite_options *wanted,
                                            struct sx_rewrite *rw, uint64_t *row_count)
{
    struct sx_rewrite_options options = *wanted;
    struct sx_selector all = {
        .all_measurements = true, .time_min_ns = INT64_MIN, .time_max_ns = INT64_MAX};
    struct sx_series_set set;
    uint64_t rows;
    options.mem = &t->engine->mems[SX_ENGINE_MEM_MERGE];
    options.info.policy_id = 1;
    sx_view_release(t->scan.view);
    t->scan.view = NULL;
    engine_test_must(t, sx_engine_view(t->engine, 1, &t->scan.view, &t->err));
    options.view = t->scan.view;
    *row_count = 0;
    stria_status st = sx_series_set_init(&set, t->scan.view, &all, 0, &t->scan.request, &t->err);
    if (!st)
        st = sx_rewrite_init(rw, t->engine, &options, &t->err);
    for (size_t i = 0; i < set.series_count && !st; i++) {
        st = sx_rewrite_series(rw, &set.series[i], &rows, &t->err);
        *row_count += rows;
    }
    if (!st)
        st = sx_rewrite_finish(rw, &t->err);
    sx_series_set_deinit(&set);
    return st;
}

/* The groups of an output, as "FIRST-LAST(rows) ". */
static inline void rewrite_test_describe(struct engine_test *t, const struct sx_segment_info *info,
                                         char *text, size_t size)
{
    char *path = sx_engine_segment_path(t->engine, info->segment_id);
    struct sx_segment *segment = sx_segment_create(t->os, t->scan.mem, path, info);
    struct sx_segment_cursor cursor;
    engine_test_must(t, sx_segment_load(segment, &t->err));
    sx_segment_cursor_init(&cursor, segment, t->scan.mem);
    text[0] = 0;
    for (uint32_t s = 0; s < segment->stripe_count; s++) {
        engine_test_must(t, sx_segment_cursor_stripe(&cursor, s, &t->err));
        for (uint32_t g = 0; g < segment->stripes[s].group_count; g++) {
            size_t len = strlen(text);
            (void)snprintf(text + len, size - len, "%" PRId64 "-%" PRId64 "(%u) ",
                           cursor.groups[g].min_ts, cursor.groups[g].max_ts,
                           (unsigned)cursor.groups[g].row_count);
        }
    }
    sx_segment_cursor_deinit(&cursor);
    sx_segment_release(segment);
    sx_mem_free(&t->engine->mems[SX_ENGINE_MEM_OTHER], path);
}

#endif
