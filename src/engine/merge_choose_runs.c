/* SPDX-License-Identifier: Apache-2.0 */
/* merge_choose_runs.c -- see merge_choose_runs.h. */
#include "engine/merge_choose_runs.h"

/* What a merge holds of each of its inputs: the directory of a stripe, buffers, and the positions
 * and values of tags, which stay packed. */
#define STRIPE_SIZE ((size_t)5 << 18)
#define CHUNK_SIZE 160
#define BUFFERS_SIZE ((size_t)48 << 10)
#define SERIES_SIZE 28

static const struct sx_segment_info *picked_info(const struct sx_merge_choice *choice, size_t i)
{
    return &choice->store->segments[choice->picked[i]]->info;
}

/* Whether the ith picked one is of another run than the one before it. */
static bool begins_run(const struct sx_merge_choice *choice, size_t i)
{
    if (i == 0)
        return true;
    const struct sx_segment_info *a = picked_info(choice, i - 1), *b = picked_info(choice, i);
    return a->first_generation != b->first_generation || a->last_generation != b->last_generation;
}

size_t sx_merge_run_count(const struct sx_merge_choice *choice)
{
    size_t count = 0;
    for (size_t i = 0; i < choice->count; i++)
        count += begins_run(choice, i);
    return count;
}

void sx_merge_keep_runs(struct sx_merge_choice *choice, size_t most)
{
    if (sx_merge_run_count(choice) <= most)
        return;
    uint64_t size = 0, best_size = UINT64_MAX;
    size_t first = 0, runs = 0, best_first = 0, best_count = 0;
    for (size_t i = 0; i < choice->count; i++) {
        runs += begins_run(choice, i);
        size += picked_info(choice, i)->file_size;
        while (runs > most) { /* a whole run goes at the front */
            do
                size -= picked_info(choice, first++)->file_size;
            while (!begins_run(choice, first));
            runs--;
        }
        bool whole = i + 1 == choice->count || begins_run(choice, i + 1);
        if (runs == most && whole && size < best_size) {
            best_size = size;
            best_first = first;
            best_count = i + 1 - first;
        }
    }
    memmove(choice->picked, choice->picked + best_first, best_count * sizeof *choice->picked);
    choice->count = best_count;
    choice->tier = SX_TIER_HOT;
}

/* The pieces of a run that overlap in time have different series and are read one after the other:
 * of two a stripe is at hand, but of one the series. */
static size_t memory_of(const struct sx_merge_choice *choice)
{
    size_t size = 0, series_size = 0, stripe_size = 0;
    int64_t reach = INT64_MIN;
    for (size_t i = 0; i < choice->count; i++) {
        const struct sx_segment_info *info = picked_info(choice, i);
        size_t stripe = BUFFERS_SIZE + SX_MIN(info->chunk_count * CHUNK_SIZE, STRIPE_SIZE);
        size_t series = (size_t)info->series_count * SERIES_SIZE;
        bool is_next = !begins_run(choice, i) && info->min_ts <= reach;
        if (!is_next) {
            size += stripe_size + series_size;
            series_size = stripe_size = 0;
            reach = INT64_MIN;
        }
        stripe_size = SX_MAX(stripe_size, (is_next ? 2 : 1) * stripe);
        series_size = SX_MAX(series_size, series);
        reach = SX_MAX(reach, info->max_ts);
    }
    return size + stripe_size + series_size;
}

bool sx_merge_fit_memory(struct sx_merge_choice *choice, size_t memory_size)
{
    size_t runs = sx_merge_run_count(choice);
    for (; runs > 2 && memory_of(choice) > memory_size; runs--) {
        do
            choice->count--;
        while (!begins_run(choice, choice->count));
        choice->tier = SX_TIER_HOT;
    }
    return runs < 2 || memory_of(choice) <= memory_size;
}
